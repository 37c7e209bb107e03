"""The same stories with dashboards of every generation, entered in every way, and what newer ones show beyond them."""

from homeassistant.components.config import device_registry as devices_api
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from simulator.dashboard import Dashboard
from simulator.faults import FaultKind
from tests.generations import LOGIN, WAYS, Show, Shown, set_up
from tests.watching import Writes, entities_of, notable, states_of

COVERED = "/api/v1/service/server"
POLLING = {"stream": "never"}
GROUPS = "/api/v1/server-group"
MONITORS = {f"monitor:{number}" for number in range(1, 5)}


@pytest.fixture(params=WAYS, ids=["-".join(way) for way in WAYS])
async def polled(request: pytest.FixtureRequest, show: Show) -> Shown:
    """Return a dashboard of each generation, entered in each way, that is asked every half a minute."""
    shown = await show(*request.param, options=POLLING)
    await shown.time.passes(6)
    return shown


# The same for all generations and ways


async def test_every_way_in_shows_the_servers_with_their_pages(polled: Shown) -> None:
    """Newer dashboards have a page for each server, older ones for each monitored one; guests see no hidden server."""
    hidden = {"6"} if polled.is_guest else set()
    keys = {str(number) for number in range(1, 9)} - hidden
    devices = polled.devices()
    assert devices.keys() == {"", *keys} | (set() if polled.generation == "v0" else MONITORS)
    assert polled.state("dashboard", "servers_total") == str(len(keys))
    assert [key for key in sorted(keys) if polled.state(key, "online") == STATE_ON] == sorted(keys - {"7", "8"})
    assert devices[""].configuration_url == polled.served.url
    page = "network" if polled.generation == "v0" else "server"
    assert devices["1"].configuration_url == f"{polled.served.url}/{page}/1"
    assert {devices[key].via_device_id for key in keys} == {devices[""].id}


async def test_latency_is_shown_whatever_the_generation(polled: Shown) -> None:
    """With what each server's newest points say."""
    shown = states_of(polled.hass, polled.entry, "1")
    newest = {history.monitor.id: history.points[-1][1] for history in polled.world.histories(1)}
    assert shown["latency_1"] == str(round(newest[1], 1))
    assert shown["latency_2"] == str(round(newest[2], 1))
    assert shown["latency_4"] == STATE_UNKNOWN
    assert "latency_3" not in shown


async def test_a_server_that_stops_is_offline_until_it_is_back(polled: Shown) -> None:
    """Its values are unavailable meanwhile; the other servers go on."""
    polled.world.stop(1)
    await polled.time.polls(2)
    assert polled.state("1", "online") == STATE_OFF
    assert polled.state("1", "cpu") == STATE_UNAVAILABLE
    assert polled.state("2", "online") == STATE_ON
    assert polled.state("dashboard", "connected") == STATE_ON

    polled.world.start(1)
    await polled.time.polls()
    assert polled.state("1", "online") == STATE_ON
    assert polled.state("1", "cpu") != STATE_UNAVAILABLE


async def test_servers_come_and_change_their_names_and_go(polled: Shown, hass_ws_client: WebSocketGenerator) -> None:
    """Entities stay as they are until their owner deletes the device of one that is gone."""
    devices_api.async_setup(polled.hass)
    client = await hass_ws_client(polled.hass)
    cpu = polled.entity("1", "cpu")
    polled.world.edit(1, name="renamed")
    polled.world.stop(5)
    added = polled.world.add(name="new")
    await polled.time.polls()
    assert polled.devices()["1"].name == "renamed"
    assert polled.entity("1", "cpu") == cpu
    assert polled.devices()[str(added)].name == "new"
    assert polled.state(str(added), "online") == STATE_ON

    refused = await client.remove_device(polled.devices()["5"].id)
    assert not refused["success"], "the dashboard still shows it"
    polled.world.delete(5)
    await polled.time.polls(3)
    assert polled.state("5", "online") != STATE_UNAVAILABLE, "the answers may just be bad ones"
    await polled.time.polls()
    assert polled.state("5", "online") == STATE_UNAVAILABLE
    removed = await client.remove_device(polled.devices()["5"].id)
    assert removed["success"]
    await polled.time.polls()
    assert "5" not in polled.devices()


async def test_a_restart_of_the_dashboard_is_not_seen(polled: Shown) -> None:
    """It has forgotten all states until the agents are back."""
    before = polled.states()
    writes = Writes(polled.hass)
    polled.time.moves(20)
    polled.simulated.restart(seconds=20)
    await polled.time.passes(10)
    await polled.time.polls(2)
    after = polled.states()
    assert after.keys() == before.keys()
    assert {value for _, value in writes.changes}.isdisjoint({STATE_OFF, STATE_UNAVAILABLE})
    assert polled.entity("1", "cpu") in writes.changed


async def test_an_outage_shows_when_it_lasts(polled: Shown, caplog: pytest.LogCaptureFixture) -> None:
    """For a minute and a half values are kept; two lines of the log tell of it."""
    before = polled.states()
    keys = polled.devices().keys() - MONITORS - {""}
    polled.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await polled.time.polls(2)
    assert polled.state("1", "online") == STATE_ON
    assert notable(caplog) == []
    await polled.time.polls(2)
    assert {value for key in keys for value in states_of(polled.hass, polled.entry, key).values()} == {
        STATE_UNAVAILABLE
    }
    assert polled.state("dashboard", "connected") == STATE_OFF

    polled.simulated.faults.clear()
    await polled.time.polls(3)
    assert polled.state("1", "online") == STATE_ON
    unavailable = {name for name, value in polled.states().items() if value == STATE_UNAVAILABLE}
    assert unavailable == {name for name, value in before.items() if value == STATE_UNAVAILABLE}
    assert [level for level, _ in notable(caplog)] == ["ERROR", "INFO"]
    assert polled.issues() == []


async def test_a_reload_keeps_every_id(polled: Shown) -> None:
    """Of devices and of entities."""
    entities, devices = polled.entities(), {key: device.id for key, device in polled.devices().items()}
    await polled.reload()
    await polled.time.passes(6)
    assert polled.entities() == entities
    assert {key: device.id for key, device in polled.devices().items()} == devices
    assert polled.state("1", "online") == STATE_ON


async def test_reading_never_counts_as_an_attack(polled: Shown) -> None:
    """Over hours, with sessions that end."""
    for _ in range(12):
        await polled.time.passes(600)
    assert polled.state("1", "online") == STATE_ON
    assert polled.simulated.waf.raised == 0
    assert polled.flows() == []


@pytest.mark.parametrize(("generation", "way"), WAYS)
@pytest.mark.parametrize("options", [{}, POLLING], ids=["stream", "polls"])
async def test_servers_are_never_picked_by_a_filter(
    show: Show, generation: str, way: str, options: dict[str, str]
) -> None:
    """Dashboards take one that finds nothing for none at all, and miss servers that are there (all generations)."""
    shown = await show(generation, way, options=options)
    await shown.time.passes(6)
    shown.world.delete(3)
    for _ in range(4):
        await shown.time.passes(301)
    queries = {request.path.partition("?")[2] for request in shown.simulated.requests}
    assert queries <= {"", "period=1d"}


# What is there, and what is not


@pytest.mark.usefixtures("every_entity_enabled")
@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_each_gpu_is_shown_by_itself(show: Show, generation: str) -> None:
    """A server with one has no number; a card that is not reported any more is unknown."""
    shown = await show(generation, "login" if generation == "v1" else "token", options=POLLING)
    shown.world.fix_state(2, {"gpu": (12.34, 0.1, 56.78)})
    await shown.time.polls()
    usages = {field: value for field, value in states_of(shown.hass, shown.entry, "2").items() if "gpu" in field}
    assert usages == {"gpu": "12.3", "gpu_2": "0.1", "gpu_3": "56.8"}
    assert "gpu" not in states_of(shown.hass, shown.entry, "1")

    shown.world.fix_state(2, {"gpu": (12.34,)})
    await shown.time.polls()
    assert shown.state("2", "gpu") == "12.3"
    assert shown.state("2", "gpu_2") == STATE_UNKNOWN
    assert shown.state("2", "gpu_3") == STATE_UNKNOWN
    await shown.reload()
    assert shown.state("2", "gpu_3") == STATE_UNKNOWN, "it is still among the entities"

    shown.world.fix_state(2, {"gpu": ()})
    await shown.time.polls()
    assert shown.state("2", "gpu") == STATE_UNKNOWN


@pytest.mark.usefixtures("every_entity_enabled")
@pytest.mark.parametrize(("generation", "way"), [("v1", "login"), ("v2", "token")])
async def test_a_zero_is_a_value_and_what_was_never_reported_is_no_entity(
    show: Show, generation: str, way: str
) -> None:
    """On the wire both are left out."""
    shown = await show(generation, way, options=POLLING)
    zeros = {"cpu": 0.0, "net_in_speed": 0, "load_1": 0.0, "process_count": 0, "swap_used": 0}
    shown.world.fix_state(1, zeros)
    await shown.time.polls()
    assert {float(shown.state("1", field)) for field in zeros} == {0}
    assert shown.state("1", "swap_usage") == "0.0"
    assert entities_of(shown.hass, shown.entry, "8").keys() == {"online", "groups"}
    assert "swap_usage" not in entities_of(shown.hass, shown.entry, "5")
    assert "load_1" not in entities_of(shown.hass, shown.entry, "4"), "Windows has none"


@pytest.mark.usefixtures("every_entity_enabled")
@pytest.mark.parametrize(("generation", "way"), WAYS)
async def test_groups_are_followed(show: Show, generation: str, way: str) -> None:
    """They are read again every five minutes; a server that leaves its group has none."""
    shown = await show(generation, way, options=POLLING)
    assert shown.state("1", "groups") == "Edge"
    assert "groups" not in entities_of(shown.hass, shown.entry, "4")
    shown.world.edit(1, group="Nearby")
    await shown.time.passes(301)
    assert shown.state("1", "groups") == "Nearby"
    shown.world.edit(1, group="")
    await shown.time.passes(301)
    assert shown.state("1", "groups") == STATE_UNKNOWN


@pytest.mark.parametrize(("generation", "way"), [("v1", "login"), ("v1", "guest"), ("v2", "token"), ("v2", "guest")])
async def test_a_left_out_group_is_never_shown_while_groups_are_not_known(
    show: Show, generation: str, way: str
) -> None:
    """They may fail at set-up, which is tried again then."""
    shown = await show(
        generation,
        way,
        options=POLLING | {"left_out_groups": ["Edge"]},
        prepare=lambda simulated: simulated.faults.add(GROUPS, FaultKind.PANIC, times=2),
    )
    assert not shown.is_loaded
    assert shown.devices() == {}
    for _ in range(6):
        await shown.time.passes(301)
        assert "1" not in shown.devices()
    assert shown.is_loaded
    assert shown.state("2", "online") == STATE_ON


async def test_groups_that_nothing_depends_on_may_fail_at_set_up(show: Show) -> None:
    """Servers are shown all the same."""
    shown = await show(
        options=POLLING, prepare=lambda simulated: simulated.faults.add(GROUPS, FaultKind.PANIC, times=1)
    )
    assert shown.state("1", "online") == STATE_ON


@pytest.mark.usefixtures("every_entity_enabled")
@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_a_guest_sees_neither_addresses_nor_versions_nor_hidden_servers(show: Show, generation: str) -> None:
    """The dashboard tells those to its users alone; what it tells everybody is there."""
    shown = await show(generation, "guest", options=POLLING)
    fields = entities_of(shown.hass, shown.entry, "1").keys()
    assert {"cpu", "mem_usage", "boot_time", "country_code", "last_active"} <= fields
    assert fields.isdisjoint({"ipv4", "ipv6"})
    device = shown.devices()["1"]
    assert (device.model, device.sw_version) == ("debian", None)
    assert "6" not in shown.devices()
    assert not any(request.authorization for request in shown.simulated.requests)


@pytest.mark.usefixtures("every_entity_enabled")
async def test_a_server_that_disconnects_keeps_when_it_was_last_seen(show: Show) -> None:
    """The dashboard then forgets that moment (2.2.11 and later), which is how it says that the server is offline."""
    shown = await show(options=POLLING)
    seen = shown.state("1", "last_active")
    shown.time.moves(1)
    shown.world.stop(1)
    await shown.time.polls()
    assert shown.state("1", "online") == STATE_OFF
    assert shown.state("1", "last_active") == seen
    assert shown.state("7", "online") == STATE_OFF
    await shown.reload()
    assert shown.state("1", "online") == STATE_OFF
    assert shown.state("1", "last_active") == seen


@pytest.mark.usefixtures("every_entity_enabled")
async def test_what_is_remembered_of_a_server_is_the_last_time_that_it_was_seen(show: Show) -> None:
    """Not the time before, also when it goes offline while Home Assistant looks away."""
    shown = await show(options=POLLING)
    shown.world.stop(1)
    await shown.time.polls()
    shown.world.start(1)
    await shown.time.polls()
    assert shown.state("1", "online") == STATE_ON
    seen = shown.state("1", "last_active")
    await shown.unload()
    shown.world.stop(1)
    await set_up(shown.hass, shown.entry)
    assert shown.state("1", "online") == STATE_OFF
    assert shown.state("1", "last_active") == seen


async def test_a_boot_time_that_jitters_changes_nothing(show: Show) -> None:
    """The dashboard forgets the server's state for a moment (2.2.11 and later)."""
    shown = await show(options=POLLING)
    fields = entities_of(shown.hass, shown.entry, "1")
    writes = Writes(shown.hass)
    shown.time.moves(29)
    shown.world.jitter_boot_time(1, seconds=5)
    await shown.time.passes(1)
    assert writes.changed.isdisjoint(fields.values())
    await shown.time.polls(2)
    mine = [value for name, value in writes.changes if name in fields.values()]
    assert mine
    assert {STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN}.isdisjoint(mine)


async def test_a_dashboard_without_servers_can_be_set_up(show: Show) -> None:
    """A token may be limited to servers that are gone; the first one appears by itself."""
    shown = await show(options=POLLING, prepare=lambda simulated: limit_token(simulated, 9))
    assert shown.is_loaded
    assert shown.state("dashboard", "servers_total") == "0"
    shown.world.add(name="first")
    await shown.time.polls()
    assert shown.state("9", "online") == STATE_ON


def limit_token(simulated: Dashboard, *servers: int) -> None:
    """Have the token show some servers alone."""
    simulated.accounts.add_token(simulated.token, ("nezha:*",), server_ids=servers)


@pytest.mark.parametrize("way", ["login", "guest"])
@pytest.mark.parametrize("version", ["1.0.0", "1.5.4"])
async def test_an_early_dashboard_is_never_frozen(show: Show, version: str, way: str) -> None:
    """It would be by the latencies of a server that is gone, or that is hidden from whoever asks."""
    shown = await show("v1", way, options=POLLING, version=version)
    await shown.time.passes(6)
    latency = shown.entry.runtime_data.latency
    for hidden, gone in ((True, 2), (False, 3), (True, 5)):
        shown.world.edit(1, hide_for_guest=hidden)
        shown.world.delete(gone)
        assert not shown.simulated.lock.frozen
        shown.time.moves(61)
        await latency.async_refresh()
        await shown.time.passes(31)
        await shown.time.passes(61)
    shown.world.edit(4, name="renamed")
    await shown.time.polls()
    assert not shown.simulated.lock.frozen
    assert shown.devices()["4"].name == "renamed"
    asked = {request.path for request in shown.simulated.requests}
    assert {f"/api/v1/service/{number}" for number in (1, 2, 3, 4)} <= asked


# Sessions


@pytest.mark.parametrize("generation", ["v1", "v2"])
@pytest.mark.parametrize("end", ["expire_sessions", "end_sessions"])
async def test_a_session_that_ends_is_renewed_unseen(show: Show, generation: str, end: str) -> None:
    """No entity becomes unavailable, no value is a guest's, and no request counts as an attack."""
    shown = await show(generation, "login", options=POLLING)
    await shown.time.passes(301)
    unavailable = {name for name, value in shown.states().items() if value == STATE_UNAVAILABLE}
    writes = Writes(shown.hass)
    shown.simulated.requests.clear()
    getattr(shown.simulated, end)()
    await shown.time.passes(31)
    await shown.time.polls(3)
    assert shown.asked(LOGIN) == 1
    assert shown.entity("6", "cpu") in writes.changed, "the hidden server is still shown"
    assert {name for name, value in shown.states().items() if value == STATE_UNAVAILABLE} == unavailable
    assert shown.simulated.waf.raised == 0
    assert shown.flows() == []


@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_a_session_is_renewed_before_it_expires(show: Show, generation: str) -> None:
    """It lives for an hour."""
    shown = await show(generation, "login", options=POLLING)
    writes = Writes(shown.hass)
    shown.simulated.requests.clear()
    for _ in range(13):
        await shown.time.passes(300)
    assert shown.asked(LOGIN) == 1
    assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)
    assert shown.simulated.waf.raised == 0


async def test_a_list_that_fails_is_not_asked_for_at_every_turn(show: Show) -> None:
    """Latencies have a turn every five seconds; after a failure half a minute is soon enough."""
    shown = await show(options=POLLING, prepare=lambda simulated: simulated.faults.add(COVERED, FaultKind.SERVER_ERROR))
    for _ in range(5):
        await shown.time.passes(6)
    assert shown.asked(COVERED) == 1
    await shown.time.passes(31)
    assert shown.asked(COVERED) == 2

    shown.simulated.faults.clear()
    await shown.time.passes(31)
    await shown.time.passes(6)
    assert float(shown.state("1", "latency_1")) > 0
