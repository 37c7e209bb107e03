"""A simulated dashboard in a process of its own, and what can be asked of it."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
import math
import sys
from typing import Any, cast

from aiohttp import ClientSession, ClientWSTimeout
from homeassistant.const import CONF_URL, CONF_VERIFY_SSL

from simulator.control import PREFIX

from .stage import MOST_BYTES, PREPARED, SERVERS, STREAM, TRAFFIC


@dataclass(frozen=True)
class Simulated:
    """A running dashboard, and the means to prepare its answers."""

    session: ClientSession
    url: str
    credential: dict[str, str]
    generation: str

    @property
    def servers_url(self) -> str:
        """The address that lists the servers."""
        return self.url + SERVERS[self.generation]

    @property
    def headers(self) -> dict[str, str]:
        """What a request for the servers is sent with."""
        token = self.credential.get("token", "")
        return {"Authorization": token if self.generation == "v0" else f"Bearer {token}"}

    async def servers(self) -> tuple[Any, float]:
        """Return what lists the servers now, decoded, and the dashboard's clock."""
        async with self.session.get(self.servers_url, headers=self.headers) as response:
            answer = await response.json()
        return answer, (await self.control("GET", "clock"))["dashboard_now"]

    async def advance(self, seconds: float) -> None:
        """Let time pass in the world of the dashboard."""
        await self.control("POST", "clock", advance=seconds)

    async def act(self, action: str, **fields: Any) -> None:
        """Change the world."""
        await self.control("POST", "act", action=action, **fields)

    async def control(self, method: str, name: str, **fields: Any) -> Any:
        """Send one request to the simulator's control."""
        body = fields if method == "POST" else None
        async with self.session.request(method, f"{self.url}{PREFIX}/{name}", json=body) as response:
            return await response.json()

    async def prepare(self, number: int, body: bytes, time: float) -> None:
        """Have an answer, or a frame, ready under a number, with the dashboard's clock."""
        await self._post(f"{number}/{time}", body)

    async def show(self, number: int) -> None:
        """List the servers from now on with a prepared answer."""
        await self._post(f"show/{number}", b"")

    async def send(self, number: int, whose: str) -> None:
        """Send a prepared frame on the stream that was opened with an Authorization header, as soon as it is."""
        await self._post(f"send/{number}", whose.encode())

    async def frame(self) -> Any:
        """Return a first frame as the dashboard itself sends it now, decoded."""
        address = self.url + STREAM
        async with self.session.ws_connect(
            address, headers=self.headers, max_msg_size=MOST_BYTES, timeout=ClientWSTimeout(ws_close=0)
        ) as socket:
            return json.loads((await socket.receive()).data)

    async def traffic(self) -> dict[str, list[int]]:
        """Return how many requests came since it was last asked, and the bytes of their answers' bodies, by path."""
        async with self.session.get(self.url + TRAFFIC) as response:
            traffic: dict[str, list[int]] = await response.json()
        return {path: counted for path, counted in traffic.items() if not path.startswith(PREFIX)}

    async def another_token(self) -> str:
        """Return a further token, for a client whose stream is to be told apart."""
        return str((await self.control("POST", "act", action="add_token"))["result"])

    async def _post(self, path: str, body: bytes) -> None:
        async with self.session.post(f"{self.url}{PREPARED}/{path}", data=body) as response:
            response.raise_for_status()


def data_of(simulated: Simulated) -> dict[str, Any]:
    """Return what an entry stores of a dashboard."""
    return {CONF_URL: simulated.url, CONF_VERIFY_SSL: True, **simulated.credential}


@asynccontextmanager
async def simulated(
    servers: int, *, generation: str = "v2", points: int = 2, monitors: int = 4, frame_interval: float = math.inf
) -> AsyncIterator[Simulated]:
    """Run a dashboard in a process of its own."""
    options = (str(servers), generation, str(points), str(monitors), str(frame_interval))
    process = await asyncio.create_subprocess_exec(*(sys.executable, "-m", "benchmarks.stage"), *options, stdout=PIPE)
    try:
        line = await cast("asyncio.StreamReader", process.stdout).readline()
        facts = json.loads(line)
        async with ClientSession() as session:
            yield Simulated(session, facts["url"], facts["credential"], generation)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
