"""Repairs that a user makes in Home Assistant: what becomes of a server that is gone."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import SelectOptionDict, SelectSelector, SelectSelectorConfig, SelectSelectorMode
import probatio

from .api import Server
from .const import CONF_SUCCESSOR
from .coordinator import NezhaConfigEntry
from .succession import async_remove_server, async_replace_server


class GoneServerFlow(RepairsFlow):
    """Asks what becomes of a server that is gone, and does it if nothing has changed meanwhile."""

    def __init__(self, entry_id: str, key: str) -> None:
        """Ask about a server of an entry."""
        self._entry_id = entry_id
        self._key = key

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Offer what can be done."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["replaced", "keep", "remove"],
            description_placeholders=self._names(self._loaded()),
        )

    async def async_step_replaced(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask for the server that goes on with the device, newest first."""
        entry = self._loaded()
        shown = entry.runtime_data.servers.data.servers
        if user_input is not None:
            if user_input[CONF_SUCCESSOR] not in shown:
                raise AbortFlow("successor_gone", self._names(entry))
            await async_replace_server(self.hass, entry, self._key, user_input[CONF_SUCCESSOR])
            return self.async_create_entry(data={})
        newest_first = [key for key in reversed([*entry.runtime_data.identities.known]) if key in shown]
        options = [SelectOptionDict(value=key, label=_label(shown[key])) for key in newest_first]
        field = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN))
        return self.async_show_form(
            step_id="replaced",
            data_schema=probatio.Schema({probatio.Required(CONF_SUCCESSOR): field}),
            description_placeholders=self._names(entry),
        )

    async def async_step_keep(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Leave everything as it is, and do not ask again."""
        self._loaded().runtime_data.identities.async_keep(self._key)
        return self.async_create_entry(data={})

    async def async_step_remove(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Forget the server, with its device and its entities, when the user has confirmed it."""
        entry = self._loaded()
        if user_input is None:
            return self.async_show_form(step_id="remove", description_placeholders=self._names(entry))
        entry.runtime_data.identities.async_forget(self._key)
        async_remove_server(self.hass, entry, self._key)
        entry.runtime_data.servers.async_update_listeners()  # whoever keeps what was added forgets it too
        return self.async_create_entry(data={})

    def _loaded(self) -> NezhaConfigEntry:
        """Return the entry; end the flow if it is not at work, or the server is not gone any more."""
        entry: NezhaConfigEntry | None = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise AbortFlow("not_loaded")
        if self._key not in entry.runtime_data.identities.gone:
            raise AbortFlow("settled")
        return entry

    def _names(self, entry: NezhaConfigEntry) -> dict[str, str]:
        """Return what the texts name."""
        return {"name": entry.title, "server": entry.runtime_data.identities.known[self._key].name or f"#{self._key}"}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow for the only issue that can be fixed here."""
    data = data or {}
    return GoneServerFlow(str(data["entry_id"]), str(data["key"]))


def _label(server: Server) -> str:
    """Return what tells a server from others of its name."""
    return f"{server.name} ({', '.join([*server.groups, f'#{server.id}'])})"
