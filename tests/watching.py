"""What several test modules watch a dashboard and Home Assistant with."""

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, EventStateChangedData, EventStateReportedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.clock import Clock
from simulator.world import World

NOON = 1_795_438_100.0
"""Unix seconds at which worlds begin whose time passes only when it is told to."""
LOGGER = "custom_components.nezha"


def still_world(*, seed: int = 0, servers: int = 8, latency_points: int = 5) -> World:
    """Return a world whose values are the same in every run."""
    return World(seed=seed, servers=servers, latency_points=latency_points, clock=Clock(source=lambda: NOON))


class Writes:
    """What entities have written since it was last forgotten."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen from now on."""
        self.changes: list[tuple[str, str]] = []
        self.reports: list[str] = []
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._take_change)
        hass.bus.async_listen(EVENT_STATE_REPORTED, self._take_report, event_filter=_any)

    @property
    def changed(self) -> set[str]:
        """The entities whose states have changed."""
        return {entity_id for entity_id, _ in self.changes}

    def forget(self) -> None:
        """Forget what was written so far."""
        self.changes.clear()
        self.reports.clear()

    @callback
    def _take_change(self, event: Event[EventStateChangedData]) -> None:
        if state := event.data["new_state"]:
            self.changes.append((state.entity_id, state.state))

    @callback
    def _take_report(self, event: Event[EventStateReportedData]) -> None:
        self.reports.append(event.data["entity_id"])


@callback
def _any(_: EventStateReportedData) -> bool:
    return True


def entities_of(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> dict[str, str]:
    """Return the ids of the enabled entities of a server (by its key) or of the dashboard, by their fields."""
    prefix = f"{entry.entry_id}_{key}_"
    return {
        registered.unique_id.removeprefix(prefix): registered.entity_id
        for registered in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if registered.unique_id.startswith(prefix) and not registered.disabled
    }


def states_of(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> dict[str, str]:
    """Return the states of the enabled entities of a server or of the dashboard, by their fields."""
    states = {field: hass.states.get(entity_id) for field, entity_id in entities_of(hass, entry, key).items()}
    return {field: state.state for field, state in states.items() if state}


def notable(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return what the integration has logged for everybody to see: level and text."""
    return [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name.startswith(LOGGER) and record.levelname != "DEBUG"
    ]
