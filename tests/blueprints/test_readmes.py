"""What the READMEs offer for pasting tells what it says."""

from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.util.yaml import parse_yaml
import pytest

from simulator.faults import FaultKind
from tests.documents import READMES, blocks, read

from .home import Home
from .test_latency import slow_down


def pasted(readme: str, blueprint: str) -> dict[str, Any]:
    """Return the automation of a blueprint that a README shows."""
    parsed: list[dict[str, Any]] = [parse_yaml(block) for block in blocks(read(readme))]  # type: ignore[misc]
    (automation,) = (each for each in parsed if blueprint in each.get("use_blueprint", {}).get("path", ""))
    return automation


async def test_the_english_one_tells_a_phone(home: Home) -> None:
    """A notification that takes the place of the one before."""
    dashboard = await home.shows(servers=6)
    await home.pastes(pasted("README.md", "server_offline"))
    await home.start()
    told: list[dict[str, Any]] = []

    async def take(call: ServiceCall) -> None:
        told.append(dict(call.data))

    home.hass.services.async_register("notify", "mobile_app_phone", take)
    dashboard.world.stop(1)
    await home.lives(10)
    assert told == []
    await home.lives(5)
    dashboard.world.start(1)
    await home.lives(5)
    assert [each["title"] for each in told] == ["hk-edge-1 is offline", "hk-edge-1 is back online"]
    assert {each["data"]["tag"] for each in told} == {f"nezha_{home.entity('1', 'online')}"}


async def test_the_chinese_one_tells_everything_in_chinese(home: Home) -> None:
    """One server, many, and the dashboard."""
    dashboard = await home.shows(servers=6)
    await home.pastes(pasted("README.zh-CN.md", "server_offline"))
    await home.start()
    dashboard.world.stop(1)
    await home.lives(8)
    for server in range(2, 6):
        dashboard.world.stop(server)
    await home.lives(8)
    for server in range(1, 6):
        dashboard.world.start(server)
    await home.lives(5)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(8)
    dashboard.simulated.faults.clear()
    await home.lives(3)
    dashboard.world.stop(1)
    await home.lives(8)
    dashboard.world.start(1)
    await home.lives(3)
    assert home.news() == [
        "hk-edge-1 离线",
        "nezha.example.com 的 6 台服务器中有 4 台离线",
        "nezha.example.com 的 6 台服务器中有 5 台恢复在线",
        "Home Assistant 收不到哪吒面板 nezha.example.com 的数据",
        "Home Assistant 又收到哪吒面板 nezha.example.com 的数据",
        "hk-edge-1 离线",
        "hk-edge-1 恢复在线",
    ]
    assert all("。" in shown["message"] for shown in home.shown.values())


@pytest.mark.parametrize(
    ("readme", "words"), [("README.md", "92.5 % of the disk are in use"), ("README.zh-CN.md", "Disk usage 过高")]
)
async def test_usage_is_told_in_these_words(home: Home, readme: str, words: str) -> None:
    """With the unit of the sensor."""
    dashboard = await home.shows(servers=1)
    await home.pastes(pasted(readme, "resource_usage"))
    await home.start()
    dashboard.world.fix_host(1, {"disk_total": 1000})
    dashboard.world.fix_state(1, {"disk_used": 925})
    await home.lives(14)
    (told,) = home.news()
    assert words in told
    assert "92.5 %" in told


@pytest.mark.parametrize(("readme", "words"), [("README.md", "SSH latency: "), ("README.zh-CN.md", "SSH latency 过高")])
async def test_latencies_are_told_in_these_words(home: Home, readme: str, words: str) -> None:
    """With the unit of the sensor."""
    dashboard = await home.shows(servers=1, options={"latency": True})
    await home.pastes(pasted(readme, "latency"))
    await home.start()
    await home.lives(2)
    slow_down(dashboard, "SSH", 600)
    await home.lives(14)
    (told,) = home.news()
    assert words in told
    assert told.endswith(" ms")


def test_both_readmes_show_each_blueprint() -> None:
    """Its file is where the import puts it."""
    for readme in READMES:
        for blueprint in ("server_offline", "resource_usage", "latency"):
            assert pasted(readme, blueprint)["use_blueprint"]["path"] == f"nezha-home-assistant/{blueprint}.yaml"
