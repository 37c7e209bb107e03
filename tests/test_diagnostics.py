"""What a reporter of a problem hands over, and what must not be in it."""

import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from yarl import URL

from custom_components.nezha.const import (
    CONF_LATENCY,
    CONF_LEFT_OUT_GROUPS,
    CONF_LEFT_OUT_SERVERS,
    CONF_REFUSED,
    DOMAIN,
)
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind

from .serving import DETAILS, PassingTime, Serve, ServedDashboard
from .watching import still_world


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


def secrets(dashboard: ServedDashboard) -> set[str]:
    """Return what identifies or opens a dashboard or a server."""
    found = {dashboard.token, dashboard.url, URL(dashboard.url).authority, "127.0.0.1", "nezha.example.com"}
    for server in dashboard.world.servers():
        found |= {server.name, server.group}
        if server.report:
            found |= {server.report.ipv4, server.report.ipv6}
    return found - {""}


def without_times(diagnostics: Any) -> Any:
    """Return diagnostics without what differs from run to run."""
    diagnostics["entry"] |= dict.fromkeys(("created_at", "entry_id", "modified_at"), "**DIFFERS**")
    return diagnostics


def device_of(hass: HomeAssistant, entry: MockConfigEntry, name: str) -> dr.DeviceEntry:
    """Return the device of an identifier."""
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, name), config_entry_id=entry.entry_id)
    assert device
    return device


async def test_the_whole_dashboard(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry, snapshot: SnapshotAssertion
) -> None:
    """The entry, what is known of the dashboard, and every server."""
    found = without_times(await get_diagnostics_for_config_entry(hass, hass_client, loaded))
    servers = found.pop("servers")
    assert found == snapshot
    assert list(servers) == list("12345678")
    for key, server in servers.items():
        device = device_of(hass, loaded, f"{loaded.entry_id}_{key}")
        assert await get_diagnostics_for_device(hass, hass_client, loaded, device) == {"server": server}


async def test_one_server(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry, snapshot: SnapshotAssertion
) -> None:
    """With what its monitors measure."""
    device = device_of(hass, loaded, f"{loaded.entry_id}_2")
    assert await get_diagnostics_for_device(hass, hass_client, loaded, device) == snapshot


async def test_the_device_of_the_dashboard_has_what_its_entry_has(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry
) -> None:
    """People download from wherever they are."""
    device = device_of(hass, loaded, loaded.entry_id)
    of_entry = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert await get_diagnostics_for_device(hass, hass_client, loaded, device) == of_entry


async def test_a_server_that_is_gone(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
) -> None:
    """Its device is still there, but nothing is known."""
    dashboard.world.delete(2)
    await time.polls(4)
    device = device_of(hass, loaded, f"{loaded.entry_id}_2")
    assert await get_diagnostics_for_device(hass, hass_client, loaded, device) == {"server": None}


async def test_a_dashboard_that_is_not_loaded_tells_only_its_entry(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry
) -> None:
    """Above all one that cannot be set up is reported."""
    await hass.config_entries.async_unload(loaded.entry_id)
    found = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert list(found) == ["entry"]
    device = device_of(hass, loaded, f"{loaded.entry_id}_2")
    assert await get_diagnostics_for_device(hass, hass_client, loaded, device) == found


async def test_what_is_left_out_is_told(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry
) -> None:
    """It may be why somebody misses a server; groups are told apart only by being there."""
    options = {CONF_LEFT_OUT_GROUPS: ["Edge"], CONF_LEFT_OUT_SERVERS: ["2"], CONF_LATENCY: False}
    hass.config_entries.async_update_entry(loaded, options=options)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    found: Any = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    left_out = {key for key, server in found["servers"].items() if server["left_out"]}
    assert left_out == {"1", "2", "3", "5", "8"}
    assert {server["latency"] for server in found["servers"].values()} == {None}


async def test_the_last_failure_is_named(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
) -> None:
    """By its kind: texts of errors may hold addresses."""
    dashboard.simulated.faults.add(DETAILS, FaultKind.BAD_GATEWAY)
    await time.polls()
    found: Any = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert (found["dashboard"]["answers"], found["dashboard"]["last_error"]) == (True, "dashboard_error")
    await time.polls(3)
    found = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert (found["dashboard"]["answers"], found["dashboard"]["last_error"]) == (False, "dashboard_error")

    dashboard.simulated.faults.clear()
    await time.polls()
    found = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert (found["dashboard"]["answers"], found["dashboard"]["last_error"]) == (True, None)


async def test_no_secret_is_in_it(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
) -> None:
    """No token, address, name or group, also when the token was refused and while something stands in the way."""
    dashboard.world.edit(5, name="an idle one")
    dashboard.world.edit(6, name="a hidden one")
    options = {CONF_LEFT_OUT_GROUPS: ["Edge"], CONF_LEFT_OUT_SERVERS: ["2"]}
    hass.config_entries.async_update_entry(
        loaded, options=options, data={**loaded.data, CONF_REFUSED: "fingerprint of another"}
    )
    await hass.config_entries.async_reload(loaded.entry_id)
    dashboard.simulated.faults.add(DETAILS, FaultKind.REDIRECT, location="https://secret.example.net/")
    await time.polls(4)
    dump = json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, loaded), ensure_ascii=False)
    not_to_be_found = {*secrets(dashboard), "secret.example.net", "fingerprint"}
    assert {secret for secret in not_to_be_found if secret in dump} == set()

    for key in ("4", "6", "7"):
        device = device_of(hass, loaded, f"{loaded.entry_id}_{key}")
        dump = json.dumps(await get_diagnostics_for_device(hass, hass_client, loaded, device), ensure_ascii=False)
        assert {secret for secret in not_to_be_found if secret in dump} == set()
