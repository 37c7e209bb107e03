"""Addresses and answers that nobody should send, and some do."""

from unittest.mock import patch

from aiohttp import ClientTimeout
import pytest

from custom_components.nezha.api import (
    ConnectionTimeoutError,
    InvalidUrlError,
    NotNezhaError,
    NotOfferedError,
    RedirectedError,
    base_url,
)

from .conftest import Connect, ServeSite
from .recorded_v12 import GROUPS, SETTING, Connection, replayed
from .site import payload, reply, result

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWEST = "v2.3.7"
LATENCIES = "/api/v1/server/1/service?period=1d"


@pytest.mark.parametrize("text", ["my host", "<x>", "nezha..example.com", "https//nezha.example.com", "http//x", "a,b"])
def test_what_cannot_be_a_host_is_no_address(text: str) -> None:
    """It is said before anything is asked."""
    with pytest.raises(InvalidUrlError):
        base_url(text)


@pytest.mark.parametrize("target", ["http://[x/", "http://nezha.example.com:99999/"])
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
    assert [server.id for server in snapshot.servers.values() if server.groups == ("Odd",)] == [1]


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
