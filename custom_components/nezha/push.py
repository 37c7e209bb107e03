"""Keeps a stream of the dashboard up; losing it costs nothing, for polling goes on."""

import asyncio
from contextlib import aclosing
import random
from time import monotonic

from .api import BlockedError, NezhaAuthError, NezhaError, NotOfferedError, is_on_local_network
from .const import (
    CONF_STREAM,
    FRAMES_A_DAY,
    LOGGER,
    MOST_STREAM_BYTES_A_DAY,
    STREAM_ALWAYS,
    STREAM_AUTOMATIC,
    STREAM_NEVER,
)
from .coordinator import NezhaConfigEntry

PROOF = 60.0  # seconds for which a connection has to last before the next one is tried as soon as the first
LEAST_DELAY = 5.0
MOST_DELAY = 600.0
JITTER = (0.8, 1.2)


class StreamKeeper:
    """Feeds the servers' clock with the messages of the stream, connection after connection."""

    def __init__(self, entry: NezhaConfigEntry) -> None:
        """Belong to a loaded entry."""
        self._entry = entry
        self._client = entry.runtime_data.client
        self._servers = entry.runtime_data.servers
        self._delay = LEAST_DELAY

    async def async_keep(self) -> None:
        """Listen for as long as the stream is wanted, until the entry unloads; whatever ends that, polls go on."""
        try:
            await self._keep()
        except Exception:  # noqa: BLE001 - nobody else hears of it
            LOGGER.exception("Unexpected end of listening to %s", self._servers.name)
        await self._leave()

    async def _keep(self) -> None:
        """Listen, connection after connection."""
        while is_wanted(self._entry):
            try:
                await self._listen()
            except BlockedError:
                self._delay = MOST_DELAY
            except NezhaAuthError, NotOfferedError:
                break
            except NezhaError as err:
                LOGGER.debug("No stream from %s: %s", self._servers.name, err)
            await self._leave()
            await asyncio.sleep(self._delay * random.uniform(*JITTER))  # noqa: S311 - only to spread the load
            self._delay = min(2 * self._delay, MOST_DELAY)

    async def _listen(self) -> None:
        """Listen for as long as one connection lasts."""
        began_at = monotonic()
        async with aclosing(self._client.stream()) as snapshots:
            async for snapshot in snapshots:
                if monotonic() - began_at >= PROOF:
                    self._delay = LEAST_DELAY
                if not self._servers.async_take_frame(snapshot):
                    break
                if self._servers.inventory_is_old():
                    await self._servers.async_refresh()
                if not self._servers.last_update_success or not is_wanted(self._entry):
                    break  # a poll was refused, or the stream turned out to be dear

    async def _leave(self) -> None:
        """Go back to polling."""
        if self._servers.listening:
            await self._servers.async_leave_stream()


def is_wanted(entry: NezhaConfigEntry) -> bool:
    """Tell whether a stream is to be had and wanted: automatically where it is near, or small as far as is known."""
    client, servers = entry.runtime_data.client, entry.runtime_data.servers
    wish = entry.options.get(CONF_STREAM, STREAM_AUTOMATIC)
    if wish == STREAM_NEVER or not client.capabilities.stream:
        return False
    dear = servers.frame_size * FRAMES_A_DAY > MOST_STREAM_BYTES_A_DAY
    return wish == STREAM_ALWAYS or not dear or is_on_local_network(client.url)
