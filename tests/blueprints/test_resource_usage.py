"""Who is told that a server runs short, and how often."""

import pytest

from simulator.faults import FaultKind
from tests.serving import ServedDashboard

from .home import Home

CPU = "hk-edge-1 CPU usage"


@pytest.fixture
async def dashboard(home: Home) -> ServedDashboard:
    """Return a dashboard whose servers have little to do."""
    dashboard = await home.shows()
    await home.uses("resource_usage")
    await home.start()
    await home.lives(15)
    assert home.news() == []
    return dashboard


def use(dashboard: ServedDashboard, cpu: float, server: int = 1) -> None:
    """Have a server use so much of its CPU."""
    dashboard.world.fix_state(server, {"cpu": cpu})


HIGH, NORMAL = f"{CPU} is high: 95.0 %", f"{CPU} is back to normal: 50.0 %"


async def test_a_usage_that_stays_high_is_told_once_and_so_is_its_end(home: Home, dashboard: ServedDashboard) -> None:
    """After the minutes that are the default."""
    use(dashboard, 95)
    await home.lives(10)
    assert home.news() == []
    await home.lives(2)
    assert home.news() == [HIGH]
    await home.lives(30)
    use(dashboard, 50)
    await home.lives(4)
    assert home.news() == [NORMAL]
    await home.lives(15)
    assert home.news() == []
    use(dashboard, 95)
    await home.lives(13)
    assert home.news() == [HIGH]


async def test_peaks_are_not_told(home: Home, dashboard: ServedDashboard) -> None:
    """Each is over before its minutes are."""
    for _ in range(3):
        use(dashboard, 95)
        await home.lives(8)
        use(dashboard, 50)
        await home.lives(2)
    assert home.news() == []


@pytest.mark.parametrize(("fallen", "minutes"), [(87, 5), (50, 1)], ids=["a_little", "for_a_moment"])
async def test_a_usage_that_falls_is_not_told_again(
    home: Home, dashboard: ServedDashboard, fallen: float, minutes: float
) -> None:
    """It has to be below by the margin, and for two minutes, to be over."""
    use(dashboard, 95)
    await home.lives(12)
    for _ in range(3):
        use(dashboard, fallen)
        await home.lives(minutes)
        use(dashboard, 95)
        await home.lives(15)
    assert home.news() == [HIGH]
    use(dashboard, 84)
    await home.lives(4)
    assert home.news() == [f"{CPU} is back to normal: 84.0 %"]


@pytest.mark.parametrize("fault", [FaultKind.BAD_GATEWAY, FaultKind.RESET])
async def test_an_outage_of_the_dashboard_ends_nothing(
    home: Home, dashboard: ServedDashboard, fault: FaultKind
) -> None:
    """What was told is not told again after it, what was not yet is."""
    use(dashboard, 95)
    await home.lives(12)
    assert home.news() == [HIGH]
    use(dashboard, 96, server=2)
    await home.lives(4)
    dashboard.simulated.faults.add("*", fault)
    await home.lives(15)
    dashboard.simulated.faults.clear()
    await home.lives(4)
    assert home.news() == []
    await home.lives(6)
    assert home.news() == ["数据库-东京 CPU usage is high: 96.0 %"]
    use(dashboard, 50)
    await home.lives(4)
    assert home.news() == [NORMAL]


async def test_a_server_that_goes_offline_ends_nothing(home: Home, dashboard: ServedDashboard) -> None:
    """Its usage is not known for a while."""
    use(dashboard, 95)
    await home.lives(12)
    dashboard.world.stop(1)
    await home.lives(10)
    dashboard.world.start(1)
    await home.lives(15)
    assert home.news() == [HIGH]


async def test_what_ends_while_home_assistant_is_stopped_is_told(home: Home, dashboard: ServedDashboard) -> None:
    """As soon as it is back."""
    use(dashboard, 95)
    await home.lives(13)
    assert home.news() == [HIGH]
    await home.stop()
    use(dashboard, 50)
    home.time.moves(3600)
    await home.start()
    await home.lives(3)
    assert home.news() == [NORMAL]
    await home.lives(15)
    assert home.news() == []


async def test_a_restart_repeats_nothing_and_loses_nothing(home: Home, dashboard: ServedDashboard) -> None:
    """What was told is not told again; the minutes of what was not yet begin anew."""
    use(dashboard, 95)
    await home.lives(12)
    use(dashboard, 96, server=2)
    await home.lives(3)
    assert home.news() == [HIGH]
    await home.restart(away=2)
    await home.lives(9)
    assert home.news() == []
    await home.lives(20)
    assert home.news() == ["数据库-东京 CPU usage is high: 96.0 %"]
    use(dashboard, 50)
    await home.lives(4)
    assert home.news() == [NORMAL]


async def test_each_resource_of_each_server_is_told_by_itself(home: Home, dashboard: ServedDashboard) -> None:
    """Also of one that was added later; a usage that is not among the chosen ones is not."""
    use(dashboard, 95)
    dashboard.world.fix_host(1, {"disk_total": 1000, "swap_total": 1000})
    dashboard.world.fix_state(1, {"disk_used": 925, "swap_used": 950})
    use(dashboard, 97, server=dashboard.world.add(name="added later"))
    await home.lives(15)
    assert sorted(home.news()) == sorted(
        [HIGH, "hk-edge-1 Disk usage is high: 92.5 %", "added later CPU usage is high: 97.0 %"]
    )


async def test_a_dashboard_of_any_name_is_watched(home: Home) -> None:
    """Also beside one that is named like the integration, by which Home Assistant finds entities."""
    dashboards = [await home.shows(servers=1, title=title) for title in ("nezha", "nezha.example.com")]
    await home.uses("resource_usage")
    await home.start()
    for dashboard in dashboards:
        use(dashboard, 95)
    await home.lives(14)
    assert home.news() == [HIGH, HIGH]


async def test_servers_can_be_chosen(home: Home) -> None:
    """One that is not to be watched begins nothing."""
    dashboard = await home.shows(servers=6)
    await home.start()
    await home.uses("resource_usage", excluded={"device_id": home.device("1")})
    await home.restart()
    use(dashboard, 95)
    use(dashboard, 96, server=2)
    await home.lives(14)
    assert home.news() == ["数据库-东京 CPU usage is high: 96.0 %"]
    await home.uses("resource_usage", included={"device_id": home.device("1")})
    await home.restart()
    await home.lives(14)
    assert home.news() == [HIGH]


@pytest.mark.parametrize(("way", "expected"), [("included", [HIGH]), ("excluded", [])])
async def test_a_nezha_dashboard_stands_for_its_servers(home: Home, way: str, expected: list[str]) -> None:
    """As a device."""
    dashboard = await home.shows(servers=6)
    await home.start()
    await home.uses("resource_usage", **{way: {"device_id": home.device_of_dashboard()}})
    await home.restart()
    use(dashboard, 95)
    await home.lives(14)
    assert home.news() == expected
