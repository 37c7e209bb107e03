"""What is shown and how often it is written, as the owner chooses."""

from typing import Any

import aiohttp
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.selector import SelectSelector
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha.const import MOST_ROWS_A_DAY
from custom_components.nezha.fleet import automatic_interval, rows_a_day
from simulator import Dashboard, FaultKind, World
from tests.flows import prefilled
from tests.generations import STREAM, new_entry
from tests.serving import DETAILS, MONITOR, PassingTime, Serve, ServedDashboard, add_entry, entity_id, set_up, state

ALL_DEFAULT = {"latency": True}
MONITORS = MONITOR.rstrip("*")


async def open_options(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form for the options."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "init"
    return form


async def choose(hass: HomeAssistant, entry: MockConfigEntry, **options: Any) -> None:
    """Save options and wait for what they change."""
    form = await open_options(hass, entry)
    result = await hass.config_entries.options.async_configure(form["flow_id"], ALL_DEFAULT | options)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


def choices(form: ConfigFlowResult, field: str) -> list[str]:
    """Return what a field offers, as its users read it."""
    assert form["data_schema"]
    selector = form["data_schema"].schema[field]
    assert isinstance(selector, SelectSelector)
    return [option if isinstance(option, str) else option["label"] for option in selector.config["options"]]


def entities_of(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> dict[str, str]:
    """Return the ids of a server's entities by their unique ids."""
    prefix = f"{entry.entry_id}_{key}_"
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {entity.unique_id: entity.entity_id for entity in entities if entity.unique_id.startswith(prefix)}


def device_names(hass: HomeAssistant, entry: MockConfigEntry) -> set[str | None]:
    """Return the names of an entry's devices."""
    return {device.name for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)}


async def test_everything_is_shown_automatically_at_first(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The form offers the groups and servers of the dashboard."""
    form = await open_options(hass, loaded)
    assert prefilled(form) == ALL_DEFAULT
    assert choices(form, "left_out_groups") == ["Edge", "数据库"]
    assert choices(form, "left_out_servers") == [
        "WINDOWS-NAS",
        "hidden",
        "hk-edge-1",
        "idle",
        "never-reported",
        'web <b>&amp; "api"</b> 🚀',
        "went-offline",
        "数据库-东京",
    ]


async def test_the_form_says_what_the_choice_of_an_interval_costs(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Eight servers with eight lively entities each, every 30 and every 10 seconds."""
    form = await open_options(hass, loaded)
    assert costs(form) == {
        "servers": "8",
        "automatic": "30",
        "rows": "184,320",
        "least": "10",
        "least_rows": "552,960",
    }


def costs(form: ConfigFlowResult) -> dict[str, str]:
    """Return what the form says of the database."""
    said = form["description_placeholders"] or {}
    return {name: said[name] for name in ("servers", "automatic", "rows", "least", "least_rows")}


async def test_the_form_says_how_much_the_dashboard_sends(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """By the size of the last answer; a dashboard without a stream has no field for one."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": dashboard.token}) as session,
        session.get(f"{dashboard.url}{DETAILS}") as response,
    ):
        answer = await response.read()
    form = await open_options(hass, loaded)
    assert form["description_placeholders"]
    assert int(form["description_placeholders"]["poll_megabytes"]) == pytest.approx(len(answer) * 2880 / 1e6, abs=1)
    assert form["data_schema"]
    assert "stream" not in form["data_schema"].schema


@pytest.mark.parametrize(("options", "wish"), [({}, "automatic"), ({"stream": "never"}, "never")])
async def test_a_dashboard_with_a_stream_has_a_field_for_it(
    hass: HomeAssistant, serve: Serve, options: dict[str, str], wish: str
) -> None:
    """With what it costs, which is known before its first message has come."""
    newest = await serve(Dashboard(World(latency_points=5), generation="v2"))
    entry = add_entry(hass, newest, **options)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    form = await open_options(hass, entry)
    assert choices(form, "stream") == ["automatic", "always", "never"]
    assert prefilled(form)["stream"] == wish
    assert form["description_placeholders"]
    assert int(form["description_placeholders"]["stream_megabytes"].replace(",", "")) > 0


async def test_a_guest_reads_what_asking_and_listening_cost_him(hass: HomeAssistant, serve: Serve) -> None:
    """Both by the size of a frame, for there is nothing else; the more often it is asked, the more it costs."""
    newest = await serve(Dashboard(World(latency_points=5), generation="v2"))
    entry = new_entry(hass, newest.url, {}, {"interval": 10, "stream": "never"})
    await set_up(hass, entry)
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{newest.url}{STREAM}") as stream:
        frame = len((await stream.receive_str()).encode())
        newest.simulated.end_streams()
    form = await open_options(hass, entry)
    said = form["description_placeholders"]
    assert said
    assert said["poll"] == "10"
    assert int(said["poll_megabytes"]) == pytest.approx(frame * 8640 / 1e6, rel=0.05)
    assert int(said["stream_megabytes"]) == pytest.approx(frame * 43_200 / 1e6, rel=0.05)


async def test_saving_the_form_as_it_is_changes_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """The defaults are what was there before."""
    before = hass.states.async_entity_ids()
    await choose(hass, loaded)
    assert loaded.options == ALL_DEFAULT
    assert hass.states.async_entity_ids() == before


async def test_a_left_out_server_goes_and_comes_back_as_it_was(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Entity ids included, also one that its owner has changed."""
    registry = er.async_get(hass)
    registry.async_update_entity(entity_id(hass, loaded, "1", "cpu"), new_entity_id="sensor.my_favourite")
    before = entities_of(hass, loaded, "1")
    assert before

    await choose(hass, loaded, left_out_servers=["1"])
    assert "hk-edge-1" not in device_names(hass, loaded)
    assert not entities_of(hass, loaded, "1")
    assert hass.states.get("sensor.my_favourite") is None
    assert state(hass, loaded, "dashboard", "servers_total") == "7"

    await choose(hass, loaded)
    assert "hk-edge-1" in device_names(hass, loaded)
    assert entities_of(hass, loaded, "1") == before
    assert state(hass, loaded, "1", "online") == "on"


async def test_the_form_shows_what_is_left_out_now(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """And counts only what is shown."""
    chosen = {"left_out_groups": ["数据库"], "left_out_servers": ["1"], "latency": False, "interval": 60}
    await choose(hass, loaded, **chosen)
    form = await open_options(hass, loaded)
    assert prefilled(form) == chosen
    assert "hk-edge-1" in choices(form, "left_out_servers")
    assert form["description_placeholders"]
    assert form["description_placeholders"]["servers"] == "5"


async def test_a_left_out_group_goes_and_comes_back_as_it_was(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """With all its servers."""
    before = entities_of(hass, loaded, "2") | entities_of(hass, loaded, "6")

    await choose(hass, loaded, left_out_groups=["数据库"])
    assert not device_names(hass, loaded) & {"数据库-东京", "hidden"}
    assert not entities_of(hass, loaded, "2")
    assert not entities_of(hass, loaded, "6")
    assert len(device_names(hass, loaded)) == 1 + 6

    await choose(hass, loaded)
    assert entities_of(hass, loaded, "2") | entities_of(hass, loaded, "6") == before


async def test_new_servers_are_taken_in_unless_their_group_is_left_out(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """What is left out says nothing of what comes later, except of later members of a group."""
    await choose(hass, loaded, left_out_groups=["Edge"], left_out_servers=["2"])
    dashboard.world.add(name="new in the group", group="Edge")
    dashboard.world.add(name="new elsewhere", group="Works")
    await time.polls(3)
    names = device_names(hass, loaded)
    assert "new elsewhere" in names
    assert "new in the group" not in names


async def test_a_group_that_has_gone_can_still_be_taken_in(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """It stays in the list as long as it is chosen."""
    await choose(hass, loaded, left_out_groups=["数据库"])
    for number in (2, 6):
        dashboard.world.edit(number, group="Works")
    await time.polls(3)
    form = await open_options(hass, loaded)
    assert choices(form, "left_out_groups") == ["Edge", "Works", "数据库"]


async def test_without_latency_its_entities_go_and_nobody_is_asked_for_it(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Switched on again, they are back as they were."""
    latencies = latency_entities(hass, loaded)
    assert latencies

    await choose(hass, loaded, latency=False)
    dashboard.simulated.requests.clear()
    await time.passes(6)
    await time.passes(4000)
    assert not latency_entities(hass, loaded)
    assert not dashboard.asked(MONITORS)
    assert state(hass, loaded, "1", "online") == "on"

    await choose(hass, loaded)
    await time.passes(6)
    assert dashboard.asked(MONITORS)
    assert latency_entities(hass, loaded) == latencies
    assert float(state(hass, loaded, "1", "latency_1")) > 0


def latency_entities(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the ids of the entities that show a latency."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {entity.entity_id for entity in entities if "_latency_" in entity.unique_id}


async def test_a_chosen_interval_is_kept_to(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """It is a whole number, whatever the form sends; without it the automatic one is back."""
    await choose(hass, loaded, interval=120.0)
    assert loaded.options["interval"] == 120
    assert isinstance(loaded.options["interval"], int)
    dashboard.world.fix_state(1, {"cpu": 12.5})
    before = state(hass, loaded, "1", "cpu")
    await time.polls(2)
    assert state(hass, loaded, "1", "cpu") == before
    await time.polls(2)
    assert state(hass, loaded, "1", "cpu") == "12.5"

    await choose(hass, loaded)
    assert "interval" not in loaded.options
    dashboard.world.fix_state(1, {"cpu": 25})
    await time.polls()
    assert state(hass, loaded, "1", "cpu") == "25"


async def test_a_short_interval_asks_the_dashboard_as_often(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Every ten seconds at least."""
    await choose(hass, loaded, interval=10)
    dashboard.world.fix_state(1, {"cpu": 12.5})
    await time.passes(10)
    assert state(hass, loaded, "1", "cpu") == "12.5"


@pytest.mark.parametrize("interval", [9, 301, 0, -30])
async def test_other_intervals_are_not_accepted(hass: HomeAssistant, loaded: MockConfigEntry, interval: int) -> None:
    """Neither those that would fill the disk nor those that would show nothing for minutes."""
    form = await open_options(hass, loaded)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(form["flow_id"], {"latency": True, "interval": interval})
    await hass.config_entries.options.async_configure(form["flow_id"], {"latency": True, "interval": 30})


async def test_options_can_be_chosen_while_the_dashboard_is_away(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """The servers that are known from before can be left out, and the estimate counts them."""
    await choose(hass, loaded, left_out_groups=["Edge"])
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await hass.config_entries.async_reload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.SETUP_RETRY

    form = await open_options(hass, loaded)
    assert choices(form, "left_out_groups") == ["Edge"]
    assert len(choices(form, "left_out_servers")) == 8
    assert form["description_placeholders"]
    assert form["description_placeholders"]["servers"] == "8"
    assert form["description_placeholders"]["poll_megabytes"] == "?"
    assert prefilled(form)["stream"] == "automatic", "whether it has a stream is not known"

    dashboard.simulated.faults.clear()
    await choose(hass, loaded, left_out_servers=["2"])
    assert "数据库-东京" not in device_names(hass, loaded)
    assert "hk-edge-1" in device_names(hass, loaded)


async def test_a_large_fleet_is_written_less_often(hass: HomeAssistant, serve: Serve) -> None:
    """The form tells the interval that follows from the number of servers."""
    served = await serve(Dashboard(World(servers=100, latency_points=1)))
    entry = add_entry(hass, served, latency=False)
    await set_up(hass, entry)
    form = await open_options(hass, entry)
    assert costs(form) == {
        "servers": "100",
        "automatic": "90",
        "rows": "768,000",
        "least": "10",
        "least_rows": "6,912,000",
    }


@pytest.mark.parametrize(
    ("servers", "interval"), [(0, 30), (1, 30), (8, 30), (43, 30), (44, 60), (86, 60), (87, 90), (100, 90), (1000, 720)]
)
def test_the_automatic_interval_is_a_whole_number_of_polls(servers: int, interval: int) -> None:
    """More than one from where each would write more than a million rows a day."""
    assert automatic_interval(servers) == interval


def test_the_automatic_interval_stays_below_a_million_rows_a_day() -> None:
    """But not more below than one poll makes."""
    intervals = {servers: automatic_interval(servers) for servers in range(1, 2001)}
    too_short = [servers for servers, interval in intervals.items() if rows_a_day(servers, interval) > MOST_ROWS_A_DAY]
    longer = {servers: interval - 30 for servers, interval in intervals.items() if interval > 30}
    too_long = [servers for servers, interval in longer.items() if rows_a_day(servers, interval) <= MOST_ROWS_A_DAY]
    assert not too_short
    assert longer
    assert not too_long


@pytest.mark.parametrize(
    ("servers", "interval", "rows"),
    [(0, 30, 0), (1, 30, 23_040), (1, 10, 69_120), (8, 30, 184_320), (200, 10, 13_824_000), (3, 7, 296_228)],
)
def test_rows_a_day_are_those_of_the_lively_entities(servers: int, interval: int, rows: int) -> None:
    """Each writes once an interval."""
    assert rows_a_day(servers, interval) == rows
