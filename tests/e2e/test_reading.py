"""The checks of every page notice what they are for."""

from collections.abc import AsyncIterator

from playwright.async_api import Browser, Page
import pytest

from .reading import current, cut_texts, overflow, raw_texts

NARROW = "width: 60px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis"
NO_DOTS = "width: 60px; overflow: hidden; white-space: nowrap"
SHORT = "width: 60px; height: 1.5em; overflow: hidden"
TWO_LINES = "width: 60px; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow-y: hidden"
FOR_LISTENERS = "width: 1px; height: 1px; overflow: hidden; white-space: nowrap"
LONG = "Ping Frankfurt latency"
IN_A_SHADOW = "<div><template shadowrootmode='open'>{}</template></div>"


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Return an empty page."""
    page = await browser.new_page(viewport={"width": 400, "height": 300})
    yield page
    await page.close()


@pytest.mark.parametrize(
    "text", ["component.nezha.entity.sensor.cpu.name", "The token of {name}", "Load undefined", "NaN %"]
)
async def test_texts_for_programs_are_found(page: Page, text: str) -> None:
    """Also where a component hides them from the rest of the page."""
    await page.set_content(IN_A_SHADOW.format(f"<b>CPU usage</b><p>{text}</p><p hidden>undefined</p>"))
    assert await raw_texts(page) == [text]


async def test_states_are_found_where_they_are_told_of_now(page: Page) -> None:
    """Not in the activity."""
    state = IN_A_SHADOW.format("<p>Unknown</p><p>Unknown error</p><p hidden>Unknown</p>")
    await page.set_content(f"{state}<ha-logbook>{state}</ha-logbook>")
    assert await current(page, ["Unknown", "Unavailable"]) == ["Unknown"]


@pytest.mark.parametrize("style", [NARROW, NO_DOTS, SHORT, f"{SHORT}; overflow: clip", TWO_LINES])
async def test_texts_without_room_are_found(page: Page, style: str) -> None:
    """Those that end with three dots, and those that end without."""
    rows = "".join(f"<div style='{style}'>{text}</div>" for text in ("CPU", LONG))
    await page.set_content(IN_A_SHADOW.format(rows))
    assert await cut_texts(page) == [LONG]


@pytest.mark.parametrize("style", ["width: 60px; overflow: auto; white-space: nowrap", "width: 60px", FOR_LISTENERS])
async def test_texts_that_are_read_otherwise_are_none_of_them(page: Page, style: str) -> None:
    """They can be scrolled, have further lines or are read out."""
    await page.set_content(f"<div style='{style}'>{LONG}</div>")
    assert await cut_texts(page) == []


async def test_what_home_assistant_cuts_off_itself_is_left_to_it(page: Page) -> None:
    """Only within the part that does so."""
    row = f"<div class='supporting' style='{NARROW}'>13 devices and 4 services</div>"
    await page.set_content(f"<ha-integration-card>{IN_A_SHADOW.format(row)}</ha-integration-card>")
    assert await cut_texts(page) == []
    await page.set_content(IN_A_SHADOW.format(row))
    assert await cut_texts(page) == ["13 devices and 4 services"]


async def test_a_page_that_is_too_wide_is_found(page: Page) -> None:
    """Nobody wants to scroll sideways."""
    await page.set_content("<body style='margin: 0'><div style='width: 450px'>wide</div></body>")
    assert await overflow(page) == 50


async def test_a_part_that_scrolls_sideways_is_found(page: Page) -> None:
    """Also where the window does not, but not in an editor."""
    part = "<div style='width: 100px; overflow: auto'><div style='width: 130px'>wide</div></div>"
    await page.set_content(IN_A_SHADOW.format(part))
    assert await overflow(page) == 30
    await page.set_content(f"<ha-code-editor>{IN_A_SHADOW.format(part)}</ha-code-editor>")
    assert await overflow(page) == 0
