"""A home for the blueprints."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Serve

from .home import Home, living


@pytest.fixture
def custom_integrations() -> None:
    """Do without the Home Assistant of other tests: a home starts its own."""


@pytest.fixture
async def home(tmp_path: Path, serve: Serve, hass_storage: dict[str, Any]) -> AsyncIterator[Home]:
    """Return a home whose Home Assistant is to be started."""
    async with living(tmp_path, serve) as home:
        yield home
