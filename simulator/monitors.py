"""Latency monitors and what they measured.

Every server probes each monitor's target twice a minute, and the dashboard stores the mean of the two as one
point; a probe without an answer enters that mean as 0 ms.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
import math
from typing import Final, TypedDict

from simulator.chance import between, fraction
from simulator.machines import DAY, Machine
from simulator.servers import ADMINISTRATOR

_PROBES: Final = 2


class MonitorKind(IntEnum):
    """How a monitor asks; the numbers are Nezha's."""

    HTTP = 1
    PING = 2
    TCP = 3


@dataclass(frozen=True, slots=True)
class Monitor:
    """A latency check that servers perform."""

    id: int
    name: str
    kind: MonitorKind
    target: str
    extra: float = 0.0
    """Milliseconds on top of a server's distance."""
    broken: bool = False
    """Whether no probe ever gets an answer."""
    owner: int = ADMINISTRATOR
    """The id of its user."""
    hide_for_guest: bool = False
    only_listed: bool = False
    """Whether it covers the listed servers, and not all others."""
    listed: Collection[int] = ()

    def covers(self, server_id: int) -> bool:
        """Return whether a server is among those that it is meant for."""
        return (server_id in self.listed) is self.only_listed

    def is_probed_by(self, server_id: int, owner: int) -> bool:
        """Return whether a server of some user performs it: those of others do so for administrators alone."""
        return self.covers(server_id) and self.owner in {ADMINISTRATOR, owner}

    def latency(self, machine: Machine, minute: int) -> float:
        """Return the milliseconds stored for a minute (Unix seconds / 60): 0 when nothing answered."""
        if self.broken:
            return 0.0
        key = (*machine.key, self.id, minute)
        answered = _PROBES
        if machine.failing:
            answered = sum(fraction(*key, probe) >= machine.failing for probe in range(_PROBES))
        day = math.sin(math.tau * (minute * 60 % DAY) / DAY)
        milliseconds = (machine.distance + self.extra) * (1 + 0.1 * day) + between(0, 2.5, *key)
        return round(milliseconds * answered / _PROBES, 5)


class MonitorChanges(TypedDict, total=False):
    """What its owner can change about a monitor."""

    name: str
    hide_for_guest: bool
    only_listed: bool
    listed: Collection[int]
    broken: bool
    owner: int


@dataclass(frozen=True, slots=True)
class History:
    """The stored points of one monitor on one server, oldest first."""

    monitor: Monitor
    points: tuple[tuple[int, float], ...]
    """Minutes (Unix seconds / 60 on the servers' clocks) with milliseconds."""


MONITORS: Final = (
    Monitor(1, "Ping Frankfurt", MonitorKind.PING, "192.0.2.250"),
    Monitor(2, "SSH", MonitorKind.TCP, "192.0.2.251:22", extra=1.5),
    Monitor(3, "Website", MonitorKind.HTTP, "https://site.example/", extra=30),
    Monitor(4, "Broken", MonitorKind.PING, "fail.example", broken=True),
)
