"""What the page about the system's health says."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.nezha.const import DOMAIN
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind

from .serving import DETAILS, PassingTime, Serve, ServedDashboard, add_entry, set_up
from .watching import still_world


@pytest.fixture(autouse=True)
async def system_health(hass: HomeAssistant) -> None:
    """Set the page up."""
    assert await async_setup_component(hass, "system_health", {})


async def test_without_a_dashboard_there_is_nothing_to_tell(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """An entry that is not loaded counts as none."""
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await get_system_health_info(hass, DOMAIN) == {
        "dashboards": 0,
        "answering": 0,
        "generations": "",
        "servers": 0,
    }


async def test_dashboards_and_servers_are_counted(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, serve: Serve, time: PassingTime
) -> None:
    """No address is told."""
    second = await serve(Dashboard(still_world(servers=3)))
    await set_up(hass, add_entry(hass, second))
    expected = {"dashboards": 2, "answering": 2, "generations": "0", "servers": 11}
    assert await get_system_health_info(hass, DOMAIN) == expected

    dashboard.simulated.faults.add(DETAILS, FaultKind.BAD_GATEWAY)
    await time.polls(4)
    assert await get_system_health_info(hass, DOMAIN) == expected | {"answering": 1}


async def test_a_dashboard_that_answers_strangely_keeps_its_generation(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Some web page in between does not make it another one."""
    dashboard.simulated.faults.add("*", FaultKind.WEB_PAGE)
    await time.polls()
    assert (await get_system_health_info(hass, DOMAIN))["generations"] == "0"
    await time.polls(5)
    assert (await get_system_health_info(hass, DOMAIN))["generations"] == "0"
