"""Who is let in at a dashboard of generation 1 or 2, as what, and what strikes that costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from simulator.accounts import GUEST, TOKEN_PREFIX, Standing, Token, User, Viewer
from simulator.answers import blocked, failure, unauthorized
from simulator.interior import Interior
from simulator.versions import Version
from simulator.waf import Reason

PEER: Final = "NZ::Use-Peer-IP"
"""The setting that takes the address of the connection for the client's."""
_BEARER: Final = "Bearer "


class Access(Enum):
    """Whom an endpoint answers."""

    ANYONE = auto()
    """Whoever it is; credentials are not looked at."""
    OPEN = auto()
    """Guests too, and no token is looked at."""
    OPTIONAL = auto()
    """Guests too, unless they are shut out."""
    STRICT = auto()
    """Only whoever logged in."""


@dataclass(frozen=True, slots=True)
class Door:
    """Looks at the credentials of requests."""

    interior: Interior
    version: Version
    realm: str
    """The site's name when the dashboard started."""

    def refuse(self, request: web.Request) -> web.Response | None:
        """Return the answer to a client whose address is not told or is blocked, None for any other."""
        header = self.interior.settings.real_ip_header
        if not header:
            return None
        if header != PEER and self._told(request) is None:
            return failure("real ip header not found")
        address = self.address(request)
        try:
            ip_address(address)
        except ValueError:
            return failure(f'ParseAddr("{address}"): unable to parse IP')
        return self._block_page() if self.interior.waf.blocks(address) else None

    def admit(self, request: web.Request, access: Access, scope: str) -> Viewer | web.Response:
        """Return who asks, or the refusal; an endpoint without a scope is closed to tokens."""
        if access is Access.ANYONE:
            return GUEST
        given = request.headers.get("Authorization", "").removeprefix(_BEARER)
        if access is not Access.OPEN and self._is_token(request, given):
            return self._admit_token(request, given, scope)
        standings = [self._standing(request, carried) for carried in self._carried(request)]
        if user := next((each for each in standings if isinstance(each, User)), None):
            if access is Access.OPTIONAL:
                self.forgive(request, Reason.TOKEN)
            return Viewer(user)
        shut = access is Access.STRICT or (access is Access.OPTIONAL and self._forces())
        if shut:
            return self.unauthorized()
        return self._admit_revoked(request) if Standing.REVOKED in standings else GUEST

    def unauthorized(self) -> web.Response:
        """Return the answer to whoever had to log in."""
        return unauthorized(self.realm)

    def address(self, request: web.Request) -> str:
        """Return the client's address, empty where the dashboard does not ask for it."""
        header = self.interior.settings.real_ip_header
        if header == PEER:
            return request.remote or ""
        return (self._told(request) or "").rpartition(",")[2].strip() if header else ""

    def bound_address(self, request: web.Request) -> str:
        """Return the address that a session is bound to, empty before 1.14.7."""
        return self.address(request) if self.version >= (1, 14, 7) else ""

    def strike(self, request: web.Request, reason: str) -> None:
        """Count a failure; without a firewall only tests ever hear of it."""
        self.interior.waf.strike(self._culprit(request), reason)

    def forgive(self, request: web.Request, *reasons: str) -> None:
        """Forget failures of a client."""
        if self.version >= (1, 4):
            self.interior.waf.forgive(self._culprit(request), *reasons)
        elif Reason.TOKEN in reasons:
            self.interior.waf.forgive(self._culprit(request))

    def _told(self, request: web.Request) -> str | None:
        """Return what the header for it tells of the client's address, None if there is no such header."""
        settings = self.interior.settings
        return settings.proxy_address or request.headers.get(settings.real_ip_header)

    def _culprit(self, request: web.Request) -> str:
        return self.address(request) or request.remote or ""

    def _forces(self) -> bool:
        return self.interior.settings.force_auth and self.version >= (1, 6, 8)

    def _is_token(self, request: web.Request, given: str) -> bool:
        bearer = request.headers.get("Authorization", "").startswith(_BEARER)
        return self.version >= (2, 1) and bearer and given.startswith(TOKEN_PREFIX)

    def _admit_token(self, request: web.Request, given: str, scope: str) -> Viewer | web.Response:
        token = self.interior.accounts.tokens.get(given)
        if token is None or (fate := self._fate(token)):
            self.strike(request, Reason.TOKEN)
            return failure(f"ApiErrorUnauthorized: {fate if token else 'invalid api token'}", status=401)
        self.forgive(request, Reason.TOKEN)
        if not scope:
            return failure("ApiErrorForbidden: this endpoint is not accessible by api token", status=403)
        if not token.allows(scope):
            return failure(f"ApiErrorForbidden: api token lacks scope {scope}", status=403)
        return Viewer(self.interior.accounts.user(token.owner), token)

    def _fate(self, token: Token) -> str:
        """Return what is wrong with a token that is known, nothing if it is good."""
        accounts = self.interior.accounts
        if accounts.expired(token):
            return "api token expired"
        return "" if accounts.user(token.owner) else "owner of api token not found"

    def _carried(self, request: web.Request) -> Iterator[str]:
        """Yield what may be a session token, in the order in which they are tried."""
        header = request.headers.get("Authorization", "")
        if header.startswith(_BEARER):
            yield header.removeprefix(_BEARER)
        for carried in (request.query.get("token"), request.cookies.get("nz-jwt")):
            if carried:
                yield carried

    def _standing(self, request: web.Request, token: str) -> User | Standing:
        return self.interior.accounts.standing(token, self.bound_address(request))

    def _admit_revoked(self, request: web.Request) -> Viewer | web.Response:
        """Count a rightly signed token without a session; what comes back differs from version to version."""
        self.strike(request, Reason.TOKEN)
        if self.version <= (1, 14, 8):
            return GUEST
        if self.version == (1, 14, 9):
            return web.Response(status=500, content_type="text/html", charset="utf-8")
        return self._block_page()

    def _block_page(self) -> web.Response:
        return blocked("you were blocked by nezha WAF" if self.version >= (1, 5, 4) else "you are blocked by nezha WAF")
