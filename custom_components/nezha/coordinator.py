"""The clocks that ask a dashboard."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import UnsupportedStorageVersionError

from .api import (
    BlockedError,
    DashboardError,
    InvalidAnswerError,
    MissingScopeError,
    Monitor,
    NezhaAuthError,
    NezhaClient,
    NezhaError,
    NotOfferedError,
    Server,
    SessionEndedError,
    Snapshot,
    WrongKindError,
    carry_on,
    carry_on_monitor,
)
from .const import (
    AUTOMATIC_INTERVAL,
    BLOCKED_PAUSE,
    CONF_INTERVAL,
    CONF_LEFT_OUT_GROUPS,
    CONF_LEFT_OUT_SERVERS,
    CONF_REFUSED,
    INVENTORY_INTERVAL,
    LATENCY_PAUSE,
    LATENCY_TRUST,
    LATENCY_TURNS,
    LEARN_INTERVAL,
    LEAST_HOLD,
    LOGGER,
    MONITORS_INTERVAL,
    POLL_INTERVAL,
)
from .failure import MONITORS, SERVERS, async_report, async_withdraw, auth_failed, ended_by_newer, update_failed
from .fleet import Fleet, automatic_interval
from .gone import async_tell_gone
from .identity import Identity, ServerIdentities
from .membership import Membership
from .publisher import PublishingCoordinator
from .schedule import LatencySchedule

SLACK = 1  # seconds by which one answer may come sooner after the one before than the clock says

type NezhaConfigEntry = ConfigEntry[NezhaRuntimeData]


@dataclass(frozen=True, slots=True)
class NezhaRuntimeData:
    """What a loaded entry works with; `latency` is `None` where the options switch it off, as `monitors` is in 0.x."""

    client: NezhaClient
    identities: ServerIdentities
    servers: ServersCoordinator
    latency: LatencyCoordinator | None
    monitors: MonitorsCoordinator | None


class ServersCoordinator(PublishingCoordinator[Fleet]):
    """Takes over what polls and the stream tell of the servers, and decides what of it is worth telling.

    A listener's context is a server's key.
    """

    config_entry: NezhaConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: NezhaConfigEntry, client: NezhaClient, identities: ServerIdentities
    ) -> None:
        """Prepare the clock; the entry's options say how often values are written and what is left out."""
        self._chosen_interval: int | None = entry.options.get(CONF_INTERVAL)
        self.poll_interval = min(POLL_INTERVAL, timedelta(seconds=self._chosen_interval or AUTOMATIC_INTERVAL))
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=self.poll_interval,
            always_update=False,
        )
        self._client = client
        self._identities = identities
        self._hold = max(LEAST_HOLD, 3 * self.poll_interval).total_seconds()
        self._answered_at = self._polled_at = self._written_at = float("-inf")
        self._edges: set[str] = set()
        self._missing_since: Mapping[str, float] = {}
        self._membership = Membership()
        self._left_out_groups = frozenset(entry.options.get(CONF_LEFT_OUT_GROUPS, ()))
        self._left_out_servers = frozenset(entry.options.get(CONF_LEFT_OUT_SERVERS, ()))
        self.snapshot: Snapshot | None = None
        self.everything: Mapping[str, Server] = {}
        self.outlines: Mapping[str, object] = {}
        self.last_error: NezhaError | None = None
        self.write_interval = AUTOMATIC_INTERVAL
        self.answer_size = self.frame_size = 0
        self.listening = False

    def is_left_out(self, key: str) -> bool:
        """Tell whether the options leave a server out."""
        server = self.everything.get(key)
        return key in self._left_out_servers or bool(server and not self._left_out_groups.isdisjoint(server.groups))

    def identity(self, key: str) -> Identity | None:
        """Return what is known of a server, also while the dashboard does not answer."""
        return self._identities.known.get(key)

    def inventory_is_old(self) -> bool:
        """Tell whether it is time to poll what a stream lacks."""
        return monotonic() - self._polled_at >= INVENTORY_INTERVAL.total_seconds()

    @callback
    def async_take_frame(self, snapshot: Snapshot) -> bool:
        """Take over a message of the stream; an edge is told when the next one confirms it.

        Tells whether the stream is our own, and not one that has become a guest's.
        """
        if not self._client.is_guest:
            shown = snapshot.servers.keys()
            if not self._membership.is_own(shown):
                return False
            if self._membership.take_frame(shown):
                self._polled_at = float("-inf")
            snapshot = _without(snapshot, self._membership.strangers(shown))
        self.listening = True
        self.frame_size = snapshot.size
        fleet = self._taken(snapshot, confirmed=self._edges)
        self.update_interval = INVENTORY_INTERVAL  # the stream's own polls come first
        if fleet != self.data or not self.last_update_success:
            self.async_set_updated_data(fleet)
        return True

    async def async_leave_stream(self) -> None:
        """Go back to polling, at once."""
        self.listening = False
        self.update_interval = self.poll_interval
        await self.async_refresh()

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Call the listeners; who looks at every server looks at its outline, the same object until it changes."""
        before, servers = self.outlines, self.data.servers if self.data else {}
        self.outlines = {key: _same(before.get(key), server.outline) for key, server in servers.items()}
        super().async_update_listeners()

    @override
    def _part(self, context: Any) -> Server | None:
        return self.data.servers.get(context)

    @override
    async def _async_setup(self) -> None:
        """Do not even ask with a credential that was refused before, also after a restart of Home Assistant."""
        if self.config_entry.data.get(CONF_REFUSED) == self._fingerprint:
            async_withdraw(self.hass, self.config_entry.entry_id)
            raise auth_failed(self.name, NezhaAuthError())

    @override
    async def _async_update_data(self) -> Fleet:
        """Return the servers as they are to be shown; a failure shows only when it lasts."""
        self._polled_at = monotonic()
        try:
            snapshot = await self._client.snapshot()
            if self._left_out_groups and not self._client.knows_groups:
                raise InvalidAnswerError("nothing tells which servers are left out")
        except NezhaError as err:
            self.last_error = err
            return self._held(err)
        async_report(self.hass, self.config_entry.entry_id, SERVERS, self.name, None)
        self.answer_size = snapshot.size
        self._membership.take_poll(snapshot.servers.keys())
        fleet = self._taken(snapshot, confirmed=self._edges if self.listening else None)
        if snapshot.servers and not snapshot.malformed and not self._client.is_guest:
            shown = self.everything.keys() - self._missing_since.keys()
            self._identities.async_expect(shown, {key for key in shown if self.is_left_out(key)})
        self.async_tell_gone()
        return fleet

    @callback
    def async_remember(self) -> None:
        """Keep when each server was last active, before the entry is unloaded."""
        for key, server in self.everything.items():
            self._identities.async_remember(key, server.last_active)

    @callback
    def async_tell_gone(self) -> None:
        """Tell the user which servers are gone, as far as the options do not leave them out."""
        gone = {key: identity for key, identity in self._identities.gone.items() if not self.is_left_out(key)}
        async_tell_gone(self.hass, self.config_entry, gone)

    def _held(self, err: NezhaError) -> Fleet:
        """Return the last values after a failure, or raise what Home Assistant understands when they are too old."""
        if isinstance(err, NezhaAuthError):
            async_report(self.hass, self.config_entry.entry_id, SERVERS, self.name, None)
            self._remember_refusal(err)
            raise auth_failed(self.name, err) from err
        if isinstance(err, SessionEndedError):
            self._membership.doubt_stream()
        if monotonic() - self._answered_at < self._hold:
            LOGGER.debug("No answer from %s, keeping its last values: %s", self.name, err)
            return self.data
        async_report(self.hass, self.config_entry.entry_id, SERVERS, self.name, err)
        raise update_failed(self.name, err) from err

    def _taken(self, snapshot: Snapshot, confirmed: set[str] | None) -> Fleet:
        """Take over an answer and return what is to be shown of it.

        Between two writes only the edges: what came, went, got another id or changed between online and offline; while
        there is a stream only those that the message or answer before has `confirmed`.
        """
        self.last_error = None
        self._answered_at = monotonic()
        carried = carry_on(self.snapshot, snapshot)
        self.snapshot = carried if self.snapshot else self._identities.async_recall(carried)
        shown = self._identities.async_identify(self.snapshot)
        self.everything = {**shown, **self._missing(shown)}
        servers = {key: server for key, server in self.everything.items() if not self.is_left_out(key)}
        self.write_interval = self._chosen_interval or automatic_interval(len(servers))
        if not self.data:
            self._written_at = self._answered_at
            self._see(servers)
            return Fleet(servers)
        edges = self.data.edges(servers)
        told = edges if confirmed is None else edges & confirmed
        self._edges = edges - told
        self._see({key: servers[key] for key in told & servers.keys()})
        for key in told & servers.keys():
            self._identities.async_remember(key, None if servers[key].online else servers[key].last_active)
        if self._answered_at - self._written_at >= self.write_interval - SLACK:
            self._written_at = self._answered_at
            told |= servers.keys() - edges
        return self.data.with_told(servers, told)

    def _see(self, servers: Mapping[str, Server]) -> None:
        """Keep which of the servers are online, over restarts and while nothing is known of them."""
        for key, server in servers.items():
            self._identities.async_see(key, online=server.online)

    def _missing(self, shown: Collection[str]) -> Mapping[str, Server]:
        """Return the servers that an answer lacks, as they were, for as long as it may just be a bad answer."""
        missing = self.everything.keys() - shown
        self._missing_since = {key: self._missing_since.get(key, self._answered_at) for key in missing}
        patience = self._answered_at - self._hold
        return {key: self.everything[key] for key, since in self._missing_since.items() if since > patience}

    @property
    def _fingerprint(self) -> str:
        return self._client.fingerprint(self.config_entry.entry_id)

    @callback
    def _remember_refusal(self, err: NezhaAuthError) -> None:
        """Keep in the entry that a credential was refused, if it was sent at all."""
        if isinstance(err, WrongKindError):
            return
        entry = self.config_entry
        self.hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_REFUSED: self._fingerprint})


def _same(was: object, now: object) -> object:
    """Return the object that there was, if it is still equal."""
    return was if was == now else now


def _without(snapshot: Snapshot, strangers: AbstractSet[int]) -> Snapshot:
    """Return a snapshot without some servers, itself where there are none."""
    if not strangers:
        return snapshot
    servers = {number: server for number, server in snapshot.servers.items() if number not in strangers}
    return replace(snapshot, servers=servers)


class OptionalCoordinator[ValueT](PublishingCoordinator[Mapping[Any, ValueT]]):
    """Asks for what not every dashboard offers and not every credential may see.

    Its failures show in its own values only, and only when they last: the servers' clock tells of outages. A listener's
    context is what one of the values is of.
    """

    config_entry: NezhaConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: NezhaConfigEntry,
        client: NezhaClient,
        servers: ServersCoordinator,
        interval: timedelta,
    ) -> None:
        """Prepare the clock, which starts with its first listener."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name=entry.title, update_interval=interval, always_update=False
        )
        self._client = client
        self._servers = servers
        self._interval = interval
        self._failing_since: float | None = None
        self.data = {}

    @override
    def _part(self, context: Any) -> ValueT | None:
        return self.data.get(context)

    @abstractmethod
    async def _fetch(self) -> Mapping[Any, ValueT] | None:
        """Return new values, by what they are of; `None` where there was nothing to be asked."""

    @override
    async def _async_update_data(self) -> Mapping[Any, ValueT]:
        """Return the new values, the old ones for a while after a failure, none where there are none to be had."""
        if self._servers.last_error:
            return self.data
        try:
            data = await self._fetch()
        except (MissingScopeError, NotOfferedError) as err:
            self._pause(err)
            return {}
        except NezhaAuthError:
            await self._servers.async_refresh()  # it asks for another credential, and sends this one no more
            return self.data
        except NezhaError as err:
            LOGGER.debug("%s fails at %s: %s", type(self).__name__, self.name, err)
            return self.data if self._has_just_begun_to_fail(err) else {}
        if data is None:
            return self.data
        self._failing_since = None
        self.update_interval = self._interval
        async_report(self.hass, self.config_entry.entry_id, MONITORS, self.name, None)
        return data

    def _pause(self, err: NezhaError) -> None:
        """Wait for an hour before asking again, and tell the user if it is in his hands."""
        self.update_interval = LEARN_INTERVAL
        async_report(self.hass, self.config_entry.entry_id, MONITORS, self.name, err)

    def _has_just_begun_to_fail(self, err: NezhaError) -> bool:
        pause = BLOCKED_PAUSE if isinstance(err, BlockedError) else POLL_INTERVAL
        self.update_interval = max(self._interval, pause)
        self._failing_since = self._failing_since or monotonic()
        return monotonic() - self._failing_since < LEAST_HOLD.total_seconds()


type Delays = Mapping[int, float | None]
"""The newest delay in ms of each of a server's monitors, by monitor id; `None` when it failed or is too old."""


class LatencyCoordinator(OptionalCoordinator[Delays]):
    """Asks each server once an hour which monitors it has, and those with an enabled latency entity once a minute.

    Each answer holds a whole day, about 32 kB a monitor (Nezha 0.20.13), hence a budget; a fleet too large for it is
    asked as often as it allows. The values are by the servers' keys.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: NezhaConfigEntry,
        client: NezhaClient,
        servers: ServersCoordinator,
        identities: ServerIdentities,
    ) -> None:
        """Prepare the clock."""
        super().__init__(hass, entry, client, servers, LATENCY_PAUSE)
        self._identities = identities
        self._schedule = LatencySchedule()
        self._failed: set[str] = set()

    @override
    async def _fetch(self) -> Mapping[str, Delays] | None:
        """Ask who is due and keep the other answers."""
        servers = self._servers.data.servers
        due = self._schedule.due(servers, set(self.async_contexts()))[:LATENCY_TURNS]
        if not due:
            return None
        data = {key: delays for key, delays in self.data.items() if key in servers and servers[key].online}
        askable, asked_at = await self._client.monitored(), monotonic()
        for key in due:
            if not self._schedule.may_ask() or monotonic() - asked_at > LATENCY_TRUST:
                break
            self._schedule.asked(key)
            data[key] = (
                await self._delays(key, servers[key].id) if askable is None or servers[key].id in askable else {}
            )
        return data

    async def _delays(self, key: str, server_id: int) -> Delays:
        """Ask for one server; one that fails keeps its last answer once, then nothing."""
        try:
            answer = await self._client.latencies(server_id)
        except NotOfferedError, DashboardError:
            kept = {} if key in self._failed else self.data.get(key, {})
            self._failed.add(key)
            return kept
        self._failed.discard(key)
        self._schedule.answered(answer.size)
        if answer.latencies:
            self._identities.async_learn_monitors(key, answer.latencies)
        return {latency.monitor_id: latency.delay(answer.time) for latency in answer.latencies}


class MonitorsCoordinator(OptionalCoordinator[Monitor]):
    """Asks what all servers together say of each monitor; the values are by the monitors' ids."""

    def __init__(
        self, hass: HomeAssistant, entry: NezhaConfigEntry, client: NezhaClient, servers: ServersCoordinator
    ) -> None:
        """Prepare the clock."""
        super().__init__(hass, entry, client, servers, MONITORS_INTERVAL)
        self.known: set[int] = set()  # every monitor seen and not deleted by the user

    @callback
    def async_forget(self, monitor: str) -> None:
        """Forget a monitor that the user has deleted."""
        self.known = {number for number in self.known if str(number) != monitor}
        self.async_update_listeners()  # whoever keeps what was added forgets it too

    @override
    async def _fetch(self) -> Mapping[int, Monitor]:
        monitors = await self._client.monitors()
        self.known.update(monitor.id for monitor in monitors)
        return {monitor.id: carry_on_monitor(self.data.get(monitor.id), monitor) for monitor in monitors}


async def async_identities(hass: HomeAssistant, entry: NezhaConfigEntry) -> ServerIdentities:
    """Return the servers that an entry knows, loaded or not; ends the flow that asks if a newer version knows them."""
    if entry.state is ConfigEntryState.LOADED:
        return entry.runtime_data.identities
    identities = ServerIdentities(hass, entry.entry_id)
    try:
        await identities.async_load()
    except UnsupportedStorageVersionError as err:
        raise ended_by_newer(entry.title) from err
    return identities
