"""How a generation 1 dashboard answers a request: written from recorded answers of 1.4.0 and 1.14.14."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import json
import re
from typing import Any, Final

from aiohttp import web

from simulator.accounts import Login, User, Viewer
from simulator.answers import failure, success, timestamp
from simulator.door import Access, Door
from simulator.go_json import encode
from simulator.interior import Interior
from simulator.pages import moved, page
from simulator.servers import Returns, Server
from simulator.versions import Version, parse_version, version_text
from simulator.waf import Reason
from simulator.wire_v1 import WireV1

INVENTORY: Final = "nezha:inventory:read"
SERVICE: Final = "nezha:service:read"
LEAKS_UP_TO: Final = (1, 5, 4)
"""The last version that freezes after it has refused the latencies of a server."""
_FORMS: Final = {"application/x-www-form-urlencoded", "multipart/form-data"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A request by someone who was let in."""

    request: web.Request
    viewer: Viewer
    number: int
    """The id in the path, 0 if there is none."""

    @property
    def user(self) -> User:
        """Who asks where guests are not let in."""
        assert self.viewer.user is not None  # noqa: S101  # the door let nobody else in
        return self.viewer.user


type Answer = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint."""

    path: str
    """Below /api/v1; `{id}` stands for a number."""
    answer: Answer
    access: Access
    scope: str = ""
    """What a token must allow; without one the endpoint is closed to tokens."""
    method: str = "GET"

    def match(self, path: str) -> re.Match[str] | None:
        """Return how a path fits, None if it does not."""
        return re.fullmatch("/api/v1" + self.path.replace("{id}", "([^/]+)"), path)


class RoutesV1:
    """Answers like a dashboard between 1.0.0 and 1.14.14."""

    oldest: Version = (1, 0, 0)
    newest_known: Version = (1, 14, 14)
    newest = version_text(newest_known)
    agent = "1.15.0"

    def __init__(self, interior: Interior) -> None:
        """Answer for a world.

        Raises:
            ValueError: The version in the settings is of another generation.

        """
        self.interior: Final = interior
        self.version: Final = parse_version(interior.settings.version, self.oldest, self.newest_known)
        self.door: Final = Door(interior, self.version, interior.settings.site_name)
        self.wire: WireV1 = WireV1(interior.world, interior.settings, interior.accounts, self.version)
        self.calls = 0
        interior.world.equip(self.agent, Returns.AT_ONCE if self.version < (2, 2, 11) else Returns.AFTER_RESTART)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Return what the dashboard answers."""
        self.calls += 1
        if refusal := self.door.refuse(request):
            return refusal
        for route in self.routes():
            if route.method == request.method and (match := route.match(request.path)):
                return await self._answer(request, route, match)
        shorter = request.path.removesuffix("/")
        if shorter != request.path and any(route.match(shorter) for route in self.routes()):
            return moved(301, "Moved Permanently", str(request.rel_url.with_path(shorter, keep_query=True)))
        return self._unknown(request)

    def refusal(self) -> web.Response:
        """Return the answer to a credential that is wrong or missing."""
        return self.door.unauthorized()

    def routes(self) -> list[Route]:
        """Return the endpoints that a client may want to read."""
        listed = [Route("/service/list", self._service_list, Access.STRICT, SERVICE)]
        return [
            Route("/setting", self._setting, Access.OPEN),
            Route("/login", self._login, Access.ANYONE, method="POST"),
            Route("/refresh-token", self.refresh, Access.STRICT),
            Route("/profile", self._profile, Access.STRICT),
            Route("/server", self._servers, Access.STRICT, INVENTORY),
            Route("/server-group", self._groups, Access.OPTIONAL, INVENTORY),
            Route("/ws/server", self._stream, Access.OPTIONAL, INVENTORY),
            Route("/service", self._summary, Access.OPTIONAL, SERVICE),
            Route("/service/server", self._service_servers, Access.OPTIONAL, SERVICE),
            *(listed if self.version >= (1, 0, 22) else []),
            *self.latency_routes(),
        ]

    def latency_routes(self) -> list[Route]:
        """Return the endpoints of latency."""
        return [Route("/service/{id}", self._latency, Access.OPTIONAL)]

    async def refresh(self, visit: Visit) -> web.StreamResponse:
        """Answer with a new session token."""
        return self.logged_in(self._new_login(visit.request, visit.user))

    def logged_in(self, login: Login) -> web.Response:
        """Return the answer that brings a session token, also as a cookie."""
        response = success({"token": login.token, "expire": timestamp(login.expires)})
        same_site = "; SameSite=Lax" if self.version >= (2, 0, 10) else ""
        response.headers.add("Set-Cookie", f"nz-jwt={login.token}; Path=/; Max-Age=3600{same_site}")
        return response

    def shown(self, visit: Visit) -> Server | web.Response:
        """Return the server that a path names, or the error that says that it is none or not to be seen."""
        server = self.interior.world.server(visit.number)
        if server is None:
            return failure("server not found")
        return server if self.wire.permissions.opens_server(visit.viewer, server) else failure("unauthorized")

    def dress(self, request: web.Request, route: Route, response: web.StreamResponse, *, known: bool) -> None:
        """Add what later versions add to an answer to someone known."""

    async def _answer(self, request: web.Request, route: Route, match: re.Match[str]) -> web.StreamResponse:
        viewer = self.door.admit(request, route.access, route.scope)
        if isinstance(viewer, web.Response):
            self.dress(request, route, viewer, known=viewer.status == 403)  # noqa: PLR2004  # a token, in want of a scope
            return viewer
        given = match[1] if match.groups() else "0"
        if not (given.isascii() and given.isdigit()):
            return failure(f'strconv.ParseUint: parsing "{given}": invalid syntax')
        response = await route.answer(Visit(request, viewer, int(given)))
        if not response.prepared:
            self.dress(request, route, response, known=viewer.user is not None)
        return response

    async def _setting(self, visit: Visit) -> web.StreamResponse:
        return success(self.wire.setting(visit.viewer))

    async def _login(self, visit: Visit) -> web.StreamResponse:
        """Answer a login: whatever can be read and is wrong counts as an attack, an empty name too."""
        given = await _credentials(visit.request)
        if given is None:
            return self.door.unauthorized()
        username, password = given
        user = self.interior.accounts.named(username)
        if user and user.password == password:
            self.door.forgive(visit.request, Reason.UNKNOWN_USER, username)
            return self.logged_in(self._new_login(visit.request, user))
        self.door.strike(visit.request, username if user else Reason.UNKNOWN_USER)
        return self.door.unauthorized()

    def _new_login(self, request: web.Request, user: User) -> Login:
        return self.interior.accounts.log_in(user.id, self.door.bound_address(request))

    async def _profile(self, visit: Visit) -> web.StreamResponse:
        return success(self.wire.profile(visit.user))

    async def _servers(self, visit: Visit) -> web.StreamResponse:
        return success(self.wire.servers(visit.viewer, visit.request.query.get("id", "")))

    async def _groups(self, visit: Visit) -> web.StreamResponse:
        return success(self.wire.groups(visit.viewer))

    async def _stream(self, visit: Visit) -> web.StreamResponse:
        streams = self.interior.streams

        def frame(first: bool) -> bytes:  # noqa: FBT001  # what a stream says of its frame
            return encode(self.wire.frame(visit.viewer, viewers=len(streams), first=first))

        return await streams.serve(visit.request, visit.viewer, frame)

    async def _summary(self, visit: Visit) -> web.StreamResponse:
        return success(self.wire.summary(visit.viewer))

    async def _service_servers(self, visit: Visit) -> web.StreamResponse:
        if self.version < (2,) and self.interior.world.lost_history():
            return failure("server not found")
        return success(self.wire.service_servers(visit.viewer, self.calls))

    async def _service_list(self, visit: Visit) -> web.StreamResponse:
        return success(self.wire.service_list(visit.viewer))

    async def _latency(self, visit: Visit) -> web.StreamResponse:
        server = self.shown(visit)
        if isinstance(server, Server):
            return success(self.wire.latency(server))
        if self.version <= LEAKS_UP_TO:
            self.interior.lock.leak()
        return server

    def _unknown(self, request: web.Request) -> web.Response:
        """Answer where nothing is: JSON below /api, else the page that is every page of this generation."""
        status = 200 if self.version < (1, 5) else 404
        if request.path.startswith("/api/"):
            return failure("404 Not Found", status=status)
        return page("Nezha", status=200 if request.path == "/" else status)


async def _credentials(request: web.Request) -> tuple[str, str] | None:
    """Return the user name and password that a login brought, None if it cannot be read at all."""
    if request.content_type in _FORMS:
        return "", ""
    try:
        given: Any = json.loads(await request.read())
        return str(given.get("username", "")), str(given.get("password", ""))
    except AttributeError, ValueError:
        return None
