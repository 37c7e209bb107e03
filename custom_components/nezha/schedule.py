"""Who is asked for latencies next, within a budget of bytes."""

from collections.abc import Collection, Mapping
from time import monotonic

from .api import Server
from .const import LATENCY_BURST, LATENCY_BYTES_A_SECOND, LATENCY_INTERVAL, LEARN_INTERVAL


class LatencySchedule:
    """Every server once an hour, those whose latency somebody looks at once a minute, the longest waiting first."""

    def __init__(self) -> None:
        """Start with nobody asked and a full budget."""
        self._asked_at: dict[str, float] = {}
        self._bytes_left = float(LATENCY_BURST)
        self._counted_at = monotonic()

    def due(self, servers: Mapping[str, Server], shown: Collection[str]) -> list[str]:
        """Return the servers to be asked."""
        now = monotonic()
        self._asked_at = {key: asked for key, asked in self._asked_at.items() if key in servers}

        def waiting(key: str) -> float:
            return now - self._asked_at.get(key, float("-inf"))

        def interval(key: str) -> float:
            lively = key in shown and servers[key].online
            return (LATENCY_INTERVAL if lively else LEARN_INTERVAL).total_seconds()

        return sorted((key for key in servers if waiting(key) >= interval(key)), key=waiting, reverse=True)

    def may_ask(self) -> bool:
        """Tell whether the budget allows another answer: a burst at first, then what time refills."""
        now = monotonic()
        refilled = self._bytes_left + (now - self._counted_at) * LATENCY_BYTES_A_SECOND
        self._bytes_left, self._counted_at = min(LATENCY_BURST, refilled), now
        return self._bytes_left > 0

    def asked(self, key: str) -> None:
        """Count a server as asked, whether it answers or not."""
        self._asked_at[key] = monotonic()

    def answered(self, size: int) -> None:
        """Count an answer of so many bytes."""
        self._bytes_left -= size
