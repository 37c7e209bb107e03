"""The pictures of the READMEs: made with `scripts/e2e --pictures`, rehearsed whenever the tests run."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
import re
from typing import Final
from urllib.parse import quote

import pytest

from demo.home_assistant import HomeAssistant
from tests.stories.site import Site
from tests.stories.watched import POLL_SECONDS, eventually

from .blueprint import Blueprint, forget_automations
from .conftest import ALBUM, NEVER_ANSWERED, PICTURES
from .fleet_page import FleetPage
from .form import Form
from .integration_page import PATH
from .notifications import Notifications
from .person import Person
from .setting import DESKTOPS, Setting

pytestmark = pytest.mark.parametrize("setting", DESKTOPS, ids=str, indirect=True)
NAMES: Final = {
    "en": {1: "web-frankfurt", 2: "db-tokyo", 4: "home-nas"},
    "zh-Hans": {1: "网站-法兰克福", 2: "数据库-东京二", 4: "家里-NAS"},
}
"""What servers are called in the pictures, in each language otherwise, so that each has a history of its own."""
FURTHER_NAMES: Final = {
    "en": {3: "shop-paris", 5: "backup-berlin", 6: "mail-berlin", 7: "test-shanghai"},
    "zh-Hans": {3: "商店-巴黎", 5: "备份-柏林", 6: "邮件-柏林", 7: "测试-上海"},
}
NEW_NAME: Final = {"en": "build-oslo", "zh-Hans": "构建-奥斯陆"}
"""Of the server that stands in for the one that has never reported."""
NEVER_REPORTED: Final = 8
BLOG: Final = {"en": "Blog", "zh-Hans": "博客"}
"""The monitor that nothing answers."""
ALMOST_FULL: Final = {"disk_used": 80_000_000_000}
LITTLE: Final = {
    "cpu": 4.2,
    "mem_used": 700_000_000,
    "disk_used": 52_000_000_000,
    "net_in_speed": 1_450_000,
    "net_out_speed": 130_000,
}
"""What a server does that does nothing otherwise."""
POINTS: Final = 24
"""Values that a curve needs to be one."""
POINTS_IN_REHEARSAL: Final = 2
EXAMPLE: Final = {"url": "https://nezha.example.com", "token": "nzp_0123456789abcdefghijklmnopqrstuv"}


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Path:
    """Return the folder that the READMEs take their pictures from, in a rehearsal another one."""
    album = ALBUM if request.config.getoption("--pictures") else PICTURES / "images"
    album.mkdir(parents=True, exist_ok=True)
    return album


@pytest.fixture
def points(request: pytest.FixtureRequest) -> int:
    """Return how many values a curve is to have at least."""
    return POINTS if request.config.getoption("--pictures") else POINTS_IN_REHEARSAL


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> None:
    """Leave out what takes minutes and is tested elsewhere, unless the picture is asked for."""
    if not request.config.getoption("--pictures"):
        pytest.skip("only for the pictures of the READMEs: test_automations.py sees the same")


@pytest.fixture
async def fleet(site: Site, setting: Setting) -> dict[int, str]:
    """Return the names of some servers of the pictures."""
    names = NAMES[setting.language]
    for number, name in names.items():
        site.world.edit(number, name=name)
    return names


@pytest.fixture
async def added(home_assistant: HomeAssistant, fleet: dict[int, str], answered: None, site: Site) -> None:
    """Add the dashboard, with monitors that are all answered."""
    await home_assistant.add_dashboard(site.url, **site.credential)


async def test_the_set_up_form(person: Person, album: Path) -> None:
    """The form as it is filled in."""
    await person.goes_to("/_my_redirect/brand?brand=nezha")
    await person.clicks("Nezha")
    form = Form(person, "user")
    await form.is_open("url", "token")
    await form.enters(**EXAMPLE)
    await person.photographs(_file(album, "set-up", person), width=450, height=760)


@pytest.mark.usefixtures("added")
async def test_the_page_of_a_server(person: Person, fleet: dict[int, str], album: Path) -> None:
    """Every value, those of monitors as well."""
    await person.goes_to(PATH)
    await person.clicks_text(fleet[1])
    await person.sees(person.words.entity("latency", monitor="Ping Frankfurt"))
    await person.sees_pattern(re.compile(r"\d\s?ms"))
    await person.photographs(_file(album, "server", person), width=1280, height=1010)


async def test_the_page_of_the_fleet(
    person: Person, home_assistant: HomeAssistant, site: Site, fleet: dict[int, str], album: Path
) -> None:
    """All servers, one of them offline, one whose disk is almost full, and a monitor that nothing answers."""
    language = person.setting.language
    for number, name in FURTHER_NAMES[language].items():
        site.world.edit(number, name=name)
    site.world.delete(NEVER_REPORTED)
    site.world.add(name=NEW_NAME[language])
    site.world.fix_state(3, ALMOST_FULL)
    site.world.fix_state(5, LITTLE)
    site.world.edit_monitor(NEVER_ANSWERED, name=BLOG[language])
    await home_assistant.add_dashboard(site.url, **site.credential)
    page = FleetPage(person, home_assistant)
    await page.is_stored()
    await page.opens()
    await person.sees(BLOG[language], *(server.name for server in site.world.servers()))
    await person.sees_pattern(re.compile(r"9\d\s?%"))
    await person.photographs(_file(album, "fleet", person), width=1280, height=680)
    await page.is_deleted()


@pytest.mark.usefixtures("patience")
async def test_a_notification(
    person: Person, home_assistant: HomeAssistant, site: Site, fleet: dict[int, str], album: Path
) -> None:
    """A server is offline."""
    await home_assistant.add_dashboard(site.url, **site.credential)
    blueprint = Blueprint(person.setting.language)
    await blueprint.is_used(home_assistant, minutes=1)
    await person.goes_to("/config/automation/dashboard")
    await person.sees(blueprint.name)
    site.world.stop(1)
    await Notifications(person).tell(blueprint.title("offline", fleet[1]))
    await person.photographs(_file(album, "notification", person), width=1280, height=900, corner=(500, 270))
    await forget_automations(home_assistant)


@pytest.mark.usefixtures("added")
async def test_the_history_of_a_sensor(
    person: Person, home_assistant: HomeAssistant, fleet: dict[int, str], album: Path, points: int
) -> None:
    """The curves of three servers."""
    (entry,) = await home_assistant.entries()
    await home_assistant.set_options(entry["entry_id"], interval=POLL_SECONDS, latency=True)
    entities = await home_assistant.entities()
    sensors = [entities[f"{entry['entry_id']}_{number}_cpu"]["entity_id"] for number in fleet]
    since = datetime.now(UTC)
    await eventually(lambda: _has_points(home_assistant, sensors[0], since, points), expected=True, within=600)
    until = datetime.now(UTC) + timedelta(seconds=POLL_SECONDS)
    period = f"start_date={quote(since.isoformat())}&end_date={quote(until.isoformat())}"
    await person.goes_to(f"/history?entity_id={quote(','.join(sensors))}&{period}")
    await person.sees(*fleet.values())
    await person.sees_chart()
    await person.photographs(_file(album, "history", person), width=1280, height=640)


async def _has_points(home_assistant: HomeAssistant, sensor: str, since: datetime, points: int) -> bool:
    period = f"/api/history/period/{quote(since.isoformat())}"
    histories = await home_assistant.get(f"{period}?filter_entity_id={sensor}&minimal_response")
    return sum(len(states) for states in histories) >= points


def _file(album: Path, name: str, person: Person) -> Path:
    return album / f"{name}-{person.setting.language}.png"
