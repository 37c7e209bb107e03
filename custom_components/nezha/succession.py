"""What goes over to a new server or to another dashboard: entity ids and history.

Ids of monitors are parts of unique ids, and stand for other monitors on another dashboard. So what belongs to a monitor
is left under its name there, until the monitor that has this name is about to get its own.
"""

from collections.abc import Mapping

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .const import DOMAIN, LATENCY
from .coordinator import NezhaConfigEntry, async_identities
from .devices import monitor_of, server_key
from .entity import monitor_device
from .identity import Identity

LEFT = "left:"  # stands in front of a monitor's name where its id would


async def async_replace_server(hass: HomeAssistant, entry: NezhaConfigEntry, key: str, successor: str) -> None:
    """Let the device and entities of a server go on with another one, whose own are removed."""
    await hass.config_entries.async_unload(entry.entry_id)  # so that nothing shows the two of them meanwhile
    identities = await async_identities(hass, entry)
    identities.async_replace(key, successor)
    await identities.async_save()
    async_remove_server(hass, entry, successor)
    await hass.config_entries.async_setup(entry.entry_id)


async def async_leave_dashboard(hass: HomeAssistant, entry: NezhaConfigEntry) -> None:
    """Unload, and know servers and monitors by what they have on any dashboard."""
    await hass.config_entries.async_unload(entry.entry_id)  # else an answer of the old one would be taken for the new
    identities = await async_identities(hass, entry)
    _leave_latencies(hass, entry, identities.known)
    _leave_monitors(hass, entry)
    identities.async_leave()
    await identities.async_save()


@callback
def async_remove_server(hass: HomeAssistant, entry: NezhaConfigEntry, key: str) -> None:
    """Remove the device of a server with its entities."""
    devices = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        if server_key(entry, device) == key:
            devices.async_remove_device(device.id)


@callback
def async_take_over_latency(
    hass: HomeAssistant, entry: NezhaConfigEntry, key: str, monitor_id: int, monitor_name: str
) -> None:
    """Let a latency of a server, about to be added, be the one that was left under its monitor's name, if any."""
    entities = er.async_get(hass)
    left = _latency(entities, entry, key, f"{LEFT}{monitor_name}")
    if left and not _latency(entities, entry, key, str(monitor_id)):
        entities.async_update_entity(left, new_unique_id=_latency_id(entry, key, str(monitor_id)))


@callback
def async_take_over_monitors(hass: HomeAssistant, entry: NezhaConfigEntry) -> None:
    """Let monitors have the devices that were left under their names, now and before new ones get their own."""
    monitors = entry.runtime_data.monitors
    if monitors is None:
        return
    devices = dr.async_get(hass)

    @callback
    def take_over() -> None:
        for number, monitor in monitors.data.items():
            left = _monitor(devices, entry, f"{LEFT}{monitor.name}")
            if left and not _monitor(devices, entry, str(number)):
                _move_monitor(hass, entry, left, str(number))

    take_over()
    entry.async_on_unload(monitors.async_add_listener(take_over))


@callback
def _leave_latencies(hass: HomeAssistant, entry: NezhaConfigEntry, known: Mapping[str, Identity]) -> None:
    """Leave every latency under the name of its monitor; of two with one name the second waits beside it."""
    entities = er.async_get(hass)
    names = {(key, number): name for key, server in known.items() for number, name in server.monitors.items()}
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        key, _, field = entity.unique_id.removeprefix(f"{entry.entry_id}_").partition("_")
        number = field.removeprefix(f"{LATENCY}_")
        if number == field or number.startswith(LEFT):
            continue
        left = f"{LEFT}{names.get((key, number), number)}"
        while _latency(entities, entry, key, left):
            left += "+"
        entities.async_update_entity(entity.entity_id, new_unique_id=_latency_id(entry, key, left))


@callback
def _leave_monitors(hass: HomeAssistant, entry: NezhaConfigEntry) -> None:
    """Leave every monitor's device under the monitor's name; of two with one name the second waits beside it."""
    devices = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        number = monitor_of(entry, device)
        if number is None or number.startswith(LEFT):
            continue
        left = f"{LEFT}{device.name}"
        while _monitor(devices, entry, left):
            left += "+"
        _move_monitor(hass, entry, device, left)


def _latency(entities: er.EntityRegistry, entry: NezhaConfigEntry, key: str, monitor: str) -> str | None:
    """Return the id of the entity that shows what a monitor, by its id or as left, measures from a server."""
    return entities.async_get_entity_id(Platform.SENSOR, DOMAIN, _latency_id(entry, key, monitor))


def _latency_id(entry: NezhaConfigEntry, key: str, monitor: str) -> str:
    return f"{entry.entry_id}_{key}_{LATENCY}_{monitor}"


def _monitor(devices: dr.DeviceRegistry, entry: NezhaConfigEntry, monitor: str) -> dr.DeviceEntry | None:
    """Return the device of a monitor, by its id or as left."""
    return devices.async_get_device_by_identifier((DOMAIN, monitor_device(entry, monitor)), entry.entry_id)


@callback
def _move_monitor(hass: HomeAssistant, entry: NezhaConfigEntry, device: dr.DeviceEntry, monitor: str) -> None:
    """Give a monitor's device with its entities to another one."""
    devices, entities = dr.async_get(hass), er.async_get(hass)
    devices.async_update_device(device.id, new_identifiers={(DOMAIN, monitor_device(entry, monitor))})
    for entity in er.async_entries_for_device(entities, device.id, include_disabled_entities=True):
        field = entity.unique_id.rpartition("_")[2]
        entities.async_update_entity(entity.entity_id, new_unique_id=f"{entry.entry_id}_monitor{monitor}_{field}")
