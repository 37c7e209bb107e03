"""A session, clients, and sites that answer as a test says."""

from collections.abc import AsyncIterator, Awaitable
from ssl import SSLContext
from typing import Protocol

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
import pytest
from yarl import URL

from custom_components.nezha.api import Credential, NezhaClient, session_options, token_credential

from .site import Answer, Site

TOKEN = "0123456789abcdefghijklmnopqrstuv"


class ServeSite(Protocol):
    """Serves a site until the test ends."""

    def __call__(self, answer: Answer, *, everywhere: bool = False, ssl: SSLContext | None = None) -> Awaitable[Site]:
        """Return the site with its address."""


class Connect(Protocol):
    """Makes clients."""

    def __call__(
        self, url: str, credential: str | Credential = TOKEN, *, session: ClientSession | None = None
    ) -> NezhaClient:
        """Return a client for an address; a text is a token."""


@pytest.fixture
def custom_integrations() -> None:
    """Do without Home Assistant: the client knows nothing of it."""


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    """Return a session as the client wants it."""
    async with ClientSession(**session_options()) as session:
        yield session


@pytest.fixture
def connect(session: ClientSession) -> Connect:
    """Return what makes clients, with a session of their own if they need one."""
    usual = session

    def connect(url: str, credential: str | Credential = TOKEN, *, session: ClientSession | None = None) -> NezhaClient:
        if isinstance(credential, str):
            credential = token_credential(credential)
        return NezhaClient(session or usual, URL(url), credential)

    return connect


@pytest.fixture
async def serve_site(socket_enabled: None) -> AsyncIterator[ServeSite]:
    """Return what serves sites until the test ends."""
    servers: list[TestServer] = []

    async def serve(answer: Answer, *, everywhere: bool = False, ssl: SSLContext | None = None) -> Site:
        site = Site(answer, everywhere=everywhere)
        server = TestServer(site.application(), host="127.0.0.1", scheme="https" if ssl else "http")
        await server.start_server(ssl=ssl)
        servers.append(server)
        site.url = str(server.make_url("")).rstrip("/")
        return site

    yield serve
    for server in servers:
        await server.close()
