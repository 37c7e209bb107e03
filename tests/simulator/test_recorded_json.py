"""Every recorded exchange of generations 1 and 2 again, with the simulator in the dashboard's place."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import formatdate
from itertools import groupby
import math
import re
from typing import Any

from multidict import MultiMapping
import pytest

from simulator import Clock, Dashboard, World

from .conftest import NOON, Answer, Ask
from .recorded import Exchange, differences, exchanges, outline

LARGEST = 2**64 - 1
SCOPE = "pat nezha:"
FAILING = {"v1.14.14": 0.15}
"""Where probes of server 3 had failed when the recording began."""
WHITELIST = "pat, server_ids 1 and 3"
_UNKNOWN_TOKEN = "nzp_" + "x" * 32
_ANY_ORDER = re.compile(r"/service/server|/service/\d/history")


def _story(simulated: Dashboard) -> None:
    world = simulated.world
    world.reboot(1)
    world.edit(4, name="NAS 二")
    world.fix_state(5, {"cpu": 100, "load_1": 64.5})
    world.delete(5)
    world.clock.advance(5)


def _stop(simulated: Dashboard) -> None:
    _story(simulated)
    simulated.world.stop(2)


def _stop_and_wait(simulated: Dashboard) -> None:
    _stop(simulated)
    simulated.world.clock.advance(15)


def _restart(simulated: Dashboard) -> None:
    _story(simulated)
    simulated.restart()


def _restart_and_wait(simulated: Dashboard) -> None:
    _restart(simulated)
    simulated.world.clock.advance(5)


def _nan(simulated: Dashboard) -> None:
    simulated.world.fix_state(2, {"cpu": math.nan})


def _largest(simulated: Dashboard) -> None:
    _restart_and_wait(simulated)
    simulated.world.fix_state(4, {"net_in_speed": LARGEST, "uptime": LARGEST})


STORIES: dict[str, Callable[[Dashboard], None]] = {
    "server_after_restart": _restart,
    "server_after_restart_0s": _restart,
    "server_after_story": _story,
    "server_extreme": _largest,
    "server_group_after_story": _story,
    "server_jwt_after_restart": _restart_and_wait,
    "server_just_stopped": _stop,
    "server_nan": _nan,
    "server_pat_revoked": _restart_and_wait,
    "server_stopped_15s": _stop_and_wait,
}
"""What happened before an exchange, by its name; nothing where none is listed."""


def _recorded() -> list[list[Exchange]]:
    """Return the exchanges that can share a dashboard: of one folder and path, nothing having happened before."""
    apart = [each for each in exchanges("v1", "v2") if not each.folder.endswith("-waf")]
    groups = groupby(sorted(apart, key=_shared), _shared)
    return [list(group) for _, group in groups]


def _shared(recorded: Exchange) -> tuple[str, str, str]:
    story = recorded.name if _teller(recorded) else ""
    return recorded.folder, recorded.path, story


def _teller(recorded: Exchange) -> Callable[[Dashboard], None] | None:
    """Return what happened before: what tokens with limits were asked for was recorded after a restart."""
    return _restart_and_wait if recorded.name.startswith("pat_") else STORIES.get(recorded.name)


@pytest.mark.parametrize("recorded", _recorded(), ids=lambda group: f"{group[0].folder}/{group[0].name}")
async def test_simulator_answers_like_a_real_dashboard(recorded: list[Exchange], ask: Ask) -> None:
    """Status, headers that clients look at, and the outline of the body are those of the real answers."""
    simulated = dashboard_of(recorded[0])
    expired = simulated.log_in()
    simulated.expire_sessions()
    if story := _teller(recorded[0]):
        story(simulated)
    for exchange in recorded:
        given = credential(exchange.credential, simulated, expired)
        options = {"json": exchange.json} if exchange.json else {}
        answer = await ask(simulated, exchange.path, method=exchange.method, headers=given, **options)
        assert answer.headers["date"] == formatdate(simulated.world.clock.now(), usegmt=True)
        compare(exchange, answer)


def test_every_story_belongs_to_a_recording() -> None:
    """No story is told for nothing."""
    assert STORIES.keys() <= {recorded.name for recorded in exchanges("v1", "v2")}


def dashboard_of(recorded: Exchange) -> Dashboard:
    """Return a dashboard like the one that was recorded."""
    world = World(clock=Clock(source=lambda: NOON), latency_points=70)
    agent = world._entries[3].agent
    agent.machine = replace(agent.machine, failing=FAILING.get(recorded.folder, 0))
    return Dashboard(
        world,
        generation=recorded.version[:2],
        version=recorded.version,
        site_name="Lab",
        force_auth=recorded.folder.endswith("force-auth"),
        tsdb=recorded.folder.endswith("tsdb"),
    )


def credential(words: str, simulated: Dashboard, expired: str = "") -> dict[str, str]:
    """Return the headers that a recording tells in words."""
    if words == "none":
        return {}
    if words == "pat_no_bearer":
        return {"Authorization": simulated.token}
    if words.startswith(SCOPE):
        return _bearer(simulated.add_token(words.removeprefix("pat ")))
    if words == WHITELIST:
        return _bearer(simulated.add_token(server_ids=[1, 3]))
    if words == "pat, revoked":
        revoked = simulated.add_token()
        simulated.revoke_token(revoked)
        return _bearer(revoked)
    tokens: Mapping[str, Callable[[], str]] = {
        "expired": lambda: expired,
        "garbage": lambda: "garbage",
        "jwt": simulated.log_in,
        "pat": lambda: simulated.token,
        "pat_unknown": lambda: _UNKNOWN_TOKEN,
    }
    return _bearer(tokens[words]())


def compare(recorded: Exchange, answer: Answer) -> None:
    """Hold an answer to the recorded one."""
    told = f"{recorded.folder}/{recorded.name}"
    assert answer.status == recorded.status, told
    for name in ("content-type", "location", "www-authenticate"):
        assert answer.headers.get(name) == recorded.headers.get(name), told
    assert _cookie(answer) == _without_value(recorded.headers.get("set-cookie", "")), told
    assert "server" not in answer.headers
    if isinstance(recorded.body, str):
        assert _page(answer.text) == _page(recorded.body), told
        return
    found = differences(_outline(recorded, answer.json), _outline(recorded, recorded.body), told)
    assert not found, "\n".join(found)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _cookie(answer: Answer) -> str:
    """Return the last cookie: a recording kept only that one."""
    assert isinstance(answer.headers, MultiMapping)
    return _without_value(answer.headers.getall("set-cookie", [""])[-1])


def _without_value(cookie: str) -> str:
    return re.sub(r"=[^;]+", "=…", cookie, count=1)


def _page(text: str) -> str:
    """Return a web page as far as a recording keeps it: without its content."""
    return re.sub(r"<body>.*</body>", "<body></body>", text)


def _outline(recorded: Exchange, body: dict[str, Any]) -> Any:
    data = body.get("data")
    if _ANY_ORDER.search(recorded.path) and isinstance(data, list):
        data.sort()
    if isinstance(data, dict) and "cycle_transfer_stats" in data:
        data["cycle_transfer_stats"]["1"]["server_name"].pop("9", None)
    if isinstance(data, dict) and "servers" in data:
        data["servers"].sort(key=lambda server: server["server_id"])
    if recorded.path == "/api/v1/api-tokens" and isinstance(data, list):
        data[0]["name"] = "any"
    if isinstance(data, list):
        _forget_made_up_names(data)
    return outline(body)


def _forget_made_up_names(servers: list[Any]) -> None:
    """Forget the name under which the server that came back registered itself."""
    for server in servers:
        if isinstance(server, dict) and server.get("id") == 9:
            assert re.fullmatch(r"[a-z]+-[a-z]+", server["name"])
            server["name"] = "any"
