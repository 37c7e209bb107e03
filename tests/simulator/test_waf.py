"""The firewall: what counts as an attack, how long it blocks, what forgives; and the recorded strikes again."""

from typing import Any

from aiohttp import ClientSession
import pytest

from simulator import Clock, Dashboard, World
from simulator.waf import Waf

from .conftest import NOON, Answer, Ask, bearer
from .recorded import Exchange, exchanges
from .test_recorded_json import compare, dashboard_of

HEADER, OURS, OTHERS = "X-Real-IP", "192.0.2.10", "192.0.2.11"
LOGIN, SETTING, SERVER, GROUPS = "/api/v1/login", "/api/v1/setting", "/api/v1/server", "/api/v1/server-group"
UNKNOWN = bearer(f"nzp_{'x' * 32}")


@pytest.fixture(params=["v1", "v2"])
def dashboard(world: World, request: pytest.FixtureRequest) -> Dashboard:
    """Return the newest dashboards of both generations with a firewall."""
    return Dashboard(world, generation=request.param, real_ip_header=HEADER)


async def _login(ask: Ask, simulated: Dashboard, given: str = "", address: str = OURS, **body: Any) -> Answer:
    body = {"username": "admin", "password": given or simulated.settings.password} | body
    return await ask(simulated, LOGIN, method="POST", json=body, headers={HEADER: address})


async def _get(ask: Ask, simulated: Dashboard, path: str = SETTING, address: str = OURS, **headers: str) -> Answer:
    return await ask(simulated, path, headers={HEADER: address} | headers)


@pytest.mark.parametrize("folder", ["v1.14.14-waf", "v2.3.7-waf"])
async def test_simulator_strikes_like_a_real_dashboard(folder: str, ask: Ask) -> None:
    """The recorded requests again in their order: another address, no header, four failures, a pause before each."""
    recorded = {each.name: each for each in exchanges("v1", "v2") if each.folder == folder}
    simulated = dashboard_of(recorded["login"])
    simulated.settings.real_ip_header = HEADER
    session = simulated.log_in(OURS)

    async def again(name: str, headers: dict[str, str]) -> None:
        each: Exchange = recorded.pop(name)
        options = {"json": each.json} if each.json else {}
        compare(each, await ask(simulated, each.path, method=each.method, headers=headers, **options))

    ours, theirs = {HEADER: OURS}, {HEADER: OTHERS}
    for name in ("no_header_server", "no_header_setting"):
        await again(name, {})
    await again("login", ours)
    await again("setting", ours)
    await again("server_same_ip", ours | bearer(session))
    for name in ("server_other_ip", "server_group_other_ip"):
        await again(name, theirs | bearer(session))
    await again("setting_after_other_ip", theirs)
    if "server_pat" in recorded:
        await again("server_pat", ours | bearer(simulated.token))
    way, attack = ("pat", ours | UNKNOWN) if folder.startswith("v2") else ("login", ours)
    for number, pause in enumerate((0, 1, 1, 2), start=1):
        simulated.world.clock.advance(pause)
        await again(f"strike_{number}_{way}", attack)
        await again(f"after_strike_{number}_setting", ours)
    assert not recorded
    assert simulated.strikes == {OURS: 2}


async def test_block_page_stands_before_everything(dashboard: Dashboard, ask: Ask) -> None:
    """No path is open, no credential helps, and what is stopped does not count; others go on."""
    await _login(ask, dashboard, "wrong")
    for path in (SETTING, SERVER, "/", "/api/v1/ws/server", "/nothing"):
        answer = await _get(ask, dashboard, path, **bearer(dashboard.log_in(OURS)))
        assert (answer.status, answer.headers["content-type"]) == (403, "text/html; charset=utf-8"), path
        assert "nezha WAF" in answer.text
    assert (await _login(ask, dashboard)).status == 403
    assert (await _get(ask, dashboard, address=OTHERS)).json["success"]
    assert dashboard.strikes == {OURS: 1}


@pytest.mark.parametrize(("count", "seconds"), [(1, 3), (2, 16), (3, 81), (4, 256), (5, 625), (10, 10_000)])
def test_blocks_grow_with_the_fourth_power(count: int, seconds: int) -> None:
    """They last from the newest strike on, whatever it was for."""
    clock = Clock(source=lambda: NOON)
    waf = Waf(clock)
    for number in range(count):
        waf.strike(OURS, f"reason {number % 2}")
    clock.advance(seconds - 1)
    assert waf.blocks(OURS)
    clock.advance(1)
    assert not waf.blocks(OURS)
    assert waf.strikes() == {OURS: count}


async def test_success_forgives(dashboard: Dashboard, ask: Ask) -> None:
    """A login forgives what its user and unknown ones did, once the block is over."""
    await _login(ask, dashboard, "wrong")
    dashboard.world.clock.advance(3)
    await _login(ask, dashboard, "wrong", username="nobody")
    assert dashboard.strikes == {OURS: 2}
    dashboard.world.clock.advance(16)
    assert (await _login(ask, dashboard)).json["success"]
    assert dashboard.strikes == {}
    assert dashboard.waf.raised == 2


async def test_valid_credentials_forgive_wrong_tokens(world: World, ask: Ask) -> None:
    """A token does so everywhere, a session where guests may come too."""
    simulated = Dashboard(world, generation="v2", real_ip_header=HEADER)
    session = bearer(simulated.log_in(OURS))
    for path, valid, forgiven in (
        (SERVER, bearer(simulated.token), True),
        (GROUPS, session, True),
        (SERVER, session, False),
    ):
        assert (await _get(ask, simulated, SERVER, **UNKNOWN)).status == 401
        world.clock.advance(3)
        assert (await _get(ask, simulated, path, **valid)).json["success"]
        assert (simulated.strikes == {}) is forgiven


@pytest.mark.parametrize(
    ("body", "strikes"),
    [
        ({"json": {"username": "", "password": ""}}, 1),
        ({"json": {}}, 1),
        ({"data": {"username": "admin", "password": "admin"}}, 1),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 0),
        ({"json": []}, 0),
    ],
)
async def test_empty_logins_are_strikes(world: World, ask: Ask, body: dict[str, Any], strikes: int) -> None:
    """A form counts as an empty login, what is no JSON object as none."""
    simulated = Dashboard(world, generation="v2")
    answer = await ask(simulated, LOGIN, method="POST", **body)
    assert answer.json == {"error": "ApiErrorUnauthorized"}
    assert simulated.waf.raised == strikes


async def test_harmless_failures_are_no_strikes(world: World, ask: Ask, session: ClientSession) -> None:
    """Missing, malformed, expired and foreign credentials, unknown paths, missing scopes."""
    simulated = Dashboard(world, generation="v2")
    expired = simulated.log_in()
    simulated.expire_sessions()
    foreign = Dashboard(World(seed=1, clock=world.clock), generation="v2").log_in()
    scoped = simulated.add_token("nezha:service:read")
    for headers in ({}, bearer("x"), bearer(expired), bearer(foreign), bearer(scoped), {"Authorization": "nzp_x"}):
        for path in (SETTING, SERVER, GROUPS, "/api/v1/ws/server", "/api/v1/nothing"):
            await ask(simulated, path, headers=headers)
    await ask(simulated, SETTING, headers=UNKNOWN)
    assert simulated.waf.raised == 0


async def test_without_a_header_nothing_is_blocked(world: World, ask: Ask) -> None:
    """Strikes are counted for tests, and do no harm."""
    simulated = Dashboard(world, generation="v2")
    for _ in range(2):
        assert (await ask(simulated, SERVER, headers=UNKNOWN)).status == 401
    assert (await ask(simulated, SETTING)).status == 200
    assert simulated.strikes == {"127.0.0.1": 2}


async def test_peer_address_can_stand_for_the_client(world: World, ask: Ask) -> None:
    """Then no header is needed."""
    simulated = Dashboard(world, generation="v1", real_ip_header="NZ::Use-Peer-IP")
    assert (await ask(simulated, SETTING)).json["success"]
    assert (await ask(simulated, LOGIN, method="POST", json={})).json == {"error": "ApiErrorUnauthorized"}
    assert (await ask(simulated, SETTING)).status == 403


async def test_last_address_of_the_header_counts(dashboard: Dashboard, ask: Ask) -> None:
    """Proxies add theirs behind; what is no address is an error."""
    await _login(ask, dashboard, "wrong", address=f"{OTHERS}, {OURS}")
    assert dashboard.strikes == {OURS: 1}
    answer = await _get(ask, dashboard, address="unknown")
    assert answer.status == 200
    assert "unable to parse IP" in answer.json["error"]


@pytest.mark.parametrize(("version", "phrase"), [("1.5.3", "you are blocked"), ("1.5.4", "you were blocked")])
async def test_phrase_of_the_page_changed(world: World, ask: Ask, version: str, phrase: str) -> None:
    """With 1.5.4."""
    simulated = Dashboard(world, generation="v1", version=version, real_ip_header=HEADER)
    await _login(ask, simulated, "wrong")
    assert phrase in (await _get(ask, simulated)).text


async def test_early_dashboards_forgave_everything_to_a_session(world: World, ask: Ask) -> None:
    """Before 1.4.0 there was one counter; a login did not reset it."""
    simulated = Dashboard(world, generation="v1", version="1.3.0", real_ip_header=HEADER)
    await _login(ask, simulated, "wrong")
    world.clock.advance(3)
    session = (await _login(ask, simulated)).json["data"]["token"]
    assert simulated.strikes == {OURS: 1}
    await _get(ask, simulated, GROUPS, **bearer(session))
    assert simulated.strikes == {}


async def test_proxy_tells_one_address_of_every_client(world: World, ask: Ask) -> None:
    """Whatever they send themselves; a session is bound to it."""
    simulated = Dashboard(world, generation="v2", real_ip_header=HEADER, proxy_address=OURS)
    session = bearer((await ask(simulated, LOGIN, method="POST", json=_right(simulated))).json["data"]["token"])
    assert "data" in (await _get(ask, simulated, SERVER, OTHERS, **session)).json
    simulated.settings.proxy_address = OTHERS
    assert "error" in (await _get(ask, simulated, SERVER, **session)).json


def _right(simulated: Dashboard) -> dict[str, str]:
    return {"username": simulated.settings.username, "password": simulated.settings.password}
