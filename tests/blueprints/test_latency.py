"""Who is told that a latency is high, and how often."""

from dataclasses import replace

from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.nezha.const import DOMAIN
from simulator.faults import FaultKind
from tests.serving import ServedDashboard

from .home import Home

PING = "hk-edge-1 Ping Frankfurt latency"


@pytest.fixture
async def dashboard(home: Home) -> ServedDashboard:
    """Return a dashboard whose monitors measure a few milliseconds."""
    dashboard = await home.shows(servers=1, options={"latency": True})
    await home.uses("latency")
    await home.start()
    await home.lives(15)
    assert home.news() == []
    return dashboard


def slow_down(dashboard: ServedDashboard, monitor: str, milliseconds: float) -> None:
    """Have a monitor measure so much more than the distance."""
    dashboard.world.monitors = tuple(
        replace(each, extra=milliseconds) if each.name == monitor else each for each in dashboard.world.monitors
    )


def names(news: list[str]) -> list[str]:
    """Return titles without the values in them."""
    return [title.partition(":")[0] for title in news]


async def test_a_latency_that_stays_high_is_told_once_and_so_is_its_end(home: Home, dashboard: ServedDashboard) -> None:
    """Whatever else the monitors of the server measure."""
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(10)
    assert home.news() == []
    await home.lives(20)
    assert names(home.news()) == [f"{PING} is high"]
    slow_down(dashboard, "Ping Frankfurt", 0)
    await home.lives(5)
    assert names(home.news()) == [f"{PING} is back to normal"]
    await home.lives(15)
    assert home.news() == []


async def test_peaks_are_not_told(home: Home, dashboard: ServedDashboard) -> None:
    """Each is over before its minutes are."""
    for _ in range(3):
        slow_down(dashboard, "Ping Frankfurt", 300)
        await home.lives(7)
        slow_down(dashboard, "Ping Frankfurt", 0)
        await home.lives(4)
    assert home.news() == []


async def test_a_lost_packet_neither_ends_it_nor_begins_the_minutes_anew(
    home: Home, dashboard: ServedDashboard
) -> None:
    """It halves one value, as monitors of Nezha send two."""
    for minutes in (8, 4, 8):
        slow_down(dashboard, "Ping Frankfurt", 300)
        await home.lives(minutes)
        slow_down(dashboard, "Ping Frankfurt", 150)
        await home.lives(1)
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(5)
    assert names(home.news()) == [f"{PING} is high"]


async def test_a_dip_lasts_no_longer_because_nothing_is_known(home: Home, dashboard: ServedDashboard) -> None:
    """The minutes go on when the server is back."""
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(8)
    slow_down(dashboard, "Ping Frankfurt", 0)
    await home.lives(1)
    dashboard.world.stop(1)
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(10)
    dashboard.world.start(1)
    await home.lives(6)
    assert names(home.news()) == [f"{PING} is high"]


async def test_a_latency_that_is_low_half_of_the_time_is_not_high(home: Home, dashboard: ServedDashboard) -> None:
    """However short each time is."""
    for _ in range(10):
        slow_down(dashboard, "Ping Frankfurt", 300)
        await home.lives(1)
        slow_down(dashboard, "Ping Frankfurt", 0)
        await home.lives(1)
    assert home.news() == []


@pytest.mark.parametrize("minutes", [9, 9.5, 10])
async def test_it_is_not_told_while_it_is_low(home: Home, dashboard: ServedDashboard, minutes: float) -> None:
    """Although its minutes may be over in a dip."""
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(minutes)
    slow_down(dashboard, "Ping Frankfurt", 0)
    await home.lives(4)
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(15)
    told = [float(title.split()[-2]) for title in home.news() if " is high: " in title]
    assert told
    assert min(told) > 200


@pytest.mark.parametrize(
    ("way", "expected"), [("included", ["Ping Frankfurt"]), ("excluded", ["SSH"])], ids=["included", "excluded"]
)
async def test_a_monitor_stands_for_its_latencies(home: Home, way: str, expected: list[str]) -> None:
    """From every server, as a device."""
    dashboard = await home.shows(servers=1, options={"latency": True})
    await home.start()
    entry_id = home.entries[0].entry_id
    monitor = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, f"{entry_id}:monitor:1"), entry_id)
    assert monitor
    await home.uses("latency", **{way: {"device_id": monitor.id}})
    await home.restart()
    for each in ("Ping Frankfurt", "SSH"):
        slow_down(dashboard, each, 300)
    await home.lives(20)
    assert names(home.news()) == [f"hk-edge-1 {each} latency is high" for each in expected]


async def test_an_outage_of_the_dashboard_ends_nothing(home: Home, dashboard: ServedDashboard) -> None:
    """Nor does it begin anything."""
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(15)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(15)
    dashboard.simulated.faults.clear()
    await home.lives(15)
    assert names(home.news()) == [f"{PING} is high"]


async def test_a_restart_begins_the_minutes_anew(home: Home, dashboard: ServedDashboard) -> None:
    """A latency that was high for some of them before is told after it."""
    slow_down(dashboard, "SSH", 300)
    await home.lives(6)
    await home.restart()
    await home.lives(15)
    assert names(home.news()) == ["hk-edge-1 SSH latency is high"]


async def test_what_was_told_outlasts_a_restart(home: Home, dashboard: ServedDashboard) -> None:
    """It is not told again, and its end is told although it comes while Home Assistant is stopped."""
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(15)
    assert names(home.news()) == [f"{PING} is high"]
    await home.restart(away=5)
    await home.lives(20)
    assert home.news() == []
    await home.stop()
    slow_down(dashboard, "Ping Frankfurt", 0)
    home.time.moves(600)
    await home.start()
    await home.lives(10)
    assert names(home.news()) == [f"{PING} is back to normal"]
