"""Who is told that a latency is high, and how often."""

from dataclasses import replace

import pytest

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
