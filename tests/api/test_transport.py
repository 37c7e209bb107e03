"""Addresses as people type them, and every way in which one request can fail, each with its real cause."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
import gzip
from pathlib import Path
import socket
from typing import override
from unittest.mock import patch

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import unused_port
import pytest

from custom_components.nezha.api import (
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
    NezhaConnectionError,
    NezhaError,
    NotNezhaError,
    RedirectedError,
    base_url,
    is_on_local_network,
    session_options,
)
from simulator.faults import FaultKind
from simulator.go_json import encode
from tests.serving import DETAILS, ServedDashboard

from .certificates import make_certificate, served_with, trusting
from .conftest import Connect, ServeSite
from .site import HTML, Answer, reply, result

TRANSPORT = "custom_components.nezha.api.transport"
ONE_SERVER = [{"id": 1, "last_active": 1_795_438_088}]
ONE_SERVER_BODY = encode({"code": 0, "result": ONE_SERVER})

TYPED = [
    ("https://nezha.example.com", "https://nezha.example.com"),
    ("https://nezha.example.com/", "https://nezha.example.com"),
    ("http://nezha.example.com:8008", "http://nezha.example.com:8008"),
    ("http://nezha.example.com:80", "http://nezha.example.com"),
    ("https://example.com/nezha", "https://example.com/nezha"),
    ("https://example.com/tools/nezha///", "https://example.com/tools/nezha"),
    ("  https://nezha.example.com \n", "https://nezha.example.com"),
    ("HTTPS://Nezha.Example.COM/Sub", "https://nezha.example.com/Sub"),
    ("https://nezha.example.com/?theme=dark#top", "https://nezha.example.com"),
    ("https://example.com/nezha/?id=1", "https://example.com/nezha"),
    ("https://数据.example.com", "https://xn--vxup8b.example.com"),
    ("nezha.example.com", "https://nezha.example.com"),
    ("nezha.example.com/", "https://nezha.example.com"),
    ("nezha.example.com/sub/path/", "https://nezha.example.com/sub/path"),
    ("nezha.example.com:443", "https://nezha.example.com"),
    ("nezha.example.com:8443", "https://nezha.example.com:8443"),
    ("nezha.example.com:8008", "http://nezha.example.com:8008"),
    ("nezha", "http://nezha"),
    ("localhost:8008", "http://localhost:8008"),
    ("Nezha.LAN", "http://nezha.lan"),
    ("nezha.local/sub", "http://nezha.local/sub"),
    ("192.0.2.1", "http://192.0.2.1"),
    ("192.0.2.1:8008/", "http://192.0.2.1:8008"),
    ("192.0.2.1:443", "http://192.0.2.1:443"),
    ("https://192.0.2.1", "https://192.0.2.1"),
    ("2001:db8::1", "http://[2001:db8::1]"),
    ("2001:DB8::1/", "http://[2001:db8::1]"),
    ("::1", "http://[::1]"),
    ("[2001:db8::1]", "http://[2001:db8::1]"),
    ("[2001:db8::1]:8008", "http://[2001:db8::1]:8008"),
    ("https://[2001:db8::1]:8443/nezha/", "https://[2001:db8::1]:8443/nezha"),
]

NO_ADDRESSES = [
    "",
    "   ",
    "/",
    "https://",
    "http:///nezha",
    "://nezha.example.com",
    "ftp://nezha.example.com",
    "ws://nezha.example.com",
    "javascript:alert(1)",
    "https://user@nezha.example.com",
    "https://user:password@nezha.example.com",
    "https://:password@nezha.example.com",
    "user:password@nezha.example.com",
    "nezha.example.com:port",
    "nezha.example.com:65536",
    "http://nezha.example.com:-1",
    "[2001:db8::1",
    "2001:db8::1/nezha",
    "https://[nezha]",
]


@pytest.mark.parametrize(("typed", "url"), TYPED)
def test_typed_address_is_understood(typed: str, url: str) -> None:
    """Without a scheme local names, addresses and odd ports mean http; what is no part of a base is dropped."""
    assert str(base_url(typed)) == url


@pytest.mark.parametrize("typed", NO_ADDRESSES)
def test_what_cannot_be_an_address_is_refused(typed: str) -> None:
    """Other schemes, credentials, bad ports and garbage."""
    with pytest.raises(InvalidUrlError):
        base_url(typed)


LOCAL = [
    "http://nezha",
    "http://nezha.local",
    "https://nezha.home.arpa:8443/sub",
    "http://192.168.1.2:8008",
    "http://10.0.0.1",
    "http://127.0.0.1",
    "http://[fd00::1]",
    "http://[::1]:8008",
]
NOT_LOCAL = [
    "http://nezha.example.com",
    "https://local.example.com",
    "http://8.8.8.8",
    "http://[2606:4700::1]:8008",
    "http://notlocal.com",
]


@pytest.mark.parametrize(("url", "local"), [*((url, True) for url in LOCAL), *((url, False) for url in NOT_LOCAL)])
def test_local_network_is_known_by_address_or_name(url: str, *, local: bool) -> None:
    """Private addresses, and names that no public resolver knows."""
    assert is_on_local_network(base_url(url)) is local


@pytest.mark.parametrize("path", ["", "/nezha", "/tools/nezha%20%C3%A4"])
async def test_dashboard_may_live_below_a_path(path: str, connect: Connect, serve_site: ServeSite) -> None:
    """The path of the base address stands before that of the request."""
    site = await serve_site(result(ONE_SERVER))

    await connect(site.url + path).snapshot()

    assert site.requests[-1].path == f"{path}{DETAILS}"


class Nowhere(AbstractResolver):
    """Knows no host."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    @override
    async def close(self) -> None:
        pass


async def test_host_without_address_cannot_be_resolved(connect: Connect, socket_enabled: None) -> None:
    """A name that nobody knows."""
    connector = TCPConnector(resolver=Nowhere())
    async with ClientSession(connector=connector, **session_options()) as session:
        with pytest.raises(CannotResolveError):
            await connect("http://nezha.invalid", session=session).snapshot()


async def test_port_where_nothing_listens_refuses(connect: Connect) -> None:
    """A host that is up, without a dashboard."""
    with pytest.raises(ConnectionRefusedByHostError):
        await connect(f"http://127.0.0.1:{unused_port()}").snapshot()


@pytest.mark.parametrize("kind", [FaultKind.SLOW, FaultKind.TRICKLE])
async def test_no_complete_answer_in_time(kind: FaultKind, connect: Connect, dashboard: ServedDashboard) -> None:
    """Neither a late answer nor one that never ends keeps a client waiting."""
    client = connect(dashboard.url, dashboard.token)
    await client.snapshot()
    dashboard.simulated.faults.add(DETAILS, kind, seconds=0.01 if kind is FaultKind.TRICKLE else 60)

    with patch(f"{TRANSPORT}.TIMEOUT", ClientTimeout(total=0.2)), pytest.raises(ConnectionTimeoutError):
        await client.snapshot()


@pytest.mark.parametrize(
    ("host", "days", "trusted"),
    [
        pytest.param("127.0.0.1", 1, False, id="self-signed"),
        pytest.param("127.0.0.1", -1, True, id="expired"),
        pytest.param("192.0.2.1", 1, True, id="of another host"),
    ],
)
async def test_certificate_cannot_be_trusted(  # noqa: PLR0913 - what varies, and fixtures
    tmp_path: Path, connect: Connect, serve_site: ServeSite, *, host: str, days: int, trusted: bool
) -> None:
    """No request is sent over such a connection."""
    certificate = make_certificate(tmp_path / "certificate.pem", host=host, days=days)
    site = await serve_site(result(ONE_SERVER), ssl=served_with(certificate))

    connector = TCPConnector(ssl=trusting(certificate) if trusted else True)
    async with ClientSession(connector=connector, **session_options()) as session:
        with pytest.raises(CertificateError):
            await connect(site.url, session=session).snapshot()
    assert site.requests == []


@pytest.mark.parametrize("verified", [True, False])
async def test_certificate_is_trusted(
    tmp_path: Path, connect: Connect, serve_site: ServeSite, *, verified: bool
) -> None:
    """With the right authority, or with a session that does not look."""
    certificate = make_certificate(tmp_path / "certificate.pem")
    site = await serve_site(result(ONE_SERVER), ssl=served_with(certificate))

    connector = TCPConnector(ssl=trusting(certificate) if verified else False)
    async with ClientSession(connector=connector, **session_options()) as session:
        assert (await connect(site.url, session=session).snapshot()).servers


async def test_plain_http_behind_https_is_no_matter_of_certificates(connect: Connect, serve_site: ServeSite) -> None:
    """A dashboard listens without TLS unless a proxy adds it."""
    site = await serve_site(result(ONE_SERVER))

    with pytest.raises(NezhaConnectionError) as caught:
        await connect(site.url.replace("http:", "https:")).snapshot()

    assert caught.value.key == "cannot_connect"
    assert site.requests == []


type Speak = Callable[[bytes], Awaitable[str]]


@pytest.fixture
async def speak(socket_enabled: None) -> AsyncIterator[Speak]:
    """Return what serves these bytes to everybody, and closes the connection."""
    servers: list[asyncio.Server] = []

    async def start(spoken: bytes) -> str:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(spoken)
            await writer.drain()
            writer.close()

        servers.append(await asyncio.start_server(talk, "127.0.0.1", 0))
        return f"http://127.0.0.1:{servers[-1].sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "spoken",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another protocol"),
        pytest.param(HEAD + b"Content-Length: 10\r\n\r\n{}", id="cut off"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}", id="cut off between chunks"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\nnonsense", id="no chunks"),
        pytest.param(HEAD + b"Content-Encoding: gzip\r\n\r\nnonsense", id="no gzip"),
        pytest.param(HEAD + b"X-Long: " + 10_000 * b"x" + b"\r\n\r\n{}", id="long header"),
    ],
)
async def test_broken_connection_is_no_answer(spoken: bytes, connect: Connect, speak: Speak) -> None:
    """Whatever aiohttp cannot read."""
    with pytest.raises(NezhaConnectionError) as caught:
        await connect(await speak(spoken)).snapshot()

    assert caught.value.key == "cannot_connect"
    assert str(caught.value)


FAULTS = [
    (FaultKind.DROP, NezhaConnectionError),
    (FaultKind.SERVER_ERROR, DashboardError),
    (FaultKind.PANIC, DashboardError),
    (FaultKind.BAD_GATEWAY, DashboardError),
    (FaultKind.BAD_GATEWAY_BARE, DashboardError),
    (FaultKind.WEB_PAGE, NotNezhaError),
    (FaultKind.NOT_FOUND, NotNezhaError),
    (FaultKind.BARE, NotNezhaError),
    (FaultKind.LOGIN_PAGE, LoginPageError),
    (FaultKind.BASIC_AUTH, LoginPageError),
    (FaultKind.CHALLENGE, BrowserCheckError),
    (FaultKind.EMPTY, InvalidAnswerError),
    (FaultKind.GARBAGE, InvalidAnswerError),
]


@pytest.mark.parametrize(("kind", "error"), FAULTS)
async def test_fault_at_the_first_request_is_told_by_its_error(
    kind: FaultKind, error: type[NezhaError], connect: Connect, dashboard: ServedDashboard
) -> None:
    """A dashboard that is not known yet fails in some way at every path."""
    dashboard.simulated.faults.add("*", kind)

    with pytest.raises(error) as caught:
        await connect(dashboard.url, dashboard.token).snapshot()

    assert type(caught.value) is error
    assert [request for request in dashboard.simulated.requests if request.authorization] == []


async def test_connection_that_was_kept_too_long_costs_nothing(connect: Connect, dashboard: ServedDashboard) -> None:
    """Between two polls a dashboard may close the connection; the request is sent once more over a new one."""
    client = connect(dashboard.url, dashboard.token)
    await client.snapshot()
    dashboard.simulated.faults.add(DETAILS, FaultKind.DROP, 1)

    assert len((await client.snapshot()).servers) == 8


PAGES = [
    pytest.param(reply(b"<h1>Error</h1>", status=503, content_type=HTML), DashboardError, id="unavailable"),
    pytest.param(reply(b"<h1>Denied</h1>", status=403, content_type=HTML), NotNezhaError, id="forbidden"),
    pytest.param(reply(b"<h1>Nezha WAF</h1>", status=403, content_type=HTML), BlockedError, id="blocked"),
    pytest.param(reply(b"About Nezha WAF", content_type=HTML), NotNezhaError, id="page about blocking"),
    pytest.param(reply(b"OK", content_type="text/plain"), NotNezhaError, id="plain text"),
    pytest.param(reply(b"\xff\xfe\x00", content_type=HTML), NotNezhaError, id="no text"),
    pytest.param(reply(b"Who?", status=401, content_type=HTML), LoginPageError, id="unauthorized"),
    pytest.param(reply(b"Who?", status=407, content_type=HTML), LoginPageError, id="proxy's own login"),
    pytest.param(reply(status=403, content_type=HTML, www_authenticate="Digest x=y"), LoginPageError, id="digest"),
    pytest.param(reply(b'<INPUT TYPE="password">', status=403, content_type=HTML), LoginPageError, id="form"),
    pytest.param(reply(status=503, content_type=HTML, cf_mitigated="challenge"), BrowserCheckError, id="challenge"),
    pytest.param(
        reply(b'<script src="/cdn-cgi/challenge-platform/x.js">', status=503, content_type=HTML),
        BrowserCheckError,
        id="challenge in the page",
    ),
]


@pytest.mark.parametrize(("answer", "error"), PAGES)
async def test_page_is_told_by_its_error(
    answer: Answer, error: type[NezhaError], connect: Connect, serve_site: ServeSite
) -> None:
    """What web servers, proxies and portals answer with."""
    site = await serve_site(answer)

    with pytest.raises(error) as caught:
        await connect(site.url).snapshot()

    assert type(caught.value) is error


INVALID = [
    pytest.param(b"", id="empty"),
    pytest.param(ONE_SERVER_BODY[:-1], id="one byte short"),
    pytest.param(ONE_SERVER_BODY + b"}", id="one byte long"),
    pytest.param(ONE_SERVER_BODY.replace(b"0", b"NaN", 1), id="NaN"),
    pytest.param(ONE_SERVER_BODY.replace(b"0", b"-Infinity", 1), id="infinity"),
    pytest.param(ONE_SERVER_BODY.replace(b"0", 5000 * b"9", 1), id="long number"),
    pytest.param(b'"\xff"', id="no text"),
    pytest.param(100_000 * b"[" + 100_000 * b"]", id="nested too deep"),
    pytest.param(b"<!DOCTYPE html>", id="page that says it is JSON"),
]


@pytest.mark.parametrize("body", INVALID)
async def test_json_that_is_none_is_invalid(body: bytes, connect: Connect, serve_site: ServeSite) -> None:
    """An answer of JSON's content type with a body of another kind."""
    site = await serve_site(reply(body))

    with pytest.raises(InvalidAnswerError):
        await connect(site.url).snapshot()


@pytest.mark.parametrize("content_type", ["application/json", "text/json; charset=utf-8", "application/x+json"])
async def test_json_is_known_by_its_content_type(content_type: str, connect: Connect, serve_site: ServeSite) -> None:
    """Proxies may rewrite it a little."""
    site = await serve_site(reply(ONE_SERVER_BODY, content_type=content_type))

    assert (await connect(site.url).snapshot()).servers


async def test_compressed_answer_is_read(connect: Connect, serve_site: ServeSite) -> None:
    """A proxy may compress; the size is that of the JSON."""
    body = encode({"code": 0, "result": [{"monitor_id": 1, "monitor_name": 1000 * "x"}]})
    site = await serve_site(reply(gzip.compress(body), content_encoding="gzip"))

    assert (await connect(site.url).latencies(1)).size == len(body)


@pytest.mark.parametrize("compressed", [True, False])
async def test_body_above_the_limit_is_not_read(connect: Connect, serve_site: ServeSite, *, compressed: bool) -> None:
    """The limit counts what a compressed body holds."""
    body = ONE_SERVER_BODY + 200_000 * b" "
    answer = reply(gzip.compress(body), content_encoding="gzip") if compressed else reply(body)
    site = await serve_site(answer)
    client = connect(site.url)

    with patch(f"{TRANSPORT}.MOST_BYTES", len(body) - 1), pytest.raises(InvalidAnswerError):
        await client.snapshot()
    with patch(f"{TRANSPORT}.MOST_BYTES", len(body)):
        assert (await client.snapshot()).servers


NOON = datetime(2026, 11, 23, 12, 48, 20, tzinfo=UTC)
LAST_ACTIVE = datetime.fromtimestamp(1_795_438_088, UTC)


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("Mon, 23 Nov 2026 12:48:20 GMT", NOON),
        ("Mon, 23 Nov 2026 20:48:20 +0800", NOON),
        ("Mon, 23 Nov 2026 12:48:20", NOON),
        ("", LAST_ACTIVE),
        ("yesterday", LAST_ACTIVE),
        ("Mon, 23 Nov 2026 12:48:20 +9999", LAST_ACTIVE),
        ("Fri, 31 Dec 9999 23:48:20 -1200", LAST_ACTIVE),
        ("Fri, 31 Dec 9999 23:48:20 GMT", LAST_ACTIVE),
        ("Thu, 01 Jan 1970 00:00:07 GMT", LAST_ACTIVE),
    ],
)
async def test_clock_of_an_answer(date: str, time: datetime, connect: Connect, serve_site: ServeSite) -> None:
    """It is the Date header's, unless that is missing or no date."""
    site = await serve_site(reply(ONE_SERVER_BODY, date=date))

    assert (await connect(site.url).snapshot()).time == time


MOVED = [
    ("https://nezha.example.com{path}", "https://nezha.example.com"),
    ("https://nezha.example.com:8443{path}", "https://nezha.example.com:8443"),
    ("https://example.com/nezha{path}", "https://example.com/nezha"),
    ("https://example.com/nezha{path}/", "https://example.com/nezha"),
    ("https://nezha.example.com{path}?from=http#top", "https://nezha.example.com"),
    ("https://user:password@nezha.example.com{path}", "https://nezha.example.com"),
    ("https://nezha.example.com/", "https://nezha.example.com"),
    ("https://nezha.example.com", "https://nezha.example.com"),
    ("//nezha.example.com{path}", "http://nezha.example.com"),
    ("/nezha{path}", "{site}/nezha"),
]


@pytest.mark.parametrize(("location", "target"), MOVED)
async def test_redirect_tells_the_address_to_use(
    location: str, target: str, connect: Connect, dashboard: ServedDashboard
) -> None:
    """A dashboard that moved keeps the path below its new base address; the root of a host is one, too."""
    client = connect(dashboard.url, dashboard.token)
    await client.snapshot()
    dashboard.simulated.faults.add(DETAILS, FaultKind.REDIRECT, location=location.format(path=DETAILS))

    with pytest.raises(RedirectedError) as caught:
        await client.snapshot()

    assert caught.value.target == target.format(site=dashboard.url)


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("{path}", DashboardError),
        ("{path}/", DashboardError),
        ("{path}?again=1", DashboardError),
        ("{site}{path}", DashboardError),
        ("{site}", NotNezhaError),
        ("/", NotNezhaError),
    ],
)
@pytest.mark.parametrize("base", ["", "/nezha"])
async def test_redirect_in_a_circle_advises_nothing(
    base: str, location: str, error: type[NezhaError], connect: Connect, serve_site: ServeSite
) -> None:
    """The address to use would be the one that was used; a start page below another path is one, though."""
    site = await serve_site(result(ONE_SERVER))
    client = connect(site.url + base)
    await client.snapshot()
    target = location.format(path=f"{base}{DETAILS}", site=site.url)
    site.answer = reply(status=301, location=target)

    with pytest.raises(RedirectedError if base and error is NotNezhaError else error):
        await client.snapshot()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_every_kind_of_redirect_is_one(status: int, connect: Connect, dashboard: ServedDashboard) -> None:
    """Also those that a browser would follow with the same method, for ever or once."""
    location = "https://nezha.example.com/api/v1/setting"
    dashboard.simulated.faults.add("*", FaultKind.REDIRECT, status=status, location=location)

    with pytest.raises(RedirectedError) as caught:
        await connect(dashboard.url, dashboard.token).snapshot()

    assert caught.value.target == "https://nezha.example.com"


PORTALS = [
    "https://auth.example.com/login",
    "https://auth.example.com/?rd=https://nezha.example.com{path}",
    "https://auth.example.com/sign-in?next={path}",
    "/login",
    "/outpost/start?rd=/",
    "login.html",
]


@pytest.mark.parametrize("location", PORTALS)
async def test_redirect_to_a_portal_is_a_login_page(
    location: str, connect: Connect, dashboard: ServedDashboard
) -> None:
    """Another path than the one asked for is no dashboard's."""
    dashboard.simulated.faults.add("*", FaultKind.REDIRECT, location=location.format(path=DETAILS))

    with pytest.raises(LoginPageError):
        await connect(dashboard.url, dashboard.token).snapshot()


async def test_json_of_a_redirect_is_not_read(connect: Connect, serve_site: ServeSite) -> None:
    """Portals that speak JSON redirect nevertheless."""
    site = await serve_site(reply(ONE_SERVER_BODY, status=302, location="https://auth.example.com/login"))

    with pytest.raises(LoginPageError):
        await connect(site.url).snapshot()


@pytest.mark.parametrize("path", ["{path}", "/", "/login"])
async def test_credential_never_travels_to_a_redirects_target(
    path: str, connect: Connect, dashboard: ServedDashboard, serve_site: ServeSite
) -> None:
    """Nobody is asked but the dashboard itself."""
    elsewhere = await serve_site(result(ONE_SERVER))
    client = connect(dashboard.url, dashboard.token)
    await client.snapshot()
    location = elsewhere.url + path.format(path=DETAILS)
    dashboard.simulated.faults.add(DETAILS, FaultKind.REDIRECT, location=location)

    with pytest.raises((RedirectedError, LoginPageError)):
        await client.snapshot()

    assert dashboard.asked(DETAILS)[-1].authorization
    assert elsewhere.requests == []
