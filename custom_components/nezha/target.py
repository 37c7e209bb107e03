"""Which entities somebody has chosen, by themselves or by device, area, floor or label; hidden ones as well."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from homeassistant.const import ATTR_AREA_ID, ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, config_validation as cv, device_registry as dr
from homeassistant.helpers.entity_registry import RegistryEntry
import probatio

from .devices import devices_of

CONF_EXCLUDE: Final = "exclude"
_KINDS: Final = (ATTR_ENTITY_ID, ATTR_DEVICE_ID, ATTR_AREA_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID)
TARGET_SCHEMA: Final = probatio.Schema(
    {probatio.Optional(kind): probatio.All(cv.ensure_list, [cv.string]) for kind in _KINDS}
)


@dataclass(frozen=True, slots=True)
class Target:
    """What was chosen, by the ids of entities, devices, areas, floors and labels."""

    entities: frozenset[str]
    devices: frozenset[str]
    areas: frozenset[str]
    floors: frozenset[str]
    labels: frozenset[str]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Take over a valid configuration of Home Assistant."""
        return cls(*(frozenset(cv.ensure_list(config.get(kind))) for kind in _KINDS))

    def as_list(self) -> list[list[str]]:
        """Return the same for whatever chooses the same."""
        return [sorted(kind) for kind in (self.entities, self.devices, self.areas, self.floors, self.labels)]

    def __bool__(self) -> bool:
        """Tell whether anything was chosen."""
        return any(self.as_list())

    def has(self, hass: HomeAssistant, entity: RegistryEntry) -> bool:
        """Tell whether an entity is among what was chosen."""
        device = dr.async_get(hass).async_get(entity.device_id or "")
        area = ar.async_get(hass).async_get_area(entity.area_id or (device and device.area_id) or "")
        labels = entity.labels | (device.labels if device else set()) | (area.labels if area else set())
        return (
            entity.entity_id in self.entities
            or bool(self.devices and not self.devices.isdisjoint(devices_of(hass, entity)))
            or bool(area and (area.id in self.areas or area.floor_id in self.floors))
            or not self.labels.isdisjoint(labels)
        )


class Choice:
    """What a trigger watches: a target, by default everything, without what is excluded from it."""

    def __init__(self, hass: HomeAssistant, target: Mapping[str, Any], exclude: Mapping[str, Any]) -> None:
        """Take over valid configurations; from Home Assistant 2026.11 on a target has exclusions of its own."""
        self._hass = hass
        self._target = Target.from_config(target)
        self._excluded = [Target.from_config(each) for each in (exclude, target.get(CONF_EXCLUDE, {}))]

    def as_list(self) -> list[list[list[str]]]:
        """Return the same for whatever chooses the same."""
        return [each.as_list() for each in (self._target, *self._excluded)]

    def has(self, entity: RegistryEntry) -> bool:
        """Tell whether an entity is to be watched."""
        return (not self._target or self._target.has(self._hass, entity)) and not self.excludes(entity)

    def excludes(self, entity: RegistryEntry) -> bool:
        """Tell whether an entity is not to be watched whatever else is."""
        return any(target and target.has(self._hass, entity) for target in self._excluded)
