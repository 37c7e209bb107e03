"""What a dashboard answers one time after the other: a fleet of which everything, a part or nothing changes."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
import json
from typing import Any

from .dashboard import Simulated

SECONDS = 10
"""Between two answers, in the world of the dashboard."""
_FIFTH = 5


class Case(StrEnum):
    """How much of the fleet has changed since the answer before; reports and uptimes always have."""

    ALL = "all servers"
    FIFTH = "20 % of servers"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Step:
    """One answer."""

    number: int
    case: Case


async def prepared_steps(simulated: Simulated, rounds: int, *, stream: bool) -> list[Step]:
    """Prepare an answer to a first poll, numbered 0, one to warm up with, and as many rounds of one of each case."""
    answer, time = await simulated.servers()
    await simulated.prepare(0, encoded(answer), time)
    shown: dict[int, dict[str, Any]] = {}
    cases = [Case.ALL, *(case for _ in range(rounds) for case in Case)]
    steps = [Step(number, case) for number, case in enumerate(cases, start=1)]
    for step in steps:
        await simulated.advance(SECONDS)
        answer, time = (await simulated.frame(), 0) if stream else await simulated.servers()
        field = "servers" if stream else "data"
        answer[field] = [_mixed(step, shown.get(server["id"], server), server) for server in answer[field]]
        shown = {server["id"]: server for server in answer[field]}
        await simulated.prepare(step.number, encoded(answer), time)
    return steps


def encoded(answer: Any) -> bytes:
    """Return an answer as Go writes it."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _mixed(step: Step, before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a server: that it has reported, and new values if it is its turn."""
    if step.case is Case.ALL or (step.case is Case.FIFTH and now["id"] % _FIFTH == step.number % _FIFTH):
        return now
    mixed = deepcopy(before)
    mixed["last_active"] = now["last_active"]
    if "uptime" in mixed["state"]:
        mixed["state"]["uptime"] = now["state"]["uptime"]
    return mixed


def in_turn[Item](items: list[Item], number: int) -> Iterator[Item]:
    """Yield the items, beginning with another one each time, and every second time backwards."""
    start = number % len(items)
    turned = items[start:] + items[:start]
    return iter(turned if number % 2 else turned[::-1])
