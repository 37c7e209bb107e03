"""What monitors measure: how it is learned, how often it is asked for, and what it costs."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from aiohttp import web
from aiohttp.typedefs import Handler
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.dashboard import Dashboard
from simulator.faults import FaultKind

from .serving import DETAILS, MONITOR, PassingTime, Serve, ServedDashboard, add_entry, entity_id, set_up, state
from .watching import Writes, entities_of, notable, states_of, still_world

ONE = "/api/v1/monitor/1"
LATENCIES = {"latency_1", "latency_2", "latency_4"}
HOUR = 3600


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


@pytest.fixture
def time(time: PassingTime) -> Iterator[PassingTime]:
    """Return the time that the schedule of the monitors shares as well."""
    with patch("custom_components.nezha.schedule.monotonic", time.monotonic):
        yield time


def latencies(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> dict[str, str]:
    """Return what the monitors show of a server."""
    return {field: value for field, value in states_of(hass, entry, key).items() if field.startswith("latency")}


def asked(dashboard: ServedDashboard) -> Counter[str]:
    """Return how often each server was asked for since the requests were cleared."""
    return Counter(request.path.rpartition("/")[2] for request in dashboard.asked("/api/v1/monitor/"))


def monitor(dashboard: ServedDashboard, number: int, name: str, *points: tuple[float, float]) -> dict[str, Any]:
    """Return what a dashboard says of a monitor: points are seconds ago and milliseconds."""
    now = dashboard.world.clock.dashboard_now()
    return {
        "monitor_id": number,
        "server_id": 1,
        "monitor_name": name,
        "server_name": "hk-edge-1",
        "created_at": [int(now - ago) * 1000 for ago, _ in points],
        "avg_delay": [delay for _, delay in points],
    }


def answer(dashboard: ServedDashboard, *monitors: dict[str, Any]) -> None:
    """Have the dashboard say this of the first server's monitors from now on."""
    dashboard.simulated.faults.clear(ONE)
    body = {"code": 0, "message": "success", "result": list(monitors)}
    dashboard.simulated.faults.add(ONE, FaultKind.WRONG_SHAPE, body=body)


# What there is


async def test_monitors_are_learned_soon_after_the_start(
    hass: HomeAssistant, entry: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Each server is asked for once; HTTP monitors measure no latency of a server."""
    await set_up(hass, entry)
    assert latencies(hass, entry, "1") == {}
    await time.passes(6)
    assert asked(dashboard) == Counter("12345678")
    names = {
        registered.unique_id.rpartition("_")[2]: registered.original_name
        for registered in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if registered.unique_id.startswith(f"{entry.entry_id}_1_latency")
    }
    assert names == {"1": "Ping Frankfurt latency", "2": "SSH latency", "4": "Broken latency"}
    assert latencies(hass, entry, "7") == latencies(hass, entry, "8") == {}


async def test_the_newest_point_is_shown(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """A probe that got no answer is unknown, not 0 ms."""
    for _ in range(3):
        for key in "123456":
            newest = {f"latency_{h.monitor.id}": h.points[-1][1] for h in dashboard.world.histories(int(key))}
            expected = {field: str(round(delay, 1)) if delay else STATE_UNKNOWN for field, delay in newest.items()}
            del expected["latency_3"]
            assert latencies(hass, loaded, key) == expected
        await time.polls(2)


async def test_a_probe_that_failed_is_unknown_until_the_next_one(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """The mean of a minute without any answer is 0."""
    answer(dashboard, monitor(dashboard, 1, "Ping", (60, 12.34), (0, 0)))
    await time.passes(61)
    assert state(hass, loaded, "1", "latency_1") == STATE_UNKNOWN
    answer(dashboard, monitor(dashboard, 1, "Ping", (60, 0), (0, 12.34)))
    await time.passes(61)
    assert state(hass, loaded, "1", "latency_1") == "12.3"


@pytest.mark.parametrize(
    "case",
    [
        ([(301, 8.5), (241, 9.5), (181, 10.5)], STATE_UNKNOWN),
        ([(300, 8.5), (240, 9.5), (180, 10.5)], "10.5"),
        ([(1501, 8.5), (1201, 9.5), (901, 10.5)], STATE_UNKNOWN),
        ([(1500, 8.5), (1200, 9.5), (900, 10.5)], "10.5"),
        ([(181, 10.5)], STATE_UNKNOWN),
        ([(180, 10.5)], "10.5"),
        ([], STATE_UNKNOWN),
    ],
    ids=["minutes, old", "minutes", "five minutes, old", "five minutes", "only one, old", "only one", "none"],
)
async def test_a_point_counts_for_three_intervals(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
    case: tuple[list[tuple[float, float]], str],
) -> None:
    """The interval is that of the points; a monitor that has stopped is unknown."""
    points, expected = case
    time.worlds.clear()
    answer(dashboard, monitor(dashboard, 1, "Ping", *points))
    await time.passes(61)
    assert state(hass, loaded, "1", "latency_1") == expected


async def test_a_new_monitor_appears_without_a_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """One that is deleted is unknown and, after a reload, provided no more."""
    answer(dashboard, monitor(dashboard, 1, "Ping", (0, 10.5)), monitor(dashboard, 9, "New", (0, 20.5)))
    await time.passes(61)
    assert latencies(hass, loaded, "1") == {
        "latency_1": "10.5",
        "latency_9": "20.5",
        "latency_2": STATE_UNKNOWN,
        "latency_4": STATE_UNKNOWN,
    }
    assert entity_id(hass, loaded, "1", "latency_9") == "sensor.hk_edge_1_new_latency"

    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert latencies(hass, loaded, "1") == {
        "latency_1": STATE_UNKNOWN,
        "latency_9": STATE_UNKNOWN,
        "latency_2": STATE_UNAVAILABLE,
        "latency_4": STATE_UNAVAILABLE,
    }
    await time.passes(6)
    assert state(hass, loaded, "1", "latency_9") == "20.5"


async def test_monitors_are_known_before_they_are_asked_for_again(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Also when the first answers after a start fail."""
    dashboard.simulated.faults.add(MONITOR, FaultKind.SERVER_ERROR)
    await hass.config_entries.async_reload(loaded.entry_id)
    await time.passes(6)
    assert latencies(hass, loaded, "1") == dict.fromkeys(LATENCIES, STATE_UNKNOWN)
    dashboard.simulated.faults.clear()
    await time.passes(61)
    assert latencies(hass, loaded, "1")["latency_1"] != STATE_UNKNOWN


@pytest.mark.parametrize("fault", [FaultKind.SERVER_ERROR, FaultKind.NOT_FOUND, FaultKind.LOGIN_PAGE])
async def test_one_failure_is_not_shown(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime, fault: FaultKind
) -> None:
    """A page for a moment does not tell that there are no monitors any more; a second one does."""
    before = latencies(hass, loaded, "1")
    assert before["latency_1"] != STATE_UNKNOWN
    dashboard.simulated.faults.add(MONITOR, fault)
    await time.passes(61)
    assert latencies(hass, loaded, "1") == before
    await time.passes(61)
    assert latencies(hass, loaded, "1") == dict.fromkeys(before, STATE_UNKNOWN)


# How often it is asked for


async def test_a_server_is_asked_for_once_a_minute_and_otherwise_once_an_hour(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """An answer holds a whole day: servers without a monitor that somebody shows are asked for only to learn."""
    dashboard.simulated.requests.clear()
    await time.polls(20)
    assert asked(dashboard) == dict.fromkeys("123456", 10)

    dashboard.simulated.requests.clear()
    await time.passes(HOUR)
    assert asked(dashboard) == dict.fromkeys("12345678", 1)


async def test_disabled_sensors_are_not_asked_for(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Unless another one of the same server is enabled."""
    registry = er.async_get(hass)
    for key, field in (("1", "latency_1"), ("1", "latency_2"), ("1", "latency_4"), ("2", "latency_1")):
        disabled_by = er.RegistryEntryDisabler.USER
        registry.async_update_entity(entity_id(hass, loaded, key, field), disabled_by=disabled_by)
    await hass.config_entries.async_reload(loaded.entry_id)
    await time.passes(6)
    dashboard.simulated.requests.clear()
    await time.polls(20)
    assert asked(dashboard) == dict.fromkeys("23456", 10)

    dashboard.simulated.requests.clear()
    await time.passes(HOUR)
    assert asked(dashboard)["1"] == 1
    assert latencies(hass, loaded, "1") == {}


async def test_an_offline_server_is_not_asked_for(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Its agent measures nothing; its sensors are unavailable until it is back."""
    dashboard.world.stop(1)
    await time.polls(3)
    assert latencies(hass, loaded, "1") == dict.fromkeys(LATENCIES, STATE_UNAVAILABLE)
    dashboard.simulated.requests.clear()
    await time.polls(20)
    assert asked(dashboard) == dict.fromkeys("23456", 10)

    dashboard.world.start(1)
    await time.polls(4)
    assert state(hass, loaded, "1", "latency_1") not in {STATE_UNAVAILABLE, STATE_UNKNOWN}


class CountingDashboard(Dashboard):
    """A dashboard that counts how many requests it answers at once."""

    def __init__(self) -> None:
        """Count from zero."""
        super().__init__(still_world())
        self.most = self._now = 0

    def application(self) -> web.Application:
        """Return the dashboard, counting."""
        application = super().application()
        application.middlewares.append(self._count)
        return application

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            return await handler(request)
        finally:
            self._now -= 1


async def test_servers_are_asked_for_one_after_the_other(hass: HomeAssistant, serve: Serve, time: PassingTime) -> None:
    """A small dashboard has to read a day of each from its database."""
    counting = CountingDashboard()
    entry = add_entry(hass, await serve(counting))
    await set_up(hass, entry)
    counting.faults.add(MONITOR, FaultKind.SLOW, seconds=0.01)
    await time.passes(6)
    assert len(counting.requests) == 3 + 8
    assert counting.most == 1


async def test_a_dashboard_that_does_not_answer_is_left_alone(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Whether it is back is asked by one question only."""
    dashboard.simulated.faults.add(DETAILS, FaultKind.BAD_GATEWAY)
    await time.polls()
    dashboard.simulated.requests.clear()
    await time.polls(10)
    assert asked(dashboard) == {}
    dashboard.simulated.faults.clear()
    await time.polls(2)
    assert asked(dashboard) == dict.fromkeys("123456", 1)


# What it costs


async def test_an_hour_costs_no_more_than_sixty_megabytes(hass: HomeAssistant, serve: Serve, time: PassingTime) -> None:
    """However many servers have monitors that hold a whole day; all of them get their turn."""
    size = 1_000_000
    many = await serve(Dashboard(still_world(servers=25)))
    entry = add_entry(hass, many)
    await set_up(hass, entry)
    now = int(many.world.clock.dashboard_now()) * 1000
    measured = {"monitor_id": 1, "monitor_name": "Ping", "created_at": [now], "avg_delay": [5.0]}
    body = {"code": 0, "message": "success", "result": [measured | {"a day of points": "x" * size}]}
    many.simulated.faults.add(MONITOR, FaultKind.WRONG_SHAPE, body=body)
    many.simulated.requests.clear()
    for _ in range(HOUR // 20):
        await time.passes(20)
    times = asked(many)
    assert sum(times.values()) * size == pytest.approx(60_000_000, abs=size)
    assert len(times) == 25
    online = [count for key, count in times.items() if key not in {"7", "8"}]
    assert max(online) - min(online) <= 1


# Failures


async def test_a_failure_that_passes_changes_nothing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The next answer is soon enough."""
    before = latencies(hass, loaded, "1")
    dashboard.simulated.faults.add(MONITOR, FaultKind.SERVER_ERROR)
    await time.passes(60)
    await time.passes(6)
    assert latencies(hass, loaded, "1") == before
    assert notable(caplog) == []


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.GARBAGE, FaultKind.DROP, FaultKind.CHALLENGE])
async def test_a_failure_that_lasts_makes_only_latency_unknown(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime, kind: FaultKind
) -> None:
    """Nothing is wrong with the servers."""
    writes = Writes(hass)
    dashboard.simulated.faults.add(MONITOR, kind)
    await time.polls(6)
    assert set(latencies(hass, loaded, "1").values()) == {STATE_UNKNOWN}
    assert set(latencies(hass, loaded, "6").values()) == {STATE_UNKNOWN}
    assert STATE_UNAVAILABLE not in {value for _, value in writes.changes}
    assert state(hass, loaded, "dashboard", "connected") == STATE_ON

    dashboard.simulated.faults.clear()
    await time.polls(4)
    assert state(hass, loaded, "1", "latency_1") != STATE_UNKNOWN
    assert state(hass, loaded, "6", "latency_1") != STATE_UNKNOWN


async def test_failures_are_not_logged(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The other clock tells of outages."""
    dashboard.simulated.faults.add(MONITOR, FaultKind.SERVER_ERROR)
    await time.polls(6)
    dashboard.simulated.faults.clear()
    await time.polls(4)
    assert notable(caplog) == []


@pytest.mark.parametrize("old", [("0.15.20", ""), ("0.16.7", "hidden behind a password")], ids=["404", "password page"])
async def test_a_dashboard_without_latency_is_none_the_worse(
    hass: HomeAssistant, serve: Serve, time: PassingTime, caplog: pytest.LogCaptureFixture, old: tuple[str, str]
) -> None:
    """It is asked once an hour, for it may be updated."""
    version, view_password = old
    simple = await serve(Dashboard(still_world(), version=version, view_password=view_password))
    time.worlds.append(simple.world)
    entry = add_entry(hass, simple)
    await set_up(hass, entry)
    await time.passes(6)
    await time.polls(10)
    assert asked(simple) == Counter("12345678")
    assert LATENCIES.isdisjoint(entities_of(hass, entry, "1"))
    assert state(hass, entry, "1", "online") == STATE_ON
    assert state(hass, entry, "7", "online") == STATE_OFF
    assert notable(caplog) == []

    await time.passes(HOUR)
    for _ in range(8):
        await time.passes(6)
    assert asked(simple) == dict.fromkeys("12345678", 2)
