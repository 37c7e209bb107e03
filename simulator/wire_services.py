"""What a dashboard of generation 1 or 2 sums up: thirty days of a service, and a month of traffic."""

from typing import Any, Final

from simulator.answers import timestamp
from simulator.machines import DAY
from simulator.monitors import Monitor
from simulator.servers import Server
from simulator.world import World

_DAYS: Final = 30
_ZONE: Final = 8
"""Hours that the dashboard's time zone is ahead of UTC."""
_PROBES: Final = 2
"""Of each server and minute."""
_LIMIT: Final = 1_000_000_000_000
_SHARE: Final = 10_000
"""Which part of all traffic since boot counts as this month's."""
_NEWEST: Final = 15
"""Minutes that the newest thirty samples come from."""


def thirty_days(world: World, monitor: Monitor) -> dict[str, Any]:
    """Return the counts and mean delays of a service; of each list the last is today's."""
    probing = (server for server in world.servers() if monitor.is_probed_by(server.id, server.owner))
    servers = [server.id for server in probing if server.report]
    failing = sum(world.machine(server_id).failing for server_id in servers)
    share = 1.0 if monitor.broken else failing / max(len(servers), 1)
    probes = [minutes * _PROBES * len(servers) for minutes in _minutes(world)]
    down = [round(count * share) for count in probes]
    up = [count - failed for count, failed in zip(probes, down, strict=True)]
    delay = sum(world.machine(server_id).distance + monitor.extra for server_id in servers) / max(len(servers), 1)
    newest = min(sum(_minutes(world)), _NEWEST) * _PROBES
    newest_down = round(newest * share)
    return {
        "current_up": newest - newest_down,
        "current_down": newest_down,
        "total_up": sum(up),
        "total_down": sum(down),
        "delay": [delay if count else 0 for count in up],
        "up": up,
        "down": down,
    }


def cycle_transfer(world: World, servers: list[Server]) -> dict[str, Any]:
    """Return how much of a month's traffic the servers have used."""
    start, end = _month(world.clock.dashboard_now())
    due = timestamp(world.clock.dashboard_now() + 1800)
    return {
        "name": "Monthly traffic",
        "from": start,
        "to": end,
        "max": _LIMIT,
        "min": 0,
        "server_name": {str(server.id): server.name for server in _as_text(servers)},
        "transfer": {str(server.id): _used(server) for server in _as_text(servers)},
        "next_update": {str(server.id): due for server in _as_text(servers)},
    }


def _minutes(world: World) -> list[int]:
    """Return for each of thirty days how many minutes of it were measured."""
    left = world.latency_points
    today = int((world.clock.dashboard_now() + _ZONE * 3600) % DAY // 60)
    minutes = []
    for day in range(_DAYS):
        measured = min(left, DAY // 60 if day else today)
        minutes.append(measured)
        left -= measured
    return minutes[::-1]


def _month(now: float) -> tuple[str, str]:
    year, month = (int(part) for part in timestamp(now, hours=_ZONE).split("-")[:2])
    following = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004  # December
    starts = (f"{y}-{m:02d}-01T00:00:00+{_ZONE:02d}:00" for y, m in ((year, month), following))
    return next(starts), next(starts)


def _used(server: Server) -> int:
    state = server.report.state if server.report else None
    return (state.net_in_transfer + state.net_out_transfer) // _SHARE if state else 0


def _as_text(servers: list[Server]) -> list[Server]:
    """Return servers in the order of their ids as texts, which is that of Go's maps."""
    return sorted(servers, key=lambda server: str(server.id))
