"""The servers that Home Assistant shows, and how often a fleet of a size is written."""

from collections.abc import Iterator, Mapping
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

    def with_edges_of(self, servers: Mapping[str, Server]) -> Fleet:
        """Return what is shown, changed only where a server came, went, or changed between online and offline."""
        return Fleet({key: self._unless_edge(key, server) for key, server in servers.items()})

    def _online_states(self) -> Iterator[State]:
        return (server.state for server in self.servers.values() if server.online and server.state)

    def _unless_edge(self, key: str, server: Server) -> Server:
        shown = self.servers.get(key)
        return shown if shown and shown.online == server.online else server


def rows_a_day(servers: int, interval: float) -> int:
    """Return how many database rows a day the default entities of so many servers write at this interval in seconds."""
    return int(servers * LIVELY_ENTITIES * SECONDS_A_DAY / interval)


def automatic_interval(servers: int) -> int:
    """Return the seconds between two writes that keep a fleet's default entities below a million rows a day."""
    polls = ceil(rows_a_day(servers, AUTOMATIC_INTERVAL) / MOST_ROWS_A_DAY)
    return AUTOMATIC_INTERVAL * max(polls, 1)
