"""Repair issues for servers that are gone, each with a choice of what becomes of its device."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .identity import Identity

GONE = "gone"


@callback
def async_tell_gone(hass: HomeAssistant, entry: ConfigEntry, gone: Mapping[str, Identity]) -> None:
    """Raise an issue for every server that is gone, and withdraw those of servers that are not, or not any more."""
    raised = f"{entry.entry_id}_{GONE}_"
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(raised) and issue_id.removeprefix(raised) not in gone:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    for key, identity in gone.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            f"{raised}{key}",
            data={"entry_id": entry.entry_id, "key": key},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=GONE,
            translation_placeholders={"name": entry.title, "server": identity.name or f"#{key}"},
        )
