"""Who is told that a server is down, and how often."""

from collections.abc import AsyncIterator

import pytest

from simulator.faults import FaultKind
from tests.serving import ServedDashboard

from .home import Home

ONE, TWO = "hk-edge-1", "数据库-东京"
AWAY = "The Nezha dashboard nezha.example.com does not answer"
AGAIN = "The Nezha dashboard nezha.example.com answers again"
RECORDED = 6
"""Servers of the simulator that are online at first; the two behind them never are."""


@pytest.fixture
async def dashboard(home: Home) -> AsyncIterator[ServedDashboard]:
    """Return a dashboard of servers that are all online."""
    dashboard = await home.shows(servers=RECORDED)
    await home.uses("server_offline")
    await home.start()
    await home.lives(10)
    assert home.news() == []
    return dashboard


# One server


async def test_a_server_that_dies_is_told_once_and_so_is_its_return(home: Home, dashboard: ServedDashboard) -> None:
    """After the minutes that are the default; the notification says since when."""
    dashboard.world.stop(1)
    await home.lives(5)
    assert home.news() == []
    await home.lives(2)
    assert home.news() == [f"{ONE} is offline"]
    await home.lives(60)
    assert home.news() == []
    dashboard.world.start(1)
    await home.lives(3)
    assert home.news() == [f"{ONE} is back online"]
    await home.lives(60)
    assert home.news() == []
    assert [shown["title"] for shown in home.shown.values()] == [f"{ONE} is back online"]


async def test_flaps_are_not_told(home: Home, dashboard: ServedDashboard) -> None:
    """However often, as long as none of them lasts."""
    for _ in range(5):
        dashboard.world.stop(1)
        await home.lives(4)
        dashboard.world.start(1)
        await home.lives(1)
    await home.lives(10)
    assert home.news() == []


async def test_a_server_that_dies_again_is_told_again(home: Home, dashboard: ServedDashboard) -> None:
    """Each time once."""
    for _ in range(3):
        dashboard.world.stop(1)
        await home.lives(8)
        dashboard.world.start(1)
        await home.lives(5)
    assert home.news() == [f"{ONE} is offline", f"{ONE} is back online"] * 3


# Outages of the dashboard


@pytest.mark.parametrize("fault", [FaultKind.BAD_GATEWAY, FaultKind.RESET])
async def test_an_outage_is_told_as_such(home: Home, dashboard: ServedDashboard, fault: FaultKind) -> None:
    """One message about the dashboard, none about its servers."""
    dashboard.simulated.faults.add("*", fault)
    await home.lives(30)
    assert home.news() == [AWAY]
    dashboard.simulated.faults.clear()
    await home.lives(30)
    assert home.news() == [AGAIN]


async def test_short_outages_are_not_told(home: Home, dashboard: ServedDashboard) -> None:
    """They are over before anybody has to know."""
    for _ in range(3):
        dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
        await home.lives(4)
        dashboard.simulated.faults.clear()
        await home.lives(2)
    await home.lives(10)
    assert home.news() == []


async def test_a_server_that_dies_during_an_outage_is_told_after_it(home: Home, dashboard: ServedDashboard) -> None:
    """By itself, once."""
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(10)
    dashboard.world.stop(1)
    await home.lives(20)
    assert home.news() == [AWAY]
    dashboard.simulated.faults.clear()
    await home.lives(30)
    assert home.news() == [AGAIN, f"{ONE} is offline"]


@pytest.mark.parametrize("minutes", [1, 2, 3])
async def test_a_server_that_dies_just_before_an_outage_is_told_after_it(
    home: Home, dashboard: ServedDashboard, minutes: float
) -> None:
    """Although the message about the outage has come in between."""
    dashboard.world.stop(1)
    await home.lives(minutes)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(20)
    assert home.news() == [AWAY]
    dashboard.simulated.faults.clear()
    await home.lives(20)
    assert sorted(home.news()) == sorted([AGAIN, f"{ONE} is offline"])


async def test_a_server_told_before_an_outage_is_not_told_after_it(home: Home, dashboard: ServedDashboard) -> None:
    """It is still the same that it is offline; its return is told."""
    dashboard.world.stop(1)
    await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(20)
    dashboard.simulated.faults.clear()
    await home.lives(20)
    assert home.news() == [AWAY, AGAIN]
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(1)
    dashboard.world.start(1)
    await home.lives(3)
    dashboard.simulated.faults.clear()
    await home.lives(5)
    assert home.news() == [f"{ONE} is back online"]


# Restarts of Home Assistant


@pytest.mark.parametrize("away", [0, 1, 30])
async def test_a_server_that_dies_before_a_restart_is_told_after_it(
    home: Home, dashboard: ServedDashboard, away: float
) -> None:
    """Its minutes are not over when Home Assistant stops; they go on."""
    dashboard.world.stop(1)
    await home.lives(3)
    await home.restart(away=away)
    assert home.news() == []
    await home.lives(5)
    assert home.news() == [f"{ONE} is offline"]
    await home.lives(30)
    assert home.news() == []


async def test_a_server_that_dies_while_home_assistant_is_stopped_is_told(
    home: Home, dashboard: ServedDashboard
) -> None:
    """Its minutes begin when Home Assistant is back."""
    await home.stop()
    dashboard.world.stop(1)
    home.time.moves(3600)
    await home.start()
    await home.lives(4)
    assert home.news() == []
    await home.lives(30)
    assert home.news() == [f"{ONE} is offline"]


async def test_what_was_told_before_a_restart_is_not_told_after_it(home: Home, dashboard: ServedDashboard) -> None:
    """Neither that it is offline nor that it is back, but what changes then is."""
    dashboard.world.stop(1)
    await home.lives(10)
    for away in (0, 5, 60):
        await home.restart(away=away)
        await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]
    dashboard.world.start(1)
    await home.lives(5)
    await home.restart()
    await home.lives(10)
    assert home.news() == [f"{ONE} is back online"]


async def test_a_return_while_home_assistant_is_stopped_is_told(home: Home, dashboard: ServedDashboard) -> None:
    """If it was told that the server was offline."""
    dashboard.world.stop(1)
    dashboard.world.stop(2)
    await home.lives(3)
    dashboard.world.start(2)
    await home.lives(7)
    assert home.news() == [f"{ONE} is offline"]
    dashboard.world.stop(2)
    await home.lives(3)
    await home.stop()
    dashboard.world.start(1)
    dashboard.world.start(2)
    home.time.moves(600)
    await home.start()
    await home.lives(10)
    assert home.news() == [f"{ONE} is back online"]


async def test_a_restart_during_an_outage_loses_nothing(home: Home, dashboard: ServedDashboard) -> None:
    """A server that died before it, one that dies during it, and one that was told long ago."""
    dashboard.world.stop(3)
    await home.lives(20)
    assert home.news() == ['web <b>&amp; "api"</b> 🚀 is offline']
    dashboard.world.stop(1)
    await home.lives(3)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(10)
    assert home.news() == [AWAY]
    await home.restart(away=5)
    await home.lives(20)
    dashboard.world.stop(2)
    dashboard.simulated.faults.clear()
    await home.lives(30)
    assert sorted(home.news()) == sorted([AGAIN, f"{ONE} is offline", f"{TWO} is offline"])


# Many at once


async def test_servers_that_go_offline_together_are_told_together(home: Home, dashboard: ServedDashboard) -> None:
    """Also when their last reports are up to a minute apart, and so is their return."""
    for server in range(1, RECORDED):
        dashboard.world.stop(server)
        await home.lives(0.5 if server == 2 else 0)
    await home.lives(10)
    assert home.news() == ["5 of 6 servers of nezha.example.com are offline"]
    (shown,) = home.shown.values()
    assert '🚀' in shown["message"]
    for server in range(1, RECORDED):
        dashboard.world.start(server)
        await home.lives(0.5 if server == 2 else 0)
    await home.lives(10)
    assert home.news() == ["5 of 6 servers of nezha.example.com are back online"]


async def test_one_that_stays_offline_after_many_is_told_no_second_time(
    home: Home, dashboard: ServedDashboard
) -> None:
    """The others are back; later another one dies alone and is told by its name."""
    for server in range(1, RECORDED):
        dashboard.world.stop(server)
    await home.lives(10)
    for server in range(2, RECORDED):
        dashboard.world.start(server)
    await home.lives(30)
    dashboard.world.stop(2)
    await home.lives(10)
    assert home.news() == [
        "5 of 6 servers of nezha.example.com are offline",
        "4 of 6 servers of nezha.example.com are back online",
        f"{TWO} is offline",
    ]


async def test_two_of_six_are_not_many(home: Home, dashboard: ServedDashboard) -> None:
    """Each is told by its name."""
    dashboard.world.stop(1)
    dashboard.world.stop(2)
    await home.lives(10)
    assert sorted(home.news()) == sorted([f"{ONE} is offline", f"{TWO} is offline"])
