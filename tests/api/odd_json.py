"""What real dashboards said, with something odd in it."""

from collections.abc import Iterator, MutableMapping, MutableSequence
from copy import deepcopy
import json
from random import Random
from typing import Any

from .recorded import FOLDER, exchanges

NUMBERS = (
    *(0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 10**400),
    *(-0.0, 0.5, -0.5, 100.00001, 1e-320, 1e21, 1e308, float("inf"), float("-inf")),
)
TEXTS = (
    *("", " ", "0", "-1", "01", "1_0", "0.5", "\u0661", "9" * 19, "9" * 5000, "NaN", "1e999"),
    *("\ud800", "\0", "<b>", "😀" * 300, "ApiErrorForbidden", "ApiErrorUnauthorized: user not found"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-14:00", "2026-11-23T24:00:00+08:00", "2026-11-23"),
)
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [{}], {"": None})

TYPICAL = (
    *("v0.20.13/server_details", "v0.20.13/server_details_bad", "v0.20.13/monitor_1", "v0.20.13/monitor_unknown"),
    *(
        f"{version}/{answer}"
        for version in ("v1.4.0", "v1.14.14", "v2.3.7")
        for answer in ("setting_jwt", "login", "server_jwt", "server_none", "server_group_jwt", "service_jwt", "ws_jwt")
    ),
    *("v1.14.14/service_server_jwt", "v1.14.14/service_1_jwt", "v2.3.7/server_1_service_1d_jwt"),
    *("v2.3.7/server_pat_unknown", "v2.3.7/pat_service_only_server", "v2.3.7/server_99_service_jwt"),
)
"""Recorded answers to every question, good and refusing, as they differ between versions."""


def recorded() -> dict[str, Any]:
    """Return the JSON that real dashboards answered, and the last message of each recorded stream, by their names."""
    answers = exchanges("v0") | exchanges("v1") | exchanges("v2")
    found = {name: exchange.body for name, exchange in answers.items() if not isinstance(exchange.body, str)}
    for path in sorted(FOLDER.glob("v*/*/*.jsonl")):
        events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        messages = [event["json"] for event in events if event.get("type") == "text"]
        found |= {f"{path.parent.name}/{path.stem}": message for message in messages[-1:]}
    return found


def encoded(value: Any) -> bytes:
    """Return JSON of anything; what is infinite is a number that is too large for a machine."""
    return json.dumps(value).replace("Infinity", "1e999").encode()


def odd(payload: Any, chance: Random) -> Any:
    """Return a payload in which a few things are replaced, left out, repeated or exchanged."""
    holder = [deepcopy(payload)]
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 6))):
        if places := list(_places(holder)):
            _make_odd(*chance.choice(places), places, chance)
    return holder[0] if holder else None


def _make_odd(held: Any, place: Any, places: list[tuple[Any, Any]], chance: Random) -> None:
    value = held[place]
    match chance.randrange(10):
        case 0:
            del held[place]
        case 1 if isinstance(held, MutableSequence):
            held.append(value)
        case 1:
            held[chance.choice(TEXTS)] = value
        case 2:
            other, there = chance.choice(places)
            held[place] = deepcopy(other[there])
        case _:
            kinds = _instead_of(value) if chance.randrange(3) else NUMBERS + TEXTS + OTHERS
            held[place] = deepcopy(chance.choice(kinds))


def _instead_of(value: Any) -> tuple[Any, ...]:
    """Return what is of the same kind and nevertheless odd."""
    match value:
        case str():
            return TEXTS
        case bool() | None:
            return OTHERS
        case int() | float():
            return NUMBERS
        case _:
            return OTHERS


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place within a value: what holds it, and its key or index there."""
    match value:
        case MutableMapping():
            inside = list(value.items())
        case MutableSequence():
            inside = list(enumerate(value))
        case _:
            return
    for place, inner in inside:
        yield value, place
        yield from _places(inner)
