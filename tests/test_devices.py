"""The devices of the dashboard and its servers, which come, change, go and come back."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import slugify
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.nezha.const import CONF_LATENCY, CONF_LEFT_OUT_GROUPS, CONF_LEFT_OUT_SERVERS, DOMAIN
from custom_components.nezha.devices import fitting
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind

from .serving import DETAILS, PassingTime, Serve, ServedDashboard, state
from .watching import entities_of, states_of, still_world


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


@pytest.fixture
def time(time: PassingTime) -> Iterator[PassingTime]:
    """Return the time that the schedule of the monitors shares as well."""
    with patch("custom_components.nezha.schedule.monotonic", time.monotonic):
        yield time


def device_of(hass: HomeAssistant, entry: MockConfigEntry, key: str | None) -> dr.DeviceEntry | None:
    """Return the device of a server, or of the dashboard."""
    name = entry.entry_id if key is None else f"{entry.entry_id}_{key}"
    return dr.async_get(hass).async_get_device_by_identifier((DOMAIN, name), config_entry_id=entry.entry_id)


def devices(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str | None, dr.DeviceEntry]:
    """Return the devices by their names."""
    return {
        device.name: device
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if isinstance(device, dr.DeviceEntry)
    }


class Removal:
    """The button that removes a device."""

    def __init__(self, hass: HomeAssistant, hass_ws_client: WebSocketGenerator, entry: MockConfigEntry) -> None:
        """Offer the devices of an entry."""
        self._hass = hass
        self._hass_ws_client = hass_ws_client
        self._entry = entry

    async def succeeds(self, key: str | None) -> bool:
        """Press it on the page of a server, or of the dashboard."""
        device = device_of(self._hass, self._entry, key)
        assert device
        await async_setup_component(self._hass, "config", {})
        client = await self._hass_ws_client(self._hass)
        await client.send_json_auto_id({"type": "config/device_registry/remove", "device_id": device.id})
        answer = await client.receive_json()
        await self._hass.async_block_till_done(wait_background_tasks=True)
        return bool(answer["success"])


@pytest.fixture
def removal(hass: HomeAssistant, hass_ws_client: WebSocketGenerator, loaded: MockConfigEntry) -> Removal:
    """Return the button that removes a device."""
    return Removal(hass, hass_ws_client, loaded)


# What they say


async def test_every_device(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, snapshot: SnapshotAssertion
) -> None:
    """A service, and the servers that it watches: what they are, what they run, and where their latency is plotted."""
    found = devices(hass, loaded)
    names = {device.id: name for name, device in found.items()}
    described = {
        name: {
            "manufacturer": device.manufacturer,
            "model": device.model,
            "hw_version": device.hw_version,
            "sw_version": device.sw_version,
            "configuration_url": (device.configuration_url or "").replace(dashboard.url, "https://nezha.example.com"),
            "entry_type": device.entry_type,
            "via": names.get(device.via_device_id or ""),
        }
        for name, device in found.items()
    }
    assert described == snapshot


async def test_a_server_without_a_name_is_called_by_its_number(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """A dashboard does not insist on a name."""
    dashboard.world.edit(1, name="")
    await time.polls()
    assert "#1" in devices(hass, loaded)


async def test_a_device_follows_what_the_dashboard_says(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """A new name, system or agent; ids and the name that the user gave stay."""
    before = device_of(hass, loaded, "1")
    ids = entities_of(hass, loaded, "1")
    assert before
    dr.async_get(hass).async_update_device(before.id, name_by_user="Mine")
    dashboard.world.edit(1, name="renamed")
    dashboard.world.fix_host(1, {"platform_version": "13.1", "version": "0.20.6", "virtualization": ""})
    await time.polls()
    after = device_of(hass, loaded, "1")
    assert after
    assert after.id == before.id
    assert (after.name, after.name_by_user) == ("renamed", "Mine")
    assert (after.model, after.hw_version, after.sw_version) == ("debian 13.1", "x86_64", "0.20.6")
    assert entities_of(hass, loaded, "1") == ids


async def test_what_is_not_known_yet_leaves_a_device_as_it_was(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """A dashboard that has just been restarted knows no system and no agent."""
    before = device_of(hass, loaded, "1")
    assert before
    dashboard.world.restart_dashboard(seconds=60)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state(hass, loaded, "1", "online") == STATE_OFF
    after = device_of(hass, loaded, "1")
    assert after
    assert (after.model, after.hw_version, after.sw_version) == ("debian 12.8", "x86_64, kvm", "0.20.5")
    assert (after.name, after.configuration_url) == (before.name, before.configuration_url)


# Coming and going


async def test_a_new_server_appears_without_a_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """With everything that it reports and, within the hour, what monitors measure from it."""
    number = str(dashboard.world.add(name="brand-new"))
    await time.polls()
    assert state(hass, loaded, number, "online") == STATE_ON
    assert state(hass, loaded, "dashboard", "servers_total") == "9"
    device = devices(hass, loaded)["brand-new"]
    dashboard_device = device_of(hass, loaded, None)
    assert dashboard_device
    assert device.via_device_id == dashboard_device.id

    await time.passes(6)
    await time.passes(3600)
    await time.passes(6)
    assert "latency_1" in states_of(hass, loaded, number)


async def test_a_deleted_server_is_unavailable_until_the_user_removes_it(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime, removal: Removal
) -> None:
    """Nothing vanishes by itself; what is there cannot be removed."""
    assert not await removal.succeeds(None)
    assert not await removal.succeeds("3")

    dashboard.world.delete(3)
    await time.polls(4)
    assert set(states_of(hass, loaded, "3").values()) == {STATE_UNAVAILABLE}
    assert state(hass, loaded, "dashboard", "servers_total") == "7"
    assert device_of(hass, loaded, "3")
    assert not await removal.succeeds("1")
    assert await removal.succeeds("3")
    assert device_of(hass, loaded, "3") is None
    assert entities_of(hass, loaded, "3") == {}
    await time.polls(2)
    assert state(hass, loaded, "1", "online") == STATE_ON


async def test_a_deleted_server_is_still_there_after_a_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime, removal: Removal
) -> None:
    """It has no entities that are provided any more, and can be removed as before."""
    before = entities_of(hass, loaded, "3")
    dashboard.world.delete(3)
    await time.polls()
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entities_of(hass, loaded, "3") == before
    assert set(states_of(hass, loaded, "3").values()) == {STATE_UNAVAILABLE}
    assert await removal.succeeds("3")
    assert device_of(hass, loaded, "3") is None


async def test_nothing_is_removed_while_the_dashboard_is_not_loaded(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime, removal: Removal
) -> None:
    """It could not be told what is still there."""
    dashboard.world.delete(3)
    await time.polls()
    await hass.config_entries.async_unload(loaded.entry_id)
    assert not await removal.succeeds("3")
    assert device_of(hass, loaded, "3")


def hide(dashboard: ServedDashboard, server: int) -> None:
    """Have the dashboard show something that is no server in place of one, until its faults are cleared."""
    dashboard.simulated.faults.add(DETAILS, FaultKind.REPLACE_SERVER, server_id=server, entry={"id": "no number"})


async def test_one_entry_that_is_no_server_leaves_the_others_alone(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """The server that it stands for is gone when that lasts, and back at once."""
    hide(dashboard, 3)
    await time.polls(4)
    assert state(hass, loaded, "3", "online") == STATE_UNAVAILABLE
    assert {state(hass, loaded, key, "online") for key in "12456"} == {STATE_ON}
    assert state(hass, loaded, "dashboard", "servers_total") == "7"

    dashboard.simulated.faults.clear()
    await time.polls()
    assert state(hass, loaded, "3", "online") == STATE_ON


async def test_an_empty_list_removes_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """A dashboard that has lost its database may find it again."""
    before = {key: entities_of(hass, loaded, key) for key in "12345678"}
    empty = {"code": 0, "message": "success", "result": []}
    dashboard.simulated.faults.add(DETAILS, FaultKind.WRONG_SHAPE, body=empty)
    await time.polls(5)
    assert state(hass, loaded, "dashboard", "servers_total") == "0"
    assert {key: entities_of(hass, loaded, key) for key in before} == before
    assert {state(hass, loaded, key, "online") for key in before} == {STATE_UNAVAILABLE}
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(devices(hass, loaded)) == 9

    dashboard.simulated.faults.clear()
    await time.polls()
    assert {key: entities_of(hass, loaded, key) for key in before} == before
    assert {state(hass, loaded, key, "online") for key in "123456"} == {STATE_ON}


async def test_a_server_that_comes_back_after_its_removal_is_there_again(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime, removal: Removal
) -> None:
    """With the ids that it had; what monitors measure from it is learned anew."""
    before = entities_of(hass, loaded, "3")
    hide(dashboard, 3)
    await time.polls(4)
    assert await removal.succeeds("3")
    await time.polls()
    assert entities_of(hass, loaded, "3") == {}

    dashboard.simulated.faults.clear()
    await time.polls()
    after = entities_of(hass, loaded, "3")
    assert after.items() <= before.items()
    assert {"online", "cpu", "net_in_transfer", "boot_time"} <= after.keys()
    assert STATE_UNAVAILABLE not in states_of(hass, loaded, "3").values()
    device = device_of(hass, loaded, "3")
    assert device
    assert (device.name, device.sw_version) == ('web <b>&amp; "api"</b> 🚀', "0.20.5")
    assert device.via_device_id

    await time.passes(3600)
    await time.passes(6)
    assert entities_of(hass, loaded, "3") == before


# What the options leave out


async def test_servers_and_groups_that_are_left_out_have_no_device(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """They count nowhere, are not asked for, and get their ids back when they are taken in again."""
    before = {key: entities_of(hass, loaded, key) for key in "12345678"}
    options = {CONF_LEFT_OUT_GROUPS: ["Edge"], CONF_LEFT_OUT_SERVERS: ["2"]}
    hass.config_entries.async_update_entry(loaded, options=options)
    await hass.config_entries.async_reload(loaded.entry_id)
    dashboard.simulated.requests.clear()
    await time.passes(6)
    assert devices(hass, loaded).keys() == {"nezha.example.com", "WINDOWS-NAS", "hidden", "went-offline"}
    assert {key for key in before if entities_of(hass, loaded, key)} == {"4", "6", "7"}
    assert {key for key in before if dashboard.asked(f"/api/v1/monitor/{key}")} == {"4", "6", "7"}
    assert state(hass, loaded, "dashboard", "servers_total") == "3"
    assert state(hass, loaded, "dashboard", "servers_online") == "2"

    dashboard.world.add(name="left out at once", group="Edge")
    dashboard.world.edit(1, group="Works")
    await time.polls()
    assert devices(hass, loaded).keys() == {
        "nezha.example.com",
        "WINDOWS-NAS",
        "hidden",
        "went-offline",
        "hk-edge-1",
    }

    hass.config_entries.async_update_entry(loaded, options={})
    await hass.config_entries.async_reload(loaded.entry_id)
    await time.passes(6)
    assert {key: entities_of(hass, loaded, key) for key in before} == before


async def test_latency_that_is_switched_off_is_removed_and_not_asked_for(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Everything else stays; switched on again it has the ids that it had."""
    before = entities_of(hass, loaded, "1")
    hass.config_entries.async_update_entry(loaded, options={CONF_LATENCY: False})
    await hass.config_entries.async_reload(loaded.entry_id)
    dashboard.simulated.requests.clear()
    await time.polls(3)
    assert dashboard.asked("/api/v1/monitor") == []
    assert before.keys() - entities_of(hass, loaded, "1").keys() == {"latency_1", "latency_2", "latency_4"}

    hass.config_entries.async_update_entry(loaded, options={CONF_LATENCY: True})
    await hass.config_entries.async_reload(loaded.entry_id)
    await time.passes(6)
    assert entities_of(hass, loaded, "1") == before


@pytest.mark.parametrize("name", ["", "香港 web 🚀", 140 * "x", 23 * "香"])
def test_a_name_that_entity_ids_have_room_for_is_kept(name: str) -> None:
    """However it is spelt there."""
    assert fitting(name) == name


@pytest.mark.parametrize("name", [141 * "x", 80 * "x ", 200 * "香", 5000 * "<b>"])
def test_a_name_that_entity_ids_have_no_room_for_is_cut(name: str) -> None:
    """It shows that it was."""
    cut = fitting(name)
    assert name.startswith(cut.removesuffix("…"))
    assert cut.endswith("…")
    assert 90 < len(slugify(cut)) <= 140
