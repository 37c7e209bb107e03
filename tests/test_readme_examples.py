"""What the READMEs offer for pasting works."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
import re
from unittest.mock import patch

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.persistent_notification import Notification, UpdateType, async_register_callback
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.template import Template
from homeassistant.helpers.template.render_info import DOMAIN_STATES_RATE_LIMIT
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from .documents import READMES, blocks, examples, read
from .serving import PassingTime, ServedDashboard

type Paste = Callable[[str], Awaitable[list[Notification]]]

GIB = 2**30

pytestmark = [pytest.mark.parametrize("readme", READMES), pytest.mark.usefixtures("loaded")]


@pytest.fixture
async def paste(hass: HomeAssistant, readme: str) -> AsyncIterator[Paste]:
    """Return what sets up the automation with a trigger and returns the notifications that will come."""
    notifications: list[Notification] = []

    def take(update: UpdateType, changed: dict[str, Notification]) -> None:
        if update is UpdateType.ADDED:
            notifications.extend(changed.values())

    async def set_up(trigger: str) -> list[Notification]:
        automations = (example for example in examples(read(readme)) if "triggers" in example)
        (config,) = (each for each in automations if each["triggers"][0]["trigger"] == trigger)
        assert await async_setup_component(hass, "persistent_notification", {})
        async_register_callback(hass, take)
        assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: [config]})
        (automation,) = hass.states.async_all(AUTOMATION)
        assert automation.state == "on"
        return notifications

    yield set_up
    await hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": "all"}, blocking=True)


async def test_the_automation_of_the_morning(hass: HomeAssistant, paste: Paste) -> None:
    """It names every server that is offline, also one that was never online."""
    notifications = await paste("time")
    morning = dt_util.now().replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
    async_fire_time_changed(hass, morning)
    await hass.async_block_till_done(wait_background_tasks=True)
    (notification,) = notifications
    assert {"never-reported", "went-offline"} == set(re.split(r", |、", notification["message"]))


@pytest.mark.parametrize("expected_lingering_timers", [True])  # the meter waits for the next month
async def test_the_traffic_of_a_month(
    hass: HomeAssistant, time: PassingTime, dashboard: ServedDashboard, paste: Paste, readme: str
) -> None:
    """Counted over a reboot and an outage, told once when it is nearly used up, and anew from the first of a month."""
    (config,) = (example for example in examples(read(readme)) if "utility_meter" in example)
    (meter,) = config["utility_meter"]
    world = dashboard.world

    async def uploads(gibibytes: float) -> float:
        world.fix_state(1, {"net_out_transfer": int(gibibytes * GIB)})
        await time.polls()
        shown = hass.states.get(f"sensor.{meter}")
        assert shown
        assert shown.attributes["unit_of_measurement"] == "GiB"
        return float(shown.state)

    world.fix_state(1, {"net_out_transfer": 100 * GIB})
    await time.polls()
    assert await async_setup_component(hass, "utility_meter", config)
    notifications = await paste("numeric_state")
    assert await uploads(130) == pytest.approx(30, abs=0.01)
    world.stop(1)
    await time.polls(3)
    world.start(1)
    assert await uploads(140) == pytest.approx(40, abs=0.01)
    world.reboot(1)
    assert await uploads(2) == pytest.approx(40, abs=0.01)
    assert await uploads(860) == pytest.approx(40 + 858, abs=0.01)
    assert notifications == []
    await uploads(880)
    await uploads(890)
    (notification,) = notifications
    assert "918 GiB" in notification["message"]
    midnight = dt_util.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    async_fire_time_changed(hass, (midnight + timedelta(days=32)).replace(day=1))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await uploads(900) == pytest.approx(10, abs=0.01)


@pytest.mark.usefixtures("every_entity_enabled")
async def test_the_template_that_tells_the_groups_of_each_server(
    hass: HomeAssistant, loaded: MockConfigEntry, readme: str
) -> None:
    """One line for each server that is in a group, those of one group together."""
    (template,) = blocks(read(readme), "jinja")
    lines = [line for line in str(Template(template, hass).async_render()).splitlines() if line]
    assert "Edge: hk-edge-1" in lines
    assert lines == sorted(lines, key=lambda line: line.split(": ")[0])
    assert len(lines) == len(_sensors_of_groups(hass, loaded)) > 1


@pytest.mark.usefixtures("every_entity_enabled")
@pytest.mark.parametrize("expected_lingering_timers", [True])  # the limit is back before the sensor goes
@patch("homeassistant.helpers.template.render_info.DOMAIN_STATES_RATE_LIMIT", 0)  # time passes for polls alone
async def test_the_sensor_for_the_servers_of_a_group(
    hass: HomeAssistant, loaded: MockConfigEntry, time: PassingTime, readme: str
) -> None:
    """It counts the servers of this group that are offline; one never reported."""
    (config,) = (example for example in examples(read(readme)) if "template" in example)
    assert await async_setup_component(hass, "template", config)
    await hass.async_block_till_done()
    (sensor,) = set(hass.states.async_entity_ids("sensor")) - set(_entities_of(hass, loaded))
    before = hass.states.get(sensor)
    time.worlds[0].stop(1)
    await time.polls(3)
    after = hass.states.get(sensor)
    assert before
    assert after
    assert (before.state, after.state) == ("1", "2")


@pytest.mark.usefixtures("every_entity_enabled")
async def test_no_template_is_computed_at_each_change_of_thousands(hass: HomeAssistant, readme: str) -> None:
    """What Home Assistant follows one by one escapes its limit of one rendering a second."""
    (config,) = (example for example in examples(read(readme)) if "template" in example)
    (sensor,) = config["template"][0]["sensor"]
    for template in (sensor["state"], *blocks(read(readme), "jinja")):
        followed = Template(template, hass).async_render_to_info()
        assert followed.entities == set()
        assert followed.rate_limit == DOMAIN_STATES_RATE_LIMIT


def _entities_of(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    return [entity.entity_id for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)]


def _sensors_of_groups(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    return [entity for entity in _entities_of(hass, entry) if entity.endswith("_server_groups")]
