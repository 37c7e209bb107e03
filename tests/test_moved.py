"""Servers that have moved to another dashboard, such as from 0.x to 1.x or 2.x: they keep what they have here."""

from collections.abc import Iterator
from dataclasses import replace

from aiohttp.test_utils import unused_port
from homeassistant.components.config import device_registry as devices_api
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.entity_component import async_update_entity
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from simulator.faults import FaultKind
from simulator.world import World

from .flows import open_flows, submit, typed
from .generations import (
    LATENCIES,
    SERVERS,
    Show,
    Shown,
    StreamedTime,
    at,
    new_entry,
    set_up,
    settle,
    simulate,
    with_monitors,
)
from .repairing import few_answers, polls, repair, told
from .serving import Serve, ServedDashboard, reached
from .watching import still_world

POLLING = {"stream": "never"}


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    """Let few answers be enough to tell that a server is gone."""
    with few_answers:
        yield


def world_of(*names: str, seed: int = 1) -> World:
    """Return what a dashboard watches whose servers, with the ids from 1, have these names; a seed makes uuids."""
    world = still_world(seed=seed, servers=len(names))
    for number, name in enumerate(names, 1):
        world.edit(number, name=name)
    return world


@pytest.fixture
def old() -> World:
    """Return what the old dashboard watches."""
    return world_of("web", "db", "mail", "backup")


async def moves(shown: Shown, new: ServedDashboard) -> ConfigFlowResult:
    """Begin to reconfigure with the address and the token of another dashboard."""
    shown.time.worlds.append(new.world)
    return await submit(shown.hass, await shown.entry.start_reconfigure_flow(shown.hass), typed(new.url, new.token))


async def confirm(shown: Shown, form: ConfigFlowResult, answer: dict[str, str] | None = None) -> None:
    """Say that the servers have moved there."""
    result = await submit(shown.hass, form, answer or {})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] in {"reconfigure_successful", "reauth_successful"}
    await settle(shown.hass)
    assert shown.is_loaded


def names(shown: Shown) -> dict[str, str | None]:
    """Return the names of the servers' devices by their keys."""
    return {key: device.name for key, device in shown.devices().items() if key and "monitor" not in key}


@pytest.mark.parametrize("generation", ["v0", "v2"])
async def test_servers_that_have_moved_are_known_by_their_names(
    show: Show, serve: Serve, old: World, generation: str
) -> None:
    """Their numbers have changed, and a new one has the number of an old one."""
    shown = await show("v0", world=old, options=POLLING)
    entities = shown.entities()
    new = await serve(simulate(generation, world_of("db", "new", "web", "another")))
    form = await moves(shown, new)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "moved"
    assert form["description_placeholders"] == {
        "url": new.url,
        "known": "backup, db, mail, web",
        "shown": "another, db, new, web",
    }

    await confirm(shown, form)
    assert shown.entry.data["url"] == new.url
    assert shown.entities().items() >= entities.items()
    assert names(shown) == {"1": "web", "2": "db", "3": "mail", "4": "backup", "2+": "new", "4+": "another"}
    assert {key: shown.state(key, "online") for key in names(shown)} == {
        "1": STATE_ON,
        "2": STATE_ON,
        "3": STATE_UNAVAILABLE,
        "4": STATE_UNAVAILABLE,
        "2+": STATE_ON,
        "4+": STATE_ON,
    }
    new.world.fix_state(3, {"cpu": 12.5})
    await shown.time.passes(60)
    assert shown.state("1", "cpu") == "12.5"


async def test_servers_that_are_not_found_are_asked_about_at_once(
    show: Show, serve: Serve, old: World, hass_client: ClientSessionGenerator
) -> None:
    """The owner knows that they have moved; the repair lets him say to where."""
    shown = await show("v0", world=old, options=POLLING)
    cpu = shown.entity("3", "cpu")
    new = await serve(simulate("v2", world_of("db", "mail server", "web", "another")))
    await confirm(shown, await moves(shown, new))
    assert told(shown).keys() == {"3", "4"}

    mail = await repair(shown, hass_client, "3")
    await mail.choose("replaced")
    await mail.submit({"successor": "2+"})
    assert shown.entity("3", "cpu") == cpu
    assert shown.state("3", "online") == STATE_ON
    assert names(shown) == {"1": "web", "2": "db", "3": "mail server", "4": "backup", "4+": "another"}
    assert told(shown).keys() == {"4"}


async def test_servers_that_come_later_are_known_by_their_names_as_well(show: Show, serve: Serve, old: World) -> None:
    """Agents move one after the other; then nothing is to be asked about them any more."""
    shown = await show("v0", world=old, options=POLLING)
    new = await serve(simulate("v2", world_of("another", "new", "one more")))
    await confirm(shown, await moves(shown, new))
    assert told(shown).keys() == {"1", "2", "3", "4"}
    new.world.add(name="db")
    await shown.reload()
    await polls(shown, 2, every=60)
    assert shown.state("2", "online") == STATE_ON
    assert told(shown).keys() == {"1", "3", "4"}
    assert shown.devices()["2"].configuration_url == f"{new.url}/server/4"


async def test_names_that_several_servers_have_tell_nothing(show: Show, serve: Serve) -> None:
    """Neither on the old dashboard nor on the new one."""
    shown = await show("v0", world=world_of("web", "web", "db", "mail"), options=POLLING)
    new = await serve(simulate("v2", world_of("mail", "db", "web", "db")))
    await confirm(shown, await moves(shown, new))
    assert told(shown).keys() == {"1", "2", "3"}
    assert names(shown) == {"1": "web", "2": "web", "3": "db", "4": "mail", "2+": "db", "3+": "web", "4+": "db"}


async def test_a_guest_is_not_asked_about_servers_that_are_not_found(show: Show, serve: Serve, old: World) -> None:
    """They may be hidden from visitors."""
    shown = await show("v0", world=old, options=POLLING)
    new = await serve(simulate("v2", world_of("db", "new", "web")))
    user_input = {"url": new.url, "advanced": {"verify_ssl": True}, "other_credential": True}
    form = await submit(shown.hass, await shown.entry.start_reconfigure_flow(shown.hass), user_input)
    form = await submit(shown.hass, form, {"next_step_id": "guest"})
    await confirm(shown, await submit(shown.hass, form, {}))
    assert shown.state("1", "online") == STATE_ON
    assert told(shown) == {}


async def test_nothing_changes_before_it_is_confirmed(show: Show, serve: Serve, old: World) -> None:
    """The address may be mistyped: closing the form is enough."""
    shown = await show("v0", world=old, options=POLLING)
    before, data = shown.states(), dict(shown.entry.data)
    form = await moves(shown, await serve(simulate("v2", world_of("p", "q", "r"))))
    shown.hass.config_entries.flow.async_abort(form["flow_id"])
    assert (shown.states(), dict(shown.entry.data)) == (before, data)
    await shown.time.passes(60)
    assert shown.state("1", "online") == STATE_ON
    assert told(shown) == {}


async def test_a_dashboard_that_cannot_be_told_apart_can_be_a_new_one(show: Show, serve: Serve) -> None:
    """With few servers nothing proves it: their owner says so."""
    shown = await show("v0", world=world_of("web", "db"), options=POLLING)
    form = await moves(shown, await serve(simulate("v2", world_of("db", "web"))))
    assert form["step_id"] == "same_dashboard"
    await confirm(shown, form, {"dashboard": "new"})
    assert names(shown) == {"1": "web", "2": "db"}
    assert shown.devices()["1"].configuration_url == f"{shown.entry.data['url']}/server/2"
    assert told(shown) == {}


async def test_a_dashboard_that_was_set_up_anew_at_its_address_is_one_to_move_to(
    hass: HomeAssistant, socket_enabled: None, streamed_time: StreamedTime, old: World
) -> None:
    """It refuses the old token, and its owner signs in to the new one."""
    port, before = unused_port(), simulate("v0", old)
    after = simulate("v2", world_of("db", "new", "web"))
    streamed_time.worlds += [before.world, after.world]
    async with at(port, before) as served:
        entry = new_entry(hass, served.url, {"token": served.token}, POLLING)
        await set_up(hass, entry)
        await hass.config_entries.async_unload(entry.entry_id)
    async with at(port, after) as served:
        await set_up(hass, entry)
        (flow,) = open_flows(hass)
        form = await submit(
            hass, await hass.config_entries.flow.async_configure(flow["flow_id"]), {"token": served.token}
        )
        assert form["step_id"] == "moved"
        shown = Shown(hass, served, entry, streamed_time)
        await confirm(shown, form)
        assert {key: shown.state(key, "online") for key in "123"} == {
            "1": STATE_ON,
            "2": STATE_ON,
            "3": STATE_UNAVAILABLE,
        }
        assert told(shown).keys() == {"3", "4"}
        await shown.unload()


async def latencies(shown: Shown) -> dict[str, str]:
    """Return the names of the entities that show what is measured from the first server, once that is known."""
    for _ in range(3):
        await shown.time.passes(6)
    shown_as = {}
    for unique_id, entity_id in shown.entities().items():
        field = unique_id.removeprefix(f"{shown.entry.entry_id}_1_latency_")
        if field != unique_id:
            shown_as[field] = entity_id
    return shown_as


@pytest.mark.parametrize("generation", ["v0", "v2"])
async def test_latencies_go_on_with_the_monitors_that_have_their_names(
    show: Show, serve: Serve, generation: str
) -> None:
    """They have other numbers on another dashboard; none takes over what belongs to one of another name."""
    shown = await show(
        generation,
        world=world_of("web", "db", "mail"),
        options=POLLING,
        prepare=lambda simulated: with_monitors(simulated, "Paris", "Rome", "Oslo", "Oslo"),
    )
    before = await latencies(shown)
    paris, rome, oslo, second_oslo = (before[number] for number in "1234")
    new = await serve(with_monitors(simulate("v2", world_of("a", "b", "web", seed=2)), "Rome", "Bern", "Paris"))
    await confirm(shown, await moves(shown, new))
    assert await latencies(shown) == {
        "1": rome,
        "2": "sensor.web_bern_latency",
        "3": paris,
        "left:Oslo": oslo,
        "left:Oslo+": second_oslo,
    }
    assert float(shown.state("1", "latency_3")) > 0
    await shown.reload()
    new.world.monitors = (*new.world.monitors, replace(new.world.monitors[0], id=4, name="Oslo"))
    shown.time.moves(3600)
    assert (await latencies(shown))["4"] == oslo


@pytest.mark.parametrize("generation", ["v0", "v2"])
async def test_a_poll_while_latencies_are_learned_costs_no_history(show: Show, serve: Serve, generation: str) -> None:
    """Servers are asked for one after the other, which takes long where there are many."""
    shown = await show(
        "v0",
        world=world_of("web", "db", "mail"),
        options=POLLING,
        prepare=lambda simulated: with_monitors(simulated, "Paris", "Rome"),
    )
    before = await latencies(shown)
    new = await serve(
        with_monitors(simulate(generation, world_of("db", "web", "late", "later", seed=2)), "Rome", "Paris")
    )
    path = LATENCIES[generation]
    new.simulated.faults.add(path.format(3), FaultKind.SLOW, times=1, seconds=1)
    await confirm(shown, await moves(shown, new))
    new.simulated.requests.clear()
    shown.time.fires(6)
    await reached(new.simulated, path.format(3))
    shown.time.moves(29)
    await async_update_entity(shown.hass, shown.entity("1", "online"))
    await settle(shown.hass)
    asked = [request.path.partition("?")[0] for request in new.simulated.requests]
    order = [asked.index(each) for each in (path.format(2), SERVERS[generation], path.format(4))]
    assert order == sorted(order)
    assert await latencies(shown) == {"1": before["2"], "2": before["1"]}


async def with_two_latencies(show: Show) -> tuple[Shown, str, str]:
    """Return a dashboard of generation 0, with the entities that show the latencies from Paris and from Oslo."""
    shown = await show(
        "v0",
        world=world_of("web", "db", "mail"),
        options=POLLING,
        prepare=lambda simulated: with_monitors(simulated, "Paris", "Oslo"),
    )
    paris, oslo = (await latencies(shown)).values()
    return shown, paris, oslo


async def test_a_monitor_that_has_an_entity_keeps_it(show: Show, serve: Serve) -> None:
    """What was left under the name that it is given later stays left, for one that is new."""
    shown, paris, oslo = await with_two_latencies(show)
    new = await serve(with_monitors(simulate("v2", world_of("a", "b", "web", seed=2)), "Bern", "Paris"))
    await confirm(shown, await moves(shown, new))
    bern = "sensor.web_bern_latency"
    assert await latencies(shown) == {"1": bern, "2": paris, "left:Oslo": oslo}

    with_monitors(new.simulated, "Oslo", "Paris")
    shown.time.moves(60)
    await latencies(shown)
    await shown.reload()
    assert await latencies(shown) == {"1": bern, "2": paris, "left:Oslo": oslo}

    with_monitors(new.simulated, "Bern", "Paris", "Oslo")
    shown.time.moves(60)
    assert await latencies(shown) == {"1": bern, "2": paris, "3": oslo}


async def test_what_was_left_stays_left_over_a_second_move(show: Show, serve: Serve) -> None:
    """Until a dashboard has a monitor of this name again."""
    shown, paris, oslo = await with_two_latencies(show)
    for world, monitors, expected in (
        (world_of("a", "b", "web", seed=2), ["Paris"], {"1": paris, "left:Oslo": oslo}),
        (
            world_of("c", "web", "d", seed=3),
            ["Oslo", "Bern", "Paris"],
            {"1": oslo, "2": "sensor.web_bern_latency", "3": paris},
        ),
    ):
        new = await serve(with_monitors(simulate("v2", world), *monitors))
        await confirm(shown, await moves(shown, new))
        assert await latencies(shown) == expected


@pytest.mark.parametrize("known", [True, False], ids=["known", "not known yet"])
async def test_latencies_go_on_with_the_server_that_is_chosen(
    show: Show, serve: Serve, hass_client: ClientSessionGenerator, *, known: bool
) -> None:
    """By the names of its monitors too, whether these are known by then or not."""
    shown = await show(
        "v0",
        world=world_of("mail", "db", "web"),
        options=POLLING,
        prepare=lambda simulated: with_monitors(simulated, "Paris", "Rome"),
    )
    before = await latencies(shown)
    new = await serve(with_monitors(simulate("v2", world_of("db", "web", "mail server", seed=2)), "Rome", "Paris"))
    await confirm(shown, await moves(shown, new))
    if known:
        await latencies(shown)
        assert float(shown.state("3+", "latency_1")) > 0
    mail = await repair(shown, hass_client, "1")
    await mail.choose("replaced")
    await mail.submit({"successor": "3+"})
    assert await latencies(shown) == {"1": before["2"], "2": before["1"]}
    assert float(shown.state("1", "latency_1")) > 0


async def test_monitors_go_on_with_those_that_have_their_names(show: Show, serve: Serve) -> None:
    """Device and entities alike; those that are not found can be deleted."""
    shown = await show(
        "v1",
        "login",
        world=world_of("web", "db", "mail"),
        options=POLLING,
        prepare=lambda simulated: with_monitors(simulated, "Paris", "Rome", "Rome"),
    )
    devices = {number: shown.devices()[f"monitor:{number}"].id for number in "123"}
    up = {number: shown.entity(f"monitor{number}", "up") for number in "123"}
    new = await serve(with_monitors(simulate("v2", world_of("a", "b", "web", seed=2)), "Rome", "Paris"))
    await confirm(shown, await moves(shown, new))
    assert {name: device.id for name, device in shown.devices().items() if name.startswith("monitor")} == {
        "monitor:1": devices["2"],
        "monitor:2": devices["1"],
        "monitor:left:Rome+": devices["3"],
    }
    assert shown.entity("monitor1", "up") == up["2"]
    assert shown.entity("monitor2", "up") == up["1"]
    assert shown.state("monitor2", "up") == STATE_ON


async def test_a_monitor_that_has_a_device_keeps_it(show: Show, serve: Serve) -> None:
    """What was left under the name that it is given later stays left, for one that is new, until it is deleted."""
    shown = await show(
        "v1",
        "login",
        world=world_of("web", "db", "mail"),
        options=POLLING,
        prepare=lambda simulated: with_monitors(simulated, "Paris", "Rome"),
    )
    rome, up = shown.devices()["monitor:2"].id, shown.entity("monitor2", "up")
    new = await serve(with_monitors(simulate("v2", world_of("a", "b", "web", seed=2)), "Bern", "Paris"))
    await confirm(shown, await moves(shown, new))
    bern = shown.devices()["monitor:1"].id

    with_monitors(new.simulated, "Rome", "Paris")
    await shown.time.passes(61)
    assert shown.devices()["monitor:1"].id == bern
    assert shown.devices()["monitor:left:Rome"].id == rome

    with_monitors(new.simulated, "Bern", "Paris", "Rome")
    await shown.time.passes(61)
    assert shown.devices()["monitor:3"].id == rome
    assert shown.entity("monitor3", "up") == up
    assert shown.state("monitor3", "up") == STATE_ON


async def test_a_monitor_whose_device_was_deleted_after_a_move_gets_a_new_one(
    show: Show, serve: Serve, hass_ws_client: WebSocketGenerator
) -> None:
    """Its owner did not want what was left."""
    shown = await show(
        "v1",
        "login",
        world=world_of("web", "db", "mail"),
        options=POLLING,
        prepare=lambda simulated: with_monitors(simulated, "Paris", "Rome"),
    )
    new = await serve(with_monitors(simulate("v2", world_of("a", "b", "web", seed=2)), "Paris"))
    await confirm(shown, await moves(shown, new))
    devices_api.async_setup(shown.hass)
    client = await hass_ws_client(shown.hass)
    assert (await client.remove_device(shown.devices()["monitor:left:Rome"].id))["success"]

    with_monitors(new.simulated, "Paris", "Rome")
    await shown.time.passes(61)
    assert shown.state("monitor2", "up") == STATE_ON
    assert {name for name in shown.devices() if name.startswith("monitor")} == {"monitor:1", "monitor:2"}
