"""The clocks that ask a dashboard, and the only place where its errors become Home Assistant's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .api import (
    CertificateError,
    Credential,
    InFrontError,
    NezhaAuthError,
    NezhaClient,
    NezhaError,
    NotOfferedError,
    Server,
    Snapshot,
    carry_on,
)
from .const import (
    AUTOMATIC_INTERVAL,
    CONF_INTERVAL,
    CONF_LEFT_OUT_GROUPS,
    CONF_LEFT_OUT_SERVERS,
    CONF_REFUSED,
    DOMAIN,
    LATENCY_BURST,
    LATENCY_BYTES_A_SECOND,
    LATENCY_INTERVAL,
    LATENCY_PAUSE,
    LATENCY_TURNS,
    LEARN_INTERVAL,
    LEAST_HOLD,
    LOGGER,
    POLL_INTERVAL,
)
from .fleet import Fleet, automatic_interval
from .identity import ServerIdentities

SLACK = 2  # seconds by which one answer may come sooner after the one before than the clock says

type NezhaConfigEntry = ConfigEntry[NezhaRuntimeData]


@dataclass(frozen=True, slots=True)
class NezhaRuntimeData:
    """What a loaded entry works with; `latency` is `None` where the options switch it off."""

    client: NezhaClient
    identities: ServerIdentities
    servers: ServersCoordinator
    latency: LatencyCoordinator | None


class ServersCoordinator(DataUpdateCoordinator[Fleet]):
    """Polls all servers with one request and decides what of the answer is worth telling."""

    config_entry: NezhaConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: NezhaConfigEntry,
        client: NezhaClient,
        credential: Credential,
        identities: ServerIdentities,
    ) -> None:
        """Prepare the clock; the entry's options say how often values are written and what is left out."""
        self._chosen_interval: int | None = entry.options.get(CONF_INTERVAL)
        interval = min(POLL_INTERVAL, timedelta(seconds=self._chosen_interval or AUTOMATIC_INTERVAL))
        super().__init__(
            hass, LOGGER, config_entry=entry, name=entry.title, update_interval=interval, always_update=False
        )
        self._client = client
        self._fingerprint = credential.fingerprint(entry.entry_id)
        self._identities = identities
        self._hold = max(LEAST_HOLD, 3 * interval).total_seconds()
        self._answered_at = self._written_at = float("-inf")
        self._left_out_groups = frozenset(entry.options.get(CONF_LEFT_OUT_GROUPS, ()))
        self._left_out_servers = frozenset(entry.options.get(CONF_LEFT_OUT_SERVERS, ()))
        self.snapshot: Snapshot | None = None
        self.everything: Mapping[str, Server] = {}
        self.last_error: NezhaError | None = None
        self.write_interval = AUTOMATIC_INTERVAL

    def is_left_out(self, key: str) -> bool:
        """Tell whether the options leave a server out."""
        server = self.everything.get(key)
        return key in self._left_out_servers or bool(server and not self._left_out_groups.isdisjoint(server.groups))

    @override
    async def _async_setup(self) -> None:
        """Do not even ask with a credential that was refused before, also after a restart of Home Assistant."""
        if self.config_entry.data.get(CONF_REFUSED) == self._fingerprint:
            raise _auth_failed(self.config_entry)

    @override
    async def _async_update_data(self) -> Fleet:
        """Return the servers as they are to be shown; a failure shows only when it lasts."""
        try:
            snapshot = await self._client.snapshot()
        except NezhaError as err:
            self.last_error = err
            return self._held(err)
        self.last_error = None
        async_report(self.hass, self.config_entry, None)
        return self._taken(snapshot)

    def _held(self, err: NezhaError) -> Fleet:
        """Return the last values after a failure, or raise what Home Assistant understands when they are too old."""
        if isinstance(err, NezhaAuthError):
            self._remember_refusal()
            raise _auth_failed(self.config_entry) from err
        if monotonic() - self._answered_at < self._hold:
            LOGGER.debug("No answer from %s, keeping its last values: %s", self.name, err)
            return self.data
        async_report(self.hass, self.config_entry, err)
        raise _update_failed(self.config_entry, err) from err

    def _taken(self, snapshot: Snapshot) -> Fleet:
        """Take over an answer; between two writes only what came, went or changed between online and offline shows."""
        self._answered_at = monotonic()
        self.snapshot = carry_on(self.snapshot, snapshot)
        self.everything = self._identities.async_identify(self.snapshot)
        shown = {key: server for key, server in self.everything.items() if not self.is_left_out(key)}
        self.write_interval = self._chosen_interval or automatic_interval(len(shown))
        if self._answered_at - self._written_at < self.write_interval - SLACK:
            return self.data.with_edges_of(shown)
        self._written_at = self._answered_at
        return Fleet(shown)

    @callback
    def _remember_refusal(self) -> None:
        entry = self.config_entry
        self.hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_REFUSED: self._fingerprint})


type Delays = Mapping[int, float | None]
"""The newest delay in ms of each of a server's monitors, by monitor id; `None` when it failed or is too old."""


class LatencyCoordinator(DataUpdateCoordinator[Mapping[str, Delays]]):
    """Asks each server once an hour which monitors it has, and those with an enabled latency entity once a minute.

    Each answer holds a whole day, about 32 kB a monitor (Nezha 0.20.13), hence the budget; a fleet too large for it is
    asked as often as it allows. Its failures show in its own values only: the other clock tells of outages.
    """

    config_entry: NezhaConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: NezhaConfigEntry,
        client: NezhaClient,
        identities: ServerIdentities,
        servers: ServersCoordinator,
    ) -> None:
        """Prepare the clock, which starts with its first listener."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{entry.title} latency",
            update_interval=LATENCY_PAUSE,
            always_update=False,
        )
        self._client = client
        self._identities = identities
        self._servers = servers
        self._budget = ByteBudget()
        self._asked_at: dict[str, float] = {}
        self._failing_since: float | None = None
        self.data = {}

    @override
    async def _async_update_data(self) -> Mapping[str, Delays]:
        """Ask who is due and keep the other answers, unless failures last; leave a dashboard alone that is away."""
        if self._servers.last_error:
            return self.data
        servers = self._servers.data.servers
        data = {key: delays for key, delays in self.data.items() if key in servers}
        try:
            for key in self._due(servers)[:LATENCY_TURNS]:
                if self._budget.is_spent():
                    break
                data[key] = await self._delays(key, servers[key])
                self._failing_since = None
        except NezhaError as err:
            LOGGER.debug("No latency from %s: %s", self._servers.name, err)
            self._failing_since = self._failing_since or monotonic()
            if monotonic() - self._failing_since >= LEAST_HOLD.total_seconds():
                return {}
        return data

    async def _delays(self, key: str, server: Server) -> Delays:
        """Ask for one server, which counts as asked even if it cannot be."""
        self._asked_at[key] = monotonic()
        try:
            answer = await self._client.latencies(server.id)
        except NotOfferedError:
            return {}
        self._budget.spend(answer.size)
        if answer.latencies:
            self._identities.async_learn_monitors(key, answer.latencies)
        return {latency.monitor_id: latency.delay(answer.time) for latency in answer.latencies}

    def _due(self, servers: Mapping[str, Server]) -> list[str]:
        """Return the servers to be asked, the longest waiting first."""
        now, shown = monotonic(), set(self.async_contexts())

        def waiting(key: str) -> float:
            return now - self._asked_at.get(key, float("-inf"))

        def interval(key: str) -> timedelta:
            return LATENCY_INTERVAL if key in shown and servers[key].online else LEARN_INTERVAL

        due = (key for key in servers if waiting(key) >= interval(key).total_seconds())
        return sorted(due, key=waiting, reverse=True)


class ByteBudget:
    """Bytes that may be asked for now: a burst at first, then what time refills."""

    def __init__(self) -> None:
        """Start full."""
        self._left = float(LATENCY_BURST)
        self._counted_at = monotonic()

    def is_spent(self) -> bool:
        """Tell whether nothing is left."""
        now = monotonic()
        self._left = min(LATENCY_BURST, self._left + (now - self._counted_at) * LATENCY_BYTES_A_SECOND)
        self._counted_at = now
        return self._left <= 0

    def spend(self, size: int) -> None:
        """Count an answer of so many bytes."""
        self._left -= size


def placeholders(name: str, err: NezhaError) -> dict[str, str]:
    """Return what the text of an error may name: the dashboard, and for a redirect the address to use."""
    return {"name": name, "target": getattr(err, "target", "")}


def _auth_failed(entry: NezhaConfigEntry) -> ConfigEntryAuthFailed:
    return ConfigEntryAuthFailed(
        translation_domain=DOMAIN, translation_key=NezhaAuthError.key, translation_placeholders={"name": entry.title}
    )


def _update_failed(entry: NezhaConfigEntry, err: NezhaError) -> UpdateFailed:
    return UpdateFailed(
        translation_domain=DOMAIN, translation_key=err.key, translation_placeholders=placeholders(entry.title, err)
    )


@callback
def async_report(hass: HomeAssistant, entry: NezhaConfigEntry, err: NezhaError | None) -> None:
    """Raise a repair issue for what only the user can mend, and withdraw it when it is over."""
    issue_id = f"{entry.entry_id}_in_the_way"
    if not isinstance(err, InFrontError | CertificateError):
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=err.key,
        translation_placeholders=placeholders(entry.title, err),
    )
