"""A dashboard as its owner watches it in Home Assistant."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from demo.home_assistant import HomeAssistant

POLL_SECONDS = 10  # the shortest that the options allow


class Watched:
    """A dashboard that is set up in Home Assistant."""

    def __init__(self, home_assistant: HomeAssistant, entry_id: str) -> None:
        """Watch the dashboard of an entry."""
        self.home_assistant = home_assistant
        self.entry_id = entry_id

    async def value(self, server: int | str, field: str) -> str | None:
        """Return the state of a server's entity, None if there is no such entity."""
        states = await self.home_assistant.states()
        state = states.get(f"{self.entry_id}_{server}_{field}")
        return state["state"] if state else None

    async def number(self, server: int | str, field: str) -> float:
        """Return the number that a server's entity shows."""
        return float(await self.value(server, field) or "nan")

    async def sees(self, server: int | str, field: str, expected: str, *, within: float = 60) -> None:
        """Wait until a server's entity has a state."""
        await eventually(lambda: self.value(server, field), expected, within=within)

    async def entity_ids(self) -> dict[str, str]:
        """Return the entity ids by unique ids."""
        return {unique_id: entity["entity_id"] for unique_id, entity in (await self.home_assistant.entities()).items()}

    async def device_names(self) -> set[str]:
        """Return the names of the servers' devices."""
        devices = await self.home_assistant.devices()
        return {device["name"] for device in devices if device["entry_type"] != "service"}


async def eventually(read: Callable[[], Awaitable[object]], expected: object, *, within: float = 60) -> None:
    """Wait until something reads as expected; what it read last is told otherwise."""
    last = await read()
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while last != expected:
                await asyncio.sleep(0.5)
                last = await read()
    assert last == expected
