"""How a generation 2 dashboard answers differently: written from recorded answers of 2.0.14 and 2.3.7."""

from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web

from simulator.accounts import Token
from simulator.answers import failure, success, timestamp
from simulator.chance import fraction
from simulator.door import Access
from simulator.interior import Interior
from simulator.routes_v1 import INVENTORY, SERVICE, Route, RoutesV1, Visit
from simulator.servers import Server
from simulator.versions import Version, version_text
from simulator.wire_v2 import METRICS, PERIODS, WireV2

SERVER: Final = "nezha:server:read"
READING: Final = (INVENTORY, SERVER, SERVICE)
"""All that a client needs to read everything about servers."""
_CSRF: Final = "nz-csrf"


class RoutesV2(RoutesV1):
    """Answers like a dashboard between 2.0.0 and 2.3.7."""

    oldest: Version = (2, 0, 0)
    newest_known: Version = (2, 3, 7)
    newest = version_text(newest_known)
    agent = "2.3.3"

    def __init__(self, interior: Interior) -> None:
        """Answer for a world.

        Raises:
            ValueError: The version in the settings is of another generation.

        """
        super().__init__(interior)
        self.wire: WireV2 = WireV2(interior.world, interior.settings, interior.accounts, self.version)

    def routes(self) -> list[Route]:
        """Return the endpoints that a client may want to read."""
        routes = [self._scoped(route) for route in super().routes()]
        if self.version >= (2, 0, 13):
            routes.append(Route("/transfer", self._transfers, Access.STRICT, "nezha:transfer:read"))
        if self.version < (2, 1):
            return routes
        routes = [route for route in routes if route.path != "/refresh-token"]
        return [
            *routes,
            Route("/refresh-token", self.refresh, Access.STRICT, method="POST"),
            Route("/api-tokens", self._tokens, Access.STRICT),
        ]

    def latency_routes(self) -> list[Route]:
        """Return the endpoints of latency and of other histories."""
        return [
            Route("/server/{id}/service", self._latency_of, Access.OPTIONAL, SERVICE),
            Route("/service/{id}/history", self._history, Access.OPTIONAL, SERVICE),
            Route("/server/{id}/metrics", self._metrics, Access.OPTIONAL, SERVER),
        ]

    async def refresh(self, visit: Visit) -> web.StreamResponse:
        """Answer with a new session token, if need be to whoever proves not to be another site's page."""
        proof = visit.request.headers.get("X-CSRF-Token")
        if self.version >= (2, 1) and (not proof or proof != visit.request.cookies.get(_CSRF)):
            return failure("ApiErrorForbidden: missing or invalid CSRF token", status=403)
        return await super().refresh(visit)

    def dress(self, request: web.Request, route: Route, response: web.StreamResponse, *, known: bool) -> None:
        """Hand out the token against other sites' pages, after a login and where only users are let in."""
        logged_in = route.path == "/login" and "Set-Cookie" in response.headers
        strict = route.access is Access.STRICT and known and route.method == "GET" and _CSRF not in request.cookies
        if self.version >= (2, 1) and (logged_in or strict):
            made_up = f"{int(fraction(self.interior.world.seed, self.calls) * 2**53):032x}"
            response.headers.add("Set-Cookie", f"{_CSRF}={made_up}; Path=/; SameSite=Strict")

    def _scoped(self, route: Route) -> Route:
        """Return a route as the first versions with tokens had it: those knew no scope for inventories."""
        if route.scope != INVENTORY or self.version >= (2, 1, 2):
            return route
        return Route(route.path, route.answer, route.access, SERVER, route.method)

    async def _latency_of(self, visit: Visit) -> web.StreamResponse:
        server = self.shown(visit)
        period = _period(visit)
        if not isinstance(server, Server):
            return server
        return success(self.wire.latency_of(server, visit.viewer, period)) if isinstance(period, str) else period

    async def _history(self, visit: Visit) -> web.StreamResponse:
        monitor = self.interior.world.monitor(visit.number)
        period = _period(visit)
        if monitor is None or not self.wire.opens(visit.viewer, monitor):
            return failure("service not found")
        if not isinstance(period, str):
            return period
        return success(self.wire.service_history(monitor, visit.viewer, period, self.calls))

    async def _metrics(self, visit: Visit) -> web.StreamResponse:
        server = self.shown(visit)
        period = _period(visit)
        metric = visit.request.query.get("metric", "")
        if not isinstance(server, Server):
            return server
        if metric not in METRICS:
            return failure("invalid metric name")
        return success(self.wire.metrics(server, metric, period)) if isinstance(period, str) else period

    async def _tokens(self, visit: Visit) -> web.StreamResponse:
        tokens = self.interior.accounts.tokens.values()
        return success(_listed([token for token in tokens if token.owner == visit.user.id]))

    async def _transfers(self, _: Visit) -> web.StreamResponse:
        return success([])


def _period(visit: Visit) -> str | web.Response:
    """Return the period that is asked for, or the error that refuses it."""
    period = visit.request.query.get("period") or "1d"
    if period not in PERIODS:
        return failure(f"invalid period: {period}, expected 1d, 7d, or 30d")
    if period != "1d" and visit.viewer.user is None:
        return failure("unauthorized: only 1d data available for guests")
    return period


def _listed(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    return [
        {
            "id": token.id,
            "name": token.name,
            "scopes": list(token.scopes),
            **({"server_ids": sorted(token.server_ids)} if token.server_ids else {}),
            **({"expires_at": timestamp(token.expires)} if token.expires else {}),
            "created_at": timestamp(token.created),
        }
        for token in tokens
    ]
