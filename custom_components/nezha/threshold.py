"""Which values are above a threshold, as it is to be told to people."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final, override

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, CONF_ABOVE, UnitOfTime
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.trigger import TriggerConfig
from homeassistant.util.unit_conversion import DurationConverter

from .const import DOMAIN, LATENCY
from .ledger import Change, Seen
from .watch import News, Watch

CONF_MARGIN: Final = "margin"
CONF_RESOURCES: Final = "resources"
USAGES: Final = {"cpu": "cpu", "memory": "mem_usage", "disk": "disk_usage", "swap": "swap_usage"}
"""The sensors that tell how much of a resource is in use."""


class Threshold(Watch):
    """Sensors whose value is above a threshold, each told by itself until it is below by a margin."""

    settling = timedelta()

    def __init__(self, hass: HomeAssistant, config: TriggerConfig, told: Mapping[str, Any]) -> None:
        """Begin to look at values."""
        super().__init__(hass, config, told)
        self._seen: dict[str, Seen] = {}

    @property
    @abstractmethod
    def sensors(self) -> Collection[str]:
        """The translation keys of the sensors that are watched."""

    def value(self, state: State) -> float:
        """Return the value in the unit of the threshold; `ValueError` if there is none."""
        return float(state.state)

    @override
    def look(self, now: datetime) -> Iterator[News]:
        """Look at all such sensors, also at those that are new since the last look."""
        selection, registry, sensors = self.selection(), er.async_get(self.hass), self.sensors
        entities = {
            entity.id: entity
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
            if entity.translation_key in sensors and selection.has(entity)
        }
        self.ledger.forget_all_but(entities)
        states = {key: state for key, entity in entities.items() if (state := self.hass.states.get(entity.entity_id))}
        above = {key: self._is_above(key, state) for key, state in states.items()}
        self._seen = {
            key: Seen.after(self._seen.get(key), bad=bad, now=now) for key, bad in above.items() if bad is not None
        }
        for change in self.ledger.changes(self._seen, now, many=inf):
            (key,) = change.keys
            yield self._news_of(change, entities[key], states[key])

    def _is_above(self, key: str, state: State) -> bool | None:
        """Return whether a sensor is above, `None` without a value; one that was told is until below by a margin."""
        try:
            value = self.value(state)
        except ValueError:
            return None
        above: float = self.options[CONF_ABOVE]
        return value >= above - self.options[CONF_MARGIN] if self.ledger.was_told(key) else value > above

    def _news_of(self, change: Change, entity: er.RegistryEntry, state: State) -> News:
        kind = "above" if change.bad else "below"
        entry = self.hass.config_entries.async_get_known_entry(entity.config_entry_id or "")
        return self.news(
            change,
            kind,
            f"{state.name} is {kind} its threshold",
            entity_id=entity.entity_id,
            sensor=state.name,
            server=self.device_name(entity),
            dashboard=entry.title,
        )


class UsageThreshold(Threshold):
    """Resources of servers that are nearly used up, in %."""

    @property
    @override
    def sensors(self) -> Collection[str]:
        return {USAGES[resource] for resource in self.options[CONF_RESOURCES]}


class LatencyThreshold(Threshold):
    """Latencies of monitors in ms, whatever unit the user has chosen for them."""

    @property
    @override
    def sensors(self) -> Collection[str]:
        return {LATENCY}

    @override
    def value(self, state: State) -> float:
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        return DurationConverter.convert(super().value(state), unit, UnitOfTime.MILLISECONDS)
