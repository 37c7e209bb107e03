"""What all entities share: identity, the guard against writing what has not changed, and how new ones come."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .api import Monitor, Server
from .budget import EntityBudget
from .const import DOMAIN, MANY_MONITORS
from .coordinator import MonitorsCoordinator, NezhaConfigEntry, ServersCoordinator
from .fleet import Fleet
from .identity import Identity

DASHBOARD = "dashboard"  # stands in unique ids where a server's key does
NOTHING: frozenset[Any] = frozenset()


class NezhaEntity[CoordinatorT: ServersCoordinator | MonitorsCoordinator, PartT](CoordinatorEntity[CoordinatorT]):
    """An entity that writes its state only when something shown has changed."""

    _attr_has_entity_name = True
    _available = False
    _read_before: StateType | datetime = None
    _shown: StateType | datetime = None

    def __init__(self, coordinator: CoordinatorT, owner: str, field: str, *, shows: str | int | None = None) -> None:
        """Be the `owner`'s entity for a `field`; `shows` is the part of the data it depends on."""
        super().__init__(coordinator, shows)
        self._attr_unique_id = f"{coordinator.config_entry.entry_id}_{owner}_{field}"

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """The device, made when it is asked for: once, while thousands of entities stay."""
        return DeviceInfo(identifiers={(DOMAIN, self._device())})

    @abstractmethod
    def _device(self) -> str:
        """Return the identifier of its device."""

    @override
    async def async_added_to_hass(self) -> None:
        """Take over what is known by now, for the first state to be written."""
        await super().async_added_to_hass()
        self._take()

    @property
    @override
    def available(self) -> bool:
        """Whether there was something to be shown of when it was last told."""
        return self._available

    @abstractmethod
    def _part(self) -> PartT | None:
        """Return what of the data it shows; `None` where it is unavailable, as it is while the dashboard is away."""

    @abstractmethod
    def _read(self, part: PartT) -> StateType | datetime:
        """Return the value."""

    def _rounded(self, value: StateType | datetime) -> StateType | datetime:
        """Return the value as it is to be written."""
        return value

    def _take(self) -> bool:
        """Take over the newest value; tell whether anything shown has changed."""
        part = self._part()
        if part is None:
            changed, self._available = self._available, False
            return changed
        value = self._read(part)
        if self._available and value == self._read_before:
            return False
        self._read_before = value
        shown = self._rounded(value)
        changed = not self._available or shown != self._shown
        self._available, self._shown = True, shown
        return changed

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if self._take():
            self.async_write_ha_state()


class NezhaDashboardEntity(NezhaEntity[ServersCoordinator, Fleet]):
    """An entity of the dashboard itself."""

    def __init__(self, coordinator: ServersCoordinator, description: EntityDescription) -> None:
        """Belong to the dashboard's device."""
        super().__init__(coordinator, DASHBOARD, description.key)
        self.entity_description = description

    @override
    def _device(self) -> str:
        return self.coordinator.config_entry.entry_id

    @override
    def _part(self) -> Fleet | None:
        return self.coordinator.data if self.coordinator.last_update_success else None


class NezhaServerEntity(NezhaEntity[ServersCoordinator, Server]):
    """An entity of a server; a live one is unavailable while the server is offline."""

    _live = True

    def __init__(
        self, coordinator: ServersCoordinator, key: str, description: EntityDescription, part: str | None = None
    ) -> None:
        """Belong to the server's device; `part` tells apart what the server has several of."""
        field = description.key if part is None else f"{description.key}_{part}"
        super().__init__(coordinator, key, field, shows=key)
        self.entity_description = description
        self._key = key

    @override
    def _device(self) -> str:
        return server_device(self.coordinator.config_entry, self._key)

    def disable(self) -> None:
        """Be disabled when the registry learns of it, although its like are enabled."""
        self._attr_entity_registry_enabled_default = False

    @override
    def _part(self) -> Server | None:
        coordinator = self.coordinator
        server = coordinator.data.servers.get(self._key) if coordinator.last_update_success else None
        return server if server and (server.online or not self._live) else None


class NezhaMonitorEntity(NezhaEntity[MonitorsCoordinator, Monitor]):
    """An entity of a monitor, as all servers together see it."""

    def __init__(self, coordinator: MonitorsCoordinator, monitor: int, description: EntityDescription) -> None:
        """Belong to the monitor's device; one of a crowd is disabled by default."""
        super().__init__(coordinator, f"monitor{monitor}", description.key, shows=monitor)
        self.entity_description = description
        self._attr_entity_registry_enabled_default = len(coordinator.data) <= MANY_MONITORS
        self._monitor_id = monitor

    @override
    def _device(self) -> str:
        return monitor_device(self.coordinator.config_entry, self._monitor_id)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the servers' clock as well, which tells of outages."""
        await super().async_added_to_hass()
        servers = self.coordinator.config_entry.runtime_data.servers
        self.async_on_remove(servers.async_add_listener(self._handle_coordinator_update))

    @override
    def _part(self) -> Monitor | None:
        answers = self.coordinator.config_entry.runtime_data.servers.last_update_success
        return self.coordinator.data.get(self._monitor_id) if answers else None


def monitor_device(entry: NezhaConfigEntry, monitor: int | str) -> str:
    """Return the identifier of a monitor's device."""
    return f"{entry.entry_id}:monitor:{monitor}"


def server_device(entry: NezhaConfigEntry, key: str) -> str:
    """Return the identifier of a server's device."""
    return f"{entry.entry_id}_{key}"


class Field(NamedTuple):
    """A field that a server has, with what makes its entity.

    `rank` says how dispensable an entity is that is enabled by default, `None` that its default never changes.
    """

    name: str
    make: Callable[[], NezhaServerEntity]
    rank: int | None = None


@callback
def async_add_as_reported(
    hass: HomeAssistant,
    entry: NezhaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    fields_of: Callable[[str, Server, Collection[str], Collection[str]], Iterator[Field]],
    budget: EntityBudget,
) -> None:
    """Add entities for the servers' fields now and whenever new ones are reported.

    `fields_of` gets a server's key, the server, the fields that are in the registry from before (once) and those that
    have an entity by now, and yields the others.
    """
    data = entry.runtime_data
    registered = _registered_fields(hass, entry)
    added: dict[str, tuple[str, ...]] = {}
    seen: dict[str, tuple[object, Identity | None]] = {}

    @callback
    def add_new() -> None:
        known, servers = data.identities.known, data.servers.data.servers
        if deleted := added.keys() - known.keys():
            for key in deleted:
                del added[key], seen[key]
            budget.async_count()
        new: list[Field] = []
        for key, outline in data.servers.outlines.items():
            what_tells = outline, known.get(key)
            if seen.get(key) == what_tells:
                continue
            seen[key] = what_tells
            before, there = registered.pop(key, NOTHING), added.get(key, ())
            fields = [*fields_of(key, servers[key], before, there)]
            added[key] = *there, *(field.name for field in fields)
            new += [field if field.name not in before else field._replace(rank=None) for field in fields]
        if new:
            async_add_entities(_made(new, budget))

    add_new()
    entry.async_on_unload(data.servers.async_add_listener(add_new))
    if data.latency:
        entry.async_on_unload(data.latency.async_add_listener(add_new))


def _made(fields: Iterable[Field], budget: EntityBudget) -> Iterator[NezhaServerEntity]:
    """Yield the entities of new fields, disabled where the budget does not cover them."""
    ranks = Counter(field.rank for field in fields if field.rank is not None)
    covered = budget.async_spend(ranks)
    for field in fields:
        entity = field.make()
        if field.rank is not None and field.rank not in covered:
            entity.disable()
        yield entity


@callback
def async_add_servers(
    entry: NezhaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[ServersCoordinator, str], NezhaServerEntity],
) -> None:
    """Add the entity that every server has, now and whenever there are new ones."""
    identities, servers = entry.runtime_data.identities, entry.runtime_data.servers

    def add(new: Iterable[str]) -> None:
        async_add_entities(make(servers, key) for key in new)

    _async_add_new(servers, lambda: identities.known, lambda: servers.data.servers, add)


@callback
def async_add_monitors(
    entry: NezhaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[MonitorsCoordinator, int], Iterable[NezhaMonitorEntity]],
) -> None:
    """Add entities for the monitors, now and whenever there are new ones."""
    monitors = entry.runtime_data.monitors
    if monitors is None:
        return

    def add(new: Iterable[int]) -> None:
        async_add_entities(entity for monitor in sorted(new) for entity in make(monitors, monitor))

    _async_add_new(monitors, lambda: monitors.known, lambda: monitors.data, add)


@callback
def _async_add_new[KeyT](
    coordinator: ServersCoordinator | MonitorsCoordinator,
    known: Callable[[], Iterable[KeyT]],
    shown: Callable[[], Iterable[KeyT]],
    add: Callable[[Iterable[KeyT]], None],
) -> None:
    """Add what is shown and not there yet, now and after every update; what is no longer known is not there."""
    added: set[KeyT] = set()

    @callback
    def add_new() -> None:
        added.intersection_update(known())
        if new := [key for key in shown() if key not in added]:
            added.update(new)
            add(new)

    add_new()
    coordinator.config_entry.async_on_unload(coordinator.async_add_listener(add_new))


def _registered_fields(hass: HomeAssistant, entry: NezhaConfigEntry) -> dict[str, set[str]]:
    """Return the fields that the registry knows, by the key of the server."""
    fields: dict[str, set[str]] = {}
    for registered in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        key, _, field = registered.unique_id.removeprefix(f"{entry.entry_id}_").partition("_")
        fields.setdefault(key, set()).add(field)
    return fields
