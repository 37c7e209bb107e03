"""Which servers are online, whatever the clocks say, and whether the dashboard answers."""

from email.utils import formatdate

from aiohttp import web
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.dashboard import Dashboard
from simulator.faults import FaultKind

from .serving import DETAILS, PassingTime, Serve, ServedDashboard, add_entry, set_up, state
from .watching import Writes, entities_of, states_of, still_world

HOUR = 3600


class AnnouncingDashboard(Dashboard):
    """A dashboard behind a proxy that announces a time of its own, or none at all."""

    def __init__(self, announced: float | None) -> None:
        """Announce a time that is ahead by so many seconds."""
        super().__init__(still_world())
        self._announced = announced

    def application(self) -> web.Application:
        """Return the dashboard with the proxy in front."""
        application = super().application()
        application.on_response_prepare.append(self._announce)
        return application

    async def _announce(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers.popall("Date")
        if self._announced is not None:
            response.headers["Date"] = formatdate(self.world.clock.now() + self._announced, usegmt=True)


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


def online(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Return which of the servers are online."""
    return {key: state(hass, entry, key, "online") for key in map(str, range(1, 9))}


ALL_BUT_TWO = dict.fromkeys("123456", STATE_ON) | dict.fromkeys("78", STATE_OFF)


async def test_servers_whose_agents_report_are_online(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Of eight servers one has stopped reporting and one never began."""
    assert online(hass, loaded) == ALL_BUT_TWO
    assert state(hass, loaded, "dashboard", "connected") == STATE_ON


async def test_a_server_that_stops_reporting_is_offline_within_half_a_minute_and_a_poll(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Its metrics go with it, the others stay, and everything is back as soon as it reports again."""
    dashboard.world.stop(1)
    await time.polls(2)
    states = states_of(hass, loaded, "1")
    assert states.pop("online") == STATE_OFF
    assert set(states) == {
        "boot_time",
        "cpu",
        "disk_usage",
        "latency_1",
        "latency_2",
        "latency_4",
        "load_1",
        "mem_usage",
        "net_in_speed",
        "net_in_transfer",
        "net_out_speed",
        "net_out_transfer",
    }
    assert set(states.values()) == {STATE_UNAVAILABLE}
    assert online(hass, loaded) == ALL_BUT_TWO | {"1": STATE_OFF}

    dashboard.world.start(1)
    await time.polls()
    assert online(hass, loaded) == ALL_BUT_TWO
    assert STATE_UNAVAILABLE not in states_of(hass, loaded, "1").values()


@pytest.mark.usefixtures("every_entity_enabled")
async def test_what_is_known_of_an_offline_server_stays(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """When it was last active, where it is and its addresses are no metrics."""
    before = states_of(hass, loaded, "1")
    dashboard.world.stop(1)
    await time.polls(3)
    states = states_of(hass, loaded, "1")
    there = {field: value for field, value in states.items() if value != STATE_UNAVAILABLE}
    assert there == {
        "online": STATE_OFF,
        "last_active": "2026-11-23T12:48:26+00:00",  # six seconds of set-up after it began
        "groups": "Edge",
        "country_code": "HK",
        "ipv4": "192.0.2.1",
        "ipv6": "2001:db8:1::1",
    }
    assert states.keys() == before.keys()


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
async def test_a_dashboard_may_be_an_hour_apart_from_home_assistant(
    hass: HomeAssistant, entry: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime, ahead: float
) -> None:
    """Only the dashboard's own clock decides who is online."""
    dashboard.world.clock.skew = ahead
    await set_up(hass, entry)
    assert online(hass, entry) == ALL_BUT_TWO

    await time.polls(5)
    assert online(hass, entry) == ALL_BUT_TWO

    dashboard.world.stop(1)
    await time.polls(2)
    assert online(hass, entry) == ALL_BUT_TWO | {"1": STATE_OFF}


@pytest.mark.parametrize("ahead", [-HOUR, HOUR, None])
async def test_a_proxy_may_announce_a_wrong_time_or_none(
    hass: HomeAssistant, serve: Serve, time: PassingTime, ahead: float | None
) -> None:
    """From the second poll on at the latest everybody's state is right, and stays so."""
    proxied = await serve(AnnouncingDashboard(ahead))
    time.worlds.append(proxied.world)
    entry = add_entry(hass, proxied)
    await set_up(hass, entry)
    await time.polls()
    assert online(hass, entry) == ALL_BUT_TWO

    writes = Writes(hass)
    await time.polls(5)
    assert not writes.changed & {entities_of(hass, entry, key)["online"] for key in ALL_BUT_TWO}

    proxied.world.stop(1)
    await time.polls(2)
    assert online(hass, entry) == ALL_BUT_TWO | {"1": STATE_OFF}

    proxied.world.start(1)
    await time.polls()
    assert online(hass, entry) == ALL_BUT_TWO


async def test_a_server_that_reports_for_the_first_time_comes_online(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Until then it is only known to be offline."""
    assert states_of(hass, loaded, "8") == {"online": STATE_OFF}
    dashboard.world.start(8)
    await time.polls()
    assert state(hass, loaded, "8", "online") == STATE_ON


async def test_the_connection_is_off_and_never_unavailable_while_the_dashboard_is_away(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """It is what tells of the outage."""
    dashboard.simulated.faults.add(DETAILS, FaultKind.DROP)
    await time.polls(5)
    assert state(hass, loaded, "dashboard", "connected") == STATE_OFF
    assert set(online(hass, loaded).values()) == {STATE_UNAVAILABLE}

    dashboard.simulated.faults.clear()
    await time.polls()
    assert state(hass, loaded, "dashboard", "connected") == STATE_ON
    assert online(hass, loaded) == ALL_BUT_TWO
