"""The triggers that the blueprints use, in automations of one's own."""

from datetime import UTC, datetime
import re
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import UnitOfTime
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.config_validation import ensure_list
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import probatio
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.nezha.const import DOMAIN
from custom_components.nezha.trigger import TRIGGERS
from custom_components.nezha.watch import STORAGE_KEY
from simulator.faults import FaultKind
from tests.documents import INTEGRATION, READMES, read, table, translations

from .home import Home
from .test_latency import slow_down

ONE, TWO = "hk-edge-1", "数据库-东京"
FOR_2 = {"for": {"minutes": 2}}


PAIRS = {
    "server": ("server_went_away", "server_came_back"),
    "usage": ("usage_became_high", "usage_became_normal"),
    "latency": ("latency_became_high", "latency_became_normal"),
}


def tells(pair: str, title: str, **options: Any) -> dict[str, Any]:
    """Return an automation that notifies when something begins and when it is over."""
    return {
        "alias": title,
        "triggers": [{"trigger": f"nezha.{key}", "options": FOR_2 | options} for key in PAIRS[pair]],
        "actions": [{"action": "persistent_notification.create", "data": {"message": "", "title": title}}],
        "mode": "queued",
    }


def when_server(
    title: str = "{{ trigger.kind }}: {{ trigger.servers | join(', ') }}", **options: Any
) -> dict[str, Any]:
    """Return an automation that tells of servers."""
    return tells("server", title, **options)


async def test_two_automations_that_ask_for_the_same_are_both_told(home: Home) -> None:
    """Each of them of everything; when one is switched off, the other one goes on."""
    dashboard = await home.shows(servers=6)
    home.has(when_server("first {{ trigger.kind }}"), when_server("second {{ trigger.kind }}"))
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(5)
    assert sorted(home.news()) == ["first offline", "second offline"]
    first, _ = home.hass.states.async_entity_ids(AUTOMATION)
    await home.hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": first}, blocking=True)
    dashboard.world.start(1)
    await home.lives(5)
    assert home.news() == ["second back"]


async def test_an_automation_that_was_switched_off_begins_anew(home: Home, hass_storage: dict[str, Any]) -> None:
    """Who is offline then is told again; nothing is kept for it meanwhile, nor before there is anything to be kept."""
    dashboard = await home.shows(servers=6)
    home.has(when_server())
    await home.start()
    await home.lives(5)
    for action in ("turn_off", "turn_on"):
        await home.hass.services.async_call(AUTOMATION, action, {"entity_id": "all"}, blocking=True)
        await home.lives(3)
    assert STORAGE_KEY not in hass_storage
    dashboard.world.stop(1)
    await home.lives(5)
    assert home.news() == [f"offline: {ONE}"]
    await home.hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": "all"}, blocking=True)
    await home.lives(3)
    assert hass_storage[STORAGE_KEY]["data"] == {}
    await home.hass.services.async_call(AUTOMATION, "turn_on", {"entity_id": "all"}, blocking=True)
    await home.lives(3)
    assert home.news() == [f"offline: {ONE}"]


@pytest.mark.parametrize("expected", [["went offline", "came back"], ["went offline"], ["came back"]])
async def test_each_trigger_tells_its_part(home: Home, expected: list[str]) -> None:
    """In automations of their own, with or without the other one."""
    dashboard = await home.shows(servers=6)
    went, came = (when_server(f"{part} {{{{ trigger.kind }}}}") for part in ("went", "came"))
    went["triggers"], came["triggers"] = went["triggers"][:1], came["triggers"][1:]
    home.has(*(each for each in (went, came) if any(told.startswith(each["alias"][:4]) for told in expected)))
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(5)
    dashboard.world.start(1)
    await home.lives(5)
    assert home.news() == expected


async def test_an_automation_that_is_gone_after_a_restart_is_forgotten(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    """What was told to others is not."""
    dashboard = await home.shows(servers=6)
    home.has(when_server(), tells("server", "slow {{ trigger.kind }}", **{"for": {"minutes": 3}}))
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(6)
    assert sorted(home.news()) == [f"offline: {ONE}", "slow offline"]
    home.has(when_server())
    await home.restart()
    await home.lives(5)
    dashboard.world.start(1)
    await home.lives(5)
    assert home.news() == [f"back: {ONE}"]
    assert hass_storage[STORAGE_KEY]["data"] == {}


async def test_names_and_entity_ids_are_the_users(home: Home) -> None:
    """One that was given others is told by its new name, as before."""
    dashboard = await home.shows(servers=6)
    home.has(when_server(), tells("usage", "{{ trigger.entity_id }} {{ trigger.kind }}"))
    await home.start()
    await home.lives(5)
    dr.async_get(home.hass).async_update_device(home.device("1"), name_by_user="My edge")
    entities = er.async_get(home.hass)
    entities.async_update_entity(home.entity("1", "online"), new_entity_id="binary_sensor.edge")
    entities.async_update_entity(home.entity("2", "cpu"), new_entity_id="sensor.busy")
    dashboard.world.fix_state(2, {"cpu": 95})
    dashboard.world.stop(1)
    await home.lives(5)
    assert sorted(home.news()) == ["offline: My edge", "sensor.busy above"]


async def test_a_server_that_is_told_and_then_deleted_is_forgotten(home: Home, hass_storage: dict[str, Any]) -> None:
    """Nothing about it stays in the storage."""
    dashboard = await home.shows(servers=6)
    home.has(when_server())
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(5)
    assert home.news() == [f"offline: {ONE}"]
    dr.async_get(home.hass).async_remove_device(home.device("1"))
    await home.lives(2)
    assert hass_storage[STORAGE_KEY]["data"] == {}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"target": {"device_id": "dashboard"}}, ["offline", "away", "again", "back"]),
        ({"target": {"device_id": "server"}}, ["offline", "away", "again", "back"]),
        ({"target": {"entity_id": "connection"}}, ["away", "again"]),
        ({"exclude": {"device_id": "dashboard"}}, []),
        ({"exclude": {"device_id": "server"}}, ["away", "again"]),
        ({"exclude": {"entity_id": "connection"}}, ["offline", "back"]),
        ({"target": {"device_id": "server"}, "exclude": {"entity_id": "connection"}}, ["offline", "back"]),
        ({"target": {"device_id": "dashboard"}, "exclude": {"device_id": "server"}}, ["away", "again"]),
    ],
)
async def test_a_dashboard_stands_for_its_servers_and_its_connection_for_itself(
    home: Home, chosen: dict[str, Any], expected: list[str]
) -> None:
    """Also as what is left out; with one of its servers a dashboard is chosen itself."""
    dashboard = await home.shows(servers=6)
    await home.start()
    devices = {
        "server": home.device("1"),
        "dashboard": home.device_of_dashboard(),
        "connection": home.connection(),
    }
    automation = when_server("{{ trigger.kind }}")
    ids = {
        name: {field: [devices[each] for each in ensure_list(value)] for field, value in target.items()}
        for name, target in chosen.items()
    }
    for trigger in automation["triggers"]:
        trigger["target"] = ids.get("target", {})
        trigger["options"]["exclude"] = ids.get("exclude", {})
    home.has(automation)
    await home.restart()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(5)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(10)
    dashboard.simulated.faults.clear()
    await home.lives(5)
    dashboard.world.start(1)
    await home.lives(5)
    assert home.news() == expected


async def test_a_dashboard_that_is_switched_off_by_the_user_is_not_told(home: Home) -> None:
    """Nor one that is reloaded: somebody wanted that."""
    await home.shows(servers=6)
    home.has(when_server())
    await home.start()
    await home.lives(5)
    entry = home.entries[0].entry_id
    await home.hass.config_entries.async_set_disabled_by(entry, ConfigEntryDisabler.USER)
    await home.lives(10)
    await home.hass.config_entries.async_set_disabled_by(entry, None)
    await home.lives(10)
    assert home.news() == []


async def test_a_latency_is_compared_in_milliseconds(home: Home) -> None:
    """Although the user has chosen seconds."""
    dashboard = await home.shows(servers=1, options={"latency": True})
    home.has(tells("latency", "{{ trigger.sensor }} {{ trigger.kind }}", above=100))
    await home.start()
    await home.lives(5)
    (latency,) = (
        entity
        for entity in er.async_entries_for_config_entry(er.async_get(home.hass), home.entries[0].entry_id)
        if entity.original_name == "Ping Frankfurt latency"
    )
    er.async_get(home.hass).async_update_entity_options(
        latency.entity_id, "sensor", {"unit_of_measurement": UnitOfTime.SECONDS}
    )
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(20)
    state = home.hass.states.get(latency.entity_id)
    assert state
    assert float(state.state) < 1
    assert home.news() == ["hk-edge-1 Ping Frankfurt latency above"]


async def test_nothing_stays_when_the_last_dashboard_is_removed(home: Home, hass_storage: dict[str, Any]) -> None:
    """As long as there is another one, what was told of that stays."""
    dashboards = [await home.shows(servers=6, title=title) for title in ("first.example.com", "second.example.com")]
    home.has(when_server())
    await home.start()
    await home.lives(5)
    for dashboard in dashboards:
        dashboard.world.stop(1)
    await home.lives(5)
    assert len(home.news()) == 2
    await home.hass.config_entries.async_remove(home.entries.pop().entry_id)
    await home.lives(2)
    (told,) = hass_storage[STORAGE_KEY]["data"].values()
    assert len(told) == 1
    await home.hass.config_entries.async_remove(home.entries.pop().entry_id)
    await home.lives(3)
    assert STORAGE_KEY not in hass_storage


@pytest.mark.parametrize("readme", READMES)
async def test_runs_have_the_variables_that_are_described(home: Home, readme: str) -> None:
    """Beside those that runs of all triggers have."""
    dashboard = await home.shows(servers=6)
    keys = "{{ trigger.keys() | list }}"
    automations = [tells("server", ""), tells("usage", "")]
    for automation in automations:
        automation["actions"] = [{"event": "told", "event_data": {"keys": keys}}]
    home.has(*automations)
    await home.start()
    told: set[str] = set()

    @callback
    def take(event: Event) -> None:
        told.update(event.data["keys"])

    home.hass.bus.async_listen("told", take)
    await home.lives(5)
    dashboard.world.stop(1)
    dashboard.world.fix_state(2, {"cpu": 99})
    await home.lives(5)
    described = {
        name for row in table(read(readme), "trigger variables") for name in re.findall(r"trigger\.(\w+)", row[0])
    }
    assert told - {"id", "idx", "alias", "platform", "description"} == described


# What Home Assistant offers


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_home_assistant_offers_them_with_all_their_fields(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    """The editor of automations asks for what it shows; each field is an option, with a default or needed."""
    assert await async_setup_component(hass, AUTOMATION, {})
    assert await async_setup_component(hass, DOMAIN, {})
    websocket = await hass_ws_client(hass)
    await websocket.send_json_auto_id({"type": "trigger_platforms/subscribe"})
    assert (await websocket.receive_json())["success"]
    offered: dict[str, Any] = (await websocket.receive_json())["event"]
    described = {key.removeprefix("nezha."): each for key, each in offered.items() if key.startswith("nezha.")}
    assert described.keys() == TRIGGERS.keys()
    for key, description in described.items():
        (validated,) = await async_validate_trigger_config(hass, [{"platform": f"nezha.{key}"}])
        assert validated["options"].keys() == description["fields"].keys()
        for name, field in description["fields"].items():
            asked = [{"platform": f"nezha.{key}", "options": {name: field["default"]}}]
            assert await async_validate_trigger_config(hass, asked) == [validated]


@pytest.mark.parametrize("language", READMES.values())
def test_they_have_names_in_each_language(language: str) -> None:
    """Each trigger and each of its fields."""
    fields = load_yaml_dict(str(INTEGRATION / "triggers.yaml"))
    texts = translations(language)["triggers"]
    assert texts.keys() == TRIGGERS.keys()
    for key, text in texts.items():
        assert text.keys() == {"name", "description", "fields"}
        assert text["fields"].keys() == fields[key]["fields"].keys()
        assert all(field.keys() == {"name", "description"} for field in text["fields"].values())


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("server_went_away", {"share": 101}),
        ("server_went_away", {"share": 0}),
        ("server_went_away", {"least": 1}),
        ("server_came_back", {"always": 0}),
        ("server_came_back", {"for": "soon"}),
        ("server_came_back", {"exclude": {"server": "1"}}),
        ("usage_became_high", {"resources": []}),
        ("usage_became_high", {"resources": ["gpu"]}),
        ("usage_became_normal", {"above": 100}),
        ("latency_became_high", {"margin": -1}),
        ("latency_became_normal", {"share": 1}),
    ],
)
async def test_a_wrong_option_is_refused(hass: HomeAssistant, key: str, options: dict[str, Any]) -> None:
    """When the automation is saved."""
    with pytest.raises(probatio.Invalid):
        await async_validate_trigger_config(hass, [{"platform": f"nezha.{key}", "options": options}])


async def test_what_the_user_has_switched_off_is_not_watched(home: Home) -> None:
    """Neither a disabled server or sensor, nor one that the options leave out."""
    dashboard = await home.shows(servers=6)
    home.has(when_server(), tells("usage", "{{ trigger.sensor }} {{ trigger.kind }}"))
    await home.start()
    dr.async_get(home.hass).async_update_device(home.device("4"), disabled_by=dr.DeviceEntryDisabler.USER)
    entities = er.async_get(home.hass)
    for entity in (home.entity("1", "online"), home.entity("3", "cpu")):
        entities.async_update_entity(entity, disabled_by=er.RegistryEntryDisabler.USER)
    entry = home.hass.config_entries.async_get_known_entry(home.entries[0].entry_id)
    home.hass.config_entries.async_update_entry(entry, options=dict(entry.options) | {"left_out_servers": ["2"]})
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.lives(5)
    dashboard.world.fix_state(3, {"cpu": 99})
    for server in (1, 2, 4):
        dashboard.world.stop(server)
    await home.lives(10)
    assert home.news() == []


async def test_what_was_told_is_stored_as_it_always_was(home: Home, hass_storage: dict[str, Any]) -> None:
    """Under a key that stays the same for the same options, whatever the order of what was chosen, and with updates."""
    dashboard = await home.shows(servers=6)
    automations = [when_server(), when_server()]
    for automation, labels in zip(automations, (["edge", "rack"], ["rack", "edge"]), strict=True):
        for trigger in automation["triggers"]:
            trigger["options"]["exclude"] = {"label_id": labels}
    home.has(*automations)
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(5)
    ((key, told),) = hass_storage[STORAGE_KEY]["data"].items()
    assert key == "660c22ba8a6694f76d78296c7ea67b3a6e78db8aa79ed251d8c9b185bad45deb"
    ((place, facts),) = told.items()
    assert facts.keys() == {"since", "place"}
    assert datetime.fromisoformat(facts["since"]).tzinfo == UTC
    assert facts["place"] == place
