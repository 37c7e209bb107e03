"""Triggers for whoever tells people: what is away or too high for some time, and when that is over."""

from collections.abc import Collection
from typing import Any, ClassVar, Final, cast, override

from homeassistant.const import CONF_ABOVE, CONF_FOR, CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
import probatio

from .availability import CAME_BACK, CONF_ALWAYS, CONF_LEAST, CONF_SHARE, WENT_AWAY, Availability
from .target import CONF_EXCLUDE, TARGET_SCHEMA
from .threshold import (
    BECAME_HIGH,
    BECAME_NORMAL,
    CONF_MARGIN,
    CONF_RESOURCES,
    USAGES,
    LatencyThreshold,
    UsageThreshold,
)
from .watch import Watch, async_get_lookout

_SHARE: Final = probatio.All(probatio.Coerce(float), probatio.Range(min=1, max=100))
_USAGE: Final = probatio.All(probatio.Coerce(float), probatio.Range(min=1, max=100, max_included=False))
_SERVERS: Final = probatio.All(probatio.Coerce(int), probatio.Range(min=2))
_LIMIT: Final = probatio.All(probatio.Coerce(float), probatio.Range(min=1))
_MARGIN: Final = probatio.All(probatio.Coerce(float), probatio.Range(min=0))


def _schema(minutes: int, options: dict[probatio.Marker, Any]) -> probatio.Schema:
    """Return the schema of triggers, with what all of them have."""
    everywhere = {
        probatio.Required(CONF_FOR, default={"minutes": minutes}): cv.positive_time_period,
        probatio.Required(CONF_EXCLUDE, default={}): TARGET_SCHEMA,
    }
    return probatio.Schema(
        {
            probatio.Optional(CONF_TARGET): cv.TARGET_FIELDS,
            probatio.Required(CONF_OPTIONS, default={}): everywhere | options,
        }
    )


_SCHEMAS: Final = {
    Availability: _schema(
        5,
        {
            probatio.Required(CONF_SHARE, default=50): _SHARE,
            probatio.Required(CONF_LEAST, default=3): _SERVERS,
            probatio.Required(CONF_ALWAYS, default=10): _SERVERS,
        },
    ),
    UsageThreshold: _schema(
        10,
        {
            probatio.Required(CONF_RESOURCES, default=["cpu", "memory", "disk"]): probatio.All(
                cv.ensure_list, [probatio.In(USAGES)], probatio.Length(min=1)
            ),
            probatio.Required(CONF_ABOVE, default=90): _USAGE,
            probatio.Required(CONF_MARGIN, default=5): _MARGIN,
        },
    ),
    LatencyThreshold: _schema(
        10,
        {
            probatio.Required(CONF_ABOVE, default=200): _LIMIT,
            probatio.Required(CONF_MARGIN, default=20): _MARGIN,
        },
    ),
}


class WatchTrigger(Trigger):
    """Tells some kinds of the news of a watch, which it shares with others that ask for the same."""

    watch: ClassVar[type[Watch]]
    kinds: ClassVar[Collection[str]]

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take over a valid configuration."""
        super().__init__(hass, config)
        self._config = config

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Return a configuration with its defaults."""
        return cast("ConfigType", _SCHEMAS[cls.watch](config))

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        """Run an action with such news from now on."""
        lookout = await async_get_lookout(self._hass)
        return lookout.async_attach(self.watch, self._config, self.kinds, run_action)


class ServerWentAway(WatchTrigger):
    """Servers were offline for some time, or no data came from a Nezha dashboard."""

    watch, kinds = Availability, WENT_AWAY


class ServerCameBack(WatchTrigger):
    """Servers are online again, or there is data from a Nezha dashboard again."""

    watch, kinds = Availability, CAME_BACK


class UsageBecameHigh(WatchTrigger):
    """The usage of a resource was above a share for some time."""

    watch, kinds = UsageThreshold, BECAME_HIGH


class UsageBecameNormal(WatchTrigger):
    """The usage of a resource is below that share again."""

    watch, kinds = UsageThreshold, BECAME_NORMAL


class LatencyBecameHigh(WatchTrigger):
    """The latency of a monitor from a server was above a limit for some time."""

    watch, kinds = LatencyThreshold, BECAME_HIGH


class LatencyBecameNormal(WatchTrigger):
    """The latency of a monitor from a server is below that limit again."""

    watch, kinds = LatencyThreshold, BECAME_NORMAL


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "server_went_away": ServerWentAway,
    "server_came_back": ServerCameBack,
    "usage_became_high": UsageBecameHigh,
    "usage_became_normal": UsageBecameNormal,
    "latency_became_high": LatencyBecameHigh,
    "latency_became_normal": LatencyBecameNormal,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of the integration."""
    return TRIGGERS
