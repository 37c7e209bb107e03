"""What goes over to a new server or to another dashboard: entity ids and history.

Ids of monitors are parts of unique ids, and stand for other monitors on another dashboard. So what belongs to a monitor
is left under its name there, until the monitor that has this name is known.
"""

from collections.abc import Iterator, Mapping

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .const import DOMAIN, LATENCY
from .coordinator import NezhaConfigEntry, async_identities
from .devices import monitor_of, server_key
from .entity import monitor_device

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
    _leave_latencies(hass, entry, {key: identity.monitors for key, identity in identities.known.items()})
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
def async_take_over_left(hass: HomeAssistant, entry: NezhaConfigEntry) -> None:
    """Give what was left under a name to the monitor that has it, now or once it is known."""
    data = entry.runtime_data
    latencies = {(key, name): entity_id for entity_id, key, name in _latencies(hass, entry, left=True)}
    monitors = {name: device for device, name in _monitors(hass, entry, left=True)}

    @callback
    def take_over() -> None:
        for key, name in list(latencies):
            identity = data.identities.known.get(key)
            if identity and name in identity.monitors.values():
                number = next(number for number, known in identity.monitors.items() if known == name)
                _move_latency(hass, entry, latencies.pop((key, name)), key, number)
        for number, monitor in data.monitors.data.items() if data.monitors else ():
            if device := monitors.pop(monitor.name, None):
                _move_monitor(hass, entry, device, str(number))

    take_over()
    if latencies and data.latency:
        entry.async_on_unload(data.latency.async_add_listener(take_over))
    if monitors and data.monitors:
        entry.async_on_unload(data.monitors.async_add_listener(take_over))


def _latencies(hass: HomeAssistant, entry: NezhaConfigEntry, *, left: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the latencies by the id of their entity, the key of their server, and the monitor's name or id."""
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        key, _, field = entity.unique_id.removeprefix(f"{entry.entry_id}_").partition("_")
        monitor = field.removeprefix(f"{LATENCY}_")
        if monitor != field and monitor.startswith(LEFT) is left:
            yield entity.entity_id, key, monitor.removeprefix(LEFT)


def _monitors(hass: HomeAssistant, entry: NezhaConfigEntry, *, left: bool) -> Iterator[tuple[dr.DeviceEntry, str]]:
    """Yield the devices of the monitors, with the monitor's name or id."""
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
        monitor = monitor_of(entry, device)
        if monitor is not None and monitor.startswith(LEFT) is left:
            yield device, monitor.removeprefix(LEFT)


@callback
def _leave_latencies(hass: HomeAssistant, entry: NezhaConfigEntry, monitors: Mapping[str, Mapping[str, str]]) -> None:
    """Leave the latencies of some servers, by whose keys the names of their monitors are."""
    for entity_id, key, number in list(_latencies(hass, entry, left=False)):
        if key in monitors:
            _move_latency(hass, entry, entity_id, key, f"{LEFT}{monitors[key].get(number, number)}")


@callback
def _leave_monitors(hass: HomeAssistant, entry: NezhaConfigEntry) -> None:
    for device, _ in list(_monitors(hass, entry, left=False)):
        _move_monitor(hass, entry, device, f"{LEFT}{device.name}")


@callback
def _move_latency(hass: HomeAssistant, entry: NezhaConfigEntry, entity_id: str, key: str, monitor: str) -> None:
    """Give the entity of a latency to another monitor; of two with one name the second waits beside it."""
    entities = er.async_get(hass)
    unique_id = f"{entry.entry_id}_{key}_{LATENCY}_{monitor}"
    while entities.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id):
        unique_id += "+"
    entities.async_update_entity(entity_id, new_unique_id=unique_id)


@callback
def _move_monitor(hass: HomeAssistant, entry: NezhaConfigEntry, device: dr.DeviceEntry, monitor: str) -> None:
    """Give the device of a monitor to another one; of two with one name the second waits beside it."""
    devices, entities = dr.async_get(hass), er.async_get(hass)
    while devices.async_get_device_by_identifier((DOMAIN, monitor_device(entry, monitor)), entry.entry_id):
        monitor += "+"
    devices.async_update_device(device.id, new_identifiers={(DOMAIN, monitor_device(entry, monitor))})
    for entity in er.async_entries_for_device(entities, device.id, include_disabled_entities=True):
        field = entity.unique_id.rpartition("_")[2]
        entities.async_update_entity(entity.entity_id, new_unique_id=f"{entry.entry_id}_monitor{monitor}_{field}")
