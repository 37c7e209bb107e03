"""Which servers and Nezha dashboards are away, as it is to be told to people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.trigger import TriggerConfig

from .const import CONNECTED, DOMAIN, ONLINE
from .ledger import Change, Seen
from .watch import News, Selection, Watch

CONF_SHARE: Final = "share"
CONF_LEAST: Final = "least"
CONF_ALWAYS: Final = "always"
DASHBOARDS_TOGETHER: Final = 2  # that are away at once have one cause, such as the link of Home Assistant


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A Nezha dashboard as it is watched: the entity Connection, if it is, and those that tell who is online."""

    entry: ConfigEntry[Any]
    connection: er.RegistryEntry | None
    servers: Mapping[str, er.RegistryEntry]


class Availability(Watch):
    """Servers that are offline, many of them together, and dashboards from which there is no data.

    While a dashboard is away nothing is known of its servers, and for a minute afterwards nothing is told of them:
    their agents may need that to find it again.
    """

    settling = timedelta(minutes=1)

    def __init__(self, hass: HomeAssistant, config: TriggerConfig, told: Mapping[str, Any]) -> None:
        """Begin to look at dashboards."""
        super().__init__(hass, config, told)
        self._answers: dict[str, Seen] = {}

    @override
    def look(self, now: datetime) -> Iterator[News]:
        """Tell of dashboards first, for one that is away is why nothing is told of its servers."""
        selection = self.selection()
        entries = self.hass.config_entries.async_entries(DOMAIN)
        dashboards = {entry.entry_id: self._dashboard(entry, selection) for entry in entries}
        self.ledger.forget_all_but({key for entry, each in dashboards.items() for key in (entry, *each.servers)})
        answers = {entry.entry_id: self._answering(entry, now) for entry in entries}
        self._answers = {entry: answer for entry, answer in answers.items() if answer}
        connections = {entry: answer for entry, answer in self._answers.items() if dashboards[entry].connection}
        for change in self.ledger.changes(connections, now, DASHBOARDS_TOGETHER):
            yield self._of_dashboards(change, dashboards)
        for entry, answer in self._answers.items():
            if not answer.bad and now - answer.since >= self.settling:
                yield from self._of_servers(dashboards[entry], now)

    def _dashboard(self, entry: ConfigEntry[Any], selection: Selection) -> Dashboard:
        """Return what was chosen of a dashboard; with one of its servers it is chosen itself."""
        entities = er.async_entries_for_config_entry(er.async_get(self.hass), entry.entry_id)
        servers = {each.id: each for each in entities if each.translation_key == ONLINE and selection.has(each)}
        connections = [each for each in entities if each.translation_key == CONNECTED]
        chosen = [each for each in connections if selection.has(each) or (servers and not selection.excludes(each))]
        return Dashboard(entry, chosen[0] if chosen else None, servers)

    def _answering(self, entry: ConfigEntry[Any], now: datetime) -> Seen | None:
        """Return whether there is no data from a dashboard, `None` while that is not known."""
        match entry.state:
            case ConfigEntryState.LOADED:
                bad = not entry.runtime_data.servers.last_update_success
            case ConfigEntryState.SETUP_RETRY | ConfigEntryState.SETUP_ERROR:
                bad = True
            case _:
                return None
        return Seen.after(self._answers.get(entry.entry_id), bad=bad, now=now)

    def _online(self, dashboard: Dashboard) -> dict[str, Seen]:
        """Return who is offline; of whom Home Assistant has never seen online that is no news."""
        seen = {}
        for key, entity in dashboard.servers.items():
            state = self.hass.states.get(entity.entity_id)
            if state and state.state == STATE_ON:
                seen[key] = Seen(bad=False, since=state.attributes["came_online"] or state.last_changed)
            elif state and state.state == STATE_OFF and (since := state.attributes["went_offline"]):
                seen[key] = Seen(bad=True, since=since)
        return seen

    def _of_servers(self, dashboard: Dashboard, now: datetime) -> Iterator[News]:
        seen = self._online(dashboard)
        share = len(seen) * self.options[CONF_SHARE] / 100
        many = min(max(self.options[CONF_LEAST], share), self.options[CONF_ALWAYS])
        for change in self.ledger.changes(seen, now, many):
            entities = [dashboard.servers[key] for key in change.keys]
            names = [self.device_name(entity) for entity in entities]
            kind = "offline" if change.bad else "back"
            yield self.news(
                change,
                kind if len(names) == 1 else f"many_{kind}",
                f"{', '.join(names)} {'went offline' if change.bad else 'came back'}",
                entity_ids=[entity.entity_id for entity in entities],
                servers=names,
                dashboards=[dashboard.entry.title],
                still=[self.device_name(each) for key, each in dashboard.servers.items() if key in change.still],
                total=len(seen),
            )

    def _of_dashboards(self, change: Change, dashboards: Mapping[str, Dashboard]) -> News:
        told = [dashboards[key] for key in change.keys]
        names = [each.entry.title for each in told]
        return self.news(
            change,
            "away" if change.bad else "again",
            f"{'no data' if change.bad else 'data again'} from {', '.join(names)}",
            entity_ids=[each.connection.entity_id for each in told if each.connection],
            servers=[],
            dashboards=names,
            still=[each.entry.title for key, each in dashboards.items() if key in change.still],
            total=len(dashboards),
        )
