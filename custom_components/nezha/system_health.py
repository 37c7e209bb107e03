"""What support asks for first: how many dashboards there are and whether they answer."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import NezhaConfigEntry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register the page."""
    register.async_register_info(async_info)


async def async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return counts only: addresses are nobody's business."""
    entries: list[NezhaConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return {
        "dashboards": len(entries),
        "answering": sum(entry.runtime_data.servers.last_update_success for entry in entries),
        "generations": ", ".join(sorted({str(entry.runtime_data.client.generation) for entry in entries})),
        "servers": sum(len(entry.runtime_data.servers.everything) for entry in entries),
    }
