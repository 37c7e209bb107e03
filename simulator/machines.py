"""Servers as their agents see them: what they are, and what they do at any moment."""

from dataclasses import dataclass, replace
import math
from uuid import NAMESPACE_DNS, uuid5

from simulator.activity import Activity, Wave
from simulator.chance import between
from simulator.facts import Host, State

MIB = 1 << 20
GIB = 1 << 30
DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A server with an agent, and what its administrator first entered about it."""

    key: tuple[int, int]
    """Seed of the world and number of the server: the source of everything that varies."""
    name: str
    group: str = ""
    hide_for_guest: bool = False
    hardware: Host
    ipv4: str = ""
    ipv6: str = ""
    country_code: str = ""
    busy: float = 0.3
    """Mean activity: 0 for a machine that does nothing at all, at most 0.55 so that the waves fit."""
    cores: int = 4
    net_in_speed: float = 4e6
    """Bytes per second at full activity."""
    net_out_speed: float = 1.3e6
    sensors: tuple[tuple[str, float], ...] = ()
    """Names with degrees Celsius when idle."""
    gpus: tuple[float, ...] = ()
    """Per cent when idle, one for each GPU."""
    reports_load: bool = True
    public_note: str = ""
    """Shown to everybody; by convention JSON about billing and plan."""
    reports: bool = True
    offline_for: float | None = None
    """Seconds that the last report is old when the world begins."""
    distance: float = 20.0
    """Milliseconds to what the monitors ask for."""
    failing: float = 0.0
    """Share of the monitors' probes that get no answer."""

    @property
    def uuid(self) -> str:
        """Return what the agent identifies itself by."""
        seed, number = self.key
        world = f"world-{seed}." if seed else ""
        return str(uuid5(NAMESPACE_DNS, f"server-{number}.{world}example"))

    def boot_time(self, before: float) -> int:
        """Return the Unix second of the last planned reboot before a Unix second.

        Planned reboots depend on the key alone, so that a world that is started again goes on where it was.
        """
        period = between(5, 120, *self.key, "reboots") * DAY
        phase = between(0, period, *self.key, "reboot")
        return int(before - (before - phase) % period)

    def host(self, boot_time: int) -> Host:
        """Return what the agent reports of the machine since it booted, in Unix seconds."""
        return replace(self.hardware, boot_time=boot_time)

    def state(self, boot_time: int, at: float) -> State:
        """Return what the agent reports at a Unix second, of a machine that booted at another."""
        uptime = int(at) - boot_time
        if not self.busy:
            return State(uptime=uptime)
        activity = self._activity()
        now, recent = activity.at(at), activity.average(at, 300)
        seconds = activity.total(boot_time, at)
        load = self.cores if self.reports_load else 0
        return State(
            cpu=round(100 * now, 2),
            mem_used=int(self.hardware.mem_total * (0.25 + 0.6 * recent)),
            swap_used=int(self.hardware.swap_total * 0.1 * recent),
            disk_used=int(self.hardware.disk_total * self._disk_share(at)),
            net_in_transfer=int(self.net_in_speed * seconds),
            net_out_transfer=int(self.net_out_speed * seconds),
            net_in_speed=int(self.net_in_speed * now),
            net_out_speed=int(self.net_out_speed * now),
            uptime=uptime,
            load_1=round(load * activity.average(at, 60), 2),
            load_5=round(load * recent, 2),
            load_15=round(load * activity.average(at, 900), 2),
            tcp_conn_count=int(20 + 200 * now),
            udp_conn_count=int(3 + 10 * now),
            process_count=int(90 + 60 * now),
            temperatures=tuple((name, round(idle + 15 * recent, 1)) for name, idle in self.sensors),
            gpu=tuple(round(idle + 80 * now, 1) for idle in self.gpus),
        )

    def _activity(self) -> Activity:
        """Return how busy the machine is: by the time of day, within the hour, within minutes."""
        return Activity(
            self.busy,
            (
                self._wave("day", DAY, 0.35),
                self._wave("hour", between(1200, 3000, *self.key, "hour"), 0.25),
                self._wave("minute", between(60, 240, *self.key, "minute"), 0.2),
            ),
        )

    def _wave(self, name: str, period: float, weight: float) -> Wave:
        return Wave(period, weight, between(0, math.tau, *self.key, name))

    def _disk_share(self, at: float) -> float:
        """Return the used share of the disks, which drifts over a month."""
        return between(0.3, 0.8, *self.key, "disk") + self._wave("disk", 30 * DAY, 0.05).at(at)
