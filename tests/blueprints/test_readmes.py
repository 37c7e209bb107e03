"""What the READMEs offer for pasting tells what it says."""

import re
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.helpers import area_registry as ar, device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from simulator.faults import FaultKind
from tests.documents import READMES, examples, read

from .home import Home
from .test_latency import slow_down


def pasted(readme: str, blueprint: str) -> dict[str, Any]:
    """Return the automation of a blueprint that a README shows."""
    used = (example for example in examples(read(readme)) if "use_blueprint" in example)
    (automation,) = (each for each in used if f"/{blueprint}." in each["use_blueprint"]["path"])
    return automation


def triggered(readme: str, trigger: str) -> dict[str, Any]:
    """Return the automation with a trigger that a README shows."""
    automations = (example for example in examples(read(readme)) if "triggers" in example)
    (automation,) = (each for each in automations if each["triggers"][0]["trigger"] == f"nezha.{trigger}")
    return automation


def put_into_rack(home: Home, server: str) -> None:
    """Let there be the area that the READMEs speak of, with this server in it."""
    rack = ar.async_get(home.hass).async_create("Rack")
    dr.async_get(home.hass).async_update_device(home.device(server), area_id=rack.id)


def phone(home: Home) -> list[dict[str, Any]]:
    """Return what a phone will have been sent."""
    sent: list[dict[str, Any]] = []

    async def take(call: ServiceCall) -> None:
        sent.append(dict(call.data))

    home.hass.services.async_register("notify", "mobile_app_phone", take)
    return sent


@pytest.mark.parametrize(
    ("readme", "offline", "back"),
    [
        ("README.md", "hk-edge-1 is offline", "hk-edge-1 is back online"),
        ("README.zh-CN.md", "hk-edge-1 离线", "hk-edge-1 恢复在线"),
    ],
)
async def test_a_phone_is_told_after_these_minutes(home: Home, readme: str, offline: str, back: str) -> None:
    """A notification that takes the place of the one before."""
    dashboard = await home.shows(servers=6)
    await home.pastes(pasted(readme, "server_offline"))
    await home.start()
    sent = phone(home)
    dashboard.world.stop(1)
    await home.lives(10)
    assert sent == []
    await home.lives(5)
    dashboard.world.start(1)
    await home.lives(5)
    assert [each["title"] for each in sent] == [offline, back]
    (tag,) = {each["data"]["tag"] for each in sent}
    assert tag.startswith("nezha_")
    assert home.news() == []


async def test_the_chinese_one_tells_everything_in_chinese(home: Home) -> None:
    """One server, many, and the dashboard."""
    dashboard = await home.shows(servers=6)
    await home.pastes(pasted("README.zh-CN.md", "server_offline"))
    await home.start()
    sent = phone(home)
    dashboard.world.stop(1)
    await home.lives(13)
    for server in range(2, 6):
        dashboard.world.stop(server)
    await home.lives(13)
    for server in range(1, 6):
        dashboard.world.start(server)
    await home.lives(5)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(14)
    dashboard.simulated.faults.clear()
    await home.lives(3)
    dashboard.world.stop(1)
    await home.lives(13)
    dashboard.world.start(1)
    await home.lives(3)
    assert [each["title"] for each in sent] == [
        "hk-edge-1 离线",
        "nezha.example.com 的 6 台服务器中有 4 台离线",
        "nezha.example.com 的 6 台服务器中有 5 台恢复在线",
        "Home Assistant 收不到哪吒面板 nezha.example.com 的数据",
        "Home Assistant 又收到哪吒面板 nezha.example.com 的数据",
        "hk-edge-1 离线",
        "hk-edge-1 恢复在线",
    ]
    assert all(each["message"].endswith("。") for each in sent)


@pytest.mark.parametrize(
    ("readme", "words"), [("README.md", "85.0 % of the disk are in use"), ("README.zh-CN.md", "磁盘已使用 85.0 %")]
)
async def test_a_disk_is_told_in_these_words(home: Home, readme: str, words: str) -> None:
    """From 80 % on, and nothing but disks: a CPU above the default as little as a disk below 80 %."""
    dashboard = await home.shows(servers=1)
    await home.pastes(pasted(readme, "resource_usage"))
    await home.start()
    dashboard.world.fix_host(1, {"disk_total": 1000})
    dashboard.world.fix_state(1, {"disk_used": 750, "cpu": 95.0})
    await home.lives(14)
    assert home.news() == []
    dashboard.world.fix_state(1, {"disk_used": 850})
    await home.lives(9)
    assert home.news() == []
    await home.lives(5)
    (told,) = home.news()
    assert words in told


@pytest.mark.parametrize(
    ("readme", "words"),
    [("README.md", "hk-edge-1 SSH latency: "), ("README.zh-CN.md", "hk-edge-1 SSH latency：")],  # noqa: RUF001 - a colon of Chinese texts
)
async def test_a_latency_is_told_in_these_words(home: Home, readme: str, words: str) -> None:
    """After a minute above 500 ms; not one that is above the default alone, however long."""
    dashboard = await home.shows(servers=1, options={"latency": True})
    await home.pastes(pasted(readme, "latency"))
    await home.start()
    await home.lives(2)
    slow_down(dashboard, "SSH", 400)
    await home.lives(14)
    between = home.hass.states.get("sensor.hk_edge_1_ssh_latency")
    assert between
    assert 200 < float(between.state) < 500
    assert home.news() == []
    slow_down(dashboard, "SSH", 600)
    await home.lives(5)
    (told,) = home.news()
    assert told.startswith(words)
    assert told.endswith(" ms")


@pytest.mark.parametrize("readme", READMES)
async def test_a_lamp_is_red_when_a_server_in_the_rack_is_offline(home: Home, readme: str) -> None:
    """And stays as it is for servers elsewhere, for the Nezha dashboard, and when the one in the rack is back."""
    dashboard = await home.shows(servers=6)
    home.has(triggered(readme, "server_went_away"))
    await home.start()
    put_into_rack(home, "1")
    lamp = async_mock_service(home.hass, "light", "turn_on")
    await home.lives(5)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(10)
    dashboard.simulated.faults.clear()
    await home.lives(5)
    assert lamp == []
    dashboard.world.stop(2)
    await home.lives(5)
    assert lamp == []
    dashboard.world.stop(1)
    await home.lives(5)
    dashboard.world.start(1)
    await home.lives(5)
    assert [call.data for call in lamp] == [{"entity_id": ["light.rack"], "color_name": "red"}]


@pytest.mark.parametrize("readme", READMES)
async def test_a_fan_is_on_when_a_cpu_in_the_rack_is_busy(home: Home, readme: str) -> None:
    """Once, and for nothing else: not for what else is used up there, nor for a CPU elsewhere."""
    dashboard = await home.shows(servers=2)
    home.has(triggered(readme, "usage_became_high"))
    await home.start()
    put_into_rack(home, "1")
    fan = async_mock_service(home.hass, "fan", "turn_on")
    dashboard.world.fix_host(1, {"mem_total": 1000})
    dashboard.world.fix_state(1, {"mem_used": 990, "cpu": 75.0})
    dashboard.world.fix_state(2, {"cpu": 99.0})
    await home.lives(10)
    assert fan == []
    dashboard.world.fix_state(1, {"cpu": 85.0})
    await home.lives(4)
    assert fan == []
    await home.lives(10)
    assert [call.data for call in fan] == [{"entity_id": ["fan.rack"]}]


@pytest.mark.parametrize(
    ("readme", "words"),
    [("README.md", r"has been above 300 ms since \d\d:\d\d"), ("README.zh-CN.md", r"从 \d\d:\d\d 起高于 300 ms")],
)
async def test_a_high_latency_is_written_into_the_activity_of_its_sensor(home: Home, readme: str, words: str) -> None:
    """After five minutes above 300 ms; not one that is above the default alone."""
    dashboard = await home.shows(servers=1, options={"latency": True})
    home.has(triggered(readme, "latency_became_high"))
    await home.start()
    activity = async_mock_service(home.hass, "logbook", "log")
    await home.lives(2)
    slow_down(dashboard, "SSH", 220)
    await home.lives(10)
    assert activity == []
    slow_down(dashboard, "SSH", 400)
    await home.lives(10)
    (written,) = activity
    assert written.data["name"] == "hk-edge-1 SSH latency"
    assert written.data["entity_id"] == "sensor.hk_edge_1_ssh_latency"
    assert re.fullmatch(words, written.data["message"])
