"""The recorded exchanges, and what is compared of a body."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
from pathlib import Path
import re
from typing import Any, Self

FIXTURES = Path(__file__).parents[1] / "fixtures"
_FLOATS = {
    *("CPU", "Load1", "Load5", "Load15", "GPU", "Temperature", "avg_delay"),
    *("cpu", "load_1", "load_5", "load_15", "gpu", "delay", "up_percent", "value"),
}
"""Numbers that a dashboard writes with or without a fraction."""
_EXACT = {
    *("code", "id", "display_index", "monitor_id", "server_id", "MemTotal", "DiskTotal", "SwapTotal"),
    *("service_id", "mem_total", "disk_total", "swap_total", "type", "cover", "max", "status", "role"),
}
"""Numbers that no time changes."""
_MOMENTARY = {"current_up", "current_down"}
"""Counts that begin anew every quarter of an hour."""
_SECRETS = {"token", "password", "agent_secret", "jwt_secret_key", "agent_secret_key"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+08:00)")
_ZERO_TIME = "0001-01-01T00:00:00Z"


@dataclass(frozen=True)
class Exchange:
    """A request to a real dashboard and its answer."""

    folder: str
    name: str
    version: str
    method: str
    path: str
    credential: str
    status: int
    headers: dict[str, str]
    body: Any
    page_shortened: bool
    json: Any = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what a file recorded."""
        recorded = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            folder=path.parent.name,
            name=path.stem,
            version=recorded["version"],
            **recorded["request"],
            status=recorded["status"],
            headers=recorded["headers"],
            body=recorded["body"],
            page_shortened=recorded.get("page_shortened", False),
        )


def exchanges(*generations: str) -> list[Exchange]:
    """Return every recorded exchange of some generations."""
    return [Exchange.read(path) for each in generations for path in sorted((FIXTURES / each).glob("*/*.json"))]


def outline(value: Any, *, name: str = "") -> Any:
    """Return what must be the same in a simulated body.

    That is every key, its place and the type of its value; texts, truths and nulls themselves; of a number whether
    it is zero or negative, and all of it where time does not change it. Of points in time any number may come.
    """
    match value:
        case dict() if name == "transfer":
            return sorted(value)
        case dict():
            return {key: outline(inner, name=key) for key, inner in value.items()}
        case list():
            return _list(value, name)
        case str():
            return _text(value, name)
        case bool() | None:
            return value
    return _number(value, name)


def _list(values: list[Any], name: str) -> Any:
    if name in {"created_at", "avg_delay"}:
        return {outline(inner, name=name) for inner in values}
    if name in {"data_points", "frontend_templates"}:
        return {json.dumps(sorted(inner)) for inner in values}
    return [outline(inner, name=name) for inner in values]


def _text(value: str, name: str) -> str:
    if name in _SECRETS:
        return "secret"
    return "time" if _TIME.fullmatch(value) and value != _ZERO_TIME else value


def _number(value: float, name: str) -> Any:
    if name in _MOMENTARY:
        return "int"
    if name in _FLOATS:
        return "number", value > 0
    return value if name in _EXACT or value <= 0 else type(value).__name__


def differences(simulated: Any, recorded: Any, path: str = "") -> list[str]:
    """Return where two outlines differ, in words."""
    match simulated, recorded:
        case dict(), dict():
            keys = (
                [f"{path}: {sorted(simulated.keys() ^ recorded.keys())}"] if simulated.keys() != recorded.keys() else []
            )
            shared = [key for key in simulated if key in recorded]
            return keys + [
                each for key in shared for each in differences(simulated[key], recorded[key], f"{path}.{key}")
            ]
        case list(), list() if len(simulated) == len(recorded):
            pairs = enumerate(zip(simulated, recorded, strict=True))
            return [each for place, pair in pairs for each in differences(*pair, f"{path}[{place}]")]
    return [] if simulated == recorded else [f"{path}: {simulated!r} instead of {recorded!r}"]


def by_id(servers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield servers in an order of their own, since that of a dashboard is random."""
    yield from sorted(servers, key=lambda server: server["id"])
