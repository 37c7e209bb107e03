"""The dashboard that the demo watches."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
import sys
from typing import cast

from . import DemoError

_START_SECONDS = 30


@dataclass(frozen=True)
class Dashboard:
    """Where a dashboard is and what it asks for: a token, a user name and a password, or nothing."""

    url: str
    credential: dict[str, str]


@asynccontextmanager
async def simulated_dashboard(*, generation: str, servers: int) -> AsyncIterator[Dashboard]:
    """Run the simulator in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator"),
        *("--generation", generation, "--servers", str(servers), "--port", "0"),
        stdout=PIPE,
        start_new_session=True,  # Ctrl-C must reach only us: we stop it
    )
    try:
        output = cast("asyncio.StreamReader", process.stdout)
        async with asyncio.timeout(_START_SECONDS):
            line = await output.readline()
        if not line:
            raise DemoError("The simulator ended while it started: its message stands above.")
        facts = json.loads(line)
        yield Dashboard(facts["url"], _credential(facts))
    except TimeoutError:
        raise DemoError(f"The simulator did not start in {_START_SECONDS} s.") from None
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _credential(facts: dict[str, str]) -> dict[str, str]:
    """Return the token, or a login where the generation knows none."""
    wanted = ["token"] if facts.get("token") else ["username", "password"]
    return {name: facts[name] for name in wanted}
