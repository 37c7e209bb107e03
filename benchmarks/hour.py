"""An hour of an entry's life in little time: what it writes into the database, and what it asks the dashboard for."""

import argparse
import asyncio
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass
import json
from pathlib import Path
import re
import sqlite3
import sys
from tempfile import TemporaryDirectory
from typing import Any

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.tasks import StatisticsTask, SynchronizeTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.nezha.const import CONF_STREAM, DOMAIN, STREAM_AUTOMATIC, STREAM_NEVER
from custom_components.nezha.coordinator import NezhaConfigEntry

from .dashboard import Simulated, data_of, simulated
from .home_assistant import add_entry, home_assistant, run
from .passing import PassingTime, passing_time
from .rest import rest_configuration

REST, RAW_REST, NEZHA = WAYS = ("rest", "raw rest", "nezha")
FRAME = 2
"""Seconds from one frame of a real dashboard to the next; here one comes with each step, to save time."""
_INTERVAL = 30
"""Seconds between two updates of `rest` sensors, as between two writes of ours."""
SAME, LATENCIES, OTHERS = ("the same values", "latencies", "totals and monitors")
_STATES = "SELECT m.entity_id, COUNT(*) FROM states JOIN states_meta AS m USING (metadata_id) GROUP BY m.entity_id"
_ATTRIBUTES = "SELECT COUNT(*) FROM state_attributes"
_STATISTICS = "SELECT COUNT(DISTINCT metadata_id) FROM statistics_short_term"
_TURNS = 20
_STREAM = f"{DOMAIN} stream"


@dataclass(frozen=True)
class Life:
    """What lives for how long."""

    way: str = NEZHA
    generation: str = "v2"
    servers: int = 10
    stream: bool = False
    minutes: float = 60
    step: int = 5
    """Seconds that pass at once; with a stream they bring a frame, and have to be fewer than its patience."""


class Hour:
    """A Home Assistant whose time passes at once."""

    def __init__(self, hass: HomeAssistant, dashboard: Simulated, life: Life, time: PassingTime) -> None:
        """Begin now."""
        self._hass = hass
        self._dashboard = dashboard
        self._life = life
        self._time = time
        self._entry: NezhaConfigEntry | None = None

    async def live(self, folder: Path) -> dict[str, Any]:
        """Let the time pass, and return what came of it."""
        life = self._life
        if life.way == NEZHA:
            wish = STREAM_AUTOMATIC if life.stream else STREAM_NEVER
            self._entry = await add_entry(self._hass, DOMAIN, NEZHA, data_of(self._dashboard), {CONF_STREAM: wish})
        await self._settle()
        await self._passes(120)  # latencies come and are learned
        before, attributes_before = await self._rows(folder)
        await self._dashboard.traffic()
        await self._passes(60 * life.minutes)
        after, attributes_after = await self._rows(folder)
        servers = self._entry.runtime_data.servers if self._entry else None
        return {
            "life": asdict(life),
            "rows": self._by_kind(after - before),
            "attributes": attributes_after - attributes_before,
            "statistics": await self._statistics(folder),
            "traffic": await self._dashboard.traffic(),
            "frames": int(60 * life.minutes / FRAME) if life.stream else 0,
            "frame_size": servers.frame_size if servers else 0,
            "write_interval": servers.write_interval if servers else _INTERVAL,
        }

    async def _passes(self, seconds: float) -> None:
        for _ in range(int(seconds / self._life.step)):
            self._time.passes(self._life.step)
            await self._dashboard.advance(self._life.step)
            if self._life.stream and self._entry:
                await self._frame(self._entry)
            await self._settle()

    async def _frame(self, entry: NezhaConfigEntry) -> None:
        """Send a frame, and wait until it has come."""
        servers = entry.runtime_data.servers
        before = servers.snapshot
        await self._dashboard.act("send_frame")
        for _ in range(500):
            if servers.snapshot is not before:
                return
            await asyncio.sleep(0.002)
        raise RuntimeError("the stream has ended")

    async def _settle(self) -> None:
        """Wait until all timers that are due have run, and every request has been answered."""
        for _ in range(2):
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            await self._answered()
            background = [task for task in self._hass._background_tasks if _name(task) != _STREAM]  # noqa: SLF001
            if background:
                await asyncio.wait(background, timeout=1)
            await self._hass.async_block_till_done()

    async def _answered(self) -> None:
        """Wait for the answer to a request that is on its way."""
        while self._entry and self._entry.runtime_data.client._turn.locked():  # noqa: ASYNC110, SLF001 - nobody tells
            await asyncio.sleep(0.002)

    async def _rows(self, folder: Path) -> tuple[Counter[str], int]:
        """Return how many states each entity has in the database, and how many sets of attributes there are."""
        await self._recorded()
        states = await self._hass.async_add_executor_job(_queried, folder, _STATES)
        attributes = await self._hass.async_add_executor_job(_queried, folder, _ATTRIBUTES)
        return Counter(dict(states)), attributes[0][0]

    def _by_kind(self, rows: Counter[str]) -> dict[str, int]:
        """Return the sums of what a user would see with `rest` sensors too, of latencies, and of all else."""
        registry = er.async_get(self._hass)
        kinds: Counter[str] = Counter(dict.fromkeys((SAME, LATENCIES, OTHERS), 0))
        for entity_id, count in rows.items():
            entry = registry.async_get(entity_id)
            kinds[_kind(entry.unique_id) if entry else OTHERS] += count
        return dict(kinds)

    async def _recorded(self) -> None:
        """Wait until the recorder has done and stored all it was told."""
        done = self._hass.loop.create_future()

        get_instance(self._hass).queue_task(SynchronizeTask(done))
        await done

    async def _statistics(self, folder: Path) -> int:
        """Return how many rows one period of five minutes brings, by having the recorder compile one."""
        now = dt_util.utcnow()
        start = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
        get_instance(self._hass).queue_task(StatisticsTask(start, fire_events=False))
        await self._recorded()
        return int((await self._hass.async_add_executor_job(_queried, folder, _STATISTICS))[0][0])


def _kind(unique_id: str) -> str:
    if re.search(r"_latency_\d+$", unique_id):
        return LATENCIES
    return OTHERS if re.search(r"_(dashboard|monitor\d+)_", unique_id) else SAME


def _name(task: asyncio.Future[Any]) -> str:
    return task.get_name() if isinstance(task, asyncio.Task) else ""


def _queried(folder: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "home-assistant_v2.db")) as database:
        return database.execute(question).fetchall()


async def live(life: Life, folder: Path) -> dict[str, Any]:
    """Let a life pass, and return what came of it."""
    async with simulated(life.servers, generation=life.generation, points=1440) as dashboard:
        config: dict[str, Any] = {"recorder": {}}
        if life.way != NEZHA:
            places = list(range(life.servers))
            rounded = life.way == REST
            config["rest"] = rest_configuration(dashboard, places, interval=_INTERVAL, rounded=rounded)
        async with home_assistant(folder, config) as hass:
            with passing_time(timers=True) as time:
                return await Hour(hass, dashboard, life, time).live(folder)


def main() -> None:
    """Live in this process, and print what came of it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=WAYS, default=NEZHA)
    parser.add_argument("--generation", default="v2")
    parser.add_argument("--servers", type=int, default=10)
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--step", type=int, default=5)
    life = Life(**vars(parser.parse_args()))
    with TemporaryDirectory() as folder:
        json.dump(run(live(life, Path(folder))), sys.stdout)


if __name__ == "__main__":
    main()
