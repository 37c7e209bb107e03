"""Servers of a Nezha dashboard in Home Assistant."""

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import UnsupportedStorageVersionError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.typing import ConfigType

from .connection import new_client, new_session
from .const import CONF_LATENCY, DOMAIN
from .coordinator import (
    LatencyCoordinator,
    MonitorsCoordinator,
    NezhaConfigEntry,
    NezhaRuntimeData,
    ServersCoordinator,
)
from .devices import async_keep_devices, async_remove_left_out, monitor_of, server_key
from .failure import async_withdraw, stored_by_newer
from .gone import async_tell_gone
from .identity import ServerIdentities
from .push import StreamKeeper
from .succession import async_take_over_monitors
from .watch import async_get_lookout

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [Platform.BINARY_SENSOR, Platform.SENSOR]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Withdraw the repair issues of whatever is no longer loaded; who is gone stays told while an entry reloads."""

    @callback
    def withdraw(change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == DOMAIN and entry.state is ConfigEntryState.NOT_LOADED:
            async_withdraw(hass, entry.entry_id)
            if entry.disabled_by:
                async_tell_gone(hass, entry, {})

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, withdraw)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: NezhaConfigEntry) -> bool:
    """Connect to the dashboard and set up everything that shows it."""
    client = new_client(new_session(hass, entry.data), entry.data)
    identities = ServerIdentities(hass, entry.entry_id)
    try:
        await identities.async_load()
    except UnsupportedStorageVersionError as err:
        raise stored_by_newer(entry.title) from err
    identities.async_ask_with(client.fingerprint(entry.entry_id))
    entry.async_on_unload(identities.async_save)
    servers = ServersCoordinator(hass, entry, client, identities)
    entry.async_on_unload(servers.async_remember)
    await servers.async_config_entry_first_refresh()
    latency = monitors = None
    if entry.options.get(CONF_LATENCY, True):
        latency = LatencyCoordinator(hass, entry, client, servers, identities)
    if client.capabilities.monitors:
        monitors = MonitorsCoordinator(hass, entry, client, servers)
        await monitors.async_refresh()
    entry.runtime_data = NezhaRuntimeData(client, identities, servers, latency, monitors)
    async_remove_left_out(hass, entry)
    async_take_over_monitors(hass, entry)
    async_keep_devices(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_create_background_task(hass, StreamKeeper(entry).async_keep(), name=f"{DOMAIN} stream")
    return True


async def async_unload_entry(hass: HomeAssistant, entry: NezhaConfigEntry) -> bool:
    """Unload the platforms; the rest ends with the entry."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: NezhaConfigEntry) -> None:
    """Leave nothing behind."""
    async_tell_gone(hass, entry, {})
    await ServerIdentities(hass, entry.entry_id).async_remove()
    if not hass.config_entries.async_entries(DOMAIN):
        await (await async_get_lookout(hass)).async_remove()


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: NezhaConfigEntry, device_entry: AnyDeviceEntry
) -> bool:
    """Let the user delete the device of a server or monitor that the dashboard no longer shows."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    data = entry.runtime_data
    if (monitor := monitor_of(entry, device_entry)) is not None:
        if data.monitors is None:
            return True
        if monitor in map(str, data.monitors.data):
            return False
        data.monitors.async_forget(monitor)
        return True
    key = server_key(entry, device_entry)
    if key is None or key in data.servers.everything:
        return False
    data.identities.async_forget(key)
    data.servers.async_tell_gone()
    data.servers.async_update_listeners()  # whoever keeps what was added forgets it too
    return True
