"""Members of a dashboard, who have some of its servers, and monitors that guests do not see."""

from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
import pytest

from simulator.dashboard import Dashboard
from tests.generations import SERVERS, Show, Shown, member_of
from tests.watching import Writes, notable

POLLING = {"stream": "never"}
SOURCE = SERVERS["v2"]
OWN = {"2", "4"}
FOREIGN = 3
INVENTORY = 300
"""Seconds from one poll to the next while there is a stream."""

WAYS = pytest.mark.parametrize(
    ("generation", "way", "version"),
    [
        ("v1", "member", "1.4.0"),
        ("v2", "member", "2.0.8"),
        ("v2", "member", "2.3.7"),
        ("v2", "member's token", "2.3.7"),
    ],
)
"""Up to 2.0.8 frames show everything to every user, later what guests see as well."""


def share(simulated: Dashboard) -> None:
    """Give some of the servers to a member."""
    simulated.add_member("friend", "a-friends-password", server_ids=map(int, OWN))


def servers(shown: Shown) -> set[str]:
    """Return the servers that have devices, by their keys."""
    return {key for key in shown.devices() if key and not key.startswith("monitor")}


# Their servers


@WAYS
@pytest.mark.parametrize("options", [POLLING, {}])
async def test_a_member_is_shown_their_own_servers(
    show: Show, generation: str, way: str, version: str, options: dict[str, Any]
) -> None:
    """And no other, polled or listened to, however long."""
    shown = await show(generation, way, version=version, prepare=share, options=options)
    assert shown.is_loaded
    listens = not options
    assert bool(len(shown.simulated.streams)) is listens
    for _ in range(4):
        assert servers(shown) == OWN
        assert shown.state("dashboard", "servers_total") == "2"
        assert {shown.state(key, "online") for key in OWN} == {STATE_ON}
        await (shown.frames_for(90, every=10) if listens else shown.time.passes(90))
    assert shown.simulated.waf.raised == 0
    assert shown.flows() == []


@WAYS
async def test_foreign_servers_in_frames_cost_one_poll(show: Show, generation: str, way: str, version: str) -> None:
    """What happens to them moves nothing."""
    shown = await show(generation, way, version=version, prepare=share)
    await shown.frames_for(4)
    assert shown.asked(SOURCE) == 2
    writes = Writes(shown.hass)
    shown.simulated.requests.clear()
    shown.world.stop(FOREIGN)
    await shown.frames_for(40, every=5)
    shown.world.start(FOREIGN)
    shown.world.edit(1, hide_for_guest=True)
    await shown.frames_for(40, every=5)
    shown.world.edit(1, name="renamed", hide_for_guest=False)
    await shown.frames_for(40, every=5)
    assert shown.asked(SOURCE) == 0
    shown.world.add(name="foreign as well")
    await shown.frames_for(40, every=5)
    assert shown.asked(SOURCE) == 1
    shown.world.edit(1, hide_for_guest=True)
    await shown.frames_for(10)
    shown.world.add(name="another one")
    await shown.frames_for(10)
    shown.world.edit(1, hide_for_guest=False)
    await shown.frames_for(10)
    assert shown.asked(SOURCE) == 2
    assert servers(shown) == OWN
    assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)


@WAYS
async def test_a_member_sees_their_own_servers_come_and_go(show: Show, generation: str, way: str, version: str) -> None:
    """At the second frame, as an administrator does."""
    shown = await show(generation, way, version=version, prepare=share)
    await shown.frames_for(4)
    shown.world.stop(2)
    await shown.frames_for(34)
    assert shown.state("2", "online") == STATE_OFF
    shown.world.start(2)
    await shown.frames_for(4)
    assert shown.state("2", "online") == STATE_ON


@WAYS
async def test_a_server_that_is_handed_over_changes_sides(show: Show, generation: str, way: str, version: str) -> None:
    """After the next poll: frames do not tell whose it is. It stays away, and comes back to what it had."""
    shown = await show(generation, way, version=version, prepare=share)
    friend = member_of(shown.simulated).id
    shown.world.edit(FOREIGN, owner=friend)
    await shown.frames_for(INVENTORY, every=20)
    await shown.frames_for(20)
    assert servers(shown) == OWN | {"3"}
    assert shown.state("3", "online") == STATE_ON
    before = shown.entities()

    shown.world.edit(FOREIGN, owner=1)
    await shown.frames_for(INVENTORY, every=20)
    await shown.frames_for(120, every=20)
    assert shown.state("3", "online") == STATE_UNAVAILABLE
    assert shown.state("dashboard", "servers_total") == "2"
    writes = Writes(shown.hass)
    shown.simulated.requests.clear()
    await shown.frames_for(2 * INVENTORY, every=20)
    assert shown.entity("3", "online") not in writes.changed
    assert shown.entity("dashboard", "servers_total") not in writes.changed
    assert shown.asked(SOURCE) == 2

    shown.world.edit(FOREIGN, owner=friend)
    await shown.frames_for(INVENTORY, every=20)
    await shown.frames_for(20)
    assert shown.state("3", "online") == STATE_ON
    assert shown.entities().items() >= before.items()


async def test_what_an_administrator_saw_is_not_shown_to_a_member(show: Show) -> None:
    """The owner has chosen another way in; the devices wait to be deleted."""
    shown = await show("v2", "login", prepare=share)
    assert len(servers(shown)) == 8
    member = {"username": "friend", "password": "a-friends-password"}
    shown.hass.config_entries.async_update_entry(shown.entry, data={**shown.entry.data, **member})
    await shown.reload()
    writes = Writes(shown.hass)
    await shown.frames_for(2 * INVENTORY, every=20)
    assert shown.state("dashboard", "servers_total") == "2"
    online = {key: shown.state(key, "online") for key in servers(shown)}
    assert {key for key in online if online[key] == STATE_ON} == OWN
    assert not {shown.entity(key, "online") for key in online} & writes.changed


async def test_a_members_deleted_server_comes_back_to_them(show: Show) -> None:
    """Under a new id and with the uuid that tells which it is; frames show it as a stranger at first."""
    shown = await show("v2", "member", version="2.2.3", prepare=share)
    before = shown.entities()
    shown.world.delete(2)
    await shown.frames_for(10)
    assert shown.state("2", "online") == STATE_ON
    assert shown.entities() == before
    assert servers(shown) == OWN


@pytest.mark.parametrize(("generation", "way"), [("v1", "member"), ("v2", "member"), ("v2", "member's token")])
async def test_a_member_without_servers_is_shown_an_empty_dashboard(show: Show, generation: str, way: str) -> None:
    """Their first server comes with a poll."""
    shown = await show(generation, way, prepare=lambda simulated: simulated.add_member("friend", "a-friends-password"))
    await shown.frames_for(20)
    assert shown.is_loaded
    assert servers(shown) == set()
    assert shown.state("dashboard", "servers_total") == "0"
    assert shown.state("dashboard", "connected") == STATE_ON

    shown.world.edit(FOREIGN, owner=member_of(shown.simulated).id)
    await shown.frames_for(INVENTORY, every=20)
    assert servers(shown) == {"3"}
    assert shown.state("3", "online") == STATE_ON


# Hidden monitors


@pytest.mark.parametrize(
    ("generation", "version", "way", "seen"),
    [
        ("v1", "1.14.14", "guest", False),
        ("v1", "1.14.14", "login", False),
        ("v2", "2.1.4", "token", False),
        ("v2", "2.2.3", "login", False),
        ("v2", "2.2.4", "login", True),
        ("v2", "2.3.7", "guest", False),
        ("v2", "2.3.7", "login", True),
        ("v2", "2.3.7", "token", True),
        ("v2", "2.3.7", "member", False),
    ],
)
async def test_a_hidden_monitor_is_shown_to_whom_the_dashboard_shows_it(
    show: Show, generation: str, version: str, way: str, *, seen: bool
) -> None:
    """For long to nobody; from 2.2.4 on to its owner and to administrators."""

    def prepare(simulated: Dashboard) -> None:
        share(simulated)
        simulated.world.edit_monitor(2, hide_for_guest=True)

    shown = await show(generation, way, version=version, prepare=prepare, options=POLLING)
    monitors = {key for key in shown.devices() if key.startswith("monitor")}
    assert monitors == {"monitor:1", "monitor:3", "monitor:4"} | ({"monitor:2"} if seen else set())


async def test_a_member_sees_their_own_hidden_monitor(show: Show) -> None:
    """But no other."""

    def prepare(simulated: Dashboard) -> None:
        simulated.add_member("friend", "a-friends-password", server_ids=[2, 4], monitor_ids=[2])
        for monitor in (1, 2):
            simulated.world.edit_monitor(monitor, hide_for_guest=True)

    shown = await show("v2", "member's token", prepare=prepare, options=POLLING)
    monitors = {key for key in shown.devices() if key.startswith("monitor")}
    assert monitors == {"monitor:2", "monitor:3", "monitor:4"}


@pytest.mark.parametrize(("generation", "way"), [("v1", "guest"), ("v1", "login"), ("v2", "guest")])
async def test_a_monitor_that_becomes_hidden_is_unavailable_until_it_is_shown_again(
    show: Show, generation: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The others stay as they are."""
    shown = await show(generation, way, options=POLLING)
    before = shown.entities()
    shown.world.edit_monitor(2, hide_for_guest=True)
    await shown.time.passes(61)
    assert {shown.state("monitor2", field) for field in ("up", "availability", "delay")} == {STATE_UNAVAILABLE}
    assert shown.state("monitor1", "up") == STATE_ON
    assert "monitor:2" in shown.devices()

    shown.world.edit_monitor(2, hide_for_guest=False)
    await shown.time.passes(61)
    assert shown.state("monitor2", "up") == STATE_ON
    assert shown.entities().items() >= before.items()
    assert notable(caplog) == []


async def test_latencies_of_a_hidden_monitor_become_unknown(show: Show) -> None:
    """From 2.0.14 on dashboards do not tell them to guests."""
    shown = await show("v2", "guest", options=POLLING)
    await shown.time.passes(6)
    assert float(shown.state("1", "latency_2")) > 0
    shown.world.edit_monitor(2, hide_for_guest=True)
    await shown.time.passes(61)
    assert shown.state("1", "latency_2") == "unknown"
    assert float(shown.state("1", "latency_1")) > 0
    shown.world.edit_monitor(2, hide_for_guest=False)
    await shown.time.passes(61)
    assert float(shown.state("1", "latency_2")) > 0


async def test_a_server_has_latencies_of_the_monitors_that_cover_it(show: Show) -> None:
    """Whether a monitor lists the servers that it covers or those that it does not."""

    def prepare(simulated: Dashboard) -> None:
        simulated.world.edit_monitor(1, only_listed=True, listed=[1])
        simulated.world.edit_monitor(2, listed=[1])

    shown = await show("v2", "token", prepare=prepare, options=POLLING)
    await shown.time.passes(6)
    fields = {key: {name.rpartition("_")[2] for name in shown.entities() if f"_{key}_latency_" in name} for key in "12"}
    assert fields == {"1": {"1", "4"}, "2": {"2", "4"}}
