"""The real Home Assistant of a test session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from demo.home_assistant import HomeAssistant


@asynccontextmanager
async def uncomplaining_home_assistant() -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant that has complained about nothing in the end."""
    async with HomeAssistant() as home_assistant:
        yield home_assistant
        log = home_assistant.log.read_text()
        assert "custom_components/nezha/" not in log, f"a traceback of the integration is in {home_assistant.log}"
        assert "Detected that custom integration 'nezha'" not in log, (
            f"Home Assistant complains in {home_assistant.log}"
        )
