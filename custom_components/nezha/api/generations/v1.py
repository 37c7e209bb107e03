"""Generation 1, Nezha 1.x: `/server`, `/ws/server`, `/service/{server id}` (Nezha 1.14.14, `controller.go`)."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..errors import (
    DashboardError,
    InvalidAnswerError,
    MissingScopeError,
    NezhaAuthError,
    NotOfferedError,
    RealIpError,
    RefusedRequestError,
    StreamRefusedError,
    UnknownPathError,
)
from ..models import Host, Monitor, Server, Snapshot, State, Temperature
from ..transport import Answer
from .base import Access, Capabilities, LatencyAnswer, WayIn
from .fields import EPOCH, identifier, integer, items, mapping, moment, real, text, texts, time
from .latencies import latency_answer
from .servers import ServerReader

SERVER = "api/v1/server"
STREAM = "api/v1/ws/server"
GROUPS = "api/v1/server-group"
SERVICE = "api/v1/service"
GOOD = 0.8  # share of recent probes that have to succeed; Nezha's own pages call less "down"
LEAST_PROBES = 2  # that can tell anything: a batch of up to 30 starts anew with one, which may be the one that got lost


class GenerationV1:
    """The API of 1.x dashboards: login or guest."""

    number = 1
    capabilities = Capabilities(stream=True, monitors=True)

    def __init__(self, site_name: str) -> None:
        """Keep what the dashboard calls itself."""
        self.site_name = site_name
        self._answers = ServerReader(_server)
        self._frames = ServerReader(_server)

    async def snapshot(self, access: Access) -> Snapshot:
        """Return all servers; a guest gets them from the first message of a stream, for there is no other way."""
        if access.is_guest:
            return await self._first_frame(access)
        answer = await access.get(SERVER)
        return _snapshot(self._answers, _list(answer), answer.time, answer.size)

    async def stream(self, access: Access) -> AsyncGenerator[Snapshot]:
        """Yield all servers about every two seconds; what messages lack is empty. Raises as `Transport.frames` does."""
        async with aclosing(access.frames(STREAM, self._frame)) as frames:
            async for snapshot in frames:
                yield snapshot

    async def groups(self, access: Access) -> Mapping[int, tuple[str, ...]]:
        """Return the names of the groups that each server is in, by the server's id.

        Raises InvalidAnswerError where one cannot be read: its servers may be those that nobody is to see.
        """
        groups: dict[int, tuple[str, ...]] = {}
        for entry in _list(await access.get(GROUPS)):
            name, members = _group(entry)
            for number in filter(None, map(identifier, members if name else ())):
                groups[number] = (*groups.get(number, ()), name)
        return groups

    async def monitored(self, access: Access) -> frozenset[int]:
        """Return the ids of the servers with monitors or, where that is refused, of those that are there right now.

        To be asked right before `latencies`: dashboards of 1.0.0 to 1.5.4 freeze when asked for a server that is gone.
        Those of generation 1 refuse as long as they have points of a server that was deleted (seen on 1.14.14).
        """
        answer = await access.get(f"{SERVICE}/server")
        try:
            listed = _list(answer)
        except RefusedRequestError:
            return frozenset((await self.snapshot(access)).servers)
        monitored = frozenset(filter(None, map(identifier, listed)))
        if listed and not monitored:
            raise InvalidAnswerError("no server that can be read")
        return monitored

    async def latencies(self, access: Access, server_id: int) -> LatencyAnswer:
        """Return the last 24 hours' points of one server; raises NotOfferedError for one that cannot be asked for."""
        answer = await access.get(self._latency_path(server_id))
        try:
            return latency_answer(answer, data_of(answer))
        except RefusedRequestError as err:
            raise NotOfferedError(str(err)) from err

    async def monitors(self, access: Access) -> tuple[Monitor, ...]:
        """Return what all servers together say of each monitor."""
        content = data_of(await access.get(SERVICE))
        services = content.get("services") if isinstance(content, dict) else content
        if not isinstance(services, dict | None):
            raise InvalidAnswerError("no services")
        monitors = tuple(
            _monitor(number, service)
            for key, service in (services or {}).items()
            if (number := identifier(key)) and isinstance(service, dict)
        )
        if services and not monitors:
            raise InvalidAnswerError("no service that can be read")
        return monitors

    async def ways_in(self, access: Access) -> frozenset[WayIn]:
        """Return the login, and the guest's view where it is open (not with `force_auth`, 1.6.8 and later)."""
        try:
            data_of(await access.get(GROUPS))
        except NezhaAuthError:
            return frozenset({WayIn.LOGIN})
        return frozenset({WayIn.LOGIN, WayIn.GUEST})

    def server_page(self, server_id: int, *, monitored: bool) -> str | None:
        """Return the path of the page of a server."""
        return f"server/{server_id}"

    def _latency_path(self, server_id: int) -> str:
        return f"{SERVICE}/{server_id}"

    def _frame(self, content: Any, size: int) -> Snapshot:
        """Return what a message of a stream says; raises InvalidAnswerError for any other."""
        if not isinstance(content, dict) or "now" not in content:
            raise InvalidAnswerError("no message of a stream")
        now = moment((integer(content, "now") or 0) / 1000)
        return replace(_snapshot(self._frames, content.get("servers", []), now, size), announced=now is None)

    async def _first_frame(self, access: Access) -> Snapshot:
        """Return what the first message of a stream says, then let go of it."""
        try:
            async with aclosing(self.stream(access)) as snapshots:
                async for snapshot in snapshots:
                    return snapshot
        except StreamRefusedError:
            data_of(await access.get(GROUPS))  # tells a guest who is refused from a proxy that forwards no WebSockets
            raise
        raise InvalidAnswerError("a stream without a message")


def data_of(answer: Answer) -> Any:
    """Return what the envelope holds, `None` where it holds nothing; HTTP 200 is no sign of success."""
    body = answer.body if isinstance(answer.body, dict) else {}
    if body.get("success") is True:
        return body.get("data")
    error = text(body, "error")
    match error.split(":")[0]:
        case "ApiErrorUnauthorized" if "lookup failed" in error:
            raise DashboardError(error)
        case "ApiErrorUnauthorized":
            raise NezhaAuthError("the dashboard refused the credential")
        case "ApiErrorForbidden":
            raise MissingScopeError(error.rpartition(" ")[2])
        case "404 Not Found":
            raise UnknownPathError(error)
        case "real ip header not found":
            raise RealIpError(error)
        case "":
            raise InvalidAnswerError("no envelope of this generation")
        case _:
            raise RefusedRequestError(error)


def _list(answer: Answer) -> list[Any]:
    """Return the list in an envelope; an empty one is left out there. Raises InvalidAnswerError for anything else."""
    content = data_of(answer)
    if not isinstance(content, list | None):
        raise InvalidAnswerError("no list")
    return content or []


def _group(entry: Any) -> tuple[str, list[Any]]:
    """Return the name of a group and its members. Raises InvalidAnswerError for what is none."""
    group, members = (entry.get("group"), entry.get("servers")) if isinstance(entry, dict) else (None, None)
    if not isinstance(group, dict) or not isinstance(members, list | None):
        raise InvalidAnswerError("a group that cannot be read")
    return text(group, "name"), members or []


def _snapshot(reader: ServerReader, entries: Any, now: datetime | None, size: int) -> Snapshot:
    read, malformed = reader.servers(entries)
    servers = _without_shared_uuids(read)
    latest = max((server.last_active for server in servers.values() if server.last_active), default=EPOCH)
    return Snapshot(time=now or latest, servers=servers, malformed=malformed, size=size)


def _without_shared_uuids(servers: Mapping[int, Server]) -> Mapping[int, Server]:
    """Return the servers; a uuid that several have tells none of them apart."""
    count = Counter(server.uuid for server in servers.values() if server.uuid)
    if count.total() == len(count):
        return servers
    return {
        number: replace(server, uuid=None) if server.uuid and count[server.uuid] > 1 else server
        for number, server in servers.items()
    }


def _server(number: int, entry: Mapping[str, Any], known_host: Host | None) -> Server:
    host, state, geoip = mapping(entry, "host"), mapping(entry, "state"), mapping(entry, "geoip")
    addresses = mapping(geoip, "ip")
    country = text(entry, "country_code") or text(geoip, "country_code")
    return Server(
        id=number,
        name=text(entry, "name"),
        uuid=text(entry, "uuid") or None,
        ipv4=text(addresses, "ipv4_addr") or None,
        ipv6=text(addresses, "ipv6_addr") or None,
        country_code=country.upper() or None,
        last_active=time(entry, "last_active"),
        host=known_host or (_host(host) if host else None),
        state=_state(state) if state else None,
    )


def _host(host: Mapping[str, Any]) -> Host:
    return Host(
        platform=text(host, "platform"),
        platform_version=text(host, "platform_version"),
        cpu=texts(host, "cpu"),
        gpu=texts(host, "gpu"),
        mem_total=integer(host, "mem_total"),
        disk_total=integer(host, "disk_total"),
        swap_total=integer(host, "swap_total"),
        arch=text(host, "arch"),
        virtualization=text(host, "virtualization"),
        boot_time=moment(integer(host, "boot_time")),
        version=text(host, "version"),
    )


def _state(state: Mapping[str, Any]) -> State:
    """Return the state; zeros are left out on the wire."""
    return State(
        cpu=real(state, "cpu", most=100),
        mem_used=integer(state, "mem_used"),
        swap_used=integer(state, "swap_used"),
        disk_used=integer(state, "disk_used"),
        net_in_transfer=integer(state, "net_in_transfer"),
        net_out_transfer=integer(state, "net_out_transfer"),
        net_in_speed=integer(state, "net_in_speed"),
        net_out_speed=integer(state, "net_out_speed"),
        uptime=integer(state, "uptime"),
        load_1=real(state, "load_1"),
        load_5=real(state, "load_5"),
        load_15=real(state, "load_15"),
        tcp_conn_count=integer(state, "tcp_conn_count"),
        udp_conn_count=integer(state, "udp_conn_count"),
        process_count=integer(state, "process_count"),
        temperatures=tuple(
            Temperature(name=text(entry, "Name"), celsius=real(entry, "Temperature", most=1000))
            for entry in items(state, "temperatures")
            if isinstance(entry, dict)
        ),
        gpu=tuple(real({"gpu": value}, "gpu", most=100) for value in items(state, "gpu")),
    )


def _monitor(number: int, service: Mapping[str, Any]) -> Monitor:
    """Return one monitor; `service_name` was an object `service` before 1.0.22, index 29 of a list is today."""
    up, down = integer(service, "current_up") or 0, integer(service, "current_down") or 0
    all_up, all_down = integer(service, "total_up") or 0, integer(service, "total_down") or 0
    today = items(service, "delay")[-1:]
    return Monitor(
        id=number,
        name=text(service, "service_name") or text(mapping(service, "service"), "name"),
        up=_is_up(up, down) if up + down >= LEAST_PROBES else None,
        availability=100 * all_up / (all_up + all_down) if all_up + all_down else None,
        delay=real({"delay": today[0]}, "delay") or None if today else None,
    )


def _is_up(up: int, down: int) -> bool:
    """Tell whether what a monitor watches answers; a single lost probe is no outage."""
    return down < LEAST_PROBES or up / (up + down) > GOOD
