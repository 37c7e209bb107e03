"""Whether the dashboard answers and which servers are online."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoredExtraData
from homeassistant.util import dt as dt_util

from .api import Monitor, Server
from .const import ONLINE
from .coordinator import MonitorsCoordinator, NezhaConfigEntry, ServersCoordinator
from .entity import (
    NezhaDashboardEntity,
    NezhaMonitorEntity,
    NezhaServerEntity,
    async_add_monitors,
    async_add_servers,
)
from .fleet import Fleet
from .turning import TurningEntity, Turns

PARALLEL_UPDATES = 0

CONNECTED = BinarySensorEntityDescription(
    key="connected",
    translation_key="connected",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
)
SERVER_ONLINE = BinarySensorEntityDescription(
    key=ONLINE,
    translation_key=ONLINE,
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
)
MONITOR_UP = BinarySensorEntityDescription(
    key="up",
    translation_key="monitor_up",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: NezhaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the dashboard's sensor and those of its servers."""
    async_add_entities([NezhaConnected(entry.runtime_data.servers, CONNECTED)])
    async_add_servers(entry, async_add_entities, _online)
    async_add_monitors(entry, async_add_entities, _monitor_up)


def _online(servers: ServersCoordinator, key: str) -> NezhaOnline:
    return NezhaOnline(servers, key, SERVER_ONLINE)


def _monitor_up(monitors: MonitorsCoordinator, monitor: int) -> Iterator[NezhaMonitorUp]:
    yield NezhaMonitorUp(monitors, monitor, MONITOR_UP)


class NezhaConnected(TurningEntity, NezhaDashboardEntity, BinarySensorEntity):
    """Whether the dashboard answers; always available, for that is what it tells."""

    _unrecorded_attributes = frozenset({"went_away", "missed_since", "came_back", "away_before"})
    _went_away: datetime | None = None

    @property
    @override
    def is_on(self) -> bool:
        """Whether the dashboard answers."""
        return bool(self._shown)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """When Home Assistant last lost the dashboard, missed it while running, and found it again."""
        return {
            "went_away": self._went_away,
            "missed_since": self.turns.off_at,
            "came_back": self.turns.on_at,
            "away_before": self.turns.spell_before,
        }

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """What is to be stored: while Home Assistant does not run, it has lost the dashboard as well."""
        lost = replace(self.turns)
        lost.take(on=False)
        went_away = self._went_away if self.turns.on is False else lost.off_at
        times = {"went_away": went_away, "stopped": dt_util.utcnow()}
        return RestoredExtraData(lost.as_dict() | {name: time and time.isoformat() for name, time in times.items()})

    @override
    def _restored(self, stored: Mapping[str, Any]) -> Turns:
        """Return what was stored; the dashboard was missed anew from when the entity was shown as unavailable."""
        turns = super()._restored(stored)
        self._went_away = dt_util.parse_datetime(stored["went_away"] or "")
        turns.keep_before(dt_util.parse_datetime(stored["stopped"], raise_on_error=True))
        unavailable = self.hass.states.get(self.entity_id)
        turns.off_at = unavailable.last_changed if unavailable else dt_util.utcnow()
        return turns

    @override
    def _take(self) -> bool:
        answers = self.coordinator.last_update_success
        lost = self.turns.on and not answers
        self.turns.take(on=answers)
        if lost:
            self._went_away = self.turns.off_at
        return super()._take()

    @override
    def _part(self) -> Fleet:
        return self.coordinator.data

    @override
    def _read(self, part: Fleet) -> bool:
        return self.coordinator.last_update_success


class NezhaOnline(TurningEntity, NezhaServerEntity, BinarySensorEntity):
    """Whether a server is online."""

    _live = False
    _unrecorded_attributes = frozenset({"went_offline", "came_online", "offline_before"})

    @property
    @override
    def is_on(self) -> bool:
        """Whether the server is online."""
        return bool(self._shown)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """When it was last seen to go offline and to come online."""
        return {
            "went_offline": self.turns.off_at,
            "came_online": self.turns.on_at,
            "offline_before": self.turns.spell_before,
        }

    @override
    def _take(self) -> bool:
        if part := self._part():
            self.turns.take(on=part.online)
        return super()._take()

    @override
    def _read(self, part: Server) -> bool:
        return part.online


class NezhaMonitorUp(NezhaMonitorEntity, BinarySensorEntity):
    """Whether what a monitor watches answers."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether its recent probes succeed, `None` where there are none."""
        return None if self._shown is None else bool(self._shown)

    @override
    def _read(self, part: Monitor) -> bool | None:
        return part.up
