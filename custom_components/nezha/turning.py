"""When what is on or off has last turned, remembered while nothing is known of it and over restarts.

Whoever tells people of it, as the blueprint does that looks once a minute, knows from this alone what it has told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self, override

from homeassistant.helpers.restore_state import ExtraStoredData, RestoredExtraData, RestoreEntity
from homeassistant.util import dt as dt_util

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Spell:
    """A time during which it was off."""

    began: datetime
    ended: datetime

    @property
    def looked_at(self) -> timedelta:
        """How long it was off for somebody who looks at each whole minute."""
        return self.ended - _next_look(self.began)


@dataclass
class Turns:
    """How it was seen last, and when it was seen to turn off and on, by the clock of Home Assistant.

    Attributes:
        before: The longest time off before the last one, if it was on between them for too short to be told.
    """

    on: bool | None = None
    off_at: datetime | None = None
    on_at: datetime | None = None
    before: Spell | None = None

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `as_dict` has made to be stored."""
        off_at, on_at, began, ended = (dt_util.parse_datetime(each or "") for each in stored["times"])
        return cls(stored["on"], off_at, on_at, Spell(began, ended) if began and ended else None)

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        times = (self.off_at, self.on_at, *(self.spell_before or (None, None)))
        return {"on": self.on, "times": [each and each.isoformat() for each in times]}

    @property
    def spell_before(self) -> list[datetime] | None:
        """When `before` began and ended."""
        return [self.before.began, self.before.ended] if self.before else None

    def take(self, *, on: bool) -> None:
        """Take over how it is seen now."""
        now = dt_util.utcnow()
        if self.on and not on:
            # who looks at whole minutes and waits for a minute has not told the return yet
            if self.on_at and now < _next_look(self.on_at) + MINUTE:
                self.keep_before(self.on_at)
            else:
                self.before = None
            self.off_at = now
        elif on and self.on is False:
            self.on_at = now
        self.on = on

    def keep_before(self, ended: datetime) -> None:
        """Keep the last time off, which has ended without a return that was told, unless a longer one is kept."""
        if self.off_at:
            spells = [self.before, Spell(self.off_at, ended)]
            self.before = max(filter(None, spells), key=lambda spell: spell.looked_at)


def _next_look(time: datetime) -> datetime:
    """Return the whole minute that follows."""
    whole = time.replace(second=0, microsecond=0)
    return whole if whole == time else whole + MINUTE


class TurningEntity(RestoreEntity):
    """An entity that remembers when it has turned."""

    turns: Turns

    @override
    async def async_added_to_hass(self) -> None:
        """Go on with what was stored, before the first state is written."""
        stored = await self.async_get_last_extra_data()
        self.turns = self._restored(stored.as_dict()) if stored else Turns()
        await super().async_added_to_hass()

    def _restored(self, stored: Mapping[str, Any]) -> Turns:
        """Return what was stored."""
        return Turns.from_dict(stored)

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """What is to be stored, for a week also when the entity is no more."""
        return RestoredExtraData(self.turns.as_dict())
