"""Forms as their users see and fill them, and what has to outlive them."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import device_registry as dr, entity_registry as er
import probatio
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha.const import DOMAIN


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the form that adds a dashboard."""
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})


async def submit(hass: HomeAssistant, form: ConfigFlowResult, user_input: dict[str, Any]) -> ConfigFlowResult:
    """Send a form filled in."""
    return await hass.config_entries.flow.async_configure(form["flow_id"], user_input)


def open_flows(hass: HomeAssistant) -> list[ConfigFlowResult]:
    """Return the flows that wait for the owner."""
    return list(hass.config_entries.flow.async_progress_by_handler(DOMAIN))


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> tuple[set[str], set[str]]:
    """Return the ids of an entry's devices and entities."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {device.id for device in devices}, {entity.entity_id for entity in entities}


def typed(url: str, token: str, *, verify_ssl: bool = True) -> dict[str, Any]:
    """Return what is typed into the form for a dashboard."""
    return {"url": url, "token": token, "advanced": {"verify_ssl": verify_ssl}}


def prefilled(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what stands in a form's fields before anything is typed."""
    schema = form["data_schema"]
    assert schema
    return _prefilled(schema)


def _prefilled(schema: probatio.Schema) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, kind in schema.schema.items():
        if isinstance(kind, section):
            values[str(field)] = _prefilled(kind.schema)
        elif field.description and "suggested_value" in field.description:
            values[str(field)] = field.description["suggested_value"]
        elif not isinstance(field.default, probatio.Undefined):
            values[str(field)] = field.default()
    return values
