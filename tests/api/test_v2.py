"""Generation 2: points by another path, and tokens with scopes and a list of servers."""

import pytest

from custom_components.nezha.api import MissingScopeError, NotOfferedError

from .recorded_v12 import CONNECTIONS, EXCHANGES, GROUPS, SERVER, again, replayed
from .site import reply
from .test_v1 import recorded_latencies

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWEST, TSDB = "v2.3.7", "v2.3.7-tsdb"
INVENTORY_ONLY, SERVICE_ONLY = "pat nezha:inventory:read", "pat nezha:service:read"
SERVER_ONLY, TWO_SERVERS = "pat nezha:server:read", "pat, server_ids 1 and 3"


def points_of(server: int) -> str:
    """Return the path of the points of a server."""
    return f"{SERVER}/{server}/service?period=1d"


@pytest.mark.parametrize(
    ("folder", "credential"),
    [("v2.0.14", "jwt"), (NEWEST, "jwt"), (NEWEST, "pat"), (NEWEST, "none"), (TSDB, "jwt"), (TSDB, "pat")],
)
async def test_recorded_points_are_read_one_by_one(folder: str, credential: str) -> None:
    """Those of the last day, with and without a store for time series."""
    recorded = EXCHANGES[f"{folder}/server_1_service_1d_{credential}"]
    async with replayed(folder, credential) as dashboard:
        answer = await dashboard.client().latencies(1)

    assert list(answer.latencies) == recorded_latencies(recorded)
    assert {latency.monitor_name for latency in answer.latencies} >= {"Ping Frankfurt", "SSH"}
    assert dashboard.paths()[-1] == points_of(1)


async def test_store_for_time_series_has_points_of_web_sites() -> None:
    """Without it there are none of HTTP monitors."""
    names = []
    for folder in (NEWEST, TSDB):
        async with replayed(folder, "pat") as dashboard:
            answer = await dashboard.client().latencies(1)
        names.append({latency.monitor_name for latency in answer.latencies})

    assert names[1] - names[0] == {"Website"}


async def test_points_of_a_hidden_server_are_not_offered_to_guests() -> None:
    """The dashboard says so with HTTP status 200."""
    async with replayed(NEWEST, "none") as dashboard:
        with pytest.raises(NotOfferedError, match="unauthorized"):
            await dashboard.client().latencies(6)


async def test_points_of_an_unknown_server_are_not_offered() -> None:
    """It may have been deleted a moment ago."""
    async with replayed(NEWEST, "pat") as dashboard:
        dashboard.says(points_of(99), again(EXCHANGES[f"{NEWEST}/server_99_service_pat"]))
        with pytest.raises(NotOfferedError, match="server not found"):
            await dashboard.client().latencies(99)


@pytest.mark.parametrize("folder", [NEWEST, TSDB])
async def test_token_without_the_scope_for_monitors_reads_servers(folder: str) -> None:
    """What it may not read names the scope, and leaves the token in order."""
    async with replayed(folder, INVENTORY_ONLY) as dashboard:
        client = dashboard.client()
        snapshot = await client.snapshot()
        for asked in (client.latencies(1), client.monitors()):
            with pytest.raises(MissingScopeError) as raised:
                await asked
            assert raised.value.scope == "nezha:service:read"
        assert (await client.snapshot()).servers == snapshot.servers

    assert len(snapshot.servers) == 8
    assert snapshot.groups_of(snapshot.servers[1]) == ("Edge",)


@pytest.mark.parametrize("folder", [NEWEST, TSDB])
@pytest.mark.parametrize("scopes", [SERVER_ONLY, SERVICE_ONLY])
async def test_token_without_the_scope_for_servers_names_it(folder: str, scopes: str) -> None:
    """The scope was another one before 2.1.2, so a token may lose it with an update."""
    async with replayed(folder, scopes) as dashboard:
        with pytest.raises(MissingScopeError) as raised:
            await dashboard.client().snapshot()

    assert raised.value.scope == "nezha:inventory:read"


async def test_token_with_the_scope_for_monitors_only_reads_them() -> None:
    """Nothing else is asked for."""
    async with replayed(NEWEST, SERVICE_ONLY) as dashboard:
        client = dashboard.client()

        assert [monitor.name for monitor in await client.monitors()] == ["Ping Frankfurt", "SSH", "Website", "Broken"]
        assert (await client.latencies(1)).latencies


async def test_servers_stand_alone_where_groups_need_another_scope() -> None:
    """Servers without groups are better than none; five minutes later the groups are asked for again."""
    lacks = b'{"error":"ApiErrorForbidden: api token lacks scope nezha:server-group:read"}'
    async with replayed(NEWEST, "pat") as dashboard:
        dashboard.says(GROUPS, reply(lacks, status=403))
        client = dashboard.client()
        snapshots = [await client.snapshot() for _ in range(2)]

    assert [snapshot.groups_of(server) for snapshot in snapshots for server in snapshot.servers.values()] == [()] * 16
    assert dashboard.count(GROUPS) == 1


async def test_token_for_two_servers_shows_no_others() -> None:
    """Not in the list, not in messages, not in groups; points of another one are not offered."""
    async with replayed(NEWEST, TWO_SERVERS) as dashboard:
        client = dashboard.client()
        snapshot = await client.snapshot()
        messages = await dashboard.snapshots(CONNECTIONS[f"{NEWEST}/ws_pat_whitelist"])

        assert list(snapshot.servers) == [1, 3]
        assert [snapshot.groups_of(server) for server in snapshot.servers.values()] == [("Edge",), ("Edge",)]
        assert [list(message.servers) for message in messages] == [[1, 3]] * 3
        assert await client.monitored() == frozenset({1, 3})
        assert (await client.latencies(1)).latencies
        with pytest.raises(NotOfferedError):
            await client.latencies(2)
