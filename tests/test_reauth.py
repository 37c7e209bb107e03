"""A token that the dashboard refuses: it is not tried again, and replaced once its owner gives another."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha.const import DOMAIN
from simulator import Dashboard, FaultKind, World
from tests.flows import open_flows, prefilled, registered, submit
from tests.serving import PassingTime, Serve, ServedDashboard, add_entry, set_up, state

NEW_TOKEN = "a-token-made-later"


@pytest.fixture
async def refused(loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime) -> MockConfigEntry:
    """Return an entry whose token was revoked and refused; from then on requests are counted anew."""
    dashboard.simulated.revoke_token()
    await time.polls()
    dashboard.simulated.requests.clear()
    return loaded


async def form_of(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the only form that waits."""
    (flow,) = open_flows(hass)
    assert flow["context"]["source"] == SOURCE_REAUTH
    return await hass.config_entries.flow.async_configure(flow["flow_id"])


async def test_a_refused_token_asks_its_owner_once_and_is_not_sent_again(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """However long it takes."""
    await time.polls(5)
    await time.passes(4000)
    assert [flow["context"]["source"] for flow in open_flows(hass)] == [SOURCE_REAUTH]
    assert not dashboard.simulated.requests
    assert state(hass, refused, "1", "online") == "unavailable"
    assert state(hass, refused, "dashboard", "connected") == "off"


async def test_a_refused_token_is_not_sent_again_after_a_reload(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """The entry remembers what was refused."""
    await hass.config_entries.async_reload(refused.entry_id)
    await time.polls(5)
    assert refused.state is ConfigEntryState.SETUP_ERROR
    assert len(open_flows(hass)) == 1
    assert not dashboard.simulated.requests


async def test_a_refused_token_is_not_sent_again_after_a_restart(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Home Assistant forgets its open flows; what it stored is enough to ask the owner again, not the dashboard."""
    restarted = await restart(hass, refused)
    await time.polls(5)
    assert restarted.state is ConfigEntryState.SETUP_ERROR
    assert len(open_flows(hass)) == 1
    assert not dashboard.simulated.requests


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Set an entry up again from nothing but what is stored of it."""
    await hass.config_entries.async_unload(entry.entry_id)
    for flow in open_flows(hass):
        hass.config_entries.flow.async_abort(flow["flow_id"])
    stored = MockConfigEntry(
        domain=DOMAIN, entry_id=entry.entry_id, title=entry.title, data=dict(entry.data), options=dict(entry.options)
    )
    stored.add_to_hass(hass)
    await set_up(hass, stored)
    return stored


async def test_another_token_than_the_refused_one_is_tried(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """However it came into the entry."""
    dashboard.simulated.replace_token(NEW_TOKEN)
    hass.config_entries.async_update_entry(refused, data={**refused.data, "token": NEW_TOKEN})
    await hass.config_entries.async_reload(refused.entry_id)
    assert refused.state is ConfigEntryState.LOADED


async def test_what_is_remembered_of_a_refused_token_does_not_tell_it(
    refused: MockConfigEntry, dashboard: ServedDashboard, hass: HomeAssistant, serve: Serve
) -> None:
    """It differs between two entries with one token, so that it cannot be looked up either."""
    token = refused.data["token"]
    other = await serve(Dashboard(World(servers=1)))
    other.simulated.revoke_token()
    another = MockConfigEntry(domain=DOMAIN, data={"url": other.url, "token": token, "verify_ssl": True})
    another.add_to_hass(hass)
    await set_up(hass, another)
    remembered = refused.data["refused"]
    assert token not in remembered
    assert another.data["refused"] != remembered


async def test_a_new_token_brings_everything_back(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Only the token is asked for, none is suggested, and devices and entities stay."""
    devices, entities = registered(hass, refused)
    dashboard.simulated.replace_token(NEW_TOKEN)
    form = await form_of(hass)
    assert form["step_id"] == "reauth_confirm"
    assert form["description_placeholders"]
    assert form["description_placeholders"]["name"] == refused.title
    assert prefilled(form) == {}

    await succeeds(hass, form, f" {NEW_TOKEN} ")
    assert refused.state is ConfigEntryState.LOADED
    assert refused.data == {"url": dashboard.url, "token": NEW_TOKEN, "verify_ssl": True}
    assert registered(hass, refused) == (devices, entities)
    assert state(hass, refused, "1", "online") == "on"


async def succeeds(hass: HomeAssistant, form: ConfigFlowResult, token: str) -> None:
    """Finish a flow with a token that the dashboard accepts."""
    result = await submit(hass, form, {"token": token})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert not open_flows(hass)


async def test_the_old_token_works_again_once_confirmed(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """The dashboard was restored: its owner types the same token, which then also survives a restart."""
    token = refused.data["token"]
    dashboard.simulated.replace_token(token)
    await succeeds(hass, await form_of(hass), token)
    assert refused.state is ConfigEntryState.LOADED
    assert refused.data == {"url": dashboard.url, "token": token, "verify_ssl": True}

    restarted = await restart(hass, refused)
    assert restarted.state is ConfigEntryState.LOADED


async def test_another_wrong_token_is_named(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """Then the right one is accepted in the same form."""
    dashboard.simulated.replace_token(NEW_TOKEN)
    form = await submit(hass, await form_of(hass), {"token": "mistyped"})
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"token": "invalid_auth"}
    assert prefilled(form) == {"token": "mistyped"}

    await succeeds(hass, form, NEW_TOKEN)


async def test_an_empty_token_is_named_without_a_request(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """A form that is sent too early costs nothing."""
    dashboard.simulated.replace_token(NEW_TOKEN)
    form = await submit(hass, await form_of(hass), {"token": " "})
    assert form["errors"] == {"token": "token_empty"}
    assert not dashboard.simulated.requests

    await succeeds(hass, form, NEW_TOKEN)


async def test_a_dashboard_that_is_away_is_named(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """The token may be right; it is tried again when the form is sent again."""
    dashboard.simulated.replace_token(NEW_TOKEN)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    form = await submit(hass, await form_of(hass), {"token": NEW_TOKEN})
    assert form["errors"] == {"base": "dashboard_error"}

    dashboard.simulated.faults.clear()
    await succeeds(hass, form, NEW_TOKEN)


async def test_another_dashboard_behind_the_address_is_not_taken_unasked(
    hass: HomeAssistant, refused: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """Its servers would take over the devices of others; the entry stays as it is."""
    for server in dashboard.world.servers():
        dashboard.world.edit(server.id, name=f"other-{server.id}")
    dashboard.simulated.replace_token(NEW_TOKEN)
    before = dict(refused.data)
    result = await submit(hass, await form_of(hass), {"token": NEW_TOKEN})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "moved"
    assert refused.data == before


async def test_a_dashboard_that_cannot_be_told_apart_is_asked_about(hass: HomeAssistant, serve: Serve) -> None:
    """Its only server was renamed while the token was refused: its owner says whether it is the same."""
    served = await serve(Dashboard(World(servers=1, latency_points=5)))
    entry = add_entry(hass, served)
    await set_up(hass, entry)
    served.simulated.replace_token(NEW_TOKEN)
    await hass.config_entries.async_reload(entry.entry_id)
    served.world.edit(1, name="renamed")

    form = await submit(hass, await form_of(hass), {"token": NEW_TOKEN})
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "same_dashboard"
    assert form["description_placeholders"]
    assert form["description_placeholders"]["known"] == "hk-edge-1"
    assert form["description_placeholders"]["shown"] == "renamed"

    result = await submit(hass, form, {})
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
