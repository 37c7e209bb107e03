"""Runs a simulated dashboard that can answer with what was prepared, so that answering takes it no time.

`dashboard.py` starts it; the first line on the standard output is JSON: address and credential.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import formatdate
import json
import re
import sys

from aiohttp import web

from simulator.dashboard import Dashboard
from simulator.settings import Options
from simulator.world import World

PREPARED = "/__prepared"
TRAFFIC = f"{PREPARED}/traffic"
SERVERS = {"v0": "/api/v1/server/details", "v1": "/api/v1/server", "v2": "/api/v1/server"}
STREAM = "/api/v1/ws/server"
MOST_BYTES = 64 * 1024 * 1024


class Stage:
    """Answers in front of a dashboard with what was prepared."""

    def __init__(self, path: str) -> None:
        """Begin with nothing, so that the dashboard answers itself."""
        self._path = path
        self._prepared: dict[int, tuple[bytes, float]] = {}
        self._shown: int | None = None
        self._streams: dict[str, asyncio.Future[web.WebSocketResponse]] = {}
        self._traffic: dict[str, list[int]] = {}

    @web.middleware
    async def answer(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer a request, or leave it to the dashboard."""
        if request.path == TRAFFIC:
            traffic, self._traffic = self._traffic, {}
            return web.json_response(traffic)
        if request.path.startswith(PREPARED):
            await self._obey(request.path.split("/")[2:], await request.read())
            return web.Response()
        if request.path == self._path and self._shown is not None:
            body, time = self._prepared[self._shown]
            request["date"] = time
            return web.Response(body=body, content_type="application/json")
        if request.path == STREAM and self._shown is not None:
            return await self._serve_stream(request)
        return self._counted(request, await handler(request))

    def _counted(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        """Count an answer, by its path without the numbers of servers."""
        counted = self._traffic.setdefault(re.sub(r"\d+", "{id}", request.path.removeprefix("/api/v1/")), [0, 0])
        counted[0] += 1
        body = response.body if isinstance(response, web.Response) else None
        counted[1] += len(body) if isinstance(body, bytes) else 0
        return response

    async def _obey(self, words: list[str], body: bytes) -> None:
        match words:
            case ["show", number]:
                self._shown = int(number)
            case ["send", number]:
                socket = await self._stream_of(body.decode())
                await socket.send_str(self._prepared[int(number)][0].decode())
            case [number, time]:
                self._prepared[int(number)] = body, float(time)

    def _stream_of(self, whose: str) -> asyncio.Future[web.WebSocketResponse]:
        """Return someone's stream, as soon as there is one."""
        return self._streams.setdefault(whose, asyncio.get_running_loop().create_future())

    async def _serve_stream(self, request: web.Request) -> web.StreamResponse:
        """Hold a stream open for what is to be sent on it; a newer one of the same client takes its place."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        whose = request.headers["Authorization"]
        if self._stream_of(whose).done():
            del self._streams[whose]
        stream = self._stream_of(whose)
        stream.set_result(socket)
        async for _ in socket:
            pass
        if self._streams.get(whose) is stream:
            del self._streams[whose]
        return socket


async def _serve(servers: int, generation: str, points: int, monitors: int, frame_interval: float) -> None:
    options: Options = {} if generation == "v0" else {"frame_interval": frame_interval}
    world = World(servers=servers, latency_points=points)
    ping, more = world.monitors[0], range(len(world.monitors) + 1, monitors + 1)
    world.monitors += tuple(replace(ping, id=number, name=f"Ping {number}", extra=number) for number in more)
    dashboard = Dashboard(world, generation=generation, **options)
    application = dashboard.application()
    application._client_max_size = MOST_BYTES  # noqa: SLF001 - the simulator needs no setting for it
    application.middlewares.append(Stage(SERVERS[generation]).answer)

    async def date(request: web.Request, response: web.StreamResponse) -> None:
        if "date" in request:
            response.headers["Date"] = formatdate(request["date"], usegmt=True)

    application.on_response_prepare.append(date)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = dashboard.settings
    login = {"username": settings.username, "password": settings.password}
    credential = {"token": dashboard.token} if dashboard.token else login
    facts = {"url": "http://{}:{}".format(*runner.addresses[0]), "credential": credential}
    sys.stdout.write(f"{json.dumps(facts)}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])))
