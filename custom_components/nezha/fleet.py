"""The servers that Home Assistant shows, and how often a fleet of a size is written."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from .api import Server, State
from .const import AUTOMATIC_INTERVAL, LIVELY_ENTITIES, MOST_ROWS_A_DAY, SECONDS_A_DAY


@dataclass(frozen=True, slots=True)
class Fleet:
    """The shown servers by key; speeds in bytes/s."""

    servers: Mapping[str, Server]

    @property
    def online(self) -> int:
        """Number of servers online."""
        return sum(server.online for server in self.servers.values())

    @property
    def net_in_speed(self) -> int:
        """Download speed of all servers online."""
        return sum(state.net_in_speed or 0 for state in self._online_states())

    @property
    def net_out_speed(self) -> int:
        """Upload speed of all servers online."""
        return sum(state.net_out_speed or 0 for state in self._online_states())

    def edges(self, servers: Mapping[str, Server]) -> set[str]:
        """Return the servers that are new or gone, have another id, or have changed between online and offline."""
        shown = self.servers
        turned = {key for key in shown.keys() & servers.keys() if _is_edge(shown[key], servers[key])}
        return turned | (shown.keys() ^ servers.keys())

    def with_told(self, servers: Mapping[str, Server], told: Collection[str]) -> Fleet:
        """Return what is shown, with what is told of the servers: of those gone, that they are."""
        kept = {key: server for key, server in self.servers.items() if key not in told}
        return Fleet(kept | {key: server for key, server in servers.items() if key in told})

    def _online_states(self) -> Iterator[State]:
        return (server.state for server in self.servers.values() if server.online and server.state)


def _is_edge(was: Server, server: Server) -> bool:
    return (was.online, was.id) != (server.online, server.id)


def rows_a_day(servers: int, interval: float) -> int:
    """Return how many database rows a day the default entities of so many servers write at this interval in seconds."""
    return int(servers * LIVELY_ENTITIES * SECONDS_A_DAY / interval)


def automatic_interval(servers: int) -> int:
    """Return the seconds between two writes that keep a fleet's default entities below a million rows a day."""
    polls = ceil(rows_a_day(servers, AUTOMATIC_INTERVAL) / MOST_ROWS_A_DAY)
    return AUTOMATIC_INTERVAL * max(polls, 1)
