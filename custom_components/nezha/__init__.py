"""Servers of a Nezha dashboard in Home Assistant."""

from aiohttp import DummyCookieJar
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TOKEN, CONF_URL, CONF_VERIFY_SSL, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.device_registry import AnyDeviceEntry
from yarl import URL

from .api import ApiToken, NezhaClient
from .const import CONF_LATENCY
from .coordinator import LatencyCoordinator, NezhaConfigEntry, NezhaRuntimeData, ServersCoordinator, async_report
from .devices import async_keep_devices, async_remove_left_out, server_key
from .identity import ServerIdentities

PLATFORMS = [Platform.BINARY_SENSOR, Platform.SENSOR]


async def async_setup_entry(hass: HomeAssistant, entry: NezhaConfigEntry) -> bool:
    """Connect to the dashboard and set up everything that shows it."""
    session = async_create_clientsession(hass, entry.data[CONF_VERIFY_SSL], cookie_jar=DummyCookieJar())
    credential = ApiToken(entry.data[CONF_TOKEN])
    client = NezhaClient(session, URL(entry.data[CONF_URL]), credential)
    identities = ServerIdentities(hass, entry.entry_id)
    await identities.async_load()
    entry.async_on_unload(identities.async_save)
    servers = ServersCoordinator(hass, entry, client, credential, identities)
    await servers.async_config_entry_first_refresh()
    latency = None
    if entry.options.get(CONF_LATENCY, True):
        latency = LatencyCoordinator(hass, entry, client, identities, servers)
    entry.runtime_data = NezhaRuntimeData(client, identities, servers, latency)
    async_remove_left_out(hass, entry)
    async_keep_devices(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: NezhaConfigEntry) -> bool:
    """Unload the platforms; the rest ends with the entry."""
    async_report(hass, entry, None)
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: NezhaConfigEntry) -> None:
    """Leave nothing behind."""
    async_report(hass, entry, None)
    await ServerIdentities(hass, entry.entry_id).async_remove()


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: NezhaConfigEntry, device_entry: AnyDeviceEntry
) -> bool:
    """Let the user delete the device of a server that the dashboard no longer shows."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    data = entry.runtime_data
    key = server_key(entry, device_entry)
    if key is None or key in data.servers.everything:
        return False
    data.identities.async_forget(key)
    return True
