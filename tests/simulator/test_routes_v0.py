"""What of a generation 0 dashboard no recording shows: older versions, orders, the wire's bytes."""

from typing import Any

import pytest

from simulator import Dashboard, World

from .conftest import NOON, Answer, Ask, authorized

LIST, DETAILS = "/api/v1/server/list", "/api/v1/server/details"
MONITOR, HIDDEN = "/api/v1/monitor/1", "/api/v1/monitor/6"


@pytest.mark.parametrize(
    ("version", "missing"),
    [
        ("0.15.20", {"Temperatures", "GPU", "display_index", "hide_for_guest"}),
        ("0.16.26", {"Temperatures", "GPU", "display_index", "hide_for_guest"}),
        ("0.16.27", {"GPU", "display_index", "hide_for_guest"}),
        ("0.17.2", {"display_index", "hide_for_guest"}),
        ("0.18.3", {"hide_for_guest"}),
        ("v0.19.20", set()),
    ],
)
async def test_older_dashboards_lack_fields(world: World, ask: Ask, version: str, missing: set[str]) -> None:
    """A field is there from the version on that brought it."""
    simulated = Dashboard(world, version=version)
    answer = await ask(simulated, f"{DETAILS}?id=2", headers=authorized(simulated))
    [entry] = answer.json["result"]
    present = entry.keys() | entry["host"].keys() | entry["status"].keys()
    assert {"Temperatures", "GPU", "display_index", "hide_for_guest"} - present == missing
    assert (entry["host"]["CountryCode"] == "jp") == ("display_index" in present)


async def test_monitors_came_with_0_16(world: World, ask: Ask) -> None:
    """Before, the path is as unknown as any other."""
    assert (await ask(Dashboard(world, version="0.15.20"), MONITOR)).status == 404
    assert (await ask(Dashboard(world, version="0.16.0"), MONITOR)).status == 200


async def test_monitors_of_hidden_servers_were_open_at_first(world: World, ask: Ask) -> None:
    """Guests may read them up to 0.16.5."""
    assert (await ask(Dashboard(world, version="0.16.5"), HIDDEN)).status == 200
    assert (await ask(Dashboard(world, version="0.16.6"), HIDDEN)).status == 403


@pytest.mark.parametrize(
    ("version", "guest", "token"),
    [
        ("0.16.5", "open", "open"),
        ("0.16.6", "page", "page"),
        ("0.16.8", "page", "page"),
        ("0.16.9", "refused", "open"),
    ],
)
async def test_view_password_locks_monitors(world: World, ask: Ask, version: str, guest: str, token: str) -> None:
    """At first with a page, even for a token; later with JSON, and a token opens them."""
    simulated = Dashboard(world, version=version, view_password="open sesame")
    assert _locked(await ask(simulated, MONITOR)) == guest
    assert _locked(await ask(simulated, MONITOR, headers=authorized(simulated))) == token


def _locked(answer: Answer) -> str:
    assert answer.status == 200
    if answer.headers["content-type"].startswith("text/html"):
        return "page"
    return {0: "open", 403: "refused"}[answer.json["code"]]


async def test_view_password_opens_pages_and_monitors(world: World, ask: Ask) -> None:
    """The cookie that the right password earns is enough; it is no token."""
    simulated = Dashboard(world, view_password="open sesame")
    proven = await ask(simulated, "/view-password", method="POST", data={"Password": "open sesame"})
    headers = {"Cookie": proven.headers["set-cookie"].partition(";")[0]}
    assert "password" in (await ask(simulated, "/")).text
    assert "password" not in (await ask(simulated, "/", headers=headers)).text
    assert (await ask(simulated, MONITOR, headers=headers)).json["code"] == 0
    assert (await ask(simulated, LIST, headers=headers)).json["code"] == 403


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("?id=3,1,3", [3, 1, 3]),
        ("?id=99,x,-1,,2", [2]),
        ("?id=x", []),
        ("?tag=Edge", [1, 3, 5, 8]),
        ("?tag=Edge&id=2", [1, 3, 5, 8]),
        ("?tag=edge", []),
    ],
)
async def test_filters_keep_their_order(dashboard: Dashboard, ask: Ask, query: str, ids: list[int]) -> None:
    """Ids come as asked for, a tag's servers as they were added; what is no id is passed over."""
    result = (await ask(dashboard, DETAILS + query, headers=authorized(dashboard))).json["result"]
    assert [entry["id"] for entry in result] == ids
    assert all(entry["display_index"] == 0 for entry in result)


@pytest.mark.parametrize("path", [LIST, DETAILS, f"{LIST}?tag=", f"{DETAILS}?id=&tag=", f"{LIST}?id=1"])
async def test_order_is_random_without_a_filter(dashboard: Dashboard, ask: Ask, path: str) -> None:
    """Two calls rarely agree, whatever they agree on contains everything; empty filters are none."""
    orders = set()
    for _ in range(5):
        result: list[dict[str, Any]] = (await ask(dashboard, path, headers=authorized(dashboard))).json["result"]
        orders.add(tuple(entry["id"] for entry in result))
        assert sorted(entry["id"] for entry in result) == list(range(1, 9))
    assert len(orders) > 1


async def test_bytes_are_those_of_go(dashboard: Dashboard, ask: Ask) -> None:
    """No blanks, three signs escaped, emoji raw, whole floats without a fraction."""
    dashboard.world.fix_state(3, {"cpu": 26.0, "load_1": 0.5})
    raw = (await ask(dashboard, f"{DETAILS}?id=3", headers=authorized(dashboard))).text
    assert raw.startswith('{"code":0,"message":"success","result":[{"id":3,')
    assert '"web \\u003cb\\u003e\\u0026amp; \\"api\\"\\u003c/b\\u003e 🚀"' in raw
    assert '"CPU":26,' in raw
    assert '"Load1":0.5,' in raw


async def test_largest_integers_survive(dashboard: Dashboard, ask: Ask) -> None:
    """Counters have 64 bits and no sign."""
    dashboard.world.fix_state(4, {"net_in_speed": 2**64 - 1})
    answer = await ask(dashboard, f"{DETAILS}?id=4", headers=authorized(dashboard))
    assert answer.json["result"][0]["status"]["NetInSpeed"] == 18446744073709551615


async def test_only_the_bare_token_is_known(dashboard: Dashboard, ask: Ask) -> None:
    """No token, no access, also after the token was taken away."""
    token = dashboard.token
    for given in ("", "x", f"Bearer {token}", f"{token} "[:-2]):
        answer = await ask(dashboard, LIST, headers={"Authorization": given})
        assert (answer.status, answer.json["code"]) == (200, 403), given
    dashboard.revoke_token()
    for given in ("", token):
        assert (await ask(dashboard, LIST, headers={"Authorization": given})).json["code"] == 403
    dashboard.replace_token("another")
    assert (await ask(dashboard, LIST, headers={"Authorization": token})).json["code"] == 403
    assert (await ask(dashboard, LIST, headers={"Authorization": "another"})).json["code"] == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_only_get_is_known(dashboard: Dashboard, ask: Ask, method: str) -> None:
    """Everything else is the 404 page."""
    answer = await ask(dashboard, LIST, method=method, headers=authorized(dashboard))
    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/api/v1/setting/", "/api/v1/monitor/", "/api/v1/server", "/api/v1/monitor/1/2"])
async def test_unknown_paths_are_the_404_page(dashboard: Dashboard, ask: Ask, path: str) -> None:
    """A trailing slash redirects only where something is."""
    assert (await ask(dashboard, path)).status == 404


async def test_redirect_keeps_the_query(dashboard: Dashboard, ask: Ask) -> None:
    """It leads to the path without its last slash."""
    answer = await ask(dashboard, f"{LIST}/?tag=Edge")
    assert (answer.status, answer.headers["location"]) == (301, f"{LIST}?tag=Edge")


async def test_skew_is_the_dashboards_alone(dashboard: Dashboard, ask: Ask) -> None:
    """Its date, its stamps and its minutes move; boot time and uptime come from the servers."""
    path = f"{DETAILS}?id=1"
    [before] = (await ask(dashboard, path, headers=authorized(dashboard))).json["result"]
    minutes = (await ask(dashboard, MONITOR)).json["result"][0]["created_at"]
    dashboard.world.clock.skew = 600
    answer = await ask(dashboard, path, headers=authorized(dashboard))
    [after] = answer.json["result"]
    assert answer.headers["date"] == "Mon, 23 Nov 2026 12:58:20 GMT"
    assert after == before | {"last_active": before["last_active"] + 600}
    later = (await ask(dashboard, MONITOR)).json["result"][0]["created_at"]
    assert later == [minute + 600_000 for minute in minutes]
    assert before["last_active"] == NOON


@pytest.mark.parametrize("version", ["0.15.13", "0.20.14", "1.0.0", "0.16", "newest"])
def test_versions_that_were_never_seen_are_refused(world: World, version: str) -> None:
    """What is simulated was recorded, or lies between."""
    with pytest.raises(ValueError, match=r"0\.15\.14 to 0\.20\.13"):
        Dashboard(world, version=version)
