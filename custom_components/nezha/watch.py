"""Looks once a minute at what triggers watch, and remembers over restarts of Home Assistant what was told."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
import json
from typing import Any

from homeassistant.const import CONF_FOR
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_track_time_change
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.storage import Store
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.trigger import TriggerActionRunner, TriggerConfig
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .ledger import Change, Ledger

CONF_EXCLUDE = "exclude"
STORAGE_KEY = f"{DOMAIN}.told"
STORAGE_VERSION = 1
SAVE_DELAY = 1


@dataclass(frozen=True, slots=True)
class News:
    """What a trigger tells: the variables of its runs, and a description for their traces."""

    variables: dict[str, Any]
    description: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The ids of entities that were chosen, `None` for all, and of those that were excluded."""

    included: Collection[str] | None
    excluded: Collection[str]

    def excludes(self, entity: er.RegistryEntry) -> bool:
        """Tell whether an entity is not to be watched whatever else is."""
        return entity.entity_id in self.excluded

    def has(self, entity: er.RegistryEntry) -> bool:
        """Tell whether an entity is to be watched."""
        chosen = self.included is None or entity.entity_id in self.included
        return chosen and not entity.disabled and not self.excludes(entity)


class Watch(ABC):
    """What triggers of one configuration look at, and who runs for them."""

    settling: timedelta

    def __init__(self, hass: HomeAssistant, config: TriggerConfig, told: Mapping[str, Any]) -> None:
        """Go on with what was told."""
        self.hass = hass
        self.options: Mapping[str, Any] = config.options or {}
        self.runners: list[TriggerActionRunner] = []
        self.ledger = Ledger(self.options[CONF_FOR], self.settling, told)
        self._target = TargetSelection(config.target or {})
        self._exclude = TargetSelection(self.options[CONF_EXCLUDE])

    @abstractmethod
    def look(self, now: datetime) -> Iterator[News]:
        """Look at everything, and return what is to be told."""

    def selection(self) -> Selection:
        """Return which entities were chosen, as devices, areas and labels are at the moment."""
        included = self._referenced(self._target) if self._target.has_any_target else None
        return Selection(included, self._referenced(self._exclude))

    def news(self, change: Change, kind: str, description: str, **variables: Any) -> News:
        """Return what is to be told of a change."""
        common = {
            "kind": kind,
            "since": change.since,
            "until": change.until,
            "notification_id": f"{DOMAIN}_{change.place}",
            "cleared": [f"{DOMAIN}_{place}" for place in change.cleared],
        }
        return News(common | variables, description)

    def device_name(self, entity: er.RegistryEntry) -> str:
        """Return what the device of an entity is called."""
        device = dr.async_get(self.hass).async_get(entity.device_id or "")
        return (device and (device.name_by_user or device.name)) or entity.entity_id

    def _referenced(self, target: TargetSelection) -> set[str]:
        found = async_extract_referenced_entity_ids(self.hass, target, primary_entities_only=False)
        return found.referenced | found.indirectly_referenced


class Lookout:
    """Looks at everything that is watched, at each whole minute."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare; `async_load` reads what was told."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(hass, STORAGE_VERSION, STORAGE_KEY)
        self._stored: dict[str, Any] = {}
        self._watches: dict[str, Watch] = {}
        self._stop_clock: CALLBACK_TYPE | None = None

    async def async_load(self) -> None:
        """Read what was told; what no trigger has asked for by the end of the start is forgotten."""
        self._stored = await self._store.async_load() or {}
        async_at_started(self._hass, self._forget_others)

    @callback
    def async_attach(self, kind: type[Watch], config: TriggerConfig, run: TriggerActionRunner) -> CALLBACK_TYPE:
        """Run an action with all news; what was told is forgotten when no trigger asks for the same any more."""
        key = _fingerprint(config)
        if key not in self._watches:
            self._watches[key] = kind(self._hass, config, self._stored.pop(key, {}))
        runners = self._watches[key].runners
        runners.append(run)
        self._stop_clock = self._stop_clock or async_track_time_change(self._hass, self._look, second=0)

        @callback
        def detach() -> None:
            runners.remove(run)
            if not runners:
                del self._watches[key]
                self._save()
            if self._stop_clock and not self._watches:
                self._stop_clock()
                self._stop_clock = None

        return detach

    @callback
    def _look(self, now: datetime) -> None:
        now = dt_util.as_utc(now).replace(second=0, microsecond=0)
        for watch in list(self._watches.values()):
            told = watch.ledger.as_dict()
            for news in watch.look(now):
                for run in list(watch.runners):
                    run(news.variables, news.description)
            if watch.ledger.as_dict() != told:
                self._save()

    @callback
    def _forget_others(self, _hass: HomeAssistant) -> None:
        self._stored = {}

    @callback
    def _save(self) -> None:
        self._store.async_delay_save(self._as_dict, SAVE_DELAY)

    def _as_dict(self) -> dict[str, Any]:
        return self._stored | {key: watch.ledger.as_dict() for key, watch in self._watches.items()}


def _fingerprint(config: TriggerConfig) -> str:
    """Return the same for triggers that ask for the same."""
    asked = json.dumps([config.key, config.target, config.options], sort_keys=True, default=str)
    return sha256(asked.encode()).hexdigest()


@singleton(HassKey[Lookout](f"{DOMAIN}_lookout"), async_=True)
async def async_get_lookout(hass: HomeAssistant) -> Lookout:
    """Return the one that looks for all triggers."""
    lookout = Lookout(hass)
    await lookout.async_load()
    return lookout


async def async_remove_told(hass: HomeAssistant) -> None:
    """Delete what is stored."""
    await Store[dict[str, Any]](hass, STORAGE_VERSION, STORAGE_KEY).async_remove()
