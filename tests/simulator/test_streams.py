"""Streams as clients meet them: when frames come, what ends them, what can befall them."""

import math
from typing import Any

from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError
import pytest

from simulator import Dashboard, FaultKind, World
from tests.serving import Serve

from .conftest import SOON, Watch, bearer, last_words, next_frame

STREAM = "/api/v1/ws/server"


@pytest.fixture
def dashboard(world: World) -> Dashboard:
    """Return the newest dashboard of generation 2, whose streams send on demand."""
    return Dashboard(world, generation="v2", frame_interval=math.inf)


def _entry(frame: Any, server_id: int) -> Any:
    return next(server for server in frame["servers"] if server["id"] == server_id)


async def test_frames_come_at_their_period(dashboard: Dashboard, watch: Watch) -> None:
    """The first at once, the next ones by themselves, with a ping after each fourth."""
    dashboard.settings.frame_interval = 0.01
    stream = await watch(dashboard, autoping=False)
    kinds = [(await stream.receive(timeout=SOON)).type for _ in range(10)]
    dashboard.settings.frame_interval = math.inf  # a close that frames keep interrupting never ends
    assert [kind is WSMsgType.PING for kind in kinds] == ([False] * 4 + [True]) * 2


async def test_frames_on_demand_show_the_moment_of_the_demand(dashboard: Dashboard, watch: Watch) -> None:
    """Two demands give two frames, each of what there was to see then."""
    stream = await watch(dashboard, headers=bearer(dashboard.token))
    assert _entry(await next_frame(stream), 1)["name"] == "hk-edge-1"
    for name in ("one", "two"):
        dashboard.world.edit(1, name=name)
        dashboard.send_frame()
    assert [_entry(await next_frame(stream), 1)["name"] for _ in range(2)] == ["one", "two"]


async def test_public_note_comes_once(dashboard: Dashboard, watch: Watch) -> None:
    """Only the first frame has it."""
    stream = await watch(dashboard)
    dashboard.send_frame()
    assert "public_note" in _entry(await next_frame(stream), 1)
    assert "public_note" not in _entry(await next_frame(stream), 1)


async def test_guests_see_no_hidden_server(dashboard: Dashboard, watch: Watch) -> None:
    """Neither is a host's version theirs."""
    guest = await next_frame(await watch(dashboard))
    user = await next_frame(await watch(dashboard, headers=bearer(dashboard.log_in())))
    assert {server["id"] for server in user["servers"]} - {server["id"] for server in guest["servers"]} == {6}
    assert "version" in _entry(user, 1)["host"]
    assert "version" not in _entry(guest, 1)["host"]


async def test_viewers_are_counted(dashboard: Dashboard, watch: Watch) -> None:
    """`online` tells how many streams are open, this one included."""
    first = await watch(dashboard)
    assert (await next_frame(first))["online"] == 1
    second = await watch(dashboard)
    assert (await next_frame(second))["online"] == 2
    assert len(dashboard.streams) == 2


async def test_nothing_visible_leaves_the_list_out(world: World, watch: Watch) -> None:
    """A frame without servers has no key for them."""
    simulated = Dashboard(World(servers=1, clock=world.clock), generation="v2")
    simulated.world.edit(1, hide_for_guest=True)
    assert "servers" not in await next_frame(await watch(simulated))


async def test_revoked_token_ends_its_streams_alone(dashboard: Dashboard, watch: Watch) -> None:
    """There is no close frame; expiry ends nothing."""
    theirs = await watch(dashboard, headers=bearer(dashboard.token))
    other = await watch(dashboard, headers=bearer(dashboard.log_in()))
    dashboard.expire_sessions()
    dashboard.revoke_token()
    assert await last_words(theirs) == 1006
    await next_frame(other)
    dashboard.send_frame()
    await next_frame(other)


async def test_restart_ends_every_stream(dashboard: Dashboard, watch: Watch) -> None:
    """What agents had told is forgotten."""
    stream = await watch(dashboard)
    dashboard.restart()
    assert await last_words(stream) == 1006
    assert not any(server.report for server in dashboard.world.servers())


async def test_server_says_neither_pong_nor_farewell(dashboard: Dashboard, watch: Watch) -> None:
    """A ping stays unanswered, and so does a close frame, however long one waits."""
    stream = await watch(dashboard, autoping=False, autoclose=False)
    await next_frame(stream)
    await stream.ping()
    dashboard.send_frame()
    assert (await stream.receive(timeout=SOON)).type is WSMsgType.TEXT
    assert await stream.close()
    assert stream.close_code == 1006


async def test_stream_is_gone_when_its_client_is(dashboard: Dashboard, watch: Watch) -> None:
    """The dashboard's count falls without another frame."""
    stream = await watch(dashboard)
    other = await watch(dashboard)
    await next_frame(stream)
    await stream.close()
    await next_frame(other)
    for _ in range(50):
        dashboard.send_frame()
        if (await next_frame(other))["online"] == 1:
            break
    assert len(dashboard.streams) == 1


async def test_not_a_number_silences_streams(dashboard: Dashboard, watch: Watch) -> None:
    """They stay open, and go on with the next good value."""
    stream = await watch(dashboard)
    await next_frame(stream)
    dashboard.world.fix_state(2, {"cpu": math.nan})
    dashboard.send_frame()
    with pytest.raises(TimeoutError):
        await stream.receive(timeout=0.1)
    dashboard.world.fix_state(2, {"cpu": 5.5})
    dashboard.send_frame()
    assert _entry(await next_frame(stream), 2)["state"]["cpu"] == 5.5


async def test_streams_can_be_silenced(dashboard: Dashboard, watch: Watch) -> None:
    """Nothing comes until they speak again."""
    stream = await watch(dashboard)
    await next_frame(stream)
    dashboard.silence()
    dashboard.send_frame()
    with pytest.raises(TimeoutError):
        await stream.receive(timeout=0.1)
    dashboard.silence(on=False)
    dashboard.send_frame()
    await next_frame(stream)


async def test_any_text_can_be_sent(dashboard: Dashboard, watch: Watch) -> None:
    """Also what is no JSON."""
    stream = await watch(dashboard)
    await next_frame(stream)
    dashboard.send_text("{garbage")
    assert await stream.receive_str(timeout=SOON) == "{garbage"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.NO_UPGRADE, 400),
        (FaultKind.BLOCKED, 403),
        (FaultKind.UNAUTHORIZED, 200),
        (FaultKind.BAD_GATEWAY, 502),
    ],
)
async def test_handshake_can_be_refused(dashboard: Dashboard, watch: Watch, kind: FaultKind, status: int) -> None:
    """By a proxy, a firewall or the dashboard."""
    dashboard.faults.add(STREAM, kind, times=1)
    with pytest.raises(WSServerHandshakeError) as refusal:
        await watch(dashboard)
    assert refusal.value.status == status
    await next_frame(await watch(dashboard))


async def test_handshake_can_be_redirected(dashboard: Dashboard, watch: Watch, serve: Serve) -> None:
    """A client that follows ends up elsewhere, as a guest if host or port differ."""
    dashboard.world.edit(1, hide_for_guest=True)
    there = (await serve(dashboard)).url
    dashboard.faults.add(STREAM, FaultKind.REDIRECT, times=1, location=there + STREAM)
    frame = await next_frame(await watch(dashboard, headers=bearer(dashboard.token)))
    assert 1 not in {server["id"] for server in frame["servers"]}


async def test_frames_can_be_cut(dashboard: Dashboard, watch: Watch) -> None:
    """What arrives is no JSON."""
    dashboard.faults.add(STREAM, FaultKind.GARBAGE, times=1)
    stream = await watch(dashboard)
    with pytest.raises(ValueError, match="char"):
        await next_frame(stream)


async def test_entries_of_frames_can_be_replaced(dashboard: Dashboard, watch: Watch) -> None:
    """By anything."""
    dashboard.faults.add(STREAM, FaultKind.REPLACE_SERVER, times=1, server_id=1, entry=None)
    assert None in (await next_frame(await watch(dashboard)))["servers"]


async def test_stream_can_be_silent_from_the_start(dashboard: Dashboard, watch: Watch) -> None:
    """The handshake succeeds, and nothing follows."""
    dashboard.faults.add(STREAM, FaultKind.SILENCE, times=1)
    stream = await watch(dashboard)
    with pytest.raises(TimeoutError):
        await stream.receive(timeout=0.1)
    assert not stream.closed


async def test_stream_can_hang_up_after_a_frame(dashboard: Dashboard, watch: Watch) -> None:
    """Each try gets one frame."""
    dashboard.settings.frame_interval = 0.01
    dashboard.faults.add(STREAM, FaultKind.HANG_UP, times=1)
    stream = await watch(dashboard)
    await next_frame(stream)
    assert await last_words(stream) == 1006


async def test_faults_of_frames_leave_plain_requests_alone(
    dashboard: Dashboard,
    session: ClientSession,
    serve: Serve,
) -> None:
    """Whoever does not ask for an upgrade gets the usual answer."""
    dashboard.faults.add(STREAM, FaultKind.SILENCE)
    async with session.get((await serve(dashboard)).url + STREAM) as response:
        assert (response.status, await response.text()) == (400, "Bad Request\n")
