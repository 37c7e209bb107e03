"""Which values are above a threshold, as it is to be told to people."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from typing import ClassVar, Final, override

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, CONF_ABOVE, CONF_FOR, UnitOfTime
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.trigger import TriggerConfig
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import DurationConverter

from .const import DOMAIN, LATENCY
from .ledger import Change, Seen, Told
from .watch import News, Watch

BECAME_HIGH: Final = ("above",)
BECAME_NORMAL: Final = ("below",)
CONF_MARGIN: Final = "margin"
CONF_RESOURCES: Final = "resources"
USAGES: Final = {"cpu": "cpu", "memory": "mem_usage", "disk": "disk_usage", "swap": "swap_usage"}
"""The sensors that tell how much of a resource is in use."""


@dataclass(frozen=True, slots=True)
class Dips:
    """For how long in all a sensor that is above was not, and since when it is not again."""

    total: timedelta = timedelta()
    since: datetime | None = None


class Threshold(Watch):
    """Sensors whose value is above a threshold, each told by itself until looks of two minutes find it below a margin.

    Between two looks the sensors that are above are listened to: one that was not for more of the time than is
    `forgiven` begins anew.
    """

    settling = timedelta(minutes=2)
    forgiven: ClassVar[float]
    """The part of the time that a value has to be above which it may be below."""

    def __init__(self, hass: HomeAssistant, config: TriggerConfig, told: Mapping[str, Told]) -> None:
        """Begin to look at values."""
        super().__init__(hass, config, told)
        self._seen: dict[str, Seen] = {}
        self._dips: dict[str, Dips] = {}
        self._looked: datetime | None = None
        self._above: float = self.options[CONF_ABOVE]
        self._normal = self._above - min(self.options[CONF_MARGIN], self._above / 2)

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
        registry, sensors = er.async_get(self.hass), self.sensors
        entities = {
            entity.id: entity
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
            if entity.translation_key in sensors and not self.is_off(entity) and self.choice.has(entity)
        }
        self.ledger.forget_all_but(entities)
        values = {key: self._value(self.hass.states.get(entity.entity_id)) for key, entity in entities.items()}
        missed = now - (self._looked or now)
        self._looked = now
        seen = {key: self._looks(key, value, now, missed) for key, value in values.items()}
        self._seen = {key: each for key, each in seen.items() if each}
        rising = self._rising()
        self._dips = {key: dips for key, dips in self._dips.items() if key in rising}
        low = {key for key, dips in self._dips.items() if dips.since}
        known = {key: each for key, each in self._seen.items() if values[key] is not None and key not in low}
        for change in self.ledger.changes(known, now, many=inf):
            yield self._news_of(change, entities[change.keys[0]])
        self._listen(entities)

    def _value(self, state: State | None) -> float | None:
        try:
            return self.value(state) if state else None
        except ValueError, HomeAssistantError:  # no number, or a unit that the user has made up
            return None

    def _looks(self, key: str, value: float | None, now: datetime, missed: timedelta) -> Seen | None:
        """Return whether a sensor is above, as before without a value: such time does not count."""
        before = self._seen.get(key)
        if value is None:
            if dips := self._dips.get(key):
                self._dips[key] = replace(dips, since=dips.since and dips.since + missed)
            return before and Seen(before.bad, before.since + missed)
        if key in self.ledger.told:
            return Seen.after(before, bad=value >= self._normal, now=now)
        if before and before.bad and self._follow(key, value, now):
            return before
        return Seen.after(self._seen.get(key), bad=value > self._above, now=now)

    def _follow(self, key: str, value: float, now: datetime) -> bool:
        """Tell whether a sensor that has been above still counts as such; else it begins anew."""
        dips, low = self._dips.pop(key, Dips()), value <= self._above
        total = dips.total + (now - dips.since if dips.since else timedelta())
        if (low or total) and total >= self.forgiven * self.options[CONF_FOR]:
            self._seen.pop(key)
            return False
        self._dips[key] = Dips(total, now if low else None)
        return True

    def _rising(self) -> set[str]:
        """Return the sensors that are above and not told yet."""
        return {key for key, seen in self._seen.items() if seen.bad and key not in self.ledger.told}

    def _listen(self, entities: Mapping[str, er.RegistryEntry]) -> None:
        """Notice when a sensor that is about to be told is below until the next look."""
        self.async_stop()
        rising = {entities[key].entity_id: key for key in self._rising()}

        @callback
        def take(event: Event[EventStateChangedData]) -> None:
            key, value = rising[event.data["entity_id"]], self._value(event.data["new_state"])
            if value is not None and key in self._seen:
                self._follow(key, value, dt_util.utcnow())

        if rising:
            self._unlisten = async_track_state_change_event(self.hass, rising, take)

    def _news_of(self, change: Change, entity: er.RegistryEntry) -> News:
        kind = "above" if change.bad else "below"
        entry = self.hass.config_entries.async_get_known_entry(entity.config_entry_id or "")
        state = self.hass.states.get(entity.entity_id)
        name = state.name if state else entity.entity_id
        return self.news(
            change,
            kind,
            f"{name} is {kind} its threshold",
            entity_id=entity.entity_id,
            sensor=name,
            server=self.device_name(entity),
            dashboard=entry.title,
        )


class UsageThreshold(Threshold):
    """Resources of servers that are nearly used up, in %."""

    name = "usage"
    forgiven = 0

    @property
    @override
    def sensors(self) -> Collection[str]:
        return {USAGES[resource] for resource in self.options[CONF_RESOURCES]}


class LatencyThreshold(Threshold):
    """Latencies of monitors in ms, whatever unit the user has chosen for them; a lost packet may halve one."""

    name = "latency"
    forgiven = 1 / 4

    @property
    @override
    def sensors(self) -> Collection[str]:
        return {LATENCY}

    @override
    def value(self, state: State) -> float:
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        return DurationConverter.convert(super().value(state), unit, UnitOfTime.MILLISECONDS)
