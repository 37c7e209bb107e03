"""The page of the whole fleet, from its file to what it shows."""

from typing import Final

from homeassistant.util.yaml import parse_yaml

from dashboards.editions import EDITIONS, words
from demo.home_assistant import HomeAssistant

from .person import Person

_PATH: Final = "the-fleet"
_CHOSEN_PATHS: Final = {"zh-Hans": "nezha-servers"}
"""What somebody enters because Home Assistant makes no good path of a title in their language, as the README says."""


class FleetPage:
    """The file of somebody's language as a dashboard of Home Assistant, and somebody who looks at it."""

    def __init__(self, person: Person, home_assistant: HomeAssistant) -> None:
        """Prepare the page for somebody."""
        self.say: Final = words(person.setting.language)
        self._person: Final = person
        self._command: Final = home_assistant.command

    async def is_made(self) -> None:
        """Make a dashboard from scratch and paste the file into its raw configuration, as the README tells."""
        person, label = self._person, self._person.words.label
        await person.goes_to("/config/lovelace/dashboards")
        await person.clicks_label("add_dashboard")
        await person.clicks_text(label("new_dashboard"))
        await person.types(label("title"), self.say["title"])
        if path := _CHOSEN_PATHS.get(person.setting.language):
            await person.types(label("url"), path)
        await person.keeps_picture("new-dashboard")
        await person.clicks_label("create")
        await person.clicks(self.say["title"])
        await person.clicks_label("edit_dashboard")
        await person.clicks_label("dashboard_menu")
        await person.sees(label("raw_editor"))
        await person.keeps_picture("menu")
        await person.clicks_label("raw_editor")
        await person.pastes_over("views:", self._file())
        await person.clicks_label("save")
        await person.sees(label("saved"))
        await person.keeps_picture("raw-configuration")
        await person.clicks_label("close")
        await person.clicks_label("finish_editing")

    async def is_stored(self) -> None:
        """Make it without a browser, where clicks would show nothing new: in tests of what stands on the page."""
        await self._command("lovelace/dashboards/create", url_path=_PATH, title=self.say["title"], mode="storage")
        await self._command("lovelace/config/save", url_path=_PATH, config=parse_yaml(self._file()))

    async def is_deleted(self) -> None:
        """Delete the dashboard, however it was made."""
        for dashboard in await self._command("lovelace/dashboards/list"):
            if dashboard["title"] == self.say["title"]:
                await self._command("lovelace/dashboards/delete", dashboard_id=dashboard["id"])

    async def opens(self) -> None:
        """Open the overview of the dashboard that was stored."""
        await self._person.goes_to(f"/{_PATH}/overview")
        await self.is_open()

    async def is_open(self) -> None:
        """Wait until the overview is there."""
        await self._person.sees(self.say["dashboards"], self.say["attention"], self.say["servers"])

    def _file(self) -> str:
        return EDITIONS[self._person.setting.language].read_text(encoding="utf-8")
