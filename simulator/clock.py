"""The time of a simulated world, and the time that its dashboard believes in."""

from collections.abc import Callable
from dataclasses import dataclass
import time


@dataclass(slots=True)
class Clock:
    """Unix seconds from a source, moved forward on request."""

    source: Callable[[], float] = time.time
    advanced: float = 0.0
    """Seconds by which the world is ahead of the source."""
    skew: float = 0.0
    """Seconds by which the dashboard's clock is, and always was, ahead of the world's."""

    def now(self) -> float:
        """Return the Unix seconds of the world: what the servers' own clocks show."""
        return self.source() + self.advanced

    def dashboard_now(self) -> float:
        """Return the Unix seconds that the dashboard stamps reports and answers with."""
        return self.now() + self.skew

    def advance(self, seconds: float) -> None:
        """Let time pass at once; it never runs backwards, since counters only grow.

        Raises:
            ValueError: The seconds are negative.

        """
        if not seconds >= 0:
            raise ValueError(f"time cannot pass by {seconds} seconds")
        self.advanced += seconds
