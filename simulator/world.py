"""What a dashboard watches: servers with their agents, and monitors. Knows nothing of any wire."""

from collections.abc import Mapping
from dataclasses import replace
import math
from typing import Any, Final, Unpack

from simulator.agent import Agent
from simulator.chance import between
from simulator.clock import Clock
from simulator.facts import State
from simulator.fleet import machine, two_words
from simulator.machines import DAY, Machine
from simulator.monitors import MONITORS, History, Monitor, MonitorChanges
from simulator.servers import ADMINISTRATOR, NOBODY, Changes, Entry, Group, Returns, Server

MAX_SERVERS: Final = 1000
DAY_OF_POINTS: Final = DAY // 60
"""Points that a monitor stores in 24 hours, one a minute."""
_POINT_DELAY: Final = 30
"""Seconds into a minute at which its second probe is in and its point is stored."""


_FOUNDED: Final = 1_767_196_800.0
"""Unix seconds at which the first servers were entered."""
_REGISTERING: Final = 2
"""Seconds that an agent takes to register itself anew."""
_POWER_NOTICED: Final = 960
"""Seconds until a dashboard gives up on a connection that ended without a word."""


class UnknownServerError(LookupError):
    """No server has this id."""


class UnknownMonitorError(LookupError):
    """No monitor has this id."""


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
        self.latency_points: Final = min(latency_points, DAY_OF_POINTS)
        self.monitors: tuple[Monitor, ...] = MONITORS
        self.founded: Final = _FOUNDED
        self._entries: Final[dict[int, Entry]] = {}
        self._groups: Final[dict[str, Group]] = {}
        self._orphans: Final[list[Entry]] = []
        self._deleted: Final[dict[int, Agent]] = {}
        self._agent_version = ""
        self._returns = Returns.NEVER
        self._next_id = 1
        self.edits = 0
        """How often servers were entered, changed or removed."""
        for _ in range(servers):
            self._register(machine(seed, self._next_id))

    def servers(self) -> list[Server]:
        """Return every server in the order in which they were added."""
        now = self.clock.now()
        return [self._server(server_id, entry) for server_id, entry in self._entries.items() if entry.created <= now]

    def groups(self) -> list[Group]:
        """Return every group that ever had a server, in the order of their ids."""
        return list(self._groups.values())

    def monitor(self, monitor_id: int) -> Monitor | None:
        """Return the monitor of an id, None if there is none."""
        return next((monitor for monitor in self.monitors if monitor.id == monitor_id), None)

    def covered(self, monitor: Monitor) -> list[int]:
        """Return the ids of the servers that a monitor measures from."""
        now = self.clock.now()
        entries = self._entries.items()
        return [
            number for number, entry in entries if entry.created <= now and monitor.is_probed_by(number, entry.owner)
        ]

    def equip(self, agent_version: str, returns: Returns) -> None:
        """Give all machines the agents of a dashboard, and tell when deleted ones register themselves again."""
        self._agent_version, self._returns = agent_version, returns
        for entry in self._entries.values():
            entry.agent.install(agent_version)

    def server(self, server_id: int) -> Server | None:
        """Return the server of an id, None if there is none."""
        entry = self._entries.get(server_id)
        known = entry is not None and entry.created <= self.clock.now()
        return self._server(server_id, entry) if entry and known else None

    def machine(self, server_id: int) -> Machine:
        """Return the machine of a server."""
        return self._entry(server_id).agent.machine

    def state_at(self, server_id: int, at: float) -> State | None:
        """Return what a server's agent reported at a Unix second, None if it was silent."""
        agent = self._entry(server_id).agent
        return None if agent.silent(at) else agent.measured(at).state

    def lost_history(self) -> bool:
        """Return whether points are stored of a server that was deleted."""
        return any(self._minutes(agent) for agent in self._deleted.values())

    def histories(self, server_id: int) -> list[History]:
        """Return what each monitor stored for a server within 24 hours, in the order of the monitors' ids.

        Monitors without a point are left out.
        """
        entry = self._entry(server_id)
        minutes = self._minutes(entry.agent)
        if not minutes:
            return []
        return [
            History(monitor, tuple((minute, monitor.latency(entry.agent.machine, minute)) for minute in minutes))
            for monitor in self.monitors
            if monitor.is_probed_by(server_id, entry.owner)
        ]

    def add(self, *, name: str | None = None, group: str | None = None) -> int:
        """Add a server that reports from now on and return its id, which no server had before."""
        server_id = self._register(machine(self.seed, self._next_id), self.clock.now())
        self.edit(server_id, name=name, group=group)
        return server_id

    def edit(
        self,
        server_id: int,
        **changes: Unpack[Changes],
    ) -> None:
        """Change what an administrator can change about a server; None leaves a field as it is.

        Raises:
            TypeError: A name is none of Changes.

        """
        if unknown := changes.keys() - Changes.__annotations__.keys():
            raise TypeError(f"no server has {', '.join(sorted(unknown))}")
        entry = self._entry(server_id)
        for name, value in changes.items():
            if value is not None:
                setattr(entry, name, value)
        entry.updated = self.clock.now()
        self.edits += 1
        self._found(entry.group)

    def edit_monitor(self, monitor_id: int, **changes: Unpack[MonitorChanges]) -> None:
        """Change what its owner can change about a monitor."""
        if self.monitor(monitor_id) is None:
            raise UnknownMonitorError(f"there is no monitor {monitor_id}")
        self.monitors = tuple(
            replace(monitor, **changes) if monitor.id == monitor_id else monitor for monitor in self.monitors
        )

    def delete(self, server_id: int) -> None:
        """Remove a server; whether it comes back under another id while its agent runs, equip() told."""
        entry = self._entry(server_id)
        del self._entries[server_id]
        self._deleted[server_id] = replace(entry.agent)
        self.edits += 1
        if not entry.agent.running or self._returns is Returns.NEVER:
            return
        if self._returns is Returns.AFTER_RESTART:
            self._orphans.append(entry)
        else:
            self._come_back(entry, self.clock.now() + _REGISTERING)

    def stop(self, server_id: int) -> None:
        """Stop a server's agent: the dashboard keeps the last report."""
        self._entry(server_id).agent.stop(self.clock.now())

    def lose_power(self, server_id: int) -> None:
        """Have a server fall silent so that the dashboard believes for 16 minutes that its agent is connected."""
        now = self.clock.now()
        self._entry(server_id).agent.stop(now, noticed=now + _POWER_NOTICED)

    def jitter_boot_time(self, server_id: int, *, by: int = 1, seconds: float = 1.0) -> None:
        """Have a server report a later boot time, and its next state after some seconds.

        Raises:
            ValueError: The boot time would not be later.

        """
        if by < 1:
            raise ValueError(f"a boot time cannot be later by {by} seconds")
        self._entry(server_id).agent.jitter(by, self.clock.now() + seconds)

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
        for orphan in self._orphans:
            self._come_back(orphan, now + seconds)
        self._orphans.clear()

    def _server(self, server_id: int, entry: Entry) -> Server:
        now = self.clock.now()
        return Server(
            id=server_id,
            name=entry.name,
            group=entry.group,
            display_index=entry.display_index,
            hide_for_guest=entry.hide_for_guest,
            uuid=entry.agent.machine.uuid,
            note=entry.note,
            public_note=entry.public_note,
            created=entry.created,
            updated=entry.updated,
            report=entry.agent.report(now),
            owner=entry.owner,
            connected=entry.agent.connected(now),
            stateless=entry.agent.stateless(now),
        )

    def _entry(self, server_id: int) -> Entry:
        entry = self._entries.get(server_id)
        if entry is None or entry.created > self.clock.now():
            raise UnknownServerError(f"there is no server {server_id}")
        return entry

    def _register(self, new: Machine, first_report: float | None = None) -> int:
        created = _FOUNDED if first_report is None else first_report
        return self._enter(
            Entry(
                name=new.name,
                group=new.group,
                display_index=self._next_id,
                hide_for_guest=new.hide_for_guest,
                public_note=new.public_note,
                created=created,
                updated=created,
                agent=self._agent(new, first_report),
            ),
        )

    def _come_back(self, deleted: Entry, at: float) -> None:
        """Have an agent register its machine under another id and a name of two words.

        A member's agent has a secret that tells whose it is, the administrator's has the secret of all agents.
        """
        deleted.agent.lose_dashboard(self.clock.now(), at)
        name = two_words(self.seed, self._next_id)
        owner = NOBODY if deleted.owner == ADMINISTRATOR else deleted.owner
        self._enter(Entry(name=name, created=at, updated=at, owner=owner, agent=deleted.agent))

    def _enter(self, entry: Entry) -> int:
        server_id = self._next_id
        self._next_id += 1
        self._entries[server_id] = entry
        self.edits += 1
        self._found(entry.group)
        return server_id

    def _found(self, group: str) -> None:
        if group and group not in self._groups:
            self._groups[group] = Group(len(self._groups) + 1, group, self.clock.now())

    def _minutes(self, agent: Agent) -> list[int]:
        """Return the minutes of which a point of an agent's monitors is stored."""
        newest = math.floor((self.clock.now() - _POINT_DELAY) / 60)
        minutes = range(newest - self.latency_points + 1, newest + 1)
        return [minute for minute in minutes if not agent.silent(minute * 60 + _POINT_DELAY)]

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
            version=self._agent_version,
        )
        if new.offline_for is not None:
            agent.stop(last)
        return agent
