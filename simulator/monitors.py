"""Latency monitors and what they measured.

Every server probes each monitor's target twice a minute, and the dashboard stores the mean of the two as one
point; a probe without an answer enters that mean as 0 ms.
"""

from dataclasses import dataclass
from enum import IntEnum
import math
from typing import Final

from simulator.chance import between, fraction
from simulator.machines import DAY, Machine

_PROBES: Final = 2


class MonitorKind(IntEnum):
    """How a monitor asks; the numbers are Nezha's."""

    HTTP = 1
    PING = 2
    TCP = 3


@dataclass(frozen=True, slots=True)
class Monitor:
    """A latency check that every server performs."""

    id: int
    name: str
    kind: MonitorKind
    target: str
    extra: float = 0.0
    """Milliseconds on top of a server's distance."""
    broken: bool = False
    """Whether no probe ever gets an answer."""

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
