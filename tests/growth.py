"""What a Home Assistant holds on to for its entries, to be compared with what it held on to before."""

import asyncio
from collections import Counter, deque
from collections.abc import Collection, Iterator
from functools import partial
import gc
from pathlib import Path
from types import CellType, FunctionType, MethodType
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import DATA_CONNECTOR
from homeassistant.helpers.storage import Store
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha.coordinator import NezhaRuntimeData

OURS = "custom_components.nezha"
VALUES = "values in containers"
CONTAINERS = (dict, list, set, frozenset, tuple, deque)
BRIDGES = (FunctionType, MethodType, CellType, partial)
"""What leads from one of our objects to another."""

CLIENT = "objects of the client: "
SPREAD = {CLIENT: 1.5, VALUES: 1.005}
"""How much more there may be of what answers share with those before, now more of it and now less.

Whatever piles up is soon above it.
"""


def grown(before: Counter[str], now: Counter[str]) -> Counter[str]:
    """Return what there is more of than before."""
    most = {
        name: int(share * count) for kind, share in SPREAD.items() for name, count in before.items() if kind in name
    }
    return now - (before | Counter(most))


def held(hass: HomeAssistant, entries: Collection[MockConfigEntry]) -> Counter[str]:
    """Count whatever could grow; connections that wait for another request and files to be stored are none of it."""
    for entry in entries:
        _forget_failures(entry.runtime_data)
    gc.collect()
    counted = Counter(_name(kind) for each in gc.get_objects() if _is_ours(kind := type(each)))
    idle = sum(len(waiting) for each in hass.data[DATA_CONNECTOR].values() for waiting in each._conns.values())
    counted["tasks"] = len(asyncio.all_tasks()) - idle  # the simulated dashboard has one for each connection
    counted["background tasks"] = len(hass._background_tasks)
    counted["timers"] = sum(1 for _ in _timers(hass))
    counted["listeners"] = sum(hass.bus.async_listeners().values()) - _files_to_store(hass)
    counted["files and sockets"] = sum(1 for _ in Path("/proc/self/fd").iterdir()) - 2 * idle
    counted["states"] = len(hass.states.async_all())
    for entry in entries:
        counted["callbacks when an entry unloads"] += len(entry._on_unload or ())
        counted[VALUES] += _reached(entry.runtime_data)
    return counted


def _forget_failures(data: NezhaRuntimeData) -> None:
    """Let go of the last failure that each clock remembers, with whatever its traceback holds on to."""
    for clock in (data.servers, data.latency, data.monitors):
        if clock is not None:
            clock.last_exception = None


def _name(kind: type) -> str:
    return f"{CLIENT if kind.__module__.startswith(f'{OURS}.api') else 'objects: '}{kind.__qualname__}"


def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith(OURS)


def _files_to_store(hass: HomeAssistant) -> int:
    return hass.bus.async_listeners().get(EVENT_HOMEASSISTANT_FINAL_WRITE, 0)


def _timers(hass: HomeAssistant) -> Iterator[asyncio.TimerHandle]:
    """Yield the timers that will go off, but for those of HTTP connections and of files to be stored."""
    for timer in get_scheduled_timer_handles(hass.loop):
        called = getattr(timer, "_callback")  # noqa: B009 - no type knows it
        of_http = str(getattr(called, "__module__", "")).startswith("aiohttp")
        if not timer.cancelled() and not of_http and not isinstance(getattr(called, "__self__", None), Store):
            yield timer


def _reached(root: object) -> int:
    """Return how much is in the containers that one of our objects leads to, by way of our objects alone."""
    waiting, seen, size = [root], set[int](), 0
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if type(each) in CONTAINERS:
            size += len(each)  # type: ignore[arg-type]
        waiting += [further for further in _referents(each) if _is_followed(further)]
    return size


def _referents(each: object) -> list[Any]:
    """Return what an object refers to; a function only to what it closes over, not to its module."""
    return list(each.__closure__ or ()) if isinstance(each, FunctionType) else gc.get_referents(each)


def _is_followed(each: object) -> bool:
    return type(each) in (*CONTAINERS, *BRIDGES) or _is_ours(type(each))
