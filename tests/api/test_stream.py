"""Streams: one connection that tells of all servers again and again, until it ends in one of many ways."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from aiohttp import ClientWSTimeout, web
import pytest

from custom_components.nezha.api import (
    ApiToken,
    BlockedError,
    BrowserCheckError,
    ConnectionRefusedByHostError,
    ConnectionTimeoutError,
    NezhaAuthError,
    NezhaClient,
    NezhaConnectionError,
    NotOfferedError,
    StreamRefusedError,
    carry_on,
)

from .eight_servers import at
from .recorded_v12 import (
    CONNECTIONS,
    GROUPS,
    SERVER,
    SETTING,
    STREAM,
    TRANSPORT,
    Connection,
    Replayed,
    replayed,
)
from .site import HTML, JSON, payload

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWEST = "v2.3.7"
MESSAGES = CONNECTIONS[f"{NEWEST}/ws_pat"].messages


async def listen(client: NezhaClient) -> list[Any]:
    """Return the times of all messages."""
    return [snapshot.time async for snapshot in client.stream()]


def times(*messages: Any) -> list[Any]:
    """Return the times that are in messages."""
    return [at(message["now"] / 1000) for message in messages]


@pytest.mark.parametrize("name", ["ws_dashboard_restarts", "ws_revoked_while_open"])
async def test_stream_ends_with_its_connection(name: str) -> None:
    """Dashboards end it without a word; that is no error."""
    connection = CONNECTIONS[f"{NEWEST}/{name}"]
    async with replayed(NEWEST, "pat") as dashboard:
        dashboard.streams(connection)

        assert await listen(dashboard.client()) == times(*connection.messages)


GARBAGE: list[Any] = ["", "{", "NaN", '{"now": NaN}', "null", "[]", '"text"', "7", '{"servers": {}}', '{"servers": 7}']


async def test_garbage_is_passed_over() -> None:
    """What is no message of a dashboard neither ends the stream nor comes out of it."""
    first, second, third = MESSAGES
    async with replayed(NEWEST, "pat") as dashboard:
        dashboard.streams(Connection(messages=[*GARBAGE, first, *GARBAGE, second, third], ended=True))

        assert await listen(dashboard.client()) == times(first, second, third)


async def test_silence_is_an_error() -> None:
    """Dashboards send something every two seconds, unless a NaN silences them; the connection is let go of."""
    async with replayed(NEWEST, "pat") as dashboard:
        dashboard.streams(Connection(messages=MESSAGES))
        with patch(f"{TRANSPORT}.SILENCE", ClientWSTimeout(ws_receive=0.05, ws_close=0.01)):
            snapshots = dashboard.client().stream()
            assert [(await anext(snapshots)).time for _ in MESSAGES] == times(*MESSAGES)
            with pytest.raises(ConnectionTimeoutError):
                await anext(snapshots)
            await asyncio.wait_for(dashboard.gone.wait(), 1)


@pytest.mark.parametrize(
    ("status", "content_type", "error"),
    [
        (200, JSON, StreamRefusedError),
        (400, "text/plain", StreamRefusedError),
        (401, HTML, StreamRefusedError),
        (401, JSON, NezhaAuthError),
        (403, HTML, BlockedError),
        (403, JSON, StreamRefusedError),
        (404, JSON, StreamRefusedError),
        (502, HTML, StreamRefusedError),
    ],
)
async def test_handshake_may_be_refused(status: int, content_type: str, error: type[Exception]) -> None:
    """Only the dashboard's own 401 is about the token: after any other answer the next request is sent."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        dashboard.streams(Connection(refused=status, content_type=content_type))
        with pytest.raises(error) as raised:
            await listen(client)
        assert type(raised.value) is error
        dashboard.paths()
        if error is not NezhaAuthError:
            await client.snapshot()
            assert dashboard.paths() == [SERVER, GROUPS]


async def test_a_browser_check_in_front_of_the_stream_is_named() -> None:
    """It is no block of the dashboard's, which would be over by itself."""
    async with replayed(NEWEST, "pat") as dashboard:
        headers = {"Content-Type": HTML, "cf-mitigated": "challenge"}
        dashboard.says(STREAM, lambda: web.Response(status=403, headers=headers))
        with pytest.raises(BrowserCheckError):
            await listen(dashboard.client())


@pytest.mark.parametrize("name", ["ws_pat_server_only", "ws_pat_service_only"])
async def test_missing_scope_refuses_the_stream(name: str) -> None:
    """The token is good, and is sent again."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        dashboard.streams(CONNECTIONS[f"{NEWEST}/{name}"])
        with pytest.raises(StreamRefusedError):
            await listen(client)

        assert (await client.snapshot()).servers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_handshake_is_never_redirected(status: int) -> None:
    """The credential would get lost on the way, and the stream would be a guest's; the target hears nothing."""
    async with replayed(NEWEST, "pat") as dashboard, replayed(NEWEST, "pat") as elsewhere:
        dashboard.says(STREAM, lambda: web.Response(status=status, headers={"Location": elsewhere.url + STREAM}))
        with pytest.raises(StreamRefusedError, match=str(status)):
            await listen(dashboard.client())

    assert (dashboard.paths(), elsewhere.paths()) == ([SETTING, STREAM], [])


async def test_handshake_is_not_redirected_on_the_same_host() -> None:
    """A slash at the end would cause that."""
    async with replayed(NEWEST, "pat") as dashboard:
        dashboard.says(STREAM, lambda: web.Response(status=301, headers={"Location": f"{STREAM}/"}))
        with pytest.raises(StreamRefusedError):
            await listen(dashboard.client())

    assert dashboard.paths() == [SETTING, STREAM]


async def test_dashboard_that_has_stopped_refuses_connections() -> None:
    """As it does while it restarts."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        await client.detect()
        await dashboard.stops()
        with pytest.raises(ConnectionRefusedByHostError):
            await listen(client)


async def test_connection_may_break_within_the_handshake() -> None:
    """Then nothing came at all."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        await client.detect()
        dashboard.streams(Connection(broken=True))
        with pytest.raises(NezhaConnectionError):
            await listen(client)


@pytest.mark.parametrize("pace", [0.05, 0.9, 2])
async def test_listener_may_go_at_any_time(pace: float) -> None:
    """Dashboards send on and never answer the wish to close; the connection is dropped soon all the same."""
    async with Replayed(NEWEST, "pat").served() as dashboard:
        dashboard.streams(Connection(messages=[*MESSAGES] * 30))
        dashboard.pace = pace
        async with asyncio.timeout(3):
            async with aclosing(dashboard.client().stream()) as snapshots:
                assert (await anext(snapshots)).servers
            await dashboard.gone.wait()


async def test_other_requests_go_on_while_a_stream_is_open() -> None:
    """Only its handshake waits for its turn."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        async with aclosing(client.stream()) as snapshots:
            await anext(snapshots)

            assert len((await client.snapshot()).servers) == 8
            assert len(await client.monitors()) == 4


async def test_messages_are_completed_by_what_the_list_told() -> None:
    """They have neither uuid nor addresses nor groups; the rest is their own."""
    entry = {"id": 99, "name": "new", "last_active": "2026-11-23T13:02:00Z", "state": {"uptime": 1}}
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        dashboard.streams(
            Connection(messages=[{"now": 1_795_438_941_000, "servers": [entry, *MESSAGES[0]["servers"]]}])
        )
        async with aclosing(client.stream()) as snapshots:
            alone = (await anext(snapshots)).servers
        snapshot = carry_on(None, await client.snapshot())
        async with aclosing(client.stream()) as snapshots:
            completed = carry_on(snapshot, await anext(snapshots)).servers

    listed = snapshot.servers
    assert list(completed) == [*listed, 99]
    for number, server in listed.items():
        known = completed[number]
        assert (known.uuid, known.ipv4, known.ipv6) == (server.uuid, server.ipv4, server.ipv6)
        assert known.groups == server.groups
        assert (known.state, known.last_active) == (alone[number].state, alone[number].last_active)
        assert (alone[number].uuid, alone[number].ipv4, alone[number].groups) == (None, None, ())
    assert completed[99] == replace(alone[99], online=True)
    assert completed[1].uuid


async def test_generation_0_has_no_stream() -> None:
    """Its pages have one, its API has none."""
    async with replayed("v1.14.14", "none") as dashboard:
        dashboard.says(SETTING, payload([]))
        dashboard.says(f"{SERVER}/list", payload({"code": 0}))
        client = dashboard.client(ApiToken("0123456789abcdefghijklmnopqrstuv"))
        with pytest.raises(NotOfferedError):
            await listen(client)

    assert not client.capabilities.stream
