"""Faults over a real socket: how each looks to a client, how long it lasts, and that it can be ended."""

import asyncio
from dataclasses import dataclass
import errno
import json

from aiohttp import ClientOSError, ClientSession, ServerDisconnectedError
from aiohttp.test_utils import TestServer
import pytest
from yarl import URL

from simulator import Dashboard, FaultKind, World
from simulator.faults import FaultOptions
from tests.serving import Serve

from .conftest import Answer, Ask, authorized, bearer

LIST, DETAILS, MONITOR = "/api/v1/server/list", "/api/v1/server/details", "/api/v1/monitor/1"
HTML, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"
SOON = 5
"""Seconds within which something must happen that could otherwise take for ever."""


@dataclass(frozen=True)
class Looks:
    """What a client sees of a fault."""

    kind: FaultKind
    status: int
    content_type: str | None
    text: str = ""
    """Part of the body; an empty one means an empty body."""
    header: tuple[str, str] | None = None


LOOKS = [
    Looks(FaultKind.UNAUTHORIZED, 200, JSON, '{"code":403,"message":"访问此接口需要认证"}'),
    Looks(FaultKind.SERVER_ERROR, 500, HTML, "<title>Internal Server Error</title>"),
    Looks(FaultKind.PANIC, 500, None),
    Looks(FaultKind.BAD_GATEWAY, 502, HTML, "nginx"),
    Looks(FaultKind.BAD_GATEWAY_BARE, 502, None),
    Looks(FaultKind.WEB_PAGE, 200, HTML, "It works!"),
    Looks(FaultKind.NOT_FOUND, 404, HTML, "404 Not Found"),
    Looks(FaultKind.LOGIN_PAGE, 200, HTML, '<input type="password">'),
    Looks(FaultKind.BASIC_AUTH, 401, HTML, "Authorization Required", ("www-authenticate", 'Basic realm="restricted"')),
    Looks(FaultKind.REDIRECT, 302, HTML, "Found", ("location", "/")),
    Looks(FaultKind.CHALLENGE, 403, HTML, "Just a moment...", ("cf-mitigated", "challenge")),
    Looks(FaultKind.FORBIDDEN, 403, HTML, "403 Forbidden"),
    Looks(FaultKind.BLOCKED, 403, HTML, "nezha WAF"),
    Looks(FaultKind.NO_UPGRADE, 400, "text/plain; charset=utf-8", "Bad Request"),
    Looks(FaultKind.BARE, 200, None),
    Looks(FaultKind.EMPTY, 200, JSON),
    Looks(FaultKind.WRONG_SHAPE, 200, JSON, '{"code":0,"message":"success","result":{}}'),
]
AS_RIGHT = {
    FaultKind.GARBAGE,
    FaultKind.NAN,
    FaultKind.REPLACE_SERVER,
    FaultKind.REPLACE_VALUES,
    FaultKind.TEXT_IDS,
    FaultKind.SLOW,
    FaultKind.TRICKLE,
}
ENDLESS = {FaultKind.DROP, FaultKind.RESET, FaultKind.HUGE, FaultKind.GZIP_BOMB}
OF_STREAMS = {FaultKind.HANG_UP, FaultKind.SILENCE}
"""Kinds that have tests of their own, since they begin like the right answer or have none."""


def test_every_kind_is_tested() -> None:
    """A new kind needs a look or a test of its own."""
    assert {looks.kind for looks in LOOKS} | AS_RIGHT | ENDLESS | OF_STREAMS == set(FaultKind)


@pytest.mark.parametrize("looks", LOOKS, ids=lambda looks: looks.kind)
async def test_fault_replaces_the_answer(dashboard: Dashboard, ask: Ask, looks: Looks) -> None:
    """It looks as it does behind real dashboards and proxies, and is gone after its time."""
    dashboard.faults.add(LIST, looks.kind, times=1)
    answer = await _list(dashboard, ask)
    assert answer.status == looks.status
    assert answer.headers.get("content-type") == looks.content_type
    assert looks.text in answer.text
    assert bool(looks.text) == bool(answer.text)
    if looks.header:
        assert answer.headers[looks.header[0]] == looks.header[1]
    assert (await _list(dashboard, ask)).json["code"] == 0


async def test_redirect_goes_where_it_is_told(dashboard: Dashboard, ask: Ask) -> None:
    """Status and target can be chosen."""
    dashboard.faults.add("*", FaultKind.REDIRECT, status=308, location="https://nezha.example.com/api")
    answer = await _list(dashboard, ask)
    assert (answer.status, answer.headers["location"]) == (308, "https://nezha.example.com/api")


async def test_wrong_shape_can_be_any_json(dashboard: Dashboard, ask: Ask) -> None:
    """Also one without an envelope."""
    dashboard.faults.add("*", FaultKind.WRONG_SHAPE, body=[1, None])
    assert (await _list(dashboard, ask)).json == [1, None]


async def test_garbage_is_cut_json(dashboard: Dashboard, ask: Ask) -> None:
    """It begins rightly and says that it is JSON."""
    dashboard.faults.add(LIST, FaultKind.GARBAGE)
    answer = await _list(dashboard, ask)
    assert (answer.status, answer.headers["content-type"]) == (200, JSON)
    assert answer.text.startswith('{"code":0,')
    with pytest.raises(json.JSONDecodeError):
        _ = answer.json


@pytest.mark.parametrize("entry", [None, "text", {"id": 2}, {"id": "two", "host": []}])
async def test_one_server_can_be_malformed(dashboard: Dashboard, ask: Ask, entry: object) -> None:
    """The other entries stay as they are."""
    dashboard.faults.add(DETAILS, FaultKind.REPLACE_SERVER, server_id=2, entry=entry)
    path = f"{DETAILS}?id=1,2,3"
    result = (await ask(dashboard, path, headers=authorized(dashboard))).json["result"]
    dashboard.faults.clear()
    right = (await ask(dashboard, path, headers=authorized(dashboard))).json["result"]
    assert result == [right[0], entry, right[2]]


@pytest.mark.parametrize("path", [DETAILS, MONITOR, "/api/v1/setting"])
async def test_answers_without_servers_stay_right(dashboard: Dashboard, ask: Ask, path: str) -> None:
    """A refusal, monitors, a web page: none lists servers that could be malformed."""
    right = await ask(dashboard, path)
    dashboard.faults.add("*", FaultKind.REPLACE_SERVER, server_id=1, entry="text")
    assert await ask(dashboard, path) == right


async def test_a_number_that_is_none_is_no_json_of_a_dashboard(dashboard: Dashboard, ask: Ask) -> None:
    """The rest is as it was."""
    right = await _list(dashboard, ask)
    dashboard.faults.add(LIST, FaultKind.NAN)
    assert (await _list(dashboard, ask)).text[:12] == right.text[:12].replace("0", "NaN")[:12]


async def test_values_can_be_replaced_wherever_they_stand(dashboard: Dashboard, ask: Ask) -> None:
    """By the names of generation 1; whether the entry is a server's, its state's or its host's does not matter."""
    dashboard.faults.add(DETAILS, FaultKind.REPLACE_VALUES, values={"mem_used": 2**64, "platform": [], "name": None})
    answer = await ask(dashboard, f"{DETAILS}?id=1,2", headers=authorized(dashboard))
    for server in answer.json["result"]:
        assert (server["status"]["MemUsed"], server["host"]["Platform"], server["name"]) == (2**64, [], None)
        assert server["status"]["CPU"] > 0


@pytest.mark.parametrize("path", ["/api/v1/setting", "/"])
@pytest.mark.parametrize("kind", [FaultKind.REPLACE_VALUES, FaultKind.TEXT_IDS, FaultKind.NAN])
async def test_pages_have_neither_values_nor_ids(dashboard: Dashboard, ask: Ask, path: str, kind: FaultKind) -> None:
    """They stay as they are."""
    right = await ask(dashboard, path)
    dashboard.faults.add(path, kind)
    assert await ask(dashboard, path) == right


async def test_ids_can_be_texts(world: World, ask: Ask) -> None:
    """Those of servers and of what belongs to them, also in lists; other numbers stay."""
    simulated = Dashboard(world, generation="v2")
    simulated.faults.add("*", FaultKind.TEXT_IDS)
    headers = bearer(simulated.token)
    servers = (await ask(simulated, "/api/v1/server", headers=headers)).json["data"]
    assert {server["id"] for server in servers} == set("12345678")
    assert all(isinstance(server["display_index"], int) for server in servers)
    groups = (await ask(simulated, "/api/v1/server-group", headers=headers)).json["data"]
    assert all(isinstance(member, str) for group in groups for member in group["servers"])
    monitored = (await ask(simulated, "/api/v1/service/server", headers=headers)).json["data"]
    assert min(monitored) == "1"
    (first, *_) = (await ask(simulated, "/api/v1/server/1/service", headers=headers)).json["data"]
    assert (first["monitor_id"], first["server_id"]) == ("1", "1")


@pytest.mark.parametrize("kind", [FaultKind.HUGE, FaultKind.GZIP_BOMB])
async def test_an_endless_answer_can_be_let_go_of(
    dashboard: Dashboard, serve: Serve, session: ClientSession, kind: FaultKind
) -> None:
    """It says that it is JSON, and comes in pieces."""
    served = await serve(dashboard)
    dashboard.faults.add(LIST, kind)
    async with session.get(f"{served.url}{LIST}") as response:
        assert (response.status, response.headers["content-type"]) == (200, JSON)
        assert await response.content.readexactly(2_000_000) == 2_000_000 * b" "


@pytest.mark.parametrize("kind", [FaultKind.HUGE, FaultKind.GZIP_BOMB])
async def test_an_endless_answer_ends_where_it_is_told_to(dashboard: Dashboard, ask: Ask, kind: FaultKind) -> None:
    """Whoever reads on has it all."""
    dashboard.faults.add(LIST, kind, size=3_000_000)
    assert (await _list(dashboard, ask)).raw == 3_000_000 * b" "


async def test_a_reset_is_no_end(dashboard: Dashboard, ask: Ask) -> None:
    """Aiohttp asks a second time by itself, and is told of both."""
    dashboard.faults.add(LIST, FaultKind.RESET, times=2)
    with pytest.raises(ClientOSError) as caught:
        await _list(dashboard, ask)
    assert caught.value.errno == errno.ECONNRESET
    assert (await _list(dashboard, ask)).json["code"] == 0


async def test_slow_answer_is_the_right_one(dashboard: Dashboard, ask: Ask) -> None:
    """Nothing comes before its time, then all of it."""
    dashboard.faults.add(LIST, FaultKind.SLOW, times=1, seconds=30)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await _list(dashboard, ask)
    dashboard.faults.add(LIST, FaultKind.SLOW, seconds=0.01)
    assert (await _list(dashboard, ask)).json["code"] == 0


async def test_trickle_sends_bytes_one_by_one(
    dashboard: Dashboard, serve: Serve, session: ClientSession, ask: Ask
) -> None:
    """The headers come at once, the body hardly ever; given time it is the right one."""
    served = await serve(dashboard)
    dashboard.faults.add("/api/v1/monitor/99", FaultKind.TRICKLE, times=1, seconds=30)
    async with session.get(f"{served.url}/api/v1/monitor/99") as response, asyncio.timeout(SOON):
        assert (response.status, response.headers["content-length"]) == (404, "36")
        assert await response.content.readexactly(1) == b"{"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await response.content.readexactly(1)
    dashboard.faults.add("/api/v1/monitor/99", FaultKind.TRICKLE, times=1, seconds=0)
    assert (await ask(dashboard, "/api/v1/monitor/99")).json == {"code": 404, "message": "id不存在"}


async def test_dropped_connection_has_no_answer(dashboard: Dashboard, ask: Ask) -> None:
    """Aiohttp asks a second time by itself, so one drop alone would not be seen."""
    dashboard.faults.add(LIST, FaultKind.DROP, times=2)
    with pytest.raises(ServerDisconnectedError):
        await _list(dashboard, ask)
    assert len(dashboard.requests) == 2
    assert (await _list(dashboard, ask)).json["code"] == 0


@pytest.mark.parametrize("kind", [FaultKind.SLOW, FaultKind.TRICKLE])
async def test_closing_lets_go_of_held_answers(dashboard: Dashboard, session: ClientSession, kind: FaultKind) -> None:
    """A test that ends while an answer is held does not wait for it."""
    served = TestServer(dashboard.application(), host="127.0.0.1")
    await served.start_server()
    dashboard.faults.add("*", kind, seconds=3600)
    asking = asyncio.ensure_future(_raw(session, served.make_url(MONITOR)))
    async with asyncio.timeout(SOON):
        while await _raw(session, served.make_url("/__simulator/requests")) == b"[]":
            pass
        await served.close()
        await asyncio.gather(asking, return_exceptions=True)


async def test_faults_meet_only_their_paths(dashboard: Dashboard, ask: Ask) -> None:
    """A pattern meets several; the query does not count."""
    dashboard.faults.add("/api/v1/monitor/*", FaultKind.PANIC)
    dashboard.faults.add(DETAILS, FaultKind.EMPTY)
    assert (await ask(dashboard, MONITOR)).status == 500
    assert (await ask(dashboard, "/api/v1/monitor/2")).status == 500
    assert (await ask(dashboard, f"{DETAILS}?id=1")).raw == b""
    assert (await _list(dashboard, ask)).json["code"] == 0


async def test_faults_queue_and_can_be_cleared(dashboard: Dashboard, ask: Ask) -> None:
    """The oldest acts first and as often as it was told; clearing a path leaves the others."""
    dashboard.faults.add(LIST, FaultKind.PANIC, times=2)
    dashboard.faults.add(LIST, FaultKind.NOT_FOUND)
    dashboard.faults.add("/", FaultKind.EMPTY)
    assert [(await _list(dashboard, ask)).status for _ in range(4)] == [500, 500, 404, 404]
    dashboard.faults.clear(LIST)
    assert (await _list(dashboard, ask)).status == 200
    assert [fault.path for fault in dashboard.faults.listed()] == ["/"]
    dashboard.faults.clear()
    assert dashboard.faults.listed() == []


@pytest.mark.parametrize("times", [0, -1])
def test_fault_must_meet_something(dashboard: Dashboard, times: int) -> None:
    """A fault for no request is a mistake."""
    with pytest.raises(ValueError, match="cannot meet"):
        dashboard.faults.add(LIST, FaultKind.DROP, times)


def test_unknown_options_are_refused(dashboard: Dashboard) -> None:
    """A misspelt option is told."""
    options: FaultOptions = json.loads('{"second": 1}')
    with pytest.raises(TypeError, match="option second"):
        dashboard.faults.add(LIST, FaultKind.SLOW, **options)


async def _list(dashboard: Dashboard, ask: Ask) -> Answer:
    return await ask(dashboard, LIST, headers=authorized(dashboard))


async def _raw(session: ClientSession, url: URL) -> bytes:
    async with session.get(url) as response:
        return await response.read()


@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_entries_of_later_generations_can_be_replaced(world: World, ask: Ask, generation: str) -> None:
    """Theirs stand under another key; errors stay what they are."""
    simulated = Dashboard(world, generation=generation)
    simulated.faults.add("/api/v1/*", FaultKind.REPLACE_SERVER, server_id=1, entry={"id": "one"})
    servers = (await ask(simulated, "/api/v1/server", headers=bearer(simulated.log_in()))).json["data"]
    assert [server for server in servers if not isinstance(server["id"], int)] == [{"id": "one"}]
    assert (await ask(simulated, "/api/v1/server")).json == {"error": "ApiErrorUnauthorized"}


@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_refusal_is_that_of_the_generation(world: World, ask: Ask, generation: str) -> None:
    """Whatever the credential."""
    simulated = Dashboard(world, generation=generation)
    simulated.faults.add("/api/v1/server", FaultKind.UNAUTHORIZED)
    answer = await ask(simulated, "/api/v1/server", headers=bearer(simulated.log_in()))
    assert (answer.status, answer.json) == (200, {"error": "ApiErrorUnauthorized"})
