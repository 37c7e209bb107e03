"""A world is a function of seed, server and time, and changes as machines do."""

from dataclasses import asdict
from ipaddress import ip_address, ip_network

import pytest

from simulator import Clock, UnknownServerError, World
from simulator.agent import Report
from simulator.facts import State

from .conftest import NOON

DOCUMENTATION = [ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
EDGE, DATABASE, FLAKY, OFFLINE, NEVER = 1, 2, 3, 7, 8


def _world(*, seed: int = 0, servers: int = 8, start: float = NOON) -> World:
    return World(seed=seed, servers=servers, clock=Clock(source=lambda: start))


def _report(world: World, server_id: int) -> Report:
    server = world.server(server_id)
    assert server is not None
    assert server.report is not None
    return server.report


def _state(world: World, server_id: int) -> State:
    return _report(world, server_id).state


def test_same_seed_and_time_give_the_same_values() -> None:
    """Nothing depends on chance or on how often was asked."""
    one, other = _world(servers=12), _world(servers=12)
    one.servers()
    for world in (one, other):
        world.clock.advance(1234.5)
    assert one.servers() == other.servers()
    assert [one.histories(number) for number in range(1, 13)] == [other.histories(number) for number in range(1, 13)]


def test_another_seed_gives_other_values() -> None:
    """The seed reaches values, also of the first eight, and who the further servers are."""
    one, other = _world(seed=1, servers=20).servers(), _world(seed=2, servers=20).servers()
    assert _state(_world(seed=1), EDGE) != _state(_world(seed=2), EDGE)
    assert [server.name for server in one[:8]] == [server.name for server in other[:8]]
    assert [server.name for server in one[8:]] != [server.name for server in other[8:]]


def test_world_that_is_started_again_goes_on() -> None:
    """Counters and boot times do not begin anew with the process."""
    before, after = _world(start=NOON), _world(start=NOON + 600)
    before.clock.advance(600)
    assert _report(before, EDGE) == _report(after, EDGE)


def test_counters_grow_with_time() -> None:
    """Uptime follows the clock, totals never fall, and they grow by the speed."""
    world = _world(servers=30)
    running = [server.id for server in world.servers() if server.id not in {OFFLINE, NEVER}]
    before = {number: _state(world, number) for number in running}
    for seconds in (1, 2, 30, 30, 3600, 86_400):
        world.clock.advance(seconds)
        for number in running:
            old, new = before[number], _state(world, number)
            assert new.uptime == old.uptime + seconds
            assert new.net_in_transfer >= old.net_in_transfer
            assert new.net_out_transfer >= old.net_out_transfer
            before[number] = new
    second = _state(world, EDGE)
    world.clock.advance(1)
    third = _state(world, EDGE)
    assert third.net_in_transfer - second.net_in_transfer == pytest.approx(second.net_in_speed, rel=0.05)


def test_values_change_from_poll_to_poll() -> None:
    """Ten seconds are enough to see something move."""
    world = _world()
    before = _state(world, DATABASE)
    world.clock.advance(10)
    after = _state(world, DATABASE)
    assert (before.cpu, before.gpu, before.mem_used) != (after.cpu, after.gpu, after.mem_used)


@pytest.mark.parametrize("hours", range(0, 24, 3))
def test_every_value_is_plausible(hours: int) -> None:
    """A thousand servers at any time of day are within what their machines can do."""
    world = _world(servers=1000)
    world.clock.advance(hours * 3600)
    servers = world.servers()
    assert [server.id for server in servers] == list(range(1, 1001))
    assert len({server.name for server in servers}) == 1000
    for server in servers:
        if server.report is None:
            continue
        host, state = server.report.host, server.report.state
        assert 0 <= state.cpu <= 100
        assert all(0 <= per_cent <= 100 for per_cent in state.gpu)
        assert 0 <= state.mem_used <= host.mem_total
        assert 0 <= state.swap_used <= host.swap_total
        assert 0 <= state.disk_used <= host.disk_total
        assert all(0 < celsius < 90 for _, celsius in state.temperatures)
        assert state.uptime == int(server.report.at) - host.boot_time >= 0
        addresses = [ip_address(text) for text in (server.report.ipv4, server.report.ipv6) if text]
        assert addresses
        assert all(any(address in network for network in DOCUMENTATION) for address in addresses)


@pytest.mark.parametrize("servers", [0, -1, 1001])
def test_world_has_one_to_a_thousand_servers(servers: int) -> None:
    """Other numbers are refused."""
    with pytest.raises(ValueError, match="1 to 1000"):
        _world(servers=servers)


def test_agents_report_once_an_interval() -> None:
    """Between two reports the dashboard knows the older one."""
    world = World(clock=Clock(source=lambda: NOON), report_interval=3)
    moments = set()
    for _ in range(30):
        world.clock.advance(0.5)
        moments.add(_report(world, EDGE).at)
        assert 0 <= world.clock.now() - _report(world, EDGE).at < 3
    assert len(moments) in {5, 6}


def test_stopped_agent_leaves_its_last_report() -> None:
    """Nothing of it changes until the agent starts again."""
    world = _world()
    last = _report(world, EDGE)
    world.stop(EDGE)
    world.clock.advance(500)
    assert _report(world, EDGE) == last
    world.start(EDGE)
    assert _report(world, EDGE).at == world.clock.now()
    assert _state(world, EDGE).uptime == last.state.uptime + 500


def test_starting_a_running_agent_changes_nothing() -> None:
    """It goes on reporting as it did."""
    world, other = _world(), _world()
    world.clock.advance(0.5)
    world.start(EDGE)
    world.clock.advance(6.5)
    other.clock.advance(7)
    assert _report(world, EDGE) == _report(other, EDGE)
    assert world.histories(EDGE) == other.histories(EDGE)


def test_reboot_begins_counters_anew() -> None:
    """The agent is away for a while, then boot time is later, uptime and totals small."""
    world = _world()
    before = _report(world, EDGE)
    world.reboot(EDGE, seconds=10)
    world.clock.advance(9)
    assert _report(world, EDGE) == before
    world.clock.advance(1)
    after = _report(world, EDGE)
    assert after.host.boot_time == NOON
    assert after.state.uptime == 10
    assert 0 < after.state.net_in_transfer < before.state.net_in_transfer


def test_restarted_dashboard_knows_nothing_until_agents_return() -> None:
    """Names stay; reports of running agents return, those of stopped ones do not."""
    world = _world()
    world.stop(DATABASE)
    before = world.servers()
    world.restart_dashboard(seconds=10)
    assert [server.name for server in world.servers()] == [server.name for server in before]
    assert all(server.report is None for server in world.servers())
    world.clock.advance(4.9)
    assert all(server.report is None for server in world.servers())
    world.clock.advance(5.1)
    assert {server.id for server in world.servers() if server.report is None} == {DATABASE, OFFLINE, NEVER}
    old = before[0].report
    assert old is not None
    assert _report(world, EDGE).host == old.host


def test_held_values_stay_until_they_are_let_go() -> None:
    """Only what was named is held, also in reports that a stopped agent leaves."""
    world, free = _world(), _world()
    world.fix_state(EDGE, {"cpu": 93.5})
    world.fix_host(EDGE, {"version": "0.20.6"})
    for each in (world, free):
        each.clock.advance(5)
    assert asdict(_state(world, EDGE)) == asdict(_state(free, EDGE)) | {"cpu": 93.5}
    assert _report(world, EDGE).host.version == "0.20.6"
    world.fix_state(EDGE, {"cpu": None})
    world.fix_host(EDGE, {"version": None})
    assert _report(world, EDGE) == _report(free, EDGE)


def test_unknown_fields_cannot_be_held() -> None:
    """A misspelt name is told."""
    with pytest.raises(ValueError, match="State has no load1"):
        _world().fix_state(EDGE, {"load1": 3})
    with pytest.raises(ValueError, match="Host has no cores"):
        _world().fix_host(EDGE, {"cores": 3})


def test_ids_are_never_given_twice() -> None:
    """A server that is added after the last one was deleted is another one, and reports at once."""
    world = _world()
    world.delete(NEVER)
    assert world.server(NEVER) is None
    added = world.add(name="new", group="Works")
    server = world.server(added)
    assert added == 9
    assert server is not None
    assert (server.name, server.group) == ("new", "Works")
    assert _report(world, added).at == NOON
    world.clock.advance(120)
    assert 1 <= len(world.histories(added)[0].points) <= 2
    world.delete(added)
    assert world.add() == 10


def test_edit_changes_only_what_is_given() -> None:
    """An empty group is a change, a group left out is none."""
    world = _world()
    world.edit(EDGE, name="renamed")
    world.edit(DATABASE, group="", display_index=-5, hide_for_guest=True)
    edge, database = world.server(EDGE), world.server(DATABASE)
    assert edge is not None
    assert database is not None
    assert (edge.name, edge.group, edge.display_index, edge.hide_for_guest) == ("renamed", "Edge", 1, False)
    assert (database.name, database.group) == ("数据库-东京", "")
    assert (database.display_index, database.hide_for_guest) == (-5, True)


@pytest.mark.parametrize("action", [World.stop, World.start, World.reboot, World.delete, World.histories, World.edit])
def test_actions_need_a_server_that_exists(action: object) -> None:
    """An id that no server has is told."""
    assert callable(action)
    with pytest.raises(UnknownServerError):
        action(_world(), 99)


def test_monitors_store_a_point_a_minute() -> None:
    """A day has 1440 points; one more appears half a minute after its minute began."""
    world = _world(start=NOON // 60 * 60)
    ping, tcp, http, broken = world.histories(EDGE)
    assert len(ping.points) == 1440
    minutes = [minute for minute, _ in ping.points]
    assert minutes == list(range(minutes[0], minutes[0] + 1440))
    assert minutes[-1] == NOON // 60 - 1
    assert all(0 < latency < 30 for _, latency in ping.points + tcp.points)
    assert all(latency > 30 for _, latency in http.points)
    assert all(latency == 0 for _, latency in broken.points)
    world.clock.advance(30)
    assert world.histories(EDGE)[0].points[-1][0] == NOON // 60


def test_stored_points_do_not_change() -> None:
    """What was measured once stays while the window moves on."""
    world = _world()
    before = dict(world.histories(FLAKY)[0].points)
    world.clock.advance(3600)
    after = dict(world.histories(FLAKY)[0].points)
    shared = before.keys() & after.keys()
    assert len(shared) == 1440 - 60
    assert all(before[minute] == after[minute] for minute in shared)


def test_failed_probes_enter_the_mean() -> None:
    """A server whose probes fail now and then has zeros and half values among true ones."""
    latencies = [latency for _, latency in _world().histories(FLAKY)[0].points]
    zeros = sum(latency == 0 for latency in latencies)
    halves = sum(0 < latency < 10 for latency in latencies)
    assert 0 < zeros < halves < len(latencies) / 2


def test_nothing_is_measured_while_an_agent_is_silent() -> None:
    """Silence is a gap, a server that never reported has no history at all."""
    world = _world()
    world.stop(EDGE)
    world.clock.advance(3600)
    world.start(EDGE)
    world.clock.advance(120)
    minutes = {minute for minute, _ in world.histories(EDGE)[0].points}
    assert len(minutes) == 1440 - 60
    assert world.histories(NEVER) == []
    assert world.histories(OFFLINE)[0].points[-1][0] * 60 == pytest.approx(NOON - 3600, abs=120)


def test_history_can_be_shortened() -> None:
    """A world with fewer points keeps the newest."""
    long, short = _world(), World(clock=Clock(source=lambda: NOON), latency_points=3)
    assert short.histories(EDGE)[0].points == long.histories(EDGE)[0].points[-3:]


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_time_does_not_run_backwards(seconds: float) -> None:
    """Counters would fall."""
    with pytest.raises(ValueError, match="cannot pass"):
        Clock().advance(seconds)
