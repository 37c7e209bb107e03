"""Monitors of newer dashboards: what all servers together say of each, and tokens that may not read them."""

from typing import Any

from homeassistant.components.config import device_registry as devices_api
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.nezha.const import DOMAIN
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind
from tests.generations import SUMMARY, Show, Shown, at, free_port, settle
from tests.watching import Writes, notable, still_world

POLLING = {"stream": "never"}
INVENTORY = "nezha:inventory:read"
SERVICE = "nezha:service:read"
HOUR = 3600


@pytest.fixture
async def shown(show: Show) -> Shown:
    """Return a dashboard of generation 2."""
    return await show(options=POLLING)


def monitor(name: str = "", *, up: int = 30, down: int = 0, delay: float = 12.34) -> dict[str, Any]:
    """Return what a dashboard sums up of a monitor's recent probes."""
    counts = {"current_up": up, "current_down": down, "total_up": 9 * up, "total_down": 9 * down}
    return {"service_name": name, "delay": [*[0] * 29, delay], **counts}


def answer(simulated: Dashboard, monitors: dict[int, dict[str, Any]]) -> None:
    """Have the dashboard say this of its monitors from now on."""
    simulated.faults.clear(SUMMARY)
    body = {"success": True, "data": {"services": {str(number): each for number, each in monitors.items()}}}
    simulated.faults.add(SUMMARY, FaultKind.WRONG_SHAPE, body=body)


# What they show


@pytest.mark.parametrize(
    ("generation", "way"), [("v1", "login"), ("v1", "guest"), ("v2", "token"), ("v2", "login"), ("v2", "guest")]
)
async def test_each_monitor_is_a_device_with_status_availability_and_latency(
    show: Show, generation: str, way: str
) -> None:
    """As all servers together see it."""
    shown = await show(generation, way, options=POLLING)
    devices = shown.devices()
    names = {key: device.name for key, device in devices.items() if key.startswith("monitor")}
    assert names == {"monitor:1": "Ping Frankfurt", "monitor:2": "SSH", "monitor:3": "Website", "monitor:4": "Broken"}
    assert devices["monitor:1"].via_device_id == devices[""].id
    assert shown.state("monitor1", "up") == STATE_ON
    assert shown.state("monitor4", "up") == STATE_OFF
    assert shown.state("monitor4", "availability") == "0.0"
    assert 90 < float(shown.state("monitor1", "availability")) < 100
    assert float(shown.state("monitor1", "delay")) > 0


async def test_a_monitor_without_probes_is_unknown(show: Show) -> None:
    """It has been made just now; its first probes make it known."""
    shown = await show(options=POLLING, world=still_world(latency_points=0))
    for field in ("up", "availability", "delay"):
        assert shown.state("monitor1", field) == STATE_UNKNOWN
    answer(shown.simulated, {1: monitor("Ping Frankfurt")})
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == STATE_ON
    assert shown.state("monitor1", "availability") == "100.0"
    assert shown.state("monitor1", "delay") == "12.3"


@pytest.mark.parametrize(("up", "down", "expected"), [(25, 5, STATE_ON), (24, 6, STATE_OFF), (0, 30, STATE_OFF)])
async def test_a_monitor_is_up_when_more_than_eight_of_ten_probes_succeed(
    shown: Shown, up: int, down: int, expected: str
) -> None:
    """As on Nezha's own pages."""
    answer(shown.simulated, {1: monitor("Ping Frankfurt", up=up, down=down)})
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == expected
    assert shown.state("monitor1", "availability") == str(round(100 * up / 30, 2))


@pytest.mark.parametrize("before", [STATE_ON, STATE_OFF])
@pytest.mark.parametrize(
    ("up", "down", "expected"),
    [(0, 1, None), (1, 0, None), (1, 1, STATE_ON), (4, 1, STATE_ON), (0, 2, STATE_OFF), (2, 2, STATE_OFF)],
)
async def test_a_single_probe_tells_nothing(
    shown: Shown, before: str, up: int, down: int, expected: str | None
) -> None:
    """Dashboards count to thirty and begin anew; a probe may get lost."""
    answer(shown.simulated, {1: monitor(up=30) if before == STATE_ON else monitor(up=0, down=30)})
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == before
    answer(shown.simulated, {1: monitor(up=up, down=down)})
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == (expected or before)


async def test_monitors_are_asked_once_a_minute_and_written_when_they_change(shown: Shown) -> None:
    """What is rounded away is no change."""
    answer(shown.simulated, {1: monitor("Ping Frankfurt", delay=12.34)})
    await shown.time.passes(61)
    writes = Writes(shown.hass)
    shown.simulated.requests.clear()
    answer(shown.simulated, {1: monitor("Ping Frankfurt", delay=12.31)})
    await shown.time.passes(61)
    assert shown.asked(SUMMARY) == 1
    assert shown.entity("monitor1", "delay") not in writes.changed
    answer(shown.simulated, {1: monitor("Ping Frankfurt", delay=99)})
    await shown.time.passes(61)
    assert shown.state("monitor1", "delay") == "99"
    assert shown.entity("monitor1", "up") not in writes.changed


# How they come and go


async def test_a_new_monitor_appears_and_one_that_is_gone_can_be_deleted(
    shown: Shown, hass_ws_client: WebSocketGenerator
) -> None:
    """Not before it has gone; one without a name is called by its number."""
    devices_api.async_setup(shown.hass)
    client = await hass_ws_client(shown.hass)
    answer(shown.simulated, {1: monitor("Renamed"), 9: monitor()})
    await shown.time.passes(61)
    devices = shown.devices()
    assert devices["monitor:1"].name == "Renamed"
    assert devices["monitor:9"].name == "#9"
    assert shown.state("monitor9", "up") == STATE_ON
    assert shown.state("monitor2", "up") == STATE_UNAVAILABLE

    refused = await client.remove_device(devices["monitor:9"].id)
    assert not refused["success"], "the dashboard still shows it"
    removed = await client.remove_device(devices["monitor:2"].id)
    assert removed["success"]
    assert "monitor:2" not in shown.devices()
    refused = await client.remove_device(devices[""].id)
    assert not refused["success"], "it is the dashboard's own"


async def test_a_monitor_that_comes_back_is_shown_again(shown: Shown, caplog: pytest.LogCaptureFixture) -> None:
    """By the entities that it had."""
    entities = shown.entities()
    answer(shown.simulated, {1: monitor("Ping Frankfurt")})
    await shown.time.passes(61)
    assert shown.state("monitor2", "up") == STATE_UNAVAILABLE
    shown.simulated.faults.clear()
    await shown.time.passes(61)
    assert shown.state("monitor2", "up") == STATE_ON
    assert shown.entities().items() >= entities.items()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_monitor_that_comes_back_after_its_removal_is_there_again(
    shown: Shown, hass_ws_client: WebSocketGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    """By itself, with the ids that it had; again and again."""
    devices_api.async_setup(shown.hass)
    client = await hass_ws_client(shown.hass)
    entities = shown.entities()
    for _ in range(2):
        answer(shown.simulated, {1: monitor("Ping Frankfurt")})
        await shown.time.passes(61)
        removed = await client.remove_device(shown.devices()["monitor:2"].id)
        assert removed["success"]
        await shown.time.passes(61)
        assert "monitor:2" not in shown.devices()

        shown.simulated.faults.clear()
        await shown.time.passes(61)
        assert shown.devices()["monitor:2"].name == "SSH"
        assert shown.state("monitor2", "up") == STATE_ON
        assert float(shown.state("monitor2", "availability")) > 0
        assert shown.entities().items() >= entities.items()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(("monitors", "disabled"), [(10, False), (11, True)])
async def test_monitors_of_a_crowd_wait_until_somebody_wants_them(show: Show, *, monitors: int, disabled: bool) -> None:
    """Ten are shown, more are there to be enabled."""
    crowd = {number: monitor(f"Monitor {number}") for number in range(1, monitors + 1)}
    shown = await show(options=POLLING, prepare=lambda simulated: answer(simulated, crowd))
    registry = er.async_get(shown.hass)
    for number in crowd:
        for field in ("up", "availability", "delay"):
            registered = registry.async_get(shown.entity(f"monitor{number}", field))
            assert registered
            assert registered.disabled is disabled

    registry.async_update_entity(shown.entity("monitor7", "up"), disabled_by=None)
    await shown.reload()
    assert shown.state("monitor7", "up") == STATE_ON


async def test_a_monitor_of_a_dashboard_that_became_an_old_one_can_be_deleted(
    shown: Shown, hass_ws_client: WebSocketGenerator
) -> None:
    """Nobody asks for monitors there."""
    devices_api.async_setup(shown.hass)
    client = await hass_ws_client(shown.hass)
    old = Dashboard(still_world(), token="of the old one")
    async with at(free_port(), old) as served:
        shown.hass.config_entries.async_update_entry(
            shown.entry, data={"url": served.url, "token": old.token, "verify_ssl": True}
        )
        await shown.reload()
        assert shown.is_loaded
        removed = await client.remove_device(shown.devices()["monitor:1"].id)
        assert removed["success"]
        await shown.unload()
        refused = await client.remove_device(shown.devices()["monitor:2"].id)
        assert not refused["success"], "nobody knows while nothing is loaded"


# Failures


async def test_a_short_failure_of_the_monitors_is_not_seen_and_a_long_one_only_there(
    shown: Shown, caplog: pytest.LogCaptureFixture
) -> None:
    """The servers go on; nobody is bothered with it."""
    shown.simulated.faults.add(SUMMARY, FaultKind.PANIC)
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == STATE_ON
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == STATE_ON
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == STATE_UNAVAILABLE
    assert shown.state("1", "online") == STATE_ON
    assert notable(caplog) == []
    assert shown.issues() == []

    shown.simulated.faults.clear()
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == STATE_ON


async def test_monitors_that_are_not_there_at_first_come_later(show: Show) -> None:
    """A failure at set-up keeps nothing else from being shown."""
    shown = await show(options=POLLING, prepare=lambda simulated: simulated.faults.add(SUMMARY, FaultKind.PANIC))
    assert shown.state("1", "online") == STATE_ON
    assert not any(key.startswith("monitor") for key in shown.devices())
    shown.simulated.faults.clear()
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == STATE_ON
    assert shown.devices()["monitor:1"].name == "Ping Frankfurt"


async def test_monitors_that_a_dashboard_blocks_are_left_alone_for_five_minutes(shown: Shown) -> None:
    """As everything that its firewall stops."""
    await shown.time.passes(61)
    shown.simulated.faults.add(SUMMARY, FaultKind.BLOCKED)
    await shown.time.passes(61)
    shown.simulated.requests.clear()
    await shown.time.passes(250)
    assert shown.asked(SUMMARY) == 0
    shown.simulated.faults.clear()
    await shown.time.passes(301)
    assert shown.asked(SUMMARY) == 1
    await shown.time.passes(61)
    assert shown.asked(SUMMARY) == 2


# A token that may not read them


def limit_token(simulated: Dashboard, *scopes: str) -> None:
    """Let the token read no more than these scopes allow."""
    simulated.accounts.add_token(simulated.token, scopes)


async def test_a_scope_that_lacks_is_named_and_missed_until_it_is_there(show: Show) -> None:
    """An issue tells the owner; an hour later at the most the token is tried again."""
    shown = await show(options=POLLING, prepare=lambda simulated: limit_token(simulated, INVENTORY))
    await shown.time.passes(6)
    assert shown.is_loaded
    assert shown.state("1", "online") == STATE_ON
    assert not any(key.startswith("monitor") for key in shown.devices())
    assert not any("latency" in name for name in shown.entities())
    (issue,) = ir.async_get(shown.hass).issues.values()
    assert issue.translation_key == "missing_scope"
    assert issue.translation_placeholders
    assert issue.translation_placeholders["scope"] == SERVICE

    shown.simulated.requests.clear()
    await shown.time.passes(3400)
    assert not [request for request in shown.simulated.requests if "service" in request.path]
    assert shown.issues() == ["missing_scope"]
    assert shown.flows() == []

    limit_token(shown.simulated, INVENTORY, SERVICE)
    await shown.time.passes(HOUR)
    await shown.time.passes(6)
    assert shown.issues() == []
    assert shown.state("monitor1", "up") == STATE_ON
    assert any("latency" in name for name in shown.entities())
    assert shown.simulated.waf.raised == 0


@pytest.mark.parametrize("wanted", [True, False], ids=["latency", "no latency"])
async def test_a_scope_that_lacks_stays_named_while_it_does(shown: Shown, *, wanted: bool) -> None:
    """Whether or not anybody looks at latencies, which need it too."""
    await shown.time.passes(6)
    if not wanted:
        registry = er.async_get(shown.hass)
        for unique_id, entity_id in shown.entities().items():
            if "latency_" in unique_id:
                registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
        await shown.reload()
        await shown.time.passes(6)
    limit_token(shown.simulated, INVENTORY)
    await shown.time.passes(61)
    shown.world.stop(1)  # whose latencies are then of no more use
    for _ in range(20):
        assert shown.issues() == ["missing_scope"]
        await shown.time.passes(6)


async def test_a_scope_that_is_taken_away_makes_monitors_unavailable(shown: Shown) -> None:
    """And is named."""
    limit_token(shown.simulated, INVENTORY)
    await shown.time.passes(61)
    assert shown.state("monitor1", "up") == STATE_UNAVAILABLE
    assert shown.state("1", "online") == STATE_ON
    assert shown.issues() == ["missing_scope"]

    await shown.unload()
    assert shown.issues() == []


async def test_a_token_that_may_not_read_servers_is_named(show: Show) -> None:
    """Nothing can be set up with it, but the token is good: it is tried again."""
    shown = await show(options=POLLING, prepare=lambda simulated: limit_token(simulated, SERVICE))
    assert not shown.is_loaded
    (issue,) = ir.async_get(shown.hass).issues.values()
    assert issue.translation_placeholders
    assert issue.translation_placeholders["scope"] == INVENTORY
    assert shown.flows() == []

    limit_token(shown.simulated, INVENTORY, SERVICE)
    await shown.time.passes(30)
    assert shown.is_loaded
    assert shown.issues() == []


async def test_an_issue_of_an_entry_that_was_never_set_up_goes_when_it_is_disabled(show: Show) -> None:
    """It stays while attempts go on, also as one that its owner ignores; enabled again, it is back."""
    shown = await show(options=POLLING, prepare=lambda simulated: limit_token(simulated, SERVICE))
    assert shown.issues() == ["missing_scope"]
    (issue,) = ir.async_get(shown.hass).issues.values()
    ir.async_ignore_issue(shown.hass, DOMAIN, issue.issue_id, ignore=True)
    for _ in range(3):
        await shown.time.passes(600)
        assert not shown.is_loaded
        (issue,) = ir.async_get(shown.hass).issues.values()
        assert issue.dismissed_version

    entries = shown.hass.config_entries
    await entries.async_set_disabled_by(shown.entry.entry_id, ConfigEntryDisabler.USER)
    await settle(shown.hass)
    assert shown.issues() == []
    await entries.async_set_disabled_by(shown.entry.entry_id, None)
    await settle(shown.hass)
    assert shown.issues() == ["missing_scope"]
    limit_token(shown.simulated, INVENTORY, SERVICE)
    await shown.reload()
    assert shown.is_loaded
    assert shown.issues() == []
