"""Setting up a dashboard, and changing what was set up."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_USER, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_URL, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio
from yarl import URL

from .api import InvalidUrlError, NezhaAuthError, NezhaError, Server, WayIn, WrongKindError, base_url
from .connection import CREDENTIAL_FIELDS, credential_of, new_client, new_session
from .const import (
    CONF_ADVANCED,
    CONF_DASHBOARD,
    CONF_OTHER_CREDENTIAL,
    DASHBOARD_NEW,
    DASHBOARD_SAME,
    DOMAIN,
    LOGGER,
)
from .coordinator import NezhaConfigEntry, async_identities
from .failure import details
from .identity import same_dashboard
from .options_flow import NezhaOptionsFlow
from .succession import async_leave_dashboard

URL_FIELD = TextSelector(TextSelectorConfig(type=TextSelectorType.URL, autocomplete="url"))
TOKEN_FIELD = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
USERNAME_FIELD = TextSelector(TextSelectorConfig(autocomplete="username"))
PASSWORD_FIELD = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))
ADVANCED = section(
    probatio.Schema({probatio.Required(CONF_VERIFY_SSL, default=True): BooleanSelector()}), {"collapsed": True}
)
USER_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_URL): URL_FIELD,
        probatio.Optional(CONF_TOKEN): TOKEN_FIELD,
        probatio.Required(CONF_ADVANCED): ADVANCED,
    }
)
RECONFIGURE_SCHEMA = USER_SCHEMA.extend({probatio.Required(CONF_OTHER_CREDENTIAL, default=False): BooleanSelector()})
TOKEN_SCHEMA = probatio.Schema({probatio.Required(CONF_TOKEN): TOKEN_FIELD})
LOGIN_SCHEMA = probatio.Schema(
    {probatio.Required(CONF_USERNAME): USERNAME_FIELD, probatio.Required(CONF_PASSWORD): PASSWORD_FIELD}
)
SAME_DASHBOARD_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_DASHBOARD, default=DASHBOARD_SAME): SelectSelector(
            SelectSelectorConfig(options=[DASHBOARD_SAME, DASHBOARD_NEW], translation_key=CONF_DASHBOARD)
        )
    }
)
TOKEN_ERRORS = {NezhaAuthError.key, WrongKindError.key}
FEW_NAMES = 5


class NezhaConfigFlow(ConfigFlow, domain=DOMAIN):
    """One form, and a menu of credentials where the dashboard knows several."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Start with nothing known."""
        self._errors: dict[str, str] = {}
        self._placeholders: dict[str, str] = {"target": "", "scope": ""}
        self._data: dict[str, Any] = {}
        self._generation: int | None = None
        self._ways_in = frozenset({WayIn.TOKEN, WayIn.LOGIN})
        self._site_name = ""
        self._shown: list[Server] = []

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address and, for dashboards that have tokens, for one."""
        if user_input is not None and await self._visit(_typed(user_input)):
            return await self._go_on("user", USER_SCHEMA, user_input)
        return self._form("user", USER_SCHEMA, user_input)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to replace a refused credential."""
        self._data = dict(entry_data)
        if 0 not in credential_of(entry_data).generations:
            return await self._offer_credentials()
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a new token of generation 0, unless a newer dashboard has taken its place."""
        if user_input is not None and await self._try(user_input):
            return await self._finish()
        if self._generation:
            return await self._offer_credentials()
        return self._form("reauth_confirm", TOKEN_SCHEMA, user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for another address or credential of the same dashboard."""
        entry: NezhaConfigEntry = self._get_reconfigure_entry()
        if user_input is not None:
            data = _typed(user_input)
            keep = not data.pop(CONF_OTHER_CREDENTIAL) and CONF_TOKEN not in data
            if keep:
                data |= {field: entry.data[field] for field in CREDENTIAL_FIELDS if field in entry.data}
            if await self._visit(data, as_guest=keep):
                return await (self._finish() if keep else self._go_on("reconfigure", RECONFIGURE_SCHEMA, user_input))
        now = {CONF_URL: entry.data[CONF_URL], CONF_ADVANCED: {CONF_VERIFY_SSL: entry.data[CONF_VERIFY_SSL]}}
        return self._form("reconfigure", RECONFIGURE_SCHEMA, user_input or now)

    async def _offer_credentials(self) -> ConfigFlowResult:
        """Find out again what the dashboard knows, and offer that."""
        await self._visit(_without_credential(self._data))
        self._errors = {}
        return await self.async_step_credential()

    async def async_step_credential(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer the credentials that the dashboard knows."""
        return self.async_show_menu(
            step_id="credential", menu_options=[way.value for way in WayIn if way in self._ways_in]
        )

    async def async_step_token(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a personal access token."""
        return await self._ask_for("token", TOKEN_SCHEMA, user_input)

    async def async_step_login(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for user name and password."""
        return await self._ask_for("login", LOGIN_SCHEMA, user_input)

    async def async_step_guest(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Explain what a guest sees."""
        return await self._ask_for("guest", probatio.Schema({}), user_input)

    async def async_step_same_dashboard(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether it is the same dashboard, where its servers do not tell."""
        if user_input is not None:
            if user_input[CONF_DASHBOARD] == DASHBOARD_NEW:
                return await self.async_step_moved(user_input)
            return self._update(self._entry())
        return await self._form_with_servers("same_dashboard", SAME_DASHBOARD_SCHEMA)

    async def async_step_moved(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether the servers have moved, where they tell that it is another dashboard."""
        if user_input is not None:
            await async_leave_dashboard(self.hass, self._entry())
            return self._update(self._entry())
        return await self._form_with_servers("moved", probatio.Schema({}))

    async def _form_with_servers(self, step: str, schema: probatio.Schema) -> ConfigFlowResult:
        """Show a form that names the servers that are known and those of the dashboard that answered."""
        identities = await async_identities(self.hass, self._entry())
        return self.async_show_form(
            step_id=step,
            data_schema=schema,
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

    async def _visit(self, data: dict[str, Any], *, as_guest: bool = False) -> bool:
        """Find out what answers and, with a credential, which servers; keep what was found, or the error."""
        self._errors = {}
        try:
            data[CONF_URL] = str(base_url(data[CONF_URL]))
        except InvalidUrlError as err:
            self._errors = {CONF_URL: err.key}
            return False
        self._async_abort_entries_match({CONF_URL: data[CONF_URL]})
        try:
            await self._ask(data, as_guest=as_guest)
        except NezhaError as err:
            self._errors = {CONF_TOKEN if err.key in TOKEN_ERRORS else "base": err.key}
            self._placeholders = details(err)
        except Exception:  # noqa: BLE001 - a flow has to go on
            LOGGER.exception("Unexpected failure of a connection test")
            self._errors = {"base": "unknown"}
        return not self._errors

    async def _ask(self, data: dict[str, Any], *, as_guest: bool) -> None:
        """Ask the dashboard, and send a token only if it knows tokens. Raises NezhaError."""
        self._data = data
        session = new_session(self.hass, data, auto_cleanup=False)
        try:
            visitor = new_client(session, _without_credential(data))
            self._generation = await visitor.detect()
            self._site_name = visitor.site_name
            is_complete = as_guest or _has_credential(data)
            if CONF_TOKEN in data or not is_complete:
                self._ways_in = await visitor.ways_in()
            if CONF_TOKEN in data and WayIn.TOKEN not in self._ways_in:
                raise WrongKindError("this dashboard knows no tokens")
            if is_complete:
                self._shown = list((await visitor.signed_in(credential_of(data)).snapshot()).servers.values())
        finally:
            session.detach()

    async def _go_on(self, step: str, schema: probatio.Schema, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Finish with the credential that was given, or ask for one."""
        if _has_credential(self._data):
            return await self._finish()
        if self._generation == 0:
            self._errors = {CONF_TOKEN: "token_empty"}
            return self._form(step, schema, user_input)
        return await self.async_step_credential()

    async def _ask_for(self, step: str, schema: probatio.Schema, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        """Ask for a credential and try it, once for each time that it is submitted."""
        if user_input is not None and await self._try(user_input):
            return await self._finish()
        return self._form(step, schema, user_input)

    async def _try(self, user_input: dict[str, Any]) -> bool:
        """Read the servers with a credential; without one as a guest."""
        credential = _stripped(user_input)
        if user_input and not _has_credential(credential):
            self._errors = {CONF_TOKEN: "token_empty"} if CONF_TOKEN in user_input else {"base": "login_empty"}
            return False
        return await self._visit({**_without_credential(self._data), **credential}, as_guest=not user_input)

    async def _finish(self) -> ConfigFlowResult:
        """Create the entry, or update it if the dashboard that answered is its own, as far as its servers tell."""
        if self.source == SOURCE_USER:
            title = self._site_name or _host(self._data[CONF_URL])
            return self.async_create_entry(title=title, data=self._data)
        entry = self._entry()
        identities = await async_identities(self.hass, entry)
        match same_dashboard(identities.known.values(), self._shown):
            case True:
                return self._update(entry)
            case False:
                return await self.async_step_moved()
            case _:
                return await self.async_step_same_dashboard()

    def _entry(self) -> NezhaConfigEntry:
        """Return the entry that this flow changes."""
        return self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()

    def _update(self, entry: NezhaConfigEntry) -> ConfigFlowResult:
        """Save what was found; a title that was the old address follows the new one."""
        title = _host(self._data[CONF_URL]) if entry.title == _host(entry.data[CONF_URL]) else entry.title
        # Named, the reason has our words; Home Assistant's own, since 2026.11 the default, are not in every language.
        reason = "reauth_successful" if self.source == SOURCE_REAUTH else "reconfigure_successful"
        return self.async_update_reload_and_abort(entry, title=title, data=self._data, reason=reason)

    def _form(self, step: str, schema: probatio.Schema, values: dict[str, Any] | None) -> ConfigFlowResult:
        """Show a form, after an error with what was typed."""
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=self._errors,
            description_placeholders=self._placeholders,
        )


def _typed(user_input: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed into a form, without its section and without blanks around."""
    typed = {**user_input, **user_input[CONF_ADVANCED]}
    del typed[CONF_ADVANCED]
    return _stripped(typed)


def _stripped(user_input: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed, without blanks around and without empty credentials."""
    stripped = {name: value.strip() if isinstance(value, str) else value for name, value in user_input.items()}
    return {name: value for name, value in stripped.items() if value or name not in CREDENTIAL_FIELDS}


def _without_credential(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address and how it is reached."""
    return {name: data[name] for name in (CONF_URL, CONF_VERIFY_SSL)}


def _has_credential(data: Mapping[str, Any]) -> bool:
    """Tell whether there is a token, or a user name with its password."""
    return CONF_TOKEN in data or {CONF_USERNAME, CONF_PASSWORD} <= data.keys()


def _host(url: str) -> str:
    """Return how a dashboard without a name of its own is called until its owner renames it."""
    parsed = URL(url)
    return f"{parsed.authority}{parsed.path}".rstrip("/")


def _names(names: list[str]) -> str:
    """Return the first few names."""
    return ", ".join([*sorted(names)[:FEW_NAMES], *["…"][: len(names) > FEW_NAMES]]) or "-"
