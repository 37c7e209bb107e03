"""One real Home Assistant and one Chromium for all tests; a browser of its own for each setting."""

from collections.abc import AsyncIterator
from pathlib import Path
import re

from playwright.async_api import Browser, BrowserContext
import pytest

from demo.home_assistant import HomeAssistant
from tests.documents import ROOT
from tests.stories.site import Site

from .browser import chromium, logged_in
from .person import Person
from .setting import EVERYWHERE, Setting

PICTURES = ROOT / ".e2e"


@pytest.fixture(scope="session")
async def running_home_assistant() -> AsyncIterator[HomeAssistant]:
    """Return a Home Assistant that complained about nothing in the end."""
    async with HomeAssistant() as home_assistant:
        yield home_assistant
        log = home_assistant.log.read_text()
        assert "custom_components/nezha/" not in log, f"a traceback of the integration is in {home_assistant.log}"


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
    """Return somebody at the browser; a picture of how a test ended is kept with the others."""
    page = await context.new_page()
    person = Person(page, setting, PICTURES / str(setting) / _name(request.node.name))
    yield person
    await page.close()


@pytest.fixture(params=["v2-token"])
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """Return a dashboard that is being served: its generation and the way into it."""
    generation, way = request.param.split("-")
    async with Site(generation, way) as site:
        yield site


def _name(test: str) -> str:
    """Return what a test is about, without what every name begins with and without the setting."""
    return re.sub(r"^test_|\[.*", "", test).replace("_", "-")


def pictures_folder() -> Path:
    """Return where pictures are kept."""
    return PICTURES
