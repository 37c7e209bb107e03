"""What a generation 2 dashboard says differently: written from recorded answers of 2.0.14 and 2.3.7."""

from collections.abc import Callable
from typing import Any, Final

from simulator.accounts import Viewer
from simulator.answers import ZERO_TIME
from simulator.chance import shuffled
from simulator.facts import State
from simulator.monitors import History, Monitor, MonitorKind
from simulator.servers import Server
from simulator.wire_v1 import WireV1

PERIODS: Final = {"1d": 30, "7d": 1800, "30d": 7200}
"""Seconds that a point of each period stands for."""
_LAST: Final = {"net_in_transfer", "net_out_transfer", "uptime"}
"""Metrics of which a point is the last value, not the mean."""
METRICS: Final[dict[str, Callable[[State], float]]] = {
    "cpu": lambda state: state.cpu,
    "memory": lambda state: state.mem_used,
    "swap": lambda state: state.swap_used,
    "disk": lambda state: state.disk_used,
    "net_in_speed": lambda state: state.net_in_speed,
    "net_out_speed": lambda state: state.net_out_speed,
    "net_in_transfer": lambda state: state.net_in_transfer,
    "net_out_transfer": lambda state: state.net_out_transfer,
    "load1": lambda state: state.load_1,
    "load5": lambda state: state.load_5,
    "load15": lambda state: state.load_15,
    "tcp_conn": lambda state: state.tcp_conn_count,
    "udp_conn": lambda state: state.udp_conn_count,
    "process_count": lambda state: state.process_count,
    "temperature": lambda state: max((celsius for _, celsius in state.temperatures), default=0),
    "uptime": lambda state: state.uptime,
    "gpu": lambda state: max(state.gpu, default=0),
}
"""Where each metric comes from."""


class WireV2(WireV1):
    """Payloads of a dashboard of one version."""

    def setting(self, viewer: Viewer) -> dict[str, Any]:
        """Return `data` of /setting, by which this generation is known."""
        return super().setting(viewer) | {"tsdb_enabled": self.settings.tsdb}

    def groups(self, viewer: Viewer) -> list[dict[str, Any]]:
        """Return `data` of /server-group; later versions drop groups of which nothing is shown."""
        groups = super().groups(viewer)
        limited = viewer.user is None or (viewer.token is not None and viewer.token.server_ids)
        return [each for each in groups if each["servers"]] if limited and self.version >= (2, 0, 14) else groups

    def service_servers(self, viewer: Viewer, call: int) -> list[int]:
        """Return `data` of /service/server: in any order the servers that a service covers, hidden or not."""
        shown = self.ordered(viewer, self.permissions.opens_server)
        monitors = self.world.monitors
        ids = [server.id for server in shown if any(monitor.covers(server.id) for monitor in monitors)]
        return shuffled(ids, self.world.seed, call)

    def opens(self, viewer: Viewer, monitor: Monitor) -> bool:
        """Return whether what a monitor measures is shown to a viewer."""
        return self.permissions.opens_monitor(viewer, monitor, self.world.covered(monitor))

    def latency_of(self, server: Server, viewer: Viewer, period: str) -> list[dict[str, Any]]:
        """Return `data` of /server/{id}/service; HTTP monitors appear where there is a store of time series."""
        histories = [each for each in self.world.histories(server.id) if self.opens(viewer, each.monitor)]
        if self.settings.tsdb:
            return [self._sampled(server, history, period) for history in histories]
        return [self.history(server, history) for history in histories if history.monitor.kind != MonitorKind.HTTP]

    def history(self, server: Server, history: History) -> dict[str, Any]:
        """Return one element of latency."""
        element = super().history(server, history)
        points = {name: element.pop(name) for name in ("created_at", "avg_delay")}
        return element | {"display_index": 0} | points

    def service_history(self, monitor: Monitor, viewer: Viewer, period: str, call: int) -> dict[str, Any]:
        """Return `data` of /service/{id}/history: with a store in the order of ids, else in any."""
        filtered = self.version >= (2, 0, 8)
        found = self.ordered(viewer, self.permissions.opens_server) if filtered else self.world.servers()
        shown = sorted(found, key=lambda server: server.id)
        servers = shown if self.settings.tsdb else shuffled(shown, self.world.seed, call)
        measured = ((server, self._of(server, monitor)) for server in servers)
        return {
            "service_id": monitor.id,
            "service_name": monitor.name,
            "servers": [self._statistics(server, history, period) for server, history in measured if history],
        }

    def metrics(self, server: Server, metric: str, period: str) -> dict[str, Any]:
        """Return `data` of /server/{id}/metrics: no point without a store, null where it has none."""
        named = {"server_id": server.id, "server_name": server.name, "metric": metric}
        if not self.settings.tsdb:
            return named | {"data_points": []}
        values = [(at, METRICS[metric](state)) for at, state in self._states(server)]
        points = _buckets(values, PERIODS[period], last=metric in _LAST)
        return named | {"data_points": [{"ts": at * 1000, "value": value} for at, value in points] or None}

    def _entry(self, server: Server) -> dict[str, Any]:
        entry = super()._entry(server)
        if self.version < (2, 0, 13):
            return entry
        user = self.accounts.user(server.owner)
        named = {"username": user.username} if user else {}
        return entry | {"owner": {"id": server.owner} | named}

    def _state(self, server: Server) -> dict[str, Any]:
        return {} if self._forgets(server) and server.stateless else super()._state(server)

    def _last_active(self, server: Server) -> str:
        gone = self._forgets(server) and (server.stateless or not server.connected)
        return ZERO_TIME if gone else super()._last_active(server)

    def _forgets(self, server: Server) -> bool:
        """Return whether the end of an agent's stream, or another boot time, resets what is known of a server."""
        return self.version >= (2, 2, 11)

    def _of(self, server: Server, monitor: Monitor) -> History | None:
        if monitor.kind == MonitorKind.HTTP and not self.settings.tsdb:
            return None
        return next((each for each in self.world.histories(server.id) if each.monitor == monitor), None)

    def _sampled(self, server: Server, history: History, period: str) -> dict[str, Any]:
        points = self._samples(history, period)
        created, delays = [at * 1000 for at, _ in points], [delay for _, delay in points]
        return self.history(server, history) | {"created_at": created, "avg_delay": delays}

    def _samples(self, history: History, period: str) -> list[tuple[int, float]]:
        skew = int(self.world.clock.skew)
        return _buckets([(minute * 60 + skew, delay) for minute, delay in history.points], PERIODS[period])

    def _statistics(self, server: Server, history: History, period: str) -> dict[str, Any]:
        delays = [delay for _, delay in history.points]
        up = sum(delay > 0 for delay in delays)
        counts = {"up_percent": 100 * up / len(delays), "total_up": up, "total_down": len(delays) - up}
        if not self.settings.tsdb:
            counts = dict.fromkeys(counts, 0)
        return {
            "server_id": server.id,
            "server_name": server.name,
            "stats": {"avg_delay": sum(delays) / len(delays), **counts, "data_points": self._points(history, period)},
        }

    def _points(self, history: History, period: str) -> list[dict[str, Any]]:
        if self.settings.tsdb:
            points = self._samples(history, period)
            return [{"ts": at * 1000, "delay": delay, "status": int(delay > 0)} for at, delay in points]
        ends = int((30 + self.world.clock.skew) * 1000)
        return [{"ts": minute * 60_000 + ends, "delay": delay, "status": 1} for minute, delay in history.points]

    def _states(self, server: Server) -> list[tuple[int, State]]:
        now = int(self.world.clock.now()) // 30 * 30
        skew = int(self.world.clock.skew)
        moments = range(now - self.world.latency_points * 60, now + 1, 30)
        found = ((at, self.world.state_at(server.id, at)) for at in moments)
        return [(at + skew, state) for at, state in found if state]


def _buckets(samples: list[tuple[int, float]], seconds: int, *, last: bool = False) -> list[tuple[int, float]]:
    """Return means, or last values, of Unix seconds with values: each under the start of its bucket."""
    buckets: dict[int, list[float]] = {}
    for at, value in samples:
        buckets.setdefault(at // seconds * seconds, []).append(value)
    return [(start, values[-1] if last else sum(values) / len(values)) for start, values in buckets.items()]
