"""What the READMEs say is what the integration does."""

from collections.abc import Callable, Iterator
import json
from pathlib import Path
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from homeassistant.components import binary_sensor as binary_sensor_component
from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.helpers.entity import EntityDescription
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.nezha.api import ApiToken, Credential, Guest, Login, PersonalAccessToken
from custom_components.nezha.api.generations.v0 import GenerationV0
from custom_components.nezha.api.generations.v1 import GOOD, GenerationV1
from custom_components.nezha.api.generations.v2 import GenerationV2
from custom_components.nezha.api.transport import LOCAL_SUFFIXES
from custom_components.nezha.binary_sensor import DASHBOARD_CONNECTED, MONITOR_UP, SERVER_ONLINE
from custom_components.nezha.const import (
    BLOCKED_PAUSE,
    GONE_AFTER,
    GONE_ANSWERS,
    INVENTORY_INTERVAL,
    LATENCY_BURST,
    LATENCY_BYTES_A_SECOND,
    LEAST_HOLD,
    LEAST_INTERVAL,
    MANY_MONITORS,
    MOST_INTERVAL,
    MOST_STREAM_BYTES_A_DAY,
)
from custom_components.nezha.fleet import automatic_interval, rows_a_day
from custom_components.nezha.gone import GONE
from custom_components.nezha.sensor import (
    DASHBOARD_SENSORS,
    FURTHER_GPU,
    MONITOR_LATENCY,
    MONITOR_SENSORS,
    SERVER_SENSORS,
    TEMPERATURE,
    DashboardSensorDescription,
    MonitorSensorDescription,
    ServerSensorDescription,
)
from custom_components.nezha.trigger import TRIGGERS

from .documents import INTEGRATION, READMES, ROOT, blocks, examples, header, manifest, read, table, tables, translations

readmes = pytest.mark.parametrize("readme", READMES)
YES_NO = {"en": ("yes", "no"), "zh-Hans": ("是", "否")}
ON_OFF = {"en": "on / off ({on} / {off})", "zh-Hans": "开 / 关（{on} / {off}）"}  # noqa: RUF001 - Chinese brackets
TIME = {"en": "time", "zh-Hans": "时间"}
NONE = "–"  # noqa: RUF001 - a dash, as in the tables
TENTH_OF_LATER_ONES = 1  # digits of the sensors whose descriptions carry none
WAYS_IN: dict[str, tuple[type[Credential], ...]] = {
    "token": (ApiToken, PersonalAccessToken),
    "login": (Login,),
    "guest": (Guest,),
}
CHINESE = ".zh-Hans"
"""Between the name and the ending of a blueprint in Chinese."""
TRIGGER_FIELDS = {key: trigger["fields"] for key, trigger in load_yaml_dict(str(INTEGRATION / "triggers.yaml")).items()}
GENERATIONS = (GenerationV0, GenerationV1, GenerationV2)
TOO_OLD_FOR_TOKENS = "2.0"  # of the generation that has them
MEGABYTE = 1_000_000
STREAM, BURST, HOUR = (
    size // MEGABYTE for size in (MOST_STREAM_BYTES_A_DAY, LATENCY_BURST, 3600 * LATENCY_BYTES_A_SECOND)
)
FEWEST, MOST = (round(60 * LATENCY_BYTES_A_SECOND / size) for size in (47_000, 32_000))
"""Pairs of server and monitor a minute, by the bytes of a day's points from Nezha 2.3.7 and 0.20.13."""
INVENTORY, PAUSE = (interval.seconds // 60 for interval in (INVENTORY_INTERVAL, BLOCKED_PAUSE))
NUMBERS = {
    "en": [
        f"up to {STREAM} MB a day",
        f"{BURST} MB at once and {HOUR} MB an hour",
        f"{FEWEST} to {MOST} pairs of server and monitor a minute",
        f"is asked for every {INVENTORY} minutes",
        f"asks only every {PAUSE} minutes",
        f"for {LEAST_HOLD.seconds} seconds or three polls",
        f"{LEAST_INTERVAL} to {MOST_INTERVAL} seconds",
        f"more than {MANY_MONITORS} monitors",
        f"missing for {GONE_AFTER.days * 24} hours, and from at least {GONE_ANSWERS} answers",
        f"more than {100 * GOOD:.0f} % of the latest probes",
    ],
    "zh-Hans": [
        f"每天不超过 {STREAM} MB",
        f"一次性 {BURST} MB，每小时 {HOUR} MB",  # noqa: RUF001 - a comma of Chinese texts
        f"每分钟 {FEWEST} 至 {MOST} 个“服务器与服务”组合",
        f"每 {INVENTORY} 分钟请求一次",
        f"每 {PAUSE} 分钟才请求一次",
        f"{LEAST_HOLD.seconds} 秒或三次请求",
        f"{LEAST_INTERVAL} 至 {MOST_INTERVAL} 秒",
        f"超过 {MANY_MONITORS} 个服务",
        f"已缺失 {GONE_AFTER.days * 24} 小时，并且至少 {GONE_ANSWERS} 次响应中都没有它",  # noqa: RUF001 - likewise
        f"成功的超过 {100 * GOOD:.0f} %",
    ],
}


@readmes
@pytest.mark.parametrize(
    ("name", "binary_sensor", "sensors"),
    [
        ("dashboard", DASHBOARD_CONNECTED, DASHBOARD_SENSORS),
        ("monitor", MONITOR_UP, MONITOR_SENSORS),
        ("server", SERVER_ONLINE, (*SERVER_SENSORS, TEMPERATURE, FURTHER_GPU, MONITOR_LATENCY)),
    ],
)
def test_the_tables_list_every_entity_as_it_is(
    readme: str, name: str, binary_sensor: BinarySensorEntityDescription, sensors: tuple[SensorEntityDescription, ...]
) -> None:
    """Name, category, unit, whether it is enabled, and to what it is rounded, in the order of the code."""
    language = READMES[readme]
    written = [[entity, unit, on, rounded] for entity, unit, on, _, rounded in table(read(readme), f"entities: {name}")]
    assert written == [
        [_name(binary_sensor, "binary_sensor", language), _states(language), _on(binary_sensor, language), NONE],
        *(
            [_name(sensor, "sensor", language), _unit(sensor, language), _on(sensor, language), _rounding(sensor)]
            for sensor in sensors
        ),
    ]


@readmes
def test_entities_with_the_same_condition_say_the_same_of_when_they_exist(readme: str) -> None:
    """What decides is one function, so it has one text."""
    names = translations(READMES[readme])["entity"]["sensor"]
    said = {row[0].strip("*"): row[3] for row in table(read(readme), "entities: server")}
    texts: dict[Callable[..., bool], set[str]] = {}
    for description in SERVER_SENSORS:
        texts.setdefault(description.exists_fn, set()).add(said[names[description.key]["name"]])
    assert [found for found in texts.values() if len(found) > 1] == []


@readmes
def test_every_field_and_option_is_explained_by_the_name_that_the_form_shows(readme: str) -> None:
    """A reader looks for what stands on the screen."""
    texts, text = translations(READMES[readme]), read(readme)
    steps = [*texts["config"]["step"].values(), *texts["options"]["step"].values()]
    labels = {label for step in steps for label in step.get("data", {}).values()}
    inner = [
        (section["name"], label)
        for step in steps
        for section in step.get("sections", {}).values()
        for label in section["data"].values()
    ]
    missing = {label for label in labels if f"| **{label}** |" not in text}
    missing |= {label for name, label in inner if not re.search(rf"\| \*\*{name}\W+{label}\*\* \|", text)}
    assert missing == set()


@readmes
def test_every_choice_is_explained_by_the_name_that_the_form_shows(readme: str) -> None:
    """The ways to sign in have rows, the values of the stream have bold words."""
    texts, text = translations(READMES[readme]), read(readme)
    ways = texts["config"]["step"]["credential"]["menu_options"].values()
    assert {way for way in ways if f"| **{way}** |" not in text} == set()
    assert {value for value in texts["selector"]["stream"]["options"].values() if f"**{value}**" not in text} == set()


@readmes
def test_what_a_repair_or_a_move_offers_is_explained_by_the_name_that_is_shown(readme: str) -> None:
    """The choices about a server that is gone have bold words, those about a dashboard are in its field's row."""
    texts, text = translations(READMES[readme]), read(readme)
    choices = texts["issues"][GONE]["fix_flow"]["step"]["init"]["menu_options"].values()
    assert {choice for choice in choices if f"- **{choice}**" not in text} == set()
    (row,) = re.findall(rf"\| \*\*{texts['config']['step']['same_dashboard']['data']['dashboard']}\*\* \|.*", text)
    assert {value for value in texts["selector"]["dashboard"]["options"].values() if value not in row} == set()


@readmes
def test_the_versions_have_the_ways_in_and_the_abilities_of_the_code(readme: str) -> None:
    """A column for each way to sign in, named as in the form, then what the generation can do."""
    language, text = READMES[readme], read(readme)
    options = translations(language)["config"]["step"]["credential"]["menu_options"]
    assert header(text, "versions")[1:4] == [options[way] for way in WAYS_IN]
    rows = table(text, "versions")
    assert {int(version[0]) for version, *_ in rows} == {generation.number for generation in GENERATIONS}
    yes, no = YES_NO[language]
    assert rows == [[version, *(yes if able else no for able in _abilities(version))] for version, *_ in rows]


@readmes
def test_the_first_lines_name_the_first_and_the_last_version_of_the_table(readme: str) -> None:
    """Whoever reads no further knows whether it is for them."""
    text = read(readme)
    cells = [version for version, *_ in table(text, "versions")]
    between = re.sub(r"[\d.]", "", cells[0])
    assert f"{cells[0].split(between)[0]}{between}{cells[-1].split(between)[-1]}" in text.split("## ", 1)[0]


@readmes
def test_the_scopes_are_those_that_the_form_asks_for(readme: str) -> None:
    """Whoever makes a token looks for these words."""
    asked = translations(READMES[readme])["config"]["step"]["token"]["data_description"]["token"]
    scopes = re.findall(r'["“]([^"”]+)["”]', asked)
    assert scopes
    assert [scope for scope in scopes if f"**{scope}**" not in read(readme)] == []


@readmes
def test_every_error_has_a_row_that_begins_with_what_is_shown(readme: str) -> None:
    """Whoever reads an error finds it in the table."""
    texts = translations(READMES[readme])
    shown = {
        **{key: issue["title"] for key, issue in texts["issues"].items() if key != GONE},
        **{key: exception["message"] for key, exception in texts["exceptions"].items()},
        **texts["config"]["error"],
    }
    rows = {key.strip("`"): said for key, said, _ in table(read(readme), "errors")}
    assert list(rows) == sorted(shown)
    assert {key: said for key, said in rows.items() if not shown[key].startswith(said)} == {}


@readmes
def test_the_write_intervals_are_those_of_the_code(readme: str) -> None:
    """The numbers of servers are examples, the seconds are computed."""
    rows = table(read(readme), "intervals")
    assert rows
    assert rows == [[servers, re.sub(r"\d+", str(automatic_interval(int(servers))), text)] for servers, text in rows]


@readmes
def test_numbers_in_the_text_are_those_of_the_code(readme: str) -> None:
    """Intervals, limits and budgets, and what counts as a local network."""
    text = " ".join(read(readme).split())
    local = [f"`{suffix}`" for suffix in LOCAL_SUFFIXES]
    assert [said for said in (*NUMBERS[READMES[readme]], *local) if said not in text] == []


@readmes
def test_the_rows_that_a_server_writes_are_those_of_the_code(readme: str) -> None:
    """One server, one write every 30 seconds."""
    assert f"{rows_a_day(1, 30):,}" in read(readme)


@readmes
def test_the_buttons_lead_to_this_repository_and_to_its_form(readme: str) -> None:
    """My Home Assistant takes what it needs from the address."""
    owner, repository = urlsplit(manifest()["documentation"]).path.strip("/").split("/")
    links = re.findall(r"\(https://my\.home-assistant\.io/redirect/([^)]+)\)", read(readme))
    targets = [(urlsplit(link).path.strip("/"), parse_qs(urlsplit(link).query)) for link in links]
    assert [target for target in targets if target[0] != "blueprint_import"] == [
        ("hacs_repository", {"owner": [owner], "repository": [repository], "category": ["integration"]}),
        ("brand", {"brand": [manifest()["domain"]]}),
    ]


@readmes
def test_each_blueprint_has_a_button_that_leads_to_the_preview_of_its_file(readme: str) -> None:
    """Home Assistant takes the address from it."""
    links = re.findall(r"\(https://my\.home-assistant\.io/redirect/blueprint_import/\?([^)]+)\)", read(readme))
    chinese = READMES[readme] != "en"
    paths = [path for path in (ROOT / "blueprints").rglob("*.yaml") if path.stem.endswith(CHINESE) == chinese]
    files = [str(path.relative_to(ROOT)) for path in paths]
    addresses = [parse_qs(query)["blueprint_url"][0] for query in links]
    assert sorted(addresses) == sorted(f"{manifest()['documentation']}/blob/main/{file}" for file in files)


@readmes
def test_the_oldest_home_assistant_is_that_of_hacs(readme: str) -> None:
    """HACS refuses older ones."""
    assert f"Home Assistant {json.loads(read('hacs.json'))['homeassistant']} " in read(readme)


@readmes
@pytest.mark.parametrize("command", ["scripts/demo", "scripts/test", "scripts/e2e", "scripts/check"])
def test_the_commands_exist(readme: str, command: str) -> None:
    """They are called as they are written."""
    assert f"| `{command}` |" in read(readme)
    assert (ROOT / command).is_file()


def test_both_readmes_have_the_same_parts() -> None:
    """The same headings, tables, code and links to other places, whatever the language."""
    english, chinese = (_parts(read(readme).replace(f"{CHINESE}.yaml", ".yaml")) for readme in READMES)
    assert english == chinese


def test_both_readmes_show_each_blueprint_with_the_same_settings() -> None:
    """Each in the edition of its language."""
    english, chinese = (dict(_blueprints(readme)) for readme in READMES)
    assert list(chinese) == [path.replace(".yaml", f"{CHINESE}.yaml") for path in english]
    for shown, translated in zip(english.values(), chinese.values(), strict=True):
        assert {key for key in shown if shown[key] != translated[key]} <= {"above_title"}


@readmes
def test_each_trigger_has_a_table_of_its_options_with_their_defaults(readme: str) -> None:
    """Below the name that the editor shows."""
    text, names = read(readme), translations(READMES[readme])["triggers"]
    pairs = re.findall(r"<!-- triggers: (\w+) (\w+) -->", text)
    assert [key for pair in pairs for key in pair] == list(TRIGGERS)
    for began, ended in pairs:
        described = text.split(f"<!-- triggers: {began} {ended} -->\n", 1)[1]
        for key in (began, ended):
            assert re.search(rf"\*\*{names[key]['name']}\*\*.{{1,2}}`nezha\.{key}`", described)
        fields = TRIGGER_FIELDS[began]
        assert TRIGGER_FIELDS[ended] == fields
        rows = {row[0].strip("`"): row[2] for row in tables(described)[0]}
        assert rows.keys() == fields.keys()
        for option, default in rows.items():
            match fields[option]["default"]:
                case {"minutes": minutes}:
                    assert re.fullmatch(rf"{minutes} (minutes|分钟)", default)
                case list(values):
                    assert re.findall(r"`(\w+)`", default) == values
                case {}:
                    assert default in {"nothing", "无"}
                case number:
                    assert default == str(number)


def _blueprints(readme: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path and the inputs of each blueprint that a README shows."""
    for example in examples(read(readme)):
        if used := example.get("use_blueprint"):
            yield used["path"], used["input"]


def _abilities(version: str) -> list[bool]:
    """Return which ways in there are, whether there is a stream, and whether there are monitors as a whole."""
    generation = GENERATIONS[int(version[0])]
    ways = {way: any(generation.number in kind.generations for kind in kinds) for way, kinds in WAYS_IN.items()}
    ways["token"] &= version != TOO_OLD_FOR_TOKENS
    return [*ways.values(), generation.capabilities.stream, generation.capabilities.monitors]


def _name(description: EntityDescription, platform: str, language: str) -> str:
    name: str = translations(language)["entity"][platform][description.translation_key]["name"]
    return f"*{name}*" if description.entity_category is EntityCategory.DIAGNOSTIC else name


def _on(description: EntityDescription, language: str) -> str:
    yes, no = YES_NO[language]
    return yes if description.entity_registry_enabled_default else no


def _states(language: str) -> str:
    """Return the states of what is on or off, with the words that Home Assistant's pages have for them."""
    file = Path(binary_sensor_component.__file__).parent / "translations" / f"{language}.json"
    words = json.loads(file.read_text(encoding="utf-8"))["entity_component"]
    return ON_OFF[language].format(**words[BinarySensorDeviceClass.CONNECTIVITY]["state"])


def _unit(description: SensorEntityDescription, language: str) -> str:
    if description.device_class in {SensorDeviceClass.TIMESTAMP, SensorDeviceClass.UPTIME}:
        return TIME[language]
    return description.suggested_unit_of_measurement or description.native_unit_of_measurement or NONE


def _rounding(description: SensorEntityDescription) -> str:
    if description.state_class is None:
        return NONE
    digits = TENTH_OF_LATER_ONES
    if isinstance(description, DashboardSensorDescription | ServerSensorDescription | MonitorSensorDescription):
        digits = description.digits
    unit = description.native_unit_of_measurement or ""
    prefix = {-3: "k", -6: "M"}.get(digits, "")
    return f"{f'{10**-digits:.{digits}f}' if digits > 0 else '1'} {prefix}{unit}".rstrip()


def _parts(text: str) -> dict[str, Any]:
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return {
        "headings": re.findall(r"^#+", prose, re.MULTILINE),
        "tables": [len(rows) for rows in tables(text)],
        "bullets": len(re.findall(r"^(?:- |\d\. )", prose, re.MULTILINE)),
        "blocks": [sorted(example) for example in examples(text)],
        "templates": blocks(text, "jinja"),
        "links": sorted(set(re.findall(r"\]\((https?://[^)]+)\)", text))),
    }
