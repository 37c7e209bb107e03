"""The client: one dashboard, one credential."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import replace
from time import monotonic
from typing import Any

import aiohttp
from yarl import URL

from .credentials import Credential, Guest
from .errors import (
    BlockedError,
    GuestRefusedError,
    NezhaAuthError,
    NezhaError,
    SessionEndedError,
    UnknownPathError,
    WrongKindError,
)
from .generations import Capabilities, Generation, LatencyAnswer, WayIn, detect
from .models import Monitor, Snapshot
from .transport import Answer, Transport

GROUPS_INTERVAL = 300  # seconds; groups change only when somebody edits them


class NezhaClient:
    """Asks one dashboard, of whatever generation it turns out to be.

    A refused credential is never sent again: every later call raises the same NezhaAuthError without a request.
    """

    def __init__(self, session: aiohttp.ClientSession, url: URL, credential: Credential) -> None:
        """Prepare; the first call asks the dashboard. The session has to be made with `session_options`."""
        self._transport = Transport(session, url)
        self._credential = credential
        self._generation: Generation | None = None
        self._has_to_detect = True
        self._detection = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._refusal: NezhaAuthError | None = None
        self._groups = Groups()

    def signed_in(self, credential: Credential) -> NezhaClient:
        """Return a client with another credential, which need not find out again what this one has."""
        client = NezhaClient(self._transport.session, self.url, credential)
        client._generation, client._has_to_detect = self._generation, self._has_to_detect
        return client

    @property
    def url(self) -> URL:
        """Base address of the dashboard."""
        return self._transport.url

    @property
    def is_guest(self) -> bool:
        """Whether it asks without a credential."""
        return isinstance(self._credential, Guest)

    def fingerprint(self, salt: str) -> str:
        """Return what identifies the credential without telling it."""
        return self._credential.fingerprint(salt)

    @property
    def generation(self) -> int | None:
        """Number of the dashboard's generation, `None` before it has answered."""
        return self._generation.number if self._generation else None

    @property
    def capabilities(self) -> Capabilities:
        """What the dashboard can do; nothing before it has answered."""
        return self._generation.capabilities if self._generation else Capabilities()

    @property
    def site_name(self) -> str:
        """What the dashboard calls itself; empty where its API does not say."""
        return self._generation.site_name if self._generation else ""

    @property
    def knows_groups(self) -> bool:
        """Whether the servers' groups are known, which an endpoint of its own may tell."""
        return self._groups.are_known

    async def ways_in(self) -> frozenset[WayIn]:
        """Return how the dashboard lets in; asked as a guest, two requests at the most. Raises NezhaError."""
        await self.detect()
        return await self._generation.ways_in(self) if self._generation else frozenset()

    async def detect(self) -> int:
        """Return the number of the dashboard's generation: at most two requests, without the credential."""
        async with self._detection:
            if self._generation is None or self._has_to_detect:
                self._generation = await detect(self._get_as_guest)
                self._has_to_detect = False
            return self._generation.number

    async def snapshot(self) -> Snapshot:
        """Return all servers: one request (two every five minutes), three at the first time. Raises NezhaError."""
        generation = await self._ready()
        try:
            with self._judging():
                snapshot = await generation.snapshot(self)
                if self._groups.are_old():
                    await self._take_groups(generation)
        except NezhaError:
            self._has_to_detect = True  # after an outage another generation may answer
            raise
        await asyncio.sleep(0)  # reading a thousand servers has taken long enough
        return replace(snapshot, groups=self._groups.by_server)

    async def stream(self) -> AsyncGenerator[Snapshot]:
        """Yield all servers about every two seconds, as long as one connection lasts. Raises NezhaError."""
        generation = await self._ready()
        with self._judging():
            async with aclosing(generation.stream(self)) as snapshots:
                async for snapshot in snapshots:
                    self._raise_refusal()
                    await asyncio.sleep(0)
                    yield replace(snapshot, groups=self._groups.by_server)

    async def monitored(self) -> frozenset[int] | None:
        """Return the ids of the servers that may be asked for latencies, `None` for all. Raises NezhaError."""
        generation = await self._ready()
        with self._judging():
            return await generation.monitored(self)

    async def latencies(self, server_id: int) -> LatencyAnswer:
        """Return the last day's points of every monitor of one server: one request. Raises NezhaError."""
        generation = await self._ready()
        try:
            with self._judging():
                return await generation.latencies(self, server_id)
        except UnknownPathError:
            self._has_to_detect = True
            raise

    async def monitors(self) -> tuple[Monitor, ...]:
        """Return what all servers together say of each monitor: one request. Raises NezhaError."""
        generation = await self._ready()
        with self._judging():
            return await generation.monitors(self)

    def server_page(self, server_id: int, *, monitored: bool) -> str | None:
        """Return the address of the page of a server, `None` where there is none."""
        path = self._generation.server_page(server_id, monitored=monitored) if self._generation else None
        return str(self.url / path) if path else None

    async def get(self, path: str) -> Answer:
        """Return the answer to a GET request with the credential (for the generations)."""
        async with self._in_turn():
            return await self._transport.get(path, await self._headers())

    async def frames[FrameT](self, path: str, read: Callable[[Any, int], FrameT]) -> AsyncGenerator[FrameT]:
        """Yield the messages of one WebSocket connection with the credential (for the generations)."""
        async with self._in_turn():
            stream = await self._transport.connect(path, await self._headers())
        async with aclosing(self._transport.frames(stream, read)) as frames:
            async for frame in frames:
                yield frame

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Use the credential alone, and doubt its session when that is what the dashboard may have blocked us for."""
        async with self._turn:
            try:
                yield
            except BlockedError:
                self._credential.doubt_session()
                raise

    async def _get_as_guest(self, path: str) -> Answer:
        return await self._transport.get(path, {})

    async def _ready(self) -> Generation:
        """Return the generation if its dashboard may be asked with this credential."""
        self._raise_refusal()
        await self.detect()
        generation = self._generation
        if generation is None or generation.number not in self._credential.generations:
            raise WrongKindError("this generation has no such credential")
        return generation

    def _raise_refusal(self) -> None:
        if self._refusal:
            raise self._refusal.with_traceback(None)

    async def _headers(self) -> Mapping[str, str]:
        """Return the headers of the next request; one at a time, so that a refusal stops all that wait for theirs."""
        self._raise_refusal()
        try:
            return await self._credential.headers(self._transport)
        except NezhaAuthError as err:
            self._refusal = err
            raise

    async def _take_groups(self, generation: Generation) -> None:
        """Ask for the groups; where that fails, those known so far stay."""
        self._groups.were_asked_for()
        try:
            self._groups.take(await generation.groups(self))
        except NezhaAuthError:
            raise
        except NezhaError:
            return

    @contextmanager
    def _judging(self) -> Iterator[None]:
        """Turn what generations take for a refusal into what it means."""
        try:
            yield
        except NezhaAuthError as err:
            judged = self._judged(err)
            raise judged from (None if judged is err else err)

    def _judged(self, err: NezhaAuthError) -> NezhaAuthError | SessionEndedError:
        """Return what a refusal means: the end of a session, or the end of asking."""
        if self._refusal is None and self._credential.forget_session():
            return SessionEndedError("the dashboard ended the session")
        self._refusal = self._refusal or (GuestRefusedError(str(err)) if self.is_guest else err)
        return self._refusal


class Groups:
    """The groups of the servers, which an endpoint of its own may tell."""

    def __init__(self) -> None:
        """Begin without any."""
        self.by_server: Mapping[int, tuple[str, ...]] | None = None
        self.are_known = False
        self._asked_at = float("-inf")

    def are_old(self) -> bool:
        """Tell whether it is time to ask for them."""
        return monotonic() - self._asked_at >= GROUPS_INTERVAL

    def were_asked_for(self) -> None:
        """Wait before they are asked for again, whatever comes of it."""
        self._asked_at = monotonic()

    def take(self, by_server: Mapping[int, tuple[str, ...]] | None) -> None:
        """Keep the answer; `None` where each server tells its own."""
        self.by_server = by_server
        self.are_known = True
