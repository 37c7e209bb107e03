"""How long it takes until Home Assistant shows that a server has gone offline or come back, and what that writes."""

import argparse
import asyncio
from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum
import json
from pathlib import Path
from statistics import median
import sys
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from custom_components.nezha.const import (
    CONF_INTERVAL,
    CONF_LATENCY,
    CONF_STREAM,
    DOMAIN,
    MOST_INTERVAL,
    POLL_INTERVAL,
    STREAM_ALWAYS,
    STREAM_NEVER,
)
from custom_components.nezha.entity import DASHBOARD

from .dashboard import Simulated, data_of, simulated
from .home_assistant import add_entry, home_assistant, run
from .tables import number

_PATIENCE = 120
"""Seconds until a server's state has to show."""
_FIRST = 9
"""Number of the first server that is like any other; those before are special ones."""
_APART = 7.0
"""Seconds from one sample to the next, so that polls meet them at different ages."""


class Happening(StrEnum):
    """What happens to a server."""

    STOP = "agent stopped"
    POWER = "power lost"
    START = "agent back"


@dataclass(frozen=True)
class Watch:
    """What is watched."""

    generation: str = "v2"
    stream: bool = False
    frame: float = 2.0
    """Seconds from one frame to the next."""
    samples: int = 3
    power: bool = False
    """Whether power is lost too, which a dashboard only sees in the age of the last report."""


class Edges:
    """Servers that go and come back, and the states that say so."""

    def __init__(self, hass: HomeAssistant, dashboard: Simulated, watch: Watch) -> None:
        """Watch every state."""
        self._hass = hass
        self._dashboard = dashboard
        self._watch = watch
        self._entry_id = ""
        self._waits: dict[tuple[str, str], asyncio.Future[float]] = {}
        self._written: list[tuple[str, float]] = []
        self.seconds: dict[str, list[float]] = {}
        self._edges: list[tuple[str, float]] = []
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._take)

    async def measure(self) -> None:
        """Let every sample take place, each with a server of its own."""
        wish = STREAM_ALWAYS if self._watch.stream else STREAM_NEVER
        options = {CONF_INTERVAL: MOST_INTERVAL, CONF_STREAM: wish, CONF_LATENCY: False}  # nothing but edges is written
        entry = await add_entry(self._hass, DOMAIN, "nezha", data_of(self._dashboard), options)
        self._entry_id = entry.entry_id
        await asyncio.sleep(2 * self._watch.frame)
        kinds = [Happening.STOP, *([Happening.POWER] if self._watch.power else [])]
        samples = [kind for _ in range(self._watch.samples) for kind in kinds]
        await asyncio.gather(*(self._sample(place, kind) for place, kind in enumerate(samples)))

    async def _sample(self, place: int, kind: Happening) -> None:
        """Let a server go and come back."""
        server = _FIRST + place
        await asyncio.sleep(_APART * place)
        action = "stop" if kind is Happening.STOP else "lose_power"
        await self._time(server, kind, action, STATE_OFF)
        await asyncio.sleep(2 * _APART * place % POLL_INTERVAL.total_seconds())
        await self._time(server, Happening.START, "start", STATE_ON)

    async def _time(self, server: int, kind: Happening, action: str, state: str) -> None:
        online = self._online(server)
        shown = self._waits[online, state] = self._hass.loop.create_future()
        start = monotonic()
        await self._dashboard.act(action, server_id=server)
        async with asyncio.timeout(_PATIENCE):
            at = await shown
        self.seconds.setdefault(kind, []).append(at - start)
        self._edges.append((str(server), at))

    def counts(self) -> dict[str, int]:
        """Return how many entities one edge wrote at most: of the server, of the dashboard, of servers without one."""
        at_once = self._watch.frame / 2
        most: Counter[str] = Counter({"server": 0, "totals": 0, "others": 0})
        for server, at in self._edges:
            with_edge = {other for other, when in self._edges if abs(when - at) < at_once}
            owners = Counter(owner for owner, when in self._written if abs(when - at) < at_once)
            quiet = sum(count for owner, count in owners.items() if owner not in {*with_edge, DASHBOARD})
            most |= Counter(server=owners[server], totals=owners[DASHBOARD], others=quiet)
        return {name: most[name] for name in ("server", "totals", "others")}

    def _online(self, server: int) -> str:
        found = er.async_get(self._hass).async_get_entity_id(
            "binary_sensor", DOMAIN, f"{self._entry_id}_{server}_online"
        )
        if found is None:
            raise RuntimeError(f"server {server} is not shown")
        return found

    @callback
    def _take(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is None:
            return
        if entry := er.async_get(self._hass).async_get(state.entity_id):
            owner = entry.unique_id.removeprefix(f"{self._entry_id}_").partition("_")[0]
            self._written.append((owner, monotonic()))
        waiting = self._waits.get((state.entity_id, state.state))
        if waiting and not waiting.done():
            waiting.set_result(monotonic())


async def measure(watch: Watch, folder: Path) -> dict[str, Any]:
    """Watch one way, and return what was seen."""
    servers = _FIRST + 2 * watch.samples
    async with (
        simulated(servers, generation=watch.generation, frame_interval=watch.frame) as dashboard,
        home_assistant(folder) as hass,
    ):
        edges = Edges(hass, dashboard, watch)
        await edges.measure()
        return {"watch": asdict(watch), "seconds": edges.seconds, "counts": edges.counts()}


TITLES = ("what happens", "generation", "way", "samples", "median s", "longest s", "server's", "totals", "others")


def rows(measured: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return a table's rows."""
    watch = Watch(**measured["watch"])
    counts = [str(count) for count in measured["counts"].values()]
    way = "stream" if watch.stream else "poll"
    return [
        (
            kind,
            watch.generation[1:],
            way,
            str(len(seconds)),
            number(median(seconds)),
            number(max(seconds)),
            *counts,
        )
        for kind, seconds in measured["seconds"].items()
    ]


def main() -> None:
    """Measure in this process, and print what was measured as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--generation", default="v2")
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--frame", type=float, default=2.0)
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--power", action="store_true")
    watch = Watch(**vars(parser.parse_args()))
    with TemporaryDirectory() as folder:
        json.dump(run(measure(watch, Path(folder))), sys.stdout)


if __name__ == "__main__":
    main()
