"""Every fault at every endpoint, as the client tells it: one error each, and none that lasts longer than its cause."""

from collections.abc import AsyncIterator

from aiohttp import ClientSession
import pytest
from yarl import URL

from custom_components.nezha.api import NezhaClient, NezhaError, session_options
from custom_components.nezha.connection import credential_of
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind
from tests.generations import credential
from tests.serving import Serve, ServedDashboard
from tests.watching import still_world

from .conftest import patience, put_in_force
from .matrix import ENDPOINTS, FAULTS, Endpoint, Fault, told

TWICE = 2
OF_FRAMES = {FaultKind.SILENCE, FaultKind.HANG_UP}
OF_VALUES = {FaultKind.REPLACE_SERVER, FaultKind.REPLACE_VALUES, FaultKind.TEXT_IDS}


@pytest.fixture
def custom_integrations() -> None:
    """Do without Home Assistant: the client knows nothing of it."""


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    """Return a session as the client wants it."""
    async with ClientSession(**session_options()) as session:
        yield session


def test_every_kind_of_fault_is_in_the_matrix() -> None:
    """But for a refused credential, which is no fault."""
    assert {fault.kind for fault in FAULTS} == set(FaultKind) - {FaultKind.UNAUTHORIZED} - OF_FRAMES - OF_VALUES


@pytest.fixture
async def asked(endpoint: Endpoint, serve: Serve) -> ServedDashboard:
    """Return the dashboard that an endpoint belongs to."""
    return await serve(Dashboard(still_world(), generation=endpoint.generation))


@pytest.fixture
async def client(endpoint: Endpoint, asked: ServedDashboard, session: ClientSession) -> NezhaClient:
    """Return a client that has had an answer before."""
    client = NezhaClient(session, URL(asked.url), credential_of(credential(asked.simulated, endpoint.way)))
    await endpoint.ask(client)
    return client


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_fault_is_told_by_its_error_and_forgotten(
    endpoint: Endpoint, fault: Fault, asked: ServedDashboard, client: NezhaClient, session: ClientSession
) -> None:
    """As often as it is met; the same client goes on when it is over, and holds no connection meanwhile."""
    put_in_force(asked.simulated, fault, endpoint.path)
    with patience(fault):
        for _ in range(TWICE if told(fault, endpoint) else 0):
            with pytest.raises(NezhaError) as caught:
                await endpoint.ask(client)
            assert caught.value.key == told(fault, endpoint)
            assert session.connector
            assert not session.connector._acquired

    asked.simulated.faults.clear()
    await endpoint.ask(client)
