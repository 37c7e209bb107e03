"""JSON as dashboards of every generation write it: they are Go programs."""

import json
from typing import Any, Final

_WHOLE: Final = 1e21
"""From here on Go writes a whole float with an exponent."""
_ESCAPES: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"},
)
"""What Go escapes although JSON need not; outside of strings none of these occurs."""


def encode(payload: Any) -> bytes:
    """Return JSON as Go writes it, or nothing at all if a number is none (NaN, infinity)."""
    try:
        text = json.dumps(_go(payload), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return b""
    return text.translate(_ESCAPES).encode()


def _go(value: Any) -> Any:
    """Return a value whose whole floats are integers: Go writes 26.0 as 26."""
    match value:
        case dict():
            return {key: _go(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_go(inner) for inner in value]
        case float() if value.is_integer() and abs(value) < _WHOLE:
            return int(value)
        case _:
            return value
