"""The notifications of Home Assistant."""

import asyncio
from typing import Final

from .person import Person

_PATIENCE: Final = 240
"""Seconds until something is told that has to last for a minute, and is looked for once a minute."""
_PANEL: Final = "notification-drawer ha-drawer[open]"


class Notifications:
    """The panel that the sidebar opens, and that closes by itself when its last notification is gone."""

    def __init__(self, person: Person) -> None:
        """Show it to somebody."""
        self._person: Final = person

    async def tell(self, title: str) -> None:
        """Wait until one has a title, and open the panel whenever it is closed."""
        notification = self._person.page.locator(_PANEL).get_by_text(title, exact=True)
        async with asyncio.timeout(_PATIENCE):
            while not await notification.is_visible():
                await self._are_open()
                await asyncio.sleep(1)

    async def _are_open(self) -> None:
        if not await self._person.page.locator(_PANEL).count():
            await self._person.clicks_text(self._person.words.label("notifications"))
