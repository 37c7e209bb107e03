"""Members, who have some of the servers, and hidden monitors: who is shown what, from version to version."""

from typing import Any

import pytest

from simulator import Dashboard, World

from .conftest import Ask, Watch, bearer, next_frame

SERVER, GROUPS, SETTING, PROFILE = (f"/api/v1/{name}" for name in ("server", "server-group", "setting", "profile"))
SUMMARY, LISTED, COVERED = "/api/v1/service", "/api/v1/service/list", "/api/v1/service/server"
NAME, PASSWORD = "friend", "a-friends-password"
OWN = (1, 6)
"""Servers of the member: 6 is hidden from guests."""
HIDDEN = 5
"""A server of the administrator's that is hidden from guests."""
EVERY = {1, 2, 3, 4, 5, 6, 7, 8}


class Shared:
    """A dashboard with a member, and who may ask it."""

    def __init__(self, world: World, version: str, **options: Any) -> None:
        """Share a world's servers out."""
        world.edit(HIDDEN, hide_for_guest=True)
        self.simulated = Dashboard(world, generation=f"v{version[0]}", version=version, **options)
        self.member = self.simulated.add_member(NAME, PASSWORD, server_ids=OWN, monitor_ids=[2])
        self.headers = {
            "guest": {},
            "member": bearer(self.simulated.log_in(user_id=self.member)),
            "administrator": bearer(self.simulated.log_in()),
        }

    async def told(self, ask: Ask, path: str, who: str = "member") -> Any:
        """Return the answer to somebody."""
        return (await ask(self.simulated, path, headers=self.headers[who])).json

    async def data(self, ask: Ask, path: str, who: str = "member") -> Any:
        """Return the data of the answer to somebody."""
        return (await self.told(ask, path, who)).get("data")

    async def monitors(self, ask: Ask, who: str) -> set[str]:
        """Return the monitors that somebody finds in the summary."""
        return set((await self.data(ask, SUMMARY, who))["services"])


# Servers


@pytest.mark.parametrize(
    ("version", "listed"),
    [("1.3.0", EVERY), ("1.4.0", {1, 6}), ("1.14.14", {1, 6}), ("2.0.0", {1, 6}), ("2.3.7", {1, 6})],
)
async def test_list_of_servers_has_the_members_own(world: World, ask: Ask, version: str, listed: set[int]) -> None:
    """Before 1.4.0 all users were equal."""
    shared = Shared(world, version)
    assert {server["id"] for server in await shared.data(ask, SERVER)} == listed
    assert {server["id"] for server in await shared.data(ask, SERVER, "administrator")} == EVERY


@pytest.mark.parametrize(
    ("version", "streamed", "told"),
    [
        ("1.4.0", EVERY, EVERY - {8}),
        ("2.0.8", EVERY, EVERY - {8}),
        ("2.0.9", EVERY - {5}, {1, 6}),
        ("2.3.7", EVERY - {5}, {1, 6}),
    ],
)
async def test_frames_show_a_member_also_what_is_not_theirs(
    world: World, watch: Watch, version: str, streamed: set[int], told: set[int]
) -> None:
    """Everything, later what guests see as well, and of that as much as guests are told."""
    shared = Shared(world, version)
    servers = (await next_frame(await watch(shared.simulated, headers=shared.headers["member"])))["servers"]
    assert {server["id"] for server in servers} == streamed
    assert {server["id"] for server in servers if "version" in server["host"]} == told


@pytest.mark.parametrize(
    ("version", "path", "shown"),
    [
        ("1.14.14", "/api/v1/service/{}", True),
        ("2.0.7", "/api/v1/server/{}/service", True),
        ("2.0.8", "/api/v1/server/{}/service", False),
        ("2.0.7", "/api/v1/server/{}/metrics?metric=cpu", True),
        ("2.0.8", "/api/v1/server/{}/metrics?metric=cpu", False),
        ("2.3.7", "/api/v1/server/{}/metrics?metric=cpu", False),
    ],
)
async def test_hidden_servers_of_others_are_closed_to_a_member(
    world: World, ask: Ask, version: str, path: str, *, shown: bool
) -> None:
    """From 2.0.8 on; what guests see stays open."""
    shared = Shared(world, version)
    closed = await shared.told(ask, path.format(HIDDEN))
    assert (closed == {"error": "unauthorized"}) is not shown
    for server in (1, 2, 6):
        assert (await shared.told(ask, path.format(server)))["success"]
    assert (await shared.told(ask, path.format(6), "guest")) == {"error": "unauthorized"}


@pytest.mark.parametrize(("version", "covered"), [("2.0.7", EVERY), ("2.0.8", EVERY - {5}), ("2.3.7", EVERY - {5})])
async def test_servers_with_services_are_those_that_are_shown(
    world: World, ask: Ask, version: str, covered: set[int]
) -> None:
    """To each as many as are open to them."""
    shared = Shared(world, version)
    assert set(await shared.data(ask, COVERED)) == covered
    assert set(await shared.data(ask, COVERED, "guest")) == EVERY - {5, 6}
    assert set(await shared.data(ask, COVERED, "administrator")) == EVERY


@pytest.mark.parametrize(
    ("version", "groups"), [("2.0.7", {"Edge", "数据库"}), ("2.0.8", {"Edge"}), ("2.3.7", {"Edge"})]
)
async def test_groups_are_their_owners(world: World, ask: Ask, version: str, groups: set[str]) -> None:
    """From 2.0.8 on; of the administrator's a member then sees none, but guests do."""
    shared = Shared(world, version)
    for server in (3, 5, 8):
        world.edit(server, group="数据库")
    names = {group["group"]["name"]: group["servers"] for group in await shared.data(ask, GROUPS)}
    assert {name for name in names if names[name]} == groups
    assert names["Edge"] == [1]
    assert {group["group"]["name"] for group in await shared.data(ask, GROUPS, "guest")} >= {"Edge", "数据库"}


async def test_whitelist_leaves_out_groups_that_it_empties(world: World, ask: Ask) -> None:
    """A token without one shows them as its owner sees them."""
    shared = Shared(world, "2.3.7")
    world.edit(2, group="")
    world.edit(6, group="")
    for server_ids, groups in (([], [[1, 3, 5, 8], None]), ([3, 6], [[3]])):
        headers = bearer(shared.simulated.add_token(server_ids=server_ids))
        told = (await ask(shared.simulated, GROUPS, headers=headers)).json["data"]
        assert [group["servers"] for group in told] == groups


async def test_traffic_is_told_of_visible_servers(world: World, ask: Ask) -> None:
    """From 2.0.10 on, of the others too where they are not hidden."""
    for version, servers in (("2.0.9", EVERY), ("2.0.10", EVERY - {5})):
        traffic = (await Shared(world, version).data(ask, SUMMARY))["cycle_transfer_stats"]["1"]
        assert {int(server) for server in traffic["server_name"]} == servers


async def test_servers_tell_their_owners(world: World, ask: Ask) -> None:
    """From 2.0.13 on; nobody knows the one with the secret of all agents."""
    shared = Shared(world, "2.0.13")
    world.delete(2)
    world.delete(6)
    world.clock.advance(5)
    servers = await shared.data(ask, SERVER, "administrator")
    owners = {server["id"]: server["owner"] for server in servers}
    friend = {"id": 2, "username": NAME}
    assert (owners[1], owners[3]) == (friend, {"id": 1, "username": "admin"})
    assert (owners[9], owners[10]) == ({"id": 0}, friend), "a member's agent has the member's secret"
    assert {server["id"] for server in await shared.data(ask, SERVER)} == {1, 10}


# Users


@pytest.mark.parametrize(
    ("version", "member", "administrator"),
    [("1.3.0", None, None), ("1.4.0", 1, None), ("2.1.0", 1, None), ("2.1.1", 1, 0)],
)
async def test_profile_tells_the_role(
    world: World, ask: Ask, version: str, member: int | None, administrator: int | None
) -> None:
    """An administrator's is left out for long, since it is zero."""
    shared = Shared(world, version)
    profile = await shared.data(ask, PROFILE)
    assert (profile["id"], profile["username"], profile.get("role")) == (2, NAME, member)
    assert (await shared.data(ask, PROFILE, "administrator")).get("role") == administrator


@pytest.mark.parametrize(("version", "shown"), [("1.3.0", True), ("1.4.0", False), ("2.3.7", False)])
async def test_version_is_none_of_a_members_business(world: World, ask: Ask, version: str, *, shown: bool) -> None:
    """Nor is any secret; agents are installed from there all the same."""
    shared = Shared(world, version)
    setting = await shared.data(ask, SETTING)
    assert ("version" in setting) is shown
    config = setting.get("config", setting)
    assert any(name.endswith("_key") for name in config) is shown
    assert "install_host" in config
    assert "version" in await shared.data(ask, SETTING, "administrator")


async def test_member_logs_in_with_a_password_of_their_own(world: World, ask: Ask) -> None:
    """Each user's failures are counted apart, and a new session is that of the same user."""
    shared = Shared(world, "1.14.14", real_ip_header="NZ::Use-Peer-IP")

    async def log_in(username: str, password: str) -> Any:
        body = {"username": username, "password": password}
        return (await ask(shared.simulated, "/api/v1/login", method="POST", json=body)).json

    for username, password in ((NAME, "admin"), ("admin", PASSWORD)):
        assert "error" in await log_in(username, password)
        world.clock.advance(60)
    session = bearer((await log_in(NAME, PASSWORD))["data"]["token"])
    assert shared.simulated.strikes == {"127.0.0.1": 1}
    world.clock.advance(60)
    renewed = (await ask(shared.simulated, "/api/v1/refresh-token", headers=session)).json["data"]["token"]
    assert (await ask(shared.simulated, PROFILE, headers=bearer(renewed))).json["data"]["username"] == NAME


async def test_tokens_are_their_owners(world: World, ask: Ask, watch: Watch) -> None:
    """They open what the owner may see and are listed to nobody else; frames show more than the list."""
    shared = Shared(world, "2.3.7")
    token = shared.simulated.add_token(user_id=shared.member)
    headers = bearer(token)
    assert {server["id"] for server in (await ask(shared.simulated, SERVER, headers=headers)).json["data"]} == {1, 6}
    frame = await next_frame(await watch(shared.simulated, headers=headers))
    assert {server["id"] for server in frame["servers"]} == EVERY - {5}
    limited = bearer(shared.simulated.add_token(user_id=shared.member, server_ids=[6]))
    frame = await next_frame(await watch(shared.simulated, headers=limited))
    assert {server["id"] for server in frame["servers"]} == {6}
    tokens = "/api/v1/api-tokens"
    assert [each["id"] for each in await shared.data(ask, tokens)] == [2, 3]
    assert [each["id"] for each in await shared.data(ask, tokens, "administrator")] == [1]


async def test_members_outlive_the_administrator(world: World, ask: Ask) -> None:
    """Only the administrator's sessions and tokens end with them."""
    shared = Shared(world, "2.3.7")
    token = shared.simulated.add_token(user_id=shared.member)
    shared.simulated.delete_user()
    assert (await shared.told(ask, SERVER, "administrator")) == {"error": "ApiErrorUnauthorized"}
    assert (await shared.told(ask, SERVER))["success"]
    assert (await ask(shared.simulated, SERVER, headers=bearer(token))).json["success"]


def test_names_are_given_once(world: World) -> None:
    """And dashboards of generation 0 have no users with passwords."""
    shared = Shared(world, "2.3.7")
    for name in (NAME, "admin"):
        with pytest.raises(ValueError, match="already"):
            shared.simulated.add_member(name, PASSWORD)
    with pytest.raises(ValueError, match="know no users"):
        Dashboard(world).add_member(NAME, PASSWORD)


# Hidden monitors


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        ("1.0.13", ("1234", "1234", "1234")),
        ("1.0.14", ("14", "1234", "1234")),
        ("1.0.21", ("14", "1234", "1234")),
        ("1.0.22", ("14", "14", "14")),
        ("2.1.4", ("14", "14", "14")),
        ("2.1.5", ("14", "14", "14")),
        ("2.2.3", ("14", "14", "14")),
        ("2.2.4", ("14", "124", "1234")),
        ("2.3.7", ("14", "124", "1234")),
    ],
)
async def test_summary_lacks_hidden_monitors(world: World, ask: Ask, version: str, shown: tuple[str, str, str]) -> None:
    """For long from everybody; from 2.2.4 on their owner and the administrator see them."""
    shared = Shared(world, version)
    for monitor in (2, 3):
        world.edit_monitor(monitor, hide_for_guest=True)
    for who, monitors in zip(("guest", "member", "administrator"), shown, strict=True):
        assert await shared.monitors(ask, who) == set(monitors), who


@pytest.mark.parametrize(
    ("version", "guest", "member"),
    [("2.0.13", [1, 2, 4], [1, 2, 4]), ("2.0.14", [4], [2, 4]), ("2.1.4", [4], [2, 4]), ("2.3.7", [4], [2, 4])],
)
async def test_latencies_lack_hidden_monitors(
    world: World, ask: Ask, version: str, guest: list[int], member: list[int]
) -> None:
    """From 2.0.14 on, so does what a monitor has measured of all servers."""
    shared = Shared(world, version)
    for monitor in (1, 2):
        world.edit_monitor(monitor, hide_for_guest=True)
    for who, monitors in (("guest", guest), ("member", member), ("administrator", [1, 2, 4])):
        latencies = await shared.data(ask, "/api/v1/server/1/service", who)
        assert [each["monitor_id"] for each in latencies] == monitors
        opened = [await shared.told(ask, f"/api/v1/service/{monitor}/history", who) for monitor in (1, 2, 4)]
        assert [monitor for monitor, each in zip((1, 2, 4), opened, strict=True) if "data" in each] == monitors
        assert all(each == {"error": "service not found"} for each in opened if "data" not in each)


async def test_latencies_of_generation_1_know_no_hidden_monitors(world: World, ask: Ask) -> None:
    """They show what was measured, whoever asks."""
    shared = Shared(world, "1.14.14")
    world.edit_monitor(1, hide_for_guest=True)
    latencies = await shared.data(ask, "/api/v1/service/1", "guest")
    assert [each["monitor_id"] for each in latencies] == [1, 2, 4]


async def test_history_of_a_service_shows_visible_servers(world: World, ask: Ask) -> None:
    """From 2.0.8 on; before, hidden ones were shown even to guests."""
    for version, guest, member in (("2.0.7", 5, 5), ("2.0.8", 3, 4)):
        shared = Shared(world, version)
        world.edit(7, hide_for_guest=True)
        path = "/api/v1/service/1/history"
        servers = {who: (await shared.data(ask, path, who))["servers"] for who in ("guest", "member")}
        ids = {who: {server["server_id"] for server in found} for who, found in servers.items()}
        assert (len(ids["guest"]) - 1, len(ids["member"]) - 1) == (guest, member), version
        assert (5 in ids["member"]) is (version == "2.0.7")


@pytest.mark.parametrize(
    ("version", "member", "flags"),
    [
        ("1.3.0", {1, 2, 3, 4}, {3: "enable_show_in_service"}),
        ("1.4.0", {2}, {3: "enable_show_in_service"}),
        ("2.1.4", {2}, {3: "enable_show_in_service"}),
        ("2.1.5", {2}, {1: "hide_for_guest"}),
    ],
)
async def test_list_of_services_has_the_members_own(
    world: World, ask: Ask, version: str, member: set[int], flags: dict[int, str]
) -> None:
    """It tells whether they are hidden, by the name of its time."""
    shared = Shared(world, version)
    world.edit_monitor(1, hide_for_guest=True)
    assert {service["id"] for service in await shared.data(ask, LISTED)} == member
    services = {service["id"]: service for service in await shared.data(ask, LISTED, "administrator")}
    for monitor in (1, 3):
        named = {"enable_show_in_service", "hide_for_guest"} & services[monitor].keys()
        assert named == ({flags[monitor]} if monitor in flags else set())
        assert all(services[monitor][flag] is True for flag in named)


# What monitors cover


@pytest.mark.parametrize("version", ["1.14.14", "2.3.7"])
async def test_monitors_cover_some_servers(world: World, ask: Ask, version: str) -> None:
    """Those that are listed, or all others; a member's none of anybody else's."""
    shared = Shared(world, version)
    world.edit_monitor(1, only_listed=True, listed=[1, 2])
    world.edit_monitor(4, listed=[2, 10])
    path = "/api/v1/service/{}" if version == "1.14.14" else "/api/v1/server/{}/service"

    async def measured(server: int) -> list[int]:
        return [each["monitor_id"] for each in await shared.data(ask, path.format(server), "administrator") or []]

    assert [await measured(server) for server in (1, 2, 3, 6)] == [[1, 2, 4], [1], [4], [2, 4]]
    services = {service["id"]: service for service in await shared.data(ask, LISTED, "administrator")}
    covers = [(services[number]["cover"], services[number]["skip_servers"]) for number in (1, 2, 4)]
    assert covers == [(1, {"1": True, "2": True}), (0, {}), (0, {"10": True, "2": True})]
    summed = (await shared.data(ask, SUMMARY))["services"]
    assert summed["2"]["total_up"] < summed["3"]["total_up"], "two servers probe less than all"


async def test_servers_that_no_monitor_covers_are_not_named(world: World, ask: Ask) -> None:
    """In generation 1 neither are those that only HTTP monitors cover, for these store nothing of a server."""
    for version, named in (("1.14.14", {1}), ("2.3.7", {1, 2})):
        shared = Shared(world, version)
        for monitor in (1, 2, 4):
            world.edit_monitor(monitor, only_listed=True, listed=[1])
        world.edit_monitor(3, only_listed=True, listed=[2])
        assert set(await shared.data(ask, COVERED, "administrator")) == named


async def test_whitelist_shows_monitors_that_cover_nothing_else(world: World, ask: Ask) -> None:
    """Those that are hidden as well."""
    shared = Shared(world, "2.3.7")
    headers = bearer(shared.simulated.add_token(server_ids=[1, 3]))
    world.edit_monitor(1, only_listed=True, listed=[1, 3], hide_for_guest=True)
    world.edit_monitor(4, hide_for_guest=True)
    listed = (await ask(shared.simulated, LISTED, headers=headers)).json["data"]
    assert [service["id"] for service in listed] == [1]
    summed = (await ask(shared.simulated, SUMMARY, headers=headers)).json["data"]["services"]
    assert summed.keys() == {"1", "2", "3"}


async def test_summary_of_nothing_is_empty(world: World, ask: Ask) -> None:
    """Its keys are left out."""
    shared = Shared(world, "2.3.7")
    for monitor in world.monitors:
        world.edit_monitor(monitor.id, hide_for_guest=True)
    for server in world.servers():
        world.edit(server.id, hide_for_guest=True)
    assert await shared.data(ask, SUMMARY, "guest") == {}
