"""What changed from version to version of generations 1 and 2, and how servers come and go there."""

from typing import Any

import pytest

from simulator import Dashboard, World
from simulator.answers import ZERO_TIME

from .conftest import Ask, Watch, bearer, next_frame

SETTING, SERVER, GROUPS, SERVICE = (f"/api/v1/{name}" for name in ("setting", "server", "server-group", "service"))


def _dashboard(world: World, version: str, **options: Any) -> Dashboard:
    return Dashboard(world, generation=f"v{version[0]}", version=version, **options)


async def _data(ask: Ask, simulated: Dashboard, path: str, *, guest: bool = False) -> Any:
    return (await ask(simulated, path, headers={} if guest else bearer(simulated.log_in()))).json.get("data")


async def _server(ask: Ask, simulated: Dashboard, server_id: int) -> Any:
    servers = await _data(ask, simulated, SERVER)
    return next((server for server in servers if server["id"] == server_id), None)


@pytest.mark.parametrize(("version", "status"), [("1.0.0", 200), ("1.4.9", 200), ("1.5.0", 404), ("2.0.0", 404)])
async def test_unknown_paths(world: World, ask: Ask, version: str, status: int) -> None:
    """The body is the same whatever the status; every page is the same page."""
    simulated = _dashboard(world, version)
    answer = await ask(simulated, "/api/v1/nothing")
    assert (answer.status, answer.json) == (status, {"error": "404 Not Found"})
    page = await ask(simulated, "/nothing")
    assert (page.status, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert (await ask(simulated, "/")).status == 200
    assert (await ask(simulated, SERVER, method="HEAD")).status == status


async def test_settings_tell_generations_apart(world: World, ask: Ask) -> None:
    """Flat at first, then with a config, then with the store."""
    flat = await _data(ask, _dashboard(world, "1.4.9", site_name="Lab"), SETTING, guest=True)
    assert flat["site_name"] == "Lab"
    nested = await _data(ask, _dashboard(world, "1.5.0", site_name="Lab"), SETTING, guest=True)
    assert nested.keys() == {"config"}
    assert nested["config"]["site_name"] == "Lab"
    for tsdb in (False, True):
        stored = await _data(ask, _dashboard(world, "2.0.0", tsdb=tsdb), SETTING, guest=True)
        assert stored["tsdb_enabled"] is tsdb


@pytest.mark.parametrize(("version", "shown"), [("1.0.18", None), ("1.0.19", "1.0.19"), ("2.3.7", "2.3.7")])
async def test_version_is_for_administrators(world: World, ask: Ask, version: str, shown: str | None) -> None:
    """Guests never see it."""
    simulated = _dashboard(world, version)
    assert (await _data(ask, simulated, SETTING)).get("version") == shown
    assert "version" not in await _data(ask, simulated, SETTING, guest=True)


@pytest.mark.parametrize(
    ("version", "secrets"),
    [
        ("1.8.2", {"jwt_secret_key", "agent_secret_key"}),
        ("1.9.3", {"agent_secret_key"}),
        ("1.9.4", set()),
    ],
)
async def test_early_settings_tell_secrets(world: World, ask: Ask, version: str, secrets: set[str]) -> None:
    """To administrators alone."""
    data = await _data(ask, _dashboard(world, version), SETTING)
    assert {key for key in data["config"] if key.endswith("secret_key")} == secrets


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        ("1.3.9", {"password"}),
        ("1.4.0", {"password", "agent_secret"}),
        ("2.1.0", {"password", "agent_secret"}),
        ("2.1.1", {"password", "agent_secret", "role"}),
        ("2.2.7", {"agent_secret", "role"}),
    ],
)
async def test_profile_grew_and_shrank(world: World, ask: Ask, version: str, keys: set[str]) -> None:
    """It tells the role of administrators late, and the hash of the password for long."""
    profile = await _data(ask, _dashboard(world, version), "/api/v1/profile")
    assert {"password", "agent_secret", "role"} & profile.keys() == keys


async def test_service_names_came_with_1_0_22(world: World, ask: Ask) -> None:
    """Before, the whole service stood in the summary, and there was no list of them."""
    early, late = _dashboard(world, "1.0.21"), _dashboard(world, "1.0.22")
    assert (await _data(ask, early, SERVICE))["services"]["1"]["service"]["name"] == "Ping Frankfurt"
    assert (await _data(ask, late, SERVICE))["services"]["1"]["service_name"] == "Ping Frankfurt"
    error = (await ask(early, f"{SERVICE}/list", headers=bearer(early.log_in()))).json
    assert error == {"error": 'strconv.ParseUint: parsing "list": invalid syntax'}
    assert len(await _data(ask, late, f"{SERVICE}/list")) == 4


async def test_summary_agrees_with_itself(world: World, ask: Ask) -> None:
    """Thirty days, the last is today's; totals are sums; hidden servers are none of a guest's business."""
    simulated = _dashboard(World(clock=world.clock), "2.3.7")
    data = await _data(ask, simulated, SERVICE, guest=True)
    for service_id, service in data["services"].items():
        assert [len(service[name]) for name in ("delay", "up", "down")] == [30, 30, 30]
        assert (sum(service["up"]), sum(service["down"])) == (service["total_up"], service["total_down"])
        assert (service["up"][29] > 0) is (service_id != "4")
        assert service["up"][0] == service["down"][0] == 0
    assert "6" not in data["cycle_transfer_stats"]["1"]["transfer"]
    assert "6" in (await _data(ask, simulated, SERVICE))["cycle_transfer_stats"]["1"]["transfer"]


@pytest.mark.parametrize(
    ("version", "hosts", "online"), [("1.0.18", True, False), ("1.2.9", False, False), ("1.3.0", False, True)]
)
async def test_frames_changed(world: World, watch: Watch, version: str, *, hosts: bool, online: bool) -> None:
    """Guests learned less of hosts, viewers were counted."""
    frame = await next_frame(await watch(_dashboard(world, version)))
    assert ("version" in frame["servers"][-1]["host"]) is hosts
    assert ("online" in frame) is online


@pytest.mark.parametrize(("version", "leaks"), [("1.14.14", True), ("2.0.4", True), ("2.0.5", False)])
async def test_groups_leaked_hidden_servers(world: World, ask: Ask, version: str, *, leaks: bool) -> None:
    """Up to 2.0.4."""
    groups = await _data(ask, _dashboard(world, version), GROUPS, guest=True)
    assert any(6 in group["servers"] for group in groups) is leaks


@pytest.mark.parametrize(("version", "kept"), [("2.0.13", True), ("2.0.14", False)])
async def test_groups_without_a_visible_server(world: World, ask: Ask, version: str, *, kept: bool) -> None:
    """Guests see them with null, later not at all; users always do."""
    simulated = _dashboard(world, version)
    world.edit(2, group="")
    groups = await _data(ask, simulated, GROUPS, guest=True)
    assert [group["servers"] for group in groups] == [[1, 3, 5, 8], *([None] if kept else [])]
    world.edit(6, group="")
    assert [group["servers"] for group in await _data(ask, simulated, GROUPS)] == [[1, 3, 5, 8], None]


@pytest.mark.parametrize(("version", "zeroed"), [("1.14.14", False), ("2.2.10", False), ("2.2.11", True)])
async def test_end_of_an_agents_stream(world: World, ask: Ask, version: str, *, zeroed: bool) -> None:
    """From 2.2.11 on the last activity is forgotten then, which a power failure delays; the state stays."""
    simulated = _dashboard(world, version)
    world.stop(1)
    world.lose_power(2)
    stopped, frozen = await _server(ask, simulated, 1), await _server(ask, simulated, 2)
    assert (stopped["last_active"] == ZERO_TIME) is zeroed
    assert stopped["state"]["uptime"]
    assert frozen["last_active"] == "2026-11-23T12:48:20Z"
    world.clock.advance(960)
    assert ((await _server(ask, simulated, 2))["last_active"] == ZERO_TIME) is zeroed
    world.start(1)
    assert (await _server(ask, simulated, 1))["last_active"] == "2026-11-23T13:04:20Z"


@pytest.mark.parametrize(("version", "emptied"), [("2.2.10", False), ("2.2.11", True)])
async def test_later_boot_time_empties_the_state(world: World, ask: Ask, version: str, *, emptied: bool) -> None:
    """Until the next state comes."""
    simulated = _dashboard(world, version)
    before = await _server(ask, simulated, 1)
    world.jitter_boot_time(1, by=1, seconds=2)
    jittered = await _server(ask, simulated, 1)
    assert jittered["host"]["boot_time"] == before["host"]["boot_time"] + 1
    assert (jittered["state"] == {}) is (jittered["last_active"] == ZERO_TIME) is emptied
    world.clock.advance(2)
    assert (await _server(ask, simulated, 1))["state"]["uptime"] == before["state"]["uptime"] + 2


@pytest.mark.parametrize(("version", "at_once"), [("1.4.0", True), ("2.2.10", True), ("2.2.11", False)])
async def test_deleted_server_comes_back_while_its_agent_runs(
    world: World, ask: Ask, version: str, *, at_once: bool
) -> None:
    """Under a new id and name, with its uuid: within seconds, later only when the dashboard restarts."""
    simulated = _dashboard(world, version)
    gone = await _server(ask, simulated, 1)
    world.delete(1)
    assert await _server(ask, simulated, 9) is None
    world.clock.advance(5)
    assert (await _server(ask, simulated, 9) is not None) is at_once
    simulated.restart()
    world.clock.advance(5)
    back = await _server(ask, simulated, 9)
    assert back["uuid"] == gone["uuid"]
    assert back["name"] != gone["name"]
    assert back["state"]["uptime"] > gone["state"]["uptime"]
    assert await _server(ask, simulated, 1) is None


@pytest.mark.parametrize("version", ["1.4.0", "2.3.7"])
async def test_deleted_server_without_an_agent_stays_away(world: World, ask: Ask, version: str) -> None:
    """Nobody registers it."""
    simulated = _dashboard(world, version)
    world.stop(1)
    world.delete(1)
    simulated.restart()
    world.clock.advance(60)
    assert await _server(ask, simulated, 9) is None


async def test_filter_misses_and_finds_too_much(world: World, ask: Ask) -> None:
    """Without a display index of zero it is none; with one an unknown id gives all."""
    simulated = _dashboard(world, "2.3.7")
    assert len(await _data(ask, simulated, f"{SERVER}?id=1")) == 8
    world.edit(8, display_index=0)
    assert len(await _data(ask, simulated, f"{SERVER}?id=1")) == 1
    assert len(await _data(ask, simulated, f"{SERVER}?id=99")) == 8
    assert len(await _data(ask, _dashboard(world, "1.4.3"), f"{SERVER}?id=1")) == 8


async def test_order_is_by_index_then_id(world: World, ask: Ask) -> None:
    """High indices come first."""
    world.edit(1, display_index=8)
    servers = await _data(ask, _dashboard(world, "1.14.14"), SERVER)
    assert [server["id"] for server in servers] == [1, 8, 7, 6, 5, 4, 3, 2]


async def test_deleted_server_with_points_breaks_the_list_of_those(world: World, ask: Ask) -> None:
    """In generation 1; generation 2 names what services cover, reported or not."""
    simulated = _dashboard(world, "1.14.14")
    assert set(await _data(ask, simulated, f"{SERVICE}/server")) == {1, 2, 3, 4, 5, 6}
    world.delete(1)
    assert "error" in (await ask(simulated, f"{SERVICE}/server")).json
    later = await _data(ask, _dashboard(world, "2.3.7"), f"{SERVICE}/server", guest=True)
    assert set(later) == {2, 3, 4, 5, 7, 8}


async def test_store_decides_which_monitors_and_points_there_are(world: World, ask: Ask) -> None:
    """With one HTTP monitors appear and longer periods have fewer points; without there are no metrics."""
    for tsdb, monitors in ((False, [1, 2, 4]), (True, [1, 2, 3, 4])):
        simulated = _dashboard(World(clock=world.clock, latency_points=120), "2.3.7", tsdb=tsdb)
        day = await _data(ask, simulated, "/api/v1/server/1/service?period=1d")
        week = await _data(ask, simulated, "/api/v1/server/1/service?period=7d")
        assert [each["monitor_id"] for each in day] == monitors
        assert len(day[0]["created_at"]) == 120
        assert (len(week[0]["created_at"]) < 10) is tsdb
        metrics = await _data(ask, simulated, "/api/v1/server/1/metrics?metric=cpu&period=1d")
        assert (len(metrics["data_points"]) > 100) is tsdb
        never = await _data(ask, simulated, "/api/v1/server/8/metrics?metric=cpu")
        assert never["data_points"] == (None if tsdb else [])


async def test_zeros_and_empty_texts_are_left_out(world: World, ask: Ask) -> None:
    """The idle server has no key but its uptime; what is never left out stays."""
    idle = await _server(ask, _dashboard(world, "2.3.7"), 5)
    assert idle["state"].keys() == {"uptime"}
    assert not {"note", "public_note", "hide_for_guest"} & idle.keys()
    world.edit(5, display_index=0, note="mine", public_note="ours")
    idle = await _server(ask, _dashboard(world, "2.3.7"), 5)
    assert (idle["display_index"], idle["note"], idle["public_note"]) == (0, "mine", "ours")


async def test_worlds_of_other_seeds_have_other_uuids(world: World) -> None:
    """Two dashboards do not share servers."""
    other = World(seed=1, clock=world.clock)
    assert {server.uuid for server in world.servers()}.isdisjoint(server.uuid for server in other.servers())


@pytest.mark.parametrize(
    ("generation", "version", "known"),
    [("v1", "2.0.0", r"1\.0\.0 to 1\.14\.14"), ("v2", "1.14.14", r"2\.0\.0 to 2\.3\.7"), ("v2", "3", r"2\.0\.0 to")],
)
def test_versions_that_were_never_seen_are_refused(world: World, generation: str, version: str, known: str) -> None:
    """What is simulated was recorded, or lies between."""
    with pytest.raises(ValueError, match=known):
        Dashboard(world, generation=generation, version=version)
