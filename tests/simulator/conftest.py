"""A world whose time stands still, and a client that hides nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
import json
from typing import Any

from aiohttp import ClientSession, DummyCookieJar
import pytest

from simulator import Clock, Dashboard, World
from tests.conftest import Serve

NOON = 1_795_438_100.0
"""Unix seconds at which the worlds of these tests begin: when the answers were recorded."""


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


def authorized(simulated: Dashboard) -> dict[str, str]:
    """Return the headers of a client that has the token."""
    return {"Authorization": simulated.token}
