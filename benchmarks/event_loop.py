"""How long one answer of the dashboard keeps the event loop, against the floor, the naive way and `rest` sensors."""

import argparse
from contextlib import nullcontext
from cProfile import Profile
from dataclasses import asdict, dataclass
import gc
from importlib.util import find_spec
import json
from pathlib import Path
from pstats import Stats
from statistics import median
import sys
from tempfile import TemporaryDirectory
import time
from typing import Any
from unittest.mock import patch

from aiohttp import ClientWSTimeout
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from custom_components.nezha.api import transport
from custom_components.nezha.const import (
    CONF_INTERVAL,
    CONF_STREAM,
    DOMAIN,
    STREAM_ALWAYS,
    STREAM_NEVER,
)
from custom_components.nezha.coordinator import NezhaConfigEntry

from .contenders import (
    Contender,
    Feed,
    Floor,
    Integration,
    Naive,
    Polled,
    Reading,
    Rest,
    Streamed,
)
from .dashboard import Simulated, data_of, simulated
from .entities import Shows, add_floor, add_naive, our_entities, shows
from .home_assistant import add_entry, home_assistant, run
from .loop import occupation
from .passing import PassingTime, learn_latencies, passing_time
from .rest import rest_configuration
from .steps import SECONDS, Step, in_turn, prepared_steps
from .tables import number

BETWEEN = "between two writes"
"""The case of a frame that comes before the next write is due."""
_REST_VALUES = 10_000
"""Servers times those with `rest` sensors: each of these decodes the whole answer, so that a thousand take minutes."""
_PATIENCE = ClientWSTimeout(ws_receive=None, ws_close=1)
"""With streams, on which nothing comes while the others take their turns."""
_PROFILED = 40
"""Functions that a profile shows."""


@dataclass(frozen=True)
class Load:
    """What is shown, and how it comes."""

    servers: int
    every_entity: bool = False
    stream: bool = False


@dataclass
class Samples:
    """What was measured of one contender in one case, in milliseconds."""

    total: list[float]
    longest: list[float]
    changed: list[int]


type Results = dict[str, dict[str, Samples]]
"""By case, then by contender."""


class Bench:
    """All contenders in one Home Assistant, and what they take."""

    def __init__(
        self, hass: HomeAssistant, dashboard: Simulated, load: Load, time: PassingTime, profile: Profile | None
    ) -> None:
        """Show a dashboard whose answers are prepared; on request look into what the integration does with them."""
        self._profile = profile
        self._hass = hass
        self._dashboard = dashboard
        self._load = load
        self._time = time
        self._session = async_create_clientsession(hass, auto_cleanup=False)
        self._results: Results = {}

    async def measure(self, steps: list[Step], *, has_rest: bool) -> Results:
        """Measure every contender with every step."""
        options = {CONF_INTERVAL: SECONDS, CONF_STREAM: STREAM_ALWAYS if self._load.stream else STREAM_NEVER}
        entry = await add_entry(self._hass, DOMAIN, "nezha", data_of(self._dashboard), options)
        await self._begin(entry)
        first, shown = await self._rehearse(entry, steps)
        await self._dashboard.show(0)
        await self._hass.config_entries.async_reload(entry.entry_id)
        await self._begin(entry)
        contenders = await self._contenders(entry, steps, first, shown, has_rest=has_rest)
        await self._tidy()
        for step in steps:
            await self._dashboard.show(step.number)
            if self._load.stream:
                await self._turns(contenders, step, BETWEEN, due=False)
            self._time.passed += SECONDS
            await self._turns(contenders, step, step.case, due=True)
            if step is steps[0]:
                self._results.clear()  # it was to warm up
        return self._results

    async def _tidy(self) -> None:
        """Store now what would be stored in a while, and leave out of later collections what there is by now."""
        self._hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await self._hass.async_block_till_done()
        gc.collect()
        gc.freeze()

    async def _begin(self, entry: NezhaConfigEntry) -> None:
        """Wait until the latencies of all servers are known, then stop the clocks."""
        data = entry.runtime_data
        await learn_latencies(self._hass, entry, self._time)
        coordinators: list[DataUpdateCoordinator[Any] | None] = [data.servers, data.latency, data.monitors]
        for coordinator in filter(None, coordinators):
            coordinator.update_interval = None
            coordinator._unschedule_refresh()  # noqa: SLF001 - no poll but those that are measured

    async def _rehearse(self, entry: NezhaConfigEntry, steps: list[Step]) -> tuple[Shows, list[Shows]]:
        """Return what the integration shows at first and after every step."""
        integration = Integration(entry, self._dashboard, stream=self._load.stream)
        first, after = shows(self._hass), []
        for step in steps:
            await self._dashboard.show(step.number)
            self._time.passed += SECONDS
            with occupation() as measured:
                await integration.update(step.number, due=True)
                await measured.ends()
            after.append(shows(self._hass))
        return first, after

    async def _contenders(
        self, entry: NezhaConfigEntry, steps: list[Step], first: Shows, shown: list[Shows], *, has_rest: bool
    ) -> list[Contender]:
        naive = Naive(self._hass, self._dashboard, await self._dashboard.another_token(), stream=self._load.stream)
        await naive.first()
        await add_naive(self._hass, naive.coordinator)
        entities = await add_floor(self._hass, first)
        changes = {
            step.number: [(entities[name], after[name]) for name in entities if after[name] != before[name]]
            for step, before, after in zip(steps, [first, *shown], shown, strict=False)
        }
        rest = [Rest(self._hass)] if has_rest else []
        return [
            Reading(self._feed("reading")),
            Integration(entry, self._dashboard, stream=self._load.stream),
            Floor(self._feed("floor"), changes),
            naive,
            *rest,
        ]

    def _feed(self, whose: str) -> Feed:
        if self._load.stream:
            return Streamed(self._session, self._dashboard, whose)
        return Polled(self._session, self._dashboard)

    async def _turns(self, contenders: list[Contender], step: Step, case: str, *, due: bool) -> None:
        """Let all show an answer, one after the other."""
        for contender in in_turn(contenders, step.number):
            if self._load.stream and due and contender.writes_always:
                continue  # it has written this frame before
            start = time.time()
            looking = self._profile if self._profile and isinstance(contender, Integration) else nullcontext()
            with occupation() as measured, looking:
                await contender.update(step.number, due=due)
                await measured.ends()
            changed = sum(state.last_updated_timestamp >= start for state in self._hass.states.async_all())
            samples = self._results.setdefault(case, {}).setdefault(contender.name, Samples([], [], []))
            samples.total.append(1000 * measured.total)
            samples.longest.append(1000 * measured.longest)
            samples.changed.append(changed)


async def measure(load: Load, rounds: int, folder: Path, profile: Profile | None = None) -> dict[str, Any]:
    """Measure one load, and return what was measured."""
    async with simulated(load.servers) as dashboard:
        steps = await prepared_steps(dashboard, rounds, stream=load.stream)
        await dashboard.show(0)
        comparable = find_spec("xmltodict") and not (load.stream or load.every_entity)
        rest = min(load.servers, _REST_VALUES // load.servers) if comparable else 0
        config = {"rest": rest_configuration(dashboard, list(range(rest)))} if rest else {}
        enabled = patch.object(Entity, "entity_registry_enabled_default", new=True)
        with enabled if load.every_entity else nullcontext(), patch.object(transport, "SILENCE", _PATIENCE):
            async with home_assistant(folder, config) as hass:
                with passing_time() as passing:
                    results = await Bench(hass, dashboard, load, passing, profile).measure(steps, has_rest=bool(rest))
                    return {
                        "load": asdict(load),
                        "rest_servers": rest,
                        "entities": len(our_entities(hass)),
                        "cases": {case: {n: asdict(s) for n, s in by.items()} for case, by in results.items()},
                    }


type Measured = dict[str, Any]
"""What one process has measured, as JSON."""

TITLES = ("what changed", "shown by", "written", "ms", "times the floor", "longest ms")


def rows(measured: Measured) -> list[tuple[str, ...]]:
    """Return a table's rows of one load: medians, what all have to do (reading the answer) taken off."""
    return [
        (case, name, *_figures(measured, samples, name))
        for case, samples in measured["cases"].items()
        for name in ("floor", "nezha", "naive", "rest")
        if name in samples
    ]


def _figures(measured: Measured, samples: dict[str, Any], name: str) -> tuple[str, ...]:
    scale = measured["load"]["servers"] / measured["rest_servers"] if name == "rest" else 1
    reading = median(samples["reading the answer"]["total"])
    floor = median(samples["floor"]["total"]) - reading
    total = scale * (median(samples[name]["total"]) - reading)
    longest, changed = scale * median(samples[name]["longest"]), scale * median(samples[name]["changed"])
    return f"{changed:.0f}", number(total), number(total / floor), number(longest)


def title(measured: Measured) -> str:
    """Say what one load is."""
    load = Load(**measured["load"])
    which = "every entity" if load.every_entity else "default entities"
    way = "a frame of the stream" if load.stream else "a poll"
    return f"{load.servers} servers, {measured['entities']} {which}, {way}"


def main() -> None:
    """Measure one load in this process, and print what was measured as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", type=int, default=100)
    parser.add_argument("--every-entity", action="store_true")
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    load = Load(options.servers, options.every_entity, options.stream)
    profile = Profile() if options.profile else None
    with TemporaryDirectory() as folder:
        json.dump(run(measure(load, options.rounds, Path(folder), profile)), sys.stdout)
    if profile:
        Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(_PROFILED)


if __name__ == "__main__":
    main()
