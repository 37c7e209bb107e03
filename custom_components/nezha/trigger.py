"""Triggers for whoever tells people: what is down or too high for some time, and when that is over."""

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

from .availability import CONF_ALWAYS, CONF_LEAST, CONF_SHARE, Availability
from .threshold import CONF_MARGIN, CONF_RESOURCES, USAGES, LatencyThreshold, UsageThreshold
from .watch import CONF_EXCLUDE, Watch, async_get_lookout

_SHARE: Final = probatio.All(probatio.Coerce(float), probatio.Range(min=0, max=100))
_NOT_NEGATIVE: Final = probatio.All(probatio.Coerce(float), probatio.Range(min=0))


def _schema(minutes: int, options: dict[probatio.Marker, Any]) -> probatio.Schema:
    """Return the schema of a trigger, with what all of them have."""
    everywhere = {
        probatio.Required(CONF_FOR, default={"minutes": minutes}): cv.positive_time_period,
        probatio.Required(CONF_EXCLUDE, default={}): probatio.Schema(cv.TARGET_FIELDS),
    }
    return probatio.Schema(
        {
            probatio.Optional(CONF_TARGET): cv.TARGET_FIELDS,
            probatio.Required(CONF_OPTIONS, default={}): everywhere | options,
        }
    )


class WatchTrigger(Trigger):
    """A trigger that shares a watch with others that ask for the same."""

    watch: ClassVar[type[Watch]]
    schema: ClassVar[probatio.Schema]

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take over a valid configuration."""
        super().__init__(hass, config)
        self._config = config

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Return a configuration with its defaults."""
        return cast("ConfigType", cls.schema(config))

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        """Run an action with all news from now on."""
        lookout = await async_get_lookout(self._hass)
        return lookout.async_attach(self.watch, self._config, run_action)


class AvailabilityChanged(WatchTrigger):
    """Servers were offline for some time, or no data came from a Nezha dashboard; and when they are back."""

    watch = Availability
    schema = _schema(
        5,
        {
            probatio.Required(CONF_SHARE, default=50): _SHARE,
            probatio.Required(CONF_LEAST, default=3): _NOT_NEGATIVE,
            probatio.Required(CONF_ALWAYS, default=10): _NOT_NEGATIVE,
        },
    )


class UsageCrossedThreshold(WatchTrigger):
    """The usage of a resource was above a share for some time; and when it is below again."""

    watch = UsageThreshold
    schema = _schema(
        10,
        {
            probatio.Required(CONF_RESOURCES, default=["cpu", "memory", "disk"]): probatio.All(
                cv.ensure_list, [probatio.In(USAGES)], probatio.Length(min=1)
            ),
            probatio.Required(CONF_ABOVE, default=90): _SHARE,
            probatio.Required(CONF_MARGIN, default=5): _NOT_NEGATIVE,
        },
    )


class LatencyCrossedThreshold(WatchTrigger):
    """A latency was above a limit for some time; and when it is below again."""

    watch = LatencyThreshold
    schema = _schema(
        10,
        {
            probatio.Required(CONF_ABOVE, default=200): _NOT_NEGATIVE,
            probatio.Required(CONF_MARGIN, default=20): _NOT_NEGATIVE,
        },
    )


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "availability_changed": AvailabilityChanged,
    "usage_crossed_threshold": UsageCrossedThreshold,
    "latency_crossed_threshold": LatencyCrossedThreshold,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of the integration."""
    return TRIGGERS
