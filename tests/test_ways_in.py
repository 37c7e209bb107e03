"""Tokens, logins and guests: the ways into dashboards of generations 1 and 2, at first and when one is closed."""

from typing import Any

from aiohttp.test_utils import TestServer, unused_port
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha.const import DOMAIN
from simulator import Dashboard, FaultKind, World
from tests.flows import open_flows, prefilled, registered, start, submit, typed
from tests.serving import Serve, ServedDashboard, add_entry

MOST_REQUESTS = 3
USERNAME, PASSWORD = "owner", "a-secret-password"
LOGIN = {"username": USERNAME, "password": PASSWORD}


def simulated(generation: str, **options: Any) -> Dashboard:
    """Return a dashboard called "My servers" with a user that is not everybody's."""
    names = {"site_name": "My servers", "username": USERNAME, "password": PASSWORD}
    return Dashboard(World(latency_points=5), generation=generation, **names | options)


@pytest.fixture
async def newest(serve: Serve) -> ServedDashboard:
    """Return a dashboard of the newest version of generation 2."""
    return await serve(simulated("v2"))


def typed_address(dashboard: ServedDashboard) -> dict[str, Any]:
    """Return what is typed into the first form when the token's field is left empty."""
    return {"url": dashboard.url, "advanced": {"verify_ssl": True}}


async def menu_of(hass: HomeAssistant, dashboard: ServedDashboard) -> ConfigFlowResult:
    """Open the menu by giving the address alone."""
    menu = await submit(hass, await start(hass), typed_address(dashboard))
    assert menu["type"] is FlowResultType.MENU
    assert menu["step_id"] == "credential"
    return menu


async def choose(hass: HomeAssistant, menu: ConfigFlowResult, way: str) -> ConfigFlowResult:
    """Choose from the menu."""
    form = await submit(hass, menu, {"next_step_id": way})
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == way
    assert not form["errors"]
    return form


async def succeeds(hass: HomeAssistant, form: ConfigFlowResult, user_input: dict[str, Any]) -> ConfigEntry:
    """Finish a flow that adds a dashboard, and return its entry."""
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "My servers"
    await hass.async_block_till_done()
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def test_a_token_in_the_first_form_is_all_that_is_needed(hass: HomeAssistant, newest: ServedDashboard) -> None:
    """The entry is called what the dashboard calls itself."""
    entry = await succeeds(hass, await start(hass), typed(newest.url, newest.token))
    assert entry.data == {"url": newest.url, "token": newest.token, "verify_ssl": True}


@pytest.mark.parametrize(
    ("generation", "options", "ways"),
    [
        ("v2", {}, ["token", "login", "guest"]),
        ("v2", {"force_auth": True}, ["token", "login"]),
        ("v2", {"version": "2.0.14"}, ["login", "guest"]),
        ("v2", {"version": "2.1.0"}, ["token", "login", "guest"]),
        ("v1", {}, ["login", "guest"]),
        ("v1", {"force_auth": True}, ["login"]),
    ],
)
async def test_the_address_alone_leads_to_what_the_dashboard_knows(
    hass: HomeAssistant, serve: Serve, generation: str, options: dict[str, Any], ways: list[str]
) -> None:
    """It is asked without a credential."""
    dashboard = await serve(simulated(generation, **options))
    menu = await menu_of(hass, dashboard)
    assert menu["menu_options"] == ways
    assert len(dashboard.simulated.requests) <= MOST_REQUESTS
    assert not any(request.authorization for request in dashboard.simulated.requests)

    await succeeds(hass, await choose(hass, menu, "login"), LOGIN)


async def test_a_token_can_be_given_after_the_menu(hass: HomeAssistant, newest: ServedDashboard) -> None:
    """Empty, of an old dashboard, or refused: each is named; a refused one is shown to the dashboard once."""
    form = await choose(hass, await menu_of(hass, newest), "token")
    assert prefilled(form) == {}
    for token, error in (
        ("  ", "token_empty"),
        ("not-of-this-generation", "wrong_kind"),
        ("nzp_wrong", "invalid_auth"),
    ):
        newest.simulated.requests.clear()
        form = await submit(hass, form, {"token": token})
        assert form["step_id"] == "token"
        assert form["errors"] == {"token": error}
        assert sum(request.authorization for request in newest.simulated.requests) == (error == "invalid_auth")

    entry = await succeeds(hass, form, {"token": f" {newest.token} "})
    assert entry.data == {"url": newest.url, "token": newest.token, "verify_ssl": True}


async def test_a_token_that_may_not_read_servers_is_named_with_what_it_lacks(
    hass: HomeAssistant, newest: ServedDashboard
) -> None:
    """The text names the scope."""
    form = await choose(hass, await menu_of(hass, newest), "token")
    form = await submit(hass, form, {"token": newest.simulated.add_token("nezha:service:read")})
    assert form["errors"] == {"base": "missing_scope"}
    assert form["description_placeholders"]
    assert form["description_placeholders"]["scope"] == "nezha:inventory:read"

    await succeeds(hass, form, {"token": newest.token})


@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_user_name_and_password_let_in(hass: HomeAssistant, serve: Serve, generation: str) -> None:
    """Incomplete or refused, both are named; a refused login is tried once."""
    dashboard = await serve(simulated(generation))
    form = await choose(hass, await menu_of(hass, dashboard), "login")
    form = await submit(hass, form, {"username": USERNAME, "password": ""})
    assert form["errors"] == {"base": "login_empty"}
    assert not dashboard.asked("/api/v1/login")

    form = await submit(hass, form, {"username": USERNAME, "password": "mistyped"})
    assert form["errors"] == {"base": "invalid_login"}
    assert len(dashboard.asked("/api/v1/login")) == 1
    assert prefilled(form) == {"username": USERNAME, "password": "mistyped"}

    entry = await succeeds(hass, form, {"username": f" {USERNAME} ", "password": PASSWORD})
    assert entry.data == {"url": dashboard.url, "verify_ssl": True} | LOGIN


@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_a_guest_needs_nothing(hass: HomeAssistant, serve: Serve, generation: str) -> None:
    """Unless the dashboard has been closed to guests in the meantime."""
    dashboard = await serve(simulated(generation))
    form = await choose(hass, await menu_of(hass, dashboard), "guest")
    dashboard.simulated.settings.force_auth = True
    form = await submit(hass, form, {})
    assert form["step_id"] == "guest"
    assert form["errors"] == {"base": "guest_refused"}

    dashboard.simulated.settings.force_auth = False
    entry = await succeeds(hass, form, {})
    assert entry.data == {"url": dashboard.url, "verify_ssl": True}


@pytest.mark.parametrize("token", ["some-token", "nzp_0123456789"])
@pytest.mark.parametrize("version", ["1.14.14", "2.0.0", "2.0.14"])
async def test_a_dashboard_without_tokens_names_that_and_offers_what_it_has(
    hass: HomeAssistant, serve: Serve, version: str, token: str
) -> None:
    """The token is not sent; an emptied field leads to the menu."""
    dashboard = await serve(simulated(f"v{version[0]}", version=version))
    form = await submit(hass, await start(hass), typed(dashboard.url, token))
    assert form["errors"] == {"token": "wrong_kind"}
    assert not any(request.authorization for request in dashboard.simulated.requests)

    menu = await submit(hass, form, typed_address(dashboard))
    assert menu["type"] is FlowResultType.MENU
    await succeeds(hass, await choose(hass, menu, "login"), LOGIN)


async def test_a_dashboard_that_is_asked_past_its_proxy_is_named(hass: HomeAssistant, serve: Serve) -> None:
    """It does not know who asks."""
    dashboard = await serve(simulated("v2", real_ip_header="X-Real-IP"))
    form = await submit(hass, await start(hass), typed(dashboard.url, dashboard.token))
    assert form["errors"] == {"base": "real_ip"}

    dashboard.simulated.settings.real_ip_header = ""
    await succeeds(hass, form, typed(dashboard.url, dashboard.token))


async def sets_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up without waiting for its stream, which never ends."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def new_entry(hass: HomeAssistant, dashboard: ServedDashboard, **credential: str) -> MockConfigEntry:
    """Set up an entry with a credential, or as a guest."""
    data = {"url": dashboard.url, "verify_ssl": True, **credential}
    entry = MockConfigEntry(domain=DOMAIN, title="My servers", data=data)
    entry.add_to_hass(hass)
    await sets_up(hass, entry)
    return entry


async def menu_after_refusal(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Set the entry up again, which the dashboard refuses, and return the menu that waits for its owner."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    (flow,) = open_flows(hass)
    assert flow["context"]["source"] == SOURCE_REAUTH
    menu = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert menu["step_id"] == "credential"
    return menu


async def lets_in_again(
    hass: HomeAssistant, form: ConfigFlowResult, entry: MockConfigEntry, user_input: dict[str, str]
) -> None:
    """Finish a flow that changes an entry."""
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] in {"reauth_successful", "reconfigure_successful"}
    await hass.async_block_till_done()
    assert is_loaded(entry)
    assert not open_flows(hass)


def is_loaded(entry: MockConfigEntry) -> bool:
    """Tell whether an entry is set up."""
    return entry.state is ConfigEntryState.LOADED


async def test_a_revoked_token_is_sent_once_and_replaced_by_a_new_one(
    hass: HomeAssistant, newest: ServedDashboard
) -> None:
    """Each refusal would count as an attack, so neither a reload nor the flow tries it again."""
    entry = await new_entry(hass, newest, token=newest.token)
    newest.simulated.revoke_token()
    newest.simulated.requests.clear()
    await menu_after_refusal(hass, entry)
    menu = await menu_after_refusal(hass, entry)
    assert menu["menu_options"] == ["token", "login", "guest"]
    assert sum(request.authorization for request in newest.simulated.requests) == 1

    newest.simulated.replace_token("nzp_made_later")
    form = await choose(hass, menu, "token")
    await lets_in_again(hass, form, entry, {"token": "nzp_made_later"})
    assert entry.data == {"url": newest.url, "token": "nzp_made_later", "verify_ssl": True}


async def test_a_changed_password_is_tried_once_and_replaced(hass: HomeAssistant, newest: ServedDashboard) -> None:
    """The owner may as well choose another way in."""
    entry = await new_entry(hass, newest, **LOGIN)
    newest.simulated.settings.password = "another-password"
    newest.simulated.end_sessions()
    newest.simulated.requests.clear()
    await menu_after_refusal(hass, entry)
    menu = await menu_after_refusal(hass, entry)
    assert len(newest.asked("/api/v1/login")) == 1

    form = await choose(hass, menu, "login")
    await lets_in_again(hass, form, entry, {"username": USERNAME, "password": "another-password"})
    assert entry.data["password"] == "another-password"


async def test_a_dashboard_that_is_closed_to_guests_asks_for_a_credential(
    hass: HomeAssistant, newest: ServedDashboard
) -> None:
    """Being a guest is no longer on offer."""
    entry = await new_entry(hass, newest)
    assert is_loaded(entry)
    newest.simulated.settings.force_auth = True
    menu = await menu_after_refusal(hass, entry)
    assert menu["menu_options"] == ["token", "login"]

    await lets_in_again(hass, await choose(hass, menu, "token"), entry, {"token": newest.token})
    assert entry.data == {"url": newest.url, "token": newest.token, "verify_ssl": True}


async def test_the_menu_opens_while_the_dashboard_is_away(hass: HomeAssistant, newest: ServedDashboard) -> None:
    """Its form then says what is wrong, and can be sent again."""
    entry = await new_entry(hass, newest, token=newest.token)
    newest.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    menu = await entry.start_reauth_flow(hass)
    assert menu["step_id"] == "credential"
    form = await choose(hass, menu, "token")
    form = await submit(hass, form, {"token": newest.token})
    assert form["errors"] == {"base": "dashboard_error"}

    newest.simulated.faults.clear()
    await lets_in_again(hass, form, entry, {"token": newest.token})


async def test_an_upgraded_dashboard_asks_for_one_of_its_own_credentials(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    """Its old token means nothing any more and is not sent; the devices stay, for the servers are the same."""
    port = unused_port()
    old, new = Dashboard(World(latency_points=5)), simulated("v2")
    async with TestServer(old.application(), host="127.0.0.1", port=port) as server:
        served = ServedDashboard(old, str(server.make_url("")).rstrip("/"))
        entry = add_entry(hass, served)
        await sets_up(hass, entry)
        await hass.config_entries.async_unload(entry.entry_id)
    async with TestServer(new.application(), host="127.0.0.1", port=port):
        await sets_up(hass, entry)
        assert entry.state is ConfigEntryState.SETUP_ERROR
        (flow,) = open_flows(hass)
        menu = await submit(hass, flow, {"token": old.token})
        assert menu["step_id"] == "credential"
        assert not any(request.authorization for request in new.requests)

        await lets_in_again(hass, await choose(hass, menu, "token"), entry, {"token": new.token})
        assert entry.data == {"url": served.url, "token": new.token, "verify_ssl": True}
        await hass.config_entries.async_unload(entry.entry_id)


async def test_an_upgraded_dashboard_takes_a_token_of_its_own_at_once(
    hass: HomeAssistant, newest: ServedDashboard
) -> None:
    """It need not be asked what it knows."""
    entry = await new_entry(hass, newest, token="of-the-old-dashboard")
    (flow,) = open_flows(hass)
    form = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert form["step_id"] == "reauth_confirm"

    result = await submit(hass, form, {"token": newest.token})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "same_dashboard", "nothing is known of its servers yet"
    await lets_in_again(hass, result, entry, {})


@pytest.mark.parametrize("credential", [LOGIN, {}], ids=["login", "guest"])
async def test_the_way_in_stays_unless_another_is_wanted(
    hass: HomeAssistant, newest: ServedDashboard, serve: Serve, credential: dict[str, str]
) -> None:
    """Only the address changes, and the title is the dashboard's."""
    entry = await new_entry(hass, newest, **credential)
    moved = await serve(newest.simulated)
    form = await entry.start_reconfigure_flow(hass)
    await lets_in_again(hass, form, entry, typed_address(moved))
    assert entry.data == {"url": moved.url, "verify_ssl": True} | credential
    assert entry.title == "My servers"


async def test_another_way_in_can_be_chosen(hass: HomeAssistant, newest: ServedDashboard) -> None:
    """What it replaces is not kept."""
    entry = await new_entry(hass, newest, **LOGIN)
    form = await entry.start_reconfigure_flow(hass)
    menu = await submit(hass, form, typed_address(newest) | {"other_credential": True})
    assert menu["menu_options"] == ["token", "login", "guest"]
    await lets_in_again(hass, await choose(hass, menu, "guest"), entry, {})
    assert entry.data == {"url": newest.url, "verify_ssl": True}

    form = await entry.start_reconfigure_flow(hass)
    await lets_in_again(hass, form, entry, typed(newest.url, newest.token))
    assert entry.data == {"url": newest.url, "token": newest.token, "verify_ssl": True}


async def test_one_way_in_after_the_other_keeps_every_id(hass: HomeAssistant, newest: ServedDashboard) -> None:
    """A guest gets a token, then a login, and is a guest again: devices and entities are the same ones throughout."""
    entry = await new_entry(hass, newest)
    kept = registered(hass, entry)
    for way, user_input in (("token", {"token": newest.token}), ("login", LOGIN), ("guest", {})):
        form = await entry.start_reconfigure_flow(hass)
        menu = await submit(hass, form, typed_address(newest) | {"other_credential": True})
        await lets_in_again(hass, await choose(hass, menu, way), entry, user_input)
        assert entry.data == {"url": newest.url, "verify_ssl": True} | user_input
        devices, entities = registered(hass, entry)
        assert devices >= kept[0]
        assert entities >= kept[1]
        kept = devices, entities
