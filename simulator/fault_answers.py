"""The answers that faults give instead of, or on top of, the right one."""

import asyncio
from collections.abc import Callable
import contextlib
from functools import partial
from http import HTTPStatus
import json
from typing import Any, Final, Protocol

from aiohttp import web

from simulator.answers import bad_request, blocked
from simulator.faults import Fault, FaultKind, FaultOptions
from simulator.go_json import encode
from simulator.pages import moved, page
from simulator.streams import ALTER


class Routes(Protocol):
    """How the dashboards of one generation answer."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Return the right answer."""

    def refusal(self) -> web.Response:
        """Return the answer to a credential that is wrong or missing."""


class FaultAnswers:
    """Gives the answers of faults until the dashboard closes."""

    def __init__(self, routes: Routes) -> None:
        """Use the routes where a fault needs the right answer."""
        self._routes: Final = routes
        self._closing: Final = asyncio.Event()

    def close(self) -> None:
        """Let go of every answer that is being held back."""
        self._closing.set()

    async def answer(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        """Return the answer to a request that a fault meets."""
        kind, options = fault.kind, fault.options
        if instead := _INSTEAD.get(kind):
            return instead(options)
        match kind:
            case FaultKind.UNAUTHORIZED:
                return self._routes.refusal()
            case FaultKind.DROP:
                return _drop(request)
            case FaultKind.SLOW:
                await self._pause(options.get("seconds", 10))
        if kind in _OF_STREAMS and _upgrades(request):
            request[ALTER] = partial(_altered, fault)
        right = await self._routes.answer(request)
        if not isinstance(right, web.Response):
            return right
        if kind is FaultKind.TRICKLE:
            return await self._trickle(request, right, options.get("seconds", 1))
        changed = _CHANGED.get(kind)
        return changed(right, options) if changed else right

    async def _trickle(self, request: web.Request, right: web.Response, seconds: float) -> web.StreamResponse:
        body = _body(right)
        response = web.StreamResponse(status=right.status, headers=right.headers)
        response.content_length = len(body)
        await response.prepare(request)
        for place in range(len(body)):
            if self._closing.is_set():
                return _drop(request)
            await response.write(body[place : place + 1])
            await self._pause(seconds)
        return response

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()


def _drop(request: web.Request) -> web.Response:
    """Close the connection; what is returned has nowhere to go."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _body(response: web.Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b""


def _json(payload: Any) -> web.Response:
    return _json_bytes(encode(payload))


def _json_bytes(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def _empty(_: FaultOptions) -> web.Response:
    return _json_bytes(b"")


def _basic_auth(_: FaultOptions) -> web.Response:
    response = page("401 Authorization Required", "<h1>401 Authorization Required</h1>", status=401)
    response.headers["WWW-Authenticate"] = 'Basic realm="restricted"'
    return response


def _challenge(_: FaultOptions) -> web.Response:
    response = page("Just a moment...", "<h1>Checking your browser</h1>", status=403)
    response.headers["cf-mitigated"] = "challenge"
    return response


def _redirect(options: FaultOptions) -> web.Response:
    status = HTTPStatus(options.get("status", HTTPStatus.FOUND))
    return moved(status, status.phrase, options.get("location", "/"))


def _wrong_shape(options: FaultOptions) -> web.Response:
    return _json(options.get("body", {"code": 0, "message": "success", "result": {}}))


def _garbage(right: web.Response, _: FaultOptions) -> web.Response:
    body = _body(right)
    right.body = body[: len(body) // 2]
    return right


def _replace_server(right: web.Response, options: FaultOptions) -> web.Response:
    """Change only an answer that lists servers."""
    if right.content_type == "application/json":
        right.body = _replaced(_body(right), options)
    return right


def _replaced(body: bytes, options: FaultOptions) -> bytes:
    payload = json.loads(body or b"{}")
    key = next((key for key in ("result", "data", "servers") if isinstance(payload.get(key), list)), None)
    if key is None:
        return body
    payload[key] = [
        options.get("entry") if isinstance(listed, dict) and listed.get("id") == options.get("server_id") else listed
        for listed in payload[key]
    ]
    return encode(payload)


def _altered(fault: Fault, frame: bytes, sent: int) -> bytes | None:
    """Return what becomes of a stream's frame after so many others: empty for silence, None for the stream's end."""
    match fault.kind:
        case FaultKind.GARBAGE:
            return frame[: len(frame) // 2]
        case FaultKind.REPLACE_SERVER:
            return _replaced(frame, fault.options)
        case FaultKind.HANG_UP:
            return None if sent else frame
    return b""


def _upgrades(request: web.Request) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


_INSTEAD: Final[dict[FaultKind, Callable[[FaultOptions], web.Response]]] = {
    FaultKind.SERVER_ERROR: lambda _: page("Internal Server Error", status=500),
    FaultKind.PANIC: lambda _: web.Response(status=500),
    FaultKind.BAD_GATEWAY: lambda _: page("502 Bad Gateway", "<h1>502 Bad Gateway</h1><hr>nginx", status=502),
    FaultKind.BAD_GATEWAY_BARE: lambda _: web.Response(status=502),
    FaultKind.WEB_PAGE: lambda _: page("Welcome", "<h1>It works!</h1>"),
    FaultKind.NOT_FOUND: lambda _: page("404 Not Found", "<h1>404 Not Found</h1>", status=404),
    FaultKind.LOGIN_PAGE: lambda _: page("Sign in", '<form method="post"><input type="password"></form>'),
    FaultKind.BASIC_AUTH: _basic_auth,
    FaultKind.REDIRECT: _redirect,
    FaultKind.CHALLENGE: _challenge,
    FaultKind.BARE: lambda _: web.Response(),
    FaultKind.EMPTY: _empty,
    FaultKind.WRONG_SHAPE: _wrong_shape,
    FaultKind.BLOCKED: lambda _: blocked(),
    FaultKind.NO_UPGRADE: lambda _: bad_request(),
}
"""Answers given instead of the right one."""
_CHANGED: Final[dict[FaultKind, Callable[[web.Response, FaultOptions], web.Response]]] = {
    FaultKind.GARBAGE: _garbage,
    FaultKind.REPLACE_SERVER: _replace_server,
}
"""Answers made from the right one."""
_OF_STREAMS: Final = {FaultKind.GARBAGE, FaultKind.HANG_UP, FaultKind.REPLACE_SERVER, FaultKind.SILENCE}
"""What can befall the frames of a stream instead of its handshake."""
