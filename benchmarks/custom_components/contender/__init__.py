"""An integration that adds the entities that it is given: what another way of showing the same is measured with."""

from collections.abc import Callable, Iterable

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.hass_dict import HassKey

PLATFORMS = [Platform.BINARY_SENSOR, Platform.SENSOR]

type Cast = Callable[[str], Iterable[Entity]]
"""What makes the entities of a platform."""

GIVEN: HassKey[dict[str, Cast]] = HassKey("contender")
"""What makes the entities of each entry, by its title."""


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up the platforms."""
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Unload the platforms."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


def add(
    hass: HomeAssistant, entry: ConfigEntry, platform: str, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add an entry's entities of one platform."""
    async_add_entities(hass.data[GIVEN][entry.title](platform))
