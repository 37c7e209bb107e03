"""The recorded exchanges, and what is compared of a body."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parents[1] / "fixtures" / "v0"
_FLOATS = {"CPU", "Load1", "Load5", "Load15", "GPU", "Temperature", "avg_delay"}
"""Numbers that a dashboard writes with or without a fraction."""
_EXACT = {"code", "id", "display_index", "monitor_id", "server_id", "MemTotal", "DiskTotal", "SwapTotal"}
"""Numbers that no time changes."""


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


def exchanges() -> list[Exchange]:
    """Return every recorded exchange."""
    return [Exchange.read(path) for path in sorted(FOLDER.glob("*/*.json"))]


def outline(value: Any, *, name: str = "") -> Any:
    """Return what must be the same in a simulated body.

    That is every key, its place and the type of its value; texts, truths and nulls themselves; of a number whether
    it is zero or negative, and all of it where time does not change it. Of points in time any number may come.
    """
    match value:
        case dict():
            return {key: outline(inner, name=key) for key, inner in value.items()}
        case list() if name in {"created_at", "avg_delay"}:
            return {outline(inner, name=name) for inner in value}
        case list():
            return [outline(inner, name=name) for inner in value]
        case bool() | str() | None:
            return value
    return _number(value, name)


def _number(value: float, name: str) -> Any:
    if name in _FLOATS:
        return "number", value > 0
    return value if name in _EXACT or value <= 0 else type(value).__name__


def by_id(servers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield servers in an order of their own, since that of a dashboard is random."""
    yield from sorted(servers, key=lambda server: server["id"])
