"""Adding a dashboard: everything that its owner may type, and everything that may stand in the way."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
import logging
from pathlib import Path
import ssl
from threading import Thread
from unittest.mock import patch

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from aiohttp.typedefs import Handler
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.nezha.const import DOMAIN
from simulator import Dashboard, FaultKind, World
from tests.flows import prefilled, start, submit, typed
from tests.serving import DETAILS, Serve, ServedDashboard, add_entry

MOST_REQUESTS = 3


async def test_address_and_token_add_the_dashboard(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """The entry is called like its host and keeps what was typed, nothing else."""
    form = await start(hass)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    assert not form["errors"]

    result = await submit(hass, form, typed(dashboard.url, dashboard.token))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == dashboard.url.removeprefix("http://")
    assert result["data"] == {"url": dashboard.url, "token": dashboard.token, "verify_ssl": True}
    assert not result["options"]
    await hass.async_block_till_done()
    assert result["result"].state is ConfigEntryState.LOADED


async def test_the_form_is_empty_at_first(hass: HomeAssistant) -> None:
    """Neither address nor token is suggested."""
    assert prefilled(await start(hass)) == {"advanced": {"verify_ssl": True}}


async def test_after_an_error_the_form_keeps_what_was_typed(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """Nothing has to be typed twice."""
    mistyped = typed(f" {dashboard.url}/ ", "mistyped", verify_ssl=False)
    form = await submit(hass, await start(hass), mistyped)
    assert form["errors"]
    assert prefilled(form) == mistyped

    await succeeds(hass, form, dashboard)


async def succeeds(
    hass: HomeAssistant, form: ConfigFlowResult, dashboard: ServedDashboard, *, url: str = "", verify_ssl: bool = True
) -> None:
    """Finish a flow: the form is corrected and the dashboard added."""
    user_input = typed(url or dashboard.url, dashboard.token, verify_ssl=verify_ssl)
    result = await submit(hass, form, user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert result["result"].state is ConfigEntryState.LOADED


async def test_one_attempt_asks_at_most_three_times(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """A form that is sent costs the dashboard next to nothing, and the token is shown to it once."""
    form = await submit(hass, await start(hass), typed(dashboard.url, "mistyped"))
    assert len(dashboard.simulated.requests) <= MOST_REQUESTS
    assert sum(request.authorization for request in dashboard.simulated.requests) == 1

    dashboard.simulated.requests.clear()
    await succeeds(hass, form, dashboard)
    assert len(dashboard.asked(DETAILS)) == 2, "one of the form, one of the entry"
    assert len(dashboard.simulated.requests) <= 2 * MOST_REQUESTS


async def test_a_refused_token_is_named_at_its_field(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """The dashboard knows another token."""
    form = await submit(hass, await start(hass), typed(dashboard.url, "mistyped"))
    assert form["errors"] == {"token": "invalid_auth"}

    await succeeds(hass, form, dashboard)


async def test_a_token_with_impossible_characters_is_refused_unasked(
    hass: HomeAssistant, dashboard: ServedDashboard
) -> None:
    """It could not be sent in a header."""
    form = await submit(hass, await start(hass), typed(dashboard.url, "令牌\n"))
    assert form["errors"] == {"token": "invalid_auth"}
    assert not any(request.authorization for request in dashboard.simulated.requests)

    await succeeds(hass, form, dashboard)


@pytest.mark.parametrize("token", [{}, {"token": ""}, {"token": " \t\n"}])
async def test_a_missing_token_is_named_once_it_is_clear_that_one_is_needed(
    hass: HomeAssistant, dashboard: ServedDashboard, token: dict[str, str]
) -> None:
    """Newer dashboards have other ways in, so the dashboard is asked what it is."""
    user_input = {"url": dashboard.url, "advanced": {"verify_ssl": True}, **token}
    form = await submit(hass, await start(hass), user_input)
    assert form["step_id"] == "user"
    assert form["errors"] == {"token": "token_empty"}
    assert len(dashboard.simulated.requests) <= MOST_REQUESTS
    assert not any(request.authorization for request in dashboard.simulated.requests)

    await succeeds(hass, form, dashboard)


async def test_a_token_of_a_newer_dashboard_is_named_and_not_sent(
    hass: HomeAssistant, dashboard: ServedDashboard
) -> None:
    """They are known by how they begin."""
    form = await submit(hass, await start(hass), typed(dashboard.url, "nzp_abcdefgh"))
    assert form["errors"] == {"token": "wrong_kind"}
    assert not any(request.authorization for request in dashboard.simulated.requests)

    await succeeds(hass, form, dashboard)


async def test_blanks_around_a_token_do_not_matter(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """They come along when a token is copied."""
    result = await submit(hass, await start(hass), typed(dashboard.url, f" {dashboard.token}\n"))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["token"] == dashboard.token


@pytest.mark.parametrize(
    "url",
    [
        "",
        "  ",
        "http://",
        "ftp://nezha.example.com",
        "nezha.example.com:port",
        "nezha.example.com:99999",
        "http://[2001:db8::1",
        "https://admin:secret@nezha.example.com",
        "admin@nezha.example.com",
        "javascript:alert(1)",
        "my nezha.example.com",
        "nezha.example.com /",
        "http:/nezha.example.com",
        "https://http://nezha.example.com",
    ],
)
async def test_what_cannot_be_an_address_is_named_at_its_field(
    hass: HomeAssistant, dashboard: ServedDashboard, url: str
) -> None:
    """Nothing is asked."""
    form = await submit(hass, await start(hass), typed(url, dashboard.token))
    assert form["errors"] == {"url": "invalid_url"}

    await succeeds(hass, form, dashboard)


@pytest.fixture
def known_hosts() -> Iterator[set[str]]:
    """Return the host names that lead to this machine; no other name has an address."""
    names: set[str] = set()

    async def resolve(_: object, host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
        if host not in names:
            raise OSError(None, "Domain name not found")
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    with patch.object(aiohttp.AsyncResolver, "resolve", resolve):
        yield names


@pytest.mark.usefixtures("known_hosts")
async def test_a_host_name_without_an_address_is_named(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """The name is mistyped, or Home Assistant's network does not know it."""
    form = await submit(hass, await start(hass), typed("nezha.example.com", dashboard.token))
    assert form["errors"] == {"base": "cannot_resolve"}

    await succeeds(hass, form, dashboard)


async def test_a_port_where_nothing_listens_is_named(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """The dashboard does not run, or has another port."""
    form = await submit(hass, await start(hass), typed(f"http://127.0.0.1:{unused_port()}", dashboard.token))
    assert form["errors"] == {"base": "connection_refused"}

    await succeeds(hass, form, dashboard)


async def test_a_dashboard_that_does_not_answer_in_time_is_named(
    hass: HomeAssistant, dashboard: ServedDashboard
) -> None:
    """Something holds the request back."""
    dashboard.simulated.faults.add("*", FaultKind.SLOW, seconds=60)
    with patch("custom_components.nezha.api.transport.TIMEOUT", aiohttp.ClientTimeout(total=0.1)):
        form = await submit(hass, await start(hass), typed(dashboard.url, dashboard.token))
    assert form["errors"] == {"base": "timeout"}

    dashboard.simulated.faults.clear()
    await succeeds(hass, form, dashboard)


async def test_https_where_only_http_is_spoken_is_named(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """It is no matter of certificates."""
    address = dashboard.url.replace("http://", "https://")
    form = await submit(hass, await start(hass), typed(address, dashboard.token))
    assert form["errors"] == {"base": "cannot_connect"}

    await succeeds(hass, form, dashboard)


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """Return what serves TLS with a certificate for this machine that nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    both = tmp_path / "both.pem"
    both.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(both)
    return context


@pytest.fixture
def behind_tls(socket_enabled: None, self_signed: ssl.SSLContext) -> Iterator[ServedDashboard]:
    """Return a dashboard whose certificate nobody knows, in a loop of its own: that one sees handshakes fail."""
    simulated = Dashboard(World(latency_points=5))
    server = TestServer(simulated.application(), host="127.0.0.1", scheme="https")
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start_server(ssl=self_signed), loop).result()
    yield ServedDashboard(simulated, str(server.make_url("")).rstrip("/"))
    asyncio.run_coroutine_threadsafe(server.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def test_a_certificate_that_nobody_knows_is_named_and_can_be_accepted(
    hass: HomeAssistant, behind_tls: ServedDashboard
) -> None:
    """The token is not sent until the owner has switched the verification off."""
    form = await submit(hass, await start(hass), typed(behind_tls.url, behind_tls.token))
    assert form["errors"] == {"base": "certificate"}
    assert not behind_tls.simulated.requests

    await succeeds(hass, form, behind_tls, verify_ssl=False)
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    assert entry.data == {"url": behind_tls.url, "token": behind_tls.token, "verify_ssl": False}


async def test_a_moved_dashboard_is_named_with_its_new_address(
    hass: HomeAssistant, dashboard: ServedDashboard, serve: Serve
) -> None:
    """The redirect is not followed; the address that the text names works."""
    new = await serve(dashboard.simulated)
    dashboard.simulated.faults.add(
        "/api/v1/setting", FaultKind.REDIRECT, times=1, location=f"{new.url}/api/v1/setting", status=301
    )
    form = await submit(hass, await start(hass), typed(dashboard.url, dashboard.token))
    assert form["errors"] == {"base": "redirected"}
    assert form["description_placeholders"]
    assert form["description_placeholders"]["target"] == new.url
    assert len(dashboard.simulated.requests) == 1

    await succeeds(hass, form, dashboard, url=new.url)


async def test_other_json_is_no_dashboard(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """Something else has an API at this address."""
    dashboard.simulated.faults.add("*", FaultKind.WRONG_SHAPE, body={"status": "ok"})
    form = await submit(hass, await start(hass), typed(dashboard.url, dashboard.token))
    assert form["errors"] == {"base": "not_nezha"}

    dashboard.simulated.faults.clear()
    await succeeds(hass, form, dashboard)


async def test_a_redirect_to_a_login_is_named_as_such(hass: HomeAssistant, dashboard: ServedDashboard) -> None:
    """Its address would not help."""
    login = "https://login.example.com/?then=/api/v1/setting"
    dashboard.simulated.faults.add("*", FaultKind.REDIRECT, location=login)
    form = await submit(hass, await start(hass), typed(dashboard.url, dashboard.token))
    assert form["errors"] == {"base": "login_page"}

    dashboard.simulated.faults.clear()
    await succeeds(hass, form, dashboard)


async def test_the_unexpected_is_logged_and_the_flow_goes_on(
    hass: HomeAssistant, dashboard: ServedDashboard, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of ours shows as such, without the token."""
    with patch("custom_components.nezha.connection.NezhaClient.snapshot", side_effect=RuntimeError("a mistake")):
        form = await submit(hass, await start(hass), typed(dashboard.url, dashboard.token))
    assert form["errors"] == {"base": "unknown"}
    assert "a mistake" in caplog.text
    assert dashboard.token not in caplog.text

    await succeeds(hass, form, dashboard)


@pytest.mark.parametrize(
    "spelling", ["{}", "  {}  ", "http://{}", "http://{}/", "HTTP://{}", "{}//", "{}/?lang=en#top"]
)
async def test_an_address_is_understood_as_people_type_it(
    hass: HomeAssistant, dashboard: ServedDashboard, spelling: str
) -> None:
    """What is stored does not depend on the spelling."""
    address = dashboard.url.removeprefix("http://")
    result = await submit(hass, await start(hass), typed(spelling.format(address), dashboard.token))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == address
    assert result["data"]["url"] == dashboard.url


async def test_a_host_name_is_stored_in_small_letters(
    hass: HomeAssistant, dashboard: ServedDashboard, known_hosts: set[str]
) -> None:
    """Capital letters mean nothing in it."""
    known_hosts.add("nezha.example.com")
    port = dashboard.url.rpartition(":")[2]
    result = await submit(hass, await start(hass), typed(f"Nezha.EXAMPLE.com:{port}", dashboard.token))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"nezha.example.com:{port}"
    assert result["data"]["url"] == f"http://nezha.example.com:{port}"


@web.middleware
async def below_monitoring(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Serve the dashboard below `/Monitoring`, something else elsewhere, as a reverse proxy does."""
    path = request.path.removeprefix("/Monitoring")
    if path == request.path:
        return web.Response(text="something else", content_type="text/html")
    return await handler(request.clone(rel_url=path))


async def test_a_dashboard_below_a_path_is_found_there(hass: HomeAssistant, socket_enabled: None) -> None:
    """The path belongs to the address and to the title, with its capital letters."""
    simulated = Dashboard(World(latency_points=5))
    application = simulated.application()
    application.middlewares.append(below_monitoring)
    async with TestServer(application, host="127.0.0.1") as server:
        root = str(server.make_url("")).rstrip("/")
        form = await submit(hass, await start(hass), typed(root, simulated.token))
        assert form["errors"] == {"base": "not_nezha"}

        result = await submit(hass, form, typed(f"{root}/Monitoring/", simulated.token))
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert result["title"] == f"{root.removeprefix('http://')}/Monitoring"
        assert result["data"]["url"] == f"{root}/Monitoring"
        await hass.async_block_till_done()
        assert result["result"].state is ConfigEntryState.LOADED


@pytest.mark.parametrize("spelling", ["{}", " {}/ ", "http://{}", "HTTP://{}//", "{}?lang=en"])
async def test_a_dashboard_is_added_only_once(hass: HomeAssistant, dashboard: ServedDashboard, spelling: str) -> None:
    """Also when its address is spelt in another way; it is not even asked."""
    add_entry(hass, dashboard)
    address = dashboard.url.removeprefix("http://")
    result = await submit(hass, await start(hass), typed(spelling.format(address), dashboard.token))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert not dashboard.simulated.requests


@pytest.mark.parametrize(
    "spelling", ["nezha.example.com", "HTTPS://nezha.example.com", "NEZHA.example.com/", "nezha.example.com:443"]
)
async def test_a_host_name_is_added_only_once(hass: HomeAssistant, dashboard: ServedDashboard, spelling: str) -> None:
    """Neither capital letters nor the usual port make another dashboard."""
    add_entry(hass, ServedDashboard(dashboard.simulated, "https://nezha.example.com"))
    result = await submit(hass, await start(hass), typed(spelling, dashboard.token))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_dashboards_with_equal_servers_live_side_by_side(hass: HomeAssistant, serve: Serve) -> None:
    """Ids and names of servers may repeat: each dashboard has its own devices."""
    for simulated in (Dashboard(World(latency_points=5)), Dashboard(World(latency_points=5))):
        served = await serve(simulated)
        await succeeds(hass, await start(hass), served)
    first, second = hass.config_entries.async_entries(DOMAIN)
    registry = dr.async_get(hass)
    devices = [dr.async_entries_for_config_entry(registry, entry.entry_id) for entry in (first, second)]
    assert len(devices[0]) == len(devices[1]) == 1 + 8
    assert not {device.id for device in devices[0]} & {device.id for device in devices[1]}


async def test_the_token_is_seen_nowhere(
    hass: HomeAssistant, dashboard: ServedDashboard, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither log nor title nor any id tells it, whether it is accepted or refused."""
    caplog.set_level(logging.DEBUG)
    form = await submit(hass, await start(hass), typed(dashboard.url, "mistyped-token"))
    await succeeds(hass, form, dashboard)
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    for seen in (caplog.text, entry.title, entry.unique_id or "", entry.data["url"]):
        assert dashboard.token not in seen
        assert "mistyped-token" not in seen
