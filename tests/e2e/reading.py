"""What a page shows that nobody should have to read."""

from collections.abc import Collection
import re
from typing import Final

from playwright.async_api import Page

_RAW: Final = re.compile(r"component\.nezha|ui\.panel\.|\{\w+\}|\bundefined\b|\[object |\bNaN\b")
"""Keys of translations, placeholders that nothing filled, and what scripts write when they know nothing."""

_MAY_CUT: Final = (
    ".mdc-data-table__header-cell",  # headings of tables, which count the arrow for sorting that they do not show
    "ha-integration-card .supporting",  # how many devices and services there are, in the list of all integrations
    "ha-automation-add-items .supporting",  # descriptions of triggers in their list, which are read whole once chosen
    "ha-config-entry-device-row .supporting",  # models of devices, as on a phone a device has two lines
)
"""What Home Assistant cuts off itself: selectors of parts around the text, also across shadows."""

_MAY_SCROLL: Final = (
    "ha-code-editor",
    "ha-panel-history",  # on a phone the sources and the period are a row that is moved sideways
)
"""What Home Assistant lets people scroll sideways within the page."""

_VISIBLE_ELEMENTS: Final = """
function* visible(root) {
  for (const element of root.querySelectorAll("*")) {
    if (element.checkVisibility({visibilityProperty: true, opacityProperty: true})) yield element;
    if (element.shadowRoot) yield* visible(element.shadowRoot);
  }
}
const ownText = element => [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE)
  .map(node => node.data.trim()).filter(Boolean).join(" ");
const within = (element, selector) => element && (element.matches(selector)
  || within(element.assignedSlot || element.parentElement || element.getRootNode().host, selector));
"""
_TEXTS: Final = f"""() => {{
  {_VISIBLE_ELEMENTS}
  return [...visible(document.body)].filter(element => !["SCRIPT", "STYLE"].includes(element.tagName))
    .filter(element => !within(element, "ha-code-editor")).map(ownText).filter(Boolean);
}}"""
_TEXTS_OF_NOW: Final = f"""() => {{
  {_VISIBLE_ELEMENTS}
  return [...visible(document.body)].filter(element => !within(element, "ha-logbook")).map(ownText);
}}"""
_CUT: Final = f"""() => {{
  {_VISIBLE_ELEMENTS}
  const SMOOTHED = 2;  // pixels by which glyphs and fractions may stand over without anything being missed
  const hides = overflow => ["hidden", "clip"].includes(overflow);
  const across = element => element.scrollWidth - element.clientWidth;
  const down = element => element.scrollHeight - element.clientHeight;
  const isForListeners = element => element.clientWidth <= 1 && element.clientHeight <= 1;
  const isCut = element => {{
    const style = getComputedStyle(element);
    if (style.textOverflow === "ellipsis" && across(element) > 0) return true;
    if (style.webkitLineClamp !== "none" && down(element) > SMOOTHED) return true;
    return ownText(element) !== "" && (hides(style.overflowX) && across(element) > SMOOTHED
      || hides(style.overflowY) && down(element) > SMOOTHED);
  }};
  const mayCut = element => {list(_MAY_CUT)}.some(parts => parts.split(" ").every(part => within(element, part)));
  return [...visible(document.body)].filter(element => isCut(element) && !isForListeners(element) && !mayCut(element))
    .map(element => element.innerText || element.assignedSlot?.innerText || element.outerHTML);
}}"""
_WIDER: Final = f"""() => {{
  {_VISIBLE_ELEMENTS}
  const scrolls = element => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const mayScroll = element => {list(_MAY_SCROLL)}.some(part => within(element, part));
  const frames = [...visible(document.body)].filter(element => scrolls(element) && !mayScroll(element));
  return Math.max(...[document.documentElement, ...frames].map(frame => frame.scrollWidth - frame.clientWidth));
}}"""


async def texts(page: Page) -> list[str]:
    """Return all texts, but for those that are there to be edited."""
    found: list[str] = await page.evaluate(_TEXTS)
    return found


async def raw_texts(page: Page) -> list[str]:
    """Return the texts that were meant for programs."""
    return [text for text in await texts(page) if _RAW.search(text)]


async def current(page: Page, states: Collection[str]) -> list[str]:
    """Return each of some states as often as it is shown, but for the activity, which tells what was."""
    return [text for text in await page.evaluate(_TEXTS_OF_NOW) if text in states]


async def cut_texts(page: Page) -> list[str]:
    """Return the texts of which only the beginning has room."""
    cut: list[str] = await page.evaluate(_CUT)
    return cut


async def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window, or a part that scrolls wider than its place."""
    wider: int = await page.evaluate(_WIDER)
    return wider
