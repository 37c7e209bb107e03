"""Which server is which: keys of ours that outlive the ids on the wire.

A key is given once, the first wire id seen, and kept in Home Assistant's storage with what the server is known by now.
"""

from collections.abc import Iterable, KeysView, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .api import Latency, Server, Snapshot
from .const import DOMAIN

STORAGE_VERSION = 1
SAVE_DELAY = 10
CERTAIN = 3  # servers that all differ: too many for a coincidence


@dataclass(frozen=True, slots=True)
class Identity:
    """What a server is known by: its id on the wire, its name, its uuid, and its monitors' names by their ids."""

    id: int
    name: str
    uuid: str | None = None
    monitors: dict[str, str] = field(default_factory=dict)


class ServerIdentities:
    """The keys of one dashboard's servers."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare; `async_load` reads what is stored."""
        self._store: Store[dict[str, Any]] = Store(hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}")
        self._known: dict[str, Identity] = {}
        self._keys: dict[int, str] = {}
        self._uuids: dict[str, str] = {}

    async def async_load(self) -> None:
        """Read what is stored."""
        stored = await self._store.async_load() or {"servers": {}}
        self._known = {key: Identity(**identity) for key, identity in stored["servers"].items()}
        for key in self._known:
            self._index(key)

    async def async_save(self) -> None:
        """Store at once what else would be stored in a moment."""
        await self._store.async_save(self._stored())

    async def async_remove(self) -> None:
        """Delete what is stored."""
        await self._store.async_remove()

    @property
    def known(self) -> Mapping[str, Identity]:
        """Every server ever seen and not deleted by the user, by key."""
        return self._known

    @property
    def ids(self) -> KeysView[int]:
        """Every id on the wire that has a key."""
        return self._keys.keys()

    @callback
    def async_identify(self, snapshot: Snapshot) -> dict[str, Server]:
        """Return the servers by their keys; new ones get one."""
        return {self._key(server): server for server in snapshot.servers.values()}

    @callback
    def async_learn_monitors(self, key: str, latencies: Iterable[Latency]) -> None:
        """Keep the names of a server's monitors, so that their entities exist before its next answer."""
        monitors = {str(latency.monitor_id): latency.monitor_name for latency in latencies}
        if (identity := self._known.get(key)) and identity.monitors != monitors:
            self._known[key] = replace(identity, monitors=monitors)
            self._save()

    @callback
    def async_forget(self, key: str) -> None:
        """Forget a server that the user has deleted."""
        if identity := self._known.get(key):
            self._drop(key)
            self._uuids.pop(identity.uuid or "", None)
            del self._known[key]
            self._save()

    def _key(self, server: Server) -> str:
        key = self._uuids.get(server.uuid or "") or self._key_of_id(server) or self._new_key(server)
        identity = self._known[key]
        uuid = server.uuid or identity.uuid
        if (identity.id, identity.name, identity.uuid) != (server.id, server.name, uuid):
            self._drop(key)
            self._known[key] = replace(identity, id=server.id, name=server.name, uuid=uuid)
            self._index(key)
            self._save()
        return key

    def _key_of_id(self, server: Server) -> str | None:
        """Return the key of an id, unless the uuids tell that it is another server's by now."""
        key = self._keys.get(server.id)
        uuid = self._known[key].uuid if key else None
        return key if not uuid or not server.uuid else None

    def _index(self, key: str) -> None:
        """Find a server by what it is known by now."""
        identity = self._known[key]
        self._keys[identity.id] = key
        if identity.uuid:
            self._uuids[identity.uuid] = key

    def _drop(self, key: str) -> None:
        """Find a server no longer by what it was known by, unless another one is by now."""
        if self._keys.get(self._known[key].id) == key:
            del self._keys[self._known[key].id]

    def _new_key(self, server: Server) -> str:
        """Give a server its key: the first id seen, marked where that is another server's key."""
        key = str(server.id)
        while key in self._known:
            key += "+"
        self._known[key] = Identity(server.id, server.name, server.uuid)
        self._index(key)
        self._save()
        return key

    def _save(self) -> None:
        self._store.async_delay_save(self._stored, SAVE_DELAY)

    def _stored(self) -> dict[str, Any]:
        return {"servers": {key: asdict(identity) for key, identity in self._known.items()}}


def same_dashboard(known: Iterable[Identity], shown: Iterable[Server]) -> bool | None:
    """Tell whether a dashboard that shows these servers is the one whose servers are known; `None`: not to be decided.

    No generation has an id of its own, so its servers have to prove it. A uuid that is known decides; generation 0 has
    none, there an id that still has its name speaks for the same dashboard.
    """
    known, shown = list(known), list(shown)
    uuids = {server.uuid for server in shown if server.uuid}
    if not uuids.isdisjoint(identity.uuid for identity in known):
        return True
    before = {identity.id: identity.name for identity in known}
    now = {server.id: server.name for server in shown}
    agreeing = sum(before.get(number) == name for number, name in now.items())
    fewer = min(len(before), len(now))
    if agreeing and 2 * agreeing >= fewer:
        return True
    return False if not agreeing and fewer >= CERTAIN else None
