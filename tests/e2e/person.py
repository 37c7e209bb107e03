"""Somebody at a browser: reads what is on a page, clicks on it, types, and keeps a picture of it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
import re
from typing import Final

from playwright.async_api import Download, FloatRect, Locator, Page, expect
import pytest

from tests.stories.watched import eventually

from .reading import current, cut_texts, overflow, raw_texts
from .setting import Setting
from .words import Words

_PATIENCE: Final = 45_000
"""Milliseconds until something has to be seen: what a first page takes on a slow machine, and a poll."""
_VISIBLE: Final = "visible=true"


class Person:
    """Somebody with a browser in which Home Assistant is open."""

    def __init__(self, page: Page, setting: Setting, pictures: Path) -> None:
        """Sit down in front of a page; pictures are kept in a folder."""
        page.set_default_timeout(_PATIENCE)
        self.page: Final = page
        self.setting: Final = setting
        self.words: Final = Words(setting.language)
        self.clicked: Final[list[str]] = []
        """What was clicked on so far."""
        self._pictures: Final = pictures
        self._kept = 0

    async def goes_to(self, path: str) -> None:
        """Open a page of Home Assistant."""
        await self.page.goto(path)

    async def follows(self, text: str, path: str) -> None:
        """Click on a link to a page below a path, and wait until that is open and a dialog around the link is gone."""
        link = self.page.get_by_role("link", name=text).and_(self.page.locator(f"a[href^='{path}']"))
        await link.click()
        await self.page.wait_for_url(f"**{path}*")
        await self.leaves_the_dialog()

    async def leaves_the_dialog(self) -> None:
        """Wait until a dialog that was closed is done with: in the end Home Assistant goes back a page."""
        await self.page.wait_for_function("() => !history.state?.dialog")

    async def sees(self, *texts: str) -> None:
        """Wait until texts are on the page, each alone in its place and paragraph by paragraph."""
        for text in texts:
            for paragraph in text.split("\n\n"):
                await self._shown(paragraph).first.wait_for()

    async def sees_within(self, *texts: str) -> None:
        """Wait until texts are on the page, with others before or behind them."""
        for text in texts:
            await self.page.get_by_text(text).locator(_VISIBLE).first.wait_for()

    async def sees_field(self, label: str) -> None:
        """Wait until a field of a form is there by its label."""
        await self._field(label).wait_for()

    async def sees_pattern(self, pattern: re.Pattern[str]) -> None:
        """Wait until a text that matches is on the page."""
        await self.page.get_by_text(pattern).locator(_VISIBLE).first.wait_for()

    async def sees_chart(self) -> None:
        """Wait until a chart is drawn."""
        await self.page.locator("ha-chart-base canvas").first.wait_for()

    async def sees_without(self, text: str, *others: str) -> None:
        """Wait until others are gone from the page, which is there because a text is on it."""
        shown = [self._shown(each) for each in (text, *others)]
        expected = [True, *(False for _ in others)]
        await eventually(lambda: _are_any(shown), expected, within=_PATIENCE / 1000)

    async def clicks(self, text: str) -> None:
        """Click on a button, link or entry of a menu by what is written on it."""
        roles = [self.page.get_by_role(role, name=text, exact=True) for role in ("button", "link", "menuitem")]
        await self._click(roles[0].or_(roles[1]).or_(roles[2]), text)

    async def clicks_within(self, part: str, text: str) -> None:
        """Click on the first button with a text within a part of the page."""
        await self._click(self.page.locator(part).get_by_role("button", name=text, exact=True).first, text)

    async def clicks_text(self, text: str) -> None:
        """Click on a row or card by a text in it."""
        await self._click(self.page.get_by_text(text, exact=True), text)

    async def clicks_label(self, name: str) -> None:
        """Click on something by Home Assistant's name for it."""
        await self.clicks(self.words.label(name))

    async def types(self, field: str, text: str) -> None:
        """Type into a field of a form by its label, instead of what stands there."""
        await _fills(self._field(field), text)

    async def enters(self, field: str, text: str) -> None:
        """Type into a field whose label stands beside it, instead of what stands there."""
        row = self.page.locator("ha-settings-row").filter(has=self.page.get_by_text(field, exact=True))
        await _fills(row.locator("input"), text)

    async def searches(self, hint: str, text: str) -> None:
        """Type into a box by the hint in it."""
        await _fills(self.page.get_by_placeholder(hint), text)

    async def pastes_over(self, text: str, new: str) -> None:
        """Click on a text in an editor, and paste another one over all that stands there."""
        await self.clicks_text(text)
        await self.page.keyboard.press("Control+A")
        await self.page.evaluate("text => navigator.clipboard.writeText(text)", new)
        await self.page.keyboard.press("Control+V")

    async def adds_to_list(self, field: str, option: str) -> None:
        """Add an option to what a field of several has, and see it there."""
        box = self.page.locator("ha-selector").filter(has_text=field).last
        await box.get_by_role("button", name=self.words.label("add")).click()
        await self.clicks_text(option)
        await box.locator("ha-input-chip").get_by_text(option, exact=True).wait_for()

    @asynccontextmanager
    async def downloading(self) -> AsyncIterator[list[Download]]:
        """Give the list to which the file is added that a click within the context downloads."""
        files: list[Download] = []
        async with self.page.expect_download() as waiting:
            yield files
        files.append(await waiting.value)

    async def keeps_picture(self, name: str, *, unknown: int = 0) -> None:
        """Keep a picture of the page, on which everything can be read and is known but for some states."""
        await self._knows_all_but(unknown)
        self._kept += 1
        self._pictures.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=self._pictures / f"{self._kept:02}-{name}.png", animations="disabled")
        await self._reads_on()

    async def photographs(self, file: Path, *, width: int, height: int, corner: tuple[int, int] | None = None) -> None:
        """Keep a picture for others in a file: of the page in a window of a size, or of its upper left corner alone."""
        await self._knows_all_but(0)
        await self.page.set_viewport_size({"width": width, "height": height})
        await self.page.mouse.move(0, 0)
        await self._reads_on()
        await self._comes_to_rest()
        across, down = corner or (width, height)
        clip: FloatRect = {"x": 0, "y": 0, "width": across, "height": down}
        await self.page.screenshot(path=file, animations="disabled", clip=clip)

    def notes(self, name: str, lines: list[str]) -> None:
        """Keep a list beside the pictures."""
        self._pictures.mkdir(parents=True, exist_ok=True)
        (self._pictures / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    async def _knows_all_but(self, unknown: int) -> None:
        """Wait until so many states on the page are unknown, and none is unavailable."""
        states = [self.words.label("unknown"), self.words.label("unavailable")]
        await eventually(lambda: current(self.page, states), states[:1] * unknown, within=_PATIENCE / 1000)

    async def _reads_on(self) -> None:
        """Make sure that everything on the page was meant for people and has room, in its place and in the window."""
        assert await raw_texts(self.page) == []
        assert await cut_texts(self.page) == []
        assert await overflow(self.page) <= 0

    async def _comes_to_rest(self) -> None:
        """Wait until nothing on the page moves, such as a curve that is being drawn."""
        before, now = b"", await self.page.screenshot(animations="disabled")
        try:
            async with asyncio.timeout(_PATIENCE / 1000):
                while now != before:
                    before, now = now, await self.page.screenshot(animations="disabled")
        except TimeoutError:
            pytest.fail(f"Something on {self.page.url} never stops moving.")

    def _shown(self, text: str) -> Locator:
        """Return where a text stands alone, or with the star of a field that is required."""
        alone, required = (self.page.get_by_text(each, exact=True) for each in (text, f"{text} *"))
        return alone.or_(required).locator(_VISIBLE)

    def _field(self, label: str) -> Locator:
        name = re.compile(rf"^{re.escape(label)}\s?\*?$")  # a star where the field is required
        boxes = [self.page.get_by_role(role, name=name) for role in ("textbox", "spinbutton")]
        return boxes[0].or_(boxes[1]).locator(_VISIBLE).last

    async def _click(self, target: Locator, text: str) -> None:
        await target.locator(_VISIBLE).last.click()
        self.clicked.append(text)


async def _are_any(places: Iterable[Locator]) -> list[bool]:
    """Tell of each whether there is anything."""
    return [await place.count() > 0 for place in places]


async def _fills(box: Locator, text: str) -> None:
    """Type into a box, and see that it stays there."""
    await box.fill(text)
    await expect(box).to_have_value(text, timeout=_PATIENCE)
