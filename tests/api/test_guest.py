"""Guests: what a dashboard shows to everybody, for which there is only the first message of a stream."""

import asyncio
from unittest.mock import patch

from aiohttp import ClientWSTimeout
import pytest

from custom_components.nezha.api import (
    BlockedError,
    ConnectionTimeoutError,
    Guest,
    GuestRefusedError,
    InvalidAnswerError,
    RealIpError,
    StreamRefusedError,
    WayIn,
    WrongKindError,
)

from .eight_servers import at
from .recorded_v12 import (
    BLOCKED,
    CONNECTIONS,
    EXCHANGES,
    GROUPS,
    SERVER,
    SERVICE,
    SETTING,
    STREAM,
    TRANSPORT,
    Connection,
    Replayed,
    again,
    replayed,
)
from .site import payload, reply

pytestmark = pytest.mark.usefixtures("socket_enabled")

FOLDERS = ["v1.4.0", "v1.14.14", "v2.0.14", "v2.3.7", "v2.3.7-tsdb"]
NEWEST, CLOSED = "v2.3.7", "v2.3.7-force-auth"


TOKENS = "/api/v1/api-tokens"


@pytest.mark.parametrize("folder", FOLDERS)
async def test_servers_come_with_the_first_message(folder: str) -> None:
    """Those that are not hidden, without what only users may know; no credential is sent."""
    async with replayed(folder, "none") as dashboard:
        client = dashboard.client()
        snapshot = await client.snapshot()

    assert client.is_guest
    assert list(snapshot.servers) == [1, 2, 3, 4, 5, 7, 8]
    assert snapshot.time == at(CONNECTIONS[f"{folder}/ws_none"].messages[0]["now"] / 1000)
    server = snapshot.servers[2]
    assert server.host
    assert server.state
    assert (server.name, server.country_code, snapshot.groups_of(server)) == ("数据库-东京", "JP", ("数据库",))
    assert (server.uuid, server.ipv4, server.host.version) == (None, None, "")
    assert [asked.path for asked in dashboard.asked] == [SETTING, STREAM, GROUPS]
    assert not any(asked.authorization for asked in dashboard.asked)


async def test_connection_is_let_go_of_after_the_first_message() -> None:
    """Each one costs the dashboard something, and counts as a viewer."""
    async with replayed(NEWEST, "none") as dashboard:
        await dashboard.client().snapshot()
        await asyncio.wait_for(dashboard.gone.wait(), 1)


async def test_each_snapshot_takes_a_new_connection() -> None:
    """Its message is the newest."""
    messages = CONNECTIONS[f"{NEWEST}/ws_none"].messages
    async with replayed(NEWEST, "none") as dashboard:
        dashboard.streams(*[Connection(messages=[message]) for message in messages])
        client = dashboard.client()
        times = [(await client.snapshot()).time for _ in messages]

    assert times == [at(message["now"] / 1000) for message in messages]


async def test_garbage_before_the_first_message_is_passed_over() -> None:
    """The next one will do."""
    [message, *_] = CONNECTIONS[f"{NEWEST}/ws_none"].messages
    async with replayed(NEWEST, "none") as dashboard:
        dashboard.streams(Connection(messages=["{", message]))

        assert len((await dashboard.client().snapshot()).servers) == 7


async def test_everything_else_is_open_to_guests() -> None:
    """Monitors, their points and groups; messages of a stream go on as long as they like."""
    async with replayed(NEWEST, "none") as dashboard:
        client = dashboard.client()

        assert len(await client.monitors()) == 4
        assert len((await client.latencies(1)).latencies) == 3
        assert await client.monitored() == frozenset({1, 2, 3, 4, 5, 7, 8})
        assert len(await dashboard.snapshots(CONNECTIONS[f"{NEWEST}/ws_none"])) == 3


async def test_closed_dashboard_refuses_guests() -> None:
    """The handshake is answered with 200, so the groups tell; then nothing is asked again."""
    async with replayed(CLOSED, "none") as dashboard:
        client = dashboard.client()
        for _ in range(3):
            with pytest.raises(GuestRefusedError):
                await client.snapshot()
        with pytest.raises(GuestRefusedError):
            await client.monitors()

    assert dashboard.paths() == [SETTING, STREAM, GROUPS]


async def test_dashboard_that_closes_later_refuses_guests() -> None:
    """Whatever they ask for first after that."""
    async with replayed(NEWEST, "none") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        dashboard.paths()
        dashboard.says(SERVICE, again(EXCHANGES[f"{CLOSED}/service_none"]))
        for _ in range(2):
            with pytest.raises(GuestRefusedError):
                await client.monitors()
            with pytest.raises(GuestRefusedError):
                await client.snapshot()

    assert dashboard.paths() == [SERVICE]


@pytest.mark.parametrize("status", [200, 400, 404, 502])
async def test_proxy_that_forwards_no_streams_is_told_from_a_closed_dashboard(status: int) -> None:
    """Guests are welcome, but no message gets through to them; somebody may mend that, so the next call asks again."""
    async with replayed(NEWEST, "none") as dashboard:
        client = dashboard.client()
        dashboard.streams(Connection(refused=status))
        with pytest.raises(StreamRefusedError):
            await client.snapshot()
        dashboard.streams(CONNECTIONS[f"{NEWEST}/ws_none"])

        assert len((await client.snapshot()).servers) == 7


async def test_blocked_guest_waits() -> None:
    """Without a question about groups."""
    async with replayed(NEWEST, "none") as dashboard:
        dashboard.streams(BLOCKED)
        with pytest.raises(BlockedError):
            await dashboard.client().snapshot()

    assert dashboard.paths() == [SETTING, STREAM]


async def test_missing_header_of_the_proxy_is_told() -> None:
    """The handshake is answered with 200 then, too."""
    async with replayed(NEWEST, "none") as dashboard:
        dashboard.streams(Connection(refused=200))
        dashboard.says(GROUPS, again(EXCHANGES["v2.3.7-waf/no_header_server"]))
        with pytest.raises(RealIpError):
            await dashboard.client().snapshot()


@pytest.mark.parametrize("folder", FOLDERS)
async def test_silent_dashboard_takes_too_long(folder: str) -> None:
    """A NaN in one server's state silences all messages."""
    async with replayed(folder, "none") as dashboard:
        dashboard.streams(CONNECTIONS[f"{folder}/ws_nan"])
        with patch(f"{TRANSPORT}.SILENCE", ClientWSTimeout(ws_receive=0.05, ws_close=0.01)):
            with pytest.raises(ConnectionTimeoutError):
                await dashboard.client().snapshot()
            await asyncio.wait_for(dashboard.gone.wait(), 1)


@pytest.mark.parametrize("garbage", ["{", "[]", '{"servers": 7}'])
async def test_dashboard_that_sends_nothing_but_garbage_takes_too_long(garbage: str) -> None:
    """It may go on for ever."""
    async with Replayed(NEWEST, "none").served() as dashboard:
        dashboard.streams(Connection(messages=[garbage] * 200))
        dashboard.pace = 0.02
        with patch(f"{TRANSPORT}.SILENCE", ClientWSTimeout(ws_receive=0.2, ws_close=0.01)):
            async with asyncio.timeout(2):
                with pytest.raises(ConnectionTimeoutError):
                    await dashboard.client().snapshot()


async def test_connection_that_ends_before_the_first_message_is_no_answer() -> None:
    """As when the dashboard stops right then."""
    async with replayed(NEWEST, "none") as dashboard:
        dashboard.streams(Connection(ended=True))
        with pytest.raises(InvalidAnswerError):
            await dashboard.client().snapshot()


@pytest.mark.parametrize(("folder", "is_open"), [*[(folder, True) for folder in FOLDERS], (CLOSED, False)])
async def test_dashboard_is_open_to_guests_or_not(folder: str, *, is_open: bool) -> None:
    """One question tells, and one more what dashboard it is; a refusal is no latch, for nothing was refused."""
    async with replayed(folder, "none") as dashboard:
        assert (WayIn.GUEST in await dashboard.client().ways_in()) is is_open

    tokens = [TOKENS] if folder.startswith("v2") else []
    assert dashboard.paths() == [SETTING, GROUPS, *tokens]


@pytest.mark.parametrize(("folder", "known"), [("v2.0.14", False), ("v2.3.7", True)])
async def test_dashboard_knows_tokens_or_not(folder: str, *, known: bool) -> None:
    """Those before 2.1.0 have no such page (recorded); nothing has to be refused to find out."""
    async with replayed(folder, "none") as dashboard:
        assert (WayIn.TOKEN in await dashboard.client().ways_in()) is known


async def test_generation_0_knows_no_guests() -> None:
    """Its API wants a token; nothing but what tells generations apart is asked for."""
    async with replayed("v1.14.14", "none") as dashboard:
        dashboard.says(SETTING, reply(b"<title>404</title>", status=404, content_type="text/html"))
        dashboard.says(f"{SERVER}/list", payload({"code": 403, "message": "访问此接口需要认证"}))
        client = dashboard.client(Guest())

        assert await client.ways_in() == {WayIn.TOKEN}
        with pytest.raises(WrongKindError):
            await client.snapshot()

    assert dashboard.paths() == [SETTING, f"{SERVER}/list"]
