"""Ways of showing the same servers in one Home Assistant: the integration, the floor, the naive and the user's own."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Mapping
import json
from typing import override

from aiohttp import ClientSession, ClientWebSocketResponse
from homeassistant.const import CONF_TOKEN, CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from custom_components.nezha.api import Snapshot, carry_on
from custom_components.nezha.connection import new_client, new_session
from custom_components.nezha.const import LOGGER
from custom_components.nezha.coordinator import NezhaConfigEntry
from custom_components.nezha.fleet import Fleet

from .dashboard import Simulated
from .entities import Change
from .stage import MOST_BYTES, STREAM


class Contender(ABC):
    """One way of showing the servers."""

    name: str
    writes_always = False
    """Whether it writes states that have not changed."""

    @abstractmethod
    async def update(self, number: int, *, due: bool) -> None:
        """Ask for, or receive, the prepared answer of a number, and show it if a write is due."""


class Feed(ABC):
    """Where a contender's answers come from."""

    @abstractmethod
    async def body(self, number: int) -> str | bytes:
        """Return the answer of a number."""


class Polled(Feed):
    """Asks for each answer."""

    def __init__(self, session: ClientSession, simulated: Simulated) -> None:
        """Ask with a session of Home Assistant's."""
        self._session = session
        self._simulated = simulated

    @override
    async def body(self, number: int) -> bytes:
        async with self._session.get(self._simulated.servers_url, headers=self._simulated.headers) as response:
            return await response.read()


class Streamed(Feed):
    """Gets each answer as the next frame of a stream of its own."""

    def __init__(self, session: ClientSession, simulated: Simulated, whose: str) -> None:
        """Connect at the first frame."""
        self._session = session
        self._simulated = simulated
        self._whose = whose
        self._socket: ClientWebSocketResponse | None = None

    @override
    async def body(self, number: int) -> str:
        if self._socket is None:
            self._socket = await self._session.ws_connect(
                self._simulated.url + STREAM, headers={"Authorization": self._whose}, max_msg_size=MOST_BYTES
            )
        await self._simulated.send(number, self._whose)
        return str((await self._socket.receive()).data)


class Reading(Contender):
    """Only receives the answer, which all have to: what is taken off the others."""

    name = "reading the answer"

    def __init__(self, feed: Feed) -> None:
        """Read from a feed."""
        self._feed = feed

    @override
    async def update(self, number: int, *, due: bool) -> None:
        await self._feed.body(number)


class Integration(Contender):
    """The integration itself."""

    name = "nezha"

    def __init__(self, entry: NezhaConfigEntry, simulated: Simulated, *, stream: bool) -> None:
        """Show what polls or the stream bring."""
        self._servers = entry.runtime_data.servers
        self._simulated = simulated
        self._stream = stream

    @override
    async def update(self, number: int, *, due: bool) -> None:
        if self._stream:
            await self._simulated.send(number, self._simulated.headers["Authorization"])
        else:
            await self._servers.async_refresh()


class Floor(Contender):
    """Decodes the answer, and writes the states that have changed, which it knows beforehand: nothing is compared."""

    name = "floor"

    def __init__(self, feed: Feed, changes: Mapping[int, list[Change]]) -> None:
        """Know the changes of every answer."""
        self._feed = feed
        self._changes = changes

    @override
    async def update(self, number: int, *, due: bool) -> None:
        json.loads(await self._feed.body(number))
        for entity, shown in self._changes[number] if due else ():
            entity.put(shown)
            entity.async_write_ha_state()


class Naive(Contender):
    """The same client and the same values, but every entity writes at every update."""

    name = "naive"
    writes_always = True

    def __init__(self, hass: HomeAssistant, simulated: Simulated, token: str, *, stream: bool) -> None:
        """Ask with a token of its own."""
        data = {CONF_URL: simulated.url, CONF_VERIFY_SSL: True, CONF_TOKEN: token}
        self._client = new_client(new_session(hass, data, auto_cleanup=False), data)
        self._simulated = simulated
        self._whose = f"Bearer {token}"
        self._stream = aiter(self._client.stream()) if stream else None
        self._snapshot: Snapshot | None = None
        self.coordinator: DataUpdateCoordinator[Fleet] = DataUpdateCoordinator(
            hass, LOGGER, config_entry=None, name=self.name
        )

    async def first(self) -> None:
        """Poll once, before there are entities."""
        self._take(await self._client.snapshot())

    @override
    async def update(self, number: int, *, due: bool) -> None:
        if self._stream is None:
            self._take(await self._client.snapshot())
            return
        coming = asyncio.ensure_future(anext(self._stream))
        await self._simulated.send(number, self._whose)
        self._take(await coming)

    def _take(self, snapshot: Snapshot) -> None:
        self._snapshot = carry_on(self._snapshot, snapshot)
        servers = self._snapshot.servers.items()
        self.coordinator.async_set_updated_data(Fleet({str(number): server for number, server in servers}))


class Rest(Contender):
    """Home Assistant's own `rest` sensors, a template for each value."""

    name = "rest"
    writes_always = True

    def __init__(self, hass: HomeAssistant) -> None:
        """Use the one that was configured."""
        self._coordinator: DataUpdateCoordinator[None] = hass.data["rest"]["coordinator"][0]

    @override
    async def update(self, number: int, *, due: bool) -> None:
        await self._coordinator.async_refresh()
