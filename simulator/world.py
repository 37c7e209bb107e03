"""What a dashboard watches: servers with their agents, and monitors. Knows nothing of any wire."""

from collections.abc import Mapping
from dataclasses import dataclass
import math
from typing import Any, Final

from simulator.agent import Agent, Report
from simulator.chance import between
from simulator.clock import Clock
from simulator.fleet import machine
from simulator.machines import DAY, Machine
from simulator.monitors import MONITORS, History

MAX_SERVERS: Final = 1000
DAY_OF_POINTS: Final = DAY // 60
"""Points that a monitor stores in 24 hours, one a minute."""
_POINT_DELAY: Final = 30
"""Seconds into a minute at which its second probe is in and its point is stored."""


class UnknownServerError(LookupError):
    """No server has this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as the dashboard knows it at one moment."""

    id: int
    name: str
    group: str
    display_index: int
    hide_for_guest: bool
    report: Report | None
    """The last report; None when none came since the dashboard started."""


@dataclass(slots=True, kw_only=True)
class _Entry:
    """What an administrator entered about a server, and the agent that reports it."""

    name: str
    group: str
    display_index: int
    hide_for_guest: bool
    agent: Agent


class World:
    """Servers and monitors whose values are functions of the seed, the server and the time."""

    def __init__(
        self,
        *,
        seed: int = 0,
        servers: int = 8,
        clock: Clock | None = None,
        report_interval: float = 1.0,
        latency_points: int = DAY_OF_POINTS,
    ) -> None:
        """Let a world begin now.

        Args:
            seed: Decides everything that varies from server to server.
            servers: How many there are at first, from 1 to 1000.
            clock: The time; the system's when left out.
            report_interval: Seconds between two reports of an agent.
            latency_points: How many of the newest points of a monitor are stored at most.

        Raises:
            ValueError: There are too few or too many servers.

        """
        if not 1 <= servers <= MAX_SERVERS:
            raise ValueError(f"a world has 1 to {MAX_SERVERS} servers, not {servers}")
        self.seed: Final = seed
        self.clock: Final = clock or Clock()
        self._interval: Final = report_interval
        self._latency_points: Final = min(latency_points, DAY_OF_POINTS)
        self._entries: Final[dict[int, _Entry]] = {}
        self._next_id = 1
        for _ in range(servers):
            self._register(machine(seed, self._next_id))

    def servers(self) -> list[Server]:
        """Return every server in the order in which they were added."""
        return [self._server(server_id, entry) for server_id, entry in self._entries.items()]

    def server(self, server_id: int) -> Server | None:
        """Return the server of an id, None if there is none."""
        entry = self._entries.get(server_id)
        return None if entry is None else self._server(server_id, entry)

    def histories(self, server_id: int) -> list[History]:
        """Return what each monitor stored for a server within 24 hours, in the order of the monitors' ids.

        Monitors without a point are left out.
        """
        agent = self._entry(server_id).agent
        newest = math.floor((self.clock.now() - _POINT_DELAY) / 60)
        minutes = [
            minute
            for minute in range(newest - self._latency_points + 1, newest + 1)
            if not agent.silent(minute * 60 + _POINT_DELAY)
        ]
        if not minutes:
            return []
        return [
            History(monitor, tuple((minute, monitor.latency(agent.machine, minute)) for minute in minutes))
            for monitor in MONITORS
        ]

    def add(self, *, name: str | None = None, group: str | None = None) -> int:
        """Add a server that reports from now on and return its id, which no server had before."""
        server_id = self._register(machine(self.seed, self._next_id), self.clock.now())
        self.edit(server_id, name=name, group=group)
        return server_id

    def edit(
        self,
        server_id: int,
        *,
        name: str | None = None,
        group: str | None = None,
        display_index: int | None = None,
        hide_for_guest: bool | None = None,
    ) -> None:
        """Change what an administrator can change about a server; None leaves a field as it is."""
        entry = self._entry(server_id)
        entry.name = entry.name if name is None else name
        entry.group = entry.group if group is None else group
        entry.display_index = entry.display_index if display_index is None else display_index
        entry.hide_for_guest = entry.hide_for_guest if hide_for_guest is None else hide_for_guest

    def delete(self, server_id: int) -> None:
        """Remove a server for good."""
        self._entry(server_id)
        del self._entries[server_id]

    def stop(self, server_id: int) -> None:
        """Stop a server's agent: the dashboard keeps the last report."""
        self._entry(server_id).agent.stop(self.clock.now())

    def start(self, server_id: int) -> None:
        """Start a server's agent: it reports at once."""
        self._entry(server_id).agent.start(self.clock.now())

    def reboot(self, server_id: int, *, seconds: float = 3.0) -> None:
        """Reboot a server: its counters begin anew and its agent is back after some seconds."""
        now = self.clock.now()
        self._entry(server_id).agent.reboot(now, now + seconds)

    def fix_state(self, server_id: int, values: Mapping[str, Any]) -> None:
        """Hold fields of a server's state, `{"cpu": 93.5}`; None lets a field go again.

        Raises:
            ValueError: A name is no field of State.

        """
        self._entry(server_id).agent.fix_state(values)

    def fix_host(self, server_id: int, values: Mapping[str, Any]) -> None:
        """Hold fields of a server's host, `{"version": "0.20.6"}`; None lets a field go again.

        Raises:
            ValueError: A name is no field of Host.

        """
        self._entry(server_id).agent.fix_host(values)

    def restart_dashboard(self, *, seconds: float = 5.0) -> None:
        """Have the dashboard forget hosts, states and addresses; within these seconds all agents are back."""
        now = self.clock.now()
        for server_id, entry in self._entries.items():
            back = now + seconds * between(0.5, 1, self.seed, server_id, "back")
            entry.agent.lose_dashboard(now, back)

    def _server(self, server_id: int, entry: _Entry) -> Server:
        return Server(
            id=server_id,
            name=entry.name,
            group=entry.group,
            display_index=entry.display_index,
            hide_for_guest=entry.hide_for_guest,
            report=entry.agent.report(self.clock.now()),
        )

    def _entry(self, server_id: int) -> _Entry:
        try:
            return self._entries[server_id]
        except KeyError as error:
            raise UnknownServerError(f"there is no server {server_id}") from error

    def _register(self, new: Machine, first_report: float | None = None) -> int:
        server_id = self._next_id
        self._next_id += 1
        self._entries[server_id] = _Entry(
            name=new.name,
            group=new.group,
            display_index=server_id,
            hide_for_guest=new.hide_for_guest,
            agent=self._agent(new, first_report),
        )
        return server_id

    def _agent(self, new: Machine, first_report: float | None) -> Agent:
        """Return a machine's agent, which has reported since its boot if no first report is given."""
        last = self.clock.now() - (new.offline_for or 0)
        boot_time = new.boot_time(last)
        since = boot_time if first_report is None else first_report
        agent = Agent(
            machine=new,
            boot_time=boot_time,
            first_report=since if new.reports else math.inf,
            interval=self._interval,
        )
        if new.offline_for is not None:
            agent.stop(last)
        return agent
