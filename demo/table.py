"""The servers and their values, as Home Assistant has them, as a table of text."""

from dataclasses import dataclass
from typing import Any
import unicodedata

from .home_assistant import HomeAssistant

_MISSING = "-"


@dataclass(frozen=True)
class _Column:
    title: str
    field: str
    digits: int


_COLUMNS = (
    _Column("CPU", "cpu", 1),
    _Column("Memory", "mem_usage", 1),
    _Column("Disk", "disk_usage", 1),
    _Column("Download", "net_in_speed", 2),
    _Column("Upload", "net_out_speed", 2),
    _Column("Downloaded", "net_in_transfer", 1),
    _Column("Uploaded", "net_out_transfer", 1),
    _Column("Load", "load_1", 2),
)
_TITLES = ("Server", "Online", *(column.title for column in _COLUMNS), "Latency")


@dataclass(frozen=True)
class Row:
    """What Home Assistant knows about a server."""

    name: str
    online: bool
    values: tuple[str, ...]
    latencies: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether everything has arrived that an online server reports."""
        return not self.online or (_MISSING not in self.values and any(ms != _MISSING for ms in self.latencies))

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as the table shows it."""
        return (self.name, "yes" if self.online else "no", *self.values, " / ".join(self.latencies))


async def read_rows(home_assistant: HomeAssistant, entry_id: str) -> list[Row]:
    """Read the servers of a dashboard from Home Assistant's registries and states."""
    names = {device["id"]: device["name"] for device in await home_assistant.devices()}
    entities = await home_assistant.entities()
    states = await home_assistant.states()
    fields_of: dict[str, dict[str, dict[str, Any]]] = {}
    for unique_id, state in states.items():
        server, _, field = unique_id.removeprefix(f"{entry_id}_").partition("_")
        fields_of.setdefault(server, {})[field] = state
    return [
        _row(names[entities[f"{entry_id}_{server}_online"]["device_id"]], fields)
        for server, fields in fields_of.items()
        if "online" in fields
    ]


def render(rows: list[Row]) -> str:
    """Lay out rows as a table."""
    table = [_TITLES, *(row.cells for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in table
    )


def _row(name: str, fields: dict[str, dict[str, Any]]) -> Row:
    return Row(
        name=name,
        online=fields["online"]["state"] == "on",
        values=tuple(
            _text(fields[column.field], column.digits) if column.field in fields else "" for column in _COLUMNS
        ),
        latencies=tuple(_text(state, 0) for field, state in sorted(fields.items()) if field.startswith("latency_")),
    )


def _text(state: dict[str, Any], digits: int) -> str:
    if state["state"] in ("unknown", "unavailable"):
        return _MISSING
    unit = state["attributes"].get("unit_of_measurement", "")
    return f"{float(state['state']):.{digits}f} {unit}".rstrip()


def _width(text: str) -> int:
    """Return the columns that a text takes in a terminal, where Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "FW" else 1 for character in text)
