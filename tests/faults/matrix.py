"""The matrix: what can go wrong, where, and what a user sees of it. Each row is a test at each endpoint.

A fault is told by the key of an error: the form shows its text at set-up, and a diagnostics file names it. What a user
sees of it when the dashboard is set up depends on what the endpoint is asked for; `Sees` says that.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any, Unpack

from custom_components.nezha.api import NezhaClient
from simulator.faults import FaultKind, FaultOptions


class Asked(Enum):
    """Why an endpoint is asked."""

    DETECTION = auto()
    """Who answers at all? Asked without a credential."""
    VALUES = auto()
    """What is there to show?"""
    SESSION = auto()
    """May the user in?"""
    STREAM = auto()
    """The handshake of a WebSocket."""


class Sees(Enum):
    """What the user of a dashboard that is set up sees of a fault that lasts."""

    OUTAGE = auto()
    """For a minute and a half nothing; then everything unavailable, one line in the log, and the repair of the row."""
    LACK = auto()
    """For a minute and a half nothing; then the values of this endpoint lack, and no others."""
    NOTHING = auto()
    """Nothing: what was known is kept, or polls tell the same."""


@dataclass(frozen=True)
class Fault:
    """A row: a fault of an answer, and the key of the error by which each kind of endpoint tells it.

    An empty key says that this kind of endpoint does not notice.
    """

    name: str
    kind: FaultKind
    values: str
    detection: str
    session: str
    stream: str = "stream_refused"
    options: FaultOptions = field(default_factory=FaultOptions)
    repair: str | None = None

    def key(self, asked: Asked) -> str:
        """Return the key of the error at an endpoint that is asked for this, empty where there is none."""
        return str(getattr(self, asked.name.lower()))

    def __str__(self) -> str:
        """Name the test."""
        return self.name


NOT_BEFORE = 3600.0
"""Seconds that nobody waits."""
ELSEWHERE = "https://nezha.example.net"
"""Where redirects lead, if not to the dashboard itself."""


def everywhere(name: str, kind: FaultKind, key: str) -> Fault:
    """Return a row that is told by the same error at every endpoint."""
    return Fault(name, kind, key, key, key, key)


def told_as(name: str, kind: FaultKind, key: str, stream: str, **options: Unpack[FaultOptions]) -> Fault:
    """Return a row that is told by the same error everywhere but at a stream."""
    return Fault(name, kind, key, key, key, stream, options=options)


def answered(
    name: str, kind: FaultKind, key: str, *, repair: str | None = None, **options: Unpack[FaultOptions]
) -> Fault:
    """Return a row of an answer that is no stream, told by the same error everywhere else."""
    return Fault(name, kind, key, key, key, options=options, repair=repair)


SHAPES: list[Any] = [[], "text", {"code": 7, "result": {"id": 1}, "success": 1, "data": [[]]}]
FAULTS = (
    # The connection
    everywhere("reset", FaultKind.RESET, "cannot_connect"),
    everywhere("closed without an answer", FaultKind.DROP, "cannot_connect"),
    told_as("nothing in time", FaultKind.SLOW, "timeout", "timeout", seconds=NOT_BEFORE),
    told_as("a byte a second", FaultKind.TRICKLE, "timeout", "", seconds=1),
    # What stands in front
    answered("200 with a web page", FaultKind.WEB_PAGE, "not_nezha"),
    told_as("403 with a web page", FaultKind.FORBIDDEN, "not_nezha", "blocked"),
    answered("404 with a web page", FaultKind.NOT_FOUND, "not_nezha"),
    answered("502 with a web page", FaultKind.BAD_GATEWAY, "dashboard_error"),
    answered("500 with a web page", FaultKind.SERVER_ERROR, "dashboard_error"),
    answered("502 with nothing", FaultKind.BAD_GATEWAY_BARE, "dashboard_error"),
    answered("500 with nothing", FaultKind.PANIC, "dashboard_error"),
    answered("200 with nothing", FaultKind.BARE, "not_nezha"),
    answered("401 of Basic authentication", FaultKind.BASIC_AUTH, "login_page", repair="login_page"),
    answered("200 with a login page", FaultKind.LOGIN_PAGE, "login_page", repair="login_page"),
    replace(everywhere("403 of a browser check", FaultKind.CHALLENGE, "browser_check"), repair="browser_check"),
    everywhere("403 of the firewall", FaultKind.BLOCKED, "blocked"),
    answered("400 as text", FaultKind.NO_UPGRADE, "not_nezha"),
    answered("a redirect to itself", FaultKind.REDIRECT, "dashboard_error", location="", status=301),
    answered("a redirect to its own start", FaultKind.REDIRECT, "not_nezha", location="/"),
    answered(
        "a redirect to another host",
        FaultKind.REDIRECT,
        "redirected",
        repair="redirected",
        location=f"{ELSEWHERE}{{path}}",
        status=301,
    ),
    answered(
        "a redirect to a portal",
        FaultKind.REDIRECT,
        "login_page",
        repair="login_page",
        location=f"{ELSEWHERE}/login?next={{path}}",
    ),
    # The body
    answered("no JSON at all", FaultKind.EMPTY, "invalid_answer"),
    told_as("truncated JSON", FaultKind.GARBAGE, "invalid_answer", ""),
    told_as("NaN", FaultKind.NAN, "invalid_answer", ""),
    told_as("100 MB", FaultKind.HUGE, "invalid_answer", ""),
    answered("a gzip bomb", FaultKind.GZIP_BOMB, "invalid_answer"),
    *(
        Fault(
            f"JSON of another shape ({type(body).__name__})",
            FaultKind.WRONG_SHAPE,
            values="invalid_answer",
            detection="not_nezha",
            session="session_ended",
            options=FaultOptions(body=body),
        )
        for body in SHAPES
    ),
)

type Ask = Callable[[NezhaClient], Awaitable[object]]


@dataclass(frozen=True)
class Endpoint:
    """A column: an endpoint of a generation that is asked one way in."""

    generation: str
    path: str
    way: str
    asked: Asked
    sees: Sees
    ask: Ask
    """The client's question that needs it."""

    def __str__(self) -> str:
        """Name the test."""
        return f"{self.generation}-{self.way}-{self.path.removeprefix('/api/v1/')}"


async def _detected(client: NezhaClient) -> None:
    """Ask who answers, as after an outage."""
    client._has_to_detect = True
    await client.detect()


async def _proven(client: NezhaClient) -> None:
    """Read servers with a session that has to be proven first."""
    client._credential.doubt_session()
    await client.snapshot()


async def _logged_in(client: NezhaClient) -> None:
    """Read servers with a session that has to be had first."""
    client._credential.forget_session()
    client._credential._logged_in_at = float("-inf")  # type: ignore[attr-defined]  # the last one was long ago
    await client.snapshot()


async def _streamed(client: NezhaClient) -> None:
    """Listen for one frame."""
    stream = client.stream()
    try:
        await anext(stream)
    finally:
        await stream.aclose()


LOGIN, TOKENS = "/api/v1/login", "/api/v1/api-tokens"
ENDPOINTS = (
    Endpoint("v0", "/api/v1/server/list", "token", Asked.DETECTION, Sees.NOTHING, _detected),
    Endpoint("v0", "/api/v1/server/details", "token", Asked.VALUES, Sees.OUTAGE, lambda client: client.snapshot()),
    Endpoint("v0", "/api/v1/monitor/1", "token", Asked.VALUES, Sees.LACK, lambda client: client.latencies(1)),
    Endpoint("v1", "/api/v1/setting", "login", Asked.DETECTION, Sees.NOTHING, _detected),
    Endpoint("v1", LOGIN, "login", Asked.SESSION, Sees.OUTAGE, _logged_in),
    Endpoint("v1", "/api/v1/profile", "login", Asked.SESSION, Sees.OUTAGE, _proven),
    Endpoint("v1", "/api/v1/server", "login", Asked.VALUES, Sees.OUTAGE, lambda client: client.snapshot()),
    Endpoint("v1", "/api/v1/server-group", "guest", Asked.VALUES, Sees.NOTHING, lambda client: client.ways_in()),
    Endpoint("v1", "/api/v1/service", "login", Asked.VALUES, Sees.LACK, lambda client: client.monitors()),
    Endpoint("v1", "/api/v1/service/server", "login", Asked.VALUES, Sees.LACK, lambda client: client.monitored()),
    Endpoint("v1", "/api/v1/service/1", "login", Asked.VALUES, Sees.LACK, lambda client: client.latencies(1)),
    Endpoint("v1", "/api/v1/ws/server", "guest", Asked.STREAM, Sees.OUTAGE, lambda client: client.snapshot()),
    Endpoint("v2", "/api/v1/setting", "token", Asked.DETECTION, Sees.NOTHING, _detected),
    Endpoint("v2", LOGIN, "login", Asked.SESSION, Sees.OUTAGE, _logged_in),
    Endpoint("v2", "/api/v1/profile", "login", Asked.SESSION, Sees.OUTAGE, _proven),
    Endpoint("v2", "/api/v1/server", "token", Asked.VALUES, Sees.OUTAGE, lambda client: client.snapshot()),
    Endpoint("v2", "/api/v1/server-group", "guest", Asked.VALUES, Sees.NOTHING, lambda client: client.ways_in()),
    Endpoint("v2", TOKENS, "guest", Asked.VALUES, Sees.NOTHING, lambda client: client.ways_in()),
    Endpoint("v2", "/api/v1/ws/server", "guest", Asked.STREAM, Sees.OUTAGE, lambda client: client.snapshot()),
    Endpoint("v2", "/api/v1/ws/server", "token", Asked.STREAM, Sees.NOTHING, _streamed),
    Endpoint("v2", "/api/v1/service", "token", Asked.VALUES, Sees.LACK, lambda client: client.monitors()),
    Endpoint("v2", "/api/v1/service/server", "token", Asked.VALUES, Sees.LACK, lambda client: client.monitored()),
    Endpoint("v2", "/api/v1/server/1/service", "token", Asked.VALUES, Sees.LACK, lambda client: client.latencies(1)),
)

NO_NUMBERS = {LOGIN, TOKENS}
"""Endpoints whose answers have none that could be NaN; that of tokens is a refusal, for a guest asks."""
NOT_OFFERED = {"not_nezha", "login_page"}
"""What older dashboards of generation 0 answer with where there are no monitors: the latency is not offered."""


def told(fault: Fault, endpoint: Endpoint) -> str:
    """Return the key of the error by which an endpoint tells a fault, empty where it does not notice."""
    if fault.kind is FaultKind.NAN and endpoint.path in NO_NUMBERS:
        return ""
    key = fault.key(endpoint.asked)
    if (endpoint.generation, endpoint.sees) == ("v0", Sees.LACK) and key in NOT_OFFERED:
        return "not_offered"
    return key


def one_of_each(*endpoints: Endpoint) -> list[Fault]:
    """Return the first row of each error that endpoints tell, for where those of one error are treated alike."""
    keys = {tuple(told(fault, endpoint) for endpoint in endpoints): fault for fault in reversed(FAULTS)}
    return [fault for fault in FAULTS if fault in keys.values() and any(told(fault, each) for each in endpoints)]
