"""Entries that start too early, are reloaded, removed at any moment or stopped while they wait, or have a twin."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.helpers.entity_component import async_update_entity
import pytest

from custom_components.nezha.const import DOMAIN
from simulator.faults import FaultKind
from tests.generations import (
    CLIENT,
    LOGIN,
    SERVERS,
    STREAM,
    WAYS,
    Show,
    Shown,
    StreamedTime,
    at,
    credential,
    free_port,
    new_entry,
    set_up,
    settle,
    simulate,
)
from tests.growth import grown, held
from tests.serving import Serve, reached
from tests.watching import LOGGER, notable, still_world

POLLING = {"stream": "never"}
SOURCE = SERVERS["v2"]
PROFILE = "/api/v1/profile"
AT_ONCE = 1
"""Seconds within which Home Assistant stops when nothing is under way, and more."""


@pytest.fixture
async def shown(request: pytest.FixtureRequest, show: Show) -> Shown:
    """Return a dashboard of a generation, read in a way, with options."""
    generation, way, options = request.param
    return await show(generation, way, options=options, world=still_world(servers=2))


# Starting


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(("generation", "way"), WAYS)
async def test_a_dashboard_that_starts_later_than_home_assistant_is_found(
    hass: HomeAssistant, streamed_time: StreamedTime, caplog: pytest.LogCaptureFixture, generation: str, way: str
) -> None:
    """By itself, and without a line for those who did not ask for any."""
    port, simulated = free_port(), simulate(generation, still_world(servers=1))
    streamed_time.worlds.append(simulated.world)
    entry = new_entry(hass, f"http://{CLIENT}:{port}", credential(simulated, way))
    await set_up(hass, entry)
    await streamed_time.passes(31)
    await streamed_time.passes(301)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    async with at(port, simulated) as served:
        await streamed_time.passes(601)
        shown = Shown(hass, served, entry, streamed_time, generation)
        assert shown.is_loaded
        assert shown.state("1", "online") == STATE_ON
        assert len(simulated.streams) == (generation != "v0")
        await shown.unload()
    assert {level for level, _ in notable(caplog)} == {"INFO"}


# Reloading


async def test_a_hundred_reloads_leave_nothing_behind(
    hass: HomeAssistant, hass_storage: dict[str, Any], show: Show, caplog: pytest.LogCaptureFixture
) -> None:
    """By poll and by stream, with a token, as a user and as a guest."""
    caplog.set_level("ERROR", LOGGER)
    hass.loop.set_debug(False)
    ways = ("v0", "token"), ("v1", "guest"), ("v2", "login")
    shown = [await show(*way, world=still_world(servers=1)) for way in ways]
    entries = [each.entry for each in shown]

    async def reload(times: int) -> None:
        for _ in range(times):
            await asyncio.gather(*(hass.config_entries.async_reload(entry.entry_id) for entry in entries))
            await settle(hass)

    await reload(2)
    before, stored = held(hass, entries), {name: file["data"] for name, file in hass_storage.items() if DOMAIN in name}
    await reload(98)
    assert grown(before, held(hass, entries)) == {}
    assert {name: file["data"] for name, file in hass_storage.items() if DOMAIN in name} == stored
    assert all(each.state("1", "online") == STATE_ON for each in shown)


# Removing


async def disable(shown: Shown) -> None:
    """Switch the entry off."""
    await shown.hass.config_entries.async_set_disabled_by(shown.entry.entry_id, ConfigEntryDisabler.USER)
    assert shown.entry.state is ConfigEntryState.NOT_LOADED


async def fail_to_set_up(shown: Shown) -> None:
    """Be at set-up again and again, with an issue for the owner."""
    shown.simulated.faults.add("*", FaultKind.CHALLENGE)
    await shown.reload()
    assert shown.entry.state is ConfigEntryState.SETUP_RETRY
    assert shown.issues() == ["browser_check"]


async def refuse(shown: Shown) -> None:
    """Wait for another credential."""
    if shown.is_guest:
        shown.simulated.settings.force_auth = True
    else:
        shown.simulated.replace_token("another")
    shown.simulated.end_streams()
    await shown.time.passes(301)
    assert shown.flows() != []


async def discover(shown: Shown) -> None:
    """Have something to store that is not stored yet."""
    shown.world.add(name="new")
    await shown.time.passes(31)
    await shown.frames_for(4)
    assert "3" in shown.devices()


async def ask(shown: Shown) -> None:
    """Wait for an answer that tells something new, asked for by somebody else than the clock."""
    shown.world.add(name="new")
    path = STREAM if shown.is_guest else SERVERS[shown.generation]
    shown.simulated.faults.add(path, FaultKind.SLOW, times=1, seconds=0.2)
    shown.simulated.requests.clear()
    shown.hass.async_create_task(async_update_entity(shown.hass, shown.entity("1", "online")))
    await reached(shown.simulated, path)


@pytest.mark.parametrize("meanwhile", [disable, fail_to_set_up, refuse, discover, ask])
@pytest.mark.parametrize(
    "shown",
    [("v0", "token", {}), ("v1", "guest", POLLING), ("v2", "token", POLLING), ("v2", "token", {})],
    indirect=True,
    ids=["v0", "guest", "polls", "stream"],
)
async def test_an_entry_that_is_removed_at_any_moment_leaves_nothing(
    hass: HomeAssistant, hass_storage: dict[str, Any], shown: Shown, meanwhile: Callable[[Shown], Awaitable[None]]
) -> None:
    """No file, issue, flow, device, entity, state, task or request, neither now nor later."""
    await shown.reload()
    assert f"{DOMAIN}.{shown.entry.entry_id}" in hass_storage
    await meanwhile(shown)
    await hass.config_entries.async_remove(shown.entry.entry_id)
    shown.simulated.requests.clear()
    await asyncio.sleep(0.3 if meanwhile is ask else 0)
    for _ in range(3):
        await shown.time.passes(301)
    assert [name for name in hass_storage if name.startswith(DOMAIN)] == []
    assert list(ir.async_get(hass).issues) == []
    assert shown.flows() == []
    assert list(dr.async_get(hass).devices) == []
    assert list(er.async_get(hass).entities) == []
    assert hass.states.async_all() == []
    assert list(shown.simulated.requests) == []
    assert len(hass._background_tasks) == len(shown.simulated.streams) == 0


# Stopping


async def poll(shown: Shown) -> None:
    """Wait for an answer."""
    shown.simulated.faults.add(SOURCE, FaultKind.SLOW, seconds=60)
    await begin(shown, SOURCE, 31)


async def ask_for_latency(shown: Shown) -> None:
    """Wait for the points of a server."""
    shown.simulated.faults.add(f"{SOURCE}/*", FaultKind.SLOW, seconds=60)
    await begin(shown, f"{SOURCE}/", 3601)


async def prove_the_session(shown: Shown) -> None:
    """Wait to hear whether the session is still good."""
    shown.simulated.faults.add(PROFILE, FaultKind.SLOW, seconds=60)
    await begin(shown, PROFILE, 31)


async def log_in(shown: Shown) -> None:
    """Wait for another session."""
    shown.simulated.expire_sessions()
    shown.simulated.faults.add(LOGIN, FaultKind.SLOW, seconds=60)
    await begin(shown, LOGIN, 61)


async def listen(shown: Shown) -> None:
    """Wait for the handshake of a stream."""
    shown.simulated.faults.add(STREAM, FaultKind.SLOW, seconds=60)
    shown.simulated.end_streams()
    await settle(shown.hass)
    await begin(shown, STREAM, 6)


async def begin(shown: Shown, path: str, seconds: float) -> None:
    """Let time pass until a question is on its way that will not be answered."""
    shown.simulated.requests.clear()
    shown.time.fires(seconds)
    await reached(shown.simulated, path)


@pytest.mark.parametrize(
    ("shown", "wait"),
    [
        (("v2", "token", POLLING), poll),
        (("v2", "token", POLLING), ask_for_latency),
        (("v2", "login", POLLING), prove_the_session),
        (("v2", "login", POLLING), log_in),
        (("v2", "token", {}), listen),
    ],
    indirect=["shown"],
)
async def test_home_assistant_stops_at_once_whatever_is_waited_for(
    hass: HomeAssistant,
    shown: Shown,
    caplog: pytest.LogCaptureFixture,
    wait: Callable[[Shown], Awaitable[None]],
) -> None:
    """And nothing is said about it."""
    await shown.time.passes(6)
    await wait(shown)
    caplog.clear()
    async with asyncio.timeout(AT_ONCE):
        await hass.async_stop(force=True)
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


@pytest.mark.parametrize("path", ["/api/v1/setting", SOURCE, "/api/v1/service", STREAM])
async def test_home_assistant_stops_at_once_while_entries_are_set_up(
    hass: HomeAssistant, serve: Serve, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """Home Assistant itself cancels the first one; for the others their session ends."""
    for way in ("guest", "guest") if path == STREAM else ("token", "login"):
        simulated = simulate("v2")
        simulated.faults.add(path, FaultKind.SLOW, seconds=60)
        served = await serve(simulated)
        entry = new_entry(hass, served.url, credential(simulated, way))
        hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
        await reached(simulated, path)
    caplog.clear()
    async with asyncio.timeout(AT_ONCE):
        await hass.async_stop(force=True)
    assert [text for _, text in notable(caplog) if text.startswith("Unexpected")] == []


# Two that look alike


@pytest.mark.parametrize(("generation", "way"), [("v0", "token"), ("v1", "login"), ("v2", "token"), ("v2", "guest")])
async def test_dashboards_whose_servers_are_the_same_live_side_by_side(
    hass: HomeAssistant, hass_storage: dict[str, Any], show: Show, generation: str, way: str
) -> None:
    """With equal ids, names, uuids and titles; what happens to one leaves the other as it was."""
    one, other = [await show(generation, way, options=POLLING, world=still_world(servers=3)) for _ in range(2)]
    await one.time.passes(6)
    assert len({*one.entities().values(), *other.entities().values()}) == 2 * len(one.entities())
    assert len({device.id for each in (one, other) for device in each.devices().values()}) == 2 * len(one.devices())
    entities, devices = other.entities(), {key: device.id for key, device in other.devices().items()}
    one.world.fix_state(1, {"cpu": 11})
    other.world.fix_state(1, {"cpu": 22})
    for _ in range(2):
        await one.time.polls()
        assert (one.state("1", "cpu"), other.state("1", "cpu")) == ("11", "22")
        await one.reload()
        await other.reload()

    stored = _without_times(hass_storage[f"{DOMAIN}.{other.entry.entry_id}"]["data"])
    await hass.config_entries.async_remove(one.entry.entry_id)
    other.world.fix_state(1, {"cpu": 33})
    await other.time.polls()
    assert other.state("1", "cpu") == "33"
    assert other.entities() == entities
    assert {key: device.id for key, device in other.devices().items()} == devices
    assert STATE_UNAVAILABLE not in other.states()[other.entity("2", "online")]
    await other.reload()
    assert _without_times(hass_storage[f"{DOMAIN}.{other.entry.entry_id}"]["data"]) == stored


def _without_times(stored: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored but for when servers were last active."""
    servers = {key: identity | {"last_active": None} for key, identity in stored["servers"].items()}
    return stored | {"servers": servers}
