"""Nothing that Home Assistant does gets its address blocked, and a dashboard that blocks it is left alone."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from simulator.dashboard import Dashboard
from tests.flows import submit
from tests.generations import (
    BY_PEER,
    CLIENT,
    LOGIN,
    SERVERS,
    STREAM,
    Show,
    Shown,
    StreamedTime,
    at,
    credential,
    free_port,
    new_entry,
    set_up,
    settle,
    simulate,
)
from tests.watching import Writes, notable

POLLING = {"stream": "never"}
SOURCE = SERVERS["v2"]
DAY = 86_400


def is_in(shown: Shown, expected: ConfigEntryState) -> bool:
    """Tell whether the entry is in a state."""
    return shown.entry.state is expected


def refuse_token(simulated: Dashboard) -> None:
    """Know the token no more."""
    simulated.revoke_token()


def refuse_login(simulated: Dashboard) -> None:
    """Have another password, and end what the old one began."""
    simulated.settings.password = "another"
    simulated.expire_sessions()


def revoke_login(simulated: Dashboard) -> None:
    """Have another password, which revokes the sessions of the old one: to use one of them counts as an attack."""
    simulated.settings.password = "another"
    simulated.end_sessions()


REFUSALS = pytest.mark.parametrize(
    ("generation", "way", "refuse"),
    [
        ("v2", "token", refuse_token),
        ("v2", "login", refuse_login),
        ("v2", "login", revoke_login),
        ("v1", "login", refuse_login),
        ("v1", "login", revoke_login),
    ],
    ids=["token", "login", "login-revoked", "login-v1", "login-v1-revoked"],
)


# One strike at the most


@REFUSALS
@pytest.mark.parametrize("options", [{}, POLLING], ids=["stream", "polls"])
async def test_a_dead_credential_costs_one_strike_ever(
    show: Show, generation: str, way: str, refuse: Any, options: dict[str, str]
) -> None:
    """Whatever asks at the same streamed_time, and whatever the owner or Home Assistant restart."""
    shown = await show(generation, way, options=options, real_ip_header=BY_PEER)
    await shown.time.passes(31)
    refuse(shown.simulated)
    await settle(shown.hass)
    await shown.time.passes(301)
    for _ in range(5):
        await shown.frame()
        await shown.time.passes(301)
    assert shown.simulated.waf.raised == 1
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    assert shown.state("dashboard", "connected") == STATE_OFF
    (flow,) = shown.flows()
    assert flow["context"]["source"] == "reauth"

    shown.simulated.requests.clear()
    await shown.reload()
    assert is_in(shown, ConfigEntryState.SETUP_ERROR)
    await shown.time.passes(DAY)
    await shown.restart()
    assert is_in(shown, ConfigEntryState.SETUP_ERROR)
    await shown.time.passes(DAY)
    assert not any(request.authorization for request in shown.simulated.requests)
    assert shown.asked(LOGIN) == 0
    assert shown.simulated.waf.raised == 1
    assert len(shown.flows()) == 1


@REFUSALS
@pytest.mark.parametrize("seconds", [2, 6, 31])
async def test_a_credential_that_dies_right_after_its_use_costs_one_strike(
    show: Show, generation: str, way: str, refuse: Any, seconds: int
) -> None:
    """Whichever clock is the next to ask."""
    shown = await show(generation, way, options=POLLING, real_ip_header=BY_PEER)
    for _ in range(4):
        await shown.time.passes(31)
    refuse(shown.simulated)
    await shown.time.passes(seconds)
    await shown.entry.runtime_data.monitors.async_refresh()
    for _ in range(8):
        await shown.time.passes(31)
    await shown.restart()
    assert is_in(shown, ConfigEntryState.SETUP_ERROR)
    assert shown.simulated.waf.raised == 1
    assert len(shown.flows()) == 1


@REFUSALS
@pytest.mark.parametrize("clock", ["monitors", "latency"])
async def test_a_refusal_that_another_clock_hears_first_holds_for_all(
    show: Show, generation: str, way: str, refuse: Any, clock: str
) -> None:
    """The owner is asked at once, and nothing is sent again after a reload."""
    shown = await show(generation, way, options=POLLING, real_ip_header=BY_PEER)
    await shown.time.passes(31)
    refuse(shown.simulated)
    shown.time.moves(61)
    await getattr(shown.entry.runtime_data, clock).async_refresh()
    await settle(shown.hass)
    assert shown.simulated.waf.raised == 1
    (flow,) = shown.flows()
    assert flow["context"]["source"] == "reauth"

    shown.time.moves(5)
    shown.simulated.requests.clear()
    await shown.reload()
    assert is_in(shown, ConfigEntryState.SETUP_ERROR)
    assert not any(request.authorization for request in shown.simulated.requests)
    assert shown.asked(LOGIN) == 0
    assert shown.simulated.waf.raised == 1


@REFUSALS
async def test_a_credential_that_is_dead_at_set_up_costs_one_strike(
    show: Show, generation: str, way: str, refuse: Any
) -> None:
    """Home Assistant is restarted again and again."""
    shown = await show(generation, way, options=POLLING)
    await shown.unload()
    refuse(shown.simulated)
    await set_up(shown.hass, shown.entry)
    for _ in range(3):
        await shown.restart()
    assert is_in(shown, ConfigEntryState.SETUP_ERROR)
    assert shown.simulated.waf.raised == 1


async def test_a_token_that_expires_costs_one_strike_and_is_replaced_in_the_flow(show: Show) -> None:
    """Everything is as it was then."""
    shown = await show(
        options=POLLING,
        prepare=lambda simulated: simulated.accounts.add_token(simulated.token, ("nezha:*",), days=1),
    )
    entities = shown.entities()
    await shown.time.passes(DAY + 1)
    await shown.time.polls(3)
    assert shown.simulated.waf.raised == 1
    (flow,) = shown.flows()
    menu = await submit(shown.hass, flow, {})
    form = await submit(shown.hass, menu, {"next_step_id": "token"})
    await submit(shown.hass, form, {"token": shown.simulated.add_token()})
    await settle(shown.hass)
    assert shown.is_loaded
    assert shown.state("1", "online") == STATE_ON
    assert shown.entities().items() >= entities.items()
    assert shown.simulated.waf.raised == 1


async def test_a_session_that_ends_again_and_again_is_not_renewed_each_time(show: Show) -> None:
    """A minute lies between two logins; values outlast it."""
    shown = await show("v2", "login", options=POLLING)
    shown.simulated.requests.clear()
    writes = Writes(shown.hass)
    for _ in range(20):
        shown.simulated.expire_sessions()
        await shown.time.passes(31)
    assert 5 <= shown.asked(LOGIN) <= 20 * 31 / 60
    assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)
    assert shown.simulated.waf.raised == 0
    assert shown.flows() == []


async def test_a_changed_address_ends_sessions_and_costs_nothing(show: Show) -> None:
    """Sessions are bound to it (1.14.7 and later): a login follows, at most one a minute, and nobody sees it."""
    shown = await show("v2", "login", options=POLLING, real_ip_header="X-Real-IP", proxy_address="192.0.2.10")
    await shown.time.passes(61)
    shown.simulated.requests.clear()
    writes = Writes(shown.hass)
    for number in range(20):
        shown.simulated.settings.proxy_address = f"192.0.2.{11 + number % 2}"
        await shown.time.passes(31)
    assert 5 <= shown.asked(LOGIN) <= 20 * 31 / 60
    assert shown.entity("6", "cpu") in writes.changed, "the hidden server is still shown"
    assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)
    assert shown.simulated.waf.raised == 0
    assert shown.flows() == []


async def test_a_changed_address_ends_no_stream(show: Show) -> None:
    """What a poll fetches meanwhile takes a new login."""
    shown = await show("v1", "login", real_ip_header="X-Real-IP", proxy_address="192.0.2.10")
    await shown.frames_for(62)
    shown.simulated.settings.proxy_address = "2001:db8::1"
    shown.simulated.requests.clear()
    writes = Writes(shown.hass)
    await shown.frames_for(620, every=20)
    assert shown.asked(LOGIN) == 1
    assert shown.asked(STREAM) == 0
    assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)
    assert shown.simulated.waf.raised == 0


# A guest who is shut out


@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_a_guest_who_is_shut_out_needs_a_credential(show: Show, generation: str) -> None:
    """The owner is asked once, and nobody else."""
    shown = await show(generation, "guest", options=POLLING)
    shown.simulated.settings.force_auth = True
    await shown.time.polls(3)
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    (flow,) = shown.flows()
    assert flow["context"]["source"] == "reauth"
    await shown.reload()
    shown.simulated.requests.clear()
    await shown.time.polls(10)
    assert len(shown.simulated.requests) == 0
    assert shown.simulated.waf.raised == 0


# A dashboard that blocks


async def test_a_dashboard_that_blocks_is_left_alone_until_it_does_not(
    show: Show, caplog: pytest.LogCaptureFixture
) -> None:
    """Values outlast short blocks; long ones have words of their own and long pauses; no credential is doubted."""
    shown = await show(options=POLLING, real_ip_header=BY_PEER)
    writes = Writes(shown.hass)
    for _ in range(6):
        shown.simulated.waf.strike(CLIENT, "somebody else's")  # 1296 s
    await shown.time.polls(2)
    assert writes.changes == []
    assert notable(caplog) == []
    await shown.time.polls()
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    ((level, text),) = notable(caplog)
    assert (level, text.endswith("blocks the address of Home Assistant")) == ("ERROR", True)
    assert shown.flows() == []
    assert shown.issues() == []

    shown.simulated.requests.clear()
    await shown.time.passes(290)
    assert shown.asked(SOURCE) == 0
    for _ in range(4):
        await shown.time.passes(300)
    assert shown.state("1", "online") == STATE_ON
    assert shown.asked(SOURCE) <= 4
    assert shown.simulated.waf.raised == 6


async def test_a_block_while_a_stream_runs_is_not_seen(show: Show) -> None:
    """Streams run on; only what they lack is missed."""
    shown = await show(real_ip_header=BY_PEER)
    writes = Writes(shown.hass)
    for _ in range(6):
        shown.simulated.waf.strike(CLIENT, "somebody else's")
    await shown.frames_for(400, every=20)
    assert len(shown.simulated.streams) == 1
    assert shown.entity("1", "cpu") in writes.changed
    assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)
    assert shown.flows() == []


async def test_a_block_at_set_up_is_waited_for(show: Show) -> None:
    """No credential is doubted."""

    def block(simulated: Dashboard) -> None:
        simulated.waf.strike(CLIENT, "somebody else's")
        simulated.waf.strike(CLIENT, "somebody else's")

    shown = await show(real_ip_header=BY_PEER, prepare=block)
    assert is_in(shown, ConfigEntryState.SETUP_RETRY)
    assert shown.entry.error_reason_translation_key == "blocked"
    assert shown.flows() == []
    await shown.time.passes(30)
    assert shown.is_loaded


async def test_a_dashboard_that_wants_its_proxy_is_an_issue(show: Show) -> None:
    """As long as it does."""
    shown = await show(options=POLLING)
    shown.simulated.settings.real_ip_header = "X-Real-IP"
    await shown.time.polls(2)
    assert shown.state("1", "online") == STATE_ON
    assert shown.issues() == []
    await shown.time.polls(2)
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    assert shown.issues() == ["real_ip"]
    assert shown.flows() == []

    shown.simulated.settings.real_ip_header = ""
    await shown.time.polls()
    assert shown.state("1", "online") == STATE_ON
    assert shown.issues() == []


async def test_an_issue_ends_when_the_owner_is_asked_for_another_credential(show: Show) -> None:
    """What was in the way is no longer known; whoever reloads then learns nothing new."""
    shown = await show(options=POLLING)
    shown.simulated.settings.real_ip_header = "X-Real-IP"
    await shown.time.polls(4)
    assert shown.issues() == ["real_ip"]
    shown.simulated.settings.real_ip_header = ""
    shown.simulated.revoke_token()
    await shown.time.polls(2)
    assert shown.issues() == []
    assert len(shown.flows()) == 1


# A dashboard that is upgraded


async def test_a_token_that_was_never_sent_is_not_held_for_refused(
    hass: HomeAssistant, socket_enabled: None, streamed_time: StreamedTime
) -> None:
    """An upgrade that is taken back leaves everything as it was."""
    port, old, new = free_port(), simulate("v0"), simulate("v2")
    streamed_time.worlds += [old.world, new.world]
    async with at(port, old) as served:
        entry = new_entry(hass, served.url, credential(old, "token"))
        await set_up(hass, entry)
    async with at(port, new):
        await streamed_time.polls(4)
    async with at(port, old) as served:
        shown = Shown(hass, served, entry, streamed_time)
        await shown.reload()
        assert shown.is_loaded
        assert shown.state("1", "online") == STATE_ON
        await shown.unload()


async def test_an_upgraded_dashboard_asks_for_its_own_credential_and_keeps_every_id(
    hass: HomeAssistant, socket_enabled: None, streamed_time: StreamedTime
) -> None:
    """While Home Assistant runs: the old token is not tried, a new one brings everything back."""
    port, old, new = free_port(), simulate("v0"), simulate("v2", real_ip_header=BY_PEER)
    streamed_time.worlds += [old.world, new.world]
    async with at(port, old) as served:
        entry = new_entry(hass, served.url, credential(old, "token"))
        await set_up(hass, entry)
        await streamed_time.passes(6)
        before = Shown(hass, served, entry, streamed_time)
        entities = before.entities()
        devices = {key: device.id for key, device in before.devices().items()}
    async with at(port, new) as served:
        shown = Shown(hass, served, entry, streamed_time)
        await streamed_time.polls(3)
        (flow,) = shown.flows()
        assert flow["context"]["source"] == "reauth"
        assert shown.state("1", "online") == STATE_UNAVAILABLE
        assert new.waf.raised == 0
        assert sum(request.authorization for request in new.requests) <= 1
        assert not [request for request in new.requests if request.authorization and request.path == SOURCE]

        await submit(hass, flow, {"token": new.token})
        await settle(hass)
        await streamed_time.passes(6)
        assert shown.is_loaded
        assert shown.state("1", "online") == STATE_ON
        assert shown.entities().items() >= entities.items()
        assert {key: device.id for key, device in shown.devices().items()}.items() >= devices.items()
        assert shown.devices()["1"].configuration_url == f"{served.url}/server/1"
        assert shown.state("1", "latency_1") != STATE_UNAVAILABLE
        await shown.unload()


async def test_an_upgrade_that_keeps_the_login_is_not_seen(
    hass: HomeAssistant, socket_enabled: None, streamed_time: StreamedTime
) -> None:
    """From generation 1 to 2, while Home Assistant runs."""
    port, old, new = free_port(), simulate("v1"), simulate("v2")
    streamed_time.worlds += [old.world, new.world]
    async with at(port, old) as served:
        entry = new_entry(hass, served.url, credential(old, "login"), {"stream": "never"})
        await set_up(hass, entry)
        await streamed_time.passes(301)
        shown = Shown(hass, served, entry, streamed_time)
        entities = shown.entities()
    await streamed_time.polls(2)
    async with at(port, new) as served:
        await streamed_time.polls(4)
        await streamed_time.passes(61)
        shown = Shown(hass, served, entry, streamed_time)
        assert shown.state("1", "online") == STATE_ON
        assert float(shown.state("1", "latency_1")) > 0
        assert shown.entities().items() >= entities.items()
        assert shown.flows() == []
        assert new.waf.raised == 0
        await shown.unload()
