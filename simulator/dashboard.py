"""A dashboard: a world, the routes of its generation, and faults in between."""

from email.utils import formatdate
from typing import Final

from aiohttp import HttpVersion11, web

from simulator.control import Control
from simulator.fault_answers import FaultAnswers, Routes
from simulator.faults import Faults
from simulator.received import ReceivedRequest, RequestLog, new_request_log
from simulator.routes_v0 import RoutesV0
from simulator.settings import Settings, made_up_token
from simulator.world import World

GENERATIONS: Final = {"v0": RoutesV0}
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
        view_password: str = "",
    ) -> None:
        """Put a dashboard before a world.

        Args:
            world: What it watches; eight servers when left out.
            generation: Which generation's wire it speaks.
            version: Of the dashboard, `0.16.16`; the newest of its generation when left out.
            token: The API token; made up from the world's seed when left out.
            view_password: Asked for on pages and monitors; empty for none.

        Raises:
            ValueError: The version is none of the generation.

        """
        routes = GENERATIONS[generation]
        self.world: Final = world or World()
        self.settings: Final = Settings(
            version=version or routes.newest,
            token=token or made_up_token(self.world.seed),
            view_password=view_password,
        )
        self.requests: Final[RequestLog] = new_request_log()
        self.faults: Final = Faults()
        self._routes: Final[Routes] = routes(self.world, self.settings)

    @property
    def token(self) -> str:
        """Return the API token; empty when there is none."""
        return self.settings.token

    def revoke_token(self) -> None:
        """Have no token from now on."""
        self.settings.token = ""

    def replace_token(self, token: str) -> None:
        """Have another token from now on."""
        self.settings.token = token

    def application(self) -> web.Application:
        """Return what serves the dashboard and, below `/__simulator`, its control; one for each event loop."""
        answers = FaultAnswers(self._routes)

        async def serve(request: web.Request) -> web.StreamResponse:
            self.requests.append(ReceivedRequest.of(request))
            fault = self.faults.take(request.path)
            if fault is None:
                return _framed(request, await self._routes.answer(request))
            return await answers.answer(fault, request)

        async def close(_: web.Application) -> None:
            answers.close()

        application = web.Application()
        application.add_routes(Control(self).routes())
        application.router.add_route("*", "/{path:.*}", serve)
        application.on_response_prepare.append(self._dress)
        application.on_shutdown.append(close)
        return application

    async def _dress(self, _: web.Request, response: web.StreamResponse) -> None:
        """Give an answer the headers that a dashboard's has: its own date, and no name of our server."""
        response.headers["Date"] = formatdate(self.world.clock.dashboard_now(), usegmt=True)
        response.headers.popall("Server", None)


def _framed(request: web.Request, response: web.Response) -> web.Response:
    long = isinstance(response.body, bytes) and len(response.body) > _BUFFERED
    if long and request.version >= HttpVersion11:
        response.enable_chunked_encoding()
    return response
