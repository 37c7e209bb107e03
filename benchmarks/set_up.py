"""How long setting up takes, and how much memory, against an integration that only registers and adds as much."""

import argparse
import asyncio
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterator
from functools import partial
import gc
import json
from pathlib import Path
import resource
from statistics import median
import sys
from tempfile import TemporaryDirectory
from typing import Any, override

from aiohttp import ClientSession
from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity

from custom_components.nezha.const import DOMAIN

from .custom_components.contender import GIVEN
from .dashboard import Simulated, data_of, simulated
from .entities import CONTENDER
from .home_assistant import add_entry, home_assistant, run
from .loop import Occupation, occupation
from .passing import learn_latencies, passing_time
from .tables import number

NOTHING, NEZHA, MINIMAL = KINDS = ("nothing", "nezha", "minimal")
_SPECIFICATION = "entities.json"
_MIB = 1 << 20
_PAGE = resource.getpagesize()

type Specification = list[dict[str, Any]]
"""Every entity of the integration, enabled or not, as far as another can be like it."""
type Measured = dict[str, Any]


class MinimalEntity(Entity):
    """An entity that only exists."""

    _attr_should_poll = False
    _attr_has_entity_name = True

    def __init__(self, row: dict[str, Any]) -> None:
        """Be registered as one of the integration's is."""
        self._attr_unique_id = f"{MINIMAL}_{row['unique_id']}"
        self._attr_name = row["name"]
        self._attr_device_class = row["device_class"]
        self._attr_entity_category = EntityCategory(row["category"]) if row["category"] else None
        self._attr_entity_registry_enabled_default = row["enabled"]
        self._device, self._device_name = row["device"], row["device_name"]

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """The device, made when it is asked for."""
        return DeviceInfo(
            identifiers={(CONTENDER, self._device)},
            name=self._device_name,
            manufacturer="Nezha",
            model="Debian 12",
            sw_version="1.0",
        )


class MinimalSensor(MinimalEntity, SensorEntity):
    """A sensor that only exists."""

    def __init__(self, row: dict[str, Any]) -> None:
        """Have a unit and a value."""
        super().__init__(row)
        self._attr_native_unit_of_measurement = row["unit"]
        self._attr_state_class = row["state_class"]
        self._attr_suggested_display_precision = row["precision"]
        self._attr_native_value = row["value"]


class MinimalBinarySensor(MinimalEntity, BinarySensorEntity):
    """A binary sensor that only exists."""

    _attr_is_on = True


def specification(hass: HomeAssistant) -> Specification:
    """Return what the integration has registered."""
    devices = dr.async_get(hass)
    return [
        {
            "platform": entry.domain,
            "unique_id": entry.unique_id,
            "name": entry.original_name,
            "device_class": entry.original_device_class,
            "category": entry.entity_category,
            "enabled": not entry.disabled,
            "device": entry.device_id,
            "device_name": device.name if (device := devices.async_get(entry.device_id or "")) else None,
            "unit": entry.unit_of_measurement,
            "precision": dict(entry.options.get("sensor") or {}).get("suggested_display_precision"),
            "state_class": (entry.capabilities or {}).get("state_class"),
            "value": _number(hass, entry.entity_id),
        }
        for entry in er.async_get(hass).entities.values()
        if entry.platform == DOMAIN
    ]


def _number(hass: HomeAssistant, entity_id: str) -> float | None:
    state = hass.states.get(entity_id)
    try:
        return float(state.state) if state else None
    except ValueError:
        return None


def _made(rows: Specification, platform: str) -> Iterator[Entity]:
    """Make entities like those of a platform that were registered."""
    kind = MinimalSensor if platform == "sensor" else MinimalBinarySensor
    return (kind(row) for row in rows if row["platform"] == platform)


def memory() -> float:
    """Return the resident memory of this process in MiB, garbage collected."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / _MIB


async def first(kind: str, root: Path, simulated: Simulated, *, learn: bool) -> Measured:
    """Set up for the first time, in a Home Assistant that runs."""
    async with home_assistant(root / kind) as hass:
        _giver(kind, root)(hass)
        before = memory()
        with occupation() as measured:
            if kind == NEZHA:
                await add_entry(hass, DOMAIN, NEZHA, data_of(simulated))
            else:
                await add_entry(hass, CONTENDER, MINIMAL, {})
            await measured.ends()
        result = _result(hass, measured, memory() - before)
        if kind == NEZHA:
            if learn:
                with passing_time() as time:
                    await learn_latencies(hass, hass.config_entries.async_entries(DOMAIN)[0], time)
            (root / _SPECIFICATION).write_text(json.dumps(specification(hass)), encoding="utf-8")
        return result


async def _again(kind: str, root: Path) -> Measured:
    """Start Home Assistant with what it has stored."""
    give = _giver(kind, root)
    before = memory()
    with occupation() as measured:
        async with home_assistant(root / kind, prepare=give) as hass:
            await measured.ends()
            return _result(hass, measured, memory() - before)


def _giver(kind: str, root: Path) -> Callable[[HomeAssistant], None]:
    """Return what has the minimal integration add what the other has registered, and the other nothing."""
    rows = json.loads((root / _SPECIFICATION).read_text(encoding="utf-8")) if kind == MINIMAL else []

    def give(hass: HomeAssistant) -> None:
        hass.data.setdefault(GIVEN, {})[MINIMAL] = partial(_made, rows)

    return give


def _result(hass: HomeAssistant, measured: Occupation, mebibytes: float) -> Measured:
    entities = [entry for entry in er.async_get(hass).entities.values() if entry.platform in {DOMAIN, CONTENDER}]
    enabled = sum(not entry.disabled for entry in entities)
    return {
        "seconds": measured.total,
        "longest": measured.longest,
        "mebibytes": mebibytes,
        "devices": len(dr.async_get(hass).devices),
        "enabled": enabled,
        "disabled": len(entities) - enabled,
    }


async def _in_own_process(root: Path, kind: str, dashboard: Simulated, *options: str) -> Measured:
    (root / kind).mkdir(exist_ok=True)
    facts = json.dumps({"url": dashboard.url, "credential": dashboard.credential, "generation": dashboard.generation})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.set_up"),
        *("--child", kind, "--root", str(root), "--dashboard", facts, *options),
        stdout=PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"bench: setting up {kind} failed: its message stands above")
    measured: Measured = json.loads(output)
    return measured


async def set_ups(servers: int, rounds: int) -> dict[str, list[Measured]]:
    """Set up some times the integration and the minimal one, each in a process of its own."""
    results: dict[str, list[Measured]] = {NEZHA: [], MINIMAL: []}
    async with simulated(servers) as dashboard:
        for _ in range(rounds):
            with TemporaryDirectory() as folder:
                for kind in (NEZHA, MINIMAL):
                    results[kind].append(await _in_own_process(Path(folder), kind, dashboard))
    return results


async def restarts(servers: int, monitors: int, rounds: int) -> dict[str, list[Measured]]:
    """Restart Home Assistant some times, with nothing, the integration or the minimal one in its registries."""
    results: dict[str, list[Measured]] = {kind: [] for kind in KINDS}
    async with simulated(servers, monitors=monitors) as dashboard:
        with TemporaryDirectory() as folder:
            for kind in (NEZHA, MINIMAL):
                await _in_own_process(Path(folder), kind, dashboard, "--learn")
            for _ in range(rounds):
                for kind in KINDS:
                    results[kind].append(await _in_own_process(Path(folder), kind, dashboard, "--again"))
    return results


async def _child(options: argparse.Namespace) -> Measured:
    if options.again:
        return await _again(options.child, options.root)
    async with ClientSession() as session:
        dashboard = Simulated(session, **json.loads(options.dashboard))
        return await first(options.child, options.root, dashboard, learn=options.learn)


TITLES = (
    "what",
    "devices",
    "enabled",
    "disabled",
    "s",
    "times minimal",
    "longest ms",
    "MiB",
    "times minimal",
)


def rows(results: dict[str, list[Measured]]) -> list[tuple[str, ...]]:
    """Return a table's rows: medians; of restarts what a restart with nothing takes is taken off."""
    least = results.get(NOTHING)
    base = {name: _median(least, name) if least else 0.0 for name in ("seconds", "mebibytes")}
    return [_row(kind, results, base) for kind in (MINIMAL, NEZHA)]


def _row(kind: str, results: dict[str, list[Measured]], base: dict[str, float]) -> tuple[str, ...]:
    seconds, mebibytes = (_median(results[kind], name) - base[name] for name in ("seconds", "mebibytes"))
    minimal = {name: _median(results[MINIMAL], name) - base[name] for name in ("seconds", "mebibytes")}
    return (
        f"{kind}, restarted" if NOTHING in results else kind,
        *(f"{_median(results[kind], name):,.0f}" for name in ("devices", "enabled", "disabled")),
        number(seconds),
        number(seconds / minimal["seconds"]),
        number(1000 * _median(results[kind], "longest")),
        number(mebibytes),
        number(mebibytes / minimal["mebibytes"]),
    )


def _median(measured: list[Measured], name: str) -> float:
    return float(median(sample[name] for sample in measured))


def main() -> None:
    """Measure in this process, or in several of its own, and print what was measured as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", type=int, default=100)
    parser.add_argument("--monitors", type=int, default=11)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--restart", action="store_true")
    parser.add_argument("--child", choices=KINDS)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--dashboard")
    parser.add_argument("--learn", action="store_true")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    if options.child:
        result: Any = run(_child(options))
    elif options.restart:
        result = asyncio.run(restarts(options.servers, options.monitors, options.rounds))
    else:
        result = asyncio.run(set_ups(options.servers, options.rounds))
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
