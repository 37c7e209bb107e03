"""What Home Assistant's recorder makes of the numbers in the long run."""

from datetime import datetime, timedelta
import fnmatch
from functools import partial
from typing import Any

from homeassistant.components.recorder import DOMAIN, Recorder, get_instance
from homeassistant.components.recorder.db_schema import States, StatesMeta
from homeassistant.components.recorder.history import state_changes_during_period
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.components.sensor import ATTR_STATE_CLASS, SensorStateClass
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import session_scope
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    RecorderInstanceContextManager,
    WebSocketGenerator,
)
from sqlalchemy import select

from simulator.dashboard import Dashboard

from .documents import READMES, examples, read
from .generations import shower, streamed
from .repairing import few_answers, polls, repair
from .serving import PassingTime, Serve, ServedDashboard, entity_id, set_up
from .watching import still_world

GIB = 2**30


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: RecorderInstanceContextManager) -> None:
    """Prepare the database before Home Assistant."""


@pytest.fixture(autouse=True)
def custom_integrations(recorder_mock: Recorder, enable_custom_integrations: None) -> None:
    """Let Home Assistant record, and find the integration."""


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


def shown_settings(readme: str) -> dict[str, Any]:
    """Return the settings of the recorder that a README shows."""
    (settings,) = (example[DOMAIN] for example in examples(read(readme)) if DOMAIN in example)
    return dict(settings)


def with_rows(hass: HomeAssistant) -> set[str]:
    """Return the entities of which there are states in the database."""
    with session_scope(hass=hass, read_only=True) as session:
        return set(session.scalars(select(StatesMeta.entity_id).join(States)))


async def compiled(hass: HomeAssistant, start: datetime) -> dict[str, dict[str, float | None]]:
    """Return the statistics of the five minutes from then on."""
    await async_wait_recording_done(hass)
    get_instance(hass).queue_task(StatisticsTask(start, fire_events=False))
    await async_wait_recording_done(hass)
    rows: dict[str, list[Any]] = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, None, None, "5minute", None, {"mean", "sum"}
    )
    return {statistic: {kind: rows_of[0].get(kind) for kind in ("mean", "sum")} for statistic, rows_of in rows.items()}


@pytest.mark.usefixtures("every_entity_enabled", "loaded")
async def test_every_number_has_statistics(hass: HomeAssistant, time: PassingTime) -> None:
    """Counters a sum, everything else a mean."""
    start = dt_util.utcnow() - timedelta(minutes=1)
    await time.polls(2)
    numbers = {
        shown.entity_id: shown.attributes[ATTR_STATE_CLASS]
        for shown in hass.states.async_all("sensor")
        if ATTR_STATE_CLASS in shown.attributes and shown.state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
    }
    assert len(numbers) > 100
    statistics = await compiled(hass, start)
    assert {statistic: "mean" if kinds["sum"] is None else "sum" for statistic, kinds in statistics.items()} == {
        number: "sum" if state_class == SensorStateClass.TOTAL_INCREASING else "mean"
        for number, state_class in numbers.items()
    }
    assert not [statistic for statistic, kinds in statistics.items() if kinds["mean"] is None and kinds["sum"] is None]


@pytest.mark.usefixtures("every_entity_enabled", "loaded")
async def test_the_recorder_finds_nothing_wrong(
    hass: HomeAssistant, time: PassingTime, hass_ws_client: WebSocketGenerator
) -> None:
    """No unit that cannot be converted, no state class that is not supported."""
    start = dt_util.utcnow() - timedelta(minutes=1)
    await time.polls()
    assert await compiled(hass, start)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "recorder/validate_statistics"})
    answer = await client.receive_json()
    assert answer["success"]
    assert answer["result"] == {}


class Traffic:
    """The traffic of a server, and what the recorder counts of it."""

    def __init__(
        self, hass: HomeAssistant, entry: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
    ) -> None:
        """Begin at 100 GiB."""
        self._hass = hass
        self._time = time
        self._entry = entry
        self._world = dashboard.world
        self._start = dt_util.utcnow()

    async def is_at(self, gibibytes: float) -> None:
        """Have the server's counter at a value when it is asked for."""
        self._world.fix_state(1, {"net_in_transfer": int(gibibytes * GIB)})
        await self._time.polls()

    async def sum(self) -> float:
        """Return what has come since the beginning."""
        statistics = await compiled(self._hass, self._start)
        self._start = dt_util.utcnow()
        return statistics[entity_id(self._hass, self._entry, "1", "net_in_transfer")]["sum"] or 0.0


@pytest.fixture
async def traffic(
    hass: HomeAssistant, entry: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> Traffic:
    """Return the traffic of a server that has seen 100 GiB since it booted."""
    traffic = Traffic(hass, entry, dashboard, time)
    dashboard.world.fix_state(1, {"net_in_transfer": 100 * GIB})
    await set_up(hass, entry)
    return traffic


async def test_a_reboot_is_no_loss_of_traffic(traffic: Traffic, dashboard: ServedDashboard) -> None:
    """The counter begins anew; the sum goes on."""
    await traffic.is_at(130)
    dashboard.world.reboot(1)
    await traffic.is_at(2)
    await traffic.is_at(12)
    assert await traffic.sum() == pytest.approx(30 + 2 + 10, abs=0.01)
    await traffic.is_at(20)
    assert await traffic.sum() == pytest.approx(30 + 2 + 18, abs=0.01)


async def test_an_outage_is_no_loss_of_traffic(traffic: Traffic, dashboard: ServedDashboard, time: PassingTime) -> None:
    """Neither of the server nor of the dashboard; what came meanwhile is counted when it is back."""
    await traffic.is_at(110)
    dashboard.world.stop(1)
    await time.polls(3)
    dashboard.world.start(1)
    await traffic.is_at(130)
    dashboard.world.restart_dashboard(seconds=20)
    await traffic.is_at(135)
    assert await traffic.sum() == pytest.approx(35, abs=0.01)


async def test_a_counter_that_falls_a_little_is_no_new_traffic(traffic: Traffic) -> None:
    """It has lost a network interface, not been reset."""
    await traffic.is_at(130)
    await traffic.is_at(128)
    await traffic.is_at(131)
    assert await traffic.sum() == pytest.approx(31, abs=0.01)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("recorder_config", [*map(shown_settings, READMES)], ids=READMES)
async def test_what_the_readmes_keep_out_of_the_database(
    hass: HomeAssistant, time: PassingTime, recorder_config: dict[str, Any]
) -> None:
    """Each pattern meets entities, which are shown and have no rows; all others have."""
    await time.polls(2)
    await async_wait_recording_done(hass)
    entities = set(hass.states.async_entity_ids())
    met = [set(fnmatch.filter(entities, pattern)) for pattern in recorder_config["exclude"]["entity_globs"]]
    assert all(met)
    assert await get_instance(hass).async_add_executor_job(with_rows, hass) == entities.difference(*met)


async def test_history_goes_on_with_the_server_that_has_replaced_one(
    hass: HomeAssistant, serve: Serve, hass_client: ClientSessionGenerator
) -> None:
    """States and statistics of one entity id: of the old server first, then of the new one."""
    with streamed(hass) as time, few_answers:
        shown = await shower(hass, serve, time)("v0", world=still_world(servers=2), options={"stream": "never"})
        cpu, start = shown.entity("1", "cpu"), dt_util.utcnow() - timedelta(minutes=1)
        shown.world.fix_state(1, {"cpu": 12.5})
        await time.passes(60)
        assert (await compiled(hass, start))[cpu]["mean"]

        shown.world.delete(1)
        shown.world.fix_state(shown.world.add(name="set up anew"), {"cpu": 87.5})
        await polls(shown)
        gone = await repair(shown, hass_client, "1")
        await gone.choose("replaced")
        await gone.submit({"successor": "3"})

        now = dt_util.utcnow()
        await compiled(hass, now)
        await time.passes(60)
        assert (await compiled(hass, now))[cpu] == {"mean": pytest.approx(87.5), "sum": None}
        history = await get_instance(hass).async_add_executor_job(
            partial(state_changes_during_period, hass, start, None, cpu, no_attributes=True)
        )
        assert list(dict.fromkeys(state.state for state in history[cpu]))[-3:] == ["12.5", STATE_UNAVAILABLE, "87.5"]
