"""Another address, another token or another way to check the certificate for a dashboard that is set up."""

from typing import Any

from aiohttp.test_utils import TestServer, unused_port
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Dashboard, FaultKind, World
from tests.flows import prefilled, registered, submit, typed
from tests.serving import PassingTime, Serve, ServedDashboard, add_entry, entity_id, set_up, state

NEW_TOKEN = "a-token-made-later"
UNCHANGED = {"other_credential": False}


def typed_address(url: str, *, verify_ssl: bool = True) -> dict[str, Any]:
    """Return what is typed into the form when the token's field is left empty."""
    return {"url": url, "advanced": {"verify_ssl": verify_ssl}}


async def succeeds(
    hass: HomeAssistant, form: ConfigFlowResult, entry: MockConfigEntry, user_input: dict[str, Any]
) -> None:
    """Finish a flow with what leads to the dashboard."""
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_the_form_shows_the_address_and_hides_the_token(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """What is set up now can be seen and changed, except the secret."""
    form = await loaded.start_reconfigure_flow(hass)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "reconfigure"
    assert prefilled(form) == UNCHANGED | {"url": loaded.data["url"], "advanced": {"verify_ssl": True}}


async def test_the_same_dashboard_at_a_new_address_keeps_devices_and_entities(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, serve: Serve
) -> None:
    """An entity that its owner has renamed included; the token is kept when its field is left empty."""
    registry = er.async_get(hass)
    registry.async_update_entity(entity_id(hass, loaded, "1", "cpu"), new_entity_id="sensor.my_favourite")
    devices, entities = registered(hass, loaded)
    new = await serve(dashboard.simulated)

    await succeeds(hass, await loaded.start_reconfigure_flow(hass), loaded, typed_address(new.url))
    assert loaded.data == {"url": new.url, "token": dashboard.token, "verify_ssl": True}
    assert registered(hass, loaded) == (devices, entities)
    assert entity_id(hass, loaded, "1", "cpu") == "sensor.my_favourite"
    assert state(hass, loaded, "1", "online") == "on"


async def test_a_new_token_replaces_the_old_one(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """Before the old one is refused."""
    dashboard.simulated.replace_token(NEW_TOKEN)
    await succeeds(hass, await loaded.start_reconfigure_flow(hass), loaded, typed(dashboard.url, NEW_TOKEN))
    assert loaded.data["token"] == NEW_TOKEN


@pytest.mark.parametrize("token", ["", "  "])
async def test_an_empty_token_keeps_the_old_one(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, token: str
) -> None:
    """However the field was emptied."""
    await succeeds(hass, await loaded.start_reconfigure_flow(hass), loaded, typed(dashboard.url, token))
    assert loaded.data == {"url": dashboard.url, "token": dashboard.token, "verify_ssl": True}


async def test_another_way_in_is_a_new_token_where_there_is_no_other(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """It is asked for in the same form."""
    user_input = typed_address(dashboard.url) | {"other_credential": True}
    form = await submit(hass, await loaded.start_reconfigure_flow(hass), user_input)
    assert form["step_id"] == "reconfigure"
    assert form["errors"] == {"token": "token_empty"}

    dashboard.simulated.replace_token(NEW_TOKEN)
    await succeeds(hass, form, loaded, user_input | {"token": NEW_TOKEN})
    assert loaded.data == {"url": dashboard.url, "token": NEW_TOKEN, "verify_ssl": True}


async def test_a_refused_token_can_be_replaced_here_as_well(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """What was remembered of the refusal is forgotten."""
    dashboard.simulated.replace_token(NEW_TOKEN)
    await time.polls()
    await succeeds(hass, await loaded.start_reconfigure_flow(hass), loaded, typed(dashboard.url, NEW_TOKEN))
    assert loaded.data == {"url": dashboard.url, "token": NEW_TOKEN, "verify_ssl": True}


async def test_the_verification_of_the_certificate_can_be_switched_off(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """And on again."""
    for verify_ssl in (False, True):
        form = await loaded.start_reconfigure_flow(hass)
        await succeeds(hass, form, loaded, typed_address(dashboard.url, verify_ssl=verify_ssl))
        assert loaded.data["verify_ssl"] is verify_ssl


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"url": "ftp://nezha.example.com"}, {"url": "invalid_url"}),
        ({"token": "mistyped"}, {"token": "invalid_auth"}),
        ({"token": "nzp_abcdefgh"}, {"token": "wrong_kind"}),
        ({"url": "http://127.0.0.1:{unused}"}, {"base": "connection_refused"}),
    ],
)
async def test_errors_are_named_and_corrected_in_the_same_form(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    changed: dict[str, str],
    errors: dict[str, str],
) -> None:
    """The form keeps what was typed; nothing is saved until it is right."""
    before = dict(loaded.data)
    user_input = {name: text.format(unused=unused_port()) for name, text in changed.items()}
    user_input = typed_address(dashboard.url) | user_input
    form = await submit(hass, await loaded.start_reconfigure_flow(hass), user_input)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == errors
    assert prefilled(form) == UNCHANGED | user_input
    assert loaded.data == before

    await succeeds(hass, form, loaded, typed_address(dashboard.url))


async def test_a_moved_dashboard_is_named_with_its_new_address(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, serve: Serve
) -> None:
    """The old address redirects: the text says what to type."""
    new = await serve(dashboard.simulated)
    dashboard.simulated.faults.add("/api/v1/setting", FaultKind.REDIRECT, times=1, location=f"{new.url}/api/v1/setting")
    form = await submit(hass, await loaded.start_reconfigure_flow(hass), typed_address(dashboard.url))
    assert form["errors"] == {"base": "redirected"}
    assert form["description_placeholders"]
    target = form["description_placeholders"]["target"]

    await succeeds(hass, form, loaded, typed_address(target))
    assert loaded.data["url"] == new.url


async def test_another_dashboard_is_not_taken_unasked(
    hass: HomeAssistant, loaded: MockConfigEntry, serve: Serve
) -> None:
    """Its servers would take over the devices of others; they may have moved there, or the address is mistyped."""
    other = await serve(Dashboard(World(latency_points=5)))
    for server in other.world.servers():
        other.world.edit(server.id, name=f"other-{server.id}")
    before = dict(loaded.data)
    result = await submit(hass, await loaded.start_reconfigure_flow(hass), typed(other.url, other.token))
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "moved"
    assert loaded.data == before


async def test_a_dashboard_that_cannot_be_told_apart_is_asked_about(
    hass: HomeAssistant, loaded: MockConfigEntry, serve: Serve, dashboard: ServedDashboard
) -> None:
    """It shows too few servers to be certain: the first names of both are shown, and its owner decides."""
    other = await serve(Dashboard(World(servers=2, latency_points=5)))
    other.world.edit(1, name="one")
    other.world.edit(2, name="another")
    form = await submit(hass, await loaded.start_reconfigure_flow(hass), typed(other.url, other.token))
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "same_dashboard"
    known = sorted(server.name for server in dashboard.world.servers())
    assert form["description_placeholders"] == {
        "url": other.url,
        "known": ", ".join([*known[:5], "…"]),
        "shown": "another, one",
    }
    assert loaded.data["url"] == dashboard.url
    assert len(other.simulated.requests) == 3, "the form alone asks no more"

    await succeeds(hass, form, loaded, {})
    assert loaded.data["url"] == other.url


async def test_a_dashboard_without_servers_shows_that_there_are_none(
    hass: HomeAssistant, loaded: MockConfigEntry, serve: Serve
) -> None:
    """A dash stands where names would."""
    other = await serve(Dashboard(World(servers=1)))
    other.world.delete(1)
    form = await submit(hass, await loaded.start_reconfigure_flow(hass), typed(other.url, other.token))
    assert form["step_id"] == "same_dashboard"
    assert form["description_placeholders"]
    assert form["description_placeholders"]["shown"] == "-"

    await succeeds(hass, form, loaded, {})


async def test_a_dashboard_that_is_gone_from_its_old_address_is_found_at_the_new_one(
    hass: HomeAssistant, serve: Serve, socket_enabled: None
) -> None:
    """The entry is not loaded: what is stored of its servers proves that it is the same dashboard."""
    simulated = Dashboard(World(latency_points=5))
    async with TestServer(simulated.application(), host="127.0.0.1") as old:
        entry = add_entry(hass, ServedDashboard(simulated, str(old.make_url("")).rstrip("/")))
        await set_up(hass, entry)
        devices, entities = registered(hass, entry)
        await hass.config_entries.async_unload(entry.entry_id)
    await set_up(hass, entry)
    assert is_retrying(entry)

    other = await serve(Dashboard(World(latency_points=5)))
    for server in other.world.servers():
        other.world.edit(server.id, name=f"other-{server.id}")
    result = await submit(hass, await entry.start_reconfigure_flow(hass), typed(other.url, other.token))
    assert result["step_id"] == "moved"
    hass.config_entries.flow.async_abort(result["flow_id"])

    new = await serve(simulated)
    await succeeds(hass, await entry.start_reconfigure_flow(hass), entry, typed_address(new.url))
    assert registered(hass, entry) == (devices, entities)


def is_retrying(entry: MockConfigEntry) -> bool:
    """Tell whether Home Assistant tries to set an entry up again and again."""
    return entry.state is ConfigEntryState.SETUP_RETRY


async def test_the_title_follows_the_address_as_long_as_it_was_not_changed(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, serve: Serve
) -> None:
    """It was made from the old address, so it would be wrong now."""
    hass.config_entries.async_update_entry(loaded, title=dashboard.url.removeprefix("http://"))
    new = await serve(dashboard.simulated)
    await succeeds(hass, await loaded.start_reconfigure_flow(hass), loaded, typed_address(new.url))
    assert loaded.title == new.url.removeprefix("http://")


async def test_a_title_that_the_owner_has_given_stays(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, serve: Serve
) -> None:
    """The owner's name for it is as right as before."""
    hass.config_entries.async_update_entry(loaded, title="My servers")
    new = await serve(dashboard.simulated)
    await succeeds(hass, await loaded.start_reconfigure_flow(hass), loaded, typed_address(new.url))
    assert loaded.title == "My servers"


async def test_the_address_of_another_entry_is_not_taken(
    hass: HomeAssistant, loaded: MockConfigEntry, serve: Serve
) -> None:
    """Each dashboard is set up once."""
    other = await serve(Dashboard(World(latency_points=5)))
    add_entry(hass, other)
    result = await submit(hass, await loaded.start_reconfigure_flow(hass), typed(f"{other.url}/", other.token))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert not other.simulated.requests
