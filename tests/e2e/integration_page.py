"""The page of the integration: its dashboards with their devices, options and menus."""

from typing import Final

from .person import Person

PATH: Final = "/config/integrations/integration/nezha"
_ENTRY: Final = "ha-config-entry-row"


class IntegrationPage:
    """Settings → Devices & services → Nezha."""

    def __init__(self, person: Person) -> None:
        """Show it to somebody."""
        self._person: Final = person

    async def opens(self) -> None:
        """Open the page and wait until the first server stands on it."""
        await self._person.goes_to(PATH)
        await self._person.sees("hk-edge-1")

    async def opens_options(self) -> None:
        """Click on the gear of the dashboard."""
        await self._person.clicks_label("configure")

    async def chooses(self, entry: str) -> None:
        """Open the menu of the dashboard and click on one of its entries, by Home Assistant's name for it."""
        await self._person.clicks_within(_ENTRY, self._person.words.label("menu"))
        await self._person.clicks_label(entry)
