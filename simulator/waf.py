"""The dashboard's firewall: strikes for each client address, and for how long they block it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from simulator.clock import Clock

_SHORTEST: Final = 3
"""Seconds that a block lasts at least."""


class Reason(StrEnum):
    """Why a client got a strike; a known user's own failures are counted apart from these."""

    UNKNOWN_USER = "unknown user"
    TOKEN = "token"  # noqa: S105  # a reason


@dataclass(slots=True)
class _Counter:
    count: int
    last: float
    """Unix seconds of the newest strike."""


@dataclass(slots=True)
class Waf:
    """Counts strikes; they never fade, only their blocks end."""

    clock: Clock
    raised: int = 0
    """How many strikes there ever were."""
    _counters: dict[str, dict[str, _Counter]] = field(default_factory=dict)

    def strike(self, address: str, reason: str) -> None:
        """Count a strike against an address."""
        self.raised += 1
        counter = self._counters.setdefault(address, {}).setdefault(reason, _Counter(0, 0))
        counter.count += 1
        counter.last = self.clock.dashboard_now()

    def forgive(self, address: str, *reasons: str) -> None:
        """Forget the strikes that an address got for some reasons, or for any when none is given."""
        for reason in reasons or tuple(self._counters.get(address, ())):
            self._counters.get(address, {}).pop(reason, None)

    def strikes(self) -> dict[str, int]:
        """Return how many strikes count against each address that has any."""
        sums = {
            address: sum(counter.count for counter in counters.values()) for address, counters in self._counters.items()
        }
        return {address: count for address, count in sums.items() if count}

    def blocked_until(self, address: str) -> float:
        """Return the Unix second at which an address may come again, 0 if it may anyway."""
        counters = self._counters.get(address, {}).values()
        if not counters:
            return 0
        return max(counter.last for counter in counters) + max(_SHORTEST, sum(each.count for each in counters) ** 4)

    def blocks(self, address: str) -> bool:
        """Return whether the requests of an address are stopped now."""
        return self.clock.dashboard_now() < self.blocked_until(address)
