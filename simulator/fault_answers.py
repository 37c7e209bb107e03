"""The answers that faults give instead of, or on top of, the right one."""

import asyncio
from collections.abc import Callable
import contextlib
from functools import partial
from http import HTTPStatus
import socket
import struct
from typing import Any, Final, Protocol
import zlib

from aiohttp import web

from simulator.answers import bad_request, blocked
from simulator.fault_json import cut, replace_server, replace_values, with_nan, with_text_ids
from simulator.faults import Fault, FaultKind, FaultOptions
from simulator.go_json import encode
from simulator.pages import moved, page
from simulator.streams import ALTER

_BLANKS: Final = 1_000_000 * b" "
_GZIP: Final = 16 + zlib.MAX_WBITS
"""How zlib is told to write what gzip reads."""


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

    async def hang(self, request: web.Request) -> web.StreamResponse:
        """Never answer."""
        await self._closing.wait()
        return _drop(request)

    async def answer(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        """Return the answer to a request that a fault meets."""
        kind, options = fault.kind, fault.options
        if instead := _INSTEAD.get(kind):
            return instead(options)
        if end := _ENDS.get(kind):
            return end(request)
        if kind in _FLOODS and not (kind in _OF_STREAMS and _upgrades(request)):
            return await self._flood(request, options.get("size", _FLOODS[kind]), gzip=kind is FaultKind.GZIP_BOMB)
        if kind is FaultKind.UNAUTHORIZED:
            return self._routes.refusal()
        return await self._right(fault, request)

    async def _right(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        """Return the right answer, but late, slowly or changed."""
        if fault.kind is FaultKind.SLOW:
            await self._pause(fault.options.get("seconds", 10))
        if fault.kind in _OF_STREAMS and _upgrades(request):
            request[ALTER] = partial(_altered, fault)
        right = await self._routes.answer(request)
        if not isinstance(right, web.Response):
            return right
        if fault.kind is FaultKind.TRICKLE:
            return await self._trickle(request, right, fault.options.get("seconds", 1))
        if change := _CHANGED.get(fault.kind):
            right.body = change(_body(right), fault.options)
        return right

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

    async def _flood(self, request: web.Request, size: int, *, gzip: bool) -> web.StreamResponse:
        """Send blanks without ever having them all, until the client has had enough."""
        response = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
        response.enable_chunked_encoding()
        compressor = zlib.compressobj(wbits=_GZIP)
        if gzip:
            response.headers["Content-Encoding"] = "gzip"
        await response.prepare(request)
        for _ in range(0, size, len(_BLANKS)):
            if self._closing.is_set() or request.transport is None or request.transport.is_closing():
                return _drop(request)
            piece = compressor.compress(_BLANKS) + compressor.flush(zlib.Z_FULL_FLUSH) if gzip else _BLANKS
            await response.write(piece)
            await asyncio.sleep(0)  # let the client end it
        if gzip:
            await response.write(compressor.flush())
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


def _reset(request: web.Request) -> web.Response:
    """Close the connection so that the client hears of an error."""
    if request.transport is not None:
        linger = struct.pack("ii", 1, 0)
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    return _drop(request)


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


def _altered(fault: Fault, frame: bytes, sent: int) -> bytes | None:
    """Return what becomes of a stream's frame after so many others: empty for silence, None for the stream's end."""
    match fault.kind:
        case FaultKind.SILENCE:
            return b""
        case FaultKind.HANG_UP:
            return None if sent else frame
        case FaultKind.HUGE:
            return b" " * fault.options.get("size", _FLOODS[fault.kind])
    return _CHANGED[fault.kind](frame, fault.options)


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
    FaultKind.FORBIDDEN: lambda _: page("403 Forbidden", "<h1>403 Forbidden</h1>", status=403),
    FaultKind.BARE: lambda _: web.Response(),
    FaultKind.EMPTY: _empty,
    FaultKind.WRONG_SHAPE: _wrong_shape,
    FaultKind.BLOCKED: lambda _: blocked(),
    FaultKind.NO_UPGRADE: lambda _: bad_request(),
}
"""Answers given instead of the right one."""
_ENDS: Final[dict[FaultKind, Callable[[web.Request], web.Response]]] = {
    FaultKind.DROP: _drop,
    FaultKind.RESET: _reset,
}
"""Ways of ending a connection without an answer."""
_FLOODS: Final = {FaultKind.HUGE: 100_000_000, FaultKind.GZIP_BOMB: 1_000_000_000}
"""Bytes of an answer that nobody wants to hold."""
_CHANGED: Final[dict[FaultKind, Callable[[bytes, FaultOptions], bytes]]] = {
    FaultKind.GARBAGE: cut,
    FaultKind.NAN: with_nan,
    FaultKind.REPLACE_SERVER: replace_server,
    FaultKind.REPLACE_VALUES: replace_values,
    FaultKind.TEXT_IDS: with_text_ids,
}
"""What becomes of the body of the right answer, or of a stream's frame."""
_OF_STREAMS: Final = {*_CHANGED, FaultKind.HANG_UP, FaultKind.HUGE, FaultKind.SILENCE}
"""What can befall the frames of a stream instead of its handshake."""
