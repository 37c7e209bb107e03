"""What is enabled of a fleet that has more entities than Home Assistant takes from one entry."""

from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha import async_remove_config_entry_device
from custom_components.nezha.const import DOMAIN, LATENCY, ONLINE
from custom_components.nezha.devices import server_key
from simulator.dashboard import Dashboard

from .serving import PassingTime, Serve, ServedDashboard, set_up
from .watching import still_world

BY_IMPORTANCE = [
    *("cpu", "mem_usage", "disk_usage", "net_in_speed", "net_out_speed", "net_in_transfer", "net_out_transfer"),
    *("load_1", "boot_time", LATENCY),
]
MOST = 40
"""What the fleet may enable in these tests: eight servers would have more than eighty."""


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


@pytest.fixture
def crowded() -> Iterator[None]:
    """Let eight servers be a crowd."""
    with patch("custom_components.nezha.budget.MOST_ENTITIES", MOST):
        yield


def registered(hass: HomeAssistant, entry: MockConfigEntry, *, disabled: bool) -> Counter[str | None]:
    """Count the entities of the servers that are enabled, or that are not, by what they show."""
    return Counter(
        entity.translation_key
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if entity.disabled is disabled and entity.translation_key in {ONLINE, *BY_IMPORTANCE}
    )


def room(hass: HomeAssistant, entry: MockConfigEntry) -> int:
    """Return how many more entities of servers may be enabled."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return MOST - sum(not entity.disabled and "_dashboard_" not in entity.unique_id for entity in entities)


def told(hass: HomeAssistant, entry: MockConfigEntry) -> str | None:
    """Return how many disabled entities the repair tells of, `None` if there is no repair."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{entry.entry_id}_crowd")
    return issue.translation_placeholders["disabled"] if issue and issue.translation_placeholders else None


async def test_an_ordinary_fleet_has_everything(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Eight servers are far from any limit."""
    assert registered(hass, loaded, disabled=False).keys() == {ONLINE, *BY_IMPORTANCE}
    assert registered(hass, loaded, disabled=True) == {}
    assert told(hass, loaded) is None


@pytest.mark.usefixtures("crowded")
async def test_a_crowd_has_the_most_important_of_every_server(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Fields are enabled for all servers or for none, latencies are the first to go, and a repair tells how many."""
    enabled, disabled = (registered(hass, loaded, disabled=disabled) for disabled in (False, True))
    number = len([field for field in BY_IMPORTANCE if enabled[field]])
    assert enabled.keys() == {ONLINE, *BY_IMPORTANCE[:number]}
    assert disabled.keys() == {*BY_IMPORTANCE[number:]}
    assert enabled[ONLINE] == 8
    assert 0 <= room(hass, loaded) < disabled[BY_IMPORTANCE[number]]
    assert told(hass, loaded) == str(disabled.total())


@pytest.mark.usefixtures("crowded")
async def test_a_server_that_joins_a_crowd_is_online_or_offline(
    hass: HomeAssistant, dashboard: ServedDashboard, loaded: MockConfigEntry, time: PassingTime
) -> None:
    """It takes what room is left, and always that."""
    before = registered(hass, loaded, disabled=False)
    left = room(hass, loaded)
    dashboard.world.add(name="new", group="")
    await time.polls()
    new = registered(hass, loaded, disabled=False) - before
    assert new == Counter([ONLINE, *BY_IMPORTANCE[: left - 1]])


async def test_a_server_that_is_deleted_gives_its_place_back(
    hass: HomeAssistant, dashboard: ServedDashboard, loaded: MockConfigEntry, time: PassingTime
) -> None:
    """However often servers are replaced, none of them makes a crowd."""
    enabled = registered(hass, loaded, disabled=False)
    with patch("custom_components.nezha.budget.MOST_ENTITIES", enabled.total() + 10):
        for number in (2, 3, 4):
            dashboard.world.delete(number)
            await time.polls(4)
            await delete(hass, loaded, str(number))
            dashboard.world.add(name=f"in place of {number}", group="")
            await time.polls(2)
            await time.passes(6)
            assert registered(hass, loaded, disabled=False)[ONLINE] == enabled[ONLINE]
    assert told(hass, loaded) is None


async def delete(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> None:
    """Delete a server's device as the user does."""
    devices = dr.async_get(hass)
    (device,) = [
        device
        for device in dr.async_entries_for_config_entry(devices, entry.entry_id)
        if server_key(entry, device) == key
    ]
    assert await async_remove_config_entry_device(hass, entry, device)
    devices.async_remove_device(device.id)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.usefixtures("crowded")
async def test_what_was_decided_stays_after_a_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, time: PassingTime
) -> None:
    """Also what the user has enabled, which counts."""
    registry = er.async_get(hass)
    chosen = registry.async_get_entity_id("sensor", DOMAIN, f"{loaded.entry_id}_1_boot_time")
    assert chosen
    registry.async_update_entity(chosen, disabled_by=None)
    disabled = registered(hass, loaded, disabled=True)
    await hass.config_entries.async_unload(loaded.entry_id)
    await set_up(hass, loaded)
    await time.passes(6)
    assert registered(hass, loaded, disabled=True) == disabled
    assert hass.states.get(chosen) is not None
    assert told(hass, loaded) == str(disabled.total())


@pytest.mark.usefixtures("crowded")
async def test_the_repair_goes_with_the_last_disabled_entity(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Whoever enables them all has decided, and nothing is left after the entry."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, loaded.entry_id):
        if entity.disabled and entity.translation_key in BY_IMPORTANCE:
            registry.async_update_entity(entity.entity_id, disabled_by=None)
    await hass.config_entries.async_unload(loaded.entry_id)
    assert told(hass, loaded) is None
    await set_up(hass, loaded)
    assert told(hass, loaded) is None
