"""WebSocket streams: frames at a fixed period to clients that are never listened to.

A dashboard does not read from these sockets: it answers no ping, and no close frame either. It ends a stream by
closing the connection without a word.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
import math
from typing import Final

from aiohttp import ClientConnectionResetError, WSMsgType, web

from simulator.accounts import Viewer
from simulator.answers import bad_request
from simulator.settings import Settings

_FRAMES_PER_PING: Final = 4
_LAST: Final = {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}

ALTER: Final = "alter"
"""Where a request says what becomes of its stream's frames: given one and how many were sent, returns what is sent."""

type Alter = Callable[[bytes, int], bytes | None]
"""Empty text sends nothing, None ends the stream."""
type Frame = Callable[[bool], bytes]
"""Writes a frame; told whether it is the first. Empty if a number is none."""


@dataclass(slots=True, eq=False)
class _Stream:
    """One open socket."""

    viewer: Viewer
    frame: Frame
    transport: asyncio.Transport
    alter: Alter
    waiting: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    """Texts to be sent now."""

    def end(self) -> None:
        """Close the connection without a close frame."""
        self.waiting.put_nowait(b"")
        self.transport.close()


class Streams:
    """The open streams of a dashboard."""

    def __init__(self, settings: Settings) -> None:
        """Begin without a viewer."""
        self.silent = False
        """Whether streams stay open and send nothing: what a number that is none does to the real ones."""
        self._settings: Final = settings
        self._open: Final[set[_Stream]] = set()

    def __len__(self) -> int:
        """Return how many streams are open."""
        return len(self._open)

    def send_frame(self) -> None:
        """Send a frame to every stream now, of what there is to see now."""
        for stream in self._open:
            stream.waiting.put_nowait(stream.frame(False))  # noqa: FBT003  # not the first

    def send_text(self, text: str) -> None:
        """Send any text to every stream now."""
        for stream in self._open:
            stream.waiting.put_nowait(text.encode())

    def end(self, *, token: str | None = None) -> None:
        """Close every connection, or those that a token opened, without a close frame."""
        for stream in list(self._open):
            if token is None or (stream.viewer.token and stream.viewer.token.value == token):
                stream.end()

    async def serve(self, request: web.Request, viewer: Viewer, frame: Frame) -> web.StreamResponse:
        """Serve one stream until either side ends it."""
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("//")[2] != request.host:
            return web.Response(status=403, text="Forbidden\n", content_type="text/plain", charset="utf-8")
        socket = web.WebSocketResponse(autoclose=False, autoping=False, compress=False)
        if not socket.can_prepare(request):
            return bad_request()
        await socket.prepare(request)
        assert request.transport is not None  # noqa: S101  # the handshake just went through it
        stream = _Stream(viewer, frame, request.transport, request.get(ALTER, _unaltered))
        self._open.add(stream)
        watch = asyncio.create_task(_watch(socket, stream))
        try:
            await self._send(stream, socket)
        except ClientConnectionResetError:
            pass  # the client went away
        finally:
            watch.cancel()
            self._open.discard(stream)
            stream.transport.close()
        return socket

    async def _send(self, stream: _Stream, socket: web.WebSocketResponse) -> None:
        text, sent = stream.frame(True), 0  # noqa: FBT003  # the first
        while not stream.transport.is_closing():
            altered = stream.alter(text, sent)
            if altered is None:
                return
            if altered and not self.silent:
                await socket.send_str(altered.decode(errors="ignore"))
                sent += 1
                if sent % _FRAMES_PER_PING == 0:
                    await socket.ping()
            text = await self._next(stream)

    async def _next(self, stream: _Stream) -> bytes:
        """Return what is to be sent next, as soon as it is due."""
        interval = self._settings.frame_interval
        try:
            async with asyncio.timeout(interval if math.isfinite(interval) else None):
                return await stream.waiting.get()
        except TimeoutError:
            return stream.frame(False)  # noqa: FBT003  # not the first


def _unaltered(frame: bytes, _: int) -> bytes:
    return frame


async def _watch(socket: web.WebSocketResponse, stream: _Stream) -> None:
    """Notice a lost connection at once; what the client says is passed over, its farewell too."""
    while (message := await socket.receive()).type not in _LAST:
        pass
    if message.type is not WSMsgType.CLOSE:
        stream.end()
