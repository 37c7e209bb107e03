"""The page of the whole fleet, from its file to what it shows."""

from typing import Final

from homeassistant.util.yaml import parse_yaml

from dashboards.editions import EDITIONS, words
from demo.home_assistant import HomeAssistant

from .person import Person

_PATH: Final = "the-fleet"


class FleetPage:
    """The file of somebody's language as a dashboard of Home Assistant, and somebody who looks at it."""

    def __init__(self, person: Person, home_assistant: HomeAssistant) -> None:
        """Prepare the page for somebody."""
        self.say: Final = words(person.setting.language)
        self._person: Final = person
        self._home_assistant: Final = home_assistant
        self._dashboard = ""

    async def is_made(self) -> None:
        """Make a dashboard from scratch, with the file as its raw configuration."""
        command = self._home_assistant.command
        created = await command("lovelace/dashboards/create", url_path=_PATH, title=self.say["title"], mode="storage")
        self._dashboard = created["id"]
        config = parse_yaml(EDITIONS[self._person.setting.language].read_text(encoding="utf-8"))
        await command("lovelace/config/save", url_path=_PATH, config=config)

    async def is_deleted(self) -> None:
        """Delete the dashboard."""
        await self._home_assistant.command("lovelace/dashboards/delete", dashboard_id=self._dashboard)

    async def opens(self) -> None:
        """Open the overview."""
        await self._person.goes_to(f"/{_PATH}/overview")
        await self._person.sees(self.say["dashboards"], self.say["attention"], self.say["servers"])
