"""How a client proves that it may read a dashboard: each kind of credential only yields request headers."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol

from .errors import NezhaAuthError


class Credential(Protocol):
    """Something that a dashboard accepts as proof."""

    async def headers(self) -> Mapping[str, str]:
        """Return the headers of the next request; raises NezhaAuthError when there can be none."""

    def fingerprint(self, salt: str) -> str:
        """Return what identifies this credential without telling it."""


class ApiToken:
    """The API token of a generation 0 dashboard, sent as it is, without a scheme (Nezha 0.20.13, `auth.go`)."""

    def __init__(self, token: str) -> None:
        """Keep the token."""
        self._token = token

    async def headers(self) -> Mapping[str, str]:
        """Return the header; raises NezhaAuthError for what cannot be a token."""
        if not (self._token.isascii() and self._token.isprintable() and self._token):
            raise NezhaAuthError("the token has characters that no token has")
        return {"Authorization": self._token}

    def fingerprint(self, salt: str) -> str:
        """Return what identifies this token without telling it."""
        return sha256(f"{salt}:{self._token}".encode()).hexdigest()
