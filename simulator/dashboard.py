"""A dashboard: a world, the routes of its generation, and faults in between."""

from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
import re
from typing import Final, Unpack

from aiohttp import HttpVersion11, web

from simulator.accounts import TOKEN_PREFIX, Accounts
from simulator.control import Control
from simulator.fault_answers import FaultAnswers, Routes
from simulator.faults import Faults
from simulator.interior import Interior
from simulator.lock import ServerLock
from simulator.received import ReceivedRequest, RequestLog, new_request_log
from simulator.routes_v0 import RoutesV0
from simulator.routes_v1 import RoutesV1
from simulator.routes_v2 import READING, RoutesV2
from simulator.servers import ADMINISTRATOR
from simulator.settings import Options, Settings, made_up_token
from simulator.streams import Streams
from simulator.waf import Waf
from simulator.world import World

GENERATIONS: Final[dict[str, type[RoutesV0 | RoutesV1]]] = {"v0": RoutesV0, "v1": RoutesV1, "v2": RoutesV2}
"""How each generation answers."""
_BUFFERED: Final = 2048
"""Bytes that Go's HTTP server holds back to count them; longer bodies it sends in chunks."""


class Dashboard:
    """A dashboard that can be watched, led astray and served."""

    def __init__(
        self,
        world: World | None = None,
        *,
        generation: str = "v0",
        version: str | None = None,
        token: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        """Put a dashboard before a world.

        Args:
            world: What it watches; eight servers when left out.
            generation: Which generation's wire it speaks.
            version: Of the dashboard, `0.16.16`; the newest of its generation when left out.
            token: The API token, or a personal access token; made up from the world's seed when left out.
            options: Further settings.

        Raises:
            ValueError: The version is none of the generation, or it knows no tokens and one is given.

        """
        routes = GENERATIONS[generation]
        self.world: Final = world or World()
        self.settings: Final = Settings(version=version or routes.newest, token="", **options)
        numbers = tuple(int(part) for part in re.findall(r"\d+", self.settings.version))
        self._has_users: Final = generation != "v0"
        self._has_roles: Final = numbers >= (1, 4)
        self.accounts: Final = Accounts(
            self.settings,
            self.world.clock,
            self.world.seed,
            has_roles=self._has_roles,
            has_sessions=numbers >= (2, 0, 14),
        )
        self.waf: Final = Waf(self.world.clock)
        self.streams: Final = Streams(self.settings)
        self.lock: Final = ServerLock(self.world)
        self.requests: Final[RequestLog] = new_request_log()
        self.faults: Final = Faults()
        interior = Interior(self.world, self.settings, self.accounts, self.waf, self.streams, self.lock)
        self._routes: Final[Routes] = routes(interior)
        self._scopes: Final = READING if numbers >= (2, 1, 2) else READING[1:]
        self._has_scopes: Final = numbers >= (2, 1)
        if self._has_scopes or generation == "v0":
            prefix = TOKEN_PREFIX if self._has_scopes else ""
            self.replace_token(token or prefix + made_up_token(self.world.seed))
        elif token:
            raise ValueError(f"dashboards of version {self.settings.version} know no tokens")

    @property
    def token(self) -> str:
        """Return the API token, or the first personal access token; empty when there is none."""
        return self.settings.token

    @property
    def strikes(self) -> dict[str, int]:
        """Return how many strikes count against each client's address; without a firewall they do no harm."""
        return self.waf.strikes()

    def revoke_token(self, token: str | None = None) -> None:
        """Know a token no more, the first one if none is given; its streams end without a close frame."""
        revoked = self.settings.token if token is None else token
        self.accounts.tokens.pop(revoked, None)
        self.streams.end(token=revoked)
        if revoked == self.settings.token:
            self.settings.token = ""

    def replace_token(self, token: str) -> None:
        """Have another token from now on."""
        self.revoke_token()
        self.settings.token = token
        if self._has_scopes:
            self.accounts.add_token(token, self._scopes)

    def add_token(
        self, *scopes: str, server_ids: Iterable[int] = (), days: float | None = None, user_id: int = ADMINISTRATOR
    ) -> str:
        """Make a further personal access token, with the scopes that reading needs if none are given."""
        number = len(self.accounts.tokens) + 2
        value = TOKEN_PREFIX + made_up_token(self.world.seed, number)
        self.accounts.add_token(value, scopes or self._scopes, owner=user_id, server_ids=server_ids, days=days)
        return value

    def add_member(
        self, username: str, password: str, *, server_ids: Iterable[int] = (), monitor_ids: Iterable[int] = ()
    ) -> int:
        """Make a user who administers nothing but has some servers and monitors, and return their id.

        Before 1.4.0 all users are equal and nothing belongs to anybody.

        Raises:
            ValueError: Somebody has this name, or it is a dashboard of generation 0.

        """
        if not self._has_users:
            raise ValueError(f"dashboards of version {self.settings.version} know no users")
        member = self.accounts.add_member(username, password).id
        if self._has_roles:
            for server_id in server_ids:
                self.world.edit(server_id, owner=member)
            for monitor_id in monitor_ids:
                self.world.edit_monitor(monitor_id, owner=member)
        return member

    def log_in(self, address: str = "", *, user_id: int = ADMINISTRATOR) -> str:
        """Return the token (JWT) of a user's new session, as a login from an address brings it."""
        return self.accounts.log_in(user_id, address).token

    def expire_sessions(self) -> None:
        """Let every session token so far be too old."""
        self.accounts.expire_sessions()

    def end_sessions(self) -> None:
        """Revoke every session so far."""
        self.accounts.end_sessions()

    def delete_user(self) -> None:
        """Let the administrator be gone, and their sessions and tokens belong to nobody."""
        self.accounts.delete_user()

    def send_frame(self) -> None:
        """Send a frame to every stream now."""
        self.streams.send_frame()

    def send_text(self, text: str) -> None:
        """Send any text to every stream now."""
        self.streams.send_text(text)

    def end_streams(self) -> None:
        """Close every stream's connection without a close frame."""
        self.streams.end()

    def restart(self, *, seconds: float = 5.0) -> None:
        """Forget what agents told, and end all streams; within these seconds all agents are back."""
        self.world.restart_dashboard(seconds=seconds)
        self.lock.renew()
        self.streams.end()

    def silence(self, *, on: bool = True) -> None:
        """Have streams stay open and send nothing, or send again."""
        self.streams.silent = on

    def change(self, **options: Unpack[Options]) -> None:
        """Change settings.

        Raises:
            TypeError: There is no such setting.

        """
        if unknown := options.keys() - Options.__annotations__.keys():
            raise TypeError(f"there is no setting {', '.join(sorted(unknown))}")
        for name, value in options.items():
            setattr(self.settings, name, value)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Return what the control can have done, by name."""
        return {
            "add_member": self.add_member,
            "add_token": lambda scopes=(), **limits: self.add_token(*scopes, **limits),
            "delete_user": self.delete_user,
            "end_sessions": self.end_sessions,
            "end_streams": self.end_streams,
            "expire_sessions": self.expire_sessions,
            "log_in": self.log_in,
            "replace_token": self.replace_token,
            "restart_dashboard": self.restart,
            "revoke_token": self.revoke_token,
            "send_frame": self.send_frame,
            "send_text": self.send_text,
            "set": self.change,
            "silence": self.silence,
        }

    def application(self) -> web.Application:
        """Return what serves the dashboard and, below `/__simulator`, its control; one for each event loop."""
        answers = FaultAnswers(self._routes)

        async def serve(request: web.Request) -> web.StreamResponse:
            self.requests.append(ReceivedRequest.of(request))
            if self.lock.frozen:
                return await answers.hang(request)
            fault = self.faults.take(request.path)
            if fault is None:
                return _framed(request, await self._routes.answer(request))
            return await answers.answer(fault, request)

        async def close(_: web.Application) -> None:
            answers.close()
            self.streams.end()

        application = web.Application()
        application.add_routes(Control(self).routes())
        application.router.add_route("*", "/{path:.*}", serve)
        application.on_response_prepare.append(self._dress)
        application.on_shutdown.append(close)
        return application

    async def _dress(self, _: web.Request, response: web.StreamResponse) -> None:
        """Give an answer the headers that a dashboard's has: its own date or a proxy's, and no name of our server."""
        response.headers["Date"] = formatdate(self.world.clock.dashboard_now() + self.settings.proxy_skew, usegmt=True)
        response.headers.popall("Server", None)


def _framed(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if not isinstance(response, web.Response):
        return response
    long = isinstance(response.body, bytes) and len(response.body) > _BUFFERED
    if long and request.version >= HttpVersion11:
        response.enable_chunked_encoding()
    return response
