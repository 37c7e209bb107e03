"""Every recorded stream again, with the simulator in the dashboard's place."""

from collections.abc import Callable, Mapping
import json
import math
from pathlib import Path
from typing import Any

from aiohttp import WSServerHandshakeError
import pytest

from simulator import Dashboard

from .conftest import Watch, last_words, next_frame
from .recorded import FIXTURES, Exchange, differences, outline
from .test_recorded_json import credential, dashboard_of

PERIOD = 2
"""Seconds between two frames."""

type Act = Callable[[Dashboard], None]


def _story(simulated: Dashboard) -> None:
    world = simulated.world
    world.reboot(1, seconds=0)
    world.edit(4, name="NAS 二")
    world.fix_state(5, {"cpu": 100, "load_1": 64.5})
    world.delete(5)
    world.clock.advance(5)
    world.stop(2)


def _reboot(simulated: Dashboard) -> None:
    simulated.world.reboot(1, seconds=0)
    simulated.world.clock.advance(1)


def _restart(simulated: Dashboard) -> None:
    _story(simulated)
    simulated.world.start(2)
    simulated.restart(seconds=1)


def _restarted(simulated: Dashboard) -> None:
    _restart(simulated)
    simulated.world.clock.advance(5)


BEFORE: dict[str, Act] = {
    "ws_after_restart": _restart,
    "ws_dashboard_restarts": _story,
    "ws_nan": lambda simulated: simulated.world.fix_state(2, {"cpu": math.nan}),
    "ws_pat_inventory_only": _restarted,
    "ws_pat_whitelist": _restarted,
    "ws_revoked_while_open": _restarted,
}
"""What happened before a stream was opened."""
DURING: dict[str, dict[int, Act]] = {
    "ws_dashboard_restarts": {1: lambda simulated: simulated.world.start(2)},
    "ws_story_stop_start_reboot_rename_set_delete": {
        3: lambda simulated: simulated.world.stop(2),
        8: lambda simulated: simulated.world.start(2),
        10: _reboot,
        12: lambda simulated: simulated.world.edit(4, name="NAS 二"),
        14: lambda simulated: simulated.world.fix_state(5, {"cpu": 100, "load_1": 64.5}),
        15: lambda simulated: simulated.world.delete(5),
    },
}
"""What happened before the frames of some numbers."""
END: dict[str, Act] = {"ws_dashboard_restarts": Dashboard.restart, "ws_revoked_while_open": Dashboard.revoke_token}
"""What ended a stream."""
RECORDED = sorted(path for each in ("v1", "v2") for path in (FIXTURES / each).glob("*/*.jsonl"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_simulator_streams_like_a_real_dashboard(path: Path, watch: Watch) -> None:
    """The refusal, or the outline of every frame and the end, are those of the real stream."""
    recorded = _Recorded(path)
    simulated = dashboard_of(recorded.exchange)
    simulated.settings.frame_interval = math.inf
    headers = recorded.headers(simulated)
    if before := BEFORE.get(path.stem):
        before(simulated)
    if recorded.refused:
        with pytest.raises(WSServerHandshakeError) as refusal:
            await watch(simulated, headers=headers)
        assert refusal.value.status == recorded.refused
        return

    stream = await watch(simulated, headers=headers)

    for number, frame in enumerate(recorded.frames):
        if number:
            simulated.world.clock.advance(PERIOD)
        if act := DURING.get(path.stem, {}).get(number):
            act(simulated)
        if number:
            simulated.send_frame()
        found = differences(_outline(await next_frame(stream)), _outline(frame), f"frame {number}")
        assert not found, "\n".join(found)
    if recorded.closed:
        END[path.stem](simulated)
        assert await last_words(stream) == 1006
    elif not recorded.frames:
        with pytest.raises(TimeoutError):
            await stream.receive(timeout=0.1)


def test_every_story_belongs_to_a_recording() -> None:
    """No story is told for nothing."""
    assert {*BEFORE, *DURING, *END} <= {path.stem for path in RECORDED}


class _Recorded:
    """A recorded stream."""

    def __init__(self, path: Path) -> None:
        first, *rest = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
        self._credential: str = first["request"]["credential"]
        self._origin = {"Origin": "https://elsewhere.example"} if path.stem.endswith("wrong_origin") else {}
        self.exchange = Exchange(
            folder=path.parent.name,
            name=path.stem,
            version=first["version"],
            method="GET",
            path=first["request"]["path"],
            credential=self._credential,
            status=101,
            headers={},
            body=None,
            page_shortened=False,
        )
        self.frames = [line["json"] for line in rest if line["type"] == "text"]
        self.closed = any(line["type"] == "CLOSED" for line in rest)
        self.refused = next((line["status"] for line in rest if line["type"] == "refused"), None)

    def headers(self, simulated: Dashboard) -> Mapping[str, str]:
        """Return what the stream was opened with; a blocked client has failed before."""
        if self.exchange.name == "ws_blocked":
            simulated.settings.real_ip_header = "NZ::Use-Peer-IP"
            simulated.waf.strike("127.0.0.1", "token")
        expired = simulated.log_in()
        simulated.expire_sessions()
        return credential(self._credential, simulated, expired) | self._origin


def _outline(frame: dict[str, Any]) -> Any:
    for server in frame["servers"]:
        if server["id"] == 9:
            server["name"] = "any"
    return outline(frame)
