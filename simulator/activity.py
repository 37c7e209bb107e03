"""How busy a machine is at any moment: a sum of waves, so that totals follow exactly."""

from dataclasses import dataclass
import math


@dataclass(frozen=True, slots=True)
class Wave:
    """One swing of activity."""

    period: float
    """Seconds."""
    weight: float
    """How far it swings, as a share of the mean activity."""
    phase: float
    """Radians."""

    def angle(self, at: float) -> float:
        """Return the radians that the wave has come to at a Unix second."""
        return math.tau * (at % self.period) / self.period + self.phase

    def at(self, moment: float) -> float:
        """Return the swing at a Unix second, from -weight to weight."""
        return self.weight * math.sin(self.angle(moment))

    def total(self, start: float, end: float) -> float:
        """Return the integral of the swing between two Unix seconds."""
        height = self.weight * self.period / math.tau
        return height * (math.cos(self.angle(start)) - math.cos(self.angle(end)))


@dataclass(frozen=True, slots=True)
class Activity:
    """Activity from 0 (idle) to 1 (all that the machine can do).

    As long as the weights of the waves add up to less than 1 it is never negative, and a total never falls.
    """

    mean: float
    waves: tuple[Wave, ...]

    def at(self, moment: float) -> float:
        """Return the activity at a Unix second."""
        return self.mean * (1 + sum(wave.at(moment) for wave in self.waves))

    def total(self, start: float, end: float) -> float:
        """Return the integral over time between two Unix seconds: seconds of full activity."""
        swings = sum(wave.total(start, end) for wave in self.waves)
        return self.mean * (end - start + swings)

    def average(self, end: float, seconds: float) -> float:
        """Return the mean activity of the last seconds before a Unix second."""
        return self.total(end - seconds, end) / seconds
