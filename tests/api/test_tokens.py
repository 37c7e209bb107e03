"""Personal access tokens: how they are sent, and that a refused one, which counts as an attack, is sent once only."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from custom_components.nezha.api import (
    ApiToken,
    BlockedError,
    DashboardError,
    NezhaAuthError,
    NezhaClient,
    NezhaError,
    PersonalAccessToken,
    WrongKindError,
    token_credential,
)

from .recorded_v12 import (
    BLOCKED,
    CONNECTIONS,
    EXCHANGES,
    GROUPS,
    PAT,
    SERVER,
    SETTING,
    STREAM,
    Connection,
    Replayed,
    again,
    replayed,
)
from .site import reply

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWEST = "v2.3.7"
type Call = Callable[[NezhaClient], Awaitable[Any]]


async def listen(client: NezhaClient) -> int:
    """Return how many messages a stream had."""
    return len([snapshot async for snapshot in client.stream()])


CALLS = [
    pytest.param(lambda client: client.snapshot(), id="servers"),
    pytest.param(lambda client: client.monitored(), id="servers with monitors"),
    pytest.param(lambda client: client.latencies(1), id="points"),
    pytest.param(lambda client: client.monitors(), id="monitors"),
    pytest.param(listen, id="stream"),
]


def sent(dashboard: Replayed) -> int:
    """Return how many requests came with a credential."""
    return sum(bool(asked.authorization) for asked in dashboard.asked)


async def test_token_is_sent_as_a_bearer() -> None:
    """With every request but the one that tells generations apart, also to open a stream; cookies never."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        for _ in range(2):
            await client.snapshot()
        await client.monitors()
        dashboard.streams(Connection(ended=True))
        await listen(client)

    sent = {asked.path: asked.authorization for asked in dashboard.asked}
    assert set(sent.values()) == {"", f"Bearer {PAT}"}
    assert [path for path, authorization in sent.items() if not authorization] == [SETTING]
    assert STREAM in sent
    assert not any(asked.cookie for asked in dashboard.asked)


async def test_dashboard_offers_cookies() -> None:
    """So that the test before means something."""
    assert "set-cookie" in EXCHANGES[f"{NEWEST}/server_pat"].headers


@pytest.mark.parametrize("call", CALLS)
async def test_unknown_token_is_sent_once(call: Call) -> None:
    """Whatever is asked first; later calls fail the same way, without a request."""
    async with replayed(NEWEST, "pat_unknown") as dashboard:
        client = dashboard.client()
        with pytest.raises(NezhaAuthError) as first:
            await call(client)
        for again in (client.snapshot(), client.monitors(), client.latencies(2), client.monitored(), listen(client)):
            with pytest.raises(NezhaAuthError) as later:
                await again
            assert (type(later.value), str(later.value)) == (type(first.value), str(first.value))

    assert sent(dashboard) == 1


@pytest.mark.parametrize("call", CALLS)
async def test_waiting_calls_never_send_a_refused_token(call: Call) -> None:
    """They were made before the refusal came."""
    async with replayed(NEWEST, "pat_unknown") as dashboard:
        client = dashboard.client()
        await client.detect()
        calls = [call(client), client.snapshot(), client.monitors(), client.latencies(2), listen(client)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [NezhaAuthError] * 5
    assert sent(dashboard) == 1


@pytest.mark.parametrize("text", ["api token expired", "owner of api token not found", "invalid api token"])
async def test_dead_token_is_sent_once(text: str) -> None:
    """Expired, without its user or revoked."""
    body = f'{{"error":"ApiErrorUnauthorized: {text}"}}'.encode()
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        before = sent(dashboard)
        dashboard.says(SERVER, reply(body, status=401))
        for _ in range(3):
            with pytest.raises(NezhaAuthError):
                await client.snapshot()

        assert sent(dashboard) == before + 1


async def test_token_that_is_revoked_while_a_stream_is_open() -> None:
    """The connection ends without a word; the next one is refused, and nothing is asked after that."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        dashboard.streams(CONNECTIONS[f"{NEWEST}/ws_revoked_while_open"], CONNECTIONS[f"{NEWEST}/ws_pat_revoked"])
        dashboard.says(SERVER, again(EXCHANGES[f"{NEWEST}/server_pat_revoked"]))

        assert await listen(client) == 3
        with pytest.raises(NezhaAuthError):
            await listen(client)
        with pytest.raises(NezhaAuthError):
            await client.snapshot()

    assert sent(dashboard) == 2


async def test_database_error_says_nothing_of_the_token() -> None:
    """It has the status of a refusal, but the next request is sent."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        dashboard.says(SERVER, reply(b'{"error":"ApiErrorUnauthorized: api token lookup failed"}', status=401))
        with pytest.raises(DashboardError):
            await client.snapshot()

        dashboard.forgets()
        assert len((await client.snapshot()).servers) == 8


async def test_blocked_address_says_nothing_of_the_token() -> None:
    """Others behind the same address may have caused that."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        dashboard.says(SERVER, again(EXCHANGES["v2.3.7-waf/strike_2_pat"]))
        dashboard.streams(BLOCKED)
        for blocked in (client.snapshot(), listen(client)):
            with pytest.raises(BlockedError):
                await blocked

        dashboard.forgets()
        assert len((await client.snapshot()).servers) == 8


@pytest.mark.parametrize(
    ("folder", "credential"),
    [("v1.14.14", PersonalAccessToken(PAT)), (NEWEST, ApiToken("0123456789abcdefghijklmnopqrstuv"))],
)
async def test_token_of_another_generation_is_not_sent(folder: str, credential: ApiToken | PersonalAccessToken) -> None:
    """The dashboard is found out about, nothing else."""
    async with replayed(folder, "jwt") as dashboard:
        client = dashboard.client(credential)
        for _ in range(2):
            with pytest.raises(WrongKindError):
                await client.snapshot()

    assert dashboard.paths() == [SETTING]


@pytest.mark.parametrize("token", ["nzp_line\nbreak", "nzp_tökén", ""])
async def test_what_cannot_be_a_token_is_not_sent(token: str) -> None:
    """It would not even fit into a header."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client(PersonalAccessToken(token))
        for _ in range(2):
            with pytest.raises(NezhaAuthError):
                await client.snapshot()

    assert dashboard.paths() == [SETTING]


def test_token_says_what_kind_it_is() -> None:
    """By its first characters."""
    assert isinstance(token_credential(PAT), PersonalAccessToken)
    assert isinstance(token_credential("0123456789abcdefghijklmnopqrstuv"), ApiToken)


async def test_refusal_by_a_missing_header_of_the_proxy_is_none() -> None:
    """The dashboard did not even look at the token."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        dashboard.says(GROUPS, again(EXCHANGES["v2.3.7-waf/no_header_server"]))
        dashboard.says(SERVER, again(EXCHANGES["v2.3.7-waf/no_header_server"]))
        with pytest.raises(NezhaError) as raised:
            await client.snapshot()
        dashboard.forgets()

        assert raised.value.key == "real_ip"
        assert len((await client.snapshot()).servers) == 8
