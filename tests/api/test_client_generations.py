"""How often a client asks dashboards of generations 1 and 2 for what, and what it remembers."""

from typing import Any

import pytest

from custom_components.nezha.api import InvalidAnswerError, NezhaAuthError, NezhaClient, NezhaError

from .conftest import Connect, ServeSite
from .recorded_v12 import EXCHANGES, GROUPS, SERVER, SETTING, again, moved_clock, replayed
from .site import payload, reply

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWEST = "v2.3.7"


async def test_groups_are_asked_for_every_five_minutes() -> None:
    """With the first list, and then only when somebody may have edited them."""
    with moved_clock() as clock:
        async with replayed(NEWEST, "pat") as dashboard:
            client = dashboard.client()
            await client.snapshot()
            assert dashboard.paths() == [SETTING, SERVER, GROUPS]
            clock.passes(299)
            await client.snapshot()
            assert dashboard.paths() == [SERVER]
            clock.passes(1)
            await client.snapshot()
            assert dashboard.paths() == [SERVER, GROUPS]


async def test_edited_groups_show_after_five_minutes() -> None:
    """Until then the known ones stay."""
    with moved_clock() as clock:
        async with replayed(NEWEST, "pat") as dashboard:
            client = dashboard.client()
            seen = [await _groups(client, 1)]
            edited = [{"group": {"id": 1, "name": "Edited"}, "servers": [1]}]
            dashboard.says(GROUPS, payload({"success": True, "data": edited}))
            seen.append(await _groups(client, 1))
            clock.passes(300)
            seen += [await _groups(client, 1), await _groups(client, 2)]

    assert seen == [("Edge",), ("Edge",), ("Edited",), ()]


async def _groups(client: NezhaClient, number: int) -> tuple[str, ...]:
    """Return the groups that a server is in, as the next poll tells."""
    snapshot = await client.snapshot()
    return snapshot.groups_of(snapshot.servers[number])


@pytest.mark.parametrize(
    "failure",
    [
        reply(status=502, content_type="text/html"),
        reply(),
        payload({"error": "数据库出错"}),
        reply(b'{"error":"ApiErrorForbidden: api token lacks scope nezha:inventory:read"}', status=403),
        again(EXCHANGES["v2.3.7/unknown_page_none"]),
    ],
)
async def test_groups_that_fail_stay_the_known_ones(failure: Any) -> None:
    """The servers are worth more than their groups."""
    with moved_clock() as clock:
        async with replayed(NEWEST, "pat") as dashboard:
            client = dashboard.client()
            await client.snapshot()
            clock.passes(300)
            dashboard.says(GROUPS, failure)
            snapshot = await client.snapshot()

    assert dashboard.count(GROUPS) == 2
    assert [snapshot.groups_of(server) for server in snapshot.servers.values()][:2] == [("Edge",), ("数据库",)]


async def test_groups_may_tell_that_a_token_is_dead() -> None:
    """A refusal is never overlooked."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        dashboard.says(GROUPS, again(EXCHANGES["v2.3.7/server_group_pat_unknown"]))
        for _ in range(2):
            with pytest.raises(NezhaAuthError):
                await client.snapshot()

    assert dashboard.paths() == [SETTING, SERVER, GROUPS]


async def test_address_that_moves_away_is_forgotten() -> None:
    """A server whose address the dashboard no longer tells has none, however well it was known."""
    async with replayed(NEWEST, "pat") as dashboard:
        client = dashboard.client()
        assert (await client.snapshot()).servers[1].ipv6
        bare = [{"id": 1, "uuid": "df726cc2-a14d-5058-8a50-63718804263d", "geoip": {"ip": {"ipv4_addr": "192.0.2.9"}}}]
        dashboard.says(SERVER, payload({"success": True, "data": bare}))
        server = (await client.snapshot()).servers[1]

    assert (server.ipv4, server.ipv6) == ("192.0.2.9", None)


@pytest.mark.parametrize(
    "outage", [again(EXCHANGES["v2.3.7/unknown_page_none"]), reply(status=502, content_type="text/html"), reply()]
)
async def test_dashboard_is_found_out_about_again_after_an_outage(outage: Any) -> None:
    """It may have been updated to another generation; until it tells, it is what it was."""
    async with replayed("v1.14.14", "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        dashboard.says(SERVER, outage)
        dashboard.says(SETTING, outage)
        for _ in range(2):
            with pytest.raises(NezhaError):
                await client.snapshot()
            assert client.generation == 1

        dashboard.forgets()
        dashboard.folder = NEWEST
        await client.latencies(1)
        dashboard.paths()
        await client.snapshot()

    assert client.generation == 2
    assert SETTING not in dashboard.paths()


@pytest.mark.parametrize("code", [400, 404])
async def test_list_of_generation_0_is_always_offered(code: int, connect: Connect, serve_site: ServeSite) -> None:
    """What says otherwise is no answer of its list."""
    site = await serve_site(payload({"code": code, "message": "server not found"}))

    with pytest.raises(InvalidAnswerError):
        await connect(site.url).snapshot()
