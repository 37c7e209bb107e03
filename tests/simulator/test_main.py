"""The command line: one line to start with, an end on request, help for everything."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import signal
import sys
from typing import Any

from aiohttp import ClientSession
import pytest

from simulator.__main__ import main
from simulator.faults import FaultKind

TOP = Path(__file__).parents[2]
SOON = 30
"""Seconds that a process may take on a busy machine."""


@asynccontextmanager
async def _simulator(*options: str) -> AsyncIterator[Process]:
    command = (sys.executable, "-m", "simulator", *options)
    process = await asyncio.create_subprocess_exec(*command, cwd=TOP, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(SOON):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _introduction(process: Process) -> Any:
    assert process.stdout is not None
    assert process.stderr is not None
    line = await process.stdout.readline()
    assert line, await process.stderr.read()
    return json.loads(line)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_serves_until_a_signal_comes(session: ClientSession, number: signal.Signals) -> None:
    """The first line says where and with which token; a signal ends it well, even while an answer is held."""
    async with _simulator("--servers", "12", "--token", "secret", "--seed", "3") as process:
        introduction = await _introduction(process)
        url = introduction["url"]
        assert introduction == {
            "url": url,
            "token": "secret",
            "generation": "v0",
            "servers": 12,
            "control": f"{url}/__simulator",
        }
        headers = {"Authorization": "secret"}
        async with session.get(f"{url}/api/v1/server/details", headers=headers) as response:
            assert len((await response.json())["result"]) == 12
        slow = {"path": "*", "fault": "slow", "seconds": 3600}
        async with session.post(f"{introduction['control']}/fault", json=slow) as response:
            assert response.status == 200
        asking = asyncio.ensure_future(session.get(f"{url}/api/v1/server/details"))
        while len(await _requests(session, introduction["control"])) < 2:
            pass
        process.send_signal(number)
        output, errors = await process.communicate()
        assert (process.returncode, output, errors) == (0, b"", b"")
        await asyncio.gather(asking, return_exceptions=True)


async def test_options_reach_the_dashboard(session: ClientSession) -> None:
    """Version, view password and the number of points."""
    options = ("--dashboard-version", "0.16.16", "--view-password", "sesame", "--latency-points", "5")
    async with _simulator(*options) as process:
        introduction = await _introduction(process)
        headers = {"Authorization": introduction["token"]}
        async with session.get(f"{introduction['url']}/api/v1/server/list", headers=headers) as response:
            assert "display_index" not in (await response.json())["result"][0]
        async with session.get(f"{introduction['url']}/api/v1/monitor/1", headers=headers) as response:
            assert len((await response.json())["result"][0]["created_at"]) == 5
        async with session.get(f"{introduction['url']}/api/v1/monitor/1") as response:
            assert (await response.json())["code"] == 403


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--servers", "0"), "1 to 1000"),
        (("--dashboard-version", "1.0.0"), "0.15.14 to 0.20.13"),
        (("--generation", "v9"), "invalid choice"),
        (("--member", "1"), "know no users"),
        (("--generation", "v1", "--member", "1,9"), "there is no server 9"),
        (("--generation", "v1", "--member", "one"), "invalid"),
    ],
)
def test_wrong_options_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], error: str
) -> None:
    """It does not start, and says why."""
    monkeypatch.setattr(sys, "argv", ["simulator", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    output, errors = capsys.readouterr()
    assert (ended.value.code, output) == (2, "")
    assert error in errors


def test_help_explains_everything(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault and every part of the control is named."""
    monkeypatch.setattr(sys, "argv", ["simulator", "--help"])
    with pytest.raises(SystemExit):
        main()
    output = capsys.readouterr().out
    actions = ["reboot", "edit_monitor", "restart_dashboard", "revoke_token", "add_member"]
    named = ["/act", "/fault", "/requests", "/clock", *actions, *FaultKind]
    assert [word for word in named if word not in output] == []


async def _requests(session: ClientSession, control: str) -> list[Any]:
    async with session.get(f"{control}/requests") as response:
        requests: list[Any] = await response.json()
        return requests


@pytest.mark.parametrize(
    ("options", "credentials"),
    [
        (("--generation", "v1", "--password", "secret"), {"username", "password"}),
        (("--generation", "v2", "--force-auth", "--tsdb", "--frame-interval", "1"), {"username", "password", "token"}),
        (("--generation", "v2", "--dashboard-version", "2.0.14"), {"username", "password"}),
    ],
)
async def test_speaks_later_generations(
    session: ClientSession, options: tuple[str, ...], credentials: set[str]
) -> None:
    """The first line has the credentials that there are, and a login with them succeeds."""
    async with _simulator(*options, "--seed", "3") as process:
        introduction = await _introduction(process)
        assert {"username", "password", "token"} & introduction.keys() == credentials
        body = {key: introduction[key] for key in ("username", "password")}
        async with session.post(f"{introduction['url']}/api/v1/login", json=body) as response:
            assert (await response.json())["success"]


async def test_a_member_has_some_of_the_servers(session: ClientSession) -> None:
    """The first line says how they log in."""
    async with _simulator("--generation", "v1", "--member", "1,3") as process:
        introduction = await _introduction(process)
        url = introduction["url"]
        async with session.post(f"{url}/api/v1/login", json=introduction["member"]) as response:
            headers = {"Authorization": f"Bearer {(await response.json())['data']['token']}"}
        async with session.get(f"{url}/api/v1/server", headers=headers) as response:
            assert {server["id"] for server in (await response.json())["data"]} == {1, 3}
