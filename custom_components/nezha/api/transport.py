"""One request to a dashboard: its time limits, and everything that can go wrong with it, as our errors."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
import json
import re
from typing import Any, NoReturn

import aiohttp
from yarl import URL

from .errors import (
    BlockedError,
    BrowserCheckError,
    CannotResolveError,
    CertificateError,
    ConnectionRefusedByHostError,
    ConnectionTimeoutError,
    DashboardError,
    InvalidAnswerError,
    InvalidUrlError,
    LoginPageError,
    NezhaAuthError,
    NezhaConnectionError,
    NezhaError,
    NotNezhaError,
    RedirectedError,
    StreamRefusedError,
)

SILENCE = aiohttp.ClientWSTimeout(ws_receive=10, ws_close=1)  # dashboards send every 2 s and never answer a close
ENDED = "the session has ended"
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=10)
MOST_BYTES = 32 * 1024 * 1024  # decompressed; a thousand servers take less than one of them
PIECE = 64 * 1024
UNAUTHORIZED, FORBIDDEN = 401, 403
HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
LOCAL_SUFFIXES = (".local", ".lan", ".home", ".internal", ".home.arpa", ".localdomain")
TLS_PORTS = (443, 8443)
YEARS = range(2000, 2200)  # a clock that tells another year is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A JSON answer: HTTP status, the clock of who sent it, decoded body and size of the body in bytes."""

    status: int
    time: datetime | None
    body: Any
    size: int


def session_options() -> dict[str, Any]:
    """Return what the session of a client has to be made with.

    It keeps no cookies: those of a login would go with requests that have to be a guest's. Its handshakes of WebSockets
    follow no redirect: aiohttp would drop the credential on the way, and the stream would be a guest's.
    """
    tracing = aiohttp.TraceConfig()
    tracing.on_request_redirect.append(_refuse_redirect)
    return {"cookie_jar": aiohttp.DummyCookieJar(), "trace_configs": [tracing]}


async def _refuse_redirect(
    _session: aiohttp.ClientSession, _context: object, redirect: aiohttp.TraceRequestRedirectParams
) -> None:
    raise StreamRefusedError(f"HTTP {redirect.response.status} instead of a stream")


def base_url(text: str) -> URL:
    """Return the base address of a dashboard as people type it, without trailing slash, query or fragment.

    Without a scheme a local name, an address or a port other than those of TLS means http, everything else https.
    Raises InvalidUrlError for what cannot be an address of a dashboard, also when it holds a user name or password.
    """
    text = text.strip()
    try:
        url = URL(text if "://" in text else _with_scheme(text))
        if url.scheme not in {"http", "https"} or not _is_host(url) or url.user or url.password:
            raise InvalidUrlError
        return url.with_path(url.path.rstrip("/"))
    except ValueError as err:
        raise InvalidUrlError from err


def _is_host(url: URL) -> bool:
    """Tell whether an address has a host: an IP address or a name, and not a scheme that was mistyped."""
    host = url.raw_host or ""
    return _address_of(host) is not None or (bool(HOST_NAME.fullmatch(host)) and host not in {"http", "https"})


def _with_scheme(text: str) -> str:
    """Return an address that was typed without a scheme with the one that it most probably has."""
    if isinstance(_address_of(text.rstrip("/")), IPv6Address):
        text = f"[{text.rstrip('/')}]"
    url = URL(f"http://{text}")
    plain = _is_plain(url.host or "") or url.explicit_port not in {None, *TLS_PORTS}
    return f"{'http' if plain else 'https'}://{text}"


def _is_plain(host: str) -> bool:
    """Tell whether a host is an address or has a name that only a local network knows."""
    return _address_of(host) is not None or _has_local_name(host)


def is_on_local_network(url: URL) -> bool:
    """Tell whether an address is one of the local network, by its private address or by a name that only it knows."""
    host = url.host or ""
    address = _address_of(host)
    return address.is_private if address else _has_local_name(host)


def _has_local_name(host: str) -> bool:
    return "." not in host or host.endswith(LOCAL_SUFFIXES)


def _address_of(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


class Transport:
    """Sends requests to one dashboard; never follows a redirect."""

    def __init__(self, session: aiohttp.ClientSession, url: URL) -> None:
        """Use a session that stores no cookies."""
        self.session = session
        self.url = url

    async def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        """Return the JSON answer to one GET request, whatever its status.

        Raises NezhaConnectionError, InFrontError, NotNezhaError, BlockedError or DashboardError.
        """
        return await self._request("GET", path, headers, None)

    async def post(self, path: str, content: Mapping[str, str]) -> Answer:
        """Return the JSON answer to one POST request with a JSON text; raises as `get` does."""
        return await self._request("POST", path, {}, content)

    async def connect(self, path: str, headers: Mapping[str, str]) -> aiohttp.ClientWebSocketResponse:
        """Return an open WebSocket; `frames` closes it.

        Raises NezhaConnectionError, or StreamRefusedError, NezhaAuthError, BlockedError or BrowserCheckError when the
        handshake fails.
        """
        try:
            async with asyncio.timeout(TIMEOUT.total):
                return await self.session.ws_connect(
                    self._address(path), headers=headers, timeout=SILENCE, max_msg_size=MOST_BYTES
                )
        except (TimeoutError, aiohttp.ClientError, AssertionError) as err:
            failure = self._failure(err)
        raise failure

    async def frames[FrameT](
        self, stream: aiohttp.ClientWebSocketResponse, read: Callable[[Any, int], FrameT]
    ) -> AsyncGenerator[FrameT]:
        """Yield what each message of a WebSocket says; `read` gets it decoded, with its size in bytes.

        Garbage, also what `read` raises InvalidAnswerError for, is passed over. Ends with the connection. Raises
        ConnectionTimeoutError when nothing else comes for 10 s.
        """
        try:
            while True:
                async with asyncio.timeout(SILENCE.ws_receive):
                    frame = await _next_frame(stream, read)
                self._raise_if_ended()
                yield frame
        except TimeoutError as err:
            raise ConnectionTimeoutError("the stream is silent") from err
        except EOFError:
            return
        finally:
            await _let_go(stream)

    def _address(self, path: str) -> URL:
        """Return the address of a path; raises NezhaConnectionError when the session has ended meanwhile."""
        self._raise_if_ended()
        return URL(f"{str(self.url).rstrip('/')}/{path}", encoded=True)

    def _raise_if_ended(self) -> None:
        """Take no answer once the session has ended, for whoever asked is gone."""
        if self.session.closed:
            raise NezhaConnectionError(ENDED)

    def _failure(self, err: TimeoutError | aiohttp.ClientError | AssertionError) -> NezhaError:
        """Return our error; aiohttp's is an assertion when it tries again with a session that has ended."""
        return NezhaConnectionError(ENDED) if self.session.closed else _failure(err)

    async def _request(
        self, method: str, path: str, headers: Mapping[str, str], content: Mapping[str, str] | None
    ) -> Answer:
        try:
            async with self.session.request(
                method, self._address(path), headers=headers, json=content, allow_redirects=False, timeout=TIMEOUT
            ) as response:
                body = await _body(response)
                self._raise_if_ended()
                return _answer(response, path, body)
        except (TimeoutError, aiohttp.ClientError, AssertionError) as err:
            failure = self._failure(err)
        raise failure


def _answer(response: aiohttp.ClientResponse, path: str, body: bytes) -> Answer:
    """Return the answer that a response is, or raise the error for one that is no JSON."""
    if "json" not in response.content_type or response.status in range(300, 400):
        _raise_for_page(response, path, body)
    return Answer(status=response.status, time=_time(response), body=_decoded(body), size=len(body))


async def _next_frame[FrameT](stream: aiohttp.ClientWebSocketResponse, read: Callable[[Any, int], FrameT]) -> FrameT:
    """Return what the next message says that is no garbage; raises EOFError at the end of the stream."""
    while True:
        try:
            message = await stream.receive()
        except aiohttp.ClientError as err:
            raise EOFError from err  # it ended while a ping of the dashboard was to be answered
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise EOFError
        try:
            return read(_decoded(message.data), len(message.data.encode()))
        except InvalidAnswerError:
            continue


async def _let_go(stream: aiohttp.ClientWebSocketResponse) -> None:
    """Close a WebSocket; aiohttp would wait for an answer as long as messages come."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SILENCE.ws_close):
            await stream.close()


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Return the body, and no more of it than any dashboard would send."""
    pieces, size = [], 0
    async for piece in response.content.iter_chunked(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise InvalidAnswerError(f"more than {MOST_BYTES} bytes")
    return b"".join(pieces)


def _decoded(body: bytes) -> Any:
    """Return what a JSON text says; NaN and infinity are no JSON."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as err:
        raise InvalidAnswerError("not a complete JSON text" if body else "an empty answer") from err


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _time(response: aiohttp.ClientResponse) -> datetime | None:
    """Return the clock of who answered, from the Date header."""
    try:
        time = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except KeyError, ValueError, OverflowError:
        return None
    return time if time.year in YEARS else None


def _failure(err: TimeoutError | aiohttp.ClientError | AssertionError) -> NezhaError:
    """Return our error for one of aiohttp's, which must not be its cause: that tells the address and the credential."""
    match err:
        case TimeoutError():
            return ConnectionTimeoutError(f"no answer within {TIMEOUT.total} s")
        case aiohttp.WSServerHandshakeError():
            return _handshake_error(err)
        case aiohttp.ClientConnectorDNSError():
            return CannotResolveError("the host name has no address")
        case aiohttp.ClientConnectorCertificateError():
            return CertificateError(str(err.certificate_error).partition(",")[0])
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return ConnectionRefusedByHostError("nothing listens there")
        case _:
            return NezhaConnectionError(f"{type(err).__name__} {getattr(err, 'errno', None) or ''}".strip())


def _handshake_error(
    err: aiohttp.WSServerHandshakeError,
) -> NezhaAuthError | BlockedError | BrowserCheckError | StreamRefusedError:
    """Return our error for a handshake that was answered with something else than an upgrade.

    A dashboard says 401 in JSON for a refused token, 403 in HTML to an address that it blocks and in JSON for a scope
    that lacks, and 200 where a login is needed; a proxy that forwards no WebSockets makes it say 400 (Nezha 2.3.7).
    """
    headers: Mapping[str, str] = err.headers or {}
    if headers.get("cf-mitigated") == "challenge":
        return BrowserCheckError(f"HTTP {err.status} instead of a stream")
    match err.status, "json" in headers.get("Content-Type", ""):
        case 401, True:
            return NezhaAuthError("the stream was refused")
        case 403, False:
            return BlockedError("the stream was refused")
        case _:
            return StreamRefusedError(f"HTTP {err.status} instead of a stream")


def _raise_for_page(response: aiohttp.ClientResponse, path: str, body: bytes) -> NoReturn:
    """Raise the error for an answer that is no JSON."""
    text = body.decode("utf-8", "replace").lower()
    status, headers = response.status, response.headers
    if status in range(300, 400):
        _raise_for_redirect(response, path)
    if status == FORBIDDEN and "nezha waf" in text:
        raise BlockedError(f"HTTP {status}")
    challenged = status in {FORBIDDEN, 503} and "/cdn-cgi/challenge-platform/" in text
    if challenged or headers.get("cf-mitigated") == "challenge":
        raise BrowserCheckError(f"HTTP {status}")
    if headers.get("WWW-Authenticate", "").lower().startswith(("basic", "digest")):
        raise LoginPageError(f"HTTP {status} with {headers['WWW-Authenticate'].split()[0]} authentication")
    if status >= 500:  # noqa: PLR2004 - the class of HTTP's server errors
        raise DashboardError(f"HTTP {status}")
    if status in {UNAUTHORIZED, 407} or 'type="password"' in text:
        raise LoginPageError(f"HTTP {status}")
    raise NotNezhaError(f"HTTP {status} with {response.content_type or 'no content type'}")


def _raise_for_redirect(response: aiohttp.ClientResponse, path: str) -> NoReturn:
    """Raise for a moved dashboard, which keeps the path, or for the login page of something in front of it.

    To advise the address that was asked would help nobody: a proxy that leads there runs in circles, and a site that
    shows its start page instead knows no such path.
    """
    try:
        target = response.url.join(URL(response.headers.get("Location", ""))).with_user(None)
    except ValueError as err:
        raise NotNezhaError(f"HTTP {response.status} to no address") from err
    path, where = path.partition("?")[0], target.path.rstrip("/")
    if (where or target.query) and not where.endswith(f"/{path}"):
        raise LoginPageError(f"HTTP {response.status} to {target.host}")
    moved = target.with_path(where.removesuffix(f"/{path}"))
    if moved != response.url.with_path(response.url.path.removesuffix(f"/{path}")):
        raise RedirectedError(str(moved))
    if where:
        raise DashboardError(f"HTTP {response.status} to the same address")
    raise NotNezhaError(f"HTTP {response.status} to the start page")
