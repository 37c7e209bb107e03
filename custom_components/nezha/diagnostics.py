"""What a reporter of a problem is asked for, without what identifies or opens a dashboard."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import AnyDeviceEntry

from .api import Server
from .const import CONF_LEFT_OUT_GROUPS, CONF_REFUSED
from .coordinator import NezhaConfigEntry
from .devices import server_key

TO_REDACT = {
    CONF_LEFT_OUT_GROUPS,
    CONF_REFUSED,
    CONF_TOKEN,
    CONF_URL,
    CONF_PASSWORD,
    CONF_USERNAME,
    "uuid",
    "groups",
    "ipv4",
    "ipv6",
    "name",
    "title",
    "unique_id",
}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: NezhaConfigEntry) -> dict[str, Any]:
    """Return the entry, what is known of the dashboard, and every server."""
    redacted = async_redact_data(entry.as_dict(), TO_REDACT)
    if entry.state is not ConfigEntryState.LOADED:
        return {"entry": redacted}
    data = entry.runtime_data
    servers = data.servers
    return {
        "entry": redacted,
        "dashboard": {
            "generation": data.client.generation,
            "capabilities": asdict(data.client.capabilities),
            "answers": servers.last_update_success,
            "last_error": servers.last_error and servers.last_error.key,
            "time": servers.snapshot and servers.snapshot.time.isoformat(),
            "malformed": servers.snapshot and servers.snapshot.malformed,
            "poll_interval": servers.update_interval and servers.update_interval.total_seconds(),
            "write_interval": servers.write_interval,
            "listening": servers.listening,
            "answer_size": servers.answer_size,
            "frame_size": servers.frame_size,
        },
        "monitors": len(data.monitors.data) if data.monitors else None,
        "servers": {key: _server(entry, key, server) for key, server in servers.everything.items()},
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: NezhaConfigEntry, device: AnyDeviceEntry
) -> dict[str, Any]:
    """Return one server; the dashboard's device has what the entry has."""
    key = server_key(entry, device)
    if key is None or entry.state is not ConfigEntryState.LOADED:
        return await async_get_config_entry_diagnostics(hass, entry)
    server = entry.runtime_data.servers.everything.get(key)
    return {"server": server and _server(entry, key, server)}


def _server(entry: NezhaConfigEntry, key: str, server: Server) -> dict[str, Any]:
    data = entry.runtime_data
    return {
        **async_redact_data(asdict(server), TO_REDACT),
        "left_out": data.servers.is_left_out(key),
        "latency": dict(data.latency.data.get(key, {})) if data.latency else None,
    }
