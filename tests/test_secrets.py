"""What opens a dashboard stands in its entry and nowhere else, whatever happens."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import json
import logging
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, quote_plus

from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.nezha.api import (
    BlockedError,
    ConnectionRefusedByHostError,
    InvalidAnswerError,
    NezhaError,
    RedirectedError,
    StreamRefusedError,
)
from custom_components.nezha.const import BLOCKED_PAUSE, DOMAIN
from simulator.accounts import Login
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind, FaultOptions
from tests.flows import open_flows, start, submit
from tests.generations import CLIENT, STREAM, WAYS, StreamedTime, settle, simulate
from tests.watching import still_world

PATH = "/canary-path"
TOKENS = {"v0": "0123456789canarytoken", "v2": "nzp_0123456789canarytoken"}
USERNAME, PASSWORD = "canary-owner", "canary pass/wörd+%"
LASTING = {FaultKind.SLOW, FaultKind.TRICKLE, FaultKind.SILENCE}
"""Faults that take real time and end as an outage does."""
FAULTS = sorted(set(FaultKind) - LASTING - {FaultKind.UNAUTHORIZED})
OPTIONS: dict[FaultKind, FaultOptions] = {
    FaultKind.REDIRECT: {"location": "https://moved.example.com/"},
    FaultKind.REPLACE_SERVER: {"server_id": 1, "entry": "?"},
}
STORED_ENTRY = "core.config_entries"
OF_THE_DASHBOARD = "log of aiohttp.access"
"""What the simulated dashboard logs."""
LIVED_THROUGH = {BlockedError, ConnectionRefusedByHostError, InvalidAnswerError, RedirectedError}
"""Some of the errors that a life has."""
LINKS = {"devices", "core.device_registry"}
"""Each device leads to its page on the dashboard."""


def forms(secret: str) -> set[str]:
    """Return what gives a text away: the text, escaped, and in base64 also within something longer."""
    data = secret.encode()
    within = (b64encode(bytes(shift) + data)[4:-4].decode() for shift in range(3))
    return {
        *(secret, secret[::-1], quote(secret), quote(secret, safe=""), quote_plus(secret), data.hex()),
        *(json.dumps(secret)[1:-1], b64encode(data).decode(), urlsafe_b64encode(data).decode(), *within),
    }


@dataclass
class Seen:
    """What can be seen from outside, with where it was seen."""

    texts: set[tuple[str, str]] = field(default_factory=set)

    def take(self, where: str, *things: object) -> None:
        """Keep what things say."""
        self.texts |= {(where, f"{thing} {thing!r}".lower()) for thing in things}

    def take_log(self, log: pytest.LogCaptureFixture) -> None:
        """Keep what was logged."""
        for record in log.get_records("call"):
            self.take(f"log of {record.name}", log.handler.format(record))

    def take_error(self, error: BaseException | None) -> None:
        """Keep what an error says and what it came from."""
        while error:
            self.take("errors", error, *error.args)
            error = error.__cause__ or error.__context__

    def places_of(self, secrets: Iterable[str]) -> set[str]:
        """Return where any form of a secret is to be seen."""
        looked_for = {form.lower() for secret in secrets for form in forms(secret)}
        return {where for where, text in self.texts if any(form in text for form in looked_for)}


@dataclass
class Site:
    """A dashboard below a path, what it has given away and what of it was seen."""

    hass: HomeAssistant
    simulated: Dashboard
    server: BaseTestServer
    generation: str
    way: str
    time: StreamedTime
    seen: Seen
    sessions: list[str] = field(default_factory=list)
    errors: list[NezhaError] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Remember the address, which goes with the server."""
        self.authority = f"{CLIENT}:{self.server.port}"
        self.url = f"http://{self.authority}{PATH}"

    @property
    def entry(self) -> ConfigEntry[Any]:
        """The entry."""
        (entry,) = self.hass.config_entries.async_entries(DOMAIN)
        return entry

    @property
    def credential(self) -> dict[str, str]:
        """What is typed to get in."""
        settings = self.simulated.settings
        match self.way:
            case "token":
                return {"token": settings.token}
            case "login":
                return {"username": settings.username, "password": settings.password}
            case _:
                return {}

    @property
    def of_streams(self) -> set[type[NezhaError]]:
        """The errors that only streams have."""
        return {StreamRefusedError} if self.generation != "v0" else set()

    @property
    def mistyped(self) -> dict[str, str]:
        """What does not let in, but nearly."""
        return {name: f"{value}0" for name, value in self.credential.items()}

    @property
    def secrets(self) -> set[str]:
        """What opens the dashboard: also each part of a session."""
        parts = {part for session in self.sessions for part in session.split(".")[1:]}
        return {*TOKENS.values(), USERNAME, PASSWORD, *self.sessions, *parts}

    def notice(self) -> None:
        """Look at everything that Home Assistant shows at the moment."""
        hass, entry_id = self.hass, self.entry.entry_id
        self.seen.take("states", *(state.as_dict() for state in hass.states.async_all()))
        self.seen.take("issues", *ir.async_get(hass).issues.values())
        self.seen.take("entities", *er.async_entries_for_config_entry(er.async_get(hass), entry_id))
        self.seen.take("devices", *dr.async_entries_for_config_entry(dr.async_get(hass), entry_id))
        self.seen.take("flows", *open_flows(hass))
        self.seen.take("entry", self.entry.title, self.entry.unique_id, self.entry.options, self.entry.reason)
        if self.entry.state is ConfigEntryState.LOADED:
            data = self.entry.runtime_data
            for clock in filter(None, (data.servers, data.latency, data.monitors)):
                self.seen.take_error(clock.last_exception)

    async def report(self, hass_client: ClientSessionGenerator) -> None:
        """Download what a reporter is asked for."""
        devices = dr.async_entries_for_config_entry(dr.async_get(self.hass), self.entry.entry_id)
        self.seen.take("diagnostics", await get_diagnostics_for_config_entry(self.hass, hass_client, self.entry))
        for device in devices[:3]:
            found = await get_diagnostics_for_device(self.hass, hass_client, self.entry, device)
            self.seen.take("diagnostics", found)
        self.seen.take("health", await get_system_health_info(self.hass, DOMAIN))

    async def show(self, form: ConfigFlowResult, typed: dict[str, Any]) -> ConfigFlowResult:
        """Fill a form in and look at what is said to it; what was typed stays in its fields."""
        shown = await submit(self.hass, form, typed)
        await settle(self.hass)
        texts = {name: shown.get(name) for name in ("errors", "description_placeholders", "reason")}
        self.seen.take("forms", texts)
        return shown

    async def give_credential(self, form: ConfigFlowResult) -> ConfigFlowResult:
        """Get in from the menu of credentials, at the second try."""
        form = await self.show(form, {"next_step_id": self.way})
        if self.way != "guest":
            await self.show(form, self.mistyped)
        return await self.show(form, self.credential)

    async def add(self) -> None:
        """Add the dashboard."""
        address = {"url": self.url, "advanced": {"verify_ssl": True}}
        form = await start(self.hass)
        if self.way != "token":
            result = await self.give_credential(await self.show(form, address))
        else:
            await self.show(form, address | self.mistyped)
            result = await self.show(form, address | self.credential)
        assert result["type"] is FlowResultType.CREATE_ENTRY

    async def get_in_again(self) -> None:
        """Give the new credential that is asked for."""
        self.way = "login" if self.way == "guest" else self.way
        (flow,) = open_flows(self.hass)
        form = await self.hass.config_entries.flow.async_configure(flow["flow_id"])
        self.seen.take("forms", form)
        if form["type"] is FlowResultType.MENU:
            result = await self.give_credential(form)
        else:
            await self.show(form, self.mistyped)
            result = await self.show(form, self.credential)
        assert result.get("reason") == "reauth_successful", result

    async def change(self) -> None:
        """Look into the form for another address, and leave everything as it is."""
        entry = self.entry
        form = await self.hass.config_entries.flow.async_init(
            DOMAIN, context={"source": "reconfigure", "entry_id": entry.entry_id}
        )
        address = {"url": self.url, "advanced": {"verify_ssl": True}, "other_credential": False}
        result = await self.show(form, address)
        assert result.get("reason") == "reconfigure_successful", result

    async def choose_options(self) -> None:
        """Save options."""
        form = await self.hass.config_entries.options.async_init(self.entry.entry_id)
        self.seen.take("forms", form)
        await self.hass.config_entries.options.async_configure(form["flow_id"], {"latency": True, "interval": 60})
        await settle(self.hass)

    async def answers_fail(self) -> None:
        """Answer in every wrong way, each until the last values are too old and a block would be over."""
        for kind in FAULTS:
            self.simulated.faults.clear()
            self.simulated.faults.add("*", kind, **OPTIONS.get(kind, {}))
            await self.time.passes(BLOCKED_PAUSE.total_seconds() + 1)
            self.notice()
        self.simulated.faults.clear()
        await self.time.passes(BLOCKED_PAUSE.total_seconds() + 1)

    async def streams_fail(self) -> None:
        """Let every stream fail as proxies have it."""
        for kind in (FaultKind.NO_UPGRADE, FaultKind.BASIC_AUTH, FaultKind.BLOCKED, FaultKind.REDIRECT, FaultKind.DROP):
            self.simulated.faults.add(STREAM, kind, times=1, **OPTIONS.get(kind, {}))
            await self.reload()
        self.simulated.faults.clear()
        await self.reload()

    async def vanishes(self) -> None:
        """Listen no longer."""
        await self.server.close()
        await self.time.passes(100)
        self.notice()
        await self.reload()

    async def reload(self) -> None:
        """Set the entry up again."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await settle(self.hass)
        self.notice()

    async def rename(self) -> None:
        """Name the dashboard, which is called by its address where its API tells no name."""
        self.hass.config_entries.async_update_entry(self.entry, title="My servers")
        await self.reload()

    def close(self) -> None:
        """Let nobody in who was let in so far."""
        match self.way:
            case "token":
                self.simulated.replace_token(f"{self.simulated.token}again")
            case "login":
                self.simulated.settings.password += "again"
                self.simulated.end_sessions()
            case _:
                self.simulated.settings.force_auth = True


@pytest.fixture(params=WAYS, ids=["-".join(way) for way in WAYS])
async def site(
    request: pytest.FixtureRequest, hass: HomeAssistant, streamed_time: StreamedTime, socket_enabled: None
) -> AsyncIterator[Site]:
    """Return a dashboard of each generation, to be entered in each way."""
    generation, way = request.param
    names = {"token": TOKENS.get(generation, ""), "username": USERNAME, "password": PASSWORD}
    simulated = simulate(generation, still_world(servers=2), **names)
    streamed_time.worlds.append(simulated.world)
    async with TestServer(_below_path(simulated), host="127.0.0.1") as server:
        site = Site(hass, simulated, server, generation, way, streamed_time, Seen())
        with _watched(site):
            yield site


def _below_path(simulated: Dashboard) -> web.Application:
    """Return what serves a dashboard below a path, as a proxy does."""
    inner, outer = simulated.application(), web.Application()
    inner.freeze()

    async def end_streams(_: web.Application) -> None:
        simulated.end_streams()

    async def forward(request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix(PATH)
        url = request.rel_url.with_path(path, encoded=True, keep_query=True)
        return await inner._handle(request.clone(rel_url=url))

    outer.router.add_route("*", f"{PATH}/{{path:.*}}", forward)
    outer.on_shutdown.append(end_streams)
    outer.on_response_prepare.append(simulated._dress)
    return outer


@contextmanager
def _watched(site: Site) -> Iterator[None]:
    """Keep every session that the dashboard gives, and every error that the client raises."""
    log_in = site.simulated.accounts.log_in

    def log_in_and_keep(*how: Any) -> Login:
        login = log_in(*how)
        site.sessions.append(login.token)
        return login

    def keep(error: NezhaError, *args: object) -> None:
        Exception.__init__(error, *args)
        site.errors.append(error)

    with (
        patch.object(site.simulated.accounts, "log_in", log_in_and_keep),
        patch.object(NezhaError, "__init__", keep, create=True),
    ):
        yield


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Return the log of everybody at the level that tells most."""
    caplog.set_level(logging.DEBUG)
    for name, logger in logging.root.manager.loggerDict.items():
        if isinstance(logger, logging.Logger) and logger.level > logging.DEBUG:
            caplog.set_level(logging.DEBUG, name)
    return caplog


async def test_what_opens_a_dashboard_is_seen_nowhere(
    site: Site,
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_storage: dict[str, Any],
    log: pytest.LogCaptureFixture,
) -> None:
    """Through its whole life."""
    for component in ("diagnostics", "repairs", "system_health"):
        assert await async_setup_component(hass, component, {})
    await site.add()
    await site.rename()
    logged = Seen()  # until then under the address, which is its title
    logged.take_log(log)
    assert logged.places_of(site.secrets) == set()
    log.clear()
    await site.time.passes(31)
    site.notice()
    await site.report(hass_client)
    await site.answers_fail()
    await site.streams_fail()
    await site.choose_options()
    await site.change()
    site.close()
    await site.time.passes(100)
    site.notice()
    await site.report(hass_client)
    await site.get_in_again()
    await site.vanishes()
    await site.report(hass_client)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await settle(hass)
    for name, content in hass_storage.items():
        site.seen.take(name, content)
    site.seen.take_log(log)
    assert {type(error) for error in site.errors} >= LIVED_THROUGH | site.of_streams
    for error in site.errors:
        site.seen.take_error(error)
    assert site.seen.places_of(site.secrets) == {STORED_ENTRY}
    assert site.seen.places_of({site.authority, PATH}) <= {STORED_ENTRY, OF_THE_DASHBOARD, *LINKS}
