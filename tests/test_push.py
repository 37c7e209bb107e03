"""What a dashboard's stream changes: who is told at once, and that losing it costs nothing."""

import asyncio
from unittest.mock import patch

from aiohttp import ClientWSTimeout
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.nezha.coordinator import ServersCoordinator
from simulator.clock import Clock
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind
from simulator.world import World
from tests.generations import (
    FRAME,
    SERVERS,
    STREAM,
    Show,
    Shown,
    credential,
    new_entry,
    settle,
)
from tests.serving import Serve, state
from tests.watching import NOON, Writes, entities_of, notable

SOURCE = SERVERS["v2"]
FOREIGN = "custom_components.nezha.push.is_on_local_network"


@pytest.fixture
async def streamed(show: Show) -> Shown:
    """Return a dashboard of generation 2 that is listened to."""
    shown = await show()
    assert len(shown.simulated.streams) == 1
    shown.simulated.requests.clear()
    return shown


WAYS = pytest.mark.parametrize(
    ("generation", "way"), [("v1", "login"), ("v1", "guest"), ("v2", "token"), ("v2", "login"), ("v2", "guest")]
)


# Whether there is one


@pytest.mark.parametrize(
    ("wish", "foreign", "listens"),
    [
        (None, False, True),
        (None, True, False),
        ("automatic", False, True),
        ("automatic", True, False),
        ("always", True, True),
        ("never", False, False),
    ],
)
async def test_a_stream_is_kept_where_it_is_near_or_wanted(
    show: Show, *, wish: str | None, foreign: bool, listens: bool
) -> None:
    """One that is large and comes from afar is let go of as soon as its size is known, and polls go on."""
    with patch("custom_components.nezha.push.MOST_STREAM_BYTES_A_DAY", 1000), patch(FOREIGN, return_value=not foreign):
        shown = await show(options={"stream": wish} if wish else {})
        assert bool(len(shown.simulated.streams)) is listens
        opened = shown.asked(STREAM)
        assert opened == (0 if wish == "never" else 1)
        shown.simulated.requests.clear()
        for _ in range(4):
            await shown.frame()
            await shown.time.polls()
        assert shown.asked(STREAM) == 0
        assert shown.asked(SOURCE) == (1 if listens else 4)
        assert shown.state("1", "online") == STATE_ON


async def test_a_small_stream_from_afar_is_kept(show: Show) -> None:
    """Ten servers make half a gigabyte a day at the most."""
    with patch(FOREIGN, return_value=False):
        shown = await show()
        await shown.frames_for(20)
        assert len(shown.simulated.streams) == 1


async def test_a_dashboard_without_a_stream_is_not_asked_for_one(show: Show) -> None:
    """Generation 0 has none, whatever the options say."""
    shown = await show("v0", options={"stream": "always"})
    await shown.time.polls(3)
    assert shown.asked(STREAM) == 0
    assert shown.state("1", "online") == STATE_ON


# What it tells


async def test_a_server_that_frames_lack_for_a_moment_stays_as_it_is(show: Show) -> None:
    """It is there no longer when all of them have lacked it for a minute and a half."""
    shown = await show("v2", "guest")
    for hidden in (True, False):
        shown.world.edit(1, hide_for_guest=hidden)
        await shown.frames_for(80)
        assert shown.state("1", "online") == STATE_ON
    shown.world.edit(1, hide_for_guest=True)
    await shown.frames_for(100)
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    assert shown.state("2", "online") == STATE_ON


@WAYS
async def test_a_server_that_goes_is_seen_at_the_second_frame_and_writes_nothing_else(
    show: Show, generation: str, way: str
) -> None:
    """Older dashboards leave it to half a minute of silence, newer ones say so at once (2.2.11 and later)."""
    shown = await show(generation, way, options={"interval": 300, "latency": False})
    fields = entities_of(shown.hass, shown.entry, "1")
    totals = entities_of(shown.hass, shown.entry, "dashboard")
    fleet = {totals[field] for field in ("servers_online", "net_in_speed", "net_out_speed")}
    writes = Writes(shown.hass)
    shown.world.stop(1)
    if generation == "v1":
        await shown.frames_for(30)
    assert writes.changes == []
    await shown.frame()
    assert writes.changes == []
    await shown.frame()
    assert shown.state("1", "online") == STATE_OFF
    assert writes.changed == fleet | set(fields.values())

    writes.forget()
    await shown.frame()
    shown.world.start(1)
    await shown.frame()
    assert writes.changes == []
    await shown.frame()
    assert shown.state("1", "online") == STATE_ON
    assert writes.changed == fleet | set(fields.values())
    assert writes.reports == []


async def test_a_single_odd_frame_changes_nothing(streamed: Shown) -> None:
    """Whether it takes a server for offline or is no frame at all."""
    writes = Writes(streamed.hass)
    streamed.world.stop(1)
    await streamed.frame()
    streamed.world.start(1)
    for text in ("{garbage", "[]", '"text"', "7", '{"servers": 7}', '{"servers": null}'):
        streamed.simulated.send_text(text)
        await settle(streamed.hass)
    await streamed.frames_for(10)
    assert writes.changes == []
    assert len(streamed.simulated.streams) == 1
    assert streamed.asked(STREAM) == 0


async def test_values_are_written_once_in_a_while(streamed: Shown) -> None:
    """Frames come every two seconds; the recorder need not keep them all."""
    cpu = streamed.entity("1", "cpu")
    writes = Writes(streamed.hass)
    for _ in range(45):
        await streamed.frame()
    times = sum(name == cpu for name, _ in writes.changes)
    assert times == 3
    assert streamed.asked(SOURCE) == 0


async def test_the_interval_of_the_options_is_also_that_of_the_stream(show: Show) -> None:
    """Ten seconds is the shortest."""
    shown = await show(options={"interval": 10})
    cpu = shown.entity("1", "cpu")
    writes = Writes(shown.hass)
    for _ in range(20):
        await shown.frame()
    assert sum(name == cpu for name, _ in writes.changes) in {4, 5}


@WAYS
async def test_what_frames_lack_is_polled_every_five_minutes(show: Show, generation: str, way: str) -> None:
    """Such as groups; nothing else is asked meanwhile."""
    shown = await show(generation, way)
    source = STREAM if way == "guest" else SOURCE
    shown.simulated.requests.clear()
    await shown.frames_for(280, every=20)
    assert shown.asked(source) == 0
    await shown.frame(20)
    assert shown.asked(source) == 1
    await shown.frames_for(280, every=20)
    assert shown.asked(source) == 1
    assert len(shown.simulated.streams) == 1


async def test_a_new_server_is_polled_at_once(streamed: Shown) -> None:
    """A frame does not tell whether it is an old one under a new id."""
    added = str(streamed.world.add(name="new"))
    await streamed.frame()
    assert streamed.asked(SOURCE) == 1
    assert added not in streamed.devices()
    await streamed.frame()
    assert streamed.devices()[added].name == "new"
    assert streamed.state(added, "online") == STATE_ON
    await streamed.frames_for(10)
    assert streamed.asked(SOURCE) == 1


async def test_a_server_of_somebody_else_is_not_polled_for_again(streamed: Shown) -> None:
    """Frames show it to every user, polls only to its owner."""
    added = streamed.world.add(name="of another user")
    streamed.simulated.faults.add(SOURCE, FaultKind.REPLACE_SERVER, server_id=added, entry={})
    await streamed.frames_for(20)
    assert streamed.asked(SOURCE) == 1
    assert str(added) not in streamed.devices()
    assert streamed.state("dashboard", "servers_total") == "8"

    streamed.simulated.faults.clear()
    await streamed.frames_for(320, every=20)
    assert streamed.asked(SOURCE) == 2
    assert streamed.state(str(added), "online") == STATE_ON


async def test_a_server_that_a_single_poll_lacks_is_asked_for_at_once(streamed: Shown) -> None:
    """Also one that was new not long ago; its frames alone do not tell whose it is."""
    added = streamed.world.add(name="new")
    await streamed.frames_for(10)
    assert streamed.asked(SOURCE) == 1
    for server in (1, added):
        streamed.simulated.faults.add(SOURCE, FaultKind.REPLACE_SERVER, times=1, server_id=server, entry={})
        streamed.simulated.requests.clear()
        await streamed.frames_for(320, every=20)
        await streamed.frames_for(4)
        assert streamed.asked(SOURCE) == 2
        assert streamed.state(str(server), "online") == STATE_ON


async def test_a_server_that_polls_no_longer_bring_goes_once(show: Show) -> None:
    """The user may have lost it to another one: frames show it all the same."""
    shown = await show("v2", "login")
    await shown.frames_for(10)
    shown.simulated.faults.add(SOURCE, FaultKind.REPLACE_SERVER, server_id=2, entry={})
    writes = Writes(shown.hass)
    await shown.frames_for(1300, every=20)
    online = shown.entity("2", "online")
    assert [value for name, value in writes.changes if name == online] == [STATE_UNAVAILABLE]
    assert shown.state("dashboard", "servers_total") == "7"


async def test_a_user_who_sees_fewer_servers_than_a_guest_is_shown_no_more(show: Show) -> None:
    """The entry was a guest's until now, and knows them all."""
    shown = await show("v2", "guest")
    await shown.frames_for(4)
    shown.hass.config_entries.async_update_entry(
        shown.entry, data={**shown.entry.data, **credential(shown.simulated, "login")}
    )
    shown.simulated.faults.add(SOURCE, FaultKind.REPLACE_SERVER, server_id=2, entry={})
    writes = Writes(shown.hass)
    await shown.reload()
    await shown.frames_for(700, every=20)
    assert shown.state("2", "online") == STATE_UNAVAILABLE
    assert (shown.entity("2", "online"), STATE_ON) not in writes.changes
    assert shown.state("dashboard", "servers_total") == "7"


async def test_a_guest_sees_a_new_server_in_the_second_frame(show: Show) -> None:
    """There is nothing more to be asked."""
    shown = await show(way="guest")
    shown.simulated.requests.clear()
    added = str(shown.world.add(name="new"))
    await shown.frames_for(4)
    assert shown.state(added, "online") == STATE_ON
    assert shown.asked(STREAM) == 0


@pytest.mark.parametrize("seconds", [45, -45])
@pytest.mark.parametrize("reports", [1, 4.05])
async def test_a_proxy_whose_clock_is_wrong_switches_nobody_off(show: Show, seconds: float, reports: float) -> None:
    """It dates the polls between the frames; agents may report more seldom than frames come."""
    world = World(report_interval=reports, latency_points=5, clock=Clock(source=lambda: NOON))
    shown = await show(world=world, proxy_skew=seconds)
    writes = Writes(shown.hass)
    await shown.frames_for(60)
    await shown.frames_for(300, every=10)
    await shown.frames_for(20)
    assert STATE_OFF not in {value for _, value in writes.changes}
    assert shown.state("dashboard", "servers_online") == "6"


async def test_what_a_poll_told_is_kept_when_frames_lack_it(show: Show, every_entity_enabled: None) -> None:
    """Addresses and groups."""
    shown = await show()
    await shown.frames_for(62)
    assert shown.state("1", "ipv4") == "192.0.2.1"
    assert shown.state("1", "ipv6") == "2001:db8:1::1"
    assert shown.state("1", "groups") == "Edge"
    device = shown.devices()["1"]
    assert (device.model, device.sw_version) == ("debian 12.8", "2.3.3")


@pytest.mark.parametrize("seconds", [1, 9, 19])
async def test_a_restart_of_the_dashboard_ends_the_stream_and_nothing_else(streamed: Shown, seconds: int) -> None:
    """All states are forgotten until the agents are back."""
    before = streamed.states()
    writes = Writes(streamed.hass)
    streamed.time.moves(10)
    streamed.simulated.restart(seconds=20)
    await settle(streamed.hass)
    assert len(streamed.simulated.streams) == 0
    await streamed.time.passes(seconds)
    for _ in range(3):
        await streamed.time.passes(6)
    await streamed.frames_for(60)
    assert len(streamed.simulated.streams) == 1
    assert streamed.states().keys() >= before.keys()
    assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)


# Without it


async def test_a_stream_that_ends_is_replaced_and_a_poll_fills_the_gap(streamed: Shown) -> None:
    """Five seconds later."""
    writes = Writes(streamed.hass)
    streamed.simulated.end_streams()
    await settle(streamed.hass)
    assert streamed.asked(SOURCE) == 1
    assert streamed.asked(STREAM) == 0
    await streamed.time.passes(5)
    assert len(streamed.simulated.streams) == 1
    assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.BAD_GATEWAY,
        FaultKind.NOT_FOUND,
        FaultKind.REDIRECT,
        FaultKind.BARE,
        FaultKind.CHALLENGE,
        FaultKind.DROP,
        FaultKind.WRONG_SHAPE,
    ],
)
async def test_polls_go_on_where_no_stream_gets_through(
    show: Show, caplog: pytest.LogCaptureFixture, kind: FaultKind
) -> None:
    """Such as behind a proxy that forwards no WebSockets; nobody is bothered with it."""
    shown = await show(prepare=lambda simulated: simulated.faults.add(STREAM, kind))
    shown.simulated.requests.clear()
    writes = Writes(shown.hass)
    await shown.time.polls(4)
    assert shown.asked(SOURCE) == 4
    assert shown.entity("1", "cpu") in writes.changed
    assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)
    assert notable(caplog) == []
    assert shown.issues() == []
    assert shown.flows() == []

    shown.simulated.faults.clear()
    await shown.time.passes(600)
    assert len(shown.simulated.streams) == 1


async def test_the_pauses_between_two_attempts_grow(show: Show) -> None:
    """From five seconds to ten minutes; a connection that lasts makes them short again."""
    shown = await show(prepare=lambda simulated: simulated.faults.add(STREAM, FaultKind.BAD_GATEWAY))
    for pause in (5, 10, 20, 40, 80, 160, 320, 600, 600):
        shown.simulated.requests.clear()
        await shown.time.passes(pause - 3)
        assert shown.asked(STREAM) == 0, f"within {pause} s"
        await shown.time.passes(pause)
        assert shown.asked(STREAM) == 1, f"after {pause} s"

    shown.simulated.faults.clear()
    await shown.time.passes(600)
    assert len(shown.simulated.streams) == 1
    await shown.frames_for(60, every=10)
    shown.simulated.end_streams()
    await settle(shown.hass)
    await shown.time.passes(5)
    assert len(shown.simulated.streams) == 1


async def test_connections_that_end_after_a_frame_are_not_tried_again_and_again(show: Show) -> None:
    """A proxy may cut off each: the pauses grow all the same."""
    shown = await show(prepare=lambda simulated: simulated.faults.add(STREAM, FaultKind.HANG_UP))
    for pause in (5, 10, 20, 40):
        for _ in range(2):
            await shown.frame()
        shown.simulated.requests.clear()
        await shown.time.passes(pause - 3)
        assert shown.asked(STREAM) == 0, f"within {pause} s"
        await shown.time.passes(pause)
        assert shown.asked(STREAM) == 1, f"after {pause} s"
    assert shown.state("1", "online") == STATE_ON


async def test_a_stream_that_falls_silent_is_given_up(show: Show) -> None:
    """A number that is none in a server's state has the dashboard send nothing more; polls tell what is going on."""
    with patch("custom_components.nezha.api.transport.SILENCE", ClientWSTimeout(ws_receive=0.05, ws_close=0)):
        shown = await show(prepare=lambda simulated: setattr(simulated.streams, "silent", True))
        writes = Writes(shown.hass)
        await shown.time.polls(3)
        assert shown.entity("1", "cpu") in writes.changed
        assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)
        assert shown.asked(STREAM) > 1


@pytest.mark.parametrize("text", ["{garbage", "[]", '{"servers": 7}', "{}", '{"error": "no servers here"}'])
async def test_a_stream_of_nothing_but_garbage_is_given_up(show: Show, text: str) -> None:
    """As one that is silent."""
    with patch("custom_components.nezha.api.transport.SILENCE", ClientWSTimeout(ws_receive=0.4, ws_close=0)):
        shown = await show()
        shown.simulated.requests.clear()
        for _ in range(16):
            shown.simulated.send_text(text)
            await asyncio.sleep(0.05)
        await settle(shown.hass)
        assert len(shown.simulated.streams) == 0
        assert shown.asked(SOURCE) == 1
        assert shown.state("1", "online") == STATE_ON


@pytest.mark.parametrize("text", ["{}", '{"error": "no servers here"}'])
async def test_a_guest_takes_no_other_message_for_an_empty_dashboard(show: Show, text: str) -> None:
    """Every message that tells of servers, and be it of none, tells the time as well."""
    shown = await show("v2", "guest")
    for _ in range(3):
        shown.time.moves(FRAME)
        shown.simulated.send_text(text)
        await settle(shown.hass)
    assert shown.state("1", "online") == STATE_ON
    assert shown.state("dashboard", "servers_total") == "7"


async def test_a_guest_who_gets_nothing_but_garbage_has_no_answer(show: Show) -> None:
    """Neither at set-up nor later; the dashboard is tried again."""
    garbage = "custom_components.nezha.api.transport.SILENCE"
    with patch(garbage, ClientWSTimeout(ws_receive=0.2, ws_close=0)):
        async with asyncio.timeout(10):
            shown = await show(
                way="guest",
                options={"stream": "never"},
                frame_interval=0.05,
                prepare=lambda simulated: simulated.faults.add(STREAM, FaultKind.GARBAGE),
            )
            assert shown.entry.state is ConfigEntryState.SETUP_RETRY
            shown.simulated.faults.clear()
            await shown.reload()
            assert shown.is_loaded
            shown.simulated.faults.add(STREAM, FaultKind.GARBAGE)
            await shown.entry.runtime_data.servers.async_refresh()
            assert shown.entry.runtime_data.servers.last_error
            assert shown.state("1", "online") == STATE_ON


async def test_a_dashboard_that_blocks_streams_is_left_alone_for_ten_minutes(show: Show) -> None:
    """Its handshake says 403."""
    shown = await show(prepare=lambda simulated: simulated.faults.add(STREAM, FaultKind.BLOCKED, times=1))
    shown.simulated.requests.clear()
    await shown.time.passes(590)
    assert shown.asked(STREAM) == 0
    await shown.time.passes(600)
    assert shown.asked(STREAM) == 1
    assert len(shown.simulated.streams) == 1


async def test_whatever_ends_the_listening_polls_go_on(show: Show, caplog: pytest.LogCaptureFixture) -> None:
    """Even a mistake of our own, which the log tells."""
    shown = await show("v2")
    assert shown.entry.runtime_data.servers.listening
    with patch.object(ServersCoordinator, "async_take_frame", side_effect=RuntimeError("our mistake")):
        await shown.frame()
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.exc_info
    assert len(shown.simulated.streams) == 0
    shown.simulated.requests.clear()
    await shown.time.passes(30)
    await shown.time.passes(30)
    assert shown.asked("/api/v1/server") == 2
    assert shown.state("1", "online") == STATE_ON


@WAYS
async def test_an_unloaded_entry_lets_go_of_the_stream(show: Show, generation: str, way: str) -> None:
    """Also of a paused attempt."""
    shown = await show(generation, way)
    assert len(shown.simulated.streams) == 1
    await shown.unload()
    assert len(shown.simulated.streams) == 0
    shown.simulated.requests.clear()
    await shown.time.passes(700)
    assert list(shown.simulated.requests) == []


async def test_a_poll_that_is_refused_ends_the_stream(show: Show) -> None:
    """The dashboard itself lets streams run on when it is closed to guests; the owner is asked once."""
    shown = await show(way="guest")
    shown.simulated.settings.force_auth = True
    await shown.frames_for(280, every=20)
    assert shown.state("1", "online") == STATE_ON
    await shown.frames_for(40, every=20)
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    assert shown.state("dashboard", "connected") == STATE_OFF
    assert len(shown.simulated.streams) == 0
    (flow,) = shown.flows()
    assert flow["context"]["source"] == "reauth"

    shown.simulated.requests.clear()
    await shown.time.passes(700)
    assert list(shown.simulated.requests) == []
    assert len(shown.flows()) == 1


async def test_the_dashboards_own_time_is_read_from_the_frames(show: Show) -> None:
    """A dashboard whose clock is behind shows its servers online all the same."""
    shown = await show("v1", "login", prepare=lambda simulated: setattr(simulated.world.clock, "skew", -3600))
    await shown.frames_for(3 * FRAME)
    assert shown.state("1", "online") == STATE_ON
    assert shown.state("7", "online") == STATE_OFF


async def test_a_stream_that_has_become_a_guests_is_given_up(show: Show) -> None:
    """A session may end right before the handshake: what the stream then hides is no longer believed to be gone."""
    with patch("custom_components.nezha.api.credentials.TRUST", 60):
        shown = await show("v2", "login")
        hidden = str(next(server.id for server in shown.world.servers() if server.hide_for_guest))
        before = shown.state(hidden, "online")
        shown.simulated.end_streams()
        await settle(shown.hass)
        shown.simulated.expire_sessions()
        await shown.time.passes(5)
        assert len(shown.simulated.streams) == 1
        for _ in range(4):
            await shown.frame()
            assert shown.state(hidden, "online") == before
        assert len(shown.simulated.streams) == 0
    await shown.time.passes(60)
    await shown.time.passes(60)
    await shown.frames_for(4)
    assert len(shown.simulated.streams) == 1
    assert shown.state(hidden, "online") == before


async def test_a_server_that_goes_is_off_within_five_seconds(hass: HomeAssistant, serve: Serve) -> None:
    """By real clocks, with frames as often as dashboards send them."""
    simulated = Dashboard(World(latency_points=5), generation="v2")
    served = await serve(simulated)
    entry = new_entry(hass, served.url, credential(simulated, "token"))
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, entry, "1", "online") == STATE_ON
    simulated.world.stop(1)
    await asyncio.sleep(5)
    assert state(hass, entry, "1", "online") == STATE_OFF
    await hass.config_entries.async_unload(entry.entry_id)
