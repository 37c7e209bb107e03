"""What a generation 0 dashboard says about a world: written from recorded answers of 0.16.16 and 0.20.13.

Outer keys are snake_case, those of `host` and `status` PascalCase; every key is always there, zero or not.
Which version added a field was seen on running dashboards of every release.
"""

from dataclasses import dataclass
from typing import Any, Final

from simulator.chance import shuffled
from simulator.facts import Host, State
from simulator.monitors import History, MonitorKind
from simulator.servers import Server
from simulator.versions import Version
from simulator.world import World

NEVER_ACTIVE: Final = -62_135_596_800
"""Unix seconds of year 1: no report since the dashboard started."""


@dataclass(frozen=True, slots=True)
class WireV0:
    """Payloads of a dashboard of one version."""

    world: World
    version: Version

    def server_list(self, tag: str, call: int) -> list[dict[str, Any]]:
        """Return `result` of /server/list; an empty tag means every server."""
        servers = self._tagged(tag) if tag else self._any_order(call)
        return [self._entry(server, filtered=True) for server in servers]

    def server_details(self, ids: str, tag: str, call: int) -> list[dict[str, Any]]:
        """Return `result` of /server/details: of a tag, or of ids as asked for, or of all; the tag wins.

        Args:
            ids: Numbers with commas; what is no id of a server is passed over. Empty means no filter.
            tag: Empty means no filter.
            call: Decides the order where the dashboard's is random.

        """
        if tag:
            servers = self._tagged(tag)
        elif ids:
            found = (self.world.server(int(part)) for part in ids.split(",") if part.isascii() and part.isdigit())
            servers = [server for server in found if server]
        else:
            servers = self._any_order(call)
        return [self._details(server, filtered=bool(tag or ids)) for server in servers]

    def monitor(self, server: Server) -> list[dict[str, Any]] | None:
        """Return `result` of /monitor/{id}: None if nothing was stored; HTTP monitors never appear."""
        histories = self.world.histories(server.id)
        return [
            self._history(server, history) for history in histories if history.monitor.kind != MonitorKind.HTTP
        ] or None

    def _tagged(self, tag: str) -> list[Server]:
        return [server for server in self.world.servers() if server.group == tag]

    def _any_order(self, call: int) -> list[Server]:
        return shuffled(self.world.servers(), self.world.seed, call)

    def _details(self, server: Server, *, filtered: bool) -> dict[str, Any]:
        host, state = (server.report.host, server.report.state) if server.report else (Host(), State())
        entry = self._entry(server, filtered=filtered)
        return entry | {"host": self._host(host, self._country(server)), "status": self._status(state)}

    def _country(self, server: Server) -> str:
        """Return the country: older dashboards wait for the agent to tell it, which ours (0.20.5) leaves to them."""
        return server.report.country_code if server.report and self.version >= (0, 18, 3) else ""

    def _entry(self, server: Server, *, filtered: bool) -> dict[str, Any]:
        """Return the outer fields, of which two are never filled in where servers were chosen or only listed."""
        report = server.report
        ipv4, ipv6 = (report.ipv4, report.ipv6) if report else ("", "")
        entry: dict[str, Any] = {
            "id": server.id,
            "name": server.name,
            "tag": server.group,
            "last_active": int(report.at + self.world.clock.skew) if report else NEVER_ACTIVE,
            "ipv4": ipv4,
            "ipv6": ipv6,
            "valid_ip": ipv4 or ipv6,
        }
        if self.version >= (0, 18, 3):
            entry["display_index"] = 0 if filtered else server.display_index
        if self.version >= (0, 19, 20):
            entry["hide_for_guest"] = not filtered and server.hide_for_guest
        return entry

    def _host(self, host: Host, country_code: str) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "Platform": host.platform,
            "PlatformVersion": host.platform_version,
            "CPU": host.cpu or None,
            "MemTotal": host.mem_total,
            "DiskTotal": host.disk_total,
            "SwapTotal": host.swap_total,
            "Arch": host.arch,
            "Virtualization": host.virtualization,
            "BootTime": host.boot_time,
            "CountryCode": country_code,
            "Version": host.version,
        }
        if self.version >= (0, 17, 2):
            wire["GPU"] = host.gpu or None
        return wire

    def _status(self, state: State) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "CPU": state.cpu,
            "MemUsed": state.mem_used,
            "SwapUsed": state.swap_used,
            "DiskUsed": state.disk_used,
            "NetInTransfer": state.net_in_transfer,
            "NetOutTransfer": state.net_out_transfer,
            "NetInSpeed": state.net_in_speed,
            "NetOutSpeed": state.net_out_speed,
            "Uptime": state.uptime,
            "Load1": state.load_1,
            "Load5": state.load_5,
            "Load15": state.load_15,
            "TcpConnCount": state.tcp_conn_count,
            "UdpConnCount": state.udp_conn_count,
            "ProcessCount": state.process_count,
        }
        if self.version >= (0, 16, 27):
            temperatures = [{"Name": name, "Temperature": celsius} for name, celsius in state.temperatures]
            wire["Temperatures"] = temperatures or None
        if self.version >= (0, 17, 2):
            wire["GPU"] = state.gpu[0] if state.gpu else 0
        return wire

    def _history(self, server: Server, history: History) -> dict[str, Any]:
        """Return one element of `result`: milliseconds of minutes, with milliseconds of latency index by index."""
        skew = self.world.clock.skew
        return {
            "monitor_id": history.monitor.id,
            "server_id": server.id,
            "monitor_name": history.monitor.name,
            "server_name": server.name,
            "created_at": [int((minute * 60 + skew) // 60) * 60_000 for minute, _ in history.points],
            "avg_delay": [delay for _, delay in history.points],
        }
