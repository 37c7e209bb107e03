"""What a Nezha dashboard knows, in our words and in base units.

Bytes, bytes per second, percent, milliseconds, seconds and aware UTC datetimes. The models know neither
JSON nor generations. In a reported `State` a number is `None` when the dashboard gave one that cannot be true.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LEAST_INTERVAL = timedelta(minutes=1)  # what dashboards store: one point a minute by default, stamped to the minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature:
    """One temperature sensor of a server; several may have the same name."""

    name: str
    celsius: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What a server is, as its agent last said (sizes in bytes)."""

    platform: str = ""
    platform_version: str = ""
    cpu: tuple[str, ...] = ()
    gpu: tuple[str, ...] = ()
    mem_total: int | None = 0
    disk_total: int | None = 0
    swap_total: int | None = 0
    arch: str = ""
    virtualization: str = ""
    boot_time: datetime | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a server does, as its agent last said.

    `cpu` and `gpu` in percent, `*_used` and `*_transfer` in bytes, `*_speed` in bytes per second, `uptime` in seconds.
    The transfers count from the start of the server's operating system.
    """

    cpu: float | None = 0
    mem_used: int | None = 0
    swap_used: int | None = 0
    disk_used: int | None = 0
    net_in_transfer: int | None = 0
    net_out_transfer: int | None = 0
    net_in_speed: int | None = 0
    net_out_speed: int | None = 0
    uptime: int | None = 0
    load_1: float | None = 0
    load_5: float | None = 0
    load_15: float | None = 0
    tcp_conn_count: int | None = 0
    udp_conn_count: int | None = 0
    process_count: int | None = 0
    temperatures: tuple[Temperature, ...] = ()
    gpu: tuple[float | None, ...] = ()

    @property
    def outline(self) -> tuple[object, ...]:
        """What decides which of its values mean something."""
        has_load = bool(self.load_1 or self.load_5 or self.load_15)
        return has_load, len(self.gpu), *[temperature.name for temperature in self.temperatures]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One monitored machine.

    `host` and `state` are `None` as long as its agent has not reported since the dashboard started.
    `online` and `forgotten_since` follow from a comparison with the answer before (`continuity.py`).
    """

    id: int
    name: str
    uuid: str | None = None
    groups: tuple[str, ...] = ()
    ipv4: str | None = None
    ipv6: str | None = None
    country_code: str | None = None
    last_active: datetime | None = None
    host: Host | None = None
    state: State | None = None
    online: bool = False
    forgotten_since: datetime | None = None

    @property
    def outline(self) -> tuple[object, ...]:
        """What it is called, what it is, and which of its values mean something; the rest changes all the time."""
        return (
            *(self.id, self.name, self.host, self.groups, self.country_code, self.ipv4, self.ipv6),
            *(self.last_active is not None, self.state and self.state.outline),
        )

    @property
    def mem_usage(self) -> float | None:
        """Memory in use, percent."""
        return _percent(self.state.mem_used, self.host.mem_total) if self.state and self.host else None

    @property
    def swap_usage(self) -> float | None:
        """Swap in use, percent."""
        return _percent(self.state.swap_used, self.host.swap_total) if self.state and self.host else None

    @property
    def disk_usage(self) -> float | None:
        """Disk space in use, percent."""
        return _percent(self.state.disk_used, self.host.disk_total) if self.state and self.host else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All servers at one moment.

    `time` is the dashboard's clock, `announced` that it was told by who answered, which may be a proxy, and not in the
    answer itself; `told` are the servers before a comparison with the answer before; `lead` is how far announced times
    have been seen behind the reports in the answers; `groups` are those of the servers by id, `None` where each server
    tells its own; `malformed` counts entries that could not be read and are left out; `size` is that of the answer in
    bytes.
    """

    time: datetime
    servers: Mapping[int, Server]
    announced: bool = True
    told: Mapping[int, Server] = field(default_factory=dict, repr=False, compare=False)
    lead: timedelta = timedelta(0)
    groups: Mapping[int, tuple[str, ...]] | None = None
    malformed: int = 0
    size: int = 0

    def groups_of(self, server: Server) -> tuple[str, ...]:
        """Return the groups of a server, whoever tells them."""
        return server.groups if self.groups is None else self.groups.get(server.id, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """What all servers together say of one monitor.

    `up` tells whether its recent probes succeed, `availability` is in percent over 30 days, `delay` is today's mean in
    ms; each is `None` where nothing was measured.
    """

    id: int
    name: str
    up: bool | None = None
    availability: float | None = None
    delay: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """What one monitor has measured from one server, oldest point first; a delay in ms, `None` for a failed probe."""

    monitor_id: int
    monitor_name: str
    points: tuple[tuple[datetime, float | None], ...] = ()

    @property
    def interval(self) -> timedelta:
        """Time between two points, from the most recent ones; never below a minute."""
        times = sorted({time for time, _ in self.points})[-10:]
        if len(times) < 2:  # noqa: PLR2004 - one point has no distance
            return LEAST_INTERVAL
        return max((times[-1] - times[0]) / (len(times) - 1), LEAST_INTERVAL)

    def delay(self, now: datetime) -> float | None:
        """Newest delay in ms; `None` when the probe failed or the point is older than three intervals at `now`."""
        if not self.points:
            return None
        time, delay = self.points[-1]
        return delay if now - time <= 3 * self.interval else None


def _percent(part: int | None, whole: int | None) -> float | None:
    """Return the share in percent, at most 100: agents refresh totals far less often than use."""
    if part is None or not whole:
        return None
    return min(100 * part / whole, 100.0)
