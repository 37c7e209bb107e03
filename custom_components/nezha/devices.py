"""The devices: the dashboard, its servers and monitors, as the dashboard describes them, and what they stand for."""

from functools import lru_cache
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import AnyDeviceEntry, DeviceEntryType
from homeassistant.util import slugify

from .api import Host, Server
from .const import DOMAIN, LATENCY
from .coordinator import NezhaConfigEntry
from .entity import monitor_device, server_device

MANUFACTURER = "Nezha"
MOST_OF_AN_ID, MOST_OF_A_PART = 140, 90  # signs of an entity ID that a device's name and one within may take, of 255
MANY_NAMES = 5000


@callback
def async_keep_devices(hass: HomeAssistant, entry: NezhaConfigEntry) -> None:
    """Register the dashboard and its servers, and follow what changes."""
    registry = dr.async_get(hass)
    data = entry.runtime_data
    dashboard = registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.entry_id)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer=MANUFACTURER,
        model="Nezha Monitoring",
        name=fitting(entry.title),
        configuration_url=str(data.client.url),
    )
    written: dict[str, tuple[object, bool]] = {}

    @callback
    def write_changed() -> None:
        for deleted in written.keys() - data.identities.known.keys():
            del written[deleted]
        latencies = data.latency.data if data.latency else {}
        for key, outline in data.servers.outlines.items():
            monitored = bool(latencies.get(key))
            if written.get(key) != (outline, monitored):
                written[key] = outline, monitored
                registry.async_get_or_create(
                    config_entry_id=entry.entry_id,
                    identifiers={(DOMAIN, server_device(entry, key))},
                    via_device_id=dashboard.id,
                    **_details(entry, data.servers.data.servers[key], monitored=monitored),
                )

    @callback
    def write_monitors() -> None:
        for number, monitor in data.monitors.data.items() if data.monitors else ():
            registry.async_get_or_create(
                config_entry_id=entry.entry_id,
                identifiers={(DOMAIN, monitor_device(entry, number))},
                entry_type=DeviceEntryType.SERVICE,
                name=fitting(monitor.name) or f"#{number}",
                via_device_id=dashboard.id,
            )

    write_changed()
    write_monitors()
    entry.async_on_unload(data.servers.async_add_listener(write_changed))
    if data.latency:
        entry.async_on_unload(data.latency.async_add_listener(write_changed))
    if data.monitors:
        entry.async_on_unload(data.monitors.async_add_listener(write_monitors))


@callback
def async_remove_left_out(hass: HomeAssistant, entry: NezhaConfigEntry) -> None:
    """Remove what the options leave out; the registries remember its ids until it is taken in again."""
    data = entry.runtime_data
    devices, entities = dr.async_get(hass), er.async_get(hass)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        key = server_key(entry, device)
        if key is not None and data.servers.is_left_out(key):
            devices.async_remove_device(device.id)
    if data.latency is None:
        for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
            if entity.translation_key == LATENCY:
                entities.async_remove(entity.entity_id)


def devices_of(hass: HomeAssistant, entity: er.RegistryEntry) -> set[str]:
    """Return the devices by which an entity is chosen: its own, that of the dashboard, that of a latency's monitor."""
    registry = dr.async_get(hass)
    found = [registry.async_get(entity.device_id or "")]
    if entity.translation_key == LATENCY:
        entry = hass.config_entries.async_get_known_entry(entity.config_entry_id or "")
        monitor = entity.unique_id.rpartition(f"_{LATENCY}_")[2]
        found.append(registry.async_get_device_by_identifier((DOMAIN, monitor_device(entry, monitor)), entry.entry_id))
    devices = [each for each in found if isinstance(each, dr.DeviceEntry)]
    return {each.id for each in devices} | {each.via_device_id for each in devices if each.via_device_id}


@lru_cache(maxsize=MANY_NAMES)
def fitting(name: str, most: int = MOST_OF_AN_ID) -> str:
    """Return a name, cut if entity IDs have no room for it: Home Assistant cuts them too, but refuses some of those."""
    if len(slugify(name)) <= most:
        return name
    name = name[:most]
    while len(slugify(name)) > most:
        name = name[:-1]
    return f"{name}…"


def _details(entry: NezhaConfigEntry, server: Server, *, monitored: bool) -> dict[str, Any]:
    """Return what the dashboard says of a server; what it has not said yet leaves the registry as it is."""
    details: dict[str, Any] = {"name": fitting(server.name) or f"#{server.id}"}
    if server.host:
        details |= _host_details(server.host)
    if page := entry.runtime_data.client.server_page(server.id, monitored=monitored):
        details["configuration_url"] = page
    return details


def _host_details(host: Host) -> dict[str, str]:
    """Return the platform as the model, architecture and virtualisation as the hardware, the agent as the software."""
    details = {
        "model": " ".join(filter(None, (host.platform, host.platform_version))),
        "hw_version": ", ".join(filter(None, (host.arch, host.virtualization))),
        "sw_version": host.version,
    }
    return {name: value for name, value in details.items() if value}


def monitor_of(entry: NezhaConfigEntry, device: AnyDeviceEntry) -> str | None:
    """Return the id of the monitor that a device stands for, `None` for any other device."""
    return _rest(device, monitor_device(entry, ""))


def server_key(entry: NezhaConfigEntry, device: AnyDeviceEntry) -> str | None:
    """Return the key of the server that a device stands for, `None` for the dashboard."""
    return _rest(device, server_device(entry, ""))


def _rest(device: AnyDeviceEntry, prefix: str) -> str | None:
    """Return what follows a prefix in a device's identifiers."""
    names = (name for domain, name in device.identifiers if domain == DOMAIN and name.startswith(prefix))
    return next((name.removeprefix(prefix) for name in names), None)
