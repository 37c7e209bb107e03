"""Whether the dashboard answers and which servers are online."""

from collections.abc import Iterator
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api import Monitor, Server
from .const import CONNECTED, ONLINE
from .coordinator import MonitorsCoordinator, NezhaConfigEntry, ServersCoordinator
from .entity import (
    NezhaDashboardEntity,
    NezhaMonitorEntity,
    NezhaServerEntity,
    async_add_monitors,
    async_add_servers,
)
from .fleet import Fleet

PARALLEL_UPDATES = 0

DASHBOARD_CONNECTED = BinarySensorEntityDescription(
    key=CONNECTED,
    translation_key=CONNECTED,
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
    async_add_entities([NezhaConnected(entry.runtime_data.servers, DASHBOARD_CONNECTED)])
    async_add_servers(entry, async_add_entities, _online)
    async_add_monitors(entry, async_add_entities, _monitor_up)


def _online(servers: ServersCoordinator, key: str) -> NezhaOnline:
    return NezhaOnline(servers, key, SERVER_ONLINE)


def _monitor_up(monitors: MonitorsCoordinator, monitor: int) -> Iterator[NezhaMonitorUp]:
    yield NezhaMonitorUp(monitors, monitor, MONITOR_UP)


class NezhaConnected(NezhaDashboardEntity, BinarySensorEntity):
    """Whether the dashboard answers; always available, for that is what it tells."""

    @property
    @override
    def is_on(self) -> bool:
        """Whether the dashboard answers."""
        return bool(self._shown)

    @override
    def _part(self) -> Fleet:
        return self.coordinator.data

    @override
    def _read(self, part: Fleet) -> bool:
        return self.coordinator.last_update_success


class NezhaOnline(NezhaServerEntity, BinarySensorEntity):
    """Whether a server is online."""

    _live = False
    _unrecorded_attributes = frozenset({"went_offline", "came_online"})

    @property
    @override
    def is_on(self) -> bool:
        """Whether the server is online."""
        return bool(self._shown)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """When it was last seen to go offline and to come online."""
        identity = self.coordinator.identity(self._key)
        times = {
            "went_offline": identity and identity.went_offline,
            "came_online": identity and identity.came_online,
        }
        return {name: dt_util.utc_from_timestamp(time) if time else None for name, time in times.items()}

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
