"""The simulator's own HTTP API does what its methods do, and tells what it cannot understand."""

import math
from typing import Any

import pytest

from simulator import Dashboard, FaultKind, World

from .conftest import NOON, Answer, Ask, Watch, authorized, bearer, last_words, next_frame

LIST = "/api/v1/server/list"


async def _control(ask: Ask, dashboard: Dashboard, name: str, body: Any, *, method: str = "POST") -> Answer:
    return await ask(dashboard, f"/__simulator/{name}", method=method, json=body)


async def _act(ask: Ask, dashboard: Dashboard, **body: Any) -> Any:
    answer = await _control(ask, dashboard, "act", body)
    assert answer.status == 200, answer.text
    return answer.json["result"]


async def test_actions_change_the_world(dashboard: Dashboard, ask: Ask) -> None:
    """Each reaches the method of its name."""
    world = dashboard.world
    await _act(ask, dashboard, action="stop", server_id=1)
    await _act(ask, dashboard, action="edit", server_id=4, name="NAS 二", group="home")
    await _act(ask, dashboard, action="reboot", server_id=2, seconds=5)
    await _act(ask, dashboard, action="set_state", server_id=3, values={"cpu": 93.5})
    await _act(ask, dashboard, action="set_host", server_id=3, values={"version": "0.20.6"})
    await _act(ask, dashboard, action="delete", server_id=5)
    assert await _act(ask, dashboard, action="add", name="new") == 9
    world.clock.advance(20)
    servers = {server.id: server for server in world.servers()}
    reports = {server.id: server.report for server in world.servers() if server.report}
    assert servers.keys() == {1, 2, 3, 4, 6, 7, 8, 9}
    assert reports[1].at == NOON
    assert (servers[4].name, servers[4].group, servers[9].name) == ("NAS 二", "home", "new")
    assert reports[2].host.boot_time == NOON
    assert (reports[3].state.cpu, reports[3].host.version) == (93.5, "0.20.6")
    await _act(ask, dashboard, action="start", server_id=1)
    await _act(ask, dashboard, action="restart_dashboard", seconds=60)
    assert not any(server.report for server in world.servers())


async def test_token_can_be_taken_away_and_replaced(dashboard: Dashboard, ask: Ask) -> None:
    """The dashboard answers by it at once."""
    headers = authorized(dashboard)
    await _act(ask, dashboard, action="revoke_token")
    assert (await ask(dashboard, LIST, headers=headers)).json["code"] == 403
    await _act(ask, dashboard, action="replace_token", token="another")
    assert (await ask(dashboard, LIST, headers={"Authorization": "another"})).json["code"] == 0


async def test_credentials_of_later_generations_can_be_made_and_voided(world: World, ask: Ask) -> None:
    """Each action reaches the dashboard, and says what it made."""
    simulated = Dashboard(world, generation="v2")
    path = "/api/v1/server"
    session = bearer(await _act(ask, simulated, action="log_in"))
    scopes = ["nezha:inventory:read"]
    token = await _act(ask, simulated, action="add_token", scopes=scopes, server_ids=[1], days=1)
    assert len((await ask(simulated, path, headers=bearer(token))).json["data"]) == 1
    assert len((await ask(simulated, path, headers=session)).json["data"]) == 8
    await _act(ask, simulated, action="revoke_token", token=token)
    assert (await ask(simulated, path, headers=bearer(token))).status == 401
    await _act(ask, simulated, action="expire_sessions")
    assert "error" in (await ask(simulated, path, headers=session)).json
    session = bearer(await _act(ask, simulated, action="log_in"))
    await _act(ask, simulated, action="end_sessions")
    assert (await ask(simulated, "/api/v1/setting", headers=session)).status == 403
    await _act(ask, simulated, action="delete_user")
    assert (await ask(simulated, path, headers=bearer(simulated.token))).status == 401
    strikes = await _control(ask, simulated, "strikes", None, method="GET")
    assert strikes.json == {"strikes": {"127.0.0.1": 3}, "raised": 3}


async def test_members_can_be_made_and_monitors_changed(world: World, ask: Ask) -> None:
    """What the member has is told by ids."""
    simulated = Dashboard(world, generation="v2")
    made = {"username": "friend", "password": "secret", "server_ids": [1], "monitor_ids": [2]}
    member = await _act(ask, simulated, action="add_member", **made)
    session = bearer(await _act(ask, simulated, action="log_in", user_id=member))
    token = bearer(await _act(ask, simulated, action="add_token", user_id=member))
    await _act(ask, simulated, action="edit", server_id=3, owner=member)
    for headers in (session, token):
        listed = (await ask(simulated, "/api/v1/server", headers=headers)).json["data"]
        assert [server["id"] for server in listed] == [3, 1]
    await _act(ask, simulated, action="edit_monitor", monitor_id=2, only_listed=True, listed=[1], hide_for_guest=True)
    (service,) = (await ask(simulated, "/api/v1/service/list", headers=session)).json["data"]
    assert (service["skip_servers"], service["hide_for_guest"]) == ({"1": True}, True)
    for changes in ({"monitor_id": 9}, {"monitor_id": 1, "colour": "red"}):
        answer = await _control(ask, simulated, "act", {"action": "edit_monitor", **changes})
        assert answer.status == 400


async def test_streams_can_be_driven(world: World, ask: Ask, watch: Watch) -> None:
    """Frames on demand, any text, silence, the end."""
    simulated = Dashboard(world, generation="v2", frame_interval=math.inf)
    stream = await watch(simulated)
    await next_frame(stream)
    await _act(ask, simulated, action="silence")
    await _act(ask, simulated, action="send_text", text="unheard")
    with pytest.raises(TimeoutError):
        await stream.receive(timeout=0.1)
    await _act(ask, simulated, action="silence", on=False)
    await _act(ask, simulated, action="send_text", text="heard")
    assert await stream.receive_str() == "heard"
    await _act(ask, simulated, action="send_frame")
    await next_frame(stream)
    await _act(ask, simulated, action="end_streams")
    assert await last_words(stream) == 1006


async def test_settings_can_be_changed(world: World, ask: Ask) -> None:
    """Those that there are."""
    simulated = Dashboard(world, generation="v2")
    await _act(ask, simulated, action="set", force_auth=True, site_name="Lab")
    assert "error" in (await ask(simulated, "/api/v1/server-group")).json
    answer = await _control(ask, simulated, "act", {"action": "set", "colour": "red"})
    assert answer.status == 400


async def test_agents_can_lose_power_and_jitter(world: World, ask: Ask) -> None:
    """The world has it so."""
    simulated = Dashboard(world, generation="v2")
    await _act(ask, simulated, action="lose_power", server_id=1)
    await _act(ask, simulated, action="jitter_boot_time", server_id=2, by=1, seconds=1)
    servers = {server.id: server for server in world.servers()}
    assert servers[2].stateless
    world.clock.advance(10)
    silent = world.servers()[0]
    assert silent.report
    assert silent.report.at == NOON
    assert silent.connected
    answer = await _control(ask, simulated, "act", {"action": "jitter_boot_time", "server_id": 2, "by": 0})
    assert answer.status == 400


async def test_none_in_a_state_can_be_sent(dashboard: Dashboard, ask: Ask) -> None:
    """NaN, which JSON has not, empties the dashboard's answer until it is let go."""
    act = '{"action": "set_state", "server_id": 2, "values": {"cpu": %s}}'
    path, headers = "/api/v1/server/details", authorized(dashboard)
    for cpu, empty in (("NaN", True), ("null", False)):
        await ask(dashboard, "/__simulator/act", method="POST", data=act % cpu)
        assert ((await ask(dashboard, path, headers=headers)).raw == b"") == empty


async def test_faults_are_added_listed_and_cleared(dashboard: Dashboard, ask: Ask) -> None:
    """They are those that the dashboard's own methods show."""
    slow = {"path": LIST, "fault": "slow", "times": 2, "seconds": 0.01}
    listed = {"path": LIST, "kind": "slow", "times": 2, "options": {"seconds": 0.01}}
    assert (await _control(ask, dashboard, "fault", slow)).json == [listed]
    drop = {"path": "/", "fault": "drop"}
    assert len((await _control(ask, dashboard, "fault", drop)).json) == 2
    assert [fault.kind for fault in dashboard.faults.listed()] == [FaultKind.SLOW, FaultKind.DROP]
    assert len((await _control(ask, dashboard, f"fault?path={LIST}", None, method="DELETE")).json) == 1
    assert (await _control(ask, dashboard, "fault", None, method="GET")).json[0]["path"] == "/"
    assert (await _control(ask, dashboard, "fault", None, method="DELETE")).json == []


async def test_requests_are_remembered_without_secrets(dashboard: Dashboard, ask: Ask) -> None:
    """Those that met a fault too; those to the control not."""
    dashboard.faults.add(LIST, FaultKind.PANIC)
    await ask(dashboard, f"{LIST}?tag=Edge", headers=authorized(dashboard))
    await ask(dashboard, "/api/v1/setting", method="HEAD", headers={"Cookie": "nz-jwt=secret"})
    answer = await _control(ask, dashboard, "requests", None, method="GET")
    assert answer.json == [
        {"method": "GET", "path": f"{LIST}?tag=Edge", "authorization": True, "cookies": []},
        {"method": "HEAD", "path": "/api/v1/setting", "authorization": False, "cookies": ["nz-jwt"]},
    ]
    assert dashboard.token not in answer.text
    assert "secret" not in answer.text
    assert (await _control(ask, dashboard, "requests", None, method="DELETE")).json == []
    assert not dashboard.requests


async def test_clock_is_moved(dashboard: Dashboard, ask: Ask) -> None:
    """Time passes for all, a skew is the dashboard's alone and can be taken back."""
    answer = await _control(ask, dashboard, "clock", {"advance": 3600, "skew": -90})
    assert answer.json == {"now": NOON + 3600, "dashboard_now": NOON + 3510}
    assert answer.headers["date"] == "Mon, 23 Nov 2026 13:46:50 GMT"
    await _control(ask, dashboard, "clock", {"advance": 1})
    await _control(ask, dashboard, "clock", {"skew": 0})
    shown = await _control(ask, dashboard, "clock", None, method="GET")
    assert shown.json == {"now": NOON + 3601, "dashboard_now": NOON + 3601}


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("act", {"action": "explode"}, "explode"),
        ("act", {}, "action"),
        ("act", [], "object"),
        ("act", {"action": "stop"}, "server_id"),
        ("act", {"action": "stop", "server_id": 99}, "no server 99"),
        ("act", {"action": "stop", "server_id": 1, "when": 5}, "when"),
        ("act", {"action": "set_state", "server_id": 1, "values": {"load1": 1}}, "load1"),
        ("fault", {"path": LIST, "fault": "flood"}, "flood"),
        ("fault", {"fault": "drop"}, "path"),
        ("fault", {"path": LIST, "fault": "slow", "minutes": 1}, "minutes"),
        ("fault", {"path": LIST, "fault": "drop", "times": 0}, "0 requests"),
        ("clock", {"advance": -1}, "-1"),
        ("clock", {"forward": 1}, "forward"),
    ],
)
async def test_what_is_not_understood_is_told(dashboard: Dashboard, ask: Ask, name: str, body: Any, error: str) -> None:
    """Nothing happens but a 400 that names the mistake."""
    before = dashboard.world.servers()
    answer = await _control(ask, dashboard, name, body)
    assert answer.status == 400
    assert error in answer.json["error"]
    assert dashboard.world.servers() == before
    assert dashboard.faults.listed() == []


async def test_body_that_is_no_json_is_told(dashboard: Dashboard, ask: Ask) -> None:
    """It is the client's mistake."""
    answer = await ask(dashboard, "/__simulator/act", method="POST", data="stop 1")
    assert answer.status == 400
