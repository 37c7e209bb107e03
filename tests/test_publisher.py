"""How a coordinator tells its listeners: only of what they show, and never so many at once that others wait."""

import asyncio
from collections.abc import AsyncIterator
import logging
from typing import Any, override

from homeassistant.core import HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nezha.const import DOMAIN
from custom_components.nezha.publisher import SLICE, PublishingCoordinator

LOGGER = logging.getLogger(__name__)


class Shelf(PublishingCoordinator[dict[str, object]]):
    """Data whose parts are what stands on it."""

    @override
    def _part(self, context: Any) -> object:
        return self.data.get(context)


class Reader:
    """Remembers of which parts it was told, in order, and at which turn of the event loop."""

    def __init__(self, shelf: Shelf) -> None:
        """Read a shelf."""
        self.shelf = shelf
        self.told: list[tuple[str, object]] = []
        self.turns: list[int] = []
        self.turn = 0

    def listen(self, name: str, times: int = 1) -> None:
        """Listen to a part as that many entities do."""

        @callback
        def take() -> None:
            self.told.append((name, self.shelf.data.get(name)))
            self.turns.append(self.turn)

        for _ in range(times):
            self.shelf.async_add_listener(take, name)

    async def count_turns(self) -> None:
        """Count the turns of the event loop that others get meanwhile."""
        while True:
            await asyncio.sleep(0)
            self.turn += 1


@pytest.fixture
def shelf(hass: HomeAssistant) -> Shelf:
    """Return a shelf with three things."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    shelf = Shelf(hass, LOGGER, config_entry=entry, name="shelf")
    shelf.data = {"a": object(), "b": object(), "c": object()}
    return shelf


@pytest.fixture
async def reader(shelf: Shelf) -> AsyncIterator[Reader]:
    """Return who reads the shelf, counting turns."""
    reader = Reader(shelf)
    counting = asyncio.create_task(reader.count_turns())
    yield reader
    counting.cancel()


async def test_only_listeners_of_what_has_changed_are_called(hass: HomeAssistant, shelf: Shelf, reader: Reader) -> None:
    """A part that is the same object has not changed; whoever names no part hears of everything."""
    updates: list[int] = []
    shelf.async_add_listener(lambda: updates.append(len(updates)))
    for name in "abc":
        reader.listen(name)
    shelf.async_set_updated_data(shelf.data | {"b": "new"})
    await hass.async_block_till_done()
    assert reader.told == [("b", "new")]
    shelf.async_set_updated_data(dict(shelf.data))
    await hass.async_block_till_done()
    assert reader.told == [("b", "new")]
    assert updates == [0, 1]


async def test_everybody_hears_when_answers_cease_and_begin_again(
    hass: HomeAssistant, shelf: Shelf, reader: Reader
) -> None:
    """Then even the same values are shown otherwise."""
    for name in "abc":
        reader.listen(name)
    shelf.async_set_update_error(TimeoutError())
    await hass.async_block_till_done()
    assert [name for name, _ in reader.told] == ["a", "b", "c"]
    shelf.async_set_updated_data(shelf.data)
    await hass.async_block_till_done()
    assert [name for name, _ in reader.told] == ["a", "b", "c"] * 2


async def test_many_listeners_leave_the_event_loop_to_others(hass: HomeAssistant, shelf: Shelf, reader: Reader) -> None:
    """No turn calls more than a slice and one part's rest, and all listeners of a part have the same turn."""
    parts = {str(number): number for number in range(100)}
    shelf.data = dict.fromkeys(parts)
    for name in parts:
        reader.listen(name, times=SLICE // 20)
    shelf.async_set_updated_data(dict(parts))
    await hass.async_block_till_done()
    assert [name for name, _ in reader.told] == [name for name in parts for _ in range(SLICE // 20)]
    turns_of = {
        name: {turn for (told, _), turn in zip(reader.told, reader.turns, strict=True) if told == name}
        for name in parts
    }
    assert {len(turns) for turns in turns_of.values()} == {1}
    assert max(reader.turns.count(turn) for turn in set(reader.turns)) == SLICE


async def test_what_changes_again_before_its_turn_is_told_once(
    hass: HomeAssistant, shelf: Shelf, reader: Reader
) -> None:
    """Only the newest values matter."""
    for name in "abc":
        reader.listen(name)
    shelf.async_set_updated_data({"a": 1, "b": 1, "c": 1})
    shelf.async_set_updated_data({"a": 2, "b": 2, "c": 2})
    await hass.async_block_till_done()
    assert reader.told == [("a", 2), ("b", 2), ("c", 2)]


async def test_who_has_left_is_told_no_more(hass: HomeAssistant, shelf: Shelf, reader: Reader) -> None:
    """Not even when its part was to be told of; the last one to leave ends the polls."""
    leave = [shelf.async_add_listener(lambda: reader.told.append(("a", "left")), "a") for _ in range(2)]
    reader.listen("b")
    shelf.async_set_updated_data({"a": 1, "b": 1})
    for remove in leave:
        remove()
    await hass.async_block_till_done()
    assert reader.told == [("b", 1)]
    assert list(shelf.async_contexts()) == ["b"]


async def test_a_failing_listener_is_its_own_affair(
    hass: HomeAssistant, shelf: Shelf, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the others are called."""

    @callback
    def fail() -> None:
        raise ValueError("no such thing")

    shelf.async_add_listener(fail, "a")
    reader.listen("a")
    reader.listen("b")
    shelf.async_set_updated_data({"a": 1, "b": 1})
    await hass.async_block_till_done()
    assert reader.told == [("a", 1), ("b", 1)]
    assert "no such thing" in caplog.text
    caplog.clear()  # the suite takes a logged exception for a failure
