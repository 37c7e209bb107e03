"""Which sensors there are, and what they show."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from homeassistant.components.sensor import ATTR_STATE_CLASS
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_UNIT_OF_MEASUREMENT, STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from simulator.dashboard import Dashboard

from .serving import PassingTime, Serve, ServedDashboard, entity_id, state
from .watching import entities_of, states_of, still_world

GIB = 2**30
MEGABIT = 1_000_000 / 8
DEFAULT = {
    "boot_time",
    "cpu",
    "disk_usage",
    "latency_1",
    "latency_2",
    "latency_4",
    "load_1",
    "mem_usage",
    "net_in_speed",
    "net_in_transfer",
    "net_out_speed",
    "net_out_transfer",
    "online",
}
LATENCIES = {"latency_1", "latency_2", "latency_4"}
HOST = {"mem_total": 8 * GIB, "disk_total": 100 * GIB, "swap_total": 2 * GIB, "boot_time": 1_750_000_000}
STATE = {
    "cpu": 12.3456,
    "mem_used": 3 * GIB,
    "swap_used": GIB // 3,
    "disk_used": 66 * GIB,
    "net_in_speed": 5_000_499,
    "net_out_speed": 250_501,
    "net_in_transfer": 300 * GIB,
    "net_out_transfer": 1_499_999,
    "load_1": 0.756,
    "load_5": 1.5,
    "load_15": 2,
    "tcp_conn_count": 231,
    "udp_conn_count": 7,
    "process_count": 140,
    "temperatures": (("coretemp_package_id_0", 41.26), ("nvme_composite", 33.04), ("nvme_composite", 35.55)),
    "gpu": (12.34, 99.0),
}
SIZES = {
    "mem_used": 3_221_000_000 / GIB,
    "mem_total": 8_590_000_000 / GIB,
    "swap_used": 358_000_000 / GIB,
    "swap_total": 2_147_000_000 / GIB,
    "disk_used": 70_867_000_000 / GIB,
    "disk_total": 107_374_000_000 / GIB,
    "net_in_transfer": 322_123_000_000 / GIB,
    "net_out_transfer": 1_000_000 / GIB,
}
SPEEDS = {"net_in_speed": 40.0, "net_out_speed": 2.008}

every_entity = pytest.mark.usefixtures("every_entity_enabled")


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


def described(hass: HomeAssistant, registered: er.RegistryEntry) -> str:
    """Return what there is to see of an entity."""
    shown = hass.states.get(registered.entity_id)
    assert shown
    display: Mapping[str, Any] = registered.options.get("sensor", {})
    facts = (
        shown.state,
        shown.attributes.get(ATTR_UNIT_OF_MEASUREMENT),
        shown.name,
        shown.attributes.get(ATTR_DEVICE_CLASS),
        shown.attributes.get(ATTR_STATE_CLASS),
        registered.entity_category,
        display.get("suggested_display_precision"),
    )
    return " | ".join("" if fact is None else str(fact) for fact in facts)


# All of them


@every_entity
async def test_every_entity(hass: HomeAssistant, loaded: MockConfigEntry, snapshot: SnapshotAssertion) -> None:
    """State, unit, name, device class, state class, category and digits shown, by unique id."""
    found = {
        registered.unique_id.removeprefix(f"{loaded.entry_id}_"): described(hass, registered)
        for registered in er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
    }
    assert found == snapshot


@every_entity
async def test_every_entity_id(hass: HomeAssistant, loaded: MockConfigEntry, snapshot: SnapshotAssertion) -> None:
    """They are what automations name, so that they have to stay."""
    found = {
        registered.unique_id.removeprefix(f"{loaded.entry_id}_"): registered.entity_id
        for registered in er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
    }
    assert found == snapshot


async def test_what_is_enabled_without_asking(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """What most people look at; the rest is there to be enabled."""
    assert entities_of(hass, loaded, "dashboard").keys() == {
        "connected",
        "net_in_speed",
        "net_out_speed",
        "servers_online",
        "servers_total",
    }
    enabled = {str(key): set(entities_of(hass, loaded, str(key))) for key in range(1, 9)}
    assert enabled == {
        "1": DEFAULT,
        "2": DEFAULT,
        "3": DEFAULT,
        "4": DEFAULT - {"load_1"},  # Windows
        "5": DEFAULT,
        "6": DEFAULT,
        "7": DEFAULT - LATENCIES,  # offline for longer than monitors remember
        "8": {"online"},
    }


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("cpu", ("%", None, "measurement", None)),
        ("disk_used", ("GiB", "data_size", "measurement", None)),
        ("disk_total", ("GiB", "data_size", "measurement", "diagnostic")),
        ("net_in_transfer", ("GiB", "data_size", "total_increasing", None)),
        ("net_in_speed", ("Mbit/s", "data_rate", "measurement", None)),
        ("load_5", (None, None, "measurement", "diagnostic")),
        ("boot_time", (None, "uptime", None, None)),
        ("temperature_nvme_composite", ("°C", "temperature", "measurement", "diagnostic")),
        ("latency_1", ("ms", "duration", "measurement", None)),
        ("country_code", (None, None, None, "diagnostic")),
        ("last_active", (None, "timestamp", None, "diagnostic")),
    ],
)
@every_entity
async def test_units_classes_and_categories(
    hass: HomeAssistant, loaded: MockConfigEntry, field: str, expected: tuple[str | None, ...]
) -> None:
    """They decide about statistics, display and which automations a sensor can take part in."""
    described_as = hass.states.get(entity_id(hass, loaded, "2", field))
    registered = er.async_get(hass).async_get(entity_id(hass, loaded, "2", field))
    assert described_as
    assert registered
    assert (
        described_as.attributes.get(ATTR_UNIT_OF_MEASUREMENT),
        described_as.attributes.get(ATTR_DEVICE_CLASS),
        described_as.attributes.get(ATTR_STATE_CLASS),
        registered.entity_category,
    ) == expected


# Values


@every_entity
async def test_values_are_those_of_the_dashboard(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Rounded to what anybody reads."""
    dashboard.world.fix_host(2, HOST)
    dashboard.world.fix_state(2, STATE)
    await time.polls()
    states = states_of(hass, loaded, "2")
    assert {field: float(states[field]) for field in SIZES} == pytest.approx(SIZES)
    assert {field: float(states[field]) for field in SPEEDS} == pytest.approx(SPEEDS)
    assert {field: states[field] for field in states.keys() - SIZES.keys() - SPEEDS.keys() - LATENCIES} == {
        "online": STATE_ON,
        "boot_time": "2025-06-15T15:06:40+00:00",
        "cpu": "12.3",
        "mem_usage": "37.5",
        "swap_usage": "16.7",
        "disk_usage": "66.0",
        "load_1": "0.76",
        "load_5": "1.5",
        "load_15": "2",
        "tcp_conn_count": "231",
        "udp_conn_count": "7",
        "process_count": "140",
        "temperature_coretemp_package_id_0": "41.3",
        "temperature_nvme_composite": "33.0",
        "temperature_nvme_composite 2": "35.5",
        "gpu": "12.3",
        "groups": "数据库",
        "country_code": "JP",
        "ipv4": "192.0.2.65",
        "last_active": "2026-11-23T12:48:56+00:00",
    }


async def test_the_totals_are_those_of_the_servers_online(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """The last speeds of those that are offline count no more."""
    for key in range(1, 8):
        dashboard.world.fix_state(key, {"net_in_speed": 1_000_000 * key, "net_out_speed": 100 * key})
    await time.polls()
    assert states_of(hass, loaded, "dashboard") == {
        "connected": STATE_ON,
        "servers_online": "6",
        "servers_total": "8",
        "net_in_speed": str(21_000_000 / MEGABIT),
        "net_out_speed": str(2_000 / MEGABIT),  # rounded once, not once for each
    }
    dashboard.world.stop(6)
    await time.polls(2)
    totals = states_of(hass, loaded, "dashboard")
    assert totals["servers_online"] == "5"
    assert totals["servers_total"] == "8"
    assert totals["net_in_speed"] == str(15_000_000 / MEGABIT)


async def test_a_number_that_cannot_be_true_is_unknown(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """The others of the same server are not."""
    dashboard.world.fix_state(1, {"cpu": -1.0, "mem_used": 2**64 - 4096, "net_in_speed": 2**64 - 1, "load_1": 0.5})
    await time.polls()
    states = states_of(hass, loaded, "1")
    assert {field for field, value in states.items() if value == STATE_UNKNOWN} == {
        "cpu",
        "mem_usage",
        "net_in_speed",
        "latency_4",
    }
    assert states["load_1"] == "0.5"


async def test_a_share_is_never_more_than_everything(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """The dashboard learns of a larger disk or memory later than of its use."""
    dashboard.world.fix_host(1, {"mem_total": GIB, "disk_total": GIB})
    dashboard.world.fix_state(1, {"mem_used": 2 * GIB, "disk_used": 3 * GIB})
    await time.polls()
    assert state(hass, loaded, "1", "mem_usage") == "100.0"
    assert state(hass, loaded, "1", "disk_usage") == "100.0"


# Zero is a value, absence is none


@every_entity
async def test_an_idle_server_shows_zero(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The dashboard leaves nothing out for being zero, and neither does Home Assistant."""
    states = states_of(hass, loaded, "5")
    numbers = states.keys() - {"online", "boot_time", "groups", "country_code", "ipv4", "last_active"} - LATENCIES
    assert {field for field in numbers if float(states[field]) != 0} == {"mem_total", "disk_total"}
    assert not numbers & {"swap_usage", "swap_used", "swap_total", "gpu"}


@every_entity
async def test_a_server_has_only_what_it_can_have(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Swap where there is some, a GPU where the host names one, no load on Windows; a group, an address where known."""
    fields = {str(key): entities_of(hass, loaded, str(key)).keys() for key in range(1, 9)}
    expected = {
        "swap_usage": {"1", "2", "3", "6", "7"},
        "swap_used": {"1", "2", "3", "6", "7"},
        "swap_total": {"1", "2", "3", "6", "7"},
        "gpu": {"2"},
        "load_1": {"1", "2", "3", "5", "6", "7"},
        "load_5": {"1", "2", "3", "5", "6", "7"},
        "load_15": {"1", "2", "3", "5", "6", "7"},
        "groups": {"1", "2", "3", "5", "6", "8"},
        "ipv4": {"1", "2", "4", "5", "6", "7"},
        "ipv6": {"1", "3"},
    }
    assert {field: {key for key in fields if field in fields[key]} for field in expected} == expected
    assert fields["8"] == {"online", "groups"}  # it has never reported


@every_entity
async def test_temperatures_that_are_named_alike_are_told_apart(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The second of a name has a number."""
    names = {
        registered.unique_id.removeprefix(f"{loaded.entry_id}_2_"): registered.original_name
        for registered in er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
        if registered.unique_id.startswith(f"{loaded.entry_id}_2_temperature")
    }
    assert names == {
        "temperature_coretemp_package_id_0": "Temperature coretemp_package_id_0",
        "temperature_nvme_composite": "Temperature nvme_composite",
        "temperature_nvme_composite 2": "Temperature nvme_composite 2",
    }


@every_entity
async def test_a_group_is_shown_as_far_as_a_state_can(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """A server without one shows none; what had one keeps its sensor."""
    dashboard.world.edit(1, group="x" * 300)
    dashboard.world.edit(2, group="")
    dashboard.world.edit(4, group="Works")
    await time.polls()
    assert state(hass, loaded, "1", "groups") == "x" * 255
    assert state(hass, loaded, "2", "groups") == STATE_UNKNOWN
    assert state(hass, loaded, "4", "groups") == "Works"


# What comes later, and what goes


async def test_a_first_report_brings_everything_without_a_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """With it comes also what the monitors measure from the server."""
    assert states_of(hass, loaded, "8") == {"online": STATE_OFF}
    dashboard.world.start(8)
    await time.polls()
    states = states_of(hass, loaded, "8")
    assert states.keys() == DEFAULT - LATENCIES
    assert STATE_UNKNOWN not in states.values()


class Change(NamedTuple):
    """What an agent reports from now on, and the states that this gives."""

    key: int
    host: dict[str, Any]
    state: dict[str, Any]
    expected: dict[str, str]


@every_entity
@pytest.mark.parametrize(
    "change",
    [
        Change(4, {"swap_total": GIB}, {"swap_used": GIB // 4}, {"swap_usage": "25.0"}),
        Change(1, {"gpu": ("NVIDIA T4",)}, {"gpu": (55.5,)}, {"gpu": "55.5"}),
        Change(1, {}, {"temperatures": (("acpitz", 27.8),)}, {"temperature_acpitz": "27.8"}),
        Change(4, {}, {"load_15": 0.25}, {"load_1": "0", "load_5": "0", "load_15": "0.25"}),
    ],
    ids=["swap", "GPU", "temperature", "emulated load"],
)
async def test_what_is_added_to_a_server_appears_without_a_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime, change: Change
) -> None:
    """Hardware is built in, agents are told to report more."""
    key = str(change.key)
    assert not entities_of(hass, loaded, key).keys() & change.expected.keys()
    dashboard.world.fix_host(change.key, change.host)
    dashboard.world.fix_state(change.key, change.state)
    await time.polls()
    states = states_of(hass, loaded, key)
    assert {field: states[field] for field in change.expected} == change.expected


@every_entity
async def test_what_a_server_no_longer_has_stays_and_is_unknown(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Also after a reload: it may be back after the next boot."""
    dashboard.world.fix_host(2, {"swap_total": 0, "gpu": ()})
    dashboard.world.fix_state(2, {"temperatures": (("nvme_composite", 30.0),), "swap_used": 0})
    await time.polls()
    expected = {
        "swap_usage": STATE_UNKNOWN,
        "swap_used": "0.0",
        "swap_total": "0.0",
        "gpu": STATE_UNKNOWN,
        "temperature_coretemp_package_id_0": STATE_UNKNOWN,
        "temperature_nvme_composite": "30",
        "temperature_nvme_composite 2": STATE_UNKNOWN,
    }
    assert {field: state(hass, loaded, "2", field) for field in expected} == expected

    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {field: state(hass, loaded, "2", field) for field in expected} == expected
