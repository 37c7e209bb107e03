"""The only place where the client's errors become Home Assistant's."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.update_coordinator import UpdateFailed

from .api import (
    BlockedError,
    CertificateError,
    InFrontError,
    MissingScopeError,
    NezhaAuthError,
    NezhaError,
    RealIpError,
)
from .const import BLOCKED_PAUSE, DOMAIN, MOST_ENTITIES

SERVERS, MONITORS, CROWD = SUBJECTS = ("servers", "monitors", "crowd")
"""What repair issues are about."""
NEWER = "newer_version"
FOR_THE_USER = (CertificateError, InFrontError, MissingScopeError, RealIpError)
"""What only the user can mend."""


def details(err: NezhaError) -> dict[str, str]:
    """Return what the text of an error may name: the address to use, the scope to add."""
    return {"target": getattr(err, "target", ""), "scope": getattr(err, "scope", "")}


def auth_failed(name: str, err: NezhaAuthError) -> ConfigEntryAuthFailed:
    """Return what starts the flow for a new credential."""
    return ConfigEntryAuthFailed(
        translation_domain=DOMAIN, translation_key=err.key, translation_placeholders={"name": name}
    )


def update_failed(name: str, err: NezhaError) -> UpdateFailed:
    """Return what makes the entities unavailable; a dashboard that blocks us is left alone for a while."""
    return UpdateFailed(
        retry_after=BLOCKED_PAUSE.total_seconds() if isinstance(err, BlockedError) else None,
        translation_domain=DOMAIN,
        translation_key=err.key,
        translation_placeholders={"name": name, **details(err)},
    )


def stored_by_newer(name: str) -> ConfigEntryError:
    """Return what keeps an entry from being set up whose servers a newer version has stored."""
    return ConfigEntryError(translation_domain=DOMAIN, translation_key=NEWER, translation_placeholders={"name": name})


def ended_by_newer(name: str) -> AbortFlow:
    """Return what ends a flow for an entry whose servers a newer version has stored."""
    return AbortFlow(NEWER, {"name": name})


@callback
def async_report(hass: HomeAssistant, entry_id: str, subject: str, name: str, err: NezhaError | None) -> None:
    """Raise a repair issue for what only the user can mend, and withdraw it when it is over."""
    issue_id = f"{entry_id}_{subject}"
    if not isinstance(err, FOR_THE_USER):
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=err.key,
        translation_placeholders={"name": name, **details(err)},
    )


@callback
def async_report_crowd(hass: HomeAssistant, entry_id: str, name: str, disabled: int) -> None:
    """Tell how many entities were created disabled because the fleet has too many; nothing if there are none."""
    if not disabled:
        ir.async_delete_issue(hass, DOMAIN, f"{entry_id}_{CROWD}")
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{entry_id}_{CROWD}",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="too_many_entities",
        translation_placeholders={"name": name, "disabled": str(disabled), "most": f"{MOST_ENTITIES:,}"},
    )


@callback
def async_withdraw(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw every repair issue of an entry."""
    for subject in SUBJECTS:
        async_report(hass, entry_id, subject, "", None)
