"""Time that passes at once for Home Assistant's timers and every clock of the integration."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, floor
import sys
from time import monotonic

from homeassistant.core import HomeAssistant

from custom_components.nezha.const import LATENCY_PAUSE, LATENCY_TURNS
from custom_components.nezha.coordinator import NezhaConfigEntry

_INTEGRATION = "custom_components.nezha"
_PAST_DUE = 0.55


class PassingTime:
    """The monotonic clock, moved forward on request; by itself it moves only if it is told to run."""

    def __init__(self, *, runs: bool) -> None:
        """Start now."""
        self.passed = 0.0
        self._runs = runs
        self._start = monotonic()

    def monotonic(self) -> float:
        """Return the seconds of the moved clock."""
        return (monotonic() if self._runs else self._start) + self.passed

    def passes(self, seconds: int) -> None:
        """Let whole seconds pass, and be past the first half of one, in which Home Assistant's refreshes are due."""
        now = self.monotonic()
        self.passed += floor(now + seconds) + _PAST_DUE - now


@contextmanager
def passing_time(*, timers: bool = False) -> Iterator[PassingTime]:
    """Move the clock of every module of the integration that has one, and on request that of the loop's timers.

    Timers need a clock that runs; without them no time passes while something is measured.
    """
    time = PassingTime(runs=timers)
    modules = [module for name, module in sys.modules.items() if name.startswith(_INTEGRATION)]
    clocks = [vars(module) for module in modules if vars(module).get("monotonic") is monotonic]
    loop = asyncio.get_running_loop()
    before = loop.time
    for clock in clocks:
        clock["monotonic"] = time.monotonic
    if timers:
        loop.time = time.monotonic  # type: ignore[method-assign]
    try:
        yield time
    finally:
        for clock in clocks:
            clock["monotonic"] = monotonic
        loop.time = before  # type: ignore[method-assign]


async def learn_latencies(hass: HomeAssistant, entry: NezhaConfigEntry, time: PassingTime) -> None:
    """Let as much time pass as it takes until the latencies of all servers are known."""
    data = entry.runtime_data
    if data.latency is None:
        return
    for _ in range(ceil(len(data.servers.data.servers) / LATENCY_TURNS) + 1):
        time.passed += LATENCY_PAUSE.total_seconds()
        await data.latency.async_refresh()
    await hass.async_block_till_done()
