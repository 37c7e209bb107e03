"""What faults change about JSON that is right otherwise: where it ends, its entries, values and ids."""

import json
import re
from typing import Any, Final

from simulator.faults import FaultOptions
from simulator.go_json import encode

_NUMBER: Final = re.compile(rb"(?<=[:,\[])-?[0-9][0-9.e+-]*(?=[,}\]])")
_LISTS: Final = ("result", "data", "servers")
"""Where answers and frames list servers or their ids."""


def cut(body: bytes, _: FaultOptions) -> bytes:
    """Return the first half."""
    return body[: len(body) // 2]


def with_nan(body: bytes, _: FaultOptions) -> bytes:
    """Return JSON whose first number is none."""
    return _NUMBER.sub(b"NaN", body, count=1)


def replace_server(body: bytes, options: FaultOptions) -> bytes:
    """Return a list of servers with another entry for one of them; what lists none stays."""
    payload = _decoded(body)
    key = next((key for key in _LISTS if isinstance(payload.get(key), list)), None)
    if key is None:
        return body
    payload[key] = [
        options.get("entry") if isinstance(listed, dict) and listed.get("id") == options.get("server_id") else listed
        for listed in payload[key]
    ]
    return encode(payload)


def replace_values(body: bytes, options: FaultOptions) -> bytes:
    """Return JSON with other values; generations write the same name in different ways."""
    values = {_plain(name): value for name, value in options.get("values", {}).items()}

    def replaced(value: Any) -> Any:
        match value:
            case dict():
                return {name: values.get(_plain(name), replaced(inner)) for name, inner in value.items()}
            case list():
                return [replaced(inner) for inner in value]
            case _:
                return value

    payload = _decoded(body)
    return encode(replaced(payload)) if payload else body


def with_text_ids(body: bytes, _: FaultOptions) -> bytes:
    """Return JSON whose ids are texts."""
    payload = _decoded(body)
    return encode(_with_text_ids(payload)) if payload else body


def _with_text_ids(value: Any, name: str = "") -> Any:
    match value:
        case dict():
            return {key: _with_text_ids(inner, key) for key, inner in value.items()}
        case list():
            return [_with_text_ids(inner, name) for inner in value]
        case int() if name.rpartition("_")[2] == "id" or name in _LISTS:
            return str(value)
        case _:
            return value


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _decoded(body: bytes) -> dict[str, Any]:
    """Return what an answer or frame holds; nothing where it is a web page."""
    try:
        payload = json.loads(body)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}
