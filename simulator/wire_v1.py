"""What a generation 1 dashboard says about a world: written from recorded answers of 1.4.0 and 1.14.14.

Keys are snake_case, except those of temperatures; zeros, empty texts and empty lists are left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from simulator.accounts import Accounts, User, Viewer
from simulator.answers import ZERO_TIME, timestamp
from simulator.chance import shuffled
from simulator.facts import Host, State
from simulator.monitors import History, Monitor, MonitorKind
from simulator.permissions import Permissions
from simulator.servers import ADMINISTRATOR, Group, Server
from simulator.settings import Settings
from simulator.versions import Version, version_text
from simulator.wire_services import cycle_transfer, thirty_days
from simulator.world import World

_ZONE: Final = 8
"""Hours that the dashboard's time zone is ahead of UTC."""
_FOR_OWNERS: Final = {"platform_version", "version"}
"""What of a host guests are not told, and nobody of another's later on."""
_TEMPLATES: Final = (
    ("admin-dist", "OfficialAdmin", "https://github.com/nezhahq/admin-frontend", "nezhahq"),
    ("user-dist", "Official", "https://github.com/hamster1963/nezha-dash-v1", "hamster1963"),
    ("nazhua-dist", "Nazhua", "https://github.com/hi2shark/nazhua", "hi2shark"),
)


@dataclass(frozen=True)
class WireV1:
    """Payloads of a dashboard of one version."""

    world: World
    settings: Settings
    accounts: Accounts
    version: Version

    @property
    def permissions(self) -> Permissions:
        """Who is shown what."""
        return Permissions(self.version)

    def setting(self, viewer: Viewer) -> dict[str, Any]:
        """Return `data` of /setting: flat before 1.5.0."""
        admin = viewer.owns(ADMINISTRATOR)
        config = self._config(admin=admin, guest=viewer.user is None)
        rest = self._beyond_config() if admin else {}
        return config | rest if self.version < (1, 5) else {"config": config} | rest

    def profile(self, user: User) -> dict[str, Any]:
        """Return `data` of /profile."""
        created = self.date(self.world.founded)
        hashed = {"password": f"$2a$10${'h' * 53}"} if self.version <= (2, 2, 6) else {}
        role = {} if user.is_administrator and self.version < (2, 1, 1) else {"role": int(not user.is_administrator)}
        secret = {"agent_secret": "a" * 32} if self.version >= (1, 4) else {}
        told = {"id": user.id, "created_at": created, "updated_at": created, "username": user.username}
        return told | hashed | role | secret

    def servers(self, viewer: Viewer, ids: str) -> list[dict[str, Any]]:
        """Return `data` of /server: all that the viewer sees where a filter finds nothing."""
        servers = self.ordered(viewer, self.permissions.lists_server)
        wanted = self._filter(servers, ids)
        return [self._entry(server) for server in servers if server.id in wanted] or [
            self._entry(server) for server in servers
        ]

    def groups(self, viewer: Viewer) -> list[dict[str, Any]]:
        """Return `data` of /server-group."""
        return [
            self._group(group, self._members(group, viewer))
            for group in self.world.groups()
            if self.permissions.lists_group(viewer, self._owner(group))
        ]

    def frame(self, viewer: Viewer, *, viewers: int, first: bool) -> dict[str, Any]:
        """Return one frame of a stream."""
        now = int(self.world.clock.dashboard_now()) * 1000
        shown = self.ordered(viewer, self.permissions.streams_server)
        servers = [self._frame_entry(server, viewer, first=first) for server in shown]
        online = {"online": viewers} if self.version >= (1, 3) else {}
        return {"now": now} | online | present({"servers": servers})

    def summary(self, viewer: Viewer) -> dict[str, Any]:
        """Return `data` of /service: thirty days of services, and the traffic of this month."""
        filtered = self.version >= (2, 0, 10)
        servers = self.ordered(viewer, self.permissions.opens_server) if filtered else self.world.servers()
        services = {
            str(monitor.id): self._summed(monitor)
            for monitor in self.world.monitors
            if self.permissions.sums_up_monitor(viewer, monitor, self.world.covered(monitor))
        }
        traffic = {"1": cycle_transfer(self.world, servers)} if servers else {}
        return present({"services": services, "cycle_transfer_stats": traffic})

    def service_list(self, viewer: Viewer) -> list[dict[str, Any]]:
        """Return `data` of /service/list."""
        return [
            self._service(monitor)
            for monitor in self.world.monitors
            if self.permissions.lists_monitor(viewer, monitor, self.world.covered(monitor))
        ]

    def service_servers(self, viewer: Viewer, call: int) -> list[int]:
        """Return `data` of /service/server: in any order the servers of which points are stored."""
        ids = [server.id for server in self.ordered(viewer, self.permissions.opens_server) if self.latency(server)]
        return shuffled(ids, self.world.seed, call)

    def latency(self, server: Server) -> list[dict[str, Any]]:
        """Return what each monitor stored for a server within a day; HTTP monitors never appear."""
        histories = self.world.histories(server.id)
        return [self.history(server, history) for history in histories if history.monitor.kind != MonitorKind.HTTP]

    def history(self, server: Server, history: History) -> dict[str, Any]:
        """Return one element of latency: milliseconds of minutes, with milliseconds index by index."""
        skew = self.world.clock.skew
        return {
            "monitor_id": history.monitor.id,
            "server_id": server.id,
            "monitor_name": history.monitor.name,
            "server_name": server.name,
            "created_at": [int((minute * 60 + skew) // 60) * 60_000 for minute, _ in history.points],
            "avg_delay": [delay for _, delay in history.points],
        }

    def ordered(self, viewer: Viewer, shown: Callable[[Viewer, Server], bool]) -> list[Server]:
        """Return the servers that are shown to a viewer, in the order of every answer."""
        servers = [server for server in self.world.servers() if shown(viewer, server)]
        return sorted(servers, key=lambda server: (-server.display_index, server.id))

    def date(self, at: float) -> str:
        """Return a Unix second of the world as the dashboard stored it."""
        return timestamp(at + self.world.clock.skew, hours=_ZONE)

    def _config(self, *, admin: bool, guest: bool) -> dict[str, Any]:
        installing = {} if guest and self.version >= (1, 9) else {"install_host": "127.0.0.1"}
        owned = {"user_template": "user-dist", "admin_template": "admin-dist"} if admin else {}
        return {
            "language": "en-US",
            "site_name": self.settings.site_name,
            **installing,
            **owned,
            **(self._secrets() if admin else {}),
            "ip_change_notification_group_id": 0,
            "cover": int(admin),
        }

    def _secrets(self) -> dict[str, Any]:
        """Return what no client should ever log; later versions keep it to themselves."""
        if self.version > (1, 9, 3):
            return {}
        agents = {"agent_secret_key": "a" * 32}
        if self.version > (1, 8, 2):
            return agents
        location = {"listen_port": 8008, "listen_host": "127.0.0.1", "location": "Asia/Shanghai", "avg_ping_count": 2}
        return {"jwt_secret_key": "j" * 60} | agents | location

    def _beyond_config(self) -> dict[str, Any]:
        version = {"version": version_text(self.version)} if self.version >= (1, 0, 19) else {}
        return version | {"frontend_templates": [self._template(*template) for template in _TEMPLATES]}

    def _template(self, path: str, name: str, repository: str, author: str) -> dict[str, Any]:
        template = {"path": path, "name": name, "repository": repository, "author": author, "version": "v1.0.0"}
        return template | present({"is_admin": path == "admin-dist", "is_official": name.startswith("Official")})

    def _filter(self, servers: list[Server], ids: str) -> set[int]:
        """Return the ids to be listed: none, and so all, where no display index is zero."""
        if self.version < (1, 4, 4) or all(server.display_index for server in servers):
            return set()
        return {int(part) for part in ids.split(",") if part.isascii() and part.isdigit()}

    def _entry(self, server: Server) -> dict[str, Any]:
        report = server.report
        return {
            "id": server.id,
            "created_at": self.date(server.created),
            "updated_at": self.date(server.updated),
            "name": server.name,
            **present({"uuid": server.uuid, "note": server.note, "public_note": server.public_note}),
            "display_index": server.display_index,
            **present({"hide_for_guest": server.hide_for_guest}),
            "host": self._host(report.host) if report else {},
            "state": self._state(server),
            **self._geoip(server),
            "last_active": self._last_active(server),
        }

    def _frame_entry(self, server: Server, viewer: Viewer, *, first: bool) -> dict[str, Any]:
        report = server.report
        host = self._host(report.host) if report else {}
        if not self.permissions.tells_host(viewer, server):
            host = {name: value for name, value in host.items() if name not in _FOR_OWNERS}
        return {
            "id": server.id,
            **present({"name": server.name, "public_note": server.public_note if first else ""}),
            **present({"display_index": server.display_index}),
            "host": host,
            "state": self._state(server),
            **present({"country_code": report.country_code if report else ""}),
            "last_active": self._last_active(server),
        }

    def _host(self, host: Host) -> dict[str, Any]:
        return present(asdict(host))

    def _state(self, server: Server) -> dict[str, Any]:
        return self.state(server.report.state) if server.report else {}

    def state(self, state: State) -> dict[str, Any]:
        """Return a state on the wire."""
        temperatures = [{"Name": name, "Temperature": celsius} for name, celsius in state.temperatures]
        return present(asdict(state) | {"temperatures": temperatures})

    def _geoip(self, server: Server) -> dict[str, Any]:
        report = server.report
        if report is None:
            return {"geoip": {"ip": {}}} if self.version >= (1, 0, 16) else {}
        addresses = present({"ipv4_addr": report.ipv4, "ipv6_addr": report.ipv6})
        return {"geoip": {"ip": addresses} | present({"country_code": report.country_code})}

    def _last_active(self, server: Server) -> str:
        return timestamp(server.report.at + self.world.clock.skew) if server.report else ZERO_TIME

    def _members(self, group: Group, viewer: Viewer) -> list[int]:
        """Return a group's servers."""
        return [server.id for server in self._grouped(group) if self.permissions.groups_server(viewer, server)]

    def _owner(self, group: Group) -> int:
        """Return whose a group is: that of a user whose servers alone are in it, the administrator's otherwise."""
        owners = {server.owner for server in self._grouped(group)}
        return owners.pop() if len(owners) == 1 else ADMINISTRATOR

    def _grouped(self, group: Group) -> list[Server]:
        return [server for server in self.world.servers() if server.group == group.name]

    def _group(self, group: Group, members: list[int]) -> dict[str, Any]:
        created = self.date(group.created)
        return {
            "group": {"id": group.id, "created_at": created, "updated_at": created, "name": group.name},
            "servers": members or None,
        }

    def _summed(self, monitor: Monitor) -> dict[str, Any]:
        named = {"service_name": monitor.name} if self.version >= (1, 0, 22) else {"service": self._service(monitor)}
        return named | thirty_days(self.world, monitor)

    def _service(self, monitor: Monitor) -> dict[str, Any]:
        created = self.date(self.world.founded)
        indexed = {"display_index": 0} if self.version >= (2,) else {}
        hidden = monitor.hide_for_guest
        early = self.version < (2, 1, 5)
        shown = {"enable_show_in_service": not hidden} if early else {"hide_for_guest": hidden}
        return {
            "id": monitor.id,
            "created_at": created,
            "updated_at": created,
            "name": monitor.name,
            "type": int(monitor.kind),
            "target": monitor.target,
            "duration": 30,
            **indexed,
            "notification_group_id": 0,
            "cover": int(monitor.only_listed),
            **present(shown),
            "fail_trigger_tasks": [],
            "recover_trigger_tasks": [],
            "min_latency": 0,
            "max_latency": 0,
            "skip_servers": {str(server_id): True for server_id in sorted(monitor.listed, key=str)},
        }


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields without those that are zero or empty; what is no number at all stays."""
    return {name: value for name, value in fields.items() if value}
