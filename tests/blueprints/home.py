"""A Home Assistant that is restarted with what it has stored, and one clock for it, its loop and its dashboards."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
import shutil
from types import SimpleNamespace
from typing import Any, override
from unittest.mock import patch

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.persistent_notification import Notification, UpdateType, async_register_callback
from homeassistant.const import Platform
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    category_registry as cr,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    frame,
    issue_registry as ir,
    label_registry as lr,
    restore_state,
)
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from custom_components.nezha.const import CONNECTED, DOMAIN
from simulator.world import World
from tests.documents import ROOT
from tests.generations import TURNS, StreamedTime, credential, is_stream, shared, simulate
from tests.serving import Serve, ServedDashboard
from tests.watching import NOON, still_world

BLUEPRINTS = ROOT / "blueprints" / "automation" / DOMAIN
IMPORTED = "nezha-home-assistant"
"""The folder where Home Assistant puts what it imports from our repository."""
POLL = 30
FRAME = 15
"""Seconds that pass at once while a stream is listened to, and bring a frame; real ones come every two seconds."""
RECORDED = 6
"""Servers of the simulator that are online at first; the two behind them never are."""
REGISTRIES = (ar, cr, dr, er, fr, ir, lr, restore_state)


@dataclass(frozen=True)
class Way:
    """How a Nezha dashboard is read."""

    generation: str
    credential: str
    listens: bool = False

    @override
    def __str__(self) -> str:
        return f"{self.generation}-{self.credential}-{'listening' if self.listens else 'polling'}"

    @property
    def options(self) -> dict[str, Any]:
        """The options of an entry; on the local network it listens by default."""
        return {"latency": False} if self.listens else {"latency": False, "stream": "never"}


POLLED = Way("v2", "token")
OTHER_WAYS = (Way("v0", "token"), Way("v1", "guest", listens=True), Way("v2", "token", listens=True))


class HomeTime(StreamedTime):
    """The time of a whole home."""

    def __init__(self) -> None:
        """Begin at noon."""
        self._began = asyncio.get_running_loop().time()
        self._passed = 0.0
        self.worlds: list[World] = []

    @override
    def monotonic(self) -> float:
        return self._began + self._passed

    @override
    def time(self) -> float:
        return NOON + self._passed

    def utcnow(self) -> datetime:
        """Return the time."""
        return datetime.fromtimestamp(self.time(), UTC)

    def now(self, time_zone: tzinfo | None = None) -> datetime:
        """Return the time in a time zone."""
        return datetime.fromtimestamp(self.time(), time_zone or dt_util.get_default_time_zone())


class Home:
    """A home with blueprints, Nezha dashboards and somebody who reads the notifications."""

    hass: HomeAssistant

    def __init__(self, folder: Path, serve: Serve, time: HomeTime) -> None:
        """Prepare an empty configuration."""
        self._folder = folder
        self._serve = serve
        self.entries: list[MockConfigEntry] = []
        self._dashboards: list[ServedDashboard] = []
        self._step = POLL
        self._automations: list[dict[str, Any]] = []
        self._running = AsyncExitStack()
        self.time = time
        self.told: list[str] = []
        self.shown: dict[str, Notification] = {}

    async def start(self) -> None:
        """Start Home Assistant with what is stored."""
        hass = await self._running.enter_async_context(
            async_test_home_assistant(
                load_registries=False, config_dir=str(self._folder), initial_state=CoreState.not_running
            )
        )
        self.hass = hass
        del hass.data[DATA_CUSTOM_COMPONENTS]
        frame.async_setup(hass)
        dr.async_setup(hass)
        for registry in REGISTRIES:
            await registry.async_load(hass)
        er.async_get(hass)
        await async_setup_component(hass, "homeassistant", {})
        await async_setup_component(hass, "persistent_notification", {})
        self.shown.clear()
        async_register_callback(hass, self._take)
        await async_setup_component(hass, AUTOMATION, {AUTOMATION: self._automations})
        for entry in self.entries:
            await self._set_up(entry)
        await hass.async_start()
        await settle(hass)

    async def stop(self) -> None:
        """Stop Home Assistant, which stores what it has to."""
        await self.hass.async_stop(force=True)
        for timer in get_scheduled_timer_handles(self.hass.loop):
            timer.cancel()  # as the end of the process does
        await self._running.aclose()
        self.entries = [_stored(entry) for entry in self.entries]

    async def restart(self, *, away: float = 0) -> None:
        """Stop and start again after some minutes."""
        await self.stop()
        self.time.moves(60 * away)
        await self.start()

    async def uses(self, blueprint: str, **inputs: Any) -> None:
        """Have the automation of a blueprint, as the form makes it."""
        path = f"{IMPORTED}/{blueprint}.yaml"
        await self.pastes({"alias": blueprint, "use_blueprint": {"path": path, "input": inputs}})

    async def pastes(self, automation: dict[str, Any]) -> None:
        """Have the automation of a blueprint that is written in YAML."""
        path = automation["use_blueprint"]["path"]
        file = self._folder / "blueprints" / AUTOMATION / path
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BLUEPRINTS / file.name, file)
        self.has(automation)

    def has(self, *automations: dict[str, Any]) -> None:
        """Have automations that are written in YAML, after the next start."""
        self._automations = [{"id": str(number)} | each for number, each in enumerate(automations, start=1)]

    async def shows(
        self,
        *,
        servers: int = 8,
        title: str = "nezha.example.com",
        way: Way = POLLED,
        options: dict[str, Any] | None = None,
    ) -> ServedDashboard:
        """Serve a Nezha dashboard and add an entry for it."""
        served = await self._serve(simulate(way.generation, still_world(servers=servers)))
        self.time.worlds.append(served.world)
        self._dashboards.append(served)
        self._step = min(self._step, FRAME if way.listens else POLL)
        data = {"url": served.url, "verify_ssl": True, **credential(served.simulated, way.credential)}
        entry = MockConfigEntry(domain=DOMAIN, title=title, data=data, options=way.options | (options or {}))
        self.entries.append(entry)
        if hasattr(self, "hass"):
            await self._set_up(entry)
        return served

    async def lives(self, minutes: float) -> None:
        """Let time pass, and each stream bring a frame when it has."""
        for _ in range(int(60 * minutes / self._step)):
            self.time.moves(self._step)
            for dashboard in self._dashboards:
                dashboard.simulated.send_frame()
            await settle(self.hass)

    def news(self) -> list[str]:
        """Return the titles of the notifications since this was last asked."""
        told = list(self.told)
        self.told.clear()
        return told

    def entity(self, key: str, field: str, entry: int = 0) -> str:
        """Return the id of an entity of a server."""
        platform = Platform.BINARY_SENSOR if field in {"online", "connected"} else Platform.SENSOR
        unique_id = f"{self.entries[entry].entry_id}_{key}_{field}"
        found = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)
        assert found
        return found

    def device(self, key: str, entry: int = 0) -> str:
        """Return the id of a server's device."""
        return self._device_of(self.entity(key, "online", entry))

    def connection(self, entry: int = 0) -> str:
        """Return the id of the entity Connection of a Nezha dashboard."""
        entry_id = self.entries[entry].entry_id
        entities = er.async_entries_for_config_entry(er.async_get(self.hass), entry_id)
        (connection,) = (each.entity_id for each in entities if each.translation_key == CONNECTED)
        return connection

    def device_of_dashboard(self, entry: int = 0) -> str:
        """Return the id of the device of a Nezha dashboard."""
        return self._device_of(self.connection(entry))

    def _device_of(self, entity_id: str) -> str:
        registered = er.async_get(self.hass).async_get(entity_id)
        assert registered
        assert registered.device_id
        return registered.device_id

    async def _set_up(self, entry: MockConfigEntry) -> None:
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await settle(self.hass)

    @callback
    def _take(self, update: UpdateType, changed: dict[str, Notification]) -> None:
        if update in {UpdateType.ADDED, UpdateType.UPDATED}:
            self.told.extend(str(notification["title"]) for notification in changed.values())
            self.shown |= changed
        elif update is UpdateType.REMOVED:
            for notification_id in changed:
                del self.shown[notification_id]


async def settle(hass: HomeAssistant) -> None:
    """Let everything end that is under way, but for the streams, which have no end."""
    for _ in range(2):
        while under_way := [task for task in (*hass._tasks, *hass._background_tasks) if not is_stream(task)]:
            await asyncio.wait(under_way)
        for _ in range(TURNS):
            await asyncio.sleep(0)


def _stored(entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry as it is read after a restart."""
    return MockConfigEntry(
        domain=DOMAIN, title=entry.title, data=dict(entry.data), options=entry.options, entry_id=entry.entry_id
    )


@contextmanager
def moving(time: HomeTime) -> Iterator[None]:
    """Move also the clocks of Home Assistant and of its event loop, but only when told to."""
    clocks = {
        "util.dt.utcnow": time.utcnow,
        "util.dt.now": time.now,
        "helpers.script.utcnow": time.utcnow,
        "helpers.event.time_tracker_utcnow": time.utcnow,
        "helpers.event.time_tracker_timestamp": time.time,
    }
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        stack.enter_context(shared(time))
        stack.enter_context(patch.object(loop, "time", time.monotonic))
        stack.enter_context(patch.object(loop, "slow_callback_duration", float("inf")))
        for module in ("core", "helpers.entity"):
            stack.enter_context(patch(f"homeassistant.{module}.time", SimpleNamespace(time=time.time)))
        for name, clock in clocks.items():
            stack.enter_context(patch(f"homeassistant.{name}", clock))
        yield


@asynccontextmanager
async def living(folder: Path, serve: Serve) -> AsyncIterator[Home]:
    """Return a home whose Home Assistant is not started yet."""
    time = HomeTime()
    home = Home(folder, serve, time)
    with moving(time):
        yield home
        await home.stop()
