"""Faults of the connection itself, which meet every endpoint alike: what is shown, and what never leaves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
import ssl
from threading import Thread
from unittest.mock import patch

from aiohttp import AsyncResolver, ClientSession, TCPConnector
from aiohttp.test_utils import TestServer, unused_port
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from yarl import URL

from custom_components.nezha.api import NezhaClient, NezhaError, session_options
from custom_components.nezha.connection import credential_of
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind
from tests.api.certificates import make_certificate, served_with, trusting
from tests.flows import start, submit, typed
from tests.generations import Shown, StreamedTime, credential, new_entry, set_up, simulate
from tests.serving import Serve, ServedDashboard
from tests.watching import still_world

from .conftest import complaints
from .matrix import ENDPOINTS, Asked, Endpoint
from .test_running import let_go, unlike

HOST = "nezha.test"
CONNECTIONS = {
    "the name has no address": "cannot_resolve",
    "nothing listens": "connection_refused",
    "the port speaks no TLS": "cannot_connect",
    "the certificate has expired": "certificate",
    "the certificate is of another host": "certificate",
    "nobody knows who signed the certificate": "certificate",
}
"""The rest of the matrix: what is wrong with the connection, and the key of the error."""


class Host:
    """A host with a name and a dashboard behind TLS, in a loop of its own: that one sees handshakes fail."""

    def __init__(self, simulated: Dashboard, folder: Path) -> None:
        """Make certificates; nothing listens yet."""
        certificates = {
            "": make_certificate(folder / "good.pem", host=HOST),
            "the certificate has expired": make_certificate(folder / "expired.pem", host=HOST, days=-1),
            "the certificate is of another host": make_certificate(folder / "other.pem", host="other.test"),
        }
        self.trusting = trusting(*certificates.values())
        unknown = make_certificate(folder / "unknown.pem", host=HOST)
        self._contexts = {
            name: served_with(certificate)
            for name, certificate in (certificates | {"nobody knows who signed the certificate": unknown}).items()
        }
        self._simulated = simulated
        self._port = unused_port()
        self._server: TestServer | None = None
        self.loop = asyncio.new_event_loop()
        self.has_address = True
        self.url = f"https://{HOST}:{self._port}"

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
        """Return the address of the only name there is."""
        if host != HOST or not self.has_address:
            raise OSError(None, "Domain name not found")
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def suffers(self, fault: str) -> None:
        """Begin anew with a fault, with none if it has no name."""
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._restart(fault), self.loop))
        self.has_address = fault != "the name has no address"

    async def ends(self) -> None:
        """Close every connection, also those whose clients have not said farewell yet."""
        await self.suffers("nothing listens")
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._farewell(), self.loop))
        self.loop.call_soon_threadsafe(self.loop.stop)

    async def _farewell(self) -> None:
        while len(self.loop._selector.get_map()) > 1:  # type: ignore[attr-defined]  # noqa: ASYNC110 - one is the loop's own
            await asyncio.sleep(0.01)

    async def _restart(self, fault: str) -> None:
        if self._server:
            await self._server.close()
            self._server = None
        if fault == "nothing listens":
            return
        context: ssl.SSLContext | None = self._contexts.get(fault, self._contexts[""])
        if fault == "the port speaks no TLS":
            context = None
        self._server = TestServer(self._simulated.application(), host="127.0.0.1", port=self._port)
        await self._server.start_server(ssl=context)


@pytest.fixture
async def host(socket_enabled: None, tmp_path: Path) -> AsyncIterator[Host]:
    """Return the host, with a dashboard of generation 2 that is in order."""
    host = Host(simulate("v2"), tmp_path)
    thread = Thread(target=host.loop.run_forever)
    thread.start()

    async def resolve(_: object, name: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
        return await host.resolve(name, port, family)

    await host.suffers("")
    with (
        patch.object(AsyncResolver, "resolve", resolve),
        patch("homeassistant.helpers.aiohttp_client.ssl_util.client_context", return_value=host.trusting),
    ):
        yield host
    await host.ends()
    await asyncio.to_thread(thread.join)
    host.loop.close()


def forget_addresses(client: NezhaClient) -> None:
    """Have the name looked up anew; otherwise its address is known for ten seconds."""
    connector = client._transport.session.connector
    assert isinstance(connector, TCPConnector)
    connector.clear_dns_cache()


@pytest.mark.parametrize("fault", CONNECTIONS)
async def test_every_endpoint_tells_it_by_its_error(host: Host, fault: str) -> None:
    """No request arrives meanwhile, so no credential leaves; the same clients go on when it is over."""
    simulated = host._simulated
    connector = TCPConnector(ssl=host.trusting, resolver=AsyncResolver())
    async with ClientSession(connector=connector, **session_options()) as session:
        asked = [
            (endpoint, NezhaClient(session, URL(host.url), credential_of(credential(simulated, endpoint.way))))
            for endpoint in ENDPOINTS
            if endpoint.generation == "v2"
        ]
        for endpoint, client in asked:
            await endpoint.ask(client)
        await host.suffers(fault)
        simulated.requests.clear()
        connector.clear_dns_cache()
        for endpoint, client in asked:
            with pytest.raises(NezhaError) as caught:
                await endpoint.ask(client)
            assert caught.value.key == CONNECTIONS[fault], str(endpoint)
        assert not simulated.requests
        assert not connector._acquired

        await host.suffers("")
        for endpoint, client in asked:
            await endpoint.ask(client)


@pytest.mark.parametrize("fault", CONNECTIONS)
async def test_the_form_and_the_dashboard_show_it(
    hass: HomeAssistant, host: Host, streamed_time: StreamedTime, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """As any other outage; a certificate is for the owner to mend."""
    simulated, key = host._simulated, CONNECTIONS[fault]
    await host.suffers(fault)
    form = await submit(hass, await start(hass), typed(host.url, simulated.token))
    assert form["errors"] == {"base": key}
    await host.suffers("")
    with patch("custom_components.nezha.async_setup_entry", return_value=True):
        result = await submit(hass, form, typed(host.url, simulated.token))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.config_entries.async_remove(result["result"].entry_id)

    entry = new_entry(hass, host.url, credential(simulated, "token"), {"stream": "never"})
    await set_up(hass, entry)
    shown = Shown(hass, ServedDashboard(simulated, host.url), entry, streamed_time)
    streamed_time.worlds.append(simulated.world)
    before = shown.states()
    await host.suffers(fault)
    forget_addresses(entry.runtime_data.client)
    await streamed_time.polls(2)
    assert unlike(before, shown.states()) == {}
    assert complaints(caplog) == []
    await streamed_time.polls(3)
    connected = shown.entity("dashboard", "connected")
    assert shown.states() == dict.fromkeys(before, STATE_UNAVAILABLE) | {connected: STATE_OFF}
    assert shown.issues() == [repair for repair in ("certificate",) if repair == key]
    assert len(complaints(caplog)) == 1

    await host.suffers("")
    await streamed_time.polls(3)
    assert unlike(before, shown.states()) == {}
    assert shown.state("dashboard", "connected") == STATE_ON
    assert shown.issues() == []
    await let_go(shown)


def redirected() -> list[Endpoint]:
    """Return the endpoints that are asked with a credential, and not before anybody knows who answers."""
    return [endpoint for endpoint in ENDPOINTS if endpoint.asked is not Asked.DETECTION]


@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize("endpoint", redirected(), ids=str)
async def test_no_credential_follows_a_redirect(serve: Serve, endpoint: Endpoint, status: int) -> None:
    """The other host hears nothing at all, neither of a token nor of a password nor of a stream."""
    simulated, elsewhere = (Dashboard(still_world(), generation=endpoint.generation) for _ in range(2))
    served, there = await serve(simulated), await serve(elsewhere)
    async with ClientSession(**session_options()) as session:
        client = NezhaClient(session, URL(served.url), credential_of(credential(simulated, endpoint.way)))
        await endpoint.ask(client)
        location = f"{there.url}{endpoint.path}"
        simulated.faults.add(endpoint.path, FaultKind.REDIRECT, location=location, status=status)
        with pytest.raises(NezhaError):
            await endpoint.ask(client)
    assert not elsewhere.requests
