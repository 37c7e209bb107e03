"""The dashboards to paste show whatever servers there are, and cost little however many there are."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from html import unescape
import re
from typing import Any, Self
from unittest.mock import patch

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.components.sensor.const import DEVICE_CLASS_UNITS
from homeassistant.const import STATE_UNAVAILABLE, UnitOfTime
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import TrackTemplate, TrackTemplateResult, async_track_template_result
from homeassistant.helpers.template import Template
from homeassistant.helpers.template.render_info import DOMAIN_STATES_RATE_LIMIT, RenderInfo
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import DurationConverter
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from dashboards.editions import EDITIONS, made, words
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind

from .generations import Show, Shown
from .watching import Writes, still_world

LANGUAGES = pytest.mark.parametrize("language", EDITIONS)
WITH_STATE_OF_ITS_OWN = {"heading", "markdown"}
"""The types of cards that ship with Home Assistant and name no entity."""
MOST_SIGNS = 256 * 1024
"""Home Assistant refuses templates with longer results."""
EVERY_CARD = range(5)
DASHBOARDS, OFFLINE, LIMITS, SERVERS, ALL_SERVERS = EVERY_CARD
"""The Markdown cards, in their order."""
NO_VALUE = "–"  # noqa: RUF001 - the dash of a table
BREAK = "\u200b"
"""Where a word may be broken: a space without a width."""
ODD = 'a|b *c* _d_ `e` <b>&amp; "f"</b> [g](h) # 🚀\n\n- i'


def cards(language: str) -> list[str]:
    """Return the templates of the Markdown cards."""
    return [card["content"] for card in _cards(language) if card["type"] == "markdown"]


class OpenPage:
    """A page on which all cards are open: what each shows, and how often it was rendered since then."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare to follow the cards as Home Assistant's page does."""
        self.shown: dict[int, str] = {}
        self.renderings: Counter[int] = Counter()
        self._hass = hass
        self._templates = [Template(card, hass) for card in cards("en")]
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Open it."""
        for template in self._templates:
            followed = async_track_template_result(self._hass, [TrackTemplate(template, None)], self._take, strict=True)
            self._stack.callback(followed.async_remove)
            followed.async_refresh()
        self._stack.enter_context(patch.object(Template, "async_render_to_info", self._counting()))
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._stack.close()

    @callback
    def _take(self, _: Event[EventStateChangedData] | None, updates: list[TrackTemplateResult]) -> None:
        for update in updates:
            self.shown[self._templates.index(update.template)] = str(update.result)

    def _counting(self) -> Callable[..., RenderInfo]:
        render = Template.async_render_to_info

        def count(template: Template, *args: Any, **options: Any) -> RenderInfo:
            self.renderings[self._templates.index(template)] += 1
            return render(template, *args, **options)

        return count


def read_card(hass: HomeAssistant, number: int, language: str = "en") -> str:
    """Return what a card shows, as strictly as Home Assistant's page has it rendered."""
    shown: str = Template(cards(language)[number], hass).async_render(parse_result=False, strict=True)
    return shown


def rows(table: str) -> list[list[str]]:
    """Return the texts of a table's cells below the header."""
    return [[_text(cell) for cell in re.findall("<td.*?>(.*?)</td>", row)] for row in table.split("<tr>")[2:]]


def names(table: str) -> list[str]:
    """Return the names in the first column, without the marks before them."""
    return [row[0].split(" ", 1)[1] for row in rows(table)]


@LANGUAGES
def test_each_file_is_what_its_templates_and_words_make(language: str) -> None:
    """Nobody edits one edition alone: `scripts/dashboards` writes both."""
    assert EDITIONS[language].read_text(encoding="utf-8") == made(language)


def test_every_language_has_all_words() -> None:
    """Each edition says everything that the others say."""
    assert len({frozenset(words(language)) for language in EDITIONS}) == 1


@LANGUAGES
def test_the_cards_ship_with_home_assistant_and_name_no_entity(language: str) -> None:
    """There is nothing to install and nothing to replace, and the editor has no comment to warn of before it saves."""
    assert {card["type"] for card in _cards(language)} == WITH_STATE_OF_ITS_OWN
    assert not re.search(r"^\s*#|\{#", EDITIONS[language].read_text(encoding="utf-8"), re.MULTILINE)
    assert not re.search(r"sensor\.\w*[a-z]\w*_\w+'", EDITIONS[language].read_text(encoding="utf-8"))


@LANGUAGES
async def test_every_server_is_shown_with_its_values(hass: HomeAssistant, show: Show, language: str) -> None:
    """A row for each server, with a link to its device; nothing is reported to Home Assistant's log or page."""
    shown = await show()
    for number in (SERVERS, ALL_SERVERS):
        table = read_card(hass, number, language)
        assert sorted(names(table)) == sorted(device.name or "" for device in _servers(shown))
        for device in _servers(shown):
            assert f'<a href="/config/devices/device/{device.id}">' in table
        online = [row for row in rows(table) if row[0].startswith("🟢")]
        offline = [row for row in rows(table) if row[0].startswith("🔴")]
        assert len(online) == 6
        assert all(re.fullmatch(r"(\d+%){3}[\d.]+ / [\d.]+", "".join(row[1:])) for row in online)
        assert [row[1:] for row in offline] == [[NO_VALUE] * 3 + [f"{NO_VALUE} / {NO_VALUE}"]] * 2


async def test_a_value_has_the_unit_of_its_column(hass: HomeAssistant, show: Show) -> None:
    """A speed that the user has in MB/s is still told in Mbit/s."""
    shown = await show()
    speed = shown.entity("1", "net_in_speed")
    before = rows(read_card(hass, SERVERS))
    er.async_get(hass).async_update_entity_options(speed, "sensor", {"unit_of_measurement": "MB/s"})
    await shown.reload()
    state = hass.states.get(speed)
    assert state
    assert state.attributes["unit_of_measurement"] == "MB/s"
    assert rows(read_card(hass, SERVERS)) == before


@LANGUAGES
async def test_the_fleet_as_a_whole(hass: HomeAssistant, show: Show, language: str) -> None:
    """How many are online of how many, the speeds, and whether the Nezha dashboard answers."""
    shown = await show()
    ((name, online, *speeds),) = rows(read_card(hass, DASHBOARDS, language))
    assert (name, online) == ("🟢 nezha.example.com", "6 / 8")
    assert all(re.fullmatch(r"[\d.]+ Mbit/s", speed) for speed in speeds)
    assert len(speeds) == 2
    await _silence(shown)
    silent = words(language)["silent"]
    assert rows(read_card(hass, DASHBOARDS, language)) == [["🔴 nezha.example.com", silent]]
    assert f"🔴 nezha.example.com {silent}" in _text(read_card(hass, OFFLINE, language))
    assert {row[0][0] for row in rows(read_card(hass, SERVERS, language))} == {"⚪"}


@LANGUAGES
async def test_what_needs_attention(hass: HomeAssistant, show: Show, language: str) -> None:
    """Servers that are offline, monitors that are down, and values above a limit."""
    shown = await show()
    shown.world.fix_host(4, {"disk_total": 1000})
    shown.world.fix_state(4, {"disk_used": 925, "cpu": 95.0})
    say = words(language)
    assert read_card(hass, LIMITS, language) == say["nothing_high"]
    shown.world.stop(1)
    await shown.frames_for(400, every=40)
    offline = _text(read_card(hass, OFFLINE, language))
    assert f"🔴 hk-edge-1 {say['just_now']}" in offline
    assert f"🔴 Broken {say['silent']}" in offline
    high = _text(read_card(hass, LIMITS, language))
    assert high == f"🟠 WINDOWS-NAS {say['cpu']} 95% · {say['disk']} 92%"
    table = read_card(hass, SERVERS, language)
    assert '<b><font color="#db4437">95%</font></b>' in table


@LANGUAGES
async def test_latencies_that_are_too_high(hass: HomeAssistant, show: Show, language: str) -> None:
    """The three worst of each server; the farthest server first, but for who also lacks CPU, memory or disk."""
    shown = await show(prepare=lambda simulated: _set_targets_far_away(simulated, 150, 250, 300, 350, 400))
    shown.world.fix_state(2, {"cpu": 95.0})
    await shown.time.passes(70)
    await shown.frame(40)
    say = words(language)
    lines = _text(read_card(hass, LIMITS, language), breaks=True).split("<br>")
    told = [re.findall(r"(\+\d+ <far>) latency (\d+) ms", line) for line in lines]
    assert all([name for name, _ in worst] == ["+400 <far>", "+350 <far>", "+300 <far>"] for worst in told)
    assert lines[0].startswith(f"🟠 数据库-东京 {say['cpu']} 95% · +400 <far> latency ")
    assert lines[0].endswith(f" ms · {say['further'].format(1)}")
    farthest = [int(worst[0][1]) for worst in told[1:]]
    assert len(farthest) == 5
    assert farthest == sorted(farthest, reverse=True)
    assert "<far>" not in read_card(hass, LIMITS, language)


@pytest.mark.parametrize("unit", sorted(map(str, DEVICE_CLASS_UNITS[SensorDeviceClass.DURATION])))
async def test_a_latency_is_too_high_in_any_unit(hass: HomeAssistant, show: Show, unit: str) -> None:
    """What the user has in seconds is above 200 ms all the same, and what is below in microseconds is not."""
    shown = await show(prepare=lambda simulated: _set_targets_far_away(simulated, 300, 100))
    await shown.time.passes(70)
    far, near = (shown.entity("1", f"latency_{monitor}") for monitor in (1, 2))
    for latency in (far, near):
        er.async_get(hass).async_update_entity_options(latency, "sensor", {"unit_of_measurement": unit})
    await shown.reload()
    await shown.time.passes(70)
    state = hass.states.get(far)
    assert state
    assert state.attributes["unit_of_measurement"] == unit
    milliseconds = round(DurationConverter.convert(float(state.state), unit, UnitOfTime.MILLISECONDS))
    lines = _text(read_card(hass, LIMITS), breaks=True).split("<br>")
    assert f"🟠 hk-edge-1 +300 <far> latency {milliseconds} ms" in lines


async def test_a_latency_just_below_the_limit(hass: HomeAssistant, show: Show) -> None:
    """Nothing is told of one that is as it should be."""
    shown = await show(prepare=lambda simulated: _set_targets_far_away(simulated, 150))
    await shown.time.passes(70)
    assert float(shown.state("1", "latency_1")) > 100
    assert read_card(hass, LIMITS) == words("en")["nothing_high"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (59, "offline"),
        (61, "offline for 1 min"),
        (7201, "offline for 2 h"),
        (200_000, "offline for 2 days"),
    ],
)
async def test_how_long_a_server_is_offline(hass: HomeAssistant, show: Show, seconds: int, said: str) -> None:
    """Minutes, hours and days, as people say it."""
    shown = await show()
    offline = hass.states.get(shown.entity("8", "online"))
    assert offline
    with patch.object(dt_util, "now", return_value=offline.last_changed + timedelta(seconds=seconds)):
        assert re.search(rf"🔴 \S+ {said}(<br>|$)", _text(read_card(hass, OFFLINE), breaks=True))


async def test_neither_an_outage_nor_a_restart_makes_it_a_short_time(hass: HomeAssistant, show: Show) -> None:
    """A server that died weeks ago has not just gone offline because Home Assistant sees it anew."""
    shown = await show(world=still_world(servers=2))
    shown.world.stop(1)
    with patch("custom_components.nezha.identity.time", return_value=shown.time.time() - 20 * 86_400):
        await shown.frames_for(400, every=40)
    await _silence(shown)
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    shown.simulated.faults.clear()
    for _ in range(5):
        await shown.time.passes(60)
    assert _text(read_card(hass, OFFLINE)).endswith("🔴 hk-edge-1 offline for 20 days")
    await shown.reload()
    seen = hass.states.get(shown.entity("1", "online"))
    assert seen
    assert dt_util.utcnow() - seen.last_changed < timedelta(minutes=1)
    assert _text(read_card(hass, OFFLINE)).endswith("🔴 hk-edge-1 offline for 20 days")


@LANGUAGES
async def test_nothing_needs_attention(hass: HomeAssistant, show: Show, language: str) -> None:
    """The page says so; a card that shows nothing would be taken out of the page, and come back at a reload alone."""
    await show("v0", world=still_world(servers=2))
    assert read_card(hass, OFFLINE, language) == words(language)["nobody_offline"]
    assert read_card(hass, LIMITS, language) == words(language)["nothing_high"]
    assert not any("show_empty" in card for card in _cards(language))


async def test_servers_come_and_go_by_themselves(hass: HomeAssistant, show: Show) -> None:
    """One that is added appears, one whose device is deleted vanishes, and one that is renamed has its new name."""
    shown = await show()
    added = shown.world.add(name="brand-new", group="Edge")
    shown.world.edit(1, name="renamed")
    await shown.time.passes(330)
    await shown.frame()
    for number in (SERVERS, ALL_SERVERS):
        assert {"brand-new", "renamed"} <= set(names(read_card(hass, number)))
    shown.world.delete(added)
    await shown.time.passes(330)
    device = shown.devices()[next(key for key, device in shown.devices().items() if device.name == "brand-new")]
    dr.async_get(hass).async_remove_device(device.id)
    await hass.async_block_till_done()
    for number in (SERVERS, ALL_SERVERS):
        assert "brand-new" not in names(read_card(hass, number))


async def test_odd_names_break_nothing(hass: HomeAssistant, show: Show) -> None:
    """A name is a text, whatever it means to HTML or Markdown; no empty line ends the table."""
    await show(prepare=lambda simulated: simulated.world.edit(1, name=ODD))
    for number in (SERVERS, ALL_SERVERS):
        table = read_card(hass, number)
        assert "\n\n" not in table
        assert ODD.replace("\n", " ") in names(table)
        assert len(names(table)) == 8


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("hk-edge-with-many-parts-1", ["hk-edge-with-many-parts-1"]),
        ("数据库 of the shop", ["数据库 of the shop"]),
        ("web_1.example.com", ["web_", "1.example.com"]),
        ("abcdefghijklmnopqrstuvwxyz", ["abcdefghijkl", "mnopqrstuvwxyz"]),
    ],
)
async def test_a_long_word_leaves_room_for_values(hass: HomeAssistant, show: Show, name: str, parts: list[str]) -> None:
    """On a phone it is broken, behind a separator if it has one; what can be broken anyway stays as it is."""
    await show(world=still_world(servers=1), prepare=lambda simulated: simulated.world.edit(1, name=name))
    for number in (SERVERS, ALL_SERVERS):
        assert f">{BREAK.join(parts)}</a>" in read_card(hass, number)


async def test_what_the_user_does_to_a_device(hass: HomeAssistant, show: Show) -> None:
    """One that is renamed has that name everywhere; one that is disabled, or whose Online is, is in no list."""
    shown = await show(prepare=lambda simulated: _set_targets_far_away(simulated, 300))
    registry = dr.async_get(hass)
    devices = {device.name: device.id for device in _servers(shown)}
    registry.async_update_device(devices["hk-edge-1"], name_by_user="My box")
    registry.async_update_device(devices["went-offline"], disabled_by=dr.DeviceEntryDisabler.USER)
    registry.async_update_device(devices["idle"], disabled_by=dr.DeviceEntryDisabler.USER)
    online = shown.entity("4", "online")
    er.async_get(hass).async_update_entity(online, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    await shown.time.passes(70)
    for number in (SERVERS, ALL_SERVERS):
        gone = {"hk-edge-1", "went-offline", "idle", "WINDOWS-NAS"}
        assert set(names(read_card(hass, number))) == devices.keys() - gone | {"My box"}
    assert "went-offline" not in read_card(hass, OFFLINE)
    high = _text(read_card(hass, LIMITS))
    assert "🟠 My box +300 <far> latency" in high
    assert "idle" not in high


async def test_an_entry_that_is_not_loaded(hass: HomeAssistant, show: Show) -> None:
    """It is not said that the Nezha dashboard does not answer, since nobody asks it."""
    shown = await show()
    await shown.unload()
    unavailable = words("en")["unavailable"]
    assert rows(read_card(hass, DASHBOARDS)) == [["🔴 nezha.example.com", unavailable]]
    assert _text(read_card(hass, OFFLINE)) == f"🔴 nezha.example.com {unavailable}"
    assert {row[0][0] for row in rows(read_card(hass, SERVERS))} == {"⚪"}


async def test_a_helper_takes_no_value_of_its_source(hass: HomeAssistant, show: Show) -> None:
    """What the user makes of a value belongs to the same device, and may be called alike."""
    shown = await show()
    before = [read_card(hass, number) for number in EVERY_CARD]
    source = er.async_get(hass).async_get(shown.entity("1", "cpu"))
    assert source
    helper = MockConfigEntry(domain="statistics", title="Average CPU usage")
    helper.add_to_hass(hass)
    for name, value in (("average_cpu_usage", "99"), ("average_latency", "999")):
        entity = er.async_get(hass).async_get_or_create(
            "sensor", "statistics", name, suggested_object_id=name, config_entry=helper, device_id=source.device_id
        )
        hass.states.async_set(entity.entity_id, value)
    assert [read_card(hass, number) for number in EVERY_CARD] == before


async def test_two_nezha_dashboards(hass: HomeAssistant, show: Show) -> None:
    """Both stand side by side, and each server of either one says whose it is."""
    first, second = await show(), await show("v1", "login", world=still_world(servers=2))
    hass.config_entries.async_update_entry(second.entry, title="Second & last")
    await second.reload()
    assert [row[1] for row in rows(read_card(hass, DASHBOARDS))] == ["6 / 8", "2 / 2"]
    shown = names(read_card(hass, ALL_SERVERS))
    assert len(shown) == 10
    assert {"hk-edge-1 nezha.example.com", "hk-edge-1 Second & last"} <= set(shown)
    assert first.is_loaded


async def test_entities_of_others_are_none_of_its_servers(hass: HomeAssistant, show: Show) -> None:
    """Whatever they are called, also where an entry of another integration is called nezha."""
    await show(world=still_world(servers=2))
    before = [read_card(hass, number) for number in EVERY_CARD]
    other = MockConfigEntry(domain="other", title="nezha")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "1")}, name="other"
    )
    for platform, name, state in (("binary_sensor", "online", "off"), ("sensor", "cpu_usage", "99")):
        entity = er.async_get(hass).async_get_or_create(
            platform, "other", name, suggested_object_id=f"other_{name}", config_entry=other, device_id=device.id
        )
        hass.states.async_set(entity.entity_id, state)
    assert [read_card(hass, number) for number in EVERY_CARD] == before


async def test_servers_are_found_under_entity_ids_of_the_user(hass: HomeAssistant, show: Show) -> None:
    """Another name in front changes nothing, a number behind neither; a value under quite another id is not shown."""
    shown = await show()
    before = {row[0]: row[1:] for row in rows(read_card(hass, SERVERS))}
    registry = er.async_get(hass)
    for field, renamed in (
        ("online", "binary_sensor.my_box"),
        ("cpu", "sensor.my_box_cpu_usage_2"),
        ("mem_usage", "sensor.my_box_memory_usage"),
        ("disk_usage", "sensor.how_full_it_is"),
    ):
        registry.async_update_entity(shown.entity("1", field), new_entity_id=renamed)
    await hass.async_block_till_done()
    after = {row[0]: row[1:] for row in rows(read_card(hass, SERVERS))}
    cpu, memory, _, speeds = before["🟢 hk-edge-1"]
    assert after == before | {"🟢 hk-edge-1": [cpu, memory, NO_VALUE, speeds]}


async def test_a_home_assistant_without_servers(hass: HomeAssistant) -> None:
    """The page says so, and is no error."""
    shown = [read_card(hass, number) for number in EVERY_CARD]
    say = words("en")
    assert shown == [
        say["no_dashboards"],
        say["nobody_offline"],
        say["nothing_high"],
        say["no_servers"],
        say["no_servers"],
    ]


async def test_a_large_fleet(hass: HomeAssistant, show: Show) -> None:
    """The overview has the busiest alone, the other page all; a publish renders each card a few times at most."""
    await show(world=still_world(servers=300))
    overview, all_servers = read_card(hass, SERVERS), read_card(hass, ALL_SERVERS)
    busiest = [int(row[1].removesuffix("%")) for row in rows(overview)]
    assert len(busiest) == 15
    assert busiest == sorted(busiest, reverse=True)
    assert busiest[0] == max(int(row[1].removesuffix("%")) for row in rows(all_servers) if row[1] != NO_VALUE)
    assert "The busiest of 300." in overview
    ((_, _, *totals),) = rows(read_card(hass, DASHBOARDS))
    assert all(re.fullmatch(r"\d\.\d\d Gbit/s", total) for total in totals)
    assert len(rows(all_servers)) == 300
    assert len(all_servers) < MOST_SIGNS * 300 / 800


async def test_a_publish_of_a_large_fleet_renders_nothing_often(hass: HomeAssistant, show: Show) -> None:
    """Thousands of states change at once; only the entities of the Nezha dashboard itself are followed one by one."""
    shown = await show(world=still_world(servers=300))
    writes = Writes(hass)
    with OpenPage(hass) as page:
        await shown.frame(310)
        await shown.frame()
    assert len(writes.changes) > 2000
    assert page.renderings.pop(DASHBOARDS) <= 5
    assert all(renderings <= 1 for renderings in page.renderings.values())


@pytest.mark.parametrize(("servers", "card"), [(8, SERVERS), (8, OFFLINE), (60, OFFLINE)])
async def test_a_server_that_goes_offline_is_shown_within_a_second(
    hass: HomeAssistant, show: Show, servers: int, card: int
) -> None:
    """In the table of a small fleet, and under what needs attention in any."""
    shown = await show(world=still_world(servers=servers))
    with OpenPage(hass) as page:
        assert "🔴 hk-edge-1" not in _text(page.shown[card])
        shown.world.stop(1)
        await shown.frames_for(60, every=10)
        await asyncio.sleep(DOMAIN_STATES_RATE_LIMIT * 1.2)
        assert "🔴 hk-edge-1" in _text(page.shown[card])


@pytest.mark.parametrize(("servers", "seconds"), [(8, 1), (60, 60)])
async def test_how_often_a_card_is_rendered(hass: HomeAssistant, show: Show, servers: int, seconds: int) -> None:
    """Once a second, and once a minute where all sensors of a large fleet are read."""
    await show(world=still_world(servers=servers))
    limits = [Template(card, hass).async_render_to_info({}, strict=True).rate_limit for card in cards("en")]
    assert limits == [1, 1, seconds, seconds, seconds]


async def test_no_card_names_an_entity_of_a_server(hass: HomeAssistant, show: Show) -> None:
    """What Home Assistant knows as named is rendered at each of its changes."""
    shown = await show()
    named = [Template(card, hass).async_render_to_info({}, strict=True).entities for card in cards("en")]
    own = {
        shown.entity("dashboard", key)
        for key in ("connected", "servers_online", "servers_total", "net_in_speed", "net_out_speed")
    }
    assert named == [own, set(), set(), set(), set()]


def _cards(language: str) -> Iterator[dict[str, Any]]:
    config = parse_yaml(made(language))
    assert isinstance(config, dict)
    for view in config["views"]:
        for section in view["sections"]:
            yield from section["cards"]


def _text(html: str, *, breaks: bool = False) -> str:
    """Return what is read of HTML."""
    return unescape(re.sub("<(?!br>).*?>" if breaks else "<.*?>", "", html)).replace(BREAK, "")


def _servers(shown: Shown) -> list[dr.DeviceEntry]:
    return [device for device in shown.devices().values() if device.entry_type is None]


def _set_targets_far_away(simulated: Dashboard, *milliseconds: float) -> None:
    """Let there be a monitor for each of these distances, called by it."""
    first, *_ = simulated.world.monitors
    simulated.world.monitors = tuple(
        replace(first, id=number, name=f"+{extra} <far>", extra=extra) for number, extra in enumerate(milliseconds, 1)
    )


async def _silence(shown: Shown) -> None:
    """Let the Nezha dashboard not answer for so long that nothing is held any more."""
    shown.simulated.faults.add("*", FaultKind.DROP)
    shown.simulated.end_streams()
    for _ in range(5):
        await shown.time.passes(60)
