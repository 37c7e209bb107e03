"""Nezha's program on a server: when it reports, and what its dashboard keeps of the last report."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
import math
from typing import Any

from simulator.facts import Host, State
from simulator.machines import Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a dashboard knows from an agent."""

    at: float
    """Unix seconds on the world's clock."""
    host: Host
    state: State
    ipv4: str
    ipv6: str
    country_code: str
    """ISO country in small letters."""


@dataclass(slots=True)
class _Silence:
    """A time without reports, in Unix seconds; the end does not belong to it."""

    start: float
    end: float
    noticed: float
    """When the dashboard sees the agent's stream end."""


@dataclass(slots=True, kw_only=True)
class Agent:
    """Reports its machine at a fixed interval, except while it is silent.

    Its life is a list of silences, so any moment can be asked for without having lived through those before it.
    """

    machine: Machine
    boot_time: int
    """Unix seconds."""
    first_report: float
    """Unix seconds; infinite for an agent that was never started."""
    interval: float
    """Seconds between reports."""
    version: str = ""
    """Of the agent; the machine's own when empty."""
    _fixed_host: dict[str, Any] = field(init=False, default_factory=dict)
    _fixed_state: dict[str, Any] = field(init=False, default_factory=dict)
    _silences: list[_Silence] = field(init=False)
    _kept: Report | None = field(init=False, default=None)
    _boot_jitter: int = field(init=False, default=0)
    _stateless_until: float = field(init=False, default=-math.inf)

    def __post_init__(self) -> None:
        """Be silent until the first report."""
        self._silences = [_Silence(-math.inf, self.first_report, -math.inf)]

    def report(self, now: float) -> Report | None:
        """Return what the dashboard knows at a Unix second; None means that it never heard of the agent."""
        since = self._silences[-1].end
        if now < since:
            return self._kept
        return self.measured(since + (now - since) // self.interval * self.interval)

    def silent(self, at: float) -> bool:
        """Return whether nothing was reported at a Unix second."""
        return any(silence.start <= at < silence.end for silence in self._silences)

    @property
    def running(self) -> bool:
        """Return whether it reports or will do so by itself."""
        return self._silences[-1].end < math.inf

    def connected(self, at: float) -> bool:
        """Return whether the dashboard believes at a Unix second that the agent's stream is open."""
        return not any(silence.start <= at < silence.end and silence.noticed <= at for silence in self._silences)

    def stateless(self, at: float) -> bool:
        """Return whether at a Unix second the machine's host came anew and its state not yet."""
        return at < self._stateless_until

    def install(self, version: str) -> None:
        """Be of another version, which the dashboard knows at once."""
        self.version = version
        if self._kept:
            self._kept = replace(self._kept, host=replace(self._kept.host, version=version))

    def jitter(self, seconds: int, until: float) -> None:
        """Report a boot time that is later by some seconds, and the next state at a Unix second."""
        self._boot_jitter += seconds
        self._stateless_until = until

    def stop(self, now: float, *, noticed: float | None = None) -> None:
        """Report no more; the dashboard keeps the last report, and notices at once if no Unix second is given."""
        self._kept = self.report(now)
        self._be_silent(now, math.inf, noticed)

    def start(self, now: float) -> None:
        """Report from this moment on, unless that is so already."""
        last = self._silences[-1]
        last.end = min(last.end, now)

    def reboot(self, now: float, back: float) -> None:
        """Boot the machine at a Unix second; its counters begin anew and the agent is back at another."""
        self._kept = self.report(now)
        self._be_silent(now, back)
        self.boot_time = int(now)

    def lose_dashboard(self, now: float, back: float) -> None:
        """Have the dashboard forget everything at a Unix second; an agent that runs is back at another."""
        self._kept = None
        self._be_silent(now, max(back, self._silences[-1].end))

    def fix_host(self, values: Mapping[str, Any]) -> None:
        """Hold fields of the reported host at these values; None lets a field go again."""
        _fix(Host, self._fixed_host, values)

    def fix_state(self, values: Mapping[str, Any]) -> None:
        """Hold fields of the reported state at these values; None lets a field go again."""
        _fix(State, self._fixed_state, values)

    def _be_silent(self, start: float, end: float, noticed: float | None = None) -> None:
        last = self._silences[-1]
        if start < last.end:
            last.end = end
        else:
            self._silences.append(_Silence(start, end, start if noticed is None else noticed))

    def measured(self, at: float) -> Report:
        """Return what the agent finds at a Unix second, whether it tells anybody or not."""
        machine = self.machine
        host = machine.host(self.boot_time + self._boot_jitter)
        known = {"version": self.version or host.version} | self._fixed_host
        return Report(
            at=at,
            host=replace(host, **known),
            state=replace(machine.state(self.boot_time, at), **self._fixed_state),
            ipv4=machine.ipv4,
            ipv6=machine.ipv6,
            country_code=machine.country_code,
        )


def _fix(kind: type[Host | State], fixed: dict[str, Any], values: Mapping[str, Any]) -> None:
    unknown = values.keys() - {known.name for known in fields(kind)}
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    for name, value in values.items():
        fixed.pop(name, None)
        if value is not None:
            fixed[name] = value
