"""How a client proves that it may read a dashboard: each kind of credential only yields request headers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from time import monotonic
from typing import ClassVar, Protocol

from .errors import LoginRefusedError, NezhaAuthError, SessionEndedError
from .transport import Answer, Transport

LOGIN = "api/v1/login"
PROFILE = "api/v1/profile"
TRUST = 1  # seconds for which a session counts as valid after the dashboard has said so: a revoked one is a strike
MARGIN = 120  # seconds before its end at which a session is renewed; the shortest lives an hour (Nezha 1.0 to 1.9)
LOGIN_PAUSE = 60  # seconds between two logins at least, whatever becomes of their sessions


class Credential(Protocol):
    """Something that a dashboard accepts as proof."""

    generations: ClassVar[frozenset[int]]
    """Where this kind of credential exists."""

    async def headers(self, transport: Transport) -> Mapping[str, str]:
        """Return the headers of the next request; raises NezhaAuthError when there can be none."""

    def forget_session(self) -> bool:
        """Forget a session that the dashboard no longer accepts; tell whether there was one that can be renewed."""

    def doubt_session(self) -> None:
        """Prove a session anew before it is used again: its use may have been what the dashboard blocks us for."""

    def fingerprint(self, salt: str) -> str:
        """Return what identifies this credential without telling it."""


class _Token:
    """A token that goes into a header as it is."""

    scheme: ClassVar[str]

    def __init__(self, token: str) -> None:
        """Keep the token."""
        self._token = token

    async def headers(self, transport: Transport) -> Mapping[str, str]:
        """Return the header; raises NezhaAuthError for what cannot be a token."""
        if not _fits_a_header(self._token):
            raise NezhaAuthError("the token has characters that no token has")
        return {"Authorization": f"{self.scheme}{self._token}"}

    def forget_session(self) -> bool:
        """Tell that a token has no session."""
        return False

    def doubt_session(self) -> None:
        """Do nothing, for a token has no session."""

    def fingerprint(self, salt: str) -> str:
        """Return what identifies this token without telling it."""
        return sha256(f"{salt}:{self._token}".encode()).hexdigest()


class ApiToken(_Token):
    """The API token of a generation 0 dashboard, sent without a scheme (Nezha 0.20.13, `auth.go`)."""

    generations: ClassVar = frozenset({0})
    scheme = ""


class PersonalAccessToken(_Token):
    """A personal access token of Nezha 2.1.0 and later; a refused one counts as an attack, so it is sent once only."""

    generations: ClassVar = frozenset({2})
    scheme = "Bearer "


def token_credential(token: str) -> ApiToken | PersonalAccessToken:
    """Return the credential that a token is; those of Nezha 2.1.0 and later say so by how they begin."""
    return PersonalAccessToken(token) if token.startswith("nzp_") else ApiToken(token)


class Guest:
    """No credential: what a dashboard of generation 1 or 2 shows to everybody."""

    generations: ClassVar = frozenset({1, 2})

    async def headers(self, transport: Transport) -> Mapping[str, str]:
        """Return no header."""
        return {}

    def forget_session(self) -> bool:
        """Tell that a guest has no session."""
        return False

    def doubt_session(self) -> None:
        """Do nothing, for a guest has no session."""

    def fingerprint(self, salt: str) -> str:
        """Return what identifies a guest."""
        return sha256(f"{salt}:guest".encode()).hexdigest()


class Login:
    """User name and password of a dashboard of generation 1 or 2, behind a session that renews itself.

    An ended session would silently turn into a guest's, or count as an attack, on endpoints that are open to guests
    (Nezha 1.14.14, 2.3.7): its header is given out only right after a proof that it is valid.
    """

    generations: ClassVar = frozenset({1, 2})

    def __init__(self, username: str, password: str) -> None:
        """Keep user name and password; the first request logs in."""
        self._username = username
        self._password = password
        self._session = ""
        self._ends_at = self._proven_at = self._logged_in_at = float("-inf")

    async def headers(self, transport: Transport) -> Mapping[str, str]:
        """Return the header of a valid session. Raises NezhaAuthError, SessionEndedError or what a request raises."""
        if monotonic() - self._proven_at >= TRUST and not await self._is_valid(transport):
            await self._log_in(transport)
        return self._header()

    def forget_session(self) -> bool:
        """Forget the session; the next request logs in again."""
        self._proven_at = self._ends_at = float("-inf")
        return True

    def doubt_session(self) -> None:
        """Ask whether the session is valid before it is used again."""
        self._proven_at = float("-inf")

    def fingerprint(self, salt: str) -> str:
        """Return what identifies this login without telling it."""
        return sha256(f"{salt}:{self._username}:{self._password}".encode()).hexdigest()

    def _header(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._session}"}

    async def _is_valid(self, transport: Transport) -> bool:
        """Ask an endpoint that wants a login whether the session is valid; its answer holds secrets and is not kept."""
        if monotonic() >= self._ends_at:
            return False
        answer = await transport.get(PROFILE, self._header())
        if not _succeeded(answer):
            self.forget_session()
            return False
        self._proven_at = monotonic()
        return True

    async def _log_in(self, transport: Transport) -> None:
        """Log in, once; a refused login counts as an attack and must not be repeated."""
        if monotonic() - self._logged_in_at < LOGIN_PAUSE:
            raise SessionEndedError("the dashboard ended a session that had just begun")
        answer = await transport.post(LOGIN, {"username": self._username, "password": self._password})
        self._logged_in_at = monotonic()
        if not _succeeded(answer):
            raise LoginRefusedError("the dashboard refused the login")
        try:
            session, expires = answer.body["data"]["token"], datetime.fromisoformat(answer.body["data"]["expire"])
            life = (expires - (answer.time or datetime.now(UTC))).total_seconds()
        except (KeyError, TypeError, ValueError) as err:
            raise SessionEndedError("a login without a session") from err
        if not _fits_a_header(session):
            raise SessionEndedError("a session that is none")
        self._session = session
        self._proven_at = self._logged_in_at
        self._ends_at = self._logged_in_at + max(life - MARGIN, life / 2)


def _fits_a_header(value: object) -> bool:
    """Tell whether something is a text that can be sent in a header."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and bool(value)


def _succeeded(answer: Answer) -> bool:
    """Tell whether an envelope of generation 1 or 2 reports success; raises SessionEndedError if it is none."""
    match answer.body:
        case {"success": True}:
            return True
        case {"error": str(text)} if text.startswith("ApiErrorUnauthorized"):
            return False
        case _:
            raise SessionEndedError(f"HTTP {answer.status} instead of a session")
