"""Which servers and Nezha dashboards are away, as it is to be told to people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.trigger import TriggerConfig
from homeassistant.util import dt as dt_util

from .const import CONNECTED, DOMAIN, ONLINE
from .coordinator import NezhaConfigEntry
from .ledger import Change, Seen, Told
from .watch import News, Watch

CONF_SHARE: Final = "share"
CONF_LEAST: Final = "least"
CONF_ALWAYS: Final = "always"
WENT_AWAY: Final = ("offline", "many_offline", "away")
CAME_BACK: Final = ("back", "many_back", "again")
DASHBOARDS_TOGETHER: Final = 2  # that are away at once have one cause, such as the link of Home Assistant


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A Nezha dashboard: its entity Connection if that is watched, and those of servers that are, by their ids."""

    entry: NezhaConfigEntry
    connection: er.RegistryEntry | None
    servers: Mapping[str, er.RegistryEntry]

    @property
    def keys(self) -> list[str]:
        """What is watched of it, by the keys under which that is told."""
        return [*([self.entry.entry_id] if self.connection else []), *self.servers]


class Availability(Watch):
    """Servers that are offline, many of them together, and dashboards from which there is no data.

    While a dashboard is away nothing is known of its servers, and for a minute afterwards nothing is told of them:
    their agents may need that to find it again.
    """

    name = "availability"
    settling = timedelta(minutes=1)

    def __init__(self, hass: HomeAssistant, config: TriggerConfig, told: Mapping[str, Told]) -> None:
        """Begin to look at dashboards."""
        super().__init__(hass, config, told)
        self._answers: dict[str, Seen] = {}

    @override
    def look(self, now: datetime) -> Iterator[News]:
        """Tell of dashboards first, for one that is away is why nothing is told of its servers."""
        entries = self.hass.config_entries.async_entries(DOMAIN)
        dashboards = {entry.entry_id: self._dashboard(entry) for entry in entries}
        self.ledger.forget_all_but({key for each in dashboards.values() for key in each.keys})
        answers = {entry.entry_id: self._answering(entry, now) for entry in entries}
        self._answers = {entry: answer for entry, answer in answers.items() if answer}
        connections = {entry: answer for entry, answer in self._answers.items() if dashboards[entry].connection}
        for change in self.ledger.changes(connections, now, DASHBOARDS_TOGETHER):
            yield self._of_dashboards(change, dashboards)
        for entry in (entry for entry in entries if entry.state is ConfigEntryState.LOADED):
            answer = self._answers[entry.entry_id]
            if not answer.bad and now - answer.since >= self.settling:
                yield from self._of_servers(dashboards[entry.entry_id], now)

    def _dashboard(self, entry: NezhaConfigEntry) -> Dashboard:
        """Return what was chosen of a dashboard; with one of its servers it is chosen itself."""
        registered = er.async_entries_for_config_entry(er.async_get(self.hass), entry.entry_id)
        entities = [each for each in registered if not self.is_off(each)]
        servers = {each.id: each for each in entities if each.translation_key == ONLINE and self.choice.has(each)}
        for connection in (each for each in entities if each.translation_key == CONNECTED):
            if self.choice.has(connection) or (servers and not self.choice.excludes(connection)):
                return Dashboard(entry, connection, servers)
        return Dashboard(entry, None, servers)

    def _answering(self, entry: NezhaConfigEntry, now: datetime) -> Seen | None:
        """Return whether there is no data from a dashboard, as before while that is not known, `None` if disabled."""
        before = self._answers.get(entry.entry_id)
        match entry.state:
            case ConfigEntryState.LOADED:
                return Seen.after(before, bad=not entry.runtime_data.servers.last_update_success, now=now)
            case ConfigEntryState.SETUP_RETRY | ConfigEntryState.SETUP_ERROR:
                return Seen.after(before, bad=True, now=now)
            case ConfigEntryState.NOT_LOADED:
                return None
            case _:
                return before

    def _of_servers(self, dashboard: Dashboard, now: datetime) -> Iterator[News]:
        total, seen = _servers_seen(dashboard)
        many = min(max(self.options[CONF_LEAST], total * self.options[CONF_SHARE] / 100), self.options[CONF_ALWAYS])
        for change in self.ledger.changes(seen, now, many):
            entities = [dashboard.servers[key] for key in change.keys]
            names = [self.device_name(entity) for entity in entities]
            kind = "offline" if change.bad else "back"
            yield self.news(
                change,
                kind if len(names) == 1 else f"many_{kind}",
                f"{', '.join(names)} {'went offline' if change.bad else 'came back'}",
                entity_ids=[entity.entity_id for entity in entities],
                server=names[0],
                servers=names,
                dashboards=[dashboard.entry.title],
                still=[self.device_name(each) for key, each in dashboard.servers.items() if key in change.still],
                total=total,
            )

    def _of_dashboards(self, change: Change, dashboards: Mapping[str, Dashboard]) -> News:
        told = [dashboards[key] for key in change.keys]
        names = [each.entry.title for each in told]
        return self.news(
            change,
            "away" if change.bad else "again",
            f"{'no data' if change.bad else 'data again'} from {', '.join(names)}",
            entity_ids=[each.connection.entity_id for each in told if each.connection],
            server="",
            servers=[],
            dashboards=names,
            still=[each.entry.title for key, each in dashboards.items() if key in change.still],
            total=sum(each.connection is not None for each in dashboards.values()),
        )


def _servers_seen(dashboard: Dashboard) -> tuple[int, dict[str, Seen]]:
    """Return how many servers are shown, and how they look; who was never seen online is no news."""
    data = dashboard.entry.runtime_data
    total, seen = 0, {}
    for key, entity in dashboard.servers.items():
        server_key = entity.unique_id.removeprefix(f"{dashboard.entry.entry_id}_").removesuffix(f"_{ONLINE}")
        server = data.servers.data.servers.get(server_key)
        if server is None:
            continue
        total += 1
        identity = data.identities.known[server_key]
        since = identity.came_online if server.online else identity.went_offline
        if server.online or since:
            seen[key] = Seen(not server.online, dt_util.utc_from_timestamp(since or 0))
    return total, seen
