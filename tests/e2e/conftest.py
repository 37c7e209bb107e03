"""One real Home Assistant and one Chromium for all tests; a browser of its own for each setting."""

from collections.abc import AsyncIterator
import re

from playwright.async_api import Browser, BrowserContext
import pytest

from demo.home_assistant import HomeAssistant
from tests.documents import ROOT
from tests.stories.running import uncomplaining_home_assistant
from tests.stories.site import Site

from .browser import chromium, logged_in
from .integration_page import IntegrationPage
from .person import Person
from .reading import texts
from .setting import EVERYWHERE, Setting
from .ways import USUAL

PICTURES = ROOT / ".e2e"
ALBUM = ROOT / "docs" / "images"
NEVER_ANSWERED = 4
"""The monitor that nothing answers, `Broken`."""
_LAST_LINES = 30


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let scripts/e2e make the pictures of the READMEs."""
    parser.addoption("--pictures", action="store_true", help=f"make the pictures in {ALBUM.relative_to(ROOT)} anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Make only the pictures when they are what was asked for."""
    if config.getoption("--pictures"):
        items[:] = [item for item in items if item.path.stem == "test_pictures"]


@pytest.fixture(scope="session")
async def running_home_assistant() -> AsyncIterator[HomeAssistant]:
    """Return a running Home Assistant."""
    async with uncomplaining_home_assistant() as home_assistant:
        yield home_assistant


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Return a running Chromium."""
    async with chromium() as browser:
        yield browser


@pytest.fixture(scope="session", params=EVERYWHERE, ids=str)
def setting(request: pytest.FixtureRequest) -> Setting:
    """Return the setting of the browser; `indirect` chooses others than all."""
    setting: Setting = request.param
    return setting


@pytest.fixture(scope="session")
async def context(
    running_home_assistant: HomeAssistant, browser: Browser, setting: Setting
) -> AsyncIterator[BrowserContext]:
    """Return a browser with that setting, of somebody who has Home Assistant in the same language."""
    await running_home_assistant.command("config/core/update", language=setting.language)
    async with logged_in(browser, running_home_assistant, setting) as context:
        yield context


@pytest.fixture
async def home_assistant(running_home_assistant: HomeAssistant) -> AsyncIterator[HomeAssistant]:
    """Return Home Assistant without a dashboard; those that a test adds are removed after it."""
    yield running_home_assistant
    for entry in await running_home_assistant.entries():
        await running_home_assistant.remove(entry["entry_id"])


@pytest.fixture
async def person(
    home_assistant: HomeAssistant, context: BrowserContext, setting: Setting, request: pytest.FixtureRequest
) -> AsyncIterator[Person]:
    """Return somebody at the browser; a folder of the test's name keeps their pictures, and how the test ended.

    A failure is reported with what the page and the log of Home Assistant say in the end.
    """
    page = await context.new_page()
    pictures = PICTURES / str(setting) / _name(request.node.name)
    yield Person(page, setting, pictures)
    log = home_assistant.log.read_text().splitlines()
    request.node.add_report_section("teardown", "log", "\n".join(log[-_LAST_LINES:]))
    try:
        await page.screenshot(path=pictures / "end.png")
        request.node.add_report_section("teardown", "page", "\n".join([page.url, *await texts(page)]))
    finally:
        await page.close()


@pytest.fixture(params=[USUAL])
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """Return a dashboard that is being served: its generation, the way into it and how many servers it has."""
    generation, way, *servers = request.param.split("-")
    async with Site(generation, way, servers=int(servers[0]) if servers else 8) as site:
        yield site


@pytest.fixture
def answered(site: Site) -> None:
    """Have only monitors that are answered, as pages of servers have latencies that are unknown otherwise."""
    site.world.edit_monitor(NEVER_ANSWERED, only_listed=True)


@pytest.fixture
async def integration(person: Person, home_assistant: HomeAssistant, site: Site) -> IntegrationPage:
    """Return the page of the integration, to which the dashboard has been added, as it is open before somebody."""
    await home_assistant.add_dashboard(site.url, **site.credential)
    page = IntegrationPage(person)
    await page.opens()
    return page


def _name(test: str) -> str:
    """Return what a test is about and how a dashboard is entered, but not the setting, which the folder above tells."""
    way = re.search(r"v\d-\w+", test)
    return re.sub(r"^test_|\[.*", "", test).replace("_", "-") + (f"-{way[0]}" if way else "")
