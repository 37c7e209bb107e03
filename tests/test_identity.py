"""Which server is which, whatever its dashboard calls it, and which dashboard is which."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.config import device_registry as devices_api
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.nezha.api import Latency, Server, Snapshot
from custom_components.nezha.const import DOMAIN
from custom_components.nezha.identity import Identity, ServerIdentities, same_dashboard
from simulator import FaultKind
from tests.serving import MONITOR, PassingTime, ServedDashboard, entity_id, state

ENTRY_ID = "an-entry"
FRANKFURT = [Latency(monitor_id=7, monitor_name="Frankfurt")]


def shown(**names: str) -> Snapshot:
    """Return what a dashboard shows: `shown(_1="web")` is a server with the id 1."""
    servers = {int(number.strip("_")): name for number, name in names.items()}
    return Snapshot(
        time=datetime(2026, 1, 1, tzinfo=UTC),
        servers={number: Server(id=number, name=name) for number, name in servers.items()},
    )


async def stored(hass: HomeAssistant) -> ServerIdentities:
    """Return what Home Assistant knows after a restart."""
    identities = ServerIdentities(hass, ENTRY_ID)
    await identities.async_load()
    return identities


async def test_a_server_gets_its_key_once(hass: HomeAssistant) -> None:
    """Its name may change, and others may come and go."""
    identities = await stored(hass)
    assert list(identities.async_identify(shown(_1="web", _2="db"))) == ["1", "2"]

    renamed = identities.async_identify(shown(_3="new", _2="database"))
    assert {key: server.name for key, server in renamed.items()} == {"3": "new", "2": "database"}
    assert {key: identity.name for key, identity in identities.known.items()} == {
        "1": "web",
        "2": "database",
        "3": "new",
    }


async def test_keys_and_names_survive_a_restart(hass: HomeAssistant) -> None:
    """With the monitors of each server."""
    before = await stored(hass)
    before.async_identify(shown(_1="web", _2="db"))
    before.async_learn_monitors("1", FRANKFURT)
    await before.async_save()

    after = await stored(hass)
    assert after.known == {"1": Identity(1, "web", monitors={"7": "Frankfurt"}), "2": Identity(2, "db")}
    assert list(after.async_identify(shown(_2="db", _1="web"))) == ["2", "1"]


CHANGES: dict[str, Callable[[ServerIdentities], object]] = {
    "a name": lambda identities: identities.async_identify(shown(_1="renamed")),
    "a new server": lambda identities: identities.async_identify(shown(_1="web", _2="db")),
    "a monitor": lambda identities: identities.async_learn_monitors("1", FRANKFURT),
    "a deletion": lambda identities: identities.async_forget("1"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_what_changes_is_stored_in_a_moment(
    hass: HomeAssistant, change: Callable[[ServerIdentities], object]
) -> None:
    """Without waiting for the end of Home Assistant, which may be a power cut."""
    identities = await stored(hass)
    identities.async_identify(shown(_1="web"))
    await identities.async_save()
    change(identities)
    await a_moment_passes(hass)
    assert (await stored(hass)).known == identities.known != {"1": Identity(1, "web")}


async def a_moment_passes(hass: HomeAssistant) -> None:
    """Let what waits be stored."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=11))
    await hass.async_block_till_done()


async def test_an_unchanged_fleet_is_not_stored_again(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """Home Assistant's disk may be a memory card."""
    identities = await stored(hass)
    identities.async_identify(shown(_1="web"))
    identities.async_learn_monitors("1", FRANKFURT)
    await identities.async_save()
    identities = await stored(hass)
    hass_storage.clear()

    identities.async_identify(shown(_1="web"))
    identities.async_learn_monitors("1", FRANKFURT)
    identities.async_learn_monitors("unknown", FRANKFURT)
    identities.async_forget("unknown")
    await a_moment_passes(hass)
    assert f"{DOMAIN}.{ENTRY_ID}" not in hass_storage


async def test_a_forgotten_server_is_a_new_one_when_it_comes_back(hass: HomeAssistant) -> None:
    """Nothing of it is left, not even its monitors."""
    identities = await stored(hass)
    identities.async_identify(shown(_1="web", _2="db"))
    identities.async_learn_monitors("1", FRANKFURT)
    identities.async_forget("1")
    await identities.async_save()
    assert (await stored(hass)).known == {"2": Identity(2, "db")}

    identities.async_identify(shown(_1="another", _2="db"))
    assert identities.known["1"] == Identity(1, "another")


async def test_a_server_that_registers_again_keeps_its_key(hass: HomeAssistant) -> None:
    """Its uuid is what it was, its id is new; who gets the old id then is another server."""
    identities = await stored(hass)
    identities.async_identify(with_uuids({1: "uuid of web", 2: "uuid of db"}))
    await identities.async_save()

    identities = await stored(hass)
    again = identities.async_identify(with_uuids({2: "uuid of db", 3: "uuid of web"}))
    assert {key: server.id for key, server in again.items()} == {"1": 3, "2": 2}

    another = identities.async_identify(with_uuids({1: "uuid of mail", 3: "uuid of web"}))
    assert {key: server.id for key, server in another.items()} == {"1+": 1, "1": 3}


async def test_a_uuid_that_is_not_told_is_remembered(hass: HomeAssistant) -> None:
    """Messages of a stream and answers to guests have none."""
    identities = await stored(hass)
    identities.async_identify(with_uuids({1: "uuid of web"}))
    identities.async_identify(with_uuids({1: None}))
    assert identities.known["1"].uuid == "uuid of web"


def with_uuids(uuids: Mapping[int, str | None]) -> Snapshot:
    """Return what a dashboard shows whose servers have uuids."""
    servers = {number: Server(id=number, name="a server", uuid=uuid) for number, uuid in uuids.items()}
    return Snapshot(time=datetime(2026, 1, 1, tzinfo=UTC), servers=servers)


def known_by(**uuids: str) -> Snapshot:
    """Return what a dashboard shows: `known_by(_1="A")` is a server with the id 1 and the uuid A."""
    snapshot = shown(**uuids)
    servers = {number: replace(server, uuid=server.name) for number, server in snapshot.servers.items()}
    return replace(snapshot, servers=servers)


async def test_servers_of_a_dashboard_that_begins_anew_are_known_by_their_uuids(hass: HomeAssistant) -> None:
    """Its ids begin at 1 again, in whatever order the servers register."""
    identities = await stored(hass)
    identities.async_identify(known_by(_1="A", _2="B"))
    anew = identities.async_identify(known_by(_1="B", _2="A", _3="C"))
    assert {key: server.uuid for key, server in anew.items()} == {"2": "B", "1": "A", "3": "C"}
    await identities.async_save()

    later = (await stored(hass)).async_identify(known_by(_1="B", _2="A", _3="C"))
    assert {key: server.uuid for key, server in later.items()} == {"2": "B", "1": "A", "3": "C"}


async def test_another_server_under_a_known_id_gets_a_key_of_its_own(hass: HomeAssistant) -> None:
    """The old one keeps its key until it is forgotten."""
    identities = await stored(hass)
    identities.async_identify(known_by(_1="A"))
    assert list(identities.async_identify(known_by(_1="B"))) == ["1+"]
    assert list(identities.async_identify(known_by(_7="A"))) == ["1"]

    identities.async_forget("1")
    assert list(identities.async_identify(known_by(_1="B", _7="A"))) == ["1+", "7"]


async def test_servers_that_have_moved_are_known_by_uuid_or_else_by_name(hass: HomeAssistant) -> None:
    """Never by an id; also after a restart, and by nothing else that they had before."""
    identities = await stored(hass)
    identities.async_identify(known_by(_1="A", _2="B"))
    identities.async_identify(shown(_3="web", _4="db"))
    identities.async_learn_monitors("3", FRANKFURT)
    identities.async_leave()
    await identities.async_save()

    identities = await stored(hass)
    assert {key: identity.id for key, identity in identities.known.items()} == dict.fromkeys("1234")
    assert not identities.known["3"].monitors
    here = identities.async_identify(known_by(_1="web", _3="B", _4="mail"))
    assert {key: server.name for key, server in here.items()} == {"3": "web", "2": "B", "4+": "mail"}


async def test_a_server_that_goes_on_with_another_one_is_known_by_what_that_one_is(hass: HomeAssistant) -> None:
    """Its old self, if it comes back after all, is another server."""
    identities = await stored(hass)
    identities.async_identify(known_by(_1="A", _2="B"))
    identities.async_replace("1", "2")
    await identities.async_save()

    identities = await stored(hass)
    assert list(identities.known) == ["1"]
    assert list(identities.async_identify(known_by(_5="B", _1="A"))) == ["1", "1+"]


async def test_a_renamed_server_keeps_its_device_and_entities(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Only the name of the device follows."""
    device = device_of(hass, loaded, "1")
    cpu = entity_id(hass, loaded, "1", "cpu")
    dashboard.world.edit(1, name="renamed")
    await time.polls(2)
    assert device_of(hass, loaded, "1").id == device.id
    assert device_of(hass, loaded, "1").name == "renamed"
    assert entity_id(hass, loaded, "1", "cpu") == cpu


def device_of(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> dr.DeviceEntry:
    """Return the device of a server."""
    devices = dr.async_get(hass)
    found = devices.async_get_device_by_identifier((DOMAIN, f"{entry.entry_id}_{key}"), entry.entry_id)
    assert isinstance(found, dr.DeviceEntry)
    return found


async def test_latency_entities_exist_before_the_first_answer(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """The monitors' names are known from before: their entities are there at once, without a value."""
    latency = hass.states.get(entity_id(hass, loaded, "1", "latency_1"))
    assert latency
    dashboard.simulated.faults.add(MONITOR, FaultKind.BAD_GATEWAY)
    await hass.config_entries.async_reload(loaded.entry_id)
    await time.passes(6)
    assert state(hass, loaded, "1", "latency_1") == "unknown"
    again = hass.states.get(latency.entity_id)
    assert again
    assert again.name == latency.name


async def test_a_server_whose_device_is_deleted_is_forgotten(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """Its owner deletes the device after the server has gone from the dashboard."""
    devices_api.async_setup(hass)
    client = await hass_ws_client(hass)
    device = device_of(hass, loaded, "1")
    refused = await client.remove_device(device.id)
    assert not refused["success"], "the dashboard still shows the server"

    dashboard.world.delete(1)
    await time.polls(4)
    assert "1" in offered(await hass.config_entries.options.async_init(loaded.entry_id))
    removed = await client.remove_device(device.id)
    assert removed["success"]
    assert "1" not in offered(await hass.config_entries.options.async_init(loaded.entry_id))

    await hass.config_entries.async_reload(loaded.entry_id)
    assert "1" not in offered(await hass.config_entries.options.async_init(loaded.entry_id))


def offered(form: Any) -> list[str]:
    """Return the keys of the servers that can be left out."""
    return [option["value"] for option in form["data_schema"].schema["left_out_servers"].config["options"]]


async def test_a_deleted_dashboard_leaves_nothing_behind(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Neither now nor when what was to be stored would have been."""
    await hass.config_entries.async_remove(loaded.entry_id)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=60))
    await hass.async_block_till_done()
    assert not [name for name in hass_storage if name.startswith(DOMAIN)]


@pytest.mark.parametrize(
    ("known", "now", "same"),
    [
        pytest.param("a b c d", "a b c d", True, id="nothing has changed"),
        pytest.param("a b c d", "a b x y", True, id="half of them renamed"),
        pytest.param("a b c d", "a x y z", None, id="all but one renamed"),
        pytest.param("a b c d", "w x y z", False, id="none has its name"),
        pytest.param("a b c", "x y z", False, id="none of three has its name"),
        pytest.param("a b c d", "x y", None, id="only two to compare"),
        pytest.param("a b", "w x y z", None, id="only two known"),
        pytest.param("a b c d", "", None, id="nothing shown"),
        pytest.param("", "a b c d", None, id="nothing known"),
        pytest.param("", "", None, id="nothing at all"),
        pytest.param("a", "a", True, id="one server"),
        pytest.param("a", "x", None, id="one server, renamed"),
        pytest.param("a b c d", "a", True, id="all but one deleted"),
        pytest.param("a", "a b c d", True, id="three added"),
        pytest.param("a b c", "b c a", False, id="the same names with other numbers"),
        pytest.param("a b c d e", "- - - d e f g", True, id="old ones deleted and new ones added"),
    ],
)
def test_servers_tell_whether_it_is_the_same_dashboard(known: str, now: str, same: bool | None) -> None:  # noqa: FBT001 - an outcome
    """By ids that still have their names; a letter is a name, its place the id, a dash none."""
    before = [Identity(number, name) for number, name in numbered(known)]
    assert same_dashboard(before, [Server(id=number, name=name) for number, name in numbered(now)]) is same


def numbered(names: str) -> list[tuple[int, str]]:
    """Return names with their places from 1, without dashes."""
    return [(number, name) for number, name in enumerate(names.split(), 1) if name != "-"]


@pytest.mark.parametrize(
    ("known", "now", "same"),
    [
        pytest.param([(1, "web", "U")], [(7, "renamed", "U")], True, id="one uuid is enough"),
        pytest.param([(1, "a", None), (2, "b", "U")], [(3, "c", "U"), (4, "d", "V")], True, id="one of several"),
        pytest.param([(1, "web", "U")], [(1, "web", "V")], True, id="other uuids do not speak against a name"),
        pytest.param([(1, "web", None)], [(1, "another", None)], None, id="no uuids are no proof"),
    ],
)
def test_a_uuid_tells_that_it_is_the_same_dashboard(
    known: list[tuple[int, str, str | None]],
    now: list[tuple[int, str, str | None]],
    same: bool | None,  # noqa: FBT001 - an outcome
) -> None:
    """Ids and names may all have changed."""
    servers = [Server(id=number, name=name, uuid=uuid) for number, name, uuid in now]
    assert same_dashboard([Identity(*identity) for identity in known], servers) is same
