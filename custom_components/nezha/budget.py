"""Which new entities are enabled: Home Assistant drops those beyond 10 000 of an entry, whatever they are."""

from collections.abc import Collection, Mapping

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import MOST_ENTITIES, ONLINE
from .coordinator import NezhaConfigEntry
from .failure import async_report_crowd


class EntityBudget:
    """What the servers may still enable of the entities that are enabled by default; `ONLINE` always has its place.

    The few entities of the dashboard and its monitors fit in beyond `MOST_ENTITIES`, and are registered meanwhile.
    """

    def __init__(self, hass: HomeAssistant, entry: NezhaConfigEntry, fields: Collection[str]) -> None:
        """Count what there is; `fields` are the keys of what is enabled by default, but for `ONLINE`."""
        self._hass = hass
        self._entry = entry
        self._fields = fields
        self.async_count()

    @callback
    def async_count(self) -> None:
        """Count anew what the registry has of the servers that are known: some may have been deleted."""
        entry = self._entry
        of_servers = entry.runtime_data.identities.known
        registered = [
            entity
            for entity in er.async_entries_for_config_entry(er.async_get(self._hass), entry.entry_id)
            if entity.unique_id.removeprefix(f"{entry.entry_id}_").partition("_")[0] in of_servers
        ]
        self._enabled = sum(not entity.disabled and entity.translation_key != ONLINE for entity in registered)
        self._disabled = sum(
            entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION and entity.translation_key in self._fields
            for entity in registered
        )
        self._report()

    @callback
    def async_spend(self, wanted: Mapping[int, int]) -> frozenset[int]:
        """Return which ranks are enabled, given how many entities each wants: all or none, the lowest first."""
        room = MOST_ENTITIES - self._enabled - len(self._entry.runtime_data.servers.data.servers)
        enabled = set[int]()
        for rank, count in sorted(wanted.items()):
            if count > room:
                break
            room -= count
            self._enabled += count
            enabled.add(rank)
        if enabled != wanted.keys():
            self._disabled += sum(count for rank, count in wanted.items() if rank not in enabled)
            self._report()
        return frozenset(enabled)

    def _report(self) -> None:
        async_report_crowd(self._hass, self._entry.entry_id, self._entry.title, self._disabled)
