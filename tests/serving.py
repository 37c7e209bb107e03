"""Dashboards that are served over real sockets, entries that read them, and time that passes for both."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic, time as now

from homeassistant.const import CONF_TOKEN, CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.nezha.const import DOMAIN
from simulator.dashboard import Dashboard
from simulator.received import ReceivedRequest
from simulator.world import World

DETAILS = "/api/v1/server/details"
MONITOR = "/api/v1/monitor/*"


@dataclass(frozen=True)
class ServedDashboard:
    """A simulated dashboard and the address that it is served at."""

    simulated: Dashboard
    url: str

    @property
    def world(self) -> World:
        """What the dashboard watches."""
        return self.simulated.world

    @property
    def token(self) -> str:
        """The token that it accepts now."""
        return self.simulated.settings.token

    def asked(self, path: str) -> list[ReceivedRequest]:
        """Return the requests for paths that begin like this."""
        return [request for request in self.simulated.requests if request.path.startswith(path)]


type Serve = Callable[[Dashboard], Awaitable[ServedDashboard]]


async def reached(simulated: Dashboard, path: str) -> None:
    """Wait until a dashboard is asked for a path that begins like this."""
    while not any(request.path.startswith(path) for request in simulated.requests):  # noqa: ASYNC110 - nobody else tells
        await asyncio.sleep(0)


def add_entry(hass: HomeAssistant, dashboard: ServedDashboard, **options: object) -> MockConfigEntry:
    """Add an entry for a dashboard as the config flow makes it."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="nezha.example.com",
        data={CONF_URL: dashboard.url, CONF_TOKEN: dashboard.token, CONF_VERIFY_SSL: True},
        options=options,
    )
    entry.add_to_hass(hass)
    return entry


class PassingTime:
    """Time that passes at once for the dashboard and for the clocks of the integration."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start now."""
        self._hass = hass
        self._passed = 0.0
        self.worlds: list[World] = []

    def monotonic(self) -> float:
        """Return the seconds of the moved clock."""
        return monotonic() + self._passed

    def time(self) -> float:
        """Return the Unix seconds of the moved clock."""
        return now() + self._passed

    async def passes(self, seconds: float) -> None:
        """Let time pass: one poll, however long it is."""
        self._passed += seconds
        for world in self.worlds:
            world.clock.advance(seconds)
        async_fire_time_changed(self._hass, dt_util.utcnow() + timedelta(seconds=seconds + 1))
        await self._hass.async_block_till_done(wait_background_tasks=True)

    async def polls(self, times: int = 1) -> None:
        """Let as many default polls pass."""
        for _ in range(times):
            await self.passes(30)


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def entity_id(hass: HomeAssistant, entry: MockConfigEntry, key: str, field: str) -> str:
    """Return the id of the entity that shows a field of a server (by its key) or of the dashboard."""
    platform = "binary_sensor" if field in {"online", "connected"} else "sensor"
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{entry.entry_id}_{key}_{field}")
    assert found, f"no entity for {field} of {key}"
    return found


def state(hass: HomeAssistant, entry: MockConfigEntry, key: str, field: str) -> str:
    """Return the state of the entity that shows a field."""
    found = hass.states.get(entity_id(hass, entry, key, field))
    assert found, f"{field} of {key} has no state"
    return found.state
