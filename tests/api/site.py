"""A site that answers as a test says; clients may take it for a dashboard of generation 0."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulator.go_json import encode

from .recorded import Exchange

type Answer = Callable[[], web.Response]
"""Makes the same answer again and again."""

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """A request that reached a site."""

    method: str
    path: str
    """With the query."""
    authorization: str | None


class Site:
    """Gives every path the same answer, except for the two that tell generations apart."""

    def __init__(self, answer: Answer, *, everywhere: bool = False) -> None:
        """Give this answer, with `everywhere` also to the two paths; both may change."""
        self.answer = answer
        self.requests: list[Asked] = []
        self.url = ""
        self.everywhere = everywhere

    def application(self) -> web.Application:
        """Return what serves the site."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._serve)
        application.on_response_prepare.append(_without_empty_date)
        return application

    async def _serve(self, request: web.Request) -> web.Response:
        self.requests.append(Asked(request.method, request.path_qs, request.headers.get("Authorization")))
        response = (self.answer if self.everywhere else self._of_generation_0(request.path))()
        response.headers.setdefault("Date", "")
        return response

    def _of_generation_0(self, path: str) -> Answer:
        if path.endswith("/api/v1/setting"):
            return reply(b"<title>404</title>", status=404, content_type=HTML)
        if path.endswith("/api/v1/server/list"):
            return payload({"code": 403, "message": "访问此接口需要认证"})
        return self.answer


async def _without_empty_date(_: web.Request, response: web.StreamResponse) -> None:
    """Send no Date header, which aiohttp would add, where an answer has none."""
    if not response.headers["Date"]:
        del response.headers["Date"]


def reply(body: bytes = b"", *, status: int = 200, content_type: str = JSON, **headers: str) -> Answer:
    """Answer like this; a header is named with underscores, `www_authenticate`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.Response(body=body, status=status, headers={"Content-Type": content_type} | named)


def payload(body: Any) -> Answer:
    """Answer with this as JSON."""
    return reply(encode(body))


def result(entries: Any) -> Answer:
    """Answer as generation 0 does when all is well."""
    return payload({"code": 0, "message": "success", "result": entries})


def recorded(exchange: Exchange) -> Answer:
    """Answer as a real dashboard did: status, headers that the client looks at, and body."""
    body = exchange.body.encode() if isinstance(exchange.body, str) else encode(exchange.body)
    kept = {name: value for name, value in exchange.headers.items() if name in {"content-type", "location", "date"}}
    return lambda: web.Response(body=body, status=exchange.status, headers=kept)
