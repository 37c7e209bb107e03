"""Setting up a dashboard, and changing what was set up."""

from collections.abc import Mapping
from typing import Any, override

from aiohttp import DummyCookieJar
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_TOKEN, CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio
from yarl import URL

from .api import ApiToken, InvalidUrlError, NezhaAuthError, NezhaClient, NezhaError, Server, base_url
from .const import (
    CONF_ADVANCED,
    CONF_INTERVAL,
    CONF_LATENCY,
    CONF_LEFT_OUT_GROUPS,
    CONF_LEFT_OUT_SERVERS,
    CONF_REFUSED,
    DOMAIN,
    LEAST_INTERVAL,
    LOGGER,
    MOST_INTERVAL,
)
from .coordinator import NezhaConfigEntry
from .fleet import automatic_interval, rows_a_day
from .identity import ServerIdentities, same_dashboard

URL_FIELD = TextSelector(TextSelectorConfig(type=TextSelectorType.URL, autocomplete="url"))
TOKEN_FIELD = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
ADVANCED = section(
    probatio.Schema({probatio.Required(CONF_VERIFY_SSL, default=True): BooleanSelector()}), {"collapsed": True}
)
USER_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_URL): URL_FIELD,
        probatio.Required(CONF_TOKEN): TOKEN_FIELD,
        probatio.Required(CONF_ADVANCED): ADVANCED,
    }
)
REAUTH_SCHEMA = probatio.Schema({probatio.Required(CONF_TOKEN): TOKEN_FIELD})
RECONFIGURE_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_URL): URL_FIELD,
        probatio.Optional(CONF_TOKEN): TOKEN_FIELD,
        probatio.Required(CONF_ADVANCED): ADVANCED,
    }
)
FIELDS = {InvalidUrlError: CONF_URL, NezhaAuthError: CONF_TOKEN}
FEW_NAMES = 5


class NezhaConfigFlow(ConfigFlow, domain=DOMAIN):
    """One form, one dashboard."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Start without errors."""
        self._errors: dict[str, str] = {}
        self._placeholders = {"target": ""}
        self._data: dict[str, Any] = {}
        self._shown: list[Server] = []

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for address and token."""
        if user_input is not None and await self._check(_typed(user_input)):
            return self.async_create_entry(title=_title(self._data[CONF_URL]), data=self._data)
        return self._form("user", USER_SCHEMA, user_input)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to replace a refused token."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a new token."""
        entry = self._get_reauth_entry()
        if user_input is not None and await self._check({**entry.data, **user_input}):
            return await self._update_if_same(entry)
        return self._form("reauth_confirm", REAUTH_SCHEMA, None)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for another address or token of the same dashboard."""
        entry: NezhaConfigEntry = self._get_reconfigure_entry()
        if user_input is not None and await self._check({CONF_TOKEN: entry.data[CONF_TOKEN], **_typed(user_input)}):
            return await self._update_if_same(entry)
        now = {CONF_URL: entry.data[CONF_URL], CONF_ADVANCED: {CONF_VERIFY_SSL: entry.data[CONF_VERIFY_SSL]}}
        return self._form("reconfigure", RECONFIGURE_SCHEMA, user_input or now)

    async def async_step_same_dashboard(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether it is the same dashboard, where its servers do not tell."""
        entry = self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()
        if user_input is not None:
            return self._update(entry)
        identities = await async_identities(self.hass, entry)
        return self.async_show_form(
            step_id="same_dashboard",
            description_placeholders={
                "url": self._data[CONF_URL],
                "known": _names([identity.name for identity in identities.known.values()]),
                "shown": _names([server.name for server in self._shown]),
            },
        )

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: NezhaConfigEntry) -> NezhaOptionsFlow:
        """Return the flow for the options."""
        return NezhaOptionsFlow()

    async def _check(self, data: dict[str, Any]) -> bool:
        """Try to connect; keep what was found, or the error and what it names."""
        data = {name: value for name, value in data.items() if name != CONF_REFUSED}
        data[CONF_TOKEN] = data[CONF_TOKEN].strip()
        self._errors = {}
        if not data[CONF_TOKEN]:
            self._errors = {CONF_TOKEN: "token_empty"}
            return False
        try:
            data[CONF_URL] = str(base_url(data[CONF_URL]))
        except InvalidUrlError as err:
            self._errors = {CONF_URL: err.key}
            return False
        self._async_abort_entries_match({CONF_URL: data[CONF_URL]})
        try:
            self._shown = await _servers(self.hass, data)
        except NezhaError as err:
            self._errors = {FIELDS.get(type(err), "base"): err.key}
            self._placeholders = {"target": getattr(err, "target", "")}
        except Exception:  # noqa: BLE001 - a flow has to go on
            LOGGER.exception("Unexpected failure of a connection test")
            self._errors = {"base": "unknown"}
        self._data = data
        return not self._errors

    async def _update_if_same(self, entry: NezhaConfigEntry) -> ConfigFlowResult:
        """Save what was found if the dashboard that answered is the entry's, as far as its servers tell."""
        identities = await async_identities(self.hass, entry)
        match same_dashboard(identities.known.values(), self._shown):
            case True:
                return self._update(entry)
            case False:
                return self.async_abort(reason="wrong_dashboard")
            case None:
                return await self.async_step_same_dashboard()

    def _form(self, step: str, schema: probatio.Schema, values: dict[str, Any] | None) -> ConfigFlowResult:
        """Show a form, after an error with what was typed."""
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=self._errors,
            description_placeholders=self._placeholders,
        )

    def _update(self, entry: NezhaConfigEntry) -> ConfigFlowResult:
        """Save what was found; a title that was the old address follows the new one."""
        title = _title(self._data[CONF_URL]) if entry.title == _title(entry.data[CONF_URL]) else entry.title
        return self.async_update_reload_and_abort(entry, title=title, data=self._data)


class NezhaOptionsFlow(OptionsFlowWithReload):
    """What is shown, and how often it is written."""

    config_entry: NezhaConfigEntry

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for everything at once."""
        if user_input is not None:
            if interval := user_input.get(CONF_INTERVAL):
                user_input[CONF_INTERVAL] = int(interval)
            return self.async_create_entry(data=user_input)
        identities = await async_identities(self.hass, self.config_entry)
        count = len(identities.known)
        if self.config_entry.state is ConfigEntryState.LOADED:
            count = len(self.config_entry.runtime_data.servers.data.servers)
        automatic = automatic_interval(count)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(self._schema(identities), self.config_entry.options),
            description_placeholders={
                "servers": str(count),
                "automatic": str(automatic),
                "rows": f"{rows_a_day(count, automatic):,}",
                "least": str(LEAST_INTERVAL),
                "least_rows": f"{rows_a_day(count, LEAST_INTERVAL):,}",
            },
        )

    def _schema(self, identities: ServerIdentities) -> probatio.Schema:
        """Return the form for this dashboard's groups and servers."""
        entry = self.config_entry
        groups = set(entry.options.get(CONF_LEFT_OUT_GROUPS, ()))
        if entry.state is ConfigEntryState.LOADED:
            groups.update(*(server.groups for server in entry.runtime_data.servers.everything.values()))
        servers = [SelectOptionDict(value=key, label=identity.name) for key, identity in identities.known.items()]
        return probatio.Schema(
            {
                probatio.Optional(CONF_LEFT_OUT_GROUPS): _choice(sorted(groups)),
                probatio.Optional(CONF_LEFT_OUT_SERVERS): _choice(sorted(servers, key=lambda option: option["label"])),
                probatio.Required(CONF_LATENCY, default=True): BooleanSelector(),
                probatio.Optional(CONF_INTERVAL): NumberSelector(
                    NumberSelectorConfig(
                        min=LEAST_INTERVAL,
                        max=MOST_INTERVAL,
                        step=1,
                        unit_of_measurement="s",
                        mode=NumberSelectorMode.BOX,
                    )
                ),
            }
        )


async def async_identities(hass: HomeAssistant, entry: NezhaConfigEntry) -> ServerIdentities:
    """Return the servers that an entry knows, loaded or not."""
    if entry.state is ConfigEntryState.LOADED:
        return entry.runtime_data.identities
    identities = ServerIdentities(hass, entry.entry_id)
    await identities.async_load()
    return identities


async def _servers(hass: HomeAssistant, data: dict[str, Any]) -> list[Server]:
    """Ask the dashboard for its servers: three requests. Raises NezhaError."""
    session = async_create_clientsession(hass, data[CONF_VERIFY_SSL], auto_cleanup=False, cookie_jar=DummyCookieJar())
    try:
        snapshot = await NezhaClient(session, URL(data[CONF_URL]), ApiToken(data[CONF_TOKEN])).snapshot()
        return list(snapshot.servers.values())
    finally:
        session.detach()


def _typed(user_input: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed into a form, without its sections."""
    advanced: dict[str, Any] = user_input[CONF_ADVANCED]
    return {**{name: value for name, value in user_input.items() if name != CONF_ADVANCED}, **advanced}


def _choice(options: list[str] | list[SelectOptionDict]) -> SelectSelector:
    """Return a list from which several can be chosen."""
    return SelectSelector(SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.DROPDOWN))


def _title(url: str) -> str:
    """Return how a dashboard is called until its owner renames it."""
    parsed = URL(url)
    return f"{parsed.authority}{parsed.path}".rstrip("/")


def _names(names: list[str]) -> str:
    """Return the first few names."""
    return ", ".join([*sorted(names)[:FEW_NAMES], *["…"][: len(names) > FEW_NAMES]]) or "-"
