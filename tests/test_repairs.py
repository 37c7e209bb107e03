"""What becomes of a server that is gone, as its owner decides it in a repair."""

from collections.abc import Iterator
from typing import Any

from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.nezha.const import DOMAIN
from simulator.faults import FaultKind

from .generations import LATENCIES, Show, Shown, with_monitors
from .repairing import Repair, choices, few_answers, polls, repair, told
from .watching import still_world

POLLING = {"stream": "never", "latency": False}


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    """Let few answers be enough to tell that a server is gone."""
    with few_answers:
        yield


@pytest.fixture
async def shown(show: Show) -> Shown:
    """Return a dashboard of generation 0 a day after the first of its three servers was deleted and set up anew."""
    shown = await show("v0", world=still_world(servers=3), options=POLLING)
    shown.world.delete(1)
    shown.world.add(name="set up anew", group="Edge")
    await polls(shown)
    assert told(shown).keys() == {"1"}
    return shown


@pytest.fixture
async def gone(shown: Shown, hass_client: ClientSessionGenerator) -> Repair:
    """Return the repair of its first server."""
    return await repair(shown, hass_client, "1")


async def test_the_repair_names_server_and_dashboard_and_offers_what_can_be_done(gone: Repair) -> None:
    """In a menu."""
    menu = await gone.begin()
    assert menu["type"] == "menu"
    assert menu["menu_options"] == ["replaced", "keep", "remove"]
    assert menu["description_placeholders"] == {"name": "nezha.example.com", "server": "hk-edge-1"}


async def test_a_server_that_is_kept_is_not_asked_about_again(shown: Shown, gone: Repair) -> None:
    """However long it stays away, and over restarts; its device and entities stay as they are."""
    entities = shown.entities()
    assert (await gone.choose("keep"))["type"] == "create_entry"
    assert told(shown) == {}
    await polls(shown)
    await shown.reload()
    await polls(shown)
    assert told(shown) == {}
    assert shown.entities() == entities
    assert shown.state("1", "cpu") == STATE_UNAVAILABLE


async def test_a_server_that_was_kept_and_was_back_is_asked_about_again(
    show: Show, hass_client: ClientSessionGenerator
) -> None:
    """What was decided then need not be right now."""
    shown = await show("v2", world=still_world(servers=3), options=POLLING)
    shown.world.delete(1)
    await polls(shown)
    await (await repair(shown, hass_client, "1")).choose("keep")
    shown.world.restart_dashboard(seconds=1)
    await polls(shown, 2)
    assert shown.state("1", "online") == STATE_ON
    shown.world.delete(4)
    await polls(shown)
    assert told(shown).keys() == {"1"}


async def test_a_server_is_removed_when_that_is_confirmed(
    shown: Shown, gone: Repair, hass_storage: dict[str, Any]
) -> None:
    """Device, entities, and what was known of it; the others stay."""
    form = await gone.choose("remove")
    assert form["type"] == "form"
    assert form["description_placeholders"] == {"name": "nezha.example.com", "server": "hk-edge-1"}
    assert "1" in shown.devices()

    assert (await gone.submit({}))["type"] == "create_entry"
    assert told(shown) == {}
    assert sorted(shown.devices()) == ["", "2", "3", "4"]
    assert not [unique_id for unique_id in shown.entities() if unique_id.startswith(f"{shown.entry.entry_id}_1_")]
    await shown.reload()
    assert hass_storage[f"{DOMAIN}.{shown.entry.entry_id}"]["data"]["servers"].keys() == {"2", "3", "4"}


async def test_the_servers_that_are_shown_can_be_chosen_newest_first(
    shown: Shown, gone: Repair, hass_client: ClientSessionGenerator
) -> None:
    """With their groups and numbers, for names need not differ; those that are left out or gone cannot."""
    shown.world.edit(2, name="set up anew")
    shown.world.delete(3)
    await polls(shown, 2)
    assert choices(await gone.choose("replaced")) == {"4": "set up anew (Edge, #4)", "2": "set up anew (数据库, #2)"}


async def test_a_server_goes_on_with_the_one_that_has_replaced_it(shown: Shown, gone: Repair) -> None:
    """Its device and entity ids stay, also those that its owner has changed, and show the new server's values."""
    registry = er.async_get(shown.hass)
    registry.async_update_entity(shown.entity("1", "cpu"), new_entity_id="sensor.my_favourite")
    dr.async_get(shown.hass).async_update_device(shown.devices()["1"].id, name_by_user="Favourite")
    device, entities, cpu = shown.devices()["1"].id, shown.entities(), shown.state("4", "cpu")
    assert shown.state("1", "cpu") == STATE_UNAVAILABLE

    await gone.choose("replaced")
    assert (await gone.submit({"successor": "4"}))["type"] == "create_entry"
    assert shown.is_loaded
    assert told(shown) == {}
    assert sorted(shown.devices()) == ["", "1", "2", "3"]
    now = shown.devices()["1"]
    assert (now.id, now.name, now.name_by_user) == (device, "set up anew", "Favourite")
    prefix = f"{shown.entry.entry_id}_4_"
    assert shown.entities().items() >= {(key, value) for key, value in entities.items() if not key.startswith(prefix)}
    assert not [unique_id for unique_id in shown.entities() if unique_id.startswith(prefix)]
    assert shown.entity("1", "cpu") == "sensor.my_favourite"
    assert shown.state("1", "cpu") == cpu
    assert shown.state("1", "online") == STATE_ON
    assert shown.state("dashboard", "servers_total") == "3"

    await shown.reload()
    await polls(shown)
    assert shown.state("1", "online") == STATE_ON
    assert told(shown) == {}
    assert sorted(shown.devices()) == ["", "1", "2", "3"]


async def test_a_server_that_was_replaced_can_be_replaced_again(
    shown: Shown, gone: Repair, hass_client: ClientSessionGenerator
) -> None:
    """Under its first key, also by one that has been known for long."""
    await gone.choose("replaced")
    await gone.submit({"successor": "4"})
    shown.world.delete(4)
    await polls(shown)
    assert told(shown) == {"1": {"name": "nezha.example.com", "server": "set up anew"}}

    again = await repair(shown, hass_client, "1")
    await again.choose("replaced")
    await again.submit({"successor": "2"})
    assert sorted(shown.devices()) == ["", "1", "3"]
    assert shown.devices()["1"].name == "数据库-东京"
    assert shown.state("1", "online") == STATE_ON


async def test_a_server_with_another_uuid_goes_on_under_the_old_key(
    show: Show, hass_client: ClientSessionGenerator
) -> None:
    """When its new self registers again, it is known; when its old one does, that is another server."""
    shown = await show("v2", world=still_world(servers=3), options=POLLING)
    shown.world.delete(1)
    shown.world.add(name="set up anew")
    await polls(shown)
    now = await repair(shown, hass_client, "1")
    await now.choose("replaced")
    await now.submit({"successor": "4"})
    assert shown.devices()["1"].name == "set up anew"

    shown.world.delete(4)
    shown.world.restart_dashboard(seconds=1)
    await polls(shown, 2)
    first, again = shown.world.servers()[-2:]
    assert shown.devices()["1"].name == again.name
    assert shown.devices()[str(first.id)].name == first.name


@pytest.mark.parametrize("now", [("Oslo", "Oslo", "Rome"), ("Oslo (IPv4)", "Oslo", "Roma")], ids=["alike", "renamed"])
@pytest.mark.parametrize("known", [True, False], ids=["known", "not known yet"])
@pytest.mark.parametrize("generation", ["v0", "v2"])
async def test_latencies_go_on_as_well(
    show: Show, hass_client: ClientSessionGenerator, *, generation: str, known: bool, now: tuple[str, ...]
) -> None:
    """The monitors are the same, whatever their names; they measure from the new server now."""
    shown = await show(
        generation,
        world=still_world(servers=3),
        options={"stream": "never"},
        prepare=lambda simulated: with_monitors(simulated, "Oslo", "Oslo", "Rome"),
    )
    await shown.time.passes(6)
    latencies = {number: shown.entity("1", f"latency_{number}") for number in "123"}
    shown.world.stop(1)
    shown.world.delete(1)
    await polls(shown)
    if not known:
        shown.simulated.faults.add(LATENCIES[generation].format(4), FaultKind.SERVER_ERROR)
    shown.world.add(name="set up anew")
    with_monitors(shown.simulated, *now)
    for _ in range(3):
        await shown.time.passes(30)
    assert known == any(unique_id.endswith("_4_latency_1") for unique_id in shown.entities())

    gone = await repair(shown, hass_client, "1")
    await gone.choose("replaced")
    await gone.submit({"successor": "4"})
    shown.simulated.faults.clear()
    await shown.time.passes(6)
    of_server = f"{shown.entry.entry_id}_1_latency_"
    after = {name.removeprefix(of_server): each for name, each in shown.entities().items() if of_server in name}
    assert after == latencies
    assert all(float(shown.state("1", f"latency_{number}")) > 0 for number in "123")


@pytest.mark.parametrize(
    ("step", "answer"), [("init", {"next_step_id": "keep"}), ("remove", {}), ("replaced", {"successor": "2"})]
)
async def test_nothing_is_done_for_a_server_that_is_back(
    show: Show, hass_client: ClientSessionGenerator, step: str, answer: dict[str, str]
) -> None:
    """Whatever was about to be decided."""
    shown = await show("v2", world=still_world(servers=3), options=POLLING)
    shown.world.delete(1)
    await polls(shown)
    late = await repair(shown, hass_client, "1")
    await (late.begin() if step == "init" else late.choose(step))
    shown.world.restart_dashboard(seconds=1)
    await polls(shown, 2)
    ended = await late.submit(answer)
    assert (ended["type"], ended["reason"]) == ("abort", "settled")
    assert shown.state("1", "online") == STATE_ON
    assert shown.state("2", "online") == STATE_ON


async def test_nothing_is_done_while_the_entry_is_not_at_work(shown: Shown, gone: Repair) -> None:
    """Which servers there are is not known then."""
    await gone.choose("replaced")
    await shown.unload()
    ended = await gone.submit({"successor": "4"})
    assert (ended["type"], ended["reason"]) == ("abort", "not_loaded")
    await shown.reload()
    assert told(shown).keys() == {"1"}
    assert sorted(shown.devices()) == ["", "1", "2", "3", "4"]


async def test_nothing_is_done_when_the_chosen_server_is_gone_as_well(shown: Shown, gone: Repair) -> None:
    """The repair stays, to choose another one."""
    await gone.choose("replaced")
    shown.world.delete(4)
    await polls(shown, 2)
    ended = await gone.submit({"successor": "4"})
    assert (ended["type"], ended["reason"]) == ("abort", "successor_gone")
    assert ended["description_placeholders"]["name"] == "nezha.example.com"
    assert told(shown).keys() == {"1"}
    assert sorted(shown.devices()) == ["", "1", "2", "3", "4"]


async def test_nothing_is_left_to_do_after_the_entry_was_removed(shown: Shown, gone: Repair) -> None:
    """A dialog that is still open says so."""
    await gone.choose("remove")
    await shown.hass.config_entries.async_remove(shown.entry.entry_id)
    ended = await gone.submit({})
    assert (ended["type"], ended["reason"]) == ("abort", "not_loaded")
