"""The blueprints as files: what Home Assistant imports from the addresses that stand in the READMEs."""

from collections.abc import Iterator
from http import HTTPStatus
import json
from pathlib import Path
import re
from typing import Any
from urllib.parse import urlsplit

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.nezha.const import DOMAIN
from tests.documents import manifest, read

from .home import BLUEPRINTS, IMPORTED

OLDEST = json.loads(read("hacs.json"))["homeassistant"]
NAMES = sorted(path.stem for path in BLUEPRINTS.glob("*.yaml"))
CHINESE = ".zh-Hans"
ADDRESS = f"{manifest()['documentation']}/blob/main/blueprints/automation/{DOMAIN}"
RAW = f"https://raw.githubusercontent.com{urlsplit(ADDRESS).path.replace('/blob', '')}"


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Have a configuration where blueprints and automations can be saved."""
    (tmp_path / "configuration.yaml").write_text("automation: !include automations.yaml\n", encoding="utf-8")
    (tmp_path / "automations.yaml").write_text("[]\n", encoding="utf-8")
    return str(tmp_path)


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("name", NAMES)
async def test_it_is_imported_by_its_address_and_used_without_any_input(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    aioclient_mock: AiohttpClientMocker,
    name: str,
) -> None:
    """What the button in the README, the preview and the form of the new automation do."""
    text = (BLUEPRINTS / f"{name}.yaml").read_text(encoding="utf-8")
    aioclient_mock.get(f"{RAW}/{name}.yaml", text=text)  # type: ignore[no-untyped-call]
    assert await async_setup_component(hass, "persistent_notification", {})
    assert await async_setup_component(hass, AUTOMATION, {})
    assert await async_setup_component(hass, "config", {})
    websocket, client = await hass_ws_client(hass), await hass_client()

    await websocket.send_json_auto_id({"type": "blueprint/import", "url": f"{ADDRESS}/{name}.yaml"})
    preview = (await websocket.receive_json())["result"]
    assert preview["validation_errors"] is None
    assert preview["blueprint"]["metadata"]["source_url"] == f"{ADDRESS}/{name}.yaml"
    assert preview["blueprint"]["metadata"]["homeassistant"]["min_version"] == OLDEST

    path = f"{preview['suggested_filename']}.yaml"
    assert path == f"{IMPORTED}/{name}.yaml"
    file = {"path": path, "yaml": preview["raw_data"], "source_url": f"{ADDRESS}/{name}.yaml"}
    await websocket.send_json_auto_id({"type": "blueprint/save", "domain": AUTOMATION} | file)
    assert (await websocket.receive_json())["success"]

    automation = {"alias": "Tell me", "use_blueprint": {"path": path, "input": {}}}
    answer = await client.post("/api/config/automation/config/1", json=automation)
    assert answer.status == HTTPStatus.OK
    await hass.async_block_till_done()
    created = hass.states.get("automation.tell_me")
    assert created
    assert created.state == STATE_ON
    await hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_explains_itself(name: str) -> None:
    """It has a name, a selector and a default; what is chosen by numbers or lists says what it means."""
    for field in _fields(load_yaml_dict(str(BLUEPRINTS / f"{name}.yaml"))["blueprint"]["input"]):
        assert field["name"]
        assert len(field["selector"]) == 1
        assert "default" in field


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(CHINESE)])
def test_the_chinese_edition_does_the_same(name: str) -> None:
    """It differs in what people read, all of which is in Chinese."""
    english, chinese = (
        dict(_leaves(load_yaml_dict(str(BLUEPRINTS / f"{each}.yaml")))) for each in (name.removesuffix(CHINESE), name)
    )
    assert chinese.keys() == english.keys()
    differing = {path for path in english if english[path] != chinese[path]} - {("blueprint", "source_url")}
    assert {path for path in differing if not re.search(r"[\u3000-\u9fff]", str(chinese[path]))} == set()
    read_by_people = {path for path in english if path[-1] in {"name", "description", "alias"} or _is_text(path)}
    assert read_by_people - differing == set()


def _is_text(path: tuple[str, ...]) -> bool:
    return "texts" in path and path[-1] == "default"


def _leaves(tree: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield everything that stands in a tree with its path."""
    match tree:
        case dict():
            for key, each in tree.items():
                yield from _leaves(each, *path, key)
        case list():
            for number, each in enumerate(tree):
                yield from _leaves(each, *path, str(number))
        case _:
            yield path, tree


def _fields(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a form, also those in sections."""
    return [field for each in inputs.values() for field in (each["input"].values() if "input" in each else [each])]
