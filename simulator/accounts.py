"""Who may look at a dashboard of generation 1 or 2: its users with sessions, tokens with scopes, and guests."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
import hmac
import json
from typing import Any, Final

from simulator.clock import Clock
from simulator.servers import ADMINISTRATOR
from simulator.settings import Settings

TOKEN_PREFIX: Final = "nzp_"  # noqa: S105  # of every token
HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Whoever can log in."""

    id: int
    username: str
    password: str
    is_administrator: bool = True
    """Whether everything is theirs; a member has what is their own."""

    def owns(self, owner: int) -> bool:
        """Return whether what belongs to a user is theirs."""
        return self.is_administrator or self.id == owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A personal access token."""

    id: int
    owner: int
    """The id of its user."""
    value: str
    name: str
    scopes: tuple[str, ...]
    server_ids: frozenset[int]
    """The only servers that it shows; empty for no limit."""
    created: float
    """Unix seconds on the dashboard's clock."""
    expires: float | None

    def allows(self, scope: str) -> bool:
        """Return whether one of the scopes covers another."""
        resource = scope.rpartition(":")[0]
        return not {scope, f"{resource}:*", "nezha:*"}.isdisjoint(self.scopes)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks."""

    user: User | None = None
    """None for a guest."""
    token: Token | None = None

    def owns(self, owner: int) -> bool:
        """Return whether what belongs to a user is this viewer's."""
        return self.user is not None and self.user.owns(owner)

    def allows(self, server_id: int) -> bool:
        """Return whether no whitelist keeps a server from this viewer."""
        return self.token is None or not self.token.server_ids or server_id in self.token.server_ids


GUEST: Final = Viewer()


class Standing(Enum):
    """What a dashboard thinks of a session token (JWT) that opens nothing."""

    GUEST = auto()
    """Expired, of another address, or none of its own."""
    REVOKED = auto()
    """Rightly signed, but its session was ended."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a login earns."""

    token: str
    expires: int
    """Unix seconds."""


class Accounts:
    """The users, their sessions and their tokens."""

    def __init__(
        self, settings: Settings, clock: Clock, seed: int, *, has_roles: bool = True, has_sessions: bool = True
    ) -> None:
        """Begin with the administrator alone, without a session and without a token.

        Args:
            settings: Tell the administrator's name and password.
            clock: Decides what has expired.
            seed: Dashboards of different seeds do not know each other's logins.
            has_roles: Whether there are members, who came with 1.4.0; before, every user is an administrator.
            has_sessions: Whether sessions are remembered and can be ended one by one, which came with 2.0.14.

        """
        self.tokens: Final[dict[str, Token]] = {}
        self._settings: Final = settings
        self._members: Final[list[User]] = []
        self._has_administrator = True
        self._clock: Final = clock
        self._seed: Final = seed
        self._has_roles: Final = has_roles
        self._has_sessions: Final = has_sessions
        self._key = 0
        self._logins = 0
        self._tokens_made = 0
        self._expired_up_to = 0
        self._ended_up_to = 0

    @property
    def users(self) -> list[User]:
        """Return everybody who can log in."""
        settings = self._settings
        administrator = User(id=ADMINISTRATOR, username=settings.username, password=settings.password)
        return [*([administrator] if self._has_administrator else []), *self._members]

    def user(self, user_id: int) -> User | None:
        """Return the user of an id, None if there is none."""
        return next((user for user in self.users if user.id == user_id), None)

    def named(self, username: str) -> User | None:
        """Return the user of a name, None if there is none."""
        return next((user for user in self.users if user.username == username), None)

    def add_member(self, username: str, password: str) -> User:
        """Make a further user, who is a member where there are any.

        Raises:
            ValueError: Somebody has this name.

        """
        if self.named(username):
            raise ValueError(f"there is a user {username} already")
        number = ADMINISTRATOR + 1 + len(self._members)
        self._members.append(
            User(id=number, username=username, password=password, is_administrator=not self._has_roles)
        )
        return self._members[-1]

    def log_in(self, user_id: int, address: str, *, seconds: float = HOUR) -> Login:
        """Return the token of a user's new session, bound to a client's address."""
        self._logins += 1
        expires = int(self._clock.dashboard_now() + seconds)
        claims = {"exp": expires, "ip": address, "sid": self._logins, "user_id": str(user_id)}
        body = f"{_encode({'alg': 'HS256', 'typ': 'JWT'})}.{_encode(claims)}"
        return Login(f"{body}.{self._signature(body)}", expires)

    def standing(self, token: str, address: str) -> User | Standing:
        """Return whose session a token that came from an address opens, or what else it is worth."""
        claims = self._claims(token)
        if claims is None or claims["exp"] <= self._clock.dashboard_now() or claims["sid"] <= self._expired_up_to:
            return Standing.GUEST
        user = self.user(int(claims["user_id"]))
        if user is None or claims["sid"] <= self._ended_up_to:
            return Standing.REVOKED
        return user if claims["ip"] == address else Standing.GUEST

    def expire_sessions(self) -> None:
        """Let every session token so far be too old."""
        self._expired_up_to = self._logins

    def end_sessions(self) -> None:
        """Revoke every session so far; where sessions are not remembered, sign with another key instead."""
        if self._has_sessions:
            self._ended_up_to = self._logins
        else:
            self._key += 1

    def delete_user(self) -> None:
        """Let the administrator's tokens and rightly signed sessions belong to nobody."""
        self._has_administrator = False

    def add_token(
        self,
        value: str,
        scopes: Iterable[str],
        *,
        owner: int = ADMINISTRATOR,
        server_ids: Iterable[int] = (),
        days: float | None = None,
    ) -> Token:
        """Make a user's personal access token; without days it never expires."""
        self._tokens_made += 1
        created = self._clock.dashboard_now()
        token = Token(
            id=self._tokens_made,
            owner=owner,
            value=value,
            name=f"token {self._tokens_made}",
            scopes=tuple(scopes),
            server_ids=frozenset(server_ids),
            created=created,
            expires=None if days is None else created + days * 24 * HOUR,
        )
        self.tokens[value] = token
        return token

    def expired(self, token: Token) -> bool:
        """Return whether a token is too old."""
        return token.expires is not None and token.expires <= self._clock.dashboard_now()

    def _claims(self, token: str) -> dict[str, Any] | None:
        """Return what a token says if this dashboard signed it."""
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            return None
        try:
            claims = json.loads(urlsafe_b64decode(body.partition(".")[2] + "=="))
        except Error, ValueError:
            return None
        return claims if isinstance(claims, dict) else None

    def _signature(self, body: str) -> str:
        key = f"seed {self._seed}, key {self._key}".encode()
        return _base64(hmac.digest(key, body.encode(), sha256))


def _encode(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
