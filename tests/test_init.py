"""Setting a dashboard up, unloading, reloading and removing it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import ssl
from typing import Any

from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TOKEN, CONF_VERIFY_SSL, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha.const import DOMAIN
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind

from .serving import DETAILS, PassingTime, Serve, ServedDashboard, add_entry, entity_id, set_up, state
from .watching import entities_of, states_of, still_world


@pytest.fixture
async def dashboard(serve: Serve) -> ServedDashboard:
    """Return a dashboard whose time passes only when it is told to."""
    return await serve(Dashboard(still_world()))


def is_in(entry: MockConfigEntry, expected: ConfigEntryState) -> bool:
    """Tell whether an entry is in a state."""
    return entry.state is expected


def issues(hass: HomeAssistant) -> list[str | None]:
    """Return what the user is told to mend."""
    return [issue.translation_key for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN]


def restored(hass: HomeAssistant) -> list[str]:
    """Return the entities that nothing provides any more."""
    return [state.entity_id for state in hass.states.async_all() if state.attributes.get("restored")]


# Setting up


async def test_setting_up_takes_three_requests_of_which_one_carries_the_token(
    hass: HomeAssistant, entry: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """Two tell which generation answers."""
    await set_up(hass, entry)
    assert is_in(entry, ConfigEntryState.LOADED)
    asked = [(request.path, request.authorization) for request in dashboard.simulated.requests]
    assert asked == [("/api/v1/setting", False), ("/api/v1/server/list", False), (DETAILS, True)]


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.BAD_GATEWAY, FaultKind.WEB_PAGE, FaultKind.WRONG_SHAPE])
async def test_a_dashboard_that_does_not_answer_is_asked_again_until_it_does(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
    kind: FaultKind,
) -> None:
    """Home Assistant may start before the dashboard does."""
    dashboard.simulated.faults.add("*", kind)
    await set_up(hass, entry)
    assert is_in(entry, ConfigEntryState.SETUP_RETRY)
    assert entry.reason
    await time.polls()
    assert is_in(entry, ConfigEntryState.SETUP_RETRY)

    dashboard.simulated.faults.clear()
    await time.polls(4)
    assert is_in(entry, ConfigEntryState.LOADED)
    assert state(hass, entry, "1", "online") == STATE_ON


async def test_what_stands_in_the_way_at_first_is_an_issue_until_it_is_gone(
    hass: HomeAssistant, entry: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """There are no earlier values that could outlast it."""
    dashboard.simulated.faults.add("*", FaultKind.CHALLENGE)
    await set_up(hass, entry)
    assert is_in(entry, ConfigEntryState.SETUP_RETRY)
    assert issues(hass) == ["browser_check"]

    dashboard.simulated.faults.clear()
    await time.polls()
    assert is_in(entry, ConfigEntryState.LOADED)
    assert issues(hass) == []


async def test_a_token_that_is_refused_at_first_is_not_sent_again(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Also not by a reload or a restart; a new one ends it."""
    await hass.config_entries.async_unload(loaded.entry_id)
    dashboard.simulated.replace_token("another token")
    await set_up(hass, loaded)
    assert is_in(loaded, ConfigEntryState.SETUP_ERROR)
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]

    dashboard.simulated.requests.clear()
    await hass.config_entries.async_reload(loaded.entry_id)
    await time.polls(3)
    assert is_in(loaded, ConfigEntryState.SETUP_ERROR)
    assert list(dashboard.simulated.requests) == []

    (flow,) = hass.config_entries.flow.async_progress()
    await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_TOKEN: "another token"})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert is_in(loaded, ConfigEntryState.LOADED)
    assert state(hass, loaded, "1", "online") == STATE_ON


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Return a certificate that nobody known has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nezha.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain: Path = tmp_path_factory.mktemp("tls") / "chain.pem"
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(private + certificate.public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


@pytest.fixture
async def encrypted(
    hass: HomeAssistant, self_signed: ssl.SSLContext, socket_enabled: None
) -> AsyncIterator[ServedDashboard]:
    """Return a dashboard behind a certificate that it signed itself; clients may hang up when they see it."""
    strict = hass.loop.get_exception_handler()
    assert strict

    def forgive(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), ConnectionResetError):
            strict(loop, context)

    hass.loop.set_exception_handler(forgive)
    simulated = Dashboard(still_world())
    server = TestServer(simulated.application(), host="127.0.0.1", scheme="https")
    await server.start_server(ssl=self_signed)
    yield ServedDashboard(simulated, str(server.make_url("")).rstrip("/"))
    await server.close()


async def test_a_certificate_that_cannot_be_trusted_is_an_issue_until_it_is_mended(
    hass: HomeAssistant, encrypted: ServedDashboard
) -> None:
    """The token does not reach whoever shows it; the user may decide to trust it."""
    entry = add_entry(hass, encrypted)
    await set_up(hass, entry)
    assert is_in(entry, ConfigEntryState.SETUP_RETRY)
    assert issues(hass) == ["certificate"]
    assert list(encrypted.simulated.requests) == []

    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_VERIFY_SSL: False})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert is_in(entry, ConfigEntryState.LOADED)
    assert issues(hass) == []


# Unloading, reloading, removing


async def test_an_unloaded_dashboard_is_not_asked_any_more(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime
) -> None:
    """Its entities are unavailable."""
    await hass.config_entries.async_unload(loaded.entry_id)
    dashboard.simulated.requests.clear()
    await time.polls(5)
    assert is_in(loaded, ConfigEntryState.NOT_LOADED)
    assert list(dashboard.simulated.requests) == []
    assert {state.state for state in hass.states.async_all()} == {STATE_UNAVAILABLE}

    await set_up(hass, loaded)
    assert state(hass, loaded, "1", "online") == STATE_ON


async def test_a_reload_keeps_ids_and_what_the_user_has_changed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Names, ids, and what is enabled."""
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, f"{loaded.entry_id}_1"), config_entry_id=loaded.entry_id
    )
    assert device
    device_registry.async_update_device(device.id, name_by_user="The one in the cellar")
    entity_registry.async_update_entity(
        entity_id(hass, loaded, "1", "cpu"), new_entity_id="sensor.cellar", name="Cellar"
    )
    entity_registry.async_update_entity(
        entity_id(hass, loaded, "1", "load_1"), disabled_by=er.RegistryEntryDisabler.USER
    )
    entity_registry.async_update_entity(entity_id(hass, loaded, "1", "mem_used"), disabled_by=None)
    ids = {entity.unique_id: entity.entity_id for entity in entity_registry.entities.values()}
    devices = {device.id: device.identifiers for device in device_registry.devices}

    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {entity.unique_id: entity.entity_id for entity in entity_registry.entities.values()} == ids
    assert {device.id: device.identifiers for device in device_registry.devices} == devices
    after = device_registry.async_get(device.id)
    assert after
    assert (after.name, after.name_by_user) == ("hk-edge-1", "The one in the cellar")
    cellar = hass.states.get("sensor.cellar")
    assert cellar
    assert cellar.name == "Cellar"
    fields = entities_of(hass, loaded, "1")
    assert "load_1" not in fields
    assert state(hass, loaded, "1", "mem_used") != STATE_UNAVAILABLE


@pytest.mark.usefixtures("every_entity_enabled")
@pytest.mark.parametrize("absence", ["stop", "restart_dashboard"])
async def test_everything_is_still_there_after_a_reload_while_a_server_is_away(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, time: PassingTime, absence: str
) -> None:
    """Whether it is offline or the dashboard has just forgotten everything: the registry knows what it had."""
    before = {key: states_of(hass, loaded, key) for key in ("1", "2")}
    assert {"temperature_nvme_composite 2", "gpu", "swap_usage", "latency_2", "last_active"} <= before["2"].keys()
    dashboard.world.stop(1)
    dashboard.world.stop(2)
    await time.polls(2)
    if absence == "restart_dashboard":
        dashboard.world.restart_dashboard()
    await hass.config_entries.async_reload(loaded.entry_id)
    await time.passes(6)
    for key, states in before.items():
        assert states_of(hass, loaded, key).keys() == states.keys()
    assert restored(hass) == []

    dashboard.world.start(1)
    dashboard.world.start(2)
    await time.polls(2)
    for key, states in before.items():
        now = states_of(hass, loaded, key)
        assert now.keys() == states.keys()
        assert STATE_UNAVAILABLE not in now.values()


async def test_removal_leaves_nothing(
    hass_storage: dict[str, Any],
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    dashboard: ServedDashboard,
    time: PassingTime,
) -> None:
    """No device, entity, file, issue or request."""
    await hass.config_entries.async_reload(loaded.entry_id)
    file = f"{DOMAIN}.{loaded.entry_id}"
    assert file in hass_storage
    dashboard.simulated.faults.add(DETAILS, FaultKind.LOGIN_PAGE)
    await time.polls(4)
    assert issues(hass) == ["login_page"]

    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    dashboard.simulated.requests.clear()
    await time.polls(2)
    assert issues(hass) == []
    assert file not in hass_storage
    assert hass.states.async_all() == []
    assert list(dr.async_get(hass).devices) == []
    assert list(er.async_get(hass).entities.values()) == []
    assert list(dashboard.simulated.requests) == []


async def test_a_dashboard_that_was_never_reached_can_be_removed(
    hass: HomeAssistant, entry: MockConfigEntry, dashboard: ServedDashboard
) -> None:
    """There is nothing to be left."""
    dashboard.simulated.faults.add("*", FaultKind.REDIRECT, location="https://nezha.example.net/")
    await set_up(hass, entry)
    assert issues(hass) != []
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == []
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_two_dashboards_may_number_their_servers_alike(
    hass: HomeAssistant, loaded: MockConfigEntry, dashboard: ServedDashboard, serve: Serve, time: PassingTime
) -> None:
    """Each shows its own; what happens to one leaves the other alone."""
    other = await serve(Dashboard(still_world(seed=1, servers=3), token="of the other"))
    time.worlds.append(other.world)
    second = add_entry(hass, other)
    await set_up(hass, second)
    dashboard.world.fix_state(1, {"cpu": 11})
    other.world.fix_state(1, {"cpu": 22})
    await time.polls()
    assert state(hass, loaded, "1", "cpu") == "11"
    assert state(hass, second, "1", "cpu") == "22"
    assert state(hass, loaded, "dashboard", "servers_total") == "8"
    assert state(hass, second, "dashboard", "servers_total") == "3"
    assert not set(entities_of(hass, loaded, "1").values()) & set(entities_of(hass, second, "1").values())

    await hass.config_entries.async_remove(loaded.entry_id)
    other.world.fix_state(1, {"cpu": 33})
    await time.polls()
    assert state(hass, second, "1", "cpu") == "33"
    assert restored(hass) == []
