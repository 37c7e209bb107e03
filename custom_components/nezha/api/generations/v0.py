"""Generation 0, Nezha 0.15 to 0.20: `/server/details` and `/monitor/{id}` (Nezha 0.20.13, `api_v1.go`)."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from ..errors import InvalidAnswerError, LoginPageError, NezhaAuthError, NotNezhaError, NotOfferedError
from ..models import Host, Monitor, Server, Snapshot, State, Temperature
from ..transport import Answer
from .base import Access, Capabilities, LatencyAnswer, WayIn
from .fields import integer, items, mapping, moment, real, text, texts
from .latencies import clock, latency_answer
from .servers import ServerReader

DETAILS = "api/v1/server/details"
MONITOR = "api/v1/monitor"


class GenerationV0:
    """The API of 0.x dashboards: one token, everything else by its rights."""

    number = 0
    capabilities = Capabilities()
    site_name = ""

    def __init__(self) -> None:
        """Begin without an answer."""
        self._reader = ServerReader(_server)

    async def snapshot(self, access: Access) -> Snapshot:
        """Return all servers; raises NezhaAuthError for a refused token (HTTP 200 with code 403)."""
        answer = await access.get(DETAILS)
        try:
            result = _result(answer)
        except NotOfferedError as err:
            raise InvalidAnswerError(str(err)) from err
        servers, malformed = self._reader.servers(result)
        reports = [server.last_active for server in servers.values() if server.last_active]
        return Snapshot(time=clock(answer, reports), servers=servers, malformed=malformed, size=answer.size)

    def stream(self, access: Access) -> AsyncGenerator[Snapshot]:
        """Raise, for the API has no stream."""
        raise NotOfferedError("no stream")

    async def groups(self, access: Access) -> None:
        """Return `None`: each server tells its own group."""

    async def monitored(self, access: Access) -> None:
        """Return `None`: every server may be asked."""

    async def monitors(self, access: Access) -> tuple[Monitor, ...]:
        """Raise, for only the pages tell of monitors as a whole."""
        raise NotOfferedError("no monitors")

    async def latencies(self, access: Access, server_id: int) -> LatencyAnswer:
        """Return what `/monitor/{id}` (0.16.0 and later) has of the last 24 hours.

        Raises NotOfferedError for older dashboards, for those of 0.16.6 to 0.16.8 with a view password (both answer
        with a page) and for a server that is unknown or not to be shown (400, 403, 404).
        """
        try:
            answer = await access.get(f"{MONITOR}/{server_id}")
            result = _result(answer)
        except (LoginPageError, NotNezhaError, NezhaAuthError) as err:
            raise NotOfferedError(str(err)) from err
        return latency_answer(answer, result)

    async def ways_in(self, access: Access) -> frozenset[WayIn]:
        """Return that its API wants a token."""
        return frozenset({WayIn.TOKEN})

    def server_page(self, server_id: int, *, monitored: bool) -> str | None:
        """Return the path of the network page, which shows nothing but monitors."""
        return f"network/{server_id}" if monitored else None


def _result(answer: Answer) -> Any:
    """Return what the envelope holds; its code outranks the HTTP status."""
    code = answer.body.get("code") if isinstance(answer.body, dict) else None
    match code:
        case 0:
            return answer.body.get("result")
        case 403:
            raise NezhaAuthError("the dashboard refused the token")
        case 400 | 404:
            raise NotOfferedError(f"code {code}")
        case _:
            raise InvalidAnswerError(f"an envelope with code {code!r}" if code else "no envelope of this generation")


def _server(number: int, entry: Mapping[str, Any], known_host: Host | None) -> Server:
    status = mapping(entry, "status")
    last_active = moment(real(entry, "last_active"))
    reported = last_active is not None or integer(status, "Uptime") != 0
    host = mapping(entry, "host")
    return Server(
        id=number,
        name=text(entry, "name"),
        groups=tuple(filter(None, [text(entry, "tag")])),
        ipv4=text(entry, "ipv4") or None,
        ipv6=text(entry, "ipv6") or None,
        country_code=text(host, "CountryCode").upper() or None,
        last_active=last_active,
        host=known_host or (_host(host) if any(host.values()) else None),
        state=_state(status, host) if reported else None,
    )


def _host(host: Mapping[str, Any]) -> Host:
    return Host(
        platform=text(host, "Platform"),
        platform_version=text(host, "PlatformVersion"),
        cpu=texts(host, "CPU"),
        gpu=texts(host, "GPU"),
        mem_total=integer(host, "MemTotal"),
        disk_total=integer(host, "DiskTotal"),
        swap_total=integer(host, "SwapTotal"),
        arch=text(host, "Arch"),
        virtualization=text(host, "Virtualization"),
        boot_time=moment(integer(host, "BootTime")),
        version=text(host, "Version"),
    )


def _state(status: Mapping[str, Any], host: Mapping[str, Any]) -> State:
    """Return the state; `GPU` is one number, that of the first GPU (0.17.2 and later, 0 where there is none)."""
    return State(
        cpu=real(status, "CPU", most=100),
        mem_used=integer(status, "MemUsed"),
        swap_used=integer(status, "SwapUsed"),
        disk_used=integer(status, "DiskUsed"),
        net_in_transfer=integer(status, "NetInTransfer"),
        net_out_transfer=integer(status, "NetOutTransfer"),
        net_in_speed=integer(status, "NetInSpeed"),
        net_out_speed=integer(status, "NetOutSpeed"),
        uptime=integer(status, "Uptime"),
        load_1=real(status, "Load1"),
        load_5=real(status, "Load5"),
        load_15=real(status, "Load15"),
        tcp_conn_count=integer(status, "TcpConnCount"),
        udp_conn_count=integer(status, "UdpConnCount"),
        process_count=integer(status, "ProcessCount"),
        temperatures=tuple(_temperature(entry) for entry in items(status, "Temperatures") if isinstance(entry, dict)),
        gpu=(real(status, "GPU", most=100),) if texts(host, "GPU") else (),
    )


def _temperature(entry: Mapping[str, Any]) -> Temperature:
    return Temperature(name=text(entry, "Name"), celsius=real(entry, "Temperature", most=1000))
