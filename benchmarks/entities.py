"""Entities that look like ours, for other ways of showing the same."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_platform
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.typing import StateType
from homeassistant.helpers.update_coordinator import CoordinatorEntity, DataUpdateCoordinator

from custom_components.nezha.binary_sensor import NezhaOnline
from custom_components.nezha.const import DOMAIN
from custom_components.nezha.entity import DASHBOARD, NezhaEntity, NezhaServerEntity
from custom_components.nezha.fleet import Fleet
from custom_components.nezha.sensor import (
    NezhaDashboardSensor,
    NezhaGpuSensor,
    NezhaServerSensor,
    NezhaTemperatureSensor,
    temperatures,
)

from .custom_components.contender import GIVEN
from .home_assistant import add_entry

CONTENDER = "contender"

type Ours = NezhaEntity[Any, Any]
type Shown = tuple[bool, StateType | datetime]
"""Whether an entity is available, and what it shows."""
type Shows = Mapping[str, Shown]
"""What every entity shows, by its unique id."""


def our_entities(hass: HomeAssistant) -> list[Ours]:
    """Return the entities of the integration that are enabled."""
    platforms = entity_platform.async_get_platforms(hass, DOMAIN)
    return [
        entity for platform in platforms for entity in platform.entities.values() if isinstance(entity, NezhaEntity)
    ]


def shows(hass: HomeAssistant) -> Shows:
    """Return what the integration shows now."""
    return {str(entity.unique_id): (entity.available, _value(entity)) for entity in our_entities(hass)}


def _value(entity: Ours) -> StateType | datetime:
    match entity:
        case SensorEntity():
            return entity.native_value  # type: ignore[return-value]
        case BinarySensorEntity():
            return entity.is_on
    raise TypeError(entity)


class Plain(Entity):
    """An entity that looks like one of ours."""

    _attr_should_poll = False

    def __init__(self, title: str, ours: Ours, device: str) -> None:
        """Have the same description, name and unit, on a device of its own contender."""
        self.entity_description = ours.entity_description
        self._attr_name = str(ours.name)
        self._attr_unique_id = f"{title} {ours.unique_id}"
        self._attr_device_info = DeviceInfo(identifiers={(CONTENDER, f"{title} {device}")}, name=f"{title} {device}")


class PlainSensor(Plain, SensorEntity):
    """A sensor that holds its value."""

    def put(self, shown: Shown) -> None:
        """Take a value."""
        self._attr_available, self._attr_native_value = shown


class PlainBinarySensor(Plain, BinarySensorEntity):
    """A binary sensor that holds its value."""

    def put(self, shown: Shown) -> None:
        """Take a value."""
        self._attr_available, self._attr_is_on = shown  # type: ignore[assignment]


type Change = tuple[PlainSensor | PlainBinarySensor, Shown]


@dataclass(frozen=True)
class FleetReader:
    """How an entity's value is read from the fleet."""

    key: str | None
    """Of its server."""
    read: Callable[[Fleet], StateType | datetime]


class NaiveEntity(CoordinatorEntity[DataUpdateCoordinator[Fleet]], Plain):
    """An entity that writes at every update, as Home Assistant's own base class does."""

    def __init__(
        self, title: str, ours: Ours, device: str, coordinator: DataUpdateCoordinator[Fleet], reader: FleetReader
    ) -> None:
        """Read from the coordinator's fleet."""
        CoordinatorEntity.__init__(self, coordinator)
        Plain.__init__(self, title, ours, device)
        self._reader = reader

    @property
    @override
    def available(self) -> bool:
        """Whether the server is online, unless that is what it tells."""
        key = self._reader.key
        return super().available and (key is None or self.coordinator.data.servers[key].online)


class NaiveSensor(NaiveEntity, SensorEntity):
    """A sensor of the naive way."""

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value, read whenever it is asked for."""
        return self._reader.read(self.coordinator.data)


class NaiveBinarySensor(NaiveEntity, BinarySensorEntity):
    """A binary sensor of the naive way."""

    @property
    @override
    def is_on(self) -> bool:
        """The value, read whenever it is asked for."""
        return bool(self._reader.read(self.coordinator.data))


def _reader_of(ours: Ours) -> FleetReader:
    """Return how the value of one of our entities is read; those of other clocks stay as they are."""
    key = ours._key if isinstance(ours, NezhaServerEntity) else ""  # noqa: SLF001
    match ours:
        case NezhaOnline():
            return FleetReader(None, lambda fleet: fleet.servers[key].online)
        case NezhaServerSensor(entity_description=description):
            live = key if description.live else None
            return FleetReader(
                live, lambda fleet: _rounded(description.value_fn(fleet.servers[key]), description.digits)
            )
        case NezhaTemperatureSensor(_name=name):
            return FleetReader(key, lambda fleet: _rounded(temperatures(fleet.servers[key]).get(name), 1))
        case NezhaGpuSensor(_number=number):
            return FleetReader(key, lambda fleet: _rounded(_gpu(fleet, key, number), 1))
        case NezhaDashboardSensor(entity_description=total):
            return FleetReader(None, lambda fleet: _rounded(total.value_fn(fleet), total.digits))
        case _:
            value = _value(ours)
            return FleetReader(key or None, lambda _: value)


def _gpu(fleet: Fleet, key: str, number: int) -> float | None:
    state = fleet.servers[key].state
    return state.gpu[number - 1] if state and len(state.gpu) >= number else None


def _rounded(value: StateType | datetime, digits: int) -> StateType | datetime:
    return round(value, digits) if isinstance(value, int | float) else value


async def add_floor(hass: HomeAssistant, first: Shows) -> dict[str, PlainSensor | PlainBinarySensor]:
    """Add plain entities that look like ours, and return them by unique id."""
    made: dict[str, PlainSensor | PlainBinarySensor] = {}
    for ours in our_entities(hass):
        kind = PlainSensor if isinstance(ours, SensorEntity) else PlainBinarySensor
        made[str(ours.unique_id)] = entity = kind("floor", ours, _device(ours))
        entity.put(first[str(ours.unique_id)])
    await _add(hass, "floor", made.values())
    return made


async def add_naive(hass: HomeAssistant, coordinator: DataUpdateCoordinator[Fleet]) -> None:
    """Add entities that write always."""
    made: list[NaiveEntity] = []
    for ours in our_entities(hass):
        kind = NaiveSensor if isinstance(ours, SensorEntity) else NaiveBinarySensor
        made.append(kind("naive", ours, _device(ours), coordinator, _reader_of(ours)))
    await _add(hass, "naive", made)


def _device(ours: Ours) -> str:
    return ours._key if isinstance(ours, NezhaServerEntity) else DASHBOARD  # noqa: SLF001


async def _add(hass: HomeAssistant, title: str, entities: Collection[Entity]) -> None:
    sensors = [entity for entity in entities if isinstance(entity, SensorEntity)]
    others = [entity for entity in entities if not isinstance(entity, SensorEntity)]
    hass.data.setdefault(GIVEN, {})[title] = lambda platform: sensors if platform == "sensor" else others
    await add_entry(hass, CONTENDER, title, {})
