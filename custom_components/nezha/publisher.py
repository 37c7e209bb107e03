"""Telling each listener only of the part of the data that it shows, in slices that leave the event loop to others."""

from abc import abstractmethod
import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

SLICE = 200  # listeners called in one go: a few milliseconds of a PC, some twenty of a Raspberry Pi


class Readers:
    """The listeners of one part of the data, and which version of it they were told of."""

    __slots__ = ("leave", "listeners", "told_of", "waits")

    def __init__(self) -> None:
        """Begin without any."""
        self.listeners: dict[int, CALLBACK_TYPE] = {}
        self.told_of: tuple[bool, object] = (False, None)
        self.waits = False
        self.leave: CALLBACK_TYPE


class PublishingCoordinator[DataT](DataUpdateCoordinator[DataT]):
    """A coordinator whose listeners may name the part of the data that they show, as their context.

    They are called only when this part is another object than before, or when the dashboard begins or ceases to answer.
    All listeners of a part are called in the same turn of the event loop.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin without listeners; takes what a `DataUpdateCoordinator` takes."""
        super().__init__(*args, **kwargs)
        self._readers: dict[Any, Readers] = {}
        self._waiting: deque[Readers] = deque()
        self._publishing: asyncio.Task[None] | None = None
        self._joined = 0

    @abstractmethod
    def _part(self, context: Any) -> object:
        """Return the part of the data that a context names."""

    @callback
    @override
    def async_add_listener(self, update_callback: CALLBACK_TYPE, context: Any = None) -> Callable[[], None]:
        """Listen to everything or, with a context, to the part that it names."""
        if context is None:
            return super().async_add_listener(update_callback)
        readers = self._readers.get(context)
        if readers is None:
            readers = self._readers[context] = Readers()
            readers.told_of = self._version(context)
            readers.leave = super().async_add_listener(partial(self._queue_if_changed, context, readers), context)
        self._joined += 1
        readers.listeners[self._joined] = update_callback
        return partial(self._remove_reader, context, self._joined)

    @callback
    def _remove_reader(self, context: Any, number: int) -> None:
        readers = self._readers[context]
        del readers.listeners[number]
        if not readers.listeners:
            del self._readers[context]
            readers.leave()

    def _version(self, context: Any) -> tuple[bool, object]:
        """Return what the listeners of a part depend on."""
        return self.last_update_success, self._part(context)

    @callback
    def _queue_if_changed(self, context: Any, readers: Readers) -> None:
        (answered, part), readers.told_of = readers.told_of, self._version(context)
        if readers.waits or (answered == readers.told_of[0] and part is readers.told_of[1]):
            return
        readers.waits = True
        self._waiting.append(readers)
        if self._publishing is None and self.config_entry:
            self._publishing = self.config_entry.async_create_task(
                self.hass, self._publish(), f"{self.name} publishes", eager_start=False
            )

    async def _publish(self) -> None:
        """Call the listeners of all parts that wait."""
        called = 0
        try:
            while self._waiting:
                readers = self._waiting.popleft()
                readers.waits = False
                for listener in list(readers.listeners.values()):
                    try:
                        listener()
                    except Exception:  # whose failure is nobody else's
                        self.logger.exception("Unexpected error updating a listener for %s", self.name)
                called += len(readers.listeners)
                if called >= SLICE:
                    called = 0
                    await asyncio.sleep(0)
        finally:
            self._publishing = None
