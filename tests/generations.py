"""Dashboards of every generation, shown by Home Assistant, while time passes for both."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
import math
from typing import Any, override
from unittest.mock import patch

from aiohttp import ClientWSTimeout
from aiohttp.test_utils import TestServer, unused_port
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.nezha.const import DOMAIN
from simulator.accounts import User
from simulator.dashboard import Dashboard
from simulator.world import World
from tests.serving import PassingTime, ServedDashboard
from tests.watching import still_world

CLOCKS = ("coordinator", "push", "schedule", "api.client", "api.credentials")
"""Modules with a clock of their own."""
TURNS = 60
"""Of the event loop: more than a message takes from one end of a socket to the other and back."""
FRAME = 2.0
"""Seconds from one frame to the next."""

SERVERS = {"v0": "/api/v1/server/details", "v1": "/api/v1/server", "v2": "/api/v1/server"}
LATENCIES = {"v0": "/api/v1/monitor/{}", "v1": "/api/v1/service/{}", "v2": "/api/v1/server/{}/service"}
STREAM = "/api/v1/ws/server"
SUMMARY = "/api/v1/service"
LOGIN = "/api/v1/login"
BY_PEER = "NZ::Use-Peer-IP"
"""The setting with which a simulated dashboard blocks the addresses that it sees."""
CLIENT = "127.0.0.1"

WAYS = (("v0", "token"), ("v1", "login"), ("v2", "token"), ("v2", "login"), ("v1", "guest"), ("v2", "guest"))
"""Every way into every generation."""


async def settle(hass: HomeAssistant) -> None:
    """Let everything end that is under way, but for the streams, which have no end."""
    for _ in range(2):
        await hass.async_block_till_done()
        if under_way := [task for task in hass._background_tasks if not is_stream(task)]:
            await asyncio.wait(under_way)
        for _ in range(TURNS):
            await asyncio.sleep(0)


def is_stream(task: asyncio.Future[Any]) -> bool:
    """Tell whether a task keeps a stream, which it does until its entry unloads."""
    return isinstance(task, asyncio.Task) and task.get_name() == f"{DOMAIN} stream"


class StreamedTime(PassingTime):
    """Time that passes only when it is told to; what is sent on streams in between is sent on demand."""

    @override
    def monotonic(self) -> float:
        """Return the seconds of the moved clock."""
        return 1000 + self._passed

    def moves(self, seconds: float) -> None:
        """Move all clocks, and wake nobody up."""
        self._passed += seconds
        for world in self.worlds:
            world.clock.advance(seconds)

    def fires(self, seconds: float) -> None:
        """Move all clocks, and begin what is due by then."""
        self.moves(seconds)
        async_fire_time_changed(self._hass, dt_util.utcnow() + timedelta(seconds=seconds + 1))

    @override
    async def passes(self, seconds: float) -> None:
        """Let time pass: one poll, however long it is."""
        self.fires(seconds)
        await settle(self._hass)


@contextmanager
def streamed(hass: HomeAssistant) -> Iterator[StreamedTime]:
    """Return the time that every clock of the integration shares."""
    time = StreamedTime(hass)
    with shared(time):
        yield time


@contextmanager
def shared(time: StreamedTime) -> Iterator[None]:
    """Move every clock of the integration, and never find a stream silent for the time that has passed at once."""
    patience = ClientWSTimeout(ws_receive=None, ws_close=0)
    with ExitStack() as stack:
        for module in CLOCKS:
            stack.enter_context(patch(f"custom_components.nezha.{module}.monotonic", time.monotonic))
        stack.enter_context(patch("custom_components.nezha.identity.time", time.time))
        stack.enter_context(patch("custom_components.nezha.api.transport.SILENCE", patience))
        stack.enter_context(patch("custom_components.nezha.push.JITTER", (1, 1)))
        yield


def simulate(generation: str, world: World | None = None, **options: Any) -> Dashboard:
    """Return a dashboard that sends frames on demand alone, and whose time passes only when it is told to."""
    streams = {} if generation == "v0" else {"frame_interval": math.inf}
    return Dashboard(world or still_world(), generation=generation, **streams | options)


def with_monitors(dashboard: Dashboard, *names: str) -> Dashboard:
    """Let the dashboard's monitors, with the ids from 1, have these names."""
    first, *_ = dashboard.world.monitors
    dashboard.world.monitors = tuple(replace(first, id=number, name=name) for number, name in enumerate(names, 1))
    return dashboard


def credential(simulated: Dashboard, way: str) -> dict[str, str]:
    """Return what an entry stores of a way in."""
    settings = simulated.settings
    match way:
        case "token":
            return {"token": settings.token}
        case "login":
            return {"username": settings.username, "password": settings.password}
        case "member":
            user = member_of(simulated)
            return {"username": user.username, "password": user.password}
        case "member's token":
            return {"token": simulated.add_token(user_id=member_of(simulated).id)}
        case _:
            return {}


def member_of(simulated: Dashboard) -> User:
    """Return the only member that a dashboard has."""
    (member,) = [user for user in simulated.accounts.users if not user.is_administrator]
    return member


@dataclass
class Shown:
    """A dashboard and the entry that shows it."""

    hass: HomeAssistant
    served: ServedDashboard
    entry: MockConfigEntry
    time: StreamedTime
    generation: str = field(default="v2")

    @property
    def simulated(self) -> Dashboard:
        """The dashboard."""
        return self.served.simulated

    @property
    def world(self) -> World:
        """What the dashboard watches."""
        return self.served.world

    @property
    def is_guest(self) -> bool:
        """Whether the entry has no credential."""
        return self.entry.data.keys() <= {"url", "verify_ssl"}

    @property
    def is_loaded(self) -> bool:
        """Whether the entry is set up."""
        return self.entry.state is ConfigEntryState.LOADED

    def state(self, key: str, field: str) -> str:
        """Return the state of the entity that shows a field."""
        shown = self.hass.states.get(self.entity(key, field))
        assert shown, f"{field} of {key} has no state"
        return shown.state

    def entity(self, key: str, field: str) -> str:
        """Return the id of the entity that shows a field of a server (by its key), a monitor or the dashboard."""
        platform = "binary_sensor" if field in {"online", "connected", "up"} else "sensor"
        unique_id = f"{self.entry.entry_id}_{key}_{field}"
        found = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)
        assert found, f"no entity for {field} of {key}"
        return found

    def states(self) -> dict[str, str]:
        """Return all states."""
        return {shown.entity_id: shown.state for shown in self.hass.states.async_all()}

    def entities(self) -> dict[str, str]:
        """Return the ids of all entities by their unique ids."""
        registered = er.async_entries_for_config_entry(er.async_get(self.hass), self.entry.entry_id)
        return {entity.unique_id: entity.entity_id for entity in registered}

    def devices(self) -> dict[str, dr.DeviceEntry]:
        """Return the devices by what tells them apart within the entry; the dashboard's is empty."""
        prefix = self.entry.entry_id
        return {
            name.removeprefix(prefix).strip("_:"): device
            for device in dr.async_entries_for_config_entry(dr.async_get(self.hass), prefix)
            for _, name in device.identifiers
        }

    def issues(self) -> list[str | None]:
        """Return what the user is told to mend."""
        return [issue.translation_key for issue in ir.async_get(self.hass).issues.values() if issue.domain == DOMAIN]

    def flows(self) -> list[ConfigFlowResult]:
        """Return the flows that wait for the owner."""
        return list(self.hass.config_entries.flow.async_progress_by_handler(DOMAIN))

    def asked(self, path: str) -> int:
        """Return how often an endpoint was asked for since the requests were cleared."""
        return sum(request.path == path for request in self.simulated.requests)

    async def frame(self, seconds: float = FRAME) -> None:
        """Let the dashboard send a frame after some seconds."""
        self.time.moves(seconds)
        self.simulated.send_frame()
        await settle(self.hass)

    async def frames_for(self, seconds: float, every: float = FRAME) -> None:
        """Let as many frames come as fit into some seconds."""
        for _ in range(int(seconds / every)):
            await self.frame(every)

    async def reload(self) -> None:
        """Set the entry up again."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await settle(self.hass)

    async def unload(self) -> None:
        """Unload the entry."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await settle(self.hass)

    async def restart(self) -> None:
        """Begin anew with nothing but what the entry stores, as Home Assistant does after a restart."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await settle(self.hass)
        await self.hass.config_entries.async_remove(self.entry.entry_id)
        before = self.entry
        self.entry = MockConfigEntry(
            domain=DOMAIN, title=before.title, data=dict(before.data), options=before.options, entry_id=before.entry_id
        )
        self.entry.add_to_hass(self.hass)
        await set_up(self.hass, self.entry)


type Show = Callable[..., Awaitable[Shown]]
"""Serves a dashboard and sets up an entry for it: `show("v2", "login", real_ip_header=…)`."""


def shower(hass: HomeAssistant, serve: Callable[[Dashboard], Awaitable[ServedDashboard]], time: StreamedTime) -> Show:
    """Return what shows a simulated dashboard."""

    async def show(
        generation: str = "v2",
        way: str = "token",
        *,
        options: dict[str, Any] | None = None,
        prepare: Callable[[Dashboard], object] = id,
        **settings: Any,
    ) -> Shown:
        simulated = simulate(generation, **settings)
        prepare(simulated)
        served = await serve(simulated)
        time.worlds.append(simulated.world)
        entry = new_entry(hass, served.url, credential(simulated, way), options)
        await set_up(hass, entry)
        return Shown(hass, served, entry, time, generation)

    return show


def new_entry(
    hass: HomeAssistant, url: str, data: dict[str, str], options: dict[str, Any] | None = None
) -> MockConfigEntry:
    """Add an entry as the config flow makes it."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="nezha.example.com",
        data={"url": url, "verify_ssl": True, **data},
        options=options or {},
    )
    entry.add_to_hass(hass)
    return entry


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up; its stream goes on."""
    await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)


@asynccontextmanager
async def at(port: int, simulated: Dashboard) -> AsyncIterator[ServedDashboard]:
    """Serve a dashboard at a port for a while."""
    async with TestServer(simulated.application(), host="127.0.0.1", port=port) as server:
        yield ServedDashboard(simulated, str(server.make_url("")).rstrip("/"))


def free_port() -> int:
    """Return a port where nothing listens."""
    return unused_port()
