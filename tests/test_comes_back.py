"""What comes back after it was gone: servers that were removed, and values that are too old."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.const import STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from simulator.dashboard import Dashboard
from simulator.faults import FaultKind

from .serving import PassingTime, Serve, ServedDashboard, add_entry, entity_id, set_up, state
from .test_devices import Removal, device_of, hide
from .test_latency import latencies
from .watching import Writes, entities_of, still_world


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


@pytest.fixture
def time(time: PassingTime) -> Iterator[PassingTime]:
    """Return the time that the schedule of the monitors shares as well."""
    with patch("custom_components.nezha.schedule.monotonic", time.monotonic):
        yield time


@pytest.mark.parametrize("polls", [0, 1, 3])
async def test_a_server_that_comes_back_at_any_time_after_its_removal_is_there_again(
    hass: HomeAssistant, dashboard: ServedDashboard, time: PassingTime, hass_ws_client: WebSocketGenerator, polls: int
) -> None:
    """With its name, its details and the ids that it had."""
    entry = add_entry(hass, dashboard, latency=False)
    await set_up(hass, entry)
    before = entities_of(hass, entry, "3")
    hide(dashboard, 3)
    await time.polls(4)
    assert await Removal(hass, hass_ws_client, entry).succeeds("3")
    await time.polls(polls)
    assert entities_of(hass, entry, "3") == {}

    dashboard.simulated.faults.clear()
    await time.polls()
    device = device_of(hass, entry, "3")
    assert device
    assert (device.name, device.sw_version) == ('web <b>&amp; "api"</b> 🚀', "0.20.5")
    assert device.via_device_id
    assert entities_of(hass, entry, "3") == before
    assert state(hass, entry, "3", "online") == STATE_ON


async def test_the_failures_of_one_server_cost_only_its_own_values(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Its old values go when its failures last; the others' go on."""
    dashboard.simulated.faults.add("/api/v1/monitor/3", FaultKind.SERVER_ERROR)
    await time.polls(10)
    for key in "12456":
        ping = dashboard.world.histories(int(key))[0]
        assert state(hass, loaded, key, "latency_1") == str(round(ping.points[-1][1], 1))
    assert set(latencies(hass, loaded, "3").values()) == {STATE_UNKNOWN}


async def test_a_server_that_comes_back_shows_no_old_latency(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """What was measured before it went offline is too old."""
    ping = entity_id(hass, loaded, "1", "latency_1")
    old = state(hass, loaded, "1", "latency_1")
    dashboard.world.stop(1)
    await time.polls(20)
    writes = Writes(hass)
    dashboard.world.start(1)
    await time.polls()
    assert (ping, old) not in writes.changes
