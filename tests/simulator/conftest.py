"""A world whose time stands still, and a client that hides nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
import json
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, ClientWSTimeout, DummyCookieJar, WSMsgType
import pytest

from simulator import Clock, Dashboard, World
from tests.serving import Serve

NOON = 1_795_438_100.0
"""Unix seconds at which the worlds of these tests begin: when the answers were recorded."""


SOON = 5
"""Seconds within which something must happen that could otherwise take for ever."""


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    """Names are found in any case."""
    raw: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.raw)

    @property
    def text(self) -> str:
        """The body."""
        return self.raw.decode()


type Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def custom_integrations() -> None:
    """Do without Home Assistant: the simulator knows nothing of it."""


@pytest.fixture
def world() -> World:
    """Return eight servers at a moment that stays unless it is moved."""
    return World(clock=Clock(source=lambda: NOON), latency_points=7)


@pytest.fixture
def dashboard(world: World) -> Dashboard:
    """Return the newest dashboard of generation 0."""
    return Dashboard(world)


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    """Return a session that remembers nothing between requests."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield session


@pytest.fixture
def ask(serve: Serve, session: ClientSession) -> Ask:
    """Return what asks a dashboard over a socket, with any method and headers, and follows no redirect."""
    urls: dict[int, str] = {}

    async def ask(simulated: Dashboard, path: str, *, method: str = "GET", **options: Any) -> Answer:
        if id(simulated) not in urls:
            urls[id(simulated)] = (await serve(simulated)).url
        url = urls[id(simulated)] + path
        async with session.request(method, url, allow_redirects=False, **options) as response:
            return Answer(response.status, response.headers, await response.read())

    return ask


type Watch = Callable[..., Awaitable[ClientWebSocketResponse]]


@pytest.fixture
async def watch(serve: Serve, session: ClientSession) -> AsyncIterator[Watch]:
    """Return what opens streams of dashboards, with any headers."""
    streams: list[ClientWebSocketResponse] = []

    async def watch(simulated: Dashboard, **options: Any) -> ClientWebSocketResponse:
        url = (await serve(simulated)).url
        timeout = ClientWSTimeout(ws_close=0.05)
        streams.append(await session.ws_connect(f"{url}/api/v1/ws/server", timeout=timeout, **options))
        return streams[-1]

    yield watch
    for stream in streams:
        await stream.close()


async def next_frame(stream: ClientWebSocketResponse) -> Any:
    """Return the next frame of a stream."""
    return await stream.receive_json(timeout=SOON)


async def last_words(stream: ClientWebSocketResponse) -> int | None:
    """Return the close code of a stream that ends."""
    while (await stream.receive(timeout=SOON)).type is WSMsgType.TEXT:
        pass
    return stream.close_code


def bearer(token: str) -> dict[str, str]:
    """Return the headers of a client with a session or a personal access token."""
    return {"Authorization": f"Bearer {token}"}


def authorized(simulated: Dashboard) -> dict[str, str]:
    """Return the headers of a client that has the token."""
    return {"Authorization": simulated.token}
