"""Reads single values of a decoded answer: what is missing, of another type or impossible never raises."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

MOST_DIGITS = 19  # of an integer
MOST_INTEGER = 2**63 - 1  # agents below 1.1.4 let counters that drop underflow to nearly 2**64
MOST_CHARACTERS = 255  # of a text; nothing that a dashboard names is meant to be longer, and few pages had room for it
NUMBERS = frozenset({int, float})  # without bool, which Python takes for an integer
YEAR_2200 = 7_258_118_400
EPOCH = datetime.fromtimestamp(0, UTC)
FAR_FUTURE = datetime.fromtimestamp(YEAR_2200, UTC)


def integer(source: Mapping[str, Any], name: str) -> int | None:
    """Return a counter or size: 0 when absent or null, `None` when it cannot be true."""
    value = source.get(name, 0)
    if type(value) is int and 0 <= value <= MOST_INTEGER:
        return value
    return _converted(value)


def _converted(value: Any) -> int | None:
    """Return what is no ordinary integer as one, if it can be one."""
    if value is None:
        return 0
    if isinstance(value, bool | list | dict):
        return None
    try:
        number = int(value)
    except ValueError, OverflowError:
        return None
    return number if 0 <= number <= MOST_INTEGER else None


def identifier(value: Any) -> int | None:
    """Return the id of a server or monitor, `None` for what cannot be one; digits in a text are one as well."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdecimal() and len(value) <= MOST_DIGITS else None
    return value if type(value) is int and 0 < value <= MOST_INTEGER else None


def real(source: Mapping[str, Any], name: str, most: float = float(MOST_INTEGER)) -> float | None:
    """Return a number: 0 when absent or null, `most` when larger, `None` when it cannot be true."""
    value: float | None = source.get(name)
    if value is None:
        return 0
    return min(value, most) if type(value) in NUMBERS and 0 <= value <= MOST_INTEGER else None


def text(source: Mapping[str, Any], name: str) -> str:
    """Return a text, empty when absent; cut where nobody would read on."""
    value = source.get(name)
    return _storable(value)[:MOST_CHARACTERS] if isinstance(value, str) else ""


def texts(source: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts, empty when absent or null."""
    return tuple(_storable(value) for value in items(source, name) if isinstance(value, str))


def _storable(value: str) -> str:
    """Return a text without halves of characters, which JSON can tell but nobody can write, and without zero bytes."""
    return value if value.isprintable() else value.encode(errors="replace").decode().replace("\0", "")


def items(source: Mapping[str, Any], name: str) -> list[Any]:
    """Return a list, empty when absent or null."""
    value = source.get(name)
    return value if isinstance(value, list) else []


def mapping(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object, empty when absent or null."""
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def time(source: Mapping[str, Any], name: str) -> datetime | None:
    """Return a time from RFC 3339 with up to nine digits of a second; `None` for Go's zero time and what is none."""
    try:
        value = datetime.fromisoformat(text(source, name))
        return value.astimezone(UTC) if value.tzinfo and EPOCH < value < FAR_FUTURE else None
    except ValueError, OverflowError:
        return None


def moment(seconds: float | None) -> datetime | None:
    """Return a time from Unix seconds; `None` for Go's zero time, the epoch and what lies centuries ahead."""
    return datetime.fromtimestamp(seconds, UTC) if seconds and 0 < seconds < YEAR_2200 else None
