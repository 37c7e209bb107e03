"""Looks once a minute at what triggers watch, and remembers over restarts of Home Assistant what was told."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
import json
from typing import Any, ClassVar, Final

from homeassistant.const import CONF_FOR
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.entity_registry import RegistryEntry, RegistryEntryDisabler
from homeassistant.helpers.event import async_call_later, async_track_time_change
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.storage import Store
from homeassistant.helpers.trigger import TriggerActionRunner, TriggerConfig
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
import probatio

from .const import DOMAIN, LOGGER
from .ledger import Change, Ledger, Told
from .target import CONF_EXCLUDE, Choice

STORAGE_KEY: Final = f"{DOMAIN}.told"
STORAGE_VERSION: Final = 1
SAVE_DELAY: Final = 1
REPLACING: Final = timedelta(minutes=1)  # an automation that is saved anew takes that long at most
STORED: Final = probatio.Schema(
    {str: {str: {probatio.Required("since"): cv.datetime, probatio.Required("place"): cv.string}}}
)


@dataclass(frozen=True, slots=True)
class News:
    """What a trigger tells: its kind, other variables of the run, and a description for its trace."""

    kind: str
    variables: dict[str, Any]
    description: str


@dataclass(frozen=True, slots=True)
class Runner:
    """A trigger that tells some kinds of news."""

    kinds: Collection[str]
    run: TriggerActionRunner


class Watch(ABC):
    """What triggers of one configuration look at, and who runs for them."""

    name: ClassVar[str]
    settling: ClassVar[timedelta]

    @classmethod
    def fingerprint(cls, hass: HomeAssistant, config: TriggerConfig) -> str:
        """Return the same for triggers that ask for the same."""
        options = dict(config.options or {})
        choice = Choice(hass, config.target or {}, options.pop(CONF_EXCLUDE))
        asked = json.dumps([cls.name, choice.as_list(), options], sort_keys=True, default=str)
        return sha256(asked.encode()).hexdigest()

    def __init__(self, hass: HomeAssistant, config: TriggerConfig, told: Mapping[str, Told]) -> None:
        """Go on with what was told."""
        self.hass = hass
        self.options: Mapping[str, Any] = config.options or {}
        self.choice = Choice(hass, config.target or {}, self.options[CONF_EXCLUDE])
        self.ledger = Ledger(self.options[CONF_FOR], self.settling, told)
        self.runners: list[Runner] = []
        self._unlisten: CALLBACK_TYPE | None = None

    @abstractmethod
    def look(self, now: datetime) -> Iterator[News]:
        """Look at everything, and return what is to be told."""

    @callback
    def async_stop(self) -> None:
        """Listen no more."""
        if self._unlisten:
            self._unlisten()
            self._unlisten = None

    def news(self, change: Change, kind: str, description: str, **variables: Any) -> News:
        """Return what is to be told of a change."""
        common = {
            "kind": kind,
            "since": change.since,
            "until": change.until,
            "place": change.place,
            "cleared": change.cleared,
        }
        return News(kind, common | variables, description)

    @staticmethod
    def is_off(entity: RegistryEntry) -> bool:
        """Tell whether the user has disabled an entity, by itself or with its device, and not with its entry."""
        return entity.disabled_by in {RegistryEntryDisabler.USER, RegistryEntryDisabler.DEVICE}

    def device_name(self, entity: RegistryEntry) -> str:
        """Return what the device of an entity is called."""
        device = dr.async_get(self.hass).async_get(entity.device_id or "")
        return (device and (device.name_by_user or device.name)) or entity.entity_id


class Lookout:
    """All watches, each with the triggers that share it, and what they have told."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare; `async_load` reads what was told."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(hass, STORAGE_VERSION, STORAGE_KEY)
        self._is_ours = True
        self._watches: dict[str, Watch] = {}
        self._clocks: dict[str, CALLBACK_TYPE] = {}
        self._unclaimed: dict[str, Mapping[str, Told]] = {}
        self._forgetting: dict[str, CALLBACK_TYPE] = {}
        self._ended: dict[str, type[Watch]] = {}

    async def async_load(self) -> None:
        """Read what was told; what no trigger has asked for within a minute of the start is forgotten."""
        try:
            stored = STORED(await self._store.async_load() or {})
        except UnsupportedStorageVersionError:
            LOGGER.warning("A newer version of this integration has stored what was told: triggers begin anew")
            self._is_ours = False
        except probatio.Invalid as err:
            LOGGER.warning("What was told cannot be read, so triggers begin anew: %s", err)
        else:
            self._unclaimed = {
                key: {each: Told(**facts) for each, facts in told.items()} for key, told in stored.items()
            }
        async_at_started(self._hass, self._forget_unclaimed)

    @callback
    def async_attach(
        self, kind: type[Watch], config: TriggerConfig, kinds: Collection[str], run: TriggerActionRunner
    ) -> CALLBACK_TYPE:
        """Run an action with all news of some kinds.

        What was told is forgotten when no trigger has asked for the same for a minute. Who asks for something else
        meanwhile is taken for the same automation with other options, and goes on with what was told.
        """
        key = kind.fingerprint(self._hass, config)
        watch = self._watches.get(key) or self._begin(key, kind(self._hass, config, self._claim(key, kind)))
        runner = Runner(kinds, run)
        watch.runners.append(runner)

        @callback
        def detach() -> None:
            watch.runners.remove(runner)
            if not watch.runners:
                self._end(key)

        return detach

    async def async_remove(self) -> None:
        """Forget everything, and delete what is stored."""
        for key in list(self._unclaimed):
            self._take(key)
        for watch in self._watches.values():
            watch.ledger.told.clear()
        await self._store.async_remove()

    def _begin(self, key: str, watch: Watch) -> Watch:
        self._watches[key] = watch
        self._clocks[key] = async_track_time_change(self._hass, partial(self._look, watch), second=0)
        return watch

    def _end(self, key: str) -> None:
        self._clocks.pop(key)()
        watch = self._watches.pop(key)
        watch.async_stop()
        self._unclaimed[key] = watch.ledger.told
        self._ended[key] = type(watch)
        self._forget_later(key)

    @callback
    def _look(self, watch: Watch, now: datetime) -> None:
        told = dict(watch.ledger.told)
        everything = list(watch.look(dt_util.as_utc(now).replace(second=0, microsecond=0)))
        if watch.ledger.told != told:
            self._save()
        for news in everything:
            for runner in [each for each in watch.runners if news.kind in each.kinds]:
                try:
                    runner.run(news.variables, news.description)
                except HomeAssistantError:  # of the variables that an automation has at its trigger
                    LOGGER.exception("An automation cannot take what is told: %s", news.description)

    def _claim(self, key: str, kind: type[Watch]) -> Mapping[str, Told]:
        """Return what was told to whoever asked for the same, or to the only one that has just ceased to ask."""
        if key in self._unclaimed:
            return self._take(key)
        alike = [each for each, its_kind in self._ended.items() if its_kind is kind]
        if len(alike) != 1:
            return {}
        del self._ended[alike[0]]
        return self._unclaimed[alike[0]]

    def _take(self, key: str) -> Mapping[str, Told]:
        self._ended.pop(key, None)
        if key in self._forgetting:
            self._forgetting.pop(key)()
        return self._unclaimed.pop(key, {})

    def _forget_later(self, *keys: str) -> None:
        for key in keys:
            job = HassJob(partial(self._forget, key), cancel_on_shutdown=True)
            self._forgetting[key] = async_call_later(self._hass, REPLACING, job)

    @callback
    def _forget(self, key: str, _now: datetime) -> None:
        if self._take(key):
            self._save()

    @callback
    def _forget_unclaimed(self, _hass: HomeAssistant) -> None:
        self._forget_later(*self._unclaimed.keys() - self._forgetting.keys())

    @callback
    def _save(self) -> None:
        if self._is_ours:
            self._store.async_delay_save(self._as_dict, SAVE_DELAY)

    def _as_dict(self) -> dict[str, Any]:
        watched = {key: watch.ledger.told for key, watch in self._watches.items()}
        return {
            key: {each: {"since": facts.since.isoformat(), "place": facts.place} for each, facts in told.items()}
            for key, told in (self._unclaimed | watched).items()
            if told
        }


@singleton(HassKey[Lookout](f"{DOMAIN}_lookout"), async_=True)
async def async_get_lookout(hass: HomeAssistant) -> Lookout:
    """Return the one that looks for all triggers."""
    lookout = Lookout(hass)
    await lookout.async_load()
    return lookout
