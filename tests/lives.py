"""What dashboards live through in days, and what their owners do about it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp.test_utils import TestServer
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import STATE_ON
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr

from custom_components.nezha import async_remove_config_entry_device
from simulator.faults import FaultKind
from tests.flows import submit
from tests.generations import SERVERS, STREAM, SUMMARY, Shown

PROXY_FAILURES = (
    FaultKind.BAD_GATEWAY,
    FaultKind.BAD_GATEWAY_BARE,
    FaultKind.BARE,
    FaultKind.BASIC_AUTH,
    FaultKind.BLOCKED,
    FaultKind.CHALLENGE,
    FaultKind.DROP,
    FaultKind.EMPTY,
    FaultKind.GARBAGE,
    FaultKind.LOGIN_PAGE,
    FaultKind.NOT_FOUND,
    FaultKind.PANIC,
    FaultKind.SERVER_ERROR,
    FaultKind.WEB_PAGE,
)
STREAM_FAILURES = (FaultKind.BLOCKED, FaultKind.GARBAGE, FaultKind.HANG_UP, FaultKind.NO_UPGRADE, FaultKind.PANIC)
SILENT = {FaultKind.EMPTY, FaultKind.GARBAGE}
"""What guests, whose polls are streams of one frame, would wait for in real time."""
GROUPS = ("Edge", "Database", "Backup")
HALF_A_DAY = 0.5
PROBES = {"current_up": 30, "current_down": 0, "total_up": 270, "total_down": 0, "delay": [12.3] * 30}

type Event = Callable[[], AbstractAsyncContextManager[None]]
"""Something begins to happen, and is over."""


@dataclass
class Life:
    """A dashboard and its entry, and chance."""

    shown: Shown
    way: str
    chance: Random
    site: TestServer
    outages: int = 0
    """How often the owner could be told something since it was last forgotten."""
    happened: list[str] = field(default_factory=list)
    """What has happened so far."""
    monitors: int = 4
    """The id of the newest monitor."""

    @property
    def is_guest(self) -> bool:
        """Whether the dashboard is read without a credential."""
        return self.way == "guest"

    @property
    def events(self) -> list[Event]:
        """What can happen in this generation, to this way in."""
        events: list[Event] = [
            self.server_reboots,
            self.server_loses_power,
            self.server_stops,
            self.server_comes_and_goes,
            self.server_is_renamed,
            self.server_changes_its_group,
            self.dashboard_restarts,
            self.dashboard_goes_away,
            self.proxy_fails,
            self.owner_reloads,
        ]
        if self.shown.generation != "v0":
            events += [
                self.server_registers_again,
                self.monitors_come_and_go,
                self.monitors_fail,
                self.stream_drops,
                self.streams_fail,
            ]
        return [*events, *self._ends_of_credentials]

    @property
    def _ends_of_credentials(self) -> list[Event]:
        match self.way:
            case "login":
                return [self.session_expires, self.sessions_end, self.password_is_changed]
            case "guest":
                return [self.guests_are_shut_out]
            case _:
                return [self.token_is_replaced]

    @asynccontextmanager
    async def something_happens(self) -> AsyncIterator[None]:
        """Let chance decide what happens."""
        event = self.chance.choice(self.events)
        self.happened.append(event.__name__)
        async with event():
            yield

    # Servers

    @asynccontextmanager
    async def server_reboots(self) -> AsyncIterator[None]:
        """Its counters begin anew."""
        self.shown.world.reboot(self._a_server(), seconds=self.chance.choice((3, 60)))
        yield

    @asynccontextmanager
    async def server_loses_power(self) -> AsyncIterator[None]:
        """Its agent says no farewell."""
        server = self._a_server()
        self.shown.world.lose_power(server)
        yield
        self.shown.world.start(server)

    @asynccontextmanager
    async def server_stops(self) -> AsyncIterator[None]:
        """Its agent says farewell."""
        server = self._a_server()
        self.shown.world.stop(server)
        yield
        self.shown.world.start(server)

    @asynccontextmanager
    async def server_comes_and_goes(self) -> AsyncIterator[None]:
        """One is added, and vanishes for good."""
        server = self.shown.world.add(name="a guest")
        yield
        self.shown.world.stop(server)
        self.shown.world.delete(server)

    @asynccontextmanager
    async def server_registers_again(self) -> AsyncIterator[None]:
        """It was deleted while its agent ran."""
        self.shown.world.delete(self._a_server())
        self.shown.simulated.restart(seconds=1)
        yield

    @asynccontextmanager
    async def server_is_renamed(self) -> AsyncIterator[None]:
        """It has another name, one that another server may have."""
        self.shown.world.edit(self._a_server(), name=f"server {self.chance.randrange(10)}")
        yield

    @asynccontextmanager
    async def server_changes_its_group(self) -> AsyncIterator[None]:
        """It is in another group."""
        self.shown.world.edit(self._a_server(), group=self.chance.choice(GROUPS))
        yield

    def _a_server(self) -> int:
        return self.chance.choice([server.id for server in self.shown.world.servers() if not server.hide_for_guest])

    # The dashboard

    @asynccontextmanager
    async def dashboard_restarts(self) -> AsyncIterator[None]:
        """It forgets what agents told."""
        self.shown.simulated.restart(seconds=self.chance.choice((5, 25)))
        yield

    @asynccontextmanager
    async def dashboard_goes_away(self) -> AsyncIterator[None]:
        """Nothing listens there any more."""
        self.outages += 1
        port = self.site.port
        await self.site.close()
        yield
        self.shown.world.restart_dashboard()
        self.site = TestServer(self.shown.simulated.application(), host="127.0.0.1", port=port)
        await self.site.start_server(access_log=None)

    @asynccontextmanager
    async def proxy_fails(self) -> AsyncIterator[None]:
        """Somebody else answers, with or without letting go of streams."""
        self.outages += 1
        self.shown.simulated.faults.add("*", self._a_failure(PROXY_FAILURES))
        if self.chance.choice((True, False)):
            self.shown.simulated.end_streams()
        yield
        self.shown.simulated.faults.clear()

    def _a_failure(self, kinds: Sequence[FaultKind]) -> FaultKind:
        return self.chance.choice([kind for kind in kinds if not self.is_guest or kind not in SILENT])

    @asynccontextmanager
    async def stream_drops(self) -> AsyncIterator[None]:
        """Its connection ends without a word."""
        self.shown.simulated.end_streams()
        yield

    @asynccontextmanager
    async def streams_fail(self) -> AsyncIterator[None]:
        """Polls go on, but for a guest's."""
        self.outages += self.is_guest
        self.shown.simulated.faults.add(STREAM, self._a_failure(STREAM_FAILURES))
        self.shown.simulated.end_streams()
        yield
        self.shown.simulated.faults.clear()

    @asynccontextmanager
    async def monitors_come_and_go(self) -> AsyncIterator[None]:
        """A new one is there and the others are not, then it is the other way round."""
        self.monitors += 1
        services = {str(self.monitors): {"service_name": "a guest", **PROBES}}
        body = {"success": True, "data": {"services": services}}
        self.shown.simulated.faults.add(SUMMARY, FaultKind.WRONG_SHAPE, body=body)
        yield
        self.shown.simulated.faults.clear()

    @asynccontextmanager
    async def monitors_fail(self) -> AsyncIterator[None]:
        """Only they do."""
        self.shown.simulated.faults.add(f"{SUMMARY}*", FaultKind.SERVER_ERROR)
        self.shown.simulated.faults.add(f"{SERVERS['v2']}/*", FaultKind.SERVER_ERROR)
        yield
        self.shown.simulated.faults.clear()

    # Credentials

    @asynccontextmanager
    async def token_is_replaced(self) -> AsyncIterator[None]:
        """The old one is refused."""
        if self.shown.generation == "v0":
            self.shown.simulated.replace_token(self._made_up())
        else:
            self.shown.simulated.revoke_token(self.shown.entry.data["token"])
        yield

    @asynccontextmanager
    async def password_is_changed(self) -> AsyncIterator[None]:
        """The old one is refused as soon as it is needed."""
        self.shown.simulated.settings.password = self._made_up()
        self.shown.simulated.expire_sessions()
        yield

    @asynccontextmanager
    async def session_expires(self) -> AsyncIterator[None]:
        """A login begins another one."""
        self.shown.simulated.expire_sessions()
        yield

    @asynccontextmanager
    async def sessions_end(self) -> AsyncIterator[None]:
        """Whoever uses one is struck for it."""
        self.shown.simulated.end_sessions()
        yield

    @asynccontextmanager
    async def guests_are_shut_out(self) -> AsyncIterator[None]:
        """For a while."""
        self.shown.simulated.settings.force_auth = True
        self.shown.simulated.end_streams()
        yield
        self.shown.simulated.settings.force_auth = False

    # The owner

    @asynccontextmanager
    async def owner_reloads(self) -> AsyncIterator[None]:
        """Nobody knows why."""
        await self.shown.reload()
        yield

    @property
    def questions(self) -> list[ConfigFlowResult]:
        """Return the flows that wait for a credential."""
        return [flow for flow in self.shown.flows() if flow["context"]["entry_id"] == self.shown.entry.entry_id]

    async def owner_answers(self) -> None:
        """Give the credential that is asked for; a token of newer dashboards ends after half a day."""
        if self.questions and self.is_guest:
            self.outages += 1
            await self.shown.reload()  # the menu is from when guests were shut out
        for question in self.questions:
            self.outages += 1
            await self._answer(question)

    async def _answer(self, form: ConfigFlowResult) -> None:
        if self.shown.generation != "v0":
            form = await submit(self.shown.hass, form, {"next_step_id": self.way})
        result = await submit(self.shown.hass, form, self._credential())
        if result.get("step_id") == "same_dashboard":
            result = await submit(self.shown.hass, result, {})
        assert (result["type"], result.get("reason")) == (FlowResultType.ABORT, "reauth_successful"), result

    def _credential(self) -> dict[str, Any]:
        simulated = self.shown.simulated
        match self.way, self.shown.generation:
            case "login", _:
                return {"username": simulated.settings.username, "password": simulated.settings.password}
            case "guest", _:
                return {}
            case _, "v0":
                return {"token": simulated.token}
            case _:
                token = simulated.accounts.add_token(f"nzp_{self._made_up()}", ("nezha:*",), days=HALF_A_DAY)
                return {"token": token.value}

    def _made_up(self) -> str:
        return self.chance.randbytes(16).hex()

    async def owner_tidies_up(self) -> None:
        """Delete the devices of what is gone."""
        hass, entry = self.shown.hass, self.shown.entry
        for device in self.shown.devices().values():
            if await async_remove_config_entry_device(hass, entry, device):
                dr.async_get(hass).async_remove_device(device.id)

    def assert_peace(self, servers: int, streams: int) -> None:
        """See everything as it should be when nothing goes wrong."""
        where = f"{self.shown.entry.title} after {self.happened[-3:]}"
        assert self.shown.is_loaded, where
        assert self.shown.state("dashboard", "connected") == STATE_ON, where
        assert self.shown.state("dashboard", "servers_total") == str(servers), where
        assert self.shown.state("dashboard", "servers_online") == str(servers), where
        assert len(self.shown.devices()) == 1 + servers + (self.shown.generation != "v0") * 4, where
        assert len(self.shown.simulated.streams) == streams, where
