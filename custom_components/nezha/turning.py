"""When what is on or off has last turned, remembered while nothing is known of it and over restarts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, override

from homeassistant.helpers.restore_state import ExtraStoredData, RestoredExtraData, RestoreEntity
from homeassistant.util import dt as dt_util


@dataclass
class Turns:
    """How it was seen last, and when it was seen to turn off and on, by the clock of Home Assistant."""

    on: bool | None = None
    off_at: datetime | None = None
    on_at: datetime | None = None

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `as_dict` has made to be stored."""
        off_at, on_at = (dt_util.parse_datetime(stored.get(time) or "") for time in ("off_at", "on_at"))
        return cls(stored.get("on"), off_at, on_at)

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "on": self.on,
            "off_at": self.off_at and self.off_at.isoformat(),
            "on_at": self.on_at and self.on_at.isoformat(),
        }

    def take(self, *, on: bool) -> None:
        """Take over how it is seen now."""
        if self.on and not on:
            self.off_at = dt_util.utcnow()
        elif on and self.on is False:
            self.on_at = dt_util.utcnow()
        self.on = on


class TurningEntity(RestoreEntity):
    """An entity that remembers when it has turned."""

    turns: Turns

    @override
    async def async_added_to_hass(self) -> None:
        """Go on with what was stored, before the first state is written."""
        stored = await self.async_get_last_extra_data()
        self.turns = Turns.from_dict(stored.as_dict() if stored else {})
        await super().async_added_to_hass()

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """What is to be stored, for a week also when the entity is no more."""
        return RestoredExtraData(self.turns.as_dict())
