"""What earlier versions have stored is taken over; what a newer one has is left alone."""

import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha.const import DOMAIN
from simulator.dashboard import Dashboard
from tests.documents import ROOT
from tests.flows import prefilled, submit
from tests.generations import Shown, StreamedTime, set_up, simulate
from tests.serving import Serve, ServedDashboard
from tests.watching import still_world

FOLDER = ROOT / "tests" / "fixtures" / "entries"
STORED = sorted(FOLDER.glob("*/*.json"))
"""Each holds an entry, its file and the unique ids of its entities as a version has stored them.

They are of still_world(servers=4); the address of the dashboard is left out.
"""
NEWEST = FOLDER / "0.1.0" / "v2_token.json"


@pytest.fixture
async def dashboard(request: pytest.FixtureRequest, serve: Serve, streamed_time: StreamedTime) -> ServedDashboard:
    """Return the dashboard whose servers are stored; a test names the file, else it is the newest."""
    path: Path = getattr(request, "param", NEWEST)
    simulated: Dashboard = simulate(path.name.partition("_")[0], still_world(servers=4))
    streamed_time.worlds.append(simulated.world)
    return await serve(simulated)


def restored(
    hass: HomeAssistant, hass_storage: dict[str, Any], dashboard: ServedDashboard, path: Path = NEWEST
) -> tuple[MockConfigEntry, dict[str, Any]]:
    """Return the entry as it was stored, with its file and its entities, and all that."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    data = stored["entry"].pop("data") | {"url": dashboard.url}
    entry = MockConfigEntry(domain=DOMAIN, data=data, **stored["entry"])
    entry.add_to_hass(hass)
    file = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[file] = {"key": file, **stored["store"]}
    for unique_id in stored["entities"]:
        field = unique_id.partition("_")[2]
        platform = "binary_sensor" if field in {"online", "connected", "up"} else "sensor"
        er.async_get(hass).async_get_or_create(
            platform,
            DOMAIN,
            f"{entry.entry_id}_{unique_id}",
            config_entry=entry,
            suggested_object_id=f"own_{unique_id}",
        )
    return entry, stored


def test_every_version_has_left_something() -> None:
    """Every way in and every generation of 0.1.0."""
    names = {path.relative_to(FOLDER).with_suffix("").as_posix() for path in STORED}
    assert names == {"0.1.0/v0_token", "0.1.0/v1_login", "0.1.0/v1_guest", "0.1.0/v2_token"}


@pytest.mark.parametrize(("dashboard", "path"), [(path, path) for path in STORED], indirect=["dashboard"])
async def test_what_a_released_version_has_stored_is_taken_over(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    dashboard: ServedDashboard,
    streamed_time: StreamedTime,
    path: Path,
) -> None:
    """Every entity keeps its id and has a state, every server its key, and nothing is asked of the owner."""
    entry, stored = restored(hass, hass_storage, dashboard, path)
    shown = Shown(hass, dashboard, entry, streamed_time)
    entities, servers = shown.entities(), stored["store"]["data"]["servers"]
    dashboard.world.edit(1, name="renamed meanwhile")
    await set_up(hass, entry)
    await streamed_time.passes(6)
    assert shown.is_loaded
    assert shown.flows() == []
    assert shown.state("1", "online") == STATE_ON
    assert shown.entities().items() >= entities.items()
    assert [state.entity_id for state in hass.states.async_all() if state.attributes.get("restored")] == []
    assert shown.devices().keys() >= servers.keys() - set(entry.options.get("left_out_servers", ()))

    await shown.unload()
    servers["1"]["name"] = "renamed meanwhile"
    now = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["servers"]
    assert now.keys() == servers.keys()
    assert [key for key, server in servers.items() if not now[key].items() >= server.items()] == []


# What a newer version has stored


async def test_an_entry_of_a_newer_major_version_is_refused(
    hass: HomeAssistant, hass_storage: dict[str, Any], dashboard: ServedDashboard, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is asked, nothing is changed, and one line says why."""
    entry, stored = restored(hass, hass_storage, dashboard)
    hass.config_entries.async_update_entry(entry, version=2)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"] == stored["store"]["data"]
    assert list(dashboard.simulated.requests) == []
    assert "has version 2 which is higher than the current version 1" in caplog.text
    await hass.config_entries.async_remove(entry.entry_id)
    assert [name for name in hass_storage if name.startswith(DOMAIN)] == []


async def test_an_entry_and_servers_of_a_newer_minor_version_are_read(
    hass: HomeAssistant, hass_storage: dict[str, Any], dashboard: ServedDashboard
) -> None:
    """What this version does not know is passed over."""
    entry, _ = restored(hass, hass_storage, dashboard)
    hass.config_entries.async_update_entry(
        entry, minor_version=7, data={**entry.data, "later": 1}, options={"later": 1}
    )
    file = hass_storage[f"{DOMAIN}.{entry.entry_id}"]
    file["minor_version"] = 7
    file["data"]["later"] = {}
    file["data"]["servers"]["1"]["later"] = 1
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.is_state("binary_sensor.own_1_online", STATE_ON)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_servers_that_a_newer_major_version_has_stored_are_left_alone(
    hass: HomeAssistant, hass_storage: dict[str, Any], dashboard: ServedDashboard
) -> None:
    """The entry says why it is not set up; it can still be removed."""
    entry, stored = restored(hass, hass_storage, dashboard)
    name = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[name]["version"] = 2
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "newer_version"
    assert hass_storage[name] == {"key": name, **stored["store"], "version": 2}
    assert list(dashboard.simulated.requests) == []
    await hass.config_entries.async_remove(entry.entry_id)
    assert name not in hass_storage


async def test_forms_say_that_a_newer_version_has_stored_the_servers(
    hass: HomeAssistant, hass_storage: dict[str, Any], dashboard: ServedDashboard
) -> None:
    """Nothing is changed."""
    entry, _ = restored(hass, hass_storage, dashboard)
    hass_storage[f"{DOMAIN}.{entry.entry_id}"]["version"] = 2
    await set_up(hass, entry)
    before = entry.as_dict()
    form = await entry.start_reconfigure_flow(hass)
    typed = {**prefilled(form), "other_credential": False}
    ends = [await submit(hass, form, typed), await hass.config_entries.options.async_init(entry.entry_id)]
    assert [(end["type"], end["reason"]) for end in ends] == [(FlowResultType.ABORT, "newer_version")] * 2
    assert [end["description_placeholders"] for end in ends] == [{"name": entry.title}] * 2
    assert entry.as_dict() == before
