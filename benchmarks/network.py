"""How many requests and bytes an hour takes, and how fresh the latencies of a large fleet are."""

import argparse
import asyncio
from collections.abc import Iterable
from itertools import pairwise
import json
from statistics import median
import sys
from typing import Any

from custom_components.nezha.api import Server
from custom_components.nezha.const import LATENCY_PAUSE, LATENCY_TURNS
from custom_components.nezha.schedule import LatencySchedule

from .dashboard import simulated
from .hour import Life
from .passing import passing_time
from .tables import number

_DAY = 86_400
_HTTP = 1
"""Monitors that ask over HTTP have no latencies of single servers."""
_LATENCIES = ("server/{id}/service", "service/{id}", "monitor/{id}")

TITLES = (
    "dashboard",
    "servers",
    "way",
    "lists",
    "kB each",
    "latencies",
    "kB each",
    "others",
    "frames",
    "kB each",
    "MB",
)


def rows(measured: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return a table's rows: requests an hour and the mean size of their answers, and the bytes of the hour."""
    return [_row(Life(**hour["life"]), hour) for hour in measured]


def _row(life: Life, hour: dict[str, Any]) -> tuple[str, ...]:
    hours = life.minutes / 60
    lists = _sum(hour, ("server", "server/details"))
    latencies = _sum(hour, _LATENCIES)
    everything = _sum(hour, tuple(hour["traffic"]))
    others = everything[0] - lists[0] - latencies[0]
    stream = hour["frames"] * hour["frame_size"]
    return (
        f"{life.generation[1:]}.x",
        str(life.servers),
        "stream" if life.stream else "poll",
        *_counted(lists, hours),
        *_counted(latencies, hours),
        f"{others / hours:.0f}",
        *_counted((hour["frames"], stream), hours),
        number((everything[1] + stream) / hours / 1e6),
    )


def _sum(hour: dict[str, Any], paths: tuple[str, ...]) -> tuple[int, int]:
    counted = [hour["traffic"][path] for path in paths if path in hour["traffic"]]
    return sum(count for count, _ in counted), sum(size for _, size in counted)


def _counted(counted: tuple[int, int], hours: float) -> tuple[str, str]:
    count, size = counted
    return f"{count / hours:.0f}", number(size / count / 1000) if count else "-"


FRESHNESS = (
    "servers",
    "monitors",
    "kB an answer",
    "answers an hour",
    "MB an hour",
    "asked again after",
    "learned after",
)


async def freshness(servers: int, monitors: int) -> dict[str, float]:
    """Run the integration's own schedule for a day, with the size of a real answer and every latency looked at."""
    async with simulated(8, points=1440, monitors=monitors + _HTTP) as dashboard:
        url = f"{dashboard.url}/api/v1/server/1/service?period=1d"
        async with dashboard.session.get(url, headers=dashboard.headers) as response:
            size = len(await response.read())
    fleet = {str(number): Server(id=number, name="", online=True) for number in range(1, servers + 1)}
    asked: dict[str, list[float]] = {key: [] for key in fleet}
    with passing_time() as time:
        schedule = LatencySchedule()
        while time.passed < _DAY:
            for key in schedule.due(fleet, fleet.keys())[:LATENCY_TURNS] if schedule.may_ask() else ():
                if not schedule.may_ask():
                    break
                schedule.asked(key)
                schedule.answered(size)
                asked[key].append(time.passed)
            time.passed += LATENCY_PAUSE.total_seconds()
    gaps = [after - before for times in asked.values() for before, after in pairwise(times)]
    answers = sum(map(len, asked.values())) * 3600 / _DAY
    return {
        "servers": servers,
        "monitors": monitors,
        "size": size,
        "answers": answers,
        "again": median(gaps) if gaps else _DAY,
        "learned": max((times[0] if times else _DAY) for times in asked.values()),
    }


def freshness_rows(measured: Iterable[dict[str, float]]) -> list[tuple[str, ...]]:
    """Return a table's rows."""
    return [
        (
            f"{fresh['servers']:.0f}",
            f"{fresh['monitors']:.0f}",
            number(fresh["size"] / 1000),
            number(fresh["answers"]),
            number(fresh["answers"] * fresh["size"] / 1e6),
            _duration(fresh["again"]),
            _duration(fresh["learned"]),
        )
        for fresh in measured
    ]


def _duration(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"  # noqa: PLR2004 - reads better


def main() -> None:
    """Run one schedule in this process, and print what came of it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", type=int, default=1000)
    parser.add_argument("--monitors", type=int, default=10)
    options = parser.parse_args()
    json.dump(asyncio.run(freshness(options.servers, options.monitors)), sys.stdout)


if __name__ == "__main__":
    main()
