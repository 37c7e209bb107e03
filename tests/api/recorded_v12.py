"""Dashboards of generations 1 and 2 that say again what real ones said, and remember what they were asked."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
import json
from pathlib import Path
import socket
from typing import Any, Self, override
from unittest.mock import patch

from aiohttp import ClientSession, ClientWSTimeout, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import BaseTestServer, TestServer
from yarl import URL

from custom_components.nezha.api import (
    Credential,
    Guest,
    Login,
    NezhaClient,
    PersonalAccessToken,
    Snapshot,
    session_options,
)
from simulator.go_json import encode

from .recorded import FOLDER, Exchange, exchanges
from .site import HTML, JSON, Answer

KEPT = {"content-type", "date", "location", "set-cookie", "www-authenticate"}
"""Headers that a client may look at."""

TRANSPORT = "custom_components.nezha.api.transport"
API = "/api/v1/"
LOGIN, PROFILE, SETTING = f"{API}login", f"{API}profile", f"{API}setting"
SERVER, GROUPS, STREAM = f"{API}server", f"{API}server-group", f"{API}ws/server"
SERVICE, MONITORED = f"{API}service", f"{API}service/server"

PAT = "nzp_0123456789abcdefghijklmnopqrstuv"
USERNAME, PASSWORD = "somebody", "correct horse battery staple"
SESSION = "eyJhbGciOiJIUzI1NiJ9.eyJsYWIiOjF9.c2lnbmF0dXJl"
"""What the recorded logins give."""


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What came over a WebSocket, then silence or the end; or the HTTP status of an answer instead.

    It may also be `broken` off or hang before the handshake is answered.
    """

    messages: Sequence[Any] = ()
    refused: int = 0
    content_type: str = JSON
    """Of the answer that refuses; dashboards answer in JSON, their blocks and proxies do not."""
    ended: bool = False
    broken: bool = False
    hangs: bool = False

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what a file recorded."""
        _, *events = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        return cls(
            messages=[event["json"] for event in events if event["type"] == "text"],
            refused=next((event["status"] for event in events if event["type"] == "refused"), 0),
            ended=any(event["type"] == "CLOSED" for event in events),
        )


EXCHANGES = exchanges("v1") | exchanges("v2")
CONNECTIONS = {
    f"{path.parent.name}/{path.stem}": Connection.read(path)
    for generation in ("v1", "v2")
    for path in FOLDER.glob(f"{generation}/*/*.jsonl")
}


BLOCKED = replace(CONNECTIONS["v2.3.7-waf/ws_blocked"], content_type=HTML)


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    method: str
    host: str
    path: str
    authorization: str
    cookie: str
    content: str


class Here(AbstractResolver):
    """Finds every host on this machine: cookies are only ever kept for names."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = ResolveResult(
            hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST
        )
        return [address]

    @override
    async def close(self) -> None:
        pass


class Replayed:
    """A dashboard that answers as one of some version did, by the kind of credential that comes.

    `taken_for` is what it takes every credential for, in the words of the recordings: `jwt`, `expired`, `pat`.
    """

    def __init__(self, folder: str, taken_for: str) -> None:
        """Answer like the recordings in a folder."""
        self.taken_for = taken_for
        self.asked: list[Asked] = []
        self.gone = asyncio.Event()
        """Set as soon as a client has let go of a stream."""
        self.url = ""
        self.folder = folder
        self.pace = 0.0
        """Seconds between two messages."""
        self._connections: list[Connection] = []
        self._instead: dict[str, Answer] = {}
        self._session: ClientSession | None = None
        self._server: BaseTestServer | None = None

    def says(self, path: str, answer: Answer) -> None:
        """Answer this at a path from now on."""
        self._instead[path] = answer

    def repeats(self, *names: str) -> None:
        """Answer from now on as it was recorded under these names, each at its path."""
        for name in names:
            exchange = EXCHANGES[f"{self.folder}/{name}"]
            self.says(exchange.path, again(exchange))

    def forgets(self) -> None:
        """Answer as at first."""
        self._instead.clear()

    def streams(self, *connections: Connection) -> None:
        """Give these connections one after the other, the last one again and again."""
        self._connections = list(connections)

    def client(self, credential: Credential | None = None) -> NezhaClient:
        """Return a client with this credential or the one that the dashboard knows."""
        assert self._session
        return NezhaClient(self._session, URL(self.url), credential or self._usual())

    async def snapshots(self, *connections: Connection) -> list[Snapshot]:
        """Return what a client reads from these connections, one after the other, each of which ends."""
        client, snapshots = self.client(), []
        for connection in connections:
            self.streams(replace(connection, ended=True))
            snapshots += [snapshot async for snapshot in client.stream()]
        return snapshots

    async def stops(self) -> None:
        """Listen no longer."""
        assert self._server
        await self._server.close()

    def _usual(self) -> Credential:
        if self.taken_for.startswith("pat"):
            return PersonalAccessToken(PAT)
        return Guest() if self.taken_for == "none" else Login(USERNAME, PASSWORD)

    def paths(self) -> list[str]:
        """Return the paths that were asked for, and forget them."""
        paths = [asked.path for asked in self.asked]
        self.asked.clear()
        return paths

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return [asked.path for asked in self.asked].count(path)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[Self]:
        """Serve it, with a session for its clients."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._serve)
        application.on_response_prepare.append(_without_empty_date)
        async with TestServer(application, host="127.0.0.1") as server:
            self._server = server
            self.url = f"http://nezha.example.com:{server.port}"
            async with ClientSession(connector=TCPConnector(resolver=Here()), **session_options()) as self._session:
                yield self

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        headers = request.headers
        credential = self.taken_for if "Authorization" in headers else "none"
        self.asked.append(
            Asked(
                request.method,
                headers.get("Host", ""),
                request.path_qs,
                headers.get("Authorization", ""),
                headers.get("Cookie", ""),
                await request.text(),
            )
        )
        if "Upgrade" in headers and STREAM not in self._instead:
            return await self._play(request, credential)
        response = self._response(request, credential)
        response.headers.setdefault("Date", "")
        return response

    def _response(self, request: web.Request, credential: str) -> web.Response:
        if request.path_qs in self._instead:
            return self._instead[request.path_qs]()
        for exchange in EXCHANGES.values():
            if (exchange.folder, exchange.method, exchange.path) == (
                self.folder,
                request.method,
                request.path_qs,
            ) and _was_asked_with(credential, exchange):
                return again(exchange)()
        return web.json_response({"error": "404 Not Found"}, status=404)

    async def _play(self, request: web.Request, credential: str) -> web.StreamResponse:
        """Send messages, a text or bytes as they are; like a real dashboard it never reads."""
        connection = self._connection(credential)
        if connection.hangs:
            await asyncio.Event().wait()
        if connection.broken and request.transport:
            request.transport.close()
        if connection.refused or connection.broken:
            headers = {"Content-Type": connection.content_type}
            return web.Response(status=connection.refused or 500, headers=headers)
        stream = web.WebSocketResponse()
        await stream.prepare(request)
        try:
            for message in connection.messages:
                if isinstance(message, bytes):
                    await stream.send_bytes(message)
                else:
                    await stream.send_str(message if isinstance(message, str) else encode(message).decode())
                await asyncio.sleep(self.pace)
            if connection.ended and request.transport:
                request.transport.close()
            await asyncio.Event().wait()
        finally:
            self.gone.set()
        return stream

    def _connection(self, credential: str) -> Connection:
        if len(self._connections) > 1:
            return self._connections.pop(0)
        return self._connections[0] if self._connections else CONNECTIONS[f"{self.folder}/ws_{credential}"]


def _was_asked_with(credential: str, exchange: Exchange) -> bool:
    """Tell whether an answer was recorded at rest, not within a story, for this credential."""
    if exchange.path == LOGIN:
        return exchange.name == "login"
    at_rest = exchange.name.endswith(f"_{credential}") or " " in credential
    return exchange.credential == credential and at_rest


async def _without_empty_date(_: web.Request, response: web.StreamResponse) -> None:
    """Send no Date header, which would be added, where an answer was recorded without."""
    if response.headers.get("Date") == "":
        del response.headers["Date"]


def again(exchange: Exchange) -> Answer:
    """Say again what a real dashboard said."""
    body = exchange.body.encode() if isinstance(exchange.body, str) else encode(exchange.body)
    headers = {name: value for name, value in exchange.headers.items() if name in KEPT}
    return lambda: web.Response(body=body, status=exchange.status, headers=headers)


@asynccontextmanager
async def replayed(folder: str, taken_for: str) -> AsyncIterator[Replayed]:
    """Serve what was recorded of a version for one kind of credential; nobody waits long for the end of a stream."""
    with patch(f"{TRANSPORT}.SILENCE", ClientWSTimeout(ws_receive=10, ws_close=0.01)):
        async with Replayed(folder, taken_for).served() as dashboard:
            yield dashboard


class Clock:
    """Time that passes at once."""

    def __init__(self) -> None:
        """Start somewhere."""
        self._now = 1000.0

    def __call__(self) -> float:
        """Return the seconds since some moment."""
        return self._now

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


@contextmanager
def moved_clock() -> Iterator[Clock]:
    """Return the clock by which clients count how old a session and the groups are."""
    clock = Clock()
    with (
        patch("custom_components.nezha.api.credentials.monotonic", clock),
        patch("custom_components.nezha.api.client.monotonic", clock),
    ):
        yield clock
