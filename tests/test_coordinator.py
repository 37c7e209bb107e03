"""When a dashboard is asked, what of its answers is written, and what its failures do."""

from homeassistant.const import CONF_TOKEN, STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha.const import DOMAIN
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind

from .serving import DETAILS, PassingTime, Serve, ServedDashboard, add_entry, entity_id, set_up, state
from .watching import Writes, entities_of, notable, still_world


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


def everything(hass: HomeAssistant) -> dict[str, str]:
    """Return all states."""
    return {state.entity_id: state.state for state in hass.states.async_all()}


def details(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str | None, tuple[str | None, ...]]:
    """Return what the devices tell of their servers."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {device.name: (device.model, device.hw_version, device.sw_version) for device in devices}


def issues(hass: HomeAssistant) -> list[str | None]:
    """Return what the user is told to mend."""
    return [issue.translation_key for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN]


# A failure that lasts; tests/faults has every kind of it


async def test_an_issue_names_the_address_to_use_instead(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """It is the one that the dashboard redirects to."""
    dashboard.simulated.faults.add(DETAILS, FaultKind.REDIRECT, location=f"https://nezha.example.net{DETAILS}")
    await time.polls(4)
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_placeholders
    assert issue.translation_placeholders["name"] == "nezha.example.com"
    assert issue.translation_placeholders["target"] == "https://nezha.example.net"


async def test_an_issue_follows_what_stands_in_the_way(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """A login page that becomes an outage is nothing that the user can mend."""
    dashboard.simulated.faults.add(DETAILS, FaultKind.LOGIN_PAGE, times=4)
    dashboard.simulated.faults.add(DETAILS, FaultKind.CHALLENGE, times=1)
    dashboard.simulated.faults.add(DETAILS, FaultKind.BAD_GATEWAY)
    await time.polls(4)
    assert issues(hass) == ["login_page"]
    await time.polls()
    assert issues(hass) == ["browser_check"]
    await time.polls()
    assert issues(hass) == []


async def test_a_dashboard_that_is_asked_more_often_is_given_the_same_time(
    hass: HomeAssistant, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Values outlast a minute and a half, not only three polls of ten seconds."""
    entry = add_entry(hass, dashboard, interval=10)
    await set_up(hass, entry)
    dashboard.simulated.faults.add(DETAILS, FaultKind.DROP)
    for _ in range(8):
        await time.passes(10)
    assert state(hass, entry, "dashboard", "connected") == STATE_ON
    for _ in range(2):
        await time.passes(10)
    assert state(hass, entry, "dashboard", "connected") == STATE_OFF


async def test_a_token_that_is_refused_is_asked_for_once_and_not_sent_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each further refusal could get this Home Assistant banned."""
    dashboard.simulated.replace_token("another token")
    dashboard.simulated.requests.clear()
    await time.polls()
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]
    assert len(dashboard.asked(DETAILS)) == 1
    assert state(hass, loaded, "dashboard", "connected") == STATE_OFF
    assert state(hass, loaded, "1", "online") == STATE_UNAVAILABLE

    dashboard.simulated.requests.clear()
    await time.polls(130)
    assert list(dashboard.simulated.requests) == []
    assert len(hass.config_entries.flow.async_progress()) == 1
    assert [level for level, _ in notable(caplog)] == ["ERROR"]

    await hass.config_entries.async_reload(loaded.entry_id)
    await time.polls(3)
    assert [request for request in dashboard.simulated.requests if request.authorization] == []

    (flow,) = hass.config_entries.flow.async_progress()
    await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_TOKEN: "another token"})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state(hass, loaded, "dashboard", "connected") == STATE_ON
    assert state(hass, loaded, "1", "online") == STATE_ON
    assert hass.config_entries.flow.async_progress() == []


# A dashboard that restarts and has forgotten what its agents told


@pytest.mark.usefixtures("every_entity_enabled")
@pytest.mark.parametrize(("interval", "ago"), [(10, 1), (10, 9), (30, 1), (30, 12), (30, 29)])
async def test_a_restart_of_the_dashboard_leaves_no_trace(
    hass: HomeAssistant, dashboard: ServedDashboard, time: PassingTime, interval: int, ago: int
) -> None:
    """However long ago it was when it is asked: no server goes, no counter drops, no detail is lost."""
    entry = add_entry(hass, dashboard, interval=interval, latency=False)
    await set_up(hass, entry)
    await time.passes(interval)
    before = everything(hass)
    devices = details(hass, entry)
    writes = Writes(hass)

    time.worlds.clear()  # the dashboard restarts between two polls: its time is moved here
    dashboard.world.clock.advance(interval - ago)
    dashboard.world.restart_dashboard(seconds=20)
    dashboard.world.clock.advance(ago)
    for _ in range(5):
        await time.passes(interval)
        assert details(hass, entry) == devices
        dashboard.world.clock.advance(interval)

    assert not {value for _, value in writes.changes} & {STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN, "0", "0.0"}
    counters = {
        entity_id(hass, entry, str(key), field)
        for key in range(1, 7)
        for field in ("net_in_transfer", "net_out_transfer")
    }
    for counter in counters:
        values = [before[counter], *(value for entity_id, value in writes.changes if entity_id == counter)]
        assert values == sorted(values, key=float)
    assert {entity_id for entity_id, _ in writes.changes} & counters


# What is written, and how often


async def test_the_same_answer_again_writes_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """A value that has not changed is not reported again either."""
    time.worlds.clear()
    await time.polls()
    dashboard.simulated.requests.clear()
    writes = Writes(hass)
    await time.polls(3)
    assert len(dashboard.asked(DETAILS)) == 3
    assert writes.changes == []
    assert writes.reports == []


async def test_only_what_has_changed_as_it_is_shown_is_written(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """What is rounded away is no change."""
    time.worlds.clear()
    dashboard.world.fix_state(1, {"cpu": 12.52, "net_in_transfer": 5_000_400_000})
    await time.polls()
    writes = Writes(hass)
    dashboard.world.fix_state(1, {"cpu": 12.54, "net_in_transfer": 5_000_499_999})
    await time.polls()
    assert writes.changes == []

    dashboard.world.fix_state(1, {"cpu": 12.56, "net_in_transfer": 5_000_400_000})
    await time.polls()
    assert writes.changes == [(entity_id(hass, loaded, "1", "cpu"), "12.6")]
    assert writes.reports == []


async def test_values_are_written_as_often_as_chosen(
    hass: HomeAssistant, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """The dashboard is asked all the same, since it tells who is online."""
    entry = add_entry(hass, dashboard, interval=300, latency=False)
    await set_up(hass, entry)
    dashboard.simulated.requests.clear()
    writes = Writes(hass)
    await time.polls(9)
    assert len(dashboard.asked(DETAILS)) == 9
    assert writes.changes == []

    await time.polls()
    assert entities_of(hass, entry, "1")["cpu"] in writes.changed
    assert entities_of(hass, entry, "2")["cpu"] in writes.changed

    writes.forget()
    await time.polls(9)
    assert writes.changes == []
    await time.polls()
    assert entities_of(hass, entry, "1")["cpu"] in writes.changed


@pytest.mark.parametrize(("interval", "polls"), [(30, 1), (45, 2), (60, 2), (70, 3)])
async def test_values_are_never_written_more_often_than_chosen(
    hass: HomeAssistant, dashboard: ServedDashboard, time: PassingTime, interval: int, polls: int
) -> None:
    """They wait for the next poll if need be."""
    await set_up(hass, add_entry(hass, dashboard, interval=interval, latency=False))
    writes = Writes(hass)
    written = []
    for _ in range(2 * polls):
        writes.forget()
        await time.polls()
        written.append(bool(writes.changes))
    assert written == 2 * [*[False] * (polls - 1), True]


async def test_between_two_writes_a_server_that_goes_or_comes_is_written_alone(
    hass: HomeAssistant, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """With it the numbers of the whole dashboard."""
    entry = add_entry(hass, dashboard, interval=300, latency=False)
    await set_up(hass, entry)
    totals = entities_of(hass, entry, "dashboard")
    fleet = {totals[field] for field in ("servers_online", "net_in_speed", "net_out_speed")}
    await time.polls()
    writes = Writes(hass)
    dashboard.world.stop(1)
    await time.polls(2)
    assert state(hass, entry, "1", "online") == STATE_OFF
    assert state(hass, entry, "dashboard", "servers_online") == "5"
    assert writes.changed == fleet | set(entities_of(hass, entry, "1").values())

    writes.forget()
    dashboard.world.start(1)
    await time.polls()
    assert state(hass, entry, "1", "online") == STATE_ON
    assert state(hass, entry, "dashboard", "servers_online") == "6"
    assert writes.changed == fleet | set(entities_of(hass, entry, "1").values())
    assert writes.reports == []


async def test_a_short_interval_is_also_that_of_the_questions(
    hass: HomeAssistant, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Ten seconds is the shortest that the options offer."""
    entry = add_entry(hass, dashboard, interval=10, latency=False)
    await set_up(hass, entry)
    writes = Writes(hass)
    for _ in range(3):
        writes.forget()
        await time.passes(10)
        assert entities_of(hass, entry, "1")["cpu"] in writes.changed


@pytest.mark.parametrize(("servers", "polls"), [(43, 1), (44, 2), (100, 3)])
async def test_a_large_fleet_is_written_less_often(
    hass: HomeAssistant, serve: Serve, time: PassingTime, servers: int, polls: int
) -> None:
    """Eight entities of a server change with each answer: together they write no million rows a day."""
    large = await serve(Dashboard(still_world(servers=servers)))
    time.worlds.append(large.world)
    await set_up(hass, add_entry(hass, large, latency=False))
    writes = Writes(hass)
    written = []
    for _ in range(2 * polls):
        writes.forget()
        await time.polls()
        written.append(bool(writes.changes))
    assert written == 2 * [*[False] * (polls - 1), True]
