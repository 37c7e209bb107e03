"""What every generation of dashboards can be asked; a change here changes all of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..models import Latency, Snapshot
from ..transport import Answer

type Ask = Callable[[str], Awaitable[Answer]]
"""Sends one authorised GET request for a path below the dashboard's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a generation can do beyond listing its servers."""

    groups: bool
    monitors: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyAnswer:
    """What the monitors have measured from one server, by the dashboard's clock, and the answer's size in bytes."""

    time: datetime
    latencies: tuple[Latency, ...]
    size: int


class Generation(Protocol):
    """One generation's endpoints and wire formats."""

    number: int
    capabilities: Capabilities

    async def snapshot(self, ask: Ask) -> Snapshot:
        """Return all servers that the credential may see."""

    async def latencies(self, ask: Ask, server_id: int) -> LatencyAnswer:
        """Return the last day's points of every monitor of one server; raises NotOfferedError where there are none."""

    def server_page(self, server_id: int) -> str:
        """Return the path of the page that shows a server with monitors."""
