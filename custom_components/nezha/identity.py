"""Which server is which: keys of ours that outlive the ids on the wire.

A key is given once, the first wire id seen, and kept in Home Assistant's storage with what the server is known by now.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from time import time
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .absence import Absences
from .api import Latency, Server, Snapshot
from .const import DOMAIN

STORAGE_VERSION = 1
SAVE_DELAY = 10
CERTAIN = 3  # servers that all differ: too many for a coincidence


@dataclass(frozen=True, slots=True)
class Identity:
    """What a server is known by: its id on the wire, its name, its uuid, and its monitors' names by their ids.

    One that was left behind on another dashboard has no id. It is `expected` if the present credential has shown it and
    the options do not leave it out: only then its absence, `absent_since` in Unix seconds, tells that it is `gone`. The
    user may have `kept` it all the same. `last_active` in Unix seconds is of the last time that it went offline. When
    it was seen to go offline and to come online, in Unix seconds as well, is by the clock of Home Assistant.
    """

    id: int | None
    name: str
    uuid: str | None = None
    monitors: dict[str, str] = field(default_factory=dict)
    expected: bool = True
    absent_since: float | None = None
    gone: bool = False
    kept: bool = False
    last_active: float | None = None
    online: bool | None = None
    went_offline: float | None = None
    came_online: float | None = None


FIELDS = {each.name for each in fields(Identity)}


class ServerIdentities:
    """The keys of one dashboard's servers."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare; `async_load` reads what is stored."""
        self._store: Store[dict[str, Any]] = Store(hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}")
        self._known: dict[str, Identity] = {}
        self._keys: dict[int, str] = {}
        self._uuids: dict[str, str] = {}
        self._fingerprint: str | None = None
        self._absences = Absences()

    async def async_load(self) -> None:
        """Read what is stored."""
        stored = await self._store.async_load() or {"servers": {}}
        self._known = {key: _identity(identity) for key, identity in stored["servers"].items()}
        for key in self._known:
            self._index(key)
        self._fingerprint = stored.get("fingerprint")

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
    def gone(self) -> Mapping[str, Identity]:
        """The servers that are gone, by key."""
        return {key: identity for key, identity in self._known.items() if identity.gone}

    @callback
    def async_ask_with(self, fingerprint: str) -> None:
        """Expect nobody whom another credential has shown: this one may see less."""
        if fingerprint == self._fingerprint:
            return
        self._fingerprint = fingerprint
        for key, identity in self._known.items():
            if identity.id is not None and not identity.gone and not identity.kept:
                self._change(key, expected=False, absent_since=None)
        self._save()

    @callback
    def async_identify(self, snapshot: Snapshot) -> dict[str, Server]:
        """Return the servers by their keys; new ones get one."""
        moved = self._moved(snapshot.servers.values())
        return {self._key(server, moved): server for server in snapshot.servers.values()}

    @callback
    def async_recall(self, snapshot: Snapshot) -> Snapshot:
        """Return the first answer with what dashboards forget of a server that is offline (2.2.11 and later)."""
        recalled = {number: self._recalled(server) for number, server in snapshot.servers.items()}
        return replace(snapshot, servers=recalled)

    def _recalled(self, server: Server) -> Server:
        identity = self._known.get(self._uuids.get(server.uuid or "") or self._key_of_id(server) or "")
        if server.last_active or identity is None or identity.last_active is None:
            return server
        return replace(server, last_active=datetime.fromtimestamp(identity.last_active, UTC))

    @callback
    def async_remember(self, key: str, last_active: datetime | None) -> None:
        """Keep when a server was last active, nothing of one that is online."""
        self._change(key, last_active=last_active and last_active.timestamp())

    @callback
    def async_see(self, key: str, *, online: bool) -> None:
        """Keep whether a server is online, and when it was seen to change."""
        before = self._known[key].online
        turned = {} if before is None or before == online else {"came_online" if online else "went_offline": time()}
        self._change(key, online=online, **turned)

    @callback
    def async_expect(self, shown: Collection[str], left_out: Collection[str]) -> None:
        """Take over whom a complete answer to the present credential shows, and so whom it lacks."""
        for key in shown:
            if self._known[key].expected == (key in left_out):
                self._change(key, expected=key not in left_out)
        absent = [key for key, identity in self._known.items() if identity.expected and key not in shown]
        gone = self._absences.take({key: self._absent_since(key) for key in absent}, time())
        gone |= {key for key in absent if self._known[key].id is None}
        for key in gone:
            self._change(key, gone=not self._known[key].kept)

    @callback
    def async_keep(self, key: str) -> None:
        """Do not tell again that a server is gone, until it has been back."""
        self._change(key, gone=False, kept=True)

    @callback
    def async_replace(self, key: str, successor: str) -> None:
        """Let a server be known by what another one is known by, whose own key is forgotten."""
        known_by = self._known[successor]
        self.async_forget(successor)
        self._forget_uuid(key)
        self._drop(key)
        self._known[key] = known_by
        self._index(key)
        self._save()

    @callback
    def async_leave(self) -> None:
        """Leave the dashboard: on another one ids stand for other servers and monitors; uuids and names go along."""
        for key in self._known:
            self._change(key, id=None, monitors={}, absent_since=self._absent_since(key))
        self._keys.clear()

    @callback
    def async_learn_monitors(self, key: str, latencies: Iterable[Latency]) -> None:
        """Keep the names of a server's monitors, so that their entities exist before its next answer."""
        monitors = {str(latency.monitor_id): latency.monitor_name for latency in latencies}
        if key in self._known:
            self._change(key, monitors=monitors)

    @callback
    def async_forget(self, key: str) -> None:
        """Forget a server that the user has deleted."""
        if key in self._known:
            self._drop(key)
            self._forget_uuid(key)
            del self._known[key]
            self._save()

    def _absent_since(self, key: str) -> float:
        """Return when a server that is absent now has vanished, in Unix seconds."""
        since = self._known[key].absent_since
        if since is None:
            since = time()
            self._change(key, absent_since=since)
        return since

    def _key(self, server: Server, moved: Mapping[int, str]) -> str:
        key = (
            self._uuids.get(server.uuid or "")
            or self._key_of_id(server)
            or moved.get(server.id)
            or self._new_key(server)
        )
        identity = self._known[key]
        known_by = server.id, server.name, server.uuid or identity.uuid
        if (identity.id, identity.name, identity.uuid, identity.absent_since) != (*known_by, None):
            self._drop(key)
            self._forget_uuid(key)
            number, name, uuid = known_by
            self._known[key] = replace(
                identity, id=number, name=name, uuid=uuid, absent_since=None, gone=False, kept=False
            )
            self._index(key)
            self._save()
        return key

    def _moved(self, servers: Collection[Server]) -> dict[int, str]:
        """Return the keys of servers that were left behind, by the ids of those that have their names and are alone."""
        left = [key for key, identity in self._known.items() if identity.id is None]
        if not left:
            return {}
        names = Counter(server.name for server in servers)
        names_left = Counter(self._known[key].name for key in left)
        keys = {name: key for key in left if names_left[name := self._known[key].name] == names[name] == 1}
        return {server.id: keys[server.name] for server in servers if server.name in keys}

    def _key_of_id(self, server: Server) -> str | None:
        """Return the key of an id, unless the uuids tell that it is another server's by now."""
        key = self._keys.get(server.id)
        uuid = self._known[key].uuid if key else None
        return key if not uuid or not server.uuid else None

    def _index(self, key: str) -> None:
        """Find a server by what it is known by now."""
        identity = self._known[key]
        if identity.id is not None:
            self._keys[identity.id] = key
        if identity.uuid:
            self._uuids[identity.uuid] = key

    def _drop(self, key: str) -> None:
        """Find a server no longer by the id it was known by, unless another one is by now."""
        number = self._known[key].id
        if number is not None and self._keys.get(number) == key:
            del self._keys[number]

    def _forget_uuid(self, key: str) -> None:
        """Find a server no longer by its uuid."""
        self._uuids.pop(self._known[key].uuid or "", None)

    def _new_key(self, server: Server) -> str:
        """Give a server its key: the first id seen, marked where that is another server's key."""
        key = str(server.id)
        while key in self._known:
            key += "+"
        self._known[key] = Identity(server.id, server.name, server.uuid)
        self._index(key)
        self._save()
        return key

    def _change(self, key: str, **changes: Any) -> None:
        """Take over what is known of a server by now, and store it if it is something else."""
        identity = replace(self._known[key], **changes)
        if identity != self._known[key]:
            self._known[key] = identity
            self._save()

    def _save(self) -> None:
        self._store.async_delay_save(self._stored, SAVE_DELAY)

    def _stored(self) -> dict[str, Any]:
        return {
            "servers": {key: asdict(identity) for key, identity in self._known.items()},
            "fingerprint": self._fingerprint,
        }


def _identity(stored: Mapping[str, Any]) -> Identity:
    """Return what is stored of a server, without what a newer version has added."""
    return Identity(**{name: value for name, value in stored.items() if name in FIELDS})


def same_dashboard(known: Iterable[Identity], shown: Iterable[Server]) -> bool | None:
    """Tell whether a dashboard that shows these servers is the one whose servers are known; `None`: not to be decided.

    No generation has an id of its own, so its servers have to prove it. A uuid that is known decides; generation 0 has
    none, there an id that still has its name speaks for the same dashboard.
    """
    known, shown = list(known), list(shown)
    uuids = {server.uuid for server in shown if server.uuid}
    if not uuids.isdisjoint(identity.uuid for identity in known):
        return True
    before = {identity.id: identity.name for identity in known if identity.id is not None}
    now = {server.id: server.name for server in shown}
    agreeing = sum(before.get(number) == name for number, name in now.items())
    fewer = min(len(before), len(now))
    if agreeing and 2 * agreeing >= fewer:
        return True
    return False if not agreeing and fewer >= CERTAIN else None
