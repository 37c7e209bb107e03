"""The client: one dashboard, one credential."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from time import monotonic
from typing import Any

import aiohttp
from yarl import URL

from .credentials import Credential, Guest
from .errors import (
    GuestRefusedError,
    MissingScopeError,
    NezhaAuthError,
    NotNezhaError,
    SessionEndedError,
    WrongKindError,
)
from .generations import Capabilities, Generation, LatencyAnswer, detect
from .models import Monitor, Server, Snapshot
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
        self._lock = asyncio.Lock()
        self._refusal: NezhaAuthError | None = None
        self._inventory = Inventory()

    @property
    def url(self) -> URL:
        """Base address of the dashboard."""
        return self._transport.url

    @property
    def is_guest(self) -> bool:
        """Whether it asks without a credential."""
        return isinstance(self._credential, Guest)

    @property
    def generation(self) -> int | None:
        """Number of the dashboard's generation, `None` before it has answered."""
        return self._generation.number if self._generation else None

    @property
    def capabilities(self) -> Capabilities:
        """What the dashboard can do; nothing before it has answered."""
        return self._generation.capabilities if self._generation else Capabilities()

    async def detect(self) -> int:
        """Return the number of the dashboard's generation: at most two requests, without the credential."""
        async with self._lock:
            if self._generation is None:
                self._generation = await detect(self._get_as_guest)
            return self._generation.number

    async def snapshot(self) -> Snapshot:
        """Return all servers: one request (two every five minutes), three at the first time. Raises NezhaError."""
        generation = await self._ready()
        try:
            snapshot = await generation.snapshot(self)
            if self._inventory.groups_are_old():
                self._inventory.take_groups(await self._groups(generation))
        except NezhaAuthError as err:
            raise self._judged(err) from err
        except NotNezhaError:
            self._generation = None  # another generation may have taken its place
            raise
        self._inventory.take(snapshot)
        return self._inventory.completed(snapshot)

    async def stream(self) -> AsyncIterator[Snapshot]:
        """Yield all servers about every two seconds, as long as one connection lasts. Raises NezhaError."""
        generation = await self._ready()
        try:
            async for snapshot in generation.stream(self):
                yield self._inventory.completed(snapshot)
        except NezhaAuthError as err:
            raise self._judged(err) from err

    async def monitored(self) -> frozenset[int] | None:
        """Return the ids of the servers that may be asked for latencies, `None` for all. Raises NezhaError."""
        return await (await self._ready()).monitored(self)

    async def latencies(self, server_id: int) -> LatencyAnswer:
        """Return the last day's points of every monitor of one server: one request. Raises NezhaError."""
        return await (await self._ready()).latencies(self, server_id)

    async def monitors(self) -> tuple[Monitor, ...]:
        """Return what all servers together say of each monitor: one request. Raises NezhaError."""
        return await (await self._ready()).monitors(self)

    def server_page(self, server_id: int) -> str | None:
        """Return the address of the page of a server with monitors, `None` before the dashboard has answered."""
        return str(self.url / self._generation.server_page(server_id)) if self._generation else None

    async def get(self, path: str) -> Answer:
        """Return the answer to a GET request with the credential (for the generations)."""
        return await self._transport.get(path, await self._headers())

    async def frames(self, path: str) -> AsyncIterator[tuple[Any, int]]:
        """Yield the messages of one WebSocket connection with the credential (for the generations)."""
        async for frame in self._transport.frames(path, await self._headers()):
            yield frame

    async def _get_as_guest(self, path: str) -> Answer:
        return await self._transport.get(path, {})

    async def _ready(self) -> Generation:
        """Return the generation if its dashboard may be asked with this credential."""
        if self._refusal:
            raise self._refusal
        await self.detect()
        generation = self._generation
        if generation is None or generation.number not in self._credential.generations:
            raise WrongKindError("this generation has no such credential")
        return generation

    async def _headers(self) -> Mapping[str, str]:
        try:
            return await self._credential.headers(self._transport)
        except NezhaAuthError as err:
            self._refusal = err
            raise

    async def _groups(self, generation: Generation) -> Mapping[int, tuple[str, ...]] | None:
        """Return the groups, `None` where there are none to be had."""
        try:
            return await generation.groups(self)
        except MissingScopeError:
            return None

    def _judged(self, err: NezhaAuthError) -> NezhaAuthError | SessionEndedError:
        """Return what a refusal means: the end of a session, or the end of asking."""
        if self._refusal is None and self._credential.forget_session():
            return SessionEndedError("the dashboard ended the session")
        self._refusal = self._refusal or (GuestRefusedError(str(err)) if self.is_guest else err)
        return self._refusal


class Inventory:
    """What only some answers tell of the servers, to complete the others."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._groups: Mapping[int, tuple[str, ...]] | None = None
        self._groups_at = float("-inf")
        self._servers: Mapping[int, Server] = {}

    def groups_are_old(self) -> bool:
        """Tell whether it is time to ask for the groups."""
        return monotonic() - self._groups_at >= GROUPS_INTERVAL

    def take_groups(self, groups: Mapping[int, tuple[str, ...]] | None) -> None:
        """Keep the groups of the servers; `None` where each server tells its own."""
        self._groups = groups
        self._groups_at = monotonic()

    def take(self, snapshot: Snapshot) -> None:
        """Keep what messages of a stream lack."""
        self._servers = snapshot.servers

    def completed(self, snapshot: Snapshot) -> Snapshot:
        """Return a snapshot with all that is known of its servers."""
        return replace(
            snapshot, servers={number: self._completed(server) for number, server in snapshot.servers.items()}
        )

    def _completed(self, server: Server) -> Server:
        known = self._servers.get(server.id, server)
        return replace(
            server,
            groups=server.groups if self._groups is None else self._groups.get(server.id, ()),
            uuid=server.uuid or known.uuid,
            ipv4=server.ipv4 or known.ipv4,
            ipv6=server.ipv6 or known.ipv6,
            hide_for_guest=server.hide_for_guest or known.hide_for_guest,
        )
