"""How many rows an hour brings into the database, against `rest` sensors for the same values at the same interval."""

from collections.abc import Iterable
from typing import Any

from .hour import LATENCIES, OTHERS, SAME, Life
from .tables import number

_PERIODS = 12 + 1
"""Rows of statistics in an hour: one of each five minutes, and one of the hour."""

TITLES = (
    "shown by",
    "servers",
    "written every",
    "same values",
    "latencies",
    "others",
    "statistics",
    "attributes",
    "states a day",
    "statistics a day",
)


def rows(measured: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return a table's rows: what an hour brings for each server, new attributes, and what a day brings of all."""
    return [_row(Life(**hour["life"]), hour) for hour in measured]


def _row(life: Life, hour: dict[str, Any]) -> tuple[str, ...]:
    hours = life.minutes / 60
    states = {kind: count / hours for kind, count in hour["rows"].items()}
    statistics = hour["statistics"] * _PERIODS
    return (
        f"{life.way}, {'stream' if life.stream else 'poll'}",
        str(life.servers),
        f"{hour['write_interval']} s",
        number(states[SAME] / life.servers),
        number(states[LATENCIES] / life.servers),
        number(states[OTHERS] / life.servers),
        number(statistics / life.servers),
        str(hour["attributes"]),
        f"{24 * sum(states.values()):,.0f}",
        f"{24 * statistics:,.0f}",
    )
