"""Every text and icon that the code asks for exists in every language, and none is left over."""

import ast
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

from homeassistant import components
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import SelectSelector
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.nezha import PLATFORMS, config_flow
from custom_components.nezha.api import InvalidUrlError, MissingScopeError, NezhaError, RedirectedError
from custom_components.nezha.config_flow import NezhaConfigFlow
from custom_components.nezha.const import DOMAIN
from custom_components.nezha.failure import FOR_THE_USER, NEWER
from custom_components.nezha.gone import GONE
from custom_components.nezha.options_flow import NezhaOptionsFlow
from custom_components.nezha.repairs import GoneServerFlow
from custom_components.nezha.trigger import TRIGGERS
from simulator import Dashboard, World
from tests.flows import start, submit, typed
from tests.serving import Serve, add_entry

INTEGRATION = Path(config_flow.__file__).parent
TEXTS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in sorted((INTEGRATION / "translations").glob("*.json"))
}
EN = TEXTS["en"]
ICONS = json.loads((INTEGRATION / "icons.json").read_text())
ABORTS_OF_HOME_ASSISTANT = {"already_configured", "already_in_progress", "reauth_successful", "reconfigure_successful"}
WITHOUT_FORM = {"reauth"}  # it only leads to the form for the new token

each_language = pytest.mark.parametrize("language", TEXTS)


def flat(texts: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every text with the path of its keys."""
    for key, text in texts.items():
        if isinstance(text, dict):
            yield from flat(text, f"{path}{key}.")
        else:
            yield f"{path}{key}", text


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def classes_of(root: type[NezhaError]) -> Iterator[type[NezhaError]]:
    """Yield a class of errors and all its children."""
    yield root
    for child in root.__subclasses__():
        yield from classes_of(child)


def keys_of(root: type[NezhaError]) -> set[str]:
    """Return the keys of a class of errors and all its children, except the one for what nobody has foreseen."""
    return {error.key for error in classes_of(root)} - {NezhaError.key}


def code() -> Iterator[ast.AST]:
    """Yield every piece of the integration's code, without the client."""
    for path in INTEGRATION.glob("*.py"):
        yield from ast.walk(ast.parse(path.read_text()))


def literals(keyword: str) -> set[str]:
    """Return the texts that stand in the code as an argument of this name."""
    arguments = (node for node in code() if isinstance(node, ast.keyword) and node.arg == keyword)
    values = (argument.value for argument in arguments)
    return {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}


def literal_errors() -> set[str]:
    """Return the errors of forms that stand in the code."""
    assigned = (node for node in code() if isinstance(node, ast.Assign))
    of_forms = (node.value for node in assigned if ast.unparse(node.targets[0]) == "self._errors")
    mappings = (node for value in of_forms for node in ast.walk(value) if isinstance(node, ast.Dict))
    return {str(value.value) for errors in mappings for value in errors.values if isinstance(value, ast.Constant)}


@each_language
def test_every_language_has_the_same_texts_with_the_same_placeholders(language: str) -> None:
    """English is what the others are translated from."""
    mine, english = dict(flat(TEXTS[language])), dict(flat(EN))
    assert mine.keys() == english.keys()
    assert {key: placeholders(text) for key, text in mine.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


@each_language
@pytest.mark.parametrize(
    "forbidden",
    [
        pytest.param(r"^$", id="nothing"),
        pytest.param(r"^\s|\s$", id="blanks around it"),
        pytest.param(r"[<>]", id="HTML"),
        pytest.param(r"://", id="addresses"),
        pytest.param(r"'\{\w*\}'", id="placeholders in single quotes"),
        pytest.param(r"\[%", id="references, which only Home Assistant's own build resolves"),
        pytest.param(r" {2}", id="two blanks"),
    ],
)
def test_no_text_has(language: str, forbidden: str) -> None:
    """What Home Assistant does not take, or would show badly."""
    assert {key: text for key, text in flat(TEXTS[language]) if re.search(forbidden, text)} == {}


@each_language
def test_keys_are_spelt_as_home_assistant_wants_them(language: str) -> None:
    """Small letters, digits, underscores."""
    keys = {key for path, _ in flat(TEXTS[language]) for key in path.split(".")}
    assert {key for key in keys if not re.fullmatch(r"[a-z0-9_]+", key)} == set()


def test_there_are_texts_for_nothing_else() -> None:
    """Such as actions, which there are not."""
    assert EN.keys() == {"config", "options", "entity", "exceptions", "issues", "selector", "system_health", "triggers"}
    assert EN["config"].keys() == {"step", "error", "abort"}
    assert EN["options"].keys() == {"step", "abort"}


def test_every_step_has_texts() -> None:
    """And there are none for steps that were removed."""
    for flow, texts in ((NezhaConfigFlow, EN["config"]), (NezhaOptionsFlow, EN["options"])):
        steps = {name.removeprefix("async_step_") for name in vars(flow) if name.startswith("async_step_")}
        assert texts["step"].keys() == steps - WITHOUT_FORM


type Shown = list[tuple[dict[str, Any], ConfigFlowResult]]
"""Forms and menus with their texts."""


@pytest.fixture
async def shown(hass: HomeAssistant, loaded: MockConfigEntry, serve: Serve) -> Shown:
    """Return every form and the menu; the form of the options with all that it may ask."""
    newest = await serve(Dashboard(World(servers=1), generation="v2"))
    other = await serve(Dashboard(World(servers=1)))
    other.world.edit(1, name="another")
    new = await serve(Dashboard(World(servers=3)))
    for number in (1, 2, 3):
        new.world.edit(number, name="another")
    address = {"url": newest.url, "advanced": {"verify_ssl": True}}
    menu = await submit(hass, await start(hass), address)
    found = [
        await start(hass),
        await loaded.start_reauth_flow(hass),
        await loaded.start_reconfigure_flow(hass),
        await submit(hass, await loaded.start_reconfigure_flow(hass), typed(other.url, other.token)),
        await submit(hass, await loaded.start_reconfigure_flow(hass), typed(new.url, new.token)),
        menu,
    ]
    for way in ways(menu):
        begun = await submit(hass, await start(hass), address)
        found.append(await submit(hass, begun, {"next_step_id": way}))
    await hass.config_entries.async_unload(loaded.entry_id)
    options = await hass.config_entries.options.async_init(loaded.entry_id)
    assert {form["step_id"] for form in found} == EN["config"]["step"].keys()
    assert {options["step_id"]} == EN["options"]["step"].keys()
    return [(EN["config"]["step"][form["step_id"]], form) for form in found] + [
        (EN["options"]["step"]["init"], options)
    ]


async def test_every_field_of_every_form_has_a_name_and_a_description(shown: Shown) -> None:
    """Those in sections as well; and no field that was removed has one."""
    for texts, form in shown:
        assert texts["title"]
        compare(schema_of(form), texts)


def schema_of(form: ConfigFlowResult) -> probatio.Schema:
    """Return the fields of a form; a menu has none."""
    schema = form["data_schema"] if form["type"] is FlowResultType.FORM else None
    return schema or probatio.Schema({})


def ways(menu: ConfigFlowResult) -> list[str]:
    """Return what a menu offers; a form offers nothing."""
    options = menu.get("menu_options", [])
    assert isinstance(options, list)
    return options


async def test_every_choice_has_a_name(shown: Shown) -> None:
    """In menus, and in lists that the dashboard does not fill."""
    for texts, form in shown:
        assert texts.get("menu_options", {}).keys() == set(ways(form))
    fields = [field for _, form in shown for field in schema_of(form).schema.values()]
    lists = [field.config for field in fields if isinstance(field, SelectSelector)]
    lists += [field["selector"]["select"] for field in trigger_fields() if "select" in field["selector"]]
    named = {str(config.get("translation_key")): config["options"] for config in lists if "translation_key" in config}
    assert named.keys() == EN["selector"].keys()
    for key, options in named.items():
        assert EN["selector"][key].keys() == {"options"}
        assert EN["selector"][key]["options"].keys() == set(options)


def trigger_fields() -> list[dict[str, Any]]:
    """Return the fields of all triggers."""
    triggers = load_yaml_dict(str(INTEGRATION / "triggers.yaml"))
    return [field for each in triggers.values() for field in each["fields"].values()]


def compare(schema: probatio.Schema, texts: dict[str, Any]) -> None:
    """Hold texts to the fields of a form or of a section."""
    sections = {str(name): kind for name, kind in schema.schema.items() if isinstance(kind, section)}
    fields = {str(name) for name in schema.schema} - sections.keys()
    assert texts.get("data", {}).keys() == fields
    assert texts.get("data_description", {}).keys() == fields
    assert texts.get("sections", {}).keys() == sections.keys()
    for name, kind in sections.items():
        assert texts["sections"][name]["name"]
        compare(kind.schema, texts["sections"][name])


async def test_every_placeholder_of_every_form_is_filled(shown: Shown) -> None:
    """Also those of the errors that a form may show which tries a connection."""
    for texts, form in shown:
        given = set(form["description_placeholders"] or {})
        assert set().union(*(placeholders(text) for _, text in flat(texts))) <= given
    errors = set().union(*(placeholders(text) for text in EN["config"]["error"].values()))
    without_connection = {"same_dashboard", "moved", "credential", "init"}
    trying = [form for _, form in shown if form["step_id"] not in without_connection]
    assert len(trying) == len(shown) - len(without_connection)
    assert all(errors <= set(form["description_placeholders"] or {}) for form in trying)


def test_every_error_of_a_form_has_a_text() -> None:
    """All that the client may raise while a connection is tried, and what the forms find by themselves."""
    assert literal_errors() >= {"token_empty", "login_empty", NezhaError.key}
    assert EN["config"]["error"].keys() == keys_of(NezhaError) | literal_errors()


def test_every_end_of_a_flow_has_a_text() -> None:
    """Home Assistant has texts of its own for some of them only from 2026.10 on."""
    assert EN["config"]["abort"].keys() == literals("reason") | ABORTS_OF_HOME_ASSISTANT | {NEWER}
    assert EN["options"]["abort"] == {NEWER: EN["config"]["abort"][NEWER]}


def test_every_exception_has_a_text() -> None:
    """All that the client may raise while a dashboard is polled, and what keeps an entry from being set up."""
    assert EN["exceptions"].keys() == keys_of(NezhaError) - {InvalidUrlError.key} | {NEWER}
    assert all(texts.keys() == {"message"} for texts in EN["exceptions"].values())


CROWDED = "too_many_entities"


def test_every_issue_has_a_text() -> None:
    """All that only the owner of a dashboard can mend, and a fleet that is too large."""
    to_be_read = {key: texts for key, texts in EN["issues"].items() if key != GONE}
    assert to_be_read.keys() == {CROWDED}.union(*(keys_of(error) for error in FOR_THE_USER))
    assert all(texts.keys() == {"title", "description"} for texts in to_be_read.values())


async def test_every_step_of_a_repair_has_texts(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Those of its menu alone need no step of their own; every field has a name and a description."""
    loaded.runtime_data.identities._change("1", gone=True)
    flow = GoneServerFlow(loaded.entry_id, "1")
    flow.hass = hass
    texts = EN["issues"][GONE]["fix_flow"]["step"]
    menu, *forms = await flow.async_step_init(), await flow.async_step_replaced(), await flow.async_step_remove()
    assert texts.keys() == {shown["step_id"] for shown in (menu, *forms)}
    assert list(texts["init"]["menu_options"]) == menu["menu_options"]
    for form in forms:
        compare(form["data_schema"] or probatio.Schema({}), texts[form["step_id"]])
    for shown in (menu, *forms):
        given = set(shown["description_placeholders"] or {})
        assert set().union(*(placeholders(text) for _, text in flat(texts[shown["step_id"]]))) <= given


def test_every_end_of_a_repair_has_a_text() -> None:
    """The user reads why nothing has happened."""
    raised = (node for node in code() if isinstance(node, ast.Call) and ast.unparse(node.func) == "AbortFlow")
    reasons = {node.args[0].value for node in raised if isinstance(node.args[0], ast.Constant)}
    assert EN["issues"][GONE]["fix_flow"]["abort"].keys() == reasons


@pytest.mark.parametrize("kind", ["exceptions", "issues"])
def test_exceptions_and_issues_name_the_dashboard(kind: str) -> None:
    """A redirect tells where to as well, a scope that lacks which one, and a server that is gone its name."""
    more = {
        RedirectedError.key: {"target"},
        MissingScopeError.key: {"scope"},
        CROWDED: {"disabled", "most"},
        GONE: {"server"},
    }
    named = {key: set().union(*(placeholders(text) for _, text in flat(texts))) for key, texts in EN[kind].items()}
    assert named == {key: {"name"} | more.get(key, set()) for key in named}


def descriptions(platform: str) -> list[Any]:
    """Return all descriptions of a platform, those in tables and those alone.

    Home Assistant makes some of them without their base class, so they are known by their fields.
    """
    found = vars(import_module(f"custom_components.nezha.{platform}")).values()
    tables = [value if isinstance(value, tuple) else (value,) for value in found]
    values = [value for table in tables for value in table if is_dataclass(value) and not isinstance(value, type)]
    return [value for value in values if hasattr(value, "translation_key")]


def test_every_entity_has_a_name() -> None:
    """And there are none for entities that were removed."""
    assert EN["entity"].keys() == set(PLATFORMS)
    for platform in PLATFORMS:
        assert EN["entity"][platform].keys() == {description.translation_key for description in descriptions(platform)}


@each_language
def test_no_two_entities_of_a_platform_have_the_same_name(language: str) -> None:
    """They would be told apart by a number at the end of their entity ids only."""
    for texts in TEXTS[language]["entity"].values():
        names = [text["name"] for text in texts.values()]
        assert len(set(names)) == len(names)


@pytest.mark.usefixtures("every_entity_enabled")
async def test_every_name_is_filled(hass: HomeAssistant, loaded: MockConfigEntry, serve: Serve) -> None:
    """Names of temperatures and monitors are part of those of their entities."""
    newest = await serve(Dashboard(World(latency_points=5), generation="v2"))
    await hass.config_entries.async_setup(add_entry(hass, newest).entry_id)
    await hass.async_block_till_done()
    entities = er.async_get(hass).entities.values()
    assert {entity.translation_key for entity in entities} == {
        description.translation_key for platform in PLATFORMS for description in descriptions(platform)
    }
    assert {entity.original_name for entity in entities if re.search(r"[{}]|^$", entity.original_name or "")} == set()


async def test_system_health_has_a_text_for_each_number(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Home Assistant shows the key otherwise."""
    assert await async_setup_component(hass, "system_health", {})
    assert EN["system_health"]["info"].keys() == (await get_system_health_info(hass, DOMAIN)).keys()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_entity_has_an_icon(platform: str) -> None:
    """Its own, or that of its device class."""
    component = Path(components.__path__[0]) / platform / "icons.json"
    of_classes = json.loads(component.read_text())["entity_component"]
    without = {
        description.translation_key
        for description in descriptions(platform)
        if description.device_class not in of_classes
    }
    assert without - ICONS["entity"][platform].keys() == set()


def test_every_icon_belongs_to_an_entity_or_a_trigger() -> None:
    """None is left of those that were removed."""
    assert ICONS.keys() == {"entity", "triggers"}
    assert ICONS["triggers"].keys() == TRIGGERS.keys()
    for platform, icons in ICONS["entity"].items():
        assert icons.keys() <= {description.translation_key for description in descriptions(platform)}


def test_icons_are_material_design_icons() -> None:
    """Others are not at hand in Home Assistant."""
    assert {icon for _, icon in flat(ICONS) if not re.fullmatch(r"mdi:[a-z0-9-]+", icon)} == set()


def test_icons_of_states_differ_from_the_default() -> None:
    """They would say nothing otherwise."""
    with_states = [icon for icons in ICONS["entity"].values() for icon in icons.values() if "state" in icon]
    assert with_states
    assert [icon for icon in with_states if icon["default"] in icon["state"].values()] == []
