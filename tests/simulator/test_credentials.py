"""Sessions, personal access tokens and guests: who is let in where, and what a refusal looks like."""

from typing import Any

import pytest

from simulator import Dashboard, World

from .conftest import Answer, Ask, bearer

SETTING, SERVER, GROUPS = "/api/v1/setting", "/api/v1/server", "/api/v1/server-group"
LATENCY, METRICS = "/api/v1/server/1/service", "/api/v1/server/1/metrics?metric=cpu"
REFRESH = "/api/v1/refresh-token"
OPTIONAL = (GROUPS, "/api/v1/service", "/api/v1/service/server", LATENCY, METRICS)
UNAUTHORIZED = {"error": "ApiErrorUnauthorized"}
INVENTORY, SERVICE, HOSTS = "nezha:inventory:read", "nezha:service:read", "nezha:server:read"


@pytest.fixture
def dashboard(world: World) -> Dashboard:
    """Return the newest dashboard of generation 2."""
    return Dashboard(world, generation="v2", version="2.3.7")


def _members(answer: Answer) -> list[int]:
    return [server_id for group in answer.json["data"] for server_id in group["servers"]]


def _ids(answer: Answer) -> set[int]:
    return {server["id"] for server in answer.json["data"]}


async def test_login_opens_what_is_closed(dashboard: Dashboard, ask: Ask) -> None:
    """Its token works for an hour, and says until when."""
    credentials = {"username": "admin", "password": "admin"}
    answer = await ask(dashboard, "/api/v1/login", method="POST", json=credentials)
    headers = bearer(answer.json["data"]["token"])
    assert answer.json["data"]["expire"] == "2026-11-23T13:48:20Z"
    dashboard.world.clock.advance(3599)
    assert _ids(await ask(dashboard, SERVER, headers=headers)) == set(range(1, 9))
    dashboard.world.clock.advance(1)
    assert (await ask(dashboard, SERVER, headers=headers)).json == UNAUTHORIZED


async def test_session_travels_in_three_ways(dashboard: Dashboard, ask: Ask) -> None:
    """Header, query and cookie; what cannot be used is passed over."""
    token = dashboard.log_in()
    cookie = {"Cookie": f"nz-jwt={token}"}
    for path, headers in (
        (f"{SERVER}?token={token}", {}),
        (SERVER, cookie),
        (SERVER, cookie | bearer("expired")),
        (f"{SERVER}?token=expired", cookie),
    ):
        assert (await ask(dashboard, path, headers=headers)).json["success"]
    for headers in ({"Authorization": token}, {"Authorization": f"bearer {token}"}):
        assert (await ask(dashboard, SERVER, headers=headers)).json == UNAUTHORIZED


async def test_expired_session_is_a_guests(dashboard: Dashboard, ask: Ask) -> None:
    """Nothing tells so where guests are let in; a later login is good."""
    headers = bearer(dashboard.log_in())
    assert 6 in _members(await ask(dashboard, GROUPS, headers=headers))
    dashboard.expire_sessions()
    assert 6 not in _members(await ask(dashboard, GROUPS, headers=headers))
    assert (await ask(dashboard, SERVER, headers=headers)).json == UNAUTHORIZED
    assert (await ask(dashboard, SERVER, headers=bearer(dashboard.log_in()))).json["success"]
    assert dashboard.waf.raised == 0


@pytest.mark.parametrize("path", [SETTING, GROUPS])
async def test_ended_session_is_an_attack_where_guests_are_let_in(dashboard: Dashboard, ask: Ask, path: str) -> None:
    """The firewall's page comes for this request alone where none is configured."""
    headers = bearer(dashboard.log_in())
    dashboard.end_sessions()
    assert (await ask(dashboard, SERVER, headers=headers)).json == UNAUTHORIZED
    assert dashboard.waf.raised == 0
    assert (await ask(dashboard, path, headers=headers)).status == 403
    assert dashboard.waf.raised == 1
    assert (await ask(dashboard, path)).status == 200


@pytest.mark.parametrize(
    ("version", "status"),
    [("1.14.8", 200), ("1.14.9", 500), ("1.14.10", 403), ("2.3.7", 403)],
)
async def test_session_of_a_deleted_user_is_an_attack(world: World, ask: Ask, version: str, status: int) -> None:
    """Where guests are let in; what they get in turn differs. Nobody can log in any more."""
    simulated = Dashboard(world, generation=f"v{version[0]}", version=version)
    headers = bearer(simulated.log_in())
    simulated.delete_user()
    assert (await ask(simulated, SERVER, headers=headers)).json == UNAUTHORIZED
    assert simulated.waf.raised == 0
    assert (await ask(simulated, GROUPS, headers=headers)).status == status
    assert simulated.waf.raised == 1
    credentials = {"username": "admin", "password": "admin"}
    assert (await ask(simulated, "/api/v1/login", method="POST", json=credentials)).json == UNAUTHORIZED


async def test_token_of_a_deleted_user_is_an_attack(dashboard: Dashboard, ask: Ask) -> None:
    """Its owner is not found."""
    dashboard.delete_user()
    answer = await ask(dashboard, SERVER, headers=bearer(dashboard.token))
    assert (answer.status, answer.json) == (401, {"error": "ApiErrorUnauthorized: owner of api token not found"})
    assert dashboard.waf.raised == 1


async def test_dashboards_without_sessions_change_their_key(world: World, ask: Ask) -> None:
    """Before 2.0.14 that makes a token none of theirs, which is no attack."""
    simulated = Dashboard(world, generation="v2", version="2.0.13")
    headers = bearer(simulated.log_in())
    simulated.end_sessions()
    assert (await ask(simulated, SERVER, headers=headers)).json == UNAUTHORIZED
    assert (await ask(simulated, GROUPS, headers=headers)).json["success"]
    assert simulated.waf.raised == 0


async def test_guests_can_be_shut_out(dashboard: Dashboard, ask: Ask) -> None:
    """Settings stay open, and so does everything for whoever logged in."""
    dashboard.settings.force_auth = True
    for path in OPTIONAL:
        assert (await ask(dashboard, path)).json == UNAUTHORIZED, path
        assert (await ask(dashboard, path, headers=bearer(dashboard.token))).json["success"], path
    assert (await ask(dashboard, SETTING)).json["success"]


@pytest.mark.parametrize(("version", "open_"), [("1.6.7", True), ("1.6.8", False)])
async def test_early_dashboards_cannot_shut_guests_out(world: World, ask: Ask, version: str, *, open_: bool) -> None:
    """The setting came with 1.6.8."""
    simulated = Dashboard(world, generation="v1", version=version, force_auth=True)
    assert ("success" in (await ask(simulated, GROUPS)).json) is open_


@pytest.mark.parametrize(
    ("version", "scope", "paths"),
    [
        ("2.3.7", INVENTORY, {SERVER, GROUPS}),
        ("2.3.7", SERVICE, {LATENCY}),
        ("2.3.7", HOSTS, {METRICS}),
        ("2.3.7", "nezha:server:*", {METRICS}),
        ("2.3.7", "nezha:*", {SERVER, GROUPS, LATENCY, METRICS}),
        ("2.1.1", HOSTS, {SERVER, GROUPS, METRICS}),
        ("2.1.1", INVENTORY, set()),
    ],
)
async def test_scopes_open_their_endpoints(world: World, ask: Ask, version: str, scope: str, paths: set[str]) -> None:
    """All others answer 403, also those that are open to guests; that is no attack."""
    simulated = Dashboard(world, generation="v2", version=version)
    headers = bearer(simulated.add_token(scope))
    for path in (SERVER, GROUPS, LATENCY, METRICS):
        answer = await ask(simulated, path, headers=headers)
        assert answer.status == (200 if path in paths else 403), path
        if path not in paths:
            assert answer.json["error"].startswith("ApiErrorForbidden: api token lacks scope nezha:")
    assert simulated.waf.raised == 0


async def test_first_token_reads_everything(world: World, ask: Ask) -> None:
    """In every version that knows tokens; settings look at none."""
    for version in ("2.1.0", "2.1.2", "2.3.7"):
        simulated = Dashboard(world, generation="v2", version=version)
        for path in (SERVER, "/api/v1/service/list", *OPTIONAL):
            assert (await ask(simulated, path, headers=bearer(simulated.token))).json["success"], path
        setting = await ask(simulated, SETTING, headers=bearer(simulated.token))
        assert setting.json == (await ask(simulated, SETTING)).json


async def test_whitelist_hides_other_servers(dashboard: Dashboard, ask: Ask) -> None:
    """From lists by leaving them out, from their own endpoints by an error."""
    headers = bearer(dashboard.add_token(server_ids=[1, 6]))
    assert _ids(await ask(dashboard, SERVER, headers=headers)) == {1, 6}
    assert _members(await ask(dashboard, GROUPS, headers=headers)) == [1, 6]
    assert (await ask(dashboard, LATENCY, headers=headers)).json["success"]
    assert (await ask(dashboard, "/api/v1/server/2/service", headers=headers)).json == {"error": "unauthorized"}
    assert (await ask(dashboard, "/api/v1/service/list", headers=headers)).json == {"success": True}


@pytest.mark.parametrize("path", [SERVER, GROUPS])
async def test_bad_tokens_are_attacks(dashboard: Dashboard, ask: Ask, path: str) -> None:
    """Unknown, revoked and expired ones, also where guests are let in."""
    expiring, revoked = dashboard.add_token(days=1), dashboard.add_token()
    dashboard.revoke_token(revoked)
    dashboard.world.clock.advance(86_400)
    texts = []
    for token in (f"nzp_{'x' * 32}", revoked, expiring):
        answer = await ask(dashboard, path, headers=bearer(token))
        assert answer.status == 401
        texts.append(answer.json["error"].removeprefix("ApiErrorUnauthorized: "))
    assert texts == ["invalid api token", "invalid api token", "api token expired"]
    assert dashboard.waf.raised == 3


@pytest.mark.parametrize(("generation", "version"), [("v1", "1.14.14"), ("v2", "2.0.14")])
async def test_early_dashboards_know_no_tokens(world: World, ask: Ask, generation: str, version: str) -> None:
    """What looks like one is a malformed session there; none can be given."""
    simulated = Dashboard(world, generation=generation, version=version)
    assert simulated.token == ""
    assert (await ask(simulated, SERVER, headers=bearer("nzp_x"))).json == UNAUTHORIZED
    assert (await ask(simulated, GROUPS, headers=bearer("nzp_x"))).json["success"]
    assert simulated.waf.raised == 0
    with pytest.raises(ValueError, match="know no tokens"):
        Dashboard(world, generation=generation, version=version, token="nzp_x")


async def test_replaced_token_is_known_at_once(dashboard: Dashboard, ask: Ask) -> None:
    """And the one before no more."""
    before = dashboard.token
    dashboard.replace_token("nzp_another")
    assert (await ask(dashboard, SERVER, headers=bearer(before))).status == 401
    assert (await ask(dashboard, SERVER, headers=bearer("nzp_another"))).json["success"]


async def test_refresh_needs_proof_since_2_1(dashboard: Dashboard, ask: Ask) -> None:
    """The cookie that any closed endpoint sets, repeated in a header."""
    session = bearer(dashboard.log_in())
    cookie = (await ask(dashboard, SERVER, headers=session)).headers["set-cookie"].partition(";")[0]
    proof = {"Cookie": cookie, "X-CSRF-Token": cookie.removeprefix("nz-csrf=")}
    assert (await ask(dashboard, REFRESH, method="POST", headers=session)).status == 403
    answer = await ask(dashboard, REFRESH, method="POST", headers=session | proof)
    assert (await ask(dashboard, SERVER, headers=bearer(answer.json["data"]["token"]))).json["success"]
    assert "set-cookie" not in (await ask(dashboard, SERVER, headers=session | proof)).headers


@pytest.mark.parametrize(("version", "bound"), [("1.14.6", False), ("1.14.7", True)])
async def test_sessions_are_bound_to_an_address(world: World, ask: Ask, version: str, *, bound: bool) -> None:
    """From 1.14.7 on, where the dashboard looks at addresses."""
    simulated = Dashboard(world, generation="v1", version=version, real_ip_header="X-Real-IP")
    given: dict[str, Any] = {"username": "admin", "password": "admin"}
    login = await ask(simulated, "/api/v1/login", method="POST", json=given, headers={"X-Real-IP": "192.0.2.1"})
    session = bearer(login.json["data"]["token"])
    assert (await ask(simulated, SERVER, headers=session | {"X-Real-IP": "192.0.2.1"})).json["success"]
    other = await ask(simulated, SERVER, headers=session | {"X-Real-IP": "192.0.2.2"})
    assert (other.json == UNAUTHORIZED) is bound
