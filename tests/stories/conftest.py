"""One real Home Assistant for all stories, and for each story a dashboard of its own."""

from collections.abc import AsyncIterator

import pytest

from demo.home_assistant import HomeAssistant

from .running import uncomplaining_home_assistant
from .site import WAYS, Site
from .watched import POLL_SECONDS, Watched


@pytest.fixture(scope="session")
async def home_assistant() -> AsyncIterator[HomeAssistant]:
    """Return a running Home Assistant."""
    async with uncomplaining_home_assistant() as home_assistant:
        yield home_assistant


@pytest.fixture(params=WAYS)
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """Return a dashboard that is being served: its generation and the way into it, `v2-token`."""
    generation, way = request.param.split("-")
    async with Site(generation, way) as site:
        yield site


@pytest.fixture
async def clean(home_assistant: HomeAssistant) -> AsyncIterator[HomeAssistant]:
    """Return Home Assistant with no dashboard; those that the story adds are removed after it."""
    yield home_assistant
    for entry in await home_assistant.entries():
        await home_assistant.remove(entry["entry_id"])


@pytest.fixture
async def watched(clean: HomeAssistant, site: Site) -> Watched:
    """Return the dashboard as it is watched, asked as often as possible."""
    entry_id = await clean.add_dashboard(site.url, **site.credential)
    await clean.set_options(entry_id, interval=POLL_SECONDS, latency=True)
    watched = Watched(clean, entry_id)
    await watched.sees(1, "online", "on")
    return watched
