"""The checks of every page notice what they are for."""

from collections.abc import AsyncIterator

from playwright.async_api import Browser, Page
import pytest

from .reading import current, cut_texts, overflow, raw_texts

NARROW = "width: 60px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis"
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


async def test_texts_without_room_are_found(page: Page) -> None:
    """Those that end with three dots."""
    rows = "".join(f"<div style='{NARROW}'>{text}</div>" for text in ("CPU", "Ping Frankfurt latency"))
    await page.set_content(IN_A_SHADOW.format(rows))
    assert await cut_texts(page) == ["Ping Frankfurt latency"]


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
