"""The answers that real dashboards gave, as they were recorded."""

from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parents[1] / "fixtures"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request to a dashboard and its answer; `body` is a text if it is no JSON."""

    folder: str
    name: str
    method: str
    path: str
    credential: str
    status: int
    headers: dict[str, str]
    body: Any

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what a file holds."""
        recorded = json.loads(path.read_text(encoding="utf-8"))
        request = recorded["request"]
        return cls(
            folder=path.parent.name,
            name=path.stem,
            method=request["method"],
            path=request["path"],
            credential=request["credential"],
            status=recorded["status"],
            headers=recorded["headers"],
            body=recorded["body"],
        )


def exchanges(generation: str) -> dict[str, Exchange]:
    """Return every exchange with a generation, `v0`, by the names of its folder and file."""
    found = (Exchange.read(path) for path in sorted(FOLDER.glob(f"{generation}/*/*.json")))
    return {f"{exchange.folder}/{exchange.name}": exchange for exchange in found}
