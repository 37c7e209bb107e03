"""Looking at servers and their values."""

import re
from typing import Final

import pytest

from .integration_page import IntegrationPage
from .person import Person
from .ways import ways

SHOWN: Final = {
    "online": "",
    "cpu": "%",
    "mem_usage": "%",
    "disk_usage": "%",
    "net_in_speed": "Mbit/s",
    "net_out_speed": "Mbit/s",
    "net_in_transfer": "GiB",
    "net_out_transfer": "GiB",
    "load_1": "",
    "boot_time": "",
}
"""What the page of a server shows by default, with its units."""


@pytest.mark.usefixtures("answered")
@ways("v0-token", "v1-login", "v1-guest")
async def test_a_server_has_a_page_with_all_its_values(person: Person, integration: IntegrationPage) -> None:
    """I open a server and read its values, all of them whole and in units that I use."""
    words = person.words
    await person.clicks_text("hk-edge-1")
    await person.sees(words.label("device_info"), *(words.entity(key) for key in SHOWN))
    await person.sees(words.entity("latency", monitor="Ping Frankfurt"))
    for unit in {*SHOWN.values(), "ms"} - {""}:
        await person.sees_pattern(re.compile(rf"\d\s?{re.escape(unit)}"))
    await person.keeps_picture("server")


async def test_the_nezha_dashboard_and_its_monitors_have_pages_too(
    person: Person, integration: IntegrationPage
) -> None:
    """I open the device of the Nezha dashboard and one of a monitor."""
    words = person.words
    await person.clicks_text("Ping Frankfurt")
    await person.sees(*(words.entity(key) for key in ("monitor_up", "availability", "latency_today")))
    await person.keeps_picture("monitor")
    await person.clicks("Nezha")
    await person.sees(*(words.entity(key) for key in ("connected", "servers_online", "net_in_speed_total")))
    await person.keeps_picture("nezha-dashboard")


async def test_what_never_answers_is_unknown(person: Person, integration: IntegrationPage) -> None:
    """One of my monitors watches what does not exist: it is disconnected, and no latency is made up."""
    words = person.words
    await person.clicks_text("Broken")
    await person.sees_within(words.label("disconnected"))
    await person.sees(words.entity("latency_today"))
    await person.sees_pattern(re.compile(r"(?<![\d.])0(\.0+)?\s?%"))
    await person.keeps_picture("monitor", unknown=1)
    await integration.opens()
    await person.clicks_text("hk-edge-1")
    await person.sees(words.entity("latency", monitor="Broken"))
    await person.keeps_picture("server", unknown=1)


@pytest.mark.usefixtures("answered")
@ways("v0-token", "v1-login")
async def test_a_sensor_has_a_history(person: Person, integration: IntegrationPage) -> None:
    """I click on a value and see how it was."""
    words = person.words
    await person.clicks_text("hk-edge-1")
    await person.clicks_text(words.entity("cpu"))
    await person.sees(words.label("show_more"))
    await person.keeps_picture("value")
    await person.follows(words.label("show_more"), "/history")
    await person.sees_chart()
    await person.sees_pattern(re.compile(r"\d\s?%"))
    await person.sees_without(words.label("history"), words.label("no_history"))
    await person.keeps_picture("history")
