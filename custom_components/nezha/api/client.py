"""The client: one dashboard, one credential."""

import asyncio

import aiohttp
from yarl import URL

from .credentials import Credential
from .errors import NezhaAuthError, NotNezhaError
from .generations import Capabilities, Generation, LatencyAnswer, detect
from .models import Snapshot
from .transport import Answer, Transport


class NezhaClient:
    """Asks one dashboard, of whatever generation it turns out to be.

    A refused credential is never sent again: every later call raises the same NezhaAuthError without a request.
    """

    def __init__(self, session: aiohttp.ClientSession, url: URL, credential: Credential) -> None:
        """Prepare; the first call asks the dashboard. The session should store no cookies."""
        self._transport = Transport(session, url)
        self._credential = credential
        self._generation: Generation | None = None
        self._lock = asyncio.Lock()
        self._refusal: NezhaAuthError | None = None

    @property
    def url(self) -> URL:
        """Base address of the dashboard."""
        return self._transport.url

    @property
    def generation(self) -> int | None:
        """Number of the dashboard's generation, `None` before it has answered."""
        return self._generation.number if self._generation else None

    @property
    def capabilities(self) -> Capabilities | None:
        """What the dashboard can do, `None` before it has answered."""
        return self._generation.capabilities if self._generation else None

    async def snapshot(self) -> Snapshot:
        """Return all servers: one request, three at the first time. Raises NezhaError."""
        generation = await self._detected()
        try:
            return await generation.snapshot(self._ask)
        except NezhaAuthError as err:
            self._refusal = err
            raise
        except NotNezhaError:
            self._generation = None  # another generation may have taken its place
            raise

    async def latencies(self, server_id: int) -> LatencyAnswer:
        """Return the last day's points of every monitor of one server: one request. Raises NezhaError."""
        generation = await self._detected()
        return await generation.latencies(self._ask, server_id)

    def server_page(self, server_id: int) -> str | None:
        """Return the address of the page of a server with monitors, `None` before the dashboard has answered."""
        return str(self.url / self._generation.server_page(server_id)) if self._generation else None

    async def _detected(self) -> Generation:
        async with self._lock:
            if self._refusal:
                raise self._refusal
            if self._generation is None:
                self._generation = await detect(self._ask_as_guest)
            return self._generation

    async def _ask(self, path: str) -> Answer:
        return await self._transport.get(path, await self._credential.headers())

    async def _ask_as_guest(self, path: str) -> Answer:
        return await self._transport.get(path, {})
