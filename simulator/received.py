"""What the dashboard remembers of the requests that it received."""

from collections import deque
from dataclasses import dataclass
from typing import Final, Self

from aiohttp import web

_REMEMBERED: Final = 10_000
"""Requests, so that a demo may run for weeks."""


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request that reached the dashboard, whatever became of it."""

    method: str
    path: str
    """With the query."""
    authorization: bool
    """Whether an Authorization header came; never what stood in it."""
    cookies: tuple[str, ...]
    """Names of the cookies that came."""

    @classmethod
    def of(cls, request: web.Request) -> Self:
        """Return what is remembered of a request."""
        return cls(request.method, str(request.rel_url), "Authorization" in request.headers, tuple(request.cookies))


type RequestLog = deque[ReceivedRequest]


def new_request_log() -> RequestLog:
    """Return a log that holds the newest requests, the oldest first."""
    return deque(maxlen=_REMEMBERED)
