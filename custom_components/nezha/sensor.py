"""The numbers and facts of the dashboard, its servers and their monitors."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, count
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfDataRate,
    UnitOfInformation,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .api import Monitor, Server
from .budget import EntityBudget
from .const import LATENCY
from .coordinator import LatencyCoordinator, MonitorsCoordinator, NezhaConfigEntry, ServersCoordinator
from .devices import MOST_OF_A_PART, fitting
from .entity import (
    Field,
    NezhaDashboardEntity,
    NezhaEntity,
    NezhaMonitorEntity,
    NezhaServerEntity,
    async_add_as_reported,
    async_add_monitors,
)
from .fleet import Fleet
from .succession import async_take_over_latency

PARALLEL_UPDATES = 0

MOST_CHARACTERS = 255  # of a state

TENTH = 1  # digits kept of percentages, temperatures and milliseconds
HUNDREDTH = 2  # digits kept of loads
KILOBYTE = -3  # digits rounded away from bytes a second
MEGABYTE = -6  # digits rounded away from bytes

NUMBER = (int, float)


@dataclass(frozen=True, kw_only=True)
class DashboardSensorDescription(SensorEntityDescription):
    """A sensor of the whole fleet."""

    digits: int = 0
    value_fn: Callable[[Fleet], int]


@dataclass(frozen=True, kw_only=True)
class ServerSensorDescription(SensorEntityDescription):
    """A sensor of a server.

    `digits` are kept (or, when negative, rounded away) before anything is written; `exists_fn` says from when on the
    server has it, forever; `live` ones are unavailable while the server is offline.
    """

    digits: int = 0
    live: bool = True
    exists_fn: Callable[[Server], bool]
    value_fn: Callable[[Server], StateType | datetime]


@dataclass(frozen=True, kw_only=True)
class MonitorSensorDescription(SensorEntityDescription):
    """A sensor of a monitor, as all servers together see it."""

    digits: int
    value_fn: Callable[[Monitor], float | None]


def has_reported(server: Server) -> bool:
    """Tell whether the server's agent has reported its state."""
    return server.state is not None


def has_memory(server: Server) -> bool:
    """Tell whether the size of the memory is known."""
    return has_reported(server) and bool(server.host and server.host.mem_total)


def has_swap(server: Server) -> bool:
    """Tell whether the server has swap."""
    return has_reported(server) and bool(server.host and server.host.swap_total)


def has_disk(server: Server) -> bool:
    """Tell whether the size of the disks is known."""
    return has_reported(server) and bool(server.host and server.host.disk_total)


def has_gpu(server: Server) -> bool:
    """Tell whether the server has a GPU whose usage is measured."""
    return bool(server.state and server.state.gpu)


def has_load(server: Server) -> bool:
    """Tell whether the load means something: Windows has none, and some of its agents emulate it."""
    windows = bool(server.host and "windows" in server.host.platform.lower())
    return bool(server.state and (not windows or server.state.load_1 or server.state.load_5 or server.state.load_15))


def temperatures(server: Server) -> dict[str, float | None]:
    """Return a server's temperatures by their names; those named alike are numbered from the second on."""
    named: dict[str, float | None] = {}
    for temperature in server.state.temperatures if server.state else ():
        numbered = (f"{temperature.name} {number}" for number in count(2))
        name = next(name for name in chain([temperature.name], numbered) if name not in named)
        named[name] = temperature.celsius
    return named


DASHBOARD_SENSORS: tuple[DashboardSensorDescription, ...] = (
    DashboardSensorDescription(
        key="servers_online",
        translation_key="servers_online",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda fleet: fleet.online,
    ),
    DashboardSensorDescription(
        key="servers_total",
        translation_key="servers_total",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda fleet: len(fleet.servers),
    ),
    DashboardSensorDescription(
        key="net_in_speed",
        translation_key="net_in_speed_total",
        device_class=SensorDeviceClass.DATA_RATE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfDataRate.BYTES_PER_SECOND,
        suggested_unit_of_measurement=UnitOfDataRate.MEGABITS_PER_SECOND,
        suggested_display_precision=2,
        digits=KILOBYTE,
        value_fn=lambda fleet: fleet.net_in_speed,
    ),
    DashboardSensorDescription(
        key="net_out_speed",
        translation_key="net_out_speed_total",
        device_class=SensorDeviceClass.DATA_RATE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfDataRate.BYTES_PER_SECOND,
        suggested_unit_of_measurement=UnitOfDataRate.MEGABITS_PER_SECOND,
        suggested_display_precision=2,
        digits=KILOBYTE,
        value_fn=lambda fleet: fleet.net_out_speed,
    ),
)

SERVER_SENSORS: tuple[ServerSensorDescription, ...] = (
    ServerSensorDescription(
        key="cpu",
        translation_key="cpu",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        digits=TENTH,
        exists_fn=has_reported,
        value_fn=lambda server: server.state.cpu if server.state else None,
    ),
    ServerSensorDescription(
        key="mem_usage",
        translation_key="mem_usage",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        digits=TENTH,
        exists_fn=has_memory,
        value_fn=lambda server: server.mem_usage,
    ),
    ServerSensorDescription(
        key="disk_usage",
        translation_key="disk_usage",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        digits=TENTH,
        exists_fn=has_disk,
        value_fn=lambda server: server.disk_usage,
    ),
    ServerSensorDescription(
        key="net_in_speed",
        translation_key="net_in_speed",
        device_class=SensorDeviceClass.DATA_RATE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfDataRate.BYTES_PER_SECOND,
        suggested_unit_of_measurement=UnitOfDataRate.MEGABITS_PER_SECOND,
        suggested_display_precision=2,
        digits=KILOBYTE,
        exists_fn=has_reported,
        value_fn=lambda server: server.state.net_in_speed if server.state else None,
    ),
    ServerSensorDescription(
        key="net_out_speed",
        translation_key="net_out_speed",
        device_class=SensorDeviceClass.DATA_RATE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfDataRate.BYTES_PER_SECOND,
        suggested_unit_of_measurement=UnitOfDataRate.MEGABITS_PER_SECOND,
        suggested_display_precision=2,
        digits=KILOBYTE,
        exists_fn=has_reported,
        value_fn=lambda server: server.state.net_out_speed if server.state else None,
    ),
    ServerSensorDescription(
        key="net_in_transfer",
        translation_key="net_in_transfer",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=2,
        digits=MEGABYTE,
        exists_fn=has_reported,
        value_fn=lambda server: server.state.net_in_transfer if server.state else None,
    ),
    ServerSensorDescription(
        key="net_out_transfer",
        translation_key="net_out_transfer",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=2,
        digits=MEGABYTE,
        exists_fn=has_reported,
        value_fn=lambda server: server.state.net_out_transfer if server.state else None,
    ),
    ServerSensorDescription(
        key="load_1",
        translation_key="load_1",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        digits=HUNDREDTH,
        exists_fn=has_load,
        value_fn=lambda server: server.state.load_1 if server.state else None,
    ),
    ServerSensorDescription(
        key="boot_time",
        translation_key="boot_time",
        device_class=SensorDeviceClass.UPTIME,
        exists_fn=lambda server: bool(server.host and server.host.boot_time),
        value_fn=lambda server: server.host.boot_time if server.host else None,
    ),
    ServerSensorDescription(
        key="mem_used",
        translation_key="mem_used",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
        digits=MEGABYTE,
        exists_fn=has_memory,
        value_fn=lambda server: server.state.mem_used if server.state else None,
    ),
    ServerSensorDescription(
        key="mem_total",
        translation_key="mem_total",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        digits=MEGABYTE,
        exists_fn=has_memory,
        value_fn=lambda server: server.host.mem_total if server.host else None,
    ),
    ServerSensorDescription(
        key="swap_usage",
        translation_key="swap_usage",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        digits=TENTH,
        exists_fn=has_swap,
        value_fn=lambda server: server.swap_usage,
    ),
    ServerSensorDescription(
        key="swap_used",
        translation_key="swap_used",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
        digits=MEGABYTE,
        exists_fn=has_swap,
        value_fn=lambda server: server.state.swap_used if server.state else None,
    ),
    ServerSensorDescription(
        key="swap_total",
        translation_key="swap_total",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        digits=MEGABYTE,
        exists_fn=has_swap,
        value_fn=lambda server: server.host.swap_total if server.host else None,
    ),
    ServerSensorDescription(
        key="disk_used",
        translation_key="disk_used",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
        digits=MEGABYTE,
        exists_fn=has_disk,
        value_fn=lambda server: server.state.disk_used if server.state else None,
    ),
    ServerSensorDescription(
        key="disk_total",
        translation_key="disk_total",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        digits=MEGABYTE,
        exists_fn=has_disk,
        value_fn=lambda server: server.host.disk_total if server.host else None,
    ),
    ServerSensorDescription(
        key="load_5",
        translation_key="load_5",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        digits=HUNDREDTH,
        exists_fn=has_load,
        value_fn=lambda server: server.state.load_5 if server.state else None,
    ),
    ServerSensorDescription(
        key="load_15",
        translation_key="load_15",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        digits=HUNDREDTH,
        exists_fn=has_load,
        value_fn=lambda server: server.state.load_15 if server.state else None,
    ),
    ServerSensorDescription(
        key="process_count",
        translation_key="process_count",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=has_reported,
        value_fn=lambda server: server.state.process_count if server.state else None,
    ),
    ServerSensorDescription(
        key="tcp_conn_count",
        translation_key="tcp_conn_count",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=has_reported,
        value_fn=lambda server: server.state.tcp_conn_count if server.state else None,
    ),
    ServerSensorDescription(
        key="udp_conn_count",
        translation_key="udp_conn_count",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=has_reported,
        value_fn=lambda server: server.state.udp_conn_count if server.state else None,
    ),
    ServerSensorDescription(
        key="gpu",
        translation_key="gpu",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        digits=TENTH,
        exists_fn=has_gpu,
        value_fn=lambda server: server.state.gpu[0] if server.state and server.state.gpu else None,
    ),
    ServerSensorDescription(
        key="groups",
        translation_key="groups",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        live=False,
        exists_fn=lambda server: bool(server.groups),
        value_fn=lambda server: ", ".join(server.groups)[:MOST_CHARACTERS] or None,
    ),
    ServerSensorDescription(
        key="country_code",
        translation_key="country_code",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        live=False,
        exists_fn=lambda server: server.country_code is not None,
        value_fn=lambda server: server.country_code,
    ),
    ServerSensorDescription(
        key="ipv4",
        translation_key="ipv4",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        live=False,
        exists_fn=lambda server: server.ipv4 is not None,
        value_fn=lambda server: server.ipv4,
    ),
    ServerSensorDescription(
        key="ipv6",
        translation_key="ipv6",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        live=False,
        exists_fn=lambda server: server.ipv6 is not None,
        value_fn=lambda server: server.ipv6,
    ),
    ServerSensorDescription(
        key="last_active",
        translation_key="last_active",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        live=False,
        exists_fn=lambda server: server.last_active is not None,
        value_fn=lambda server: server.last_active,
    ),
)

TEMPERATURE = SensorEntityDescription(
    key="temperature",
    translation_key="temperature",
    device_class=SensorDeviceClass.TEMPERATURE,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfTemperature.CELSIUS,
    suggested_display_precision=1,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)

FURTHER_GPU = SensorEntityDescription(
    key="gpu",
    translation_key="further_gpu",
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=PERCENTAGE,
    suggested_display_precision=1,
    entity_registry_enabled_default=False,
)

MONITOR_SENSORS: tuple[MonitorSensorDescription, ...] = (
    MonitorSensorDescription(
        key="availability",
        translation_key="availability",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=2,
        digits=HUNDREDTH,
        value_fn=lambda monitor: monitor.availability,
    ),
    MonitorSensorDescription(
        key="delay",
        translation_key="latency_today",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        suggested_display_precision=1,
        digits=TENTH,
        value_fn=lambda monitor: monitor.delay,
    ),
)

MONITOR_LATENCY = SensorEntityDescription(
    key=LATENCY,
    translation_key=LATENCY,
    device_class=SensorDeviceClass.DURATION,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfTime.MILLISECONDS,
    suggested_display_precision=1,
)


RANKS = {
    description.key: rank
    for rank, description in enumerate(SERVER_SENSORS)
    if description.entity_registry_enabled_default
}
"""The fields that are enabled by default, and how dispensable each is; only latencies are more so."""
LATENCY_RANK = len(SERVER_SENSORS)


async def async_setup_entry(
    hass: HomeAssistant, entry: NezhaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the dashboard's sensors and those of its servers."""
    servers = entry.runtime_data.servers

    def fields_of(key: str, server: Server, before: Collection[str], there: Collection[str]) -> Iterator[Field]:
        for description in SERVER_SENSORS:
            name = description.key
            if name not in there and (name in before or description.exists_fn(server)):
                yield Field(name, partial(NezhaServerSensor, servers, key, description), RANKS.get(name))
        for field in chain(_parts(servers, key, server, before), _latency_fields(hass, entry, key)):
            if field.name not in there:
                yield field

    async_add_entities(NezhaDashboardSensor(servers, description) for description in DASHBOARD_SENSORS)
    budget = EntityBudget(hass, entry, {*RANKS, LATENCY})
    async_add_as_reported(hass, entry, async_add_entities, fields_of, budget)
    async_add_monitors(entry, async_add_entities, _monitor_sensors)


def _monitor_sensors(monitors: MonitorsCoordinator, monitor: int) -> Iterator[NezhaMonitorSensor]:
    for description in MONITOR_SENSORS:
        yield NezhaMonitorSensor(monitors, monitor, description)


def _parts(servers: ServersCoordinator, key: str, server: Server, before: Collection[str]) -> Iterator[Field]:
    """Yield what a server has, or has had before, several of: temperatures, and GPUs from the second on."""
    for name in sorted(temperatures(server).keys() | _parts_of(TEMPERATURE, before)):
        yield Field(f"{TEMPERATURE.key}_{name}", partial(NezhaTemperatureSensor, servers, key, name))
    reported = range(2, len(server.state.gpu) + 1) if server.state else ()
    for number in sorted({*reported, *map(int, _parts_of(FURTHER_GPU, before))}):
        yield Field(f"{FURTHER_GPU.key}_{number}", partial(NezhaGpuSensor, servers, key, number))


def _parts_of(description: SensorEntityDescription, fields: Collection[str]) -> set[str]:
    """Return the names of the parts among some fields."""
    prefix = f"{description.key}_"
    return {field.removeprefix(prefix) for field in fields if field.startswith(prefix)}


def _latency_fields(hass: HomeAssistant, entry: NezhaConfigEntry, key: str) -> Iterator[Field]:
    """Yield the monitors that are known to measure from a server."""
    data = entry.runtime_data

    def make(latency: LatencyCoordinator, monitor_id: int, name: str) -> NezhaLatencySensor:
        async_take_over_latency(hass, entry, key, monitor_id, name)
        return NezhaLatencySensor(data.servers, latency, key, monitor_id, name)

    if data.latency and (identity := data.identities.known.get(key)):
        for monitor_id, name in identity.monitors.items():
            yield Field(f"{LATENCY}_{monitor_id}", partial(make, data.latency, int(monitor_id), name), LATENCY_RANK)


class NezhaSensor[CoordinatorT: ServersCoordinator | MonitorsCoordinator, PartT](
    NezhaEntity[CoordinatorT, PartT], SensorEntity
):
    """A sensor that shows what the guard lets through."""

    _digits = TENTH

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value as last taken over."""
        return self._shown

    @override
    def _rounded(self, value: StateType | datetime) -> StateType | datetime:
        return round(value, self._digits) if isinstance(value, NUMBER) else value


class NezhaDashboardSensor(NezhaSensor[ServersCoordinator, Fleet], NezhaDashboardEntity):
    """A number of the whole fleet."""

    entity_description: DashboardSensorDescription

    def __init__(self, coordinator: ServersCoordinator, description: DashboardSensorDescription) -> None:
        """Show what the description says."""
        self._digits = description.digits
        super().__init__(coordinator, description)

    @override
    def _read(self, part: Fleet) -> int:
        return self.entity_description.value_fn(part)


class NezhaServerSensor(NezhaSensor[ServersCoordinator, Server], NezhaServerEntity):
    """A value of a server."""

    entity_description: ServerSensorDescription

    def __init__(self, coordinator: ServersCoordinator, key: str, description: ServerSensorDescription) -> None:
        """Show what the description says."""
        self._live = description.live
        self._digits = description.digits
        super().__init__(coordinator, key, description)

    @override
    def _read(self, part: Server) -> StateType | datetime:
        return self.entity_description.value_fn(part)


class NezhaTemperatureSensor(NezhaSensor[ServersCoordinator, Server], NezhaServerEntity):
    """One temperature of a server."""

    def __init__(self, coordinator: ServersCoordinator, key: str, name: str) -> None:
        """Show the temperature of this name."""
        self._name = name
        self._attr_translation_placeholders = {"name": fitting(name, MOST_OF_A_PART)}
        super().__init__(coordinator, key, TEMPERATURE, part=name)

    @override
    def _read(self, part: Server) -> float | None:
        return temperatures(part).get(self._name)


class NezhaGpuSensor(NezhaSensor[ServersCoordinator, Server], NezhaServerEntity):
    """The usage of a GPU after the first."""

    def __init__(self, coordinator: ServersCoordinator, key: str, number: int) -> None:
        """Show the GPU of this number, counted from 1."""
        self._number = number
        self._attr_translation_placeholders = {"number": str(number)}
        super().__init__(coordinator, key, FURTHER_GPU, part=str(number))

    @override
    def _read(self, part: Server) -> float | None:
        usages = part.state.gpu if part.state else ()
        return usages[self._number - 1] if len(usages) >= self._number else None


class NezhaLatencySensor(NezhaSensor[ServersCoordinator, Server], NezhaServerEntity):
    """What one monitor has last measured from a server."""

    def __init__(
        self, coordinator: ServersCoordinator, latency: LatencyCoordinator, key: str, monitor_id: int, name: str
    ) -> None:
        """Show the delay of this monitor, which its name tells."""
        self._latency = latency
        self._monitor_id = monitor_id
        self._attr_translation_placeholders = {"monitor": fitting(name, MOST_OF_A_PART)}
        super().__init__(coordinator, key, MONITOR_LATENCY, part=str(monitor_id))

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the monitors' clock as well, which asks only for servers that someone listens for."""
        await super().async_added_to_hass()
        self.async_on_remove(self._latency.async_add_listener(self._handle_coordinator_update, self._key))

    @override
    def _read(self, part: Server) -> float | None:
        return self._latency.data.get(self._key, {}).get(self._monitor_id)


class NezhaMonitorSensor(NezhaSensor[MonitorsCoordinator, Monitor], NezhaMonitorEntity):
    """What all servers together say of a monitor."""

    entity_description: MonitorSensorDescription

    def __init__(self, coordinator: MonitorsCoordinator, monitor: int, description: MonitorSensorDescription) -> None:
        """Show what the description says."""
        self._digits = description.digits
        super().__init__(coordinator, monitor, description)

    @override
    def _read(self, part: Monitor) -> float | None:
        return self.entity_description.value_fn(part)
