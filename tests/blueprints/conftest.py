"""A home for the blueprints."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Serve, ServedDashboard

from .home import POLLED, RECORDED, Home, Way, living

AUTOMATIC = ("homeassistant.components.automation", "homeassistant.helpers", "homeassistant.components.blueprint")
SLOW = "homeassistant.helpers.entity"
"""Complains of the machine when a state takes long to be written."""


@pytest.fixture
def custom_integrations() -> None:
    """Do without the Home Assistant of other tests: a home starts its own."""


@pytest.fixture
async def home(tmp_path: Path, serve: Serve, hass_storage: dict[str, Any]) -> AsyncIterator[Home]:
    """Return a home whose Home Assistant is to be started."""
    async with living(tmp_path, serve) as home:
        yield home


@pytest.fixture
def way() -> Way:
    """Return how the dashboard is read, unless a test tries several ways."""
    return POLLED


@pytest.fixture
async def dashboard(home: Home, way: Way) -> ServedDashboard:
    """Return a dashboard of servers that are all online."""
    dashboard = await home.shows(servers=RECORDED, way=way)
    await home.uses("server_offline")
    await home.start()
    await home.lives(10)
    assert home.news() == []
    assert len(dashboard.simulated.streams) == way.listens
    return dashboard


@pytest.fixture(autouse=True)
def silent_automations(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Expect no automation to complain, as it does of a variable that is not defined."""
    yield
    complaints = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelname in {"WARNING", "ERROR"} and record.name.startswith(AUTOMATIC) and record.name != SLOW
    ]
    assert complaints == []
