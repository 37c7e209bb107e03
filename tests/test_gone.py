"""Servers that are gone: the user is told once it is certain, and never where the dashboard merely shows less."""

from collections.abc import Iterator
from typing import Any

from aiohttp import ClientSession
from homeassistant.components.config import device_registry as devices_api
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.nezha.const import DOMAIN
from simulator import FaultKind

from .flows import submit, typed
from .generations import SERVERS, Show, Shown, settle
from .repairing import FEW, HOUR, few_answers, polls, told
from .watching import still_world

POLLING = {"stream": "never", "latency": False}
ANSWERS = 100
STEP = HOUR / 4
"""From one poll to the next, so that a hundred of them take a little longer than a day."""


@pytest.fixture
def few() -> Iterator[None]:
    """Let few answers be enough."""
    with few_answers:
        yield


@pytest.fixture
async def shown(show: Show) -> Shown:
    """Return a dashboard of generation 0 with three servers."""
    return await show("v0", world=still_world(servers=3), options=POLLING)


@pytest.fixture
async def gone(shown: Shown, few: None) -> Shown:
    """Return that dashboard a day after its first server was deleted."""
    shown.world.delete(1)
    await polls(shown)
    assert told(shown)
    return shown


@pytest.mark.parametrize(("generation", "way"), [("v0", "token"), ("v2", "token")])
async def test_a_server_that_was_deleted_is_told_after_a_day(show: Show, generation: str, way: str) -> None:
    """And a hundred answers: which server of which dashboard it is."""
    shown = await show(generation, way, world=still_world(servers=3), options=POLLING)
    shown.world.stop(1)
    shown.world.delete(1)
    await polls(shown, ANSWERS - 1, every=STEP)
    assert told(shown) == {}
    await polls(shown, 1, every=STEP)
    assert told(shown) == {"1": {"name": "nezha.example.com", "server": "hk-edge-1"}}


async def test_answers_of_less_than_a_day_are_not_enough(shown: Shown) -> None:
    """However many there are."""
    shown.world.delete(1)
    await polls(shown, ANSWERS + 10, every=23 * HOUR / (ANSWERS + 10))
    assert told(shown) == {}
    await polls(shown, 1, every=2 * HOUR)
    assert told(shown).keys() == {"1"}


async def test_a_restart_does_not_make_a_server_come_back(shown: Shown) -> None:
    """The day goes on, and a hundred answers have to lack it from then on."""
    shown.world.delete(1)
    await polls(shown, 60, every=STEP)
    await shown.reload()
    await polls(shown, ANSWERS - 2, every=STEP)
    assert told(shown) == {}
    await polls(shown, 1, every=STEP)
    assert told(shown).keys() == {"1"}


@pytest.mark.usefixtures("few")
async def test_a_server_that_is_back_is_not_told_any_more(show: Show) -> None:
    """Its agent registers again after thirty hours; if it vanishes once more, everything begins anew."""
    shown = await show("v2", "token", world=still_world(servers=3), options=POLLING)
    shown.world.delete(1)
    await polls(shown, FEW, every=10 * HOUR)
    assert told(shown).keys() == {"1"}
    shown.world.restart_dashboard(seconds=1)
    await polls(shown, 2)
    assert shown.state("1", "online") == "on"
    assert told(shown) == {}

    shown.world.delete(4)
    await polls(shown, FEW - 1)
    assert told(shown) == {}
    await polls(shown, 1)
    assert told(shown).keys() == {"1"}


@pytest.mark.usefixtures("few")
async def test_a_server_that_is_offline_is_not_gone(shown: Shown) -> None:
    """Its dashboard still shows it."""
    shown.world.stop(1)
    await polls(shown)
    assert told(shown) == {}
    assert shown.state("1", "online") == "off"


@pytest.mark.usefixtures("few")
async def test_answers_without_any_server_tell_nothing(shown: Shown) -> None:
    """A database that has not been restored yet shows none."""
    for server in shown.world.servers():
        shown.world.delete(server.id)
    await polls(shown)
    assert told(shown) == {}


@pytest.mark.usefixtures("few")
async def test_answers_that_cannot_be_read_whole_tell_nothing(shown: Shown) -> None:
    """The entry that cannot be read may be that of the server."""
    shown.simulated.faults.add(SERVERS["v0"], FaultKind.REPLACE_SERVER, server_id=1, entry={"ID": "?"})
    await polls(shown)
    assert shown.state("1", "online") == "unavailable"
    assert told(shown) == {}


@pytest.mark.usefixtures("few")
async def test_failures_tell_nothing(shown: Shown) -> None:
    """Nor the first answer after them."""
    shown.world.delete(1)
    shown.simulated.faults.add(SERVERS["v0"], FaultKind.BAD_GATEWAY)
    await polls(shown, 30, every=HOUR)
    shown.simulated.faults.clear()
    await polls(shown, 3, every=HOUR)
    assert told(shown) == {}


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_a_guest_is_told_nothing(show: Show, generation: str) -> None:
    """What is shown to visitors is decided on the dashboard, and says nothing of the servers."""
    shown = await show(generation, "guest", world=still_world(servers=3), options=POLLING)
    shown.world.edit(1, hide_for_guest=True)
    await polls(shown)
    assert shown.state("1", "online") == "unavailable"
    assert told(shown) == {}


@pytest.mark.usefixtures("few")
async def test_a_stream_tells_nothing(show: Show) -> None:
    """Only polls do: they alone bring everything."""
    shown = await show("v2", "token", world=still_world(servers=3), options={"stream": "always", "latency": False})
    shown.simulated.faults.add(SERVERS["v2"], FaultKind.BAD_GATEWAY)
    shown.world.delete(1)
    await shown.frames_for(50 * HOUR, every=5 * HOUR)
    assert shown.state("1", "online") == "unavailable"
    assert shown.state("2", "online") == "on"
    assert told(shown) == {}

    shown.simulated.faults.clear()
    await shown.frames_for(50 * HOUR, every=5 * HOUR)
    assert told(shown).keys() == {"1"}


@pytest.mark.usefixtures("few")
async def test_a_token_that_is_limited_tells_nothing_of_other_servers(show: Show) -> None:
    """It has never shown them; of those that it has shown it tells."""
    shown = await show("v2", "token", world=still_world(servers=4), options=POLLING)
    limited = shown.simulated.add_token(server_ids=[1, 2])
    await reconfigure(shown, typed(shown.served.url, limited))
    shown.world.delete(1)
    await polls(shown)
    assert shown.state("3", "online") == "unavailable"
    assert told(shown).keys() == {"1"}


@pytest.mark.usefixtures("few")
async def test_a_token_that_shows_all_servers_again_tells_of_them_again(show: Show) -> None:
    """As long as it has shown them itself."""
    shown = await show("v2", "token", world=still_world(servers=4), options=POLLING)
    limited = shown.simulated.add_token(server_ids=[1, 2])
    await reconfigure(shown, typed(shown.served.url, limited))
    await reconfigure(shown, typed(shown.served.url, shown.served.token))
    shown.world.delete(3)
    await polls(shown)
    assert told(shown).keys() == {"3"}


async def reconfigure(shown: Shown, user_input: dict[str, object]) -> None:
    """Change the address or the token."""
    result = await submit(shown.hass, await shown.entry.start_reconfigure_flow(shown.hass), user_input)
    assert result["reason"] == "reconfigure_successful"
    await settle(shown.hass)


@pytest.mark.usefixtures("few")
async def test_a_member_is_told_nothing_of_the_servers_of_others(show: Show) -> None:
    """Whoever signs in without admin rights from then on sees its own servers only, in place of an administrator."""
    shown = await show("v1", "login", world=still_world(servers=3), options=POLLING)
    shown.simulated.change(username="a member", password="of few rights")
    shown.simulated.faults.add(SERVERS["v1"], FaultKind.WRONG_SHAPE, body=await answer_with(shown, 2))
    form = await submit(
        shown.hass,
        await shown.entry.start_reconfigure_flow(shown.hass),
        {"url": shown.served.url, "advanced": {"verify_ssl": True}, "other_credential": True},
    )
    form = await submit(shown.hass, form, {"next_step_id": "login"})
    await submit(shown.hass, form, {"username": "a member", "password": "of few rights"})
    await settle(shown.hass)
    await polls(shown)
    assert shown.state("1", "online") == "unavailable"
    assert shown.state("2", "online") != "unavailable"
    assert told(shown) == {}


async def answer_with(shown: Shown, number: int) -> dict[str, Any]:
    """Return the dashboard's answer to one who owns a single server."""
    headers = {"Authorization": f"Bearer {shown.simulated.log_in()}"}
    async with ClientSession() as session, session.get(f"{shown.served.url}{SERVERS['v1']}", headers=headers) as answer:
        body: dict[str, Any] = await answer.json()
    return body | {"data": [server for server in body["data"] if server["id"] == number]}


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("option", [{"left_out_servers": ["1"]}, {"left_out_groups": ["Edge"]}])
async def test_a_server_that_is_left_out_is_not_told(show: Show, option: dict[str, list[str]]) -> None:
    """Nobody misses it, also after a restart, when its groups are not known any more."""
    shown = await show("v0", world=still_world(servers=3), options=POLLING | option)
    shown.world.delete(1)
    await polls(shown, 2)
    await shown.reload()
    await polls(shown)
    assert told(shown) == {}


async def test_a_server_that_is_left_out_by_now_is_not_told_any_more(gone: Shown) -> None:
    """Its device goes, and so does the question what becomes of it."""
    hass = gone.hass
    hass.config_entries.async_update_entry(gone.entry, options=POLLING | {"left_out_servers": ["1"]})
    await gone.reload()
    assert told(gone) == {}


async def test_what_is_told_outlives_a_restart(gone: Shown) -> None:
    """Home Assistant forgets its issues, the integration does not."""
    await gone.unload()
    ir.async_delete_issue(gone.hass, DOMAIN, f"{gone.entry.entry_id}_gone_1")
    await gone.reload()
    assert told(gone).keys() == {"1"}


async def test_what_the_user_ignores_stays_ignored(gone: Shown) -> None:
    """A reload does not ask again."""
    issues, issue_id = ir.async_get(gone.hass), f"{gone.entry.entry_id}_gone_1"
    issues.async_ignore(DOMAIN, issue_id, ignore=True)
    await gone.reload()
    await polls(gone, 2)
    issue = issues.async_get_issue(DOMAIN, issue_id)
    assert issue
    assert issue.dismissed_version


async def test_a_disabled_dashboard_tells_nothing(gone: Shown) -> None:
    """Enabled again, it tells what it told before."""
    entries, entry_id = gone.hass.config_entries, gone.entry.entry_id
    await entries.async_set_disabled_by(entry_id, ConfigEntryDisabler.USER)
    assert told(gone) == {}
    await entries.async_set_disabled_by(entry_id, None)
    await settle(gone.hass)
    assert told(gone).keys() == {"1"}


async def test_a_removed_dashboard_tells_nothing(gone: Shown) -> None:
    """There is nothing left to decide."""
    await gone.hass.config_entries.async_remove(gone.entry.entry_id)
    assert told(gone) == {}


async def test_a_server_whose_device_is_deleted_is_not_told_any_more(
    gone: Shown, hass_ws_client: WebSocketGenerator
) -> None:
    """Its owner has decided."""
    devices_api.async_setup(gone.hass)
    client = await hass_ws_client(gone.hass)
    assert (await client.remove_device(gone.devices()["1"].id))["success"]
    assert told(gone) == {}
    await polls(gone, 2)
    assert told(gone) == {}


@pytest.mark.usefixtures("few")
async def test_nothing_is_expected_of_what_an_older_version_has_stored(
    hass: HomeAssistant, show: Show, hass_storage: dict[str, Any]
) -> None:
    """It did not store which credential has shown a server; those that are shown now are told when they are gone."""
    shown = await show("v0", world=still_world(servers=3), options=POLLING)
    await shown.unload()
    stored = hass_storage[f"{DOMAIN}.{shown.entry.entry_id}"]["data"]
    identity = ("id", "name", "uuid", "monitors")
    servers = {key: {name: server[name] for name in identity} for key, server in stored["servers"].items()}
    hass_storage[f"{DOMAIN}.{shown.entry.entry_id}"]["data"] = {"servers": servers}
    shown.world.delete(1)
    await shown.reload()
    shown.world.delete(2)
    await polls(shown)
    assert told(shown).keys() == {"2"}
