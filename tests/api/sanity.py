"""What must hold for whatever comes out of the client, whatever a dashboard has said."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from custom_components.nezha.api import LatencyAnswer, Server

MOST = 2**63 - 1
LEAST = {"id": 1, "monitor_id": 1, "display_index": -MOST}
GREATEST = {"cpu": 100, "gpu": 100, "availability": 100}


def assert_sane(value: Any, name: str = "") -> None:
    """Hold everything in a model, or in what holds models, to what a state of Home Assistant can be."""
    match value:
        case None | bool() | timedelta():
            pass
        case str():
            value.encode()
        case int() | float():
            assert isfinite(value), name
            assert LEAST.get(name, 0) <= value <= GREATEST.get(name, MOST), name
        case datetime():
            assert value.tzinfo is UTC, name
            assert 1970 <= value.year <= 2200, name
        case Mapping():
            assert_sane(value.keys(), name)
            assert_sane(value.values(), name)
        case Iterable():
            for inner in value:
                assert_sane(inner, name)
        case _:
            _assert_sane_model(value)


def _assert_sane_model(model: Any) -> None:
    assert is_dataclass(model)
    for field in fields(model):
        assert_sane(getattr(model, field.name), field.name)
    if isinstance(model, Server):
        for usage in (model.mem_usage, model.swap_usage, model.disk_usage):
            assert 0 <= (usage or 0) <= 100
    if isinstance(model, LatencyAnswer):
        for latency in model.latencies:
            assert_sane(latency.delay(model.time))
