"""A simulated dashboard over a real socket, an entry that reads it, and time that passes for both."""

from collections.abc import AsyncIterator, Iterator
from unittest.mock import patch

from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from hypothesis import Phase, settings
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from simulator.dashboard import Dashboard
from simulator.world import World

from .generations import Show, StreamedTime, shower, streamed
from .serving import PassingTime, Serve, ServedDashboard, add_entry, set_up

SEARCH = set(Phase) - {Phase.explain}
"""Explanations of a failure trace lines, which coverage does, too."""
settings.register_profile("same", derandomize=True, deadline=None, database=None, max_examples=100, phases=SEARCH)
settings.register_profile("many", deadline=None, max_examples=5_000, print_blob=True)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration."""


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return snapshots as Home Assistant's own tests take them."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def every_entity_enabled() -> Iterator[None]:
    """Enable also what is disabled by default."""
    with patch.object(Entity, "entity_registry_enabled_default", new=True):
        yield


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncIterator[Serve]:
    """Return what serves simulated dashboards until the test ends."""
    servers: list[TestServer] = []

    async def start(simulated: Dashboard) -> ServedDashboard:
        server = TestServer(simulated.application(), host="127.0.0.1")
        await server.start_server()
        servers.append(server)
        return ServedDashboard(simulated, str(server.make_url("")).rstrip("/"))

    yield start
    for server in servers:
        await server.close()


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard of the newest version of generation 0 with its eight servers."""
    return await serve(Dashboard(World(latency_points=5)))


@pytest.fixture
def entry(dashboard: ServedDashboard, hass: HomeAssistant) -> MockConfigEntry:
    """Return an entry for the dashboard, added but not set up."""
    return add_entry(hass, dashboard)


@pytest.fixture
def time(hass: HomeAssistant, dashboard: ServedDashboard) -> Iterator[PassingTime]:
    """Return the time that the dashboard and the integration share."""
    passing = PassingTime(hass)
    passing.worlds.append(dashboard.world)
    with (
        patch("custom_components.nezha.coordinator.monotonic", passing.monotonic),
        patch("custom_components.nezha.identity.time", passing.time),
    ):
        yield passing


@pytest.fixture
async def loaded(hass: HomeAssistant, entry: MockConfigEntry, time: PassingTime) -> MockConfigEntry:
    """Return the entry set up, with the latency known."""
    await set_up(hass, entry)
    await time.passes(6)
    return entry


@pytest.fixture
def streamed_time(hass: HomeAssistant) -> Iterator[StreamedTime]:
    """Return time that passes only when it is told to, for dashboards of any generation and their streams."""
    with streamed(hass) as time:
        yield time


@pytest.fixture
def show(hass: HomeAssistant, serve: Serve, streamed_time: StreamedTime) -> Show:
    """Return what shows a simulated dashboard of any generation."""
    return shower(hass, serve, streamed_time)
