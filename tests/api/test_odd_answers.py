"""Addresses and answers that nobody should send, and some do."""

import asyncio
from contextlib import aclosing
from typing import Any
from unittest.mock import patch

from aiohttp import ClientSession, ClientTimeout, web
import pytest

from custom_components.nezha.api import (
    BlockedError,
    ConnectionTimeoutError,
    Guest,
    InvalidUrlError,
    NezhaAuthError,
    NezhaConnectionError,
    NotNezhaError,
    NotOfferedError,
    RedirectedError,
    SessionEndedError,
    base_url,
    session_options,
)

from .conftest import Connect, ServeSite
from .recorded_v12 import GROUPS, LOGIN, PROFILE, SERVER, SETTING, Connection, replayed
from .site import payload, reply, result

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWEST = "v2.3.7"
LATENCIES = "/api/v1/server/1/service?period=1d"


@pytest.mark.parametrize("text", ["my host", "<x>", "nezha..example.com", "https//nezha.example.com", "http//x", "a,b"])
def test_what_cannot_be_a_host_is_no_address(text: str) -> None:
    """It is said before anything is asked."""
    with pytest.raises(InvalidUrlError):
        base_url(text)


@pytest.mark.parametrize(
    "target", ["http://[x/", "http://nezha.example.com:99999/", "mailto:", "file:///api/v1/server/details"]
)
async def test_a_redirect_to_no_address_is_no_dashboards(connect: Connect, serve_site: ServeSite, target: str) -> None:
    """There is nothing to advise."""
    site = await serve_site(reply(status=302, Location=target))
    with pytest.raises(NotNezhaError):
        await connect(site.url).snapshot()


async def test_a_moved_dashboard_is_told_also_for_a_path_with_a_query() -> None:
    """The address to use has neither."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        moved = f"https://moved.example.com{LATENCIES}"
        dashboard.says(LATENCIES, reply(status=301, Location=moved))
        with pytest.raises(RedirectedError) as caught:
            await client.latencies(1)
    assert caught.value.target.rstrip("/") == "https://moved.example.com"


async def test_a_path_that_is_gone_makes_the_client_ask_again_who_answers() -> None:
    """As after an update from 1.x to 2.x."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        dashboard.says(LATENCIES, payload({"error": "404 Not Found"}))
        with pytest.raises(NotOfferedError):
            await client.latencies(1)
        dashboard.paths()
        await client.snapshot()
        assert dashboard.paths()[0] == SETTING


async def test_members_of_groups_that_are_no_ids_are_passed_over() -> None:
    """The others of the group stay."""
    odd = [{"group": {"id": 1, "name": "Odd"}, "servers": [[1], {"id": 2}, 1]}]
    async with replayed(NEWEST, "pat") as dashboard:
        dashboard.says(GROUPS, payload({"success": True, "data": odd}))
        snapshot = await dashboard.client().snapshot()
    assert [server.id for server in snapshot.servers.values() if snapshot.groups_of(server) == ("Odd",)] == [1]


async def test_a_time_beyond_all_time_is_passed_over(connect: Connect, serve_site: ServeSite) -> None:
    """The point has no place."""
    site = await serve_site(result([{"monitor_id": 1, "created_at": [10**400, 60_000], "avg_delay": [1, 2]}]))
    answer = await connect(site.url).latencies(1)
    assert [delay for _, delay in answer.latencies[0].points] == [2]


async def test_a_handshake_that_hangs_does_not_hold_up_polls() -> None:
    """It is given up after as long as any request."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        dashboard.streams(Connection(hangs=True))
        with (
            patch("custom_components.nezha.api.transport.TIMEOUT", ClientTimeout(total=0.2)),
            pytest.raises(ConnectionTimeoutError),
        ):
            await anext(client.stream())
        assert (await client.snapshot()).servers


async def test_a_connection_that_ends_behind_a_ping_only_ends() -> None:
    """Dashboards ping now and then, and end without a word."""

    async def play(request: web.Request, _: str) -> web.WebSocketResponse:
        stream = web.WebSocketResponse()
        await stream.prepare(request)
        await stream.send_str('{"now":1795438163000}')
        await stream.ping()
        assert request.transport
        request.transport.close()
        return stream

    async with replayed(NEWEST, "pat") as dashboard:
        with patch.object(dashboard, "_play", play):
            snapshots = dashboard.client().stream()
            assert (await anext(snapshots)).servers == {}
            await asyncio.sleep(0.1)  # until the ping has come and the connection is gone
            assert [snapshot async for snapshot in snapshots] == []


async def test_a_refused_poll_ends_the_stream() -> None:
    """It would show the servers of somebody who may no longer see them."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        dashboard.streams(Connection(messages=[{"now": 1_795_438_163_000}] * 2))
        async with aclosing(client.stream()) as snapshots:
            await anext(snapshots)
            dashboard.taken_for = "pat_unknown"
            with pytest.raises(NezhaAuthError):
                await client.snapshot()
            with pytest.raises(NezhaAuthError):
                await anext(snapshots)


async def test_json_of_somebody_else_is_no_dashboards() -> None:
    """Many an API answers an unknown path with an error in JSON."""
    async with replayed(NEWEST, "jwt") as dashboard:
        for path in (SETTING, "/api/v1/server/list"):
            dashboard.says(path, reply(b'{"error":"Not Found"}', status=404))
        with pytest.raises(NotNezhaError):
            await dashboard.client().detect()


@pytest.mark.parametrize(
    "session",
    [
        {},
        {"token": "a.b.c", "expire": "2026-11-23T13:48:10"},
        {"token": None, "expire": "2026-11-23T13:48:10Z"},
        {"token": "a\nb", "expire": "2026-11-23T13:48:10Z"},
        {"token": "", "expire": "2026-11-23T13:48:10Z"},
    ],
)
async def test_a_login_without_a_usable_session_is_not_repeated_at_once(session: dict[str, Any]) -> None:
    """One login a minute is enough."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(LOGIN, payload({"success": True, "data": session}))
        client = dashboard.client()
        for _ in range(3):
            with pytest.raises(SessionEndedError):
                await client.snapshot()
        assert dashboard.count(LOGIN) == 1


async def test_a_session_is_proven_anew_after_a_block() -> None:
    """Its end may be what the dashboard blocks for; using it on would add to that."""
    blocked = reply(b"<title>Blocked</title> nezha WAF", status=403, content_type="text/html")
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        dashboard.says("/api/v1/service", blocked)
        with pytest.raises(BlockedError):
            await client.monitors()
        dashboard.paths()
        await client.snapshot()
        assert dashboard.paths()[-2:] == [PROFILE, SERVER]


@pytest.mark.parametrize("credential", ["pat", "none"])
async def test_a_block_costs_nothing_where_there_is_no_session(credential: str) -> None:
    """The next request goes as before."""
    blocked = reply(b"<title>Blocked</title> nezha WAF", status=403, content_type="text/html")
    async with replayed(NEWEST, credential) as dashboard:
        client = dashboard.client(Guest() if credential == "none" else None)
        dashboard.says("/api/v1/service", blocked)
        with pytest.raises(BlockedError):
            await client.monitors()
        dashboard.forgets()
        assert await client.monitors()


async def test_a_session_that_has_ended_sends_nothing(connect: Connect, serve_site: ServeSite) -> None:
    """As when an entry is unloaded during a poll."""
    site = await serve_site(result([]))
    async with ClientSession(**session_options()) as session:
        client = connect(site.url, session=session)
        await client.snapshot()
    site.requests.clear()
    with pytest.raises(NezhaConnectionError):
        await client.snapshot()
    assert site.requests == []
