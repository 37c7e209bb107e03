"""What a comparison of two answers tells: who is online, and what a restarted dashboard has forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.nezha.api import Host, NezhaClient, Server, Snapshot, State, carry_on
from simulator.clock import Clock
from simulator.dashboard import Dashboard
from simulator.world import World
from tests.serving import Serve

from .conftest import Connect

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FORGOTTEN = Server(id=1, name="one", groups=("Edge",))


def after(seconds: float) -> datetime:
    """Return a time after noon."""
    return NOON + timedelta(seconds=seconds)


SERVER = Server(
    id=1,
    name="one",
    groups=("Edge",),
    ipv4="192.0.2.1",
    ipv6="2001:db8::1",
    country_code="HK",
    last_active=NOON,
    host=Host(platform="debian", mem_total=1000),
    state=State(cpu=5, net_in_transfer=1_000_000, uptime=3600),
)


def reported(at: datetime | None, **changes: object) -> Server:
    """Return the server with its last report at a time."""
    return replace(SERVER, last_active=at, **changes)  # type: ignore[arg-type]


def answered(time: datetime, *servers: Server) -> Snapshot:
    """Return an answer with the time that it announces."""
    return Snapshot(time=time, servers={server.id: server for server in servers})


def carried(*answers: Snapshot) -> Server:
    """Return the first server after these answers one after the other."""
    known = None
    for answer in answers:
        known = carry_on(known, answer)
    assert known
    return known.servers[1]


def test_a_report_from_the_far_future_is_a_mistake() -> None:
    """Only the next one tells that the server is there."""
    ahead = reported(NOON + timedelta(days=30))
    assert not carried(answered(NOON, ahead)).online
    assert not carried(answered(NOON, ahead), answered(after(30), ahead)).online
    moved = reported(NOON + timedelta(days=30, seconds=30))
    assert carried(answered(NOON, ahead), answered(after(30), moved)).online


@pytest.mark.parametrize(("age", "online"), [(0, True), (30, True), (31, False), (3600, False)])
def test_first_answer_decides_by_the_age_of_the_report(age: int, *, online: bool) -> None:
    """By the dashboard's own clock."""
    assert carried(answered(after(age), reported(NOON))).online is online


def test_server_that_never_reported_is_offline() -> None:
    """It has neither values nor a time."""
    assert carried(answered(NOON, FORGOTTEN)) == FORGOTTEN
    assert not carried(answered(NOON, FORGOTTEN), answered(after(30), FORGOTTEN)).online


def test_first_report_is_taken_as_it_is() -> None:
    """There is nothing before it."""
    assert carried(answered(NOON, FORGOTTEN), answered(NOON, reported(NOON))) == replace(SERVER, online=True)


def test_report_without_values_leaves_the_last_ones() -> None:
    """The time of a report may come before its state."""
    answers = answered(NOON, reported(NOON)), answered(after(5), reported(after(5), host=None, state=None))

    assert carried(*answers) == replace(SERVER, last_active=after(5), online=True)


def test_server_that_reported_since_is_online() -> None:
    """Also when the report is old already: polls may be minutes apart."""
    server = carried(answered(NOON, reported(NOON)), answered(after(600), reported(after(500))))

    assert server.online
    assert server.last_active == after(500)


@pytest.mark.parametrize(("seconds", "online"), [(10, True), (30, True), (31, False)])
def test_server_that_did_not_report_since_is_online_while_its_report_is_young(seconds: int, *, online: bool) -> None:
    """Its values are still those of the last report."""
    server = carried(answered(NOON, reported(NOON)), answered(after(seconds), reported(NOON)))

    assert server.online is online
    assert server.state == SERVER.state


def test_server_that_reports_again_is_online_again() -> None:
    """Nothing of its absence stays."""
    server = carried(
        answered(NOON, reported(NOON)), answered(after(60), reported(NOON)), answered(after(90), reported(after(89)))
    )

    assert server == replace(SERVER, last_active=after(89), online=True)


def test_report_that_moved_back_is_none() -> None:
    """A dashboard whose database was restored shows older times."""
    server = carried(answered(NOON, reported(NOON)), answered(after(60), reported(after(-60))))

    assert not server.online


def test_new_server_is_decided_alone() -> None:
    """The others' reports say nothing about it, and a deleted server is gone."""
    young, old = reported(after(29), id=2), reported(after(-60), id=3)
    known = carry_on(carry_on(None, answered(NOON, reported(NOON))), answered(after(30), young, old))

    assert {number: server.online for number, server in known.servers.items()} == {2: True, 3: False}


def test_restarted_dashboard_keeps_what_was_known() -> None:
    """Values, host, addresses and online stay for the grace; offline comes after it, and the last report is kept."""
    start = answered(NOON, reported(NOON))
    forgotten = [answered(after(seconds), FORGOTTEN) for seconds in (30, 60, 74, 75, 3600)]

    servers = [carried(start, *forgotten[:count]) for count in range(1, 6)]

    assert [server.online for server in servers] == [True, True, True, False, False]
    for server in servers:
        assert server == replace(SERVER, online=server.online, forgotten_since=after(30))


def test_server_that_was_offline_stays_so_over_a_restart() -> None:
    """The grace is for those that were online."""
    old = answered(after(600), reported(NOON))

    assert not carried(old, answered(after(610), FORGOTTEN)).online
    assert carried(old, answered(after(610), FORGOTTEN)).last_active == NOON


def test_second_restart_begins_a_grace_of_its_own() -> None:
    """The first one ended with the server's report."""
    answers = [
        answered(NOON, reported(NOON)),
        answered(after(30), FORGOTTEN),
        answered(after(60), reported(after(59))),
        answered(after(100), FORGOTTEN),
    ]

    assert carried(*answers[:3]).forgotten_since is None
    assert carried(*answers).online
    assert carried(*answers).forgotten_since == after(100)


def test_what_an_administrator_changes_shows_also_while_the_rest_is_forgotten() -> None:
    """Names and groups are the dashboard's own."""
    renamed = replace(FORGOTTEN, name="first", groups=("Works",))

    server = carried(answered(NOON, reported(NOON)), answered(after(30), renamed))

    assert (server.name, server.groups) == ("first", ("Works",))
    assert server.state == SERVER.state


def test_server_back_after_a_restart_is_known_before_its_host_is() -> None:
    """State, host and addresses come back one after the other: what is missing stays as it was."""
    partial = Server(id=1, name="one", last_active=after(40), state=State(uptime=3640))

    server = carried(answered(NOON, reported(NOON)), answered(after(30), FORGOTTEN), answered(after(41), partial))

    assert server == replace(SERVER, groups=(), last_active=after(40), state=partial.state, online=True)


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        ([1000, 1001], 1001),
        ([1000, 1000], 1000),
        ([1000, 999], 1000),
        ([1000, 901], 1000),
        ([1000, 900], 900),
        ([1000, 0], 0),
        ([1000, 950, 960, 999], 1000),
        ([1000, 950, 1001], 1001),
        ([1000, 950, 700], 700),
        ([0, 0], 0),
        ([None, 5], 5),
        ([1000, None], None),
    ],
)
def test_transfer_falls_only_when_it_starts_anew(counted: list[int | None], shown: int | None) -> None:
    """A network interface that goes takes its share along: the counter waits until it is passed."""
    for name in ("net_in_transfer", "net_out_transfer"):
        states = [replace(SERVER, state=State(uptime=60, **{name: value})) for value in counted]  # type: ignore[arg-type]

        server = carried(*(answered(NOON, state) for state in states))

        assert server.state == State(uptime=60, **{name: shown})  # type: ignore[arg-type]


@pytest.mark.parametrize(("ipv4", "ipv6"), [("192.0.2.9", None), (None, "2001:db8::9"), ("192.0.2.9", "2001:db8::9")])
def test_addresses_change_together(ipv4: str | None, ipv6: str | None) -> None:
    """A server that has one address less is not given back the old one."""
    server = carried(answered(NOON, reported(NOON)), answered(after(30), reported(after(29), ipv4=ipv4, ipv6=ipv6)))

    assert (server.ipv4, server.ipv6) == (ipv4, ipv6)


def test_zeroed_time_of_a_filled_state_means_offline() -> None:
    """Dashboards from 2.2.11 on do so when the agent's connection ends; when it was seen is remembered."""
    server = carried(answered(NOON, reported(NOON)), answered(after(5), reported(None)))

    assert not server.online
    assert (server.last_active, server.state) == (NOON, SERVER.state)


def test_zeroed_time_in_the_first_answer_means_offline() -> None:
    """There is nothing to be remembered."""
    server = carried(answered(NOON, reported(None)))

    assert (server.online, server.last_active) == (False, None)


def test_announced_time_behind_the_reports_is_corrected() -> None:
    """A proxy's clock is an hour slow: who stops reporting is offline nevertheless."""
    server = reported(NOON)
    online = [
        carry_on(None, answered(NOON - HOUR, server)),
        carry_on(None, answered(NOON - HOUR + timedelta(seconds=20), server, reported(after(20), id=2))),
    ]
    assert [known.servers[1].online for known in online] == [True, True]
    assert [known.time for known in online] == [NOON, after(20)]

    gone = carry_on(online[0], answered(after(31) - HOUR, server))

    assert not gone.servers[1].online
    assert (gone.time, gone.lead) == (after(31), HOUR)


def test_announced_time_ahead_of_the_reports_is_survived() -> None:
    """An hour fast: whoever reports between two polls is online, the others are not."""
    start = answered(NOON + HOUR, reported(NOON), reported(NOON, id=2))

    known = carry_on(carry_on(None, start), answered(after(30) + HOUR, reported(after(29)), reported(NOON, id=2)))

    assert {number: server.online for number, server in known.servers.items()} == {1: True, 2: False}


def test_lead_follows_new_reports() -> None:
    """A clock that was set right is believed again as soon as somebody reports."""
    known = carry_on(None, answered(NOON - HOUR, reported(NOON)))
    assert known.lead == HOUR

    known = carry_on(known, answered(after(30), reported(after(28))))

    assert (known.lead, known.time) == (timedelta(0), after(30))


def test_clock_that_is_set_back_is_followed() -> None:
    """Ten minutes: until somebody has reported twice, times seem to lie ahead; then a short pause means nothing."""
    known = carry_on(None, answered(NOON, reported(NOON)))
    back = NOON - timedelta(minutes=10)
    for now, seen in ((0, None), (2, 1), (6, 4), (8, 7), (14, 7), (20, 7), (26, 7)):
        last = NOON if seen is None else back + timedelta(seconds=seen)
        known = carry_on(known, answered(back + timedelta(seconds=now), reported(last)))
        assert known.servers[1].online, f"after {now} s"

    assert known.lead == timedelta(0)


def test_lead_stays_while_nobody_reports() -> None:
    """Else silence would look like a slow clock, and nobody would ever be offline."""
    known = carry_on(None, answered(NOON - HOUR, reported(NOON)))
    for seconds in (30, 60, 3000):
        known = carry_on(known, answered(after(seconds) - HOUR, reported(NOON)))
        assert (known.lead, known.servers[1].online) == (HOUR, seconds <= 30)


def test_time_that_a_message_tells_itself_needs_no_lead() -> None:
    """What was learned of a proxy's clock is kept for the proxy's answers."""
    known = carry_on(None, answered(NOON - HOUR, reported(NOON)))

    frame = carry_on(known, replace(answered(after(20), reported(NOON)), announced=False))
    assert (frame.time, frame.lead, frame.servers[1].online) == (after(20), HOUR, True)

    poll = carry_on(frame, answered(after(31) - HOUR, reported(NOON)))
    assert (poll.time, poll.servers[1].online) == (after(31), False)


@pytest.mark.parametrize(("ahead", "lead"), [(1440, 1440), (1441, 0), (2880, 0), (1_000_000, 0)])
def test_far_future_is_no_clock(ahead: int, lead: int) -> None:
    """A time that lies more than a day ahead does not make everybody else old."""
    future = NOON + timedelta(minutes=ahead)

    known = carry_on(None, answered(NOON, reported(NOON), reported(future, id=2)))

    assert known.lead == timedelta(minutes=lead)
    assert known.servers[1].online is (lead == 0)


def test_malformed_entries_of_the_newest_answer_are_counted() -> None:
    """What does not concern continuity is of the newest answer."""
    known = carry_on(replace(answered(NOON), malformed=3), replace(answered(after(1)), malformed=1))

    assert known.malformed == 1


async def follow(client: NezhaClient, known: Snapshot | None) -> Snapshot:
    """Ask once more."""
    return carry_on(known, await client.snapshot())


async def test_restart_of_a_dashboard_shows_no_zero_and_nobody_offline(connect: Connect, serve: Serve) -> None:
    """Its counters never fall, and who was online is so throughout."""
    world = World()
    dashboard = await serve(Dashboard(world))
    client = connect(dashboard.url, dashboard.token)
    known = before = await follow(client, None)

    world.restart_dashboard(seconds=25)
    for _ in range(5):
        world.clock.advance(10)
        last, known = known, await follow(client, known)
        for number in range(1, 7):
            was, server = last.servers[number], known.servers[number]
            assert server.online
            assert server.host
            assert server.state
            assert was.state
            assert server.state.net_in_transfer is not None
            assert was.state.net_in_transfer is not None
            assert server.state.net_in_transfer >= was.state.net_in_transfer
            assert server.ipv4 == before.servers[number].ipv4
    assert [server.id for server in known.servers.values() if server.forgotten_since] == [7, 8]
    assert known.servers[7] == replace(before.servers[7], forgotten_since=known.servers[7].forgotten_since)


@pytest.mark.parametrize("skew", [-3600, 0, 3600])
async def test_wrong_clock_of_a_dashboard_hurts_nobody(skew: float, connect: Connect, serve: Serve) -> None:
    """It stamps reports and answers alike, so all that counts is the difference."""
    world = World(clock=Clock(skew=skew))
    dashboard = await serve(Dashboard(world))
    client = connect(dashboard.url, dashboard.token)
    known = await follow(client, None)
    assert [server.id for server in known.servers.values() if server.online] == [1, 2, 3, 4, 5, 6]

    world.stop(1)
    world.clock.advance(25)
    known = await follow(client, known)
    assert known.servers[1].online
    world.clock.advance(25)
    known = await follow(client, known)

    assert [server.id for server in known.servers.values() if server.online] == [2, 3, 4, 5, 6]
