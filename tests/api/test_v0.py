"""Generation 0: every recorded answer of 0.16.16 and 0.20.13 again, and what no dashboard should ever answer."""

from collections.abc import Iterator
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from random import Random
from typing import Any

import pytest

from custom_components.nezha.api import (
    Host,
    InvalidAnswerError,
    Latency,
    LoginPageError,
    NezhaAuthError,
    NotNezhaError,
    NotOfferedError,
    RedirectedError,
    Server,
    State,
)
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind
from simulator.go_json import encode
from simulator.world import World
from tests.serving import DETAILS, Serve, ServedDashboard

from .conftest import Connect, ServeSite
from .eight_servers import EIGHT_SERVERS, at
from .recorded import Exchange, exchanges
from .site import payload, recorded, reply, result

RECORDED = exchanges("v0")
NEWEST = "v0.20.13"
OLD = "v0.16.16"
LARGEST_SIGNED = 2**63 - 1

REFUSED = {"server_details_none", "server_details_bad", "server_details_bearer", "server_details_revoked"}
EMPTY = {"server_details_nan"}
HIDDEN_OR_UNKNOWN = {
    "monitor_bad",
    "monitor_deleted",
    "monitor_hidden_bad",
    "monitor_hidden_bearer",
    "monitor_hidden_none",
    "monitor_unknown",
    "monitor_zero",
}
BEHIND_VIEW_PASSWORD = "v0.20.13-view-password/monitor_1_none"

HOST_WORDS = {
    "Platform": "platform",
    "PlatformVersion": "platform_version",
    "MemTotal": "mem_total",
    "DiskTotal": "disk_total",
    "SwapTotal": "swap_total",
    "Arch": "arch",
    "Virtualization": "virtualization",
    "Version": "version",
}
STATUS_WORDS = {
    "CPU": "cpu",
    "MemUsed": "mem_used",
    "SwapUsed": "swap_used",
    "DiskUsed": "disk_used",
    "NetInTransfer": "net_in_transfer",
    "NetOutTransfer": "net_out_transfer",
    "NetInSpeed": "net_in_speed",
    "NetOutSpeed": "net_out_speed",
    "Uptime": "uptime",
    "Load1": "load_1",
    "Load5": "load_5",
    "Load15": "load_15",
    "TcpConnCount": "tcp_conn_count",
    "UdpConnCount": "udp_conn_count",
    "ProcessCount": "process_count",
}


def answered(prefix: str, *errors: set[str]) -> list[Any]:
    """Return the recorded answers of an endpoint that are none of these errors."""
    return [
        pytest.param(exchange, id=name)
        for name, exchange in RECORDED.items()
        if exchange.name.startswith(prefix)
        and exchange.name not in set().union(*errors)
        and name != BEHIND_VIEW_PASSWORD
    ]


def named(names: set[str]) -> list[Any]:
    """Return the recorded answers with these names."""
    return [pytest.param(exchange, id=name) for name, exchange in RECORDED.items() if exchange.name in names]


async def test_all_fields_of_eight_servers_are_read(connect: Connect, serve_site: ServeSite) -> None:
    """Every value arrives in its field, in base units; zeros are values, and the never-reported server has none."""
    site = await serve_site(recorded(RECORDED[f"{NEWEST}/server_details"]))

    snapshot = await connect(site.url).snapshot()

    assert snapshot.servers == EIGHT_SERVERS
    assert snapshot.time == at(1_795_438_089)
    assert snapshot.malformed == 0


@pytest.mark.parametrize("exchange", answered("server_details", REFUSED, EMPTY))
async def test_recorded_servers_are_read_word_for_word(
    exchange: Exchange, connect: Connect, serve_site: ServeSite
) -> None:
    """Whatever version, filter or moment: no server is lost, none changes places, no value changes fields."""
    site = await serve_site(recorded(exchange))
    entries = {entry["id"]: entry for entry in exchange.body["result"]}

    snapshot = await connect(site.url).snapshot()

    assert list(snapshot.servers) == sorted(entries)
    assert snapshot.malformed == 0
    assert snapshot.time == parsedate_to_datetime(exchange.headers["date"])
    for number, server in snapshot.servers.items():
        assert_same(server, entries[number])


def assert_same(server: Server, entry: dict[str, Any]) -> None:
    """Compare a server with what was recorded of it."""
    assert (server.id, server.name) == (entry["id"], entry["name"])
    assert server.groups == ((entry["tag"],) if entry["tag"] else ())
    assert (server.ipv4 or "", server.ipv6 or "") == (entry["ipv4"], entry["ipv6"])
    assert (server.country_code or "") == entry["host"]["CountryCode"].upper()
    if entry["last_active"] < 0:
        assert (server.last_active, server.host, server.state) == (None, None, None)
        return
    assert server.last_active == at(entry["last_active"])
    assert_same_host(server, entry["host"])
    assert_same_state(server, entry["status"])


def assert_same_host(server: Server, host: dict[str, Any]) -> None:
    """Compare a host with what was recorded of it."""
    assert server.host
    assert {wire: getattr(server.host, word) for wire, word in HOST_WORDS.items()} == {
        wire: host[wire] for wire in HOST_WORDS
    }
    assert server.host.boot_time == at(host["BootTime"])
    assert list(server.host.cpu) == host["CPU"]
    assert list(server.host.gpu) == (host.get("GPU") or [])


def assert_same_state(server: Server, status: dict[str, Any]) -> None:
    """Compare a state with what was recorded of it; what cannot be true is no value."""
    assert server.host
    assert server.state
    assert {wire: getattr(server.state, word) for wire, word in STATUS_WORDS.items()} == {
        wire: status[wire] if status[wire] <= LARGEST_SIGNED else None for wire in STATUS_WORDS
    }
    assert [{"Name": sensor.name, "Temperature": sensor.celsius} for sensor in server.state.temperatures] == (
        status.get("Temperatures") or []
    )
    assert list(server.state.gpu) == ([status["GPU"]] if server.host.gpu else [])


@pytest.mark.parametrize(("version", "net_out_speed"), [(NEWEST, 283_058), (OLD, 302_078)])
async def test_counters_that_underflowed_have_no_value(
    version: str, net_out_speed: int, connect: Connect, serve_site: ServeSite
) -> None:
    """2**64 - 1 bytes per second and seconds of uptime are an agent's mistake; the other values stand."""
    site = await serve_site(recorded(RECORDED[f"{version}/server_details_extreme"]))

    state = (await connect(site.url).snapshot()).servers[4].state

    assert state
    assert (state.net_in_speed, state.uptime, state.net_out_speed) == (None, None, net_out_speed)


async def test_fields_that_came_later_are_empty_before(connect: Connect, serve_site: ServeSite) -> None:
    """0.16.16 with this agent tells no country, temperatures or GPUs."""
    site = await serve_site(recorded(RECORDED[f"{OLD}/server_details"]))

    server = (await connect(site.url).snapshot()).servers[2]

    assert server.host
    assert server.state
    assert (server.country_code, server.host.gpu, server.state.gpu, server.state.temperatures) == (None, (), (), ())


@pytest.mark.parametrize("version", [NEWEST, OLD])
async def test_restarted_dashboard_knows_servers_again_one_by_one(
    version: str, connect: Connect, serve_site: ServeSite
) -> None:
    """Right after the restart no server has reported; five seconds later those with an agent have."""
    site = await serve_site(recorded(RECORDED[f"{version}/server_details_after_restart_0s"]))
    client = connect(site.url)

    forgotten = (await client.snapshot()).servers.values()
    site.answer = recorded(RECORDED[f"{version}/server_details_after_restart_5s"])
    reported = (await client.snapshot()).servers.values()

    assert [server.id for server in forgotten if server.state or server.host or server.last_active] == []
    assert [server.id for server in reported if server.state and server.host and server.last_active] == [1, 2, 3, 4, 6]
    assert [server.id for server in reported] == [server.id for server in forgotten]


@pytest.mark.parametrize("exchange", named(REFUSED))
async def test_token_is_refused(exchange: Exchange, connect: Connect, serve_site: ServeSite) -> None:
    """Missing, wrong, with a scheme or revoked: the refusal has HTTP status 200."""
    site = await serve_site(recorded(exchange))

    with pytest.raises(NezhaAuthError):
        await connect(site.url).snapshot()


@pytest.mark.parametrize("exchange", named(EMPTY))
async def test_answer_that_could_not_be_encoded_is_invalid(
    exchange: Exchange, connect: Connect, serve_site: ServeSite
) -> None:
    """One NaN in a state empties the whole answer."""
    site = await serve_site(recorded(exchange))

    with pytest.raises(InvalidAnswerError):
        await connect(site.url).snapshot()


@pytest.mark.parametrize("version", [NEWEST, OLD])
@pytest.mark.parametrize("name", ["page", "unknown_api"])
async def test_page_is_no_answer(version: str, name: str, connect: Connect, serve_site: ServeSite) -> None:
    """The home page with 200 and the error page with 404 come from a wrong address."""
    site = await serve_site(recorded(RECORDED[f"{version}/{name}"]), everywhere=True)

    with pytest.raises(NotNezhaError):
        await connect(site.url).snapshot()


@pytest.mark.parametrize("version", [NEWEST, OLD])
async def test_redirect_for_a_slash_is_told(version: str, connect: Connect, serve_site: ServeSite) -> None:
    """A dashboard's own redirect names the path that it redirects to."""
    site = await serve_site(recorded(RECORDED[f"{version}/trailing_slash"]))
    client = connect(site.url)

    with pytest.raises(LoginPageError):
        await client.snapshot()
    site.answer = reply(status=301, location="/nezha/api/v1/server/details")
    with pytest.raises(RedirectedError):
        await client.snapshot()


async def test_random_order_becomes_that_of_the_ids(connect: Connect, serve_site: ServeSite) -> None:
    """Dashboards list servers in an order that changes with every answer."""
    entries = list(RECORDED[f"{NEWEST}/server_details"].body["result"])
    site = await serve_site(result(entries))
    client = connect(site.url)

    for seed in range(5):
        Random(seed).shuffle(entries)  # noqa: S311 - nothing is kept secret
        site.answer = result(entries)
        assert list((await client.snapshot()).servers) == list(range(1, 9))


NO_SERVERS: list[Any] = [None, 7, "text", [], {}, {"name": "x"}, {"id": 0}, {"id": -1}, {"id": True}, {"id": 2**64}]


@pytest.mark.parametrize("entry", NO_SERVERS, ids=repr)
async def test_malformed_entry_is_counted_and_leaves_the_others_alone(
    entry: Any, connect: Connect, dashboard: ServedDashboard
) -> None:
    """What has no id of a server is left out."""
    dashboard.simulated.faults.add(DETAILS, FaultKind.REPLACE_SERVER, server_id=3, entry=entry)

    snapshot = await connect(dashboard.url, dashboard.token).snapshot()

    assert list(snapshot.servers) == [1, 2, 4, 5, 6, 7, 8]
    assert snapshot.malformed == 1


async def test_server_of_which_only_the_id_is_known_is_one(connect: Connect, dashboard: ServedDashboard) -> None:
    """An entry without the other fields is a server that has not reported."""
    dashboard.simulated.faults.add(DETAILS, FaultKind.REPLACE_SERVER, server_id=3, entry={"id": 3})

    snapshot = await connect(dashboard.url, dashboard.token).snapshot()

    assert snapshot.servers[3] == Server(id=3, name="")
    assert snapshot.malformed == 0


async def test_state_without_time_is_a_state(connect: Connect, serve_site: ServeSite) -> None:
    """A dashboard that does not say when a server reported has its values nevertheless."""
    site = await serve_site(result([{"id": 1, "last_active": 0, "status": {"Uptime": 60, "CPU": 250.5}}]))

    server = (await connect(site.url).snapshot()).servers[1]

    assert server == Server(id=1, name="", state=State(cpu=100, uptime=60))


ODD: list[Any] = [None, True, "text", "", -1, 0.5, 2**64, 10**400, "1e999", [], {}, [None], [[]], [{}], ["text", 1]]
"""What may stand where something else belongs; the text 1e999 is sent as the number, larger than any float."""


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{odd!r:.12}")
async def test_odd_value_costs_nothing_but_its_field(odd: Any, connect: Connect, serve_site: ServeSite) -> None:
    """Each field in turn holds the odd value, in a server of its own: nothing else of that server changes."""
    servers = dict(enumerate(_each_with(odd), start=100))
    body = encode({"code": 0, "result": [entry | {"id": number} for number, (_, entry) in servers.items()]})
    site = await serve_site(reply(body.replace(b'"1e999"', b"1e999")))

    snapshot = await connect(site.url).snapshot()

    assert list(snapshot.servers) == list(servers)
    assert snapshot.malformed == 0
    for number, server in snapshot.servers.items():
        name, _ = servers[number]
        assert _changed(server) <= FIELDS.get(name, set()), name
        assert not server.state or all(value is None or value >= 0 for value in _numbers(server.state)), name


FIELDS = (
    {name: {name} for name in ("name", "last_active", "ipv4", "ipv6")}
    | {"tag": {"groups"}, "host": {"host", "country_code", "state.gpu"}, "status": {"state"}}
    | {f"host.{wire}": {f"host.{word}"} for wire, word in HOST_WORDS.items()}
    | {"host.CPU": {"host.cpu"}, "host.BootTime": {"host.boot_time"}, "host.CountryCode": {"country_code"}}
    | {f"status.{wire}": {f"state.{word}"} for wire, word in STATUS_WORDS.items()}
    | {"host.GPU": {"host.gpu", "state.gpu"}, "status.GPU": {"state.gpu"}}
    | {"status.Temperatures": {"state.temperatures"}}
)
"""What a field of the wire may change; those that are not listed change nothing."""


def _each_with(odd: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the second server again and again, each time with the odd value in the field that is named."""
    plain = next(entry for entry in RECORDED[f"{NEWEST}/server_details"].body["result"] if entry["id"] == 2)
    for name in plain.keys() - {"id"}:
        yield name, plain | {name: odd}
    for part in ("host", "status"):
        for name in plain[part]:
            yield f"{part}.{name}", plain | {part: plain[part] | {name: odd}}


def _changed(server: Server) -> set[str]:
    """Return in which fields a server is not the second one; a host or state that is gone or all zero counts whole."""
    was, now = asdict(EIGHT_SERVERS[2]), asdict(server)
    changed = {name for name in was if name != "id" and was[name] != now[name]}
    for part, nothing in (("host", Host()), ("state", State())):
        if part in changed and now[part] and now[part] | {"gpu": ()} != asdict(nothing):
            changed = changed - {part} | {f"{part}.{name}" for name in was[part] if was[part][name] != now[part][name]}
    return changed


def _numbers(state: State) -> list[float | None]:
    return [value for value in asdict(state).values() if not isinstance(value, tuple)]


async def test_sensors_and_models_that_are_none_are_passed_over(connect: Connect, serve_site: ServeSite) -> None:
    """Temperatures count only as objects, models only as texts; impossible degrees have no value."""
    sensors = [{"Name": "a", "Temperature": 1e6}, {"Name": "b", "Temperature": -40}, None, "text", {}]
    status = {"Uptime": 1, "Temperatures": sensors, "GPU": 100.5}
    site = await serve_site(result([{"id": 1, "host": {"CPU": ["x", 1], "GPU": [None, "y"]}, "status": status}]))

    server = (await connect(site.url).snapshot()).servers[1]

    assert server.host
    assert server.state
    assert (server.host.cpu, server.host.gpu, server.state.gpu) == (("x",), ("y",), (100,))
    assert [(sensor.name, sensor.celsius) for sensor in server.state.temperatures] == [
        ("a", 1000),
        ("b", None),
        ("", 0),
    ]


@pytest.mark.parametrize("entries", [None, {}, "text", 7], ids=repr)
async def test_answer_without_list_is_invalid(entries: Any, connect: Connect, serve_site: ServeSite) -> None:
    """Servers come in a list, also when there are none."""
    site = await serve_site(result(entries))

    with pytest.raises(InvalidAnswerError):
        await connect(site.url).snapshot()


@pytest.mark.parametrize("body", [{}, [], None, "text", {"result": []}, {"code": "0"}, {"code": 500}], ids=repr)
async def test_answer_in_no_known_envelope_is_invalid(body: Any, connect: Connect, serve_site: ServeSite) -> None:
    """Code 500 stands for an error of the dashboard's database."""
    site = await serve_site(payload(body))
    client = connect(site.url)

    for asked in (client.snapshot(), client.latencies(1)):
        with pytest.raises(InvalidAnswerError):
            await asked


async def test_dashboard_without_servers_answers_an_empty_list(connect: Connect, serve_site: ServeSite) -> None:
    """No server is a valid answer."""
    site = await serve_site(result([]))

    snapshot = await connect(site.url).snapshot()

    assert (snapshot.servers, snapshot.malformed) == ({}, 0)


async def test_latest_report_tells_the_time_where_no_header_does(connect: Connect, serve_site: ServeSite) -> None:
    """A proxy may drop the Date header."""
    reports = [{"id": number, "last_active": 1_795_438_000 + number} for number in (1, 3, 2)]
    site = await serve_site(result(reports))
    client = connect(site.url)

    assert (await client.snapshot()).time == at(1_795_438_003)
    site.answer = result([])
    assert (await client.snapshot()).time == at(0)


@pytest.mark.parametrize("exchange", answered("monitor", HIDDEN_OR_UNKNOWN))
async def test_recorded_monitors_are_read_point_by_point(
    exchange: Exchange, connect: Connect, serve_site: ServeSite
) -> None:
    """Points are pairs of the two lists in the order of time; 0 ms is a failed probe, no data an empty answer."""
    site = await serve_site(recorded(exchange))

    answer = await connect(site.url).latencies(1)

    assert answer.time == parsedate_to_datetime(exchange.headers["date"])
    assert answer.size == len(encode(exchange.body))
    assert [asdict(latency) for latency in answer.latencies] == [
        {
            "monitor_id": entry["monitor_id"],
            "monitor_name": entry["monitor_name"],
            "points": tuple(
                (at(created / 1000), delay or None)
                for created, delay in zip(entry["created_at"], entry["avg_delay"], strict=True)
            ),
        }
        for entry in exchange.body["result"] or []
    ]


async def test_monitors_of_a_server_have_names_and_points(connect: Connect, serve_site: ServeSite) -> None:
    """Two monitors measure, one fails all the time; six points of the same minute are six points."""
    site = await serve_site(recorded(RECORDED[f"{NEWEST}/monitor_1"]))

    answer = await connect(site.url).latencies(1)

    minutes = [at(1_795_438_020)] * 6 + [at(1_795_438_080)]
    ping = (6.7838736, 9.590505, 6.553107, 8.840116, 8.042423, 7.0907984, 9.481329)
    ssh = (2.7806652, 5.5895467, 2.554594, 4.837719, 4.039445, 3.0959506, 5.479436)
    assert answer.time == at(1_795_438_089)
    assert answer.latencies == (
        Latency(monitor_id=1, monitor_name="Ping Frankfurt", points=tuple(zip(minutes, ping, strict=True))),
        Latency(monitor_id=2, monitor_name="SSH", points=tuple(zip(minutes, ssh, strict=True))),
        Latency(monitor_id=4, monitor_name="Broken", points=tuple((minute, None) for minute in minutes)),
    )


@pytest.mark.parametrize(
    "exchange",
    [
        *named(HIDDEN_OR_UNKNOWN),
        pytest.param(RECORDED[BEHIND_VIEW_PASSWORD], id=BEHIND_VIEW_PASSWORD),
        pytest.param(RECORDED[f"{NEWEST}/unknown_api"], id="before 0.16.0"),
    ],
)
async def test_monitors_are_not_offered(exchange: Exchange, connect: Connect, serve_site: ServeSite) -> None:
    """A server that is hidden or unknown, a view password and an old dashboard are no failures."""
    site = await serve_site(recorded(exchange))

    with pytest.raises(NotOfferedError):
        await connect(site.url).latencies(1)


async def test_refused_latency_is_no_refused_token(connect: Connect, dashboard: ServedDashboard) -> None:
    """What a dashboard hides from somebody says nothing about the token."""
    dashboard.simulated.faults.add("/api/v1/monitor/6", FaultKind.UNAUTHORIZED)
    client = connect(dashboard.url, dashboard.token)

    with pytest.raises(NotOfferedError):
        await client.latencies(6)
    assert (await client.snapshot()).servers


async def test_dashboard_before_monitors_still_lists_servers(connect: Connect, serve: Serve) -> None:
    """0.15 has no latency at all."""
    dashboard = await serve(Dashboard(World(), version="0.15.20"))
    client = connect(dashboard.url, dashboard.token)

    with pytest.raises(NotOfferedError):
        await client.latencies(1)
    assert len((await client.snapshot()).servers) == 8


ODD_MONITORS: list[Any] = [None, 7, [], {}, {"monitor_id": 0}, {"monitor_id": "x"}]


async def test_malformed_monitors_leave_the_others_alone(connect: Connect, serve_site: ServeSite) -> None:
    """What has no id of a monitor is passed over."""
    site = await serve_site(result([*ODD_MONITORS, {"monitor_id": 5, "monitor_name": "SSH"}]))

    assert (await connect(site.url).latencies(1)).latencies == (Latency(monitor_id=5, monitor_name="SSH"),)


async def test_malformed_points_leave_the_others_alone(connect: Connect, serve_site: ServeSite) -> None:
    """Points need a time; delays that are none count as failed; what has no partner in the other list is dropped."""
    minute = 1_795_438_020_000
    times = [minute + 180_000, minute, minute + 60_000, None, "text", -1, 0, minute + 120_000, 9e18, minute]
    delays = [4.5, 1.5, -1, 1, 1, 1, 1, "text", 1]
    site = await serve_site(result([{"monitor_id": 1, "created_at": times, "avg_delay": delays}]))

    (latency,) = (await connect(site.url).latencies(1)).latencies

    assert latency.points == (
        (at(1_795_438_020), 1.5),
        (at(1_795_438_080), None),
        (at(1_795_438_140), None),
        (at(1_795_438_200), 4.5),
    )


async def test_latest_point_tells_the_time_where_no_header_does(connect: Connect, serve_site: ServeSite) -> None:
    """The newest point of all monitors counts."""
    points = {"created_at": [1_795_438_020_000, 1_795_438_080_000], "avg_delay": [1, 1]}
    site = await serve_site(result([{"monitor_id": 1} | points, {"monitor_id": 2}]))

    assert (await connect(site.url).latencies(1)).time == at(1_795_438_080)


@pytest.mark.parametrize("entries", [{}, "text", 7], ids=repr)
async def test_monitors_that_are_no_list_are_invalid(entries: Any, connect: Connect, serve_site: ServeSite) -> None:
    """No monitors are null or an empty list."""
    site = await serve_site(result(entries))

    with pytest.raises(InvalidAnswerError):
        await connect(site.url).latencies(1)
