"""Generations 1 and 2 share their answers about servers, groups and monitors: every recorded one again."""

from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
import re
from typing import Any

import pytest

from custom_components.nezha.api import (
    DashboardError,
    Host,
    InvalidAnswerError,
    Latency,
    Monitor,
    NotOfferedError,
    RealIpError,
    Server,
    Snapshot,
    State,
    Temperature,
    carry_on,
)
from simulator.go_json import encode

from .eight_servers import at
from .recorded import Exchange
from .recorded_v12 import (
    CONNECTIONS,
    EXCHANGES,
    GROUPS,
    MONITORED,
    SERVER,
    SERVICE,
    Connection,
    again,
    moved_clock,
    replayed,
)
from .site import payload, reply

pytestmark = pytest.mark.usefixtures("socket_enabled")

OLD, NEWEST = "v1.4.0", "v1.14.14"
FOLDERS = [OLD, NEWEST, "v2.0.14", "v2.3.7", "v2.3.7-tsdb"]
NUMBERS = [field.name for field in fields(State) if field.name not in {"temperatures", "gpu"}]
LARGEST_SIGNED = 2**63 - 1

LARGE = Server(
    id=2,
    name="数据库-东京",
    uuid="39d017fc-eaab-55cd-be23-6eb12a213989",
    ipv4="192.0.2.65",
    country_code="JP",
    last_active=datetime(2026, 11, 23, 12, 48, 10, 999_458, tzinfo=UTC),
    host=Host(
        platform="debian",
        platform_version="12.8",
        cpu=("Intel Xeon Gold 6338 16 Physical Core",),
        gpu=("NVIDIA RTX A4000", "NVIDIA T4"),
        mem_total=68_719_476_736,
        disk_total=2_147_483_648_000,
        swap_total=2_147_483_648,
        arch="x86_64",
        boot_time=at(1_795_006_013),
        version="1.15.0",
    ),
    state=State(
        cpu=34.15,
        mem_used=32_350_326_453,
        swap_used=73_340_521,
        disk_used=1_331_439_861_760,
        net_in_transfer=79_520_070_441,
        net_out_transfer=23_643_378_564,
        net_in_speed=819_644,
        net_out_speed=273_214,
        uptime=432_077,
        load_1=1.37,
        load_5=2.17,
        load_15=1.89,
        tcp_conn_count=88,
        udp_conn_count=6,
        process_count=110,
        temperatures=(
            Temperature(name="coretemp_package_id_0", celsius=45.1),
            Temperature(name="nvme_composite", celsius=37.1),
            Temperature(name="nvme_composite", celsius=39.6),
        ),
        gpu=(25.7, 16.7),
    ),
)
IDLE = Server(
    id=5,
    name="idle",
    uuid="5fef9e6e-95b2-5008-ab70-d39039e1c115",
    ipv4="192.0.2.129",
    country_code="DE",
    last_active=datetime(2026, 11, 23, 12, 48, 11, 3_383, tzinfo=UTC),
    host=Host(
        platform="debian",
        platform_version="12.8",
        cpu=("AMD EPYC 7B13 4 Virtual Core",),
        mem_total=4_294_967_296,
        disk_total=85_899_345_920,
        swap_total=0,
        arch="x86_64",
        virtualization="kvm",
        boot_time=at(1_794_746_813),
        version="1.15.0",
    ),
    state=State(uptime=691_278),
)
NEVER = Server(id=8, name="never-reported", uuid="5b3c2ccd-2630-510d-a669-088c41b55258")


def recorded_lists() -> list[Any]:
    """Return every recorded list of servers."""
    return [
        pytest.param(exchange, id=f"{exchange.folder}/{exchange.name}")
        for exchange in EXCHANGES.values()
        if exchange.path.partition("?")[0] == SERVER and exchange.body and "data" in exchange.body
    ]


async def test_eight_servers_are_read() -> None:
    """Values in base units, zeros that are left out on the wire as zeros, and nothing of the never-reported one."""
    async with replayed(NEWEST, "jwt") as dashboard:
        snapshot = await dashboard.client().snapshot()

    servers = snapshot.servers
    assert list(servers) == list(range(1, 9))
    assert (servers[2], servers[5], servers[8]) == (LARGE, IDLE, NEVER)
    assert [(server.ipv4, server.ipv6, server.country_code) for server in servers.values()] == [
        ("192.0.2.1", "2001:db8:1::1", "HK"),
        ("192.0.2.65", None, "JP"),
        (None, "2001:db8::3", "FR"),
        ("192.0.2.193", None, "US"),
        ("192.0.2.129", None, "DE"),
        ("192.0.2.130", None, "DE"),
        ("198.51.100.7", None, "CN"),
        (None, None, None),
    ]
    assert snapshot.time == datetime(2026, 11, 23, 12, 48, 11, tzinfo=UTC)


@pytest.mark.parametrize("recorded", recorded_lists())
async def test_recorded_servers_are_read_word_for_word(recorded: Exchange) -> None:
    """Whatever version or moment: no server is lost, no value changes fields."""
    entries = {entry["id"]: entry for entry in recorded.body["data"]}
    async with replayed({"v1": NEWEST, "v2": "v2.3.7"}[recorded.folder[:2]], "jwt") as dashboard:
        dashboard.says(SERVER, again(recorded))
        snapshot = await dashboard.client().snapshot()

    assert list(snapshot.servers) == sorted(entries)
    assert snapshot.malformed == 0
    assert snapshot.size == len(encode(recorded.body))
    assert snapshot.time == parsedate_to_datetime(recorded.headers["date"])
    for number, server in snapshot.servers.items():
        assert_same(server, entries[number])


@pytest.mark.parametrize("folder", FOLDERS)
async def test_recorded_messages_are_read_word_for_word(folder: str) -> None:
    """They lack uuid, addresses and groups; the dashboard's clock comes along."""
    recorded = CONNECTIONS[f"{folder}/ws_jwt"]
    async with replayed(folder, "jwt") as dashboard:
        snapshots = await dashboard.snapshots(recorded)

    assert len(snapshots) == len(recorded.messages) == 3
    for snapshot, content in zip(snapshots, recorded.messages, strict=True):
        entries = {entry["id"]: entry for entry in content["servers"]}
        assert (list(snapshot.servers), snapshot.malformed) == (sorted(entries), 0)
        assert snapshot.time == at(content["now"] / 1000)
        for number, server in snapshot.servers.items():
            assert_same(server, entries[number])


def assert_same(server: Server, entry: dict[str, Any]) -> None:
    """Compare a server with what was recorded of it."""
    geoip = entry.get("geoip") or {}
    addresses = geoip.get("ip") or {}
    assert (server.id, server.name, server.uuid) == (entry["id"], entry["name"], entry.get("uuid"))
    assert (server.ipv4, server.ipv6) == (addresses.get("ipv4_addr"), addresses.get("ipv6_addr"))
    country = entry.get("country_code") or geoip.get("country_code")
    assert server.country_code == (country.upper() if country else None)
    assert server.last_active == recorded_time(entry["last_active"])
    assert bool(server.state) is bool(entry["state"])
    assert bool(server.host) is bool(entry["host"])
    if server.host:
        assert_same_host(server.host, entry["host"])
    if server.state:
        assert_same_state(server.state, entry["state"])


def recorded_time(text: str) -> datetime | None:
    """Return a time as it was recorded, down to the microsecond."""
    if text.startswith("0001-"):
        return None
    seconds, fraction = re.fullmatch(r"([^.]*?)(?:\.(\d+))?Z", text).groups("")  # type: ignore[union-attr]
    whole = datetime.strptime(seconds, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    return whole + timedelta(microseconds=int(f"{fraction:0<6}"[:6]))


def assert_same_host(host: Host, entry: dict[str, Any]) -> None:
    """Compare a host with what was recorded of it."""
    for name in ("platform", "platform_version", "arch", "virtualization", "version"):
        assert getattr(host, name) == entry.get(name, "")
    for name in ("mem_total", "disk_total", "swap_total"):
        assert getattr(host, name) == entry.get(name, 0)
    assert (list(host.cpu), list(host.gpu)) == (entry["cpu"], entry.get("gpu", []))
    assert host.boot_time == at(entry["boot_time"])


def assert_same_state(state: State, entry: dict[str, Any]) -> None:
    """Compare a state with what was recorded of it; what cannot be true is no value."""
    for name in NUMBERS:
        value = entry.get(name, 0)
        assert getattr(state, name) == (value if value <= LARGEST_SIGNED else None)
    assert [{"Name": sensor.name, "Temperature": sensor.celsius} for sensor in state.temperatures] == entry.get(
        "temperatures", []
    )
    assert list(state.gpu) == entry.get("gpu", [])


@pytest.mark.parametrize("folder", FOLDERS)
async def test_counters_that_underflowed_have_no_value(folder: str) -> None:
    """2**64 - 1 bytes per second and seconds of uptime are an agent's mistake; the other values stand."""
    async with replayed(folder, "jwt") as dashboard:
        dashboard.repeats("server_extreme")
        state = (await dashboard.client().snapshot()).servers[4].state

    assert state
    assert (state.net_in_speed, state.uptime, state.disk_used) == (None, None, 5_325_759_447_040)
    assert state.net_out_speed


@pytest.mark.parametrize("folder", FOLDERS)
async def test_answer_that_could_not_be_encoded_is_invalid(folder: str) -> None:
    """One NaN in a state empties the whole answer; the next one is good."""
    async with replayed(folder, "jwt") as dashboard:
        client = dashboard.client()
        dashboard.repeats("server_nan")
        with pytest.raises(InvalidAnswerError):
            await client.snapshot()

        dashboard.repeats("server_after_story")
        assert (await client.snapshot()).servers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T12:48:10.999458641Z", datetime(2026, 11, 23, 12, 48, 10, 999_458, tzinfo=UTC)),
        ("2026-11-23T20:48:10.123456789+08:00", datetime(2026, 11, 23, 12, 48, 10, 123_456, tzinfo=UTC)),
        ("2026-11-23T09:18:10.5-03:30", datetime(2026, 11, 23, 12, 48, 10, 500_000, tzinfo=UTC)),
        ("2026-11-23T12:48:10Z", datetime(2026, 11, 23, 12, 48, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T08:05:43+08:05", None),
        ("9999-12-31T23:59:59Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("2026-11-23T12:48:10", None),
        ("yesterday", None),
        ("", None),
        (1_795_438_088, None),
        (None, None),
    ],
)
async def test_time_of_the_last_report(text: Any, expected: datetime | None) -> None:
    """Nanoseconds, with the offset of the dashboard's own zone; no time is none."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, payload({"success": True, "data": [{"id": 1, "last_active": text}]}))
        server = (await dashboard.client().snapshot()).servers[1]

    assert server == Server(id=1, name="", last_active=expected)


NO_SERVERS: list[Any] = [None, 7, "text", [], {}, {"name": "x"}, {"id": 0}, {"id": -1}, {"id": True}, {"id": 2**64}]


@pytest.mark.parametrize("entry", NO_SERVERS, ids=repr)
async def test_malformed_entry_is_counted_and_leaves_the_others_alone(entry: Any) -> None:
    """What has no id of a server is left out."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, payload({"success": True, "data": [{"id": 2}, entry, {"id": 1}]}))
        snapshot = await dashboard.client().snapshot()

    assert (list(snapshot.servers), snapshot.malformed) == ([1, 2], 1)


ODD: list[Any] = [None, True, "text", "", -1, 0.5, 2**64, 10**400, "1e999", [], {}, [None], [[]], [{}], ["text", 1]]
"""What may stand where something else belongs; the text 1e999 is sent as the number, larger than any float."""


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{odd!r:.12}")
async def test_odd_value_costs_nothing_but_its_field(odd: Any) -> None:
    """Each field in turn holds the odd value, in a server of its own: nothing else of that server changes."""
    servers = dict(enumerate(each_with(odd), start=100))
    entries = [entry | {"id": number} for number, (_, entry) in servers.items()]
    for entry in entries:
        entry["uuid"] = f"{entry['id']}" if entry["uuid"] == LARGE.uuid else entry["uuid"]
    body = encode({"success": True, "data": entries})
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, reply(body.replace(b'"1e999"', b"1e999")))
        dashboard.says(GROUPS, payload({"success": True}))
        snapshot = await dashboard.client().snapshot()

    assert (list(snapshot.servers), snapshot.malformed) == (list(servers), 0)
    for number, server in snapshot.servers.items():
        name = servers[number][0]
        is_as_sent = server.uuid == f"{number}"
        shown = replace(server, uuid=LARGE.uuid) if is_as_sent else server
        assert changed(shown) <= {MODEL_WORDS.get(name, name)}, name


MODEL_WORDS = {
    "geoip.ip": "ip",
    "geoip.ip.ipv4_addr": "ip",
    "geoip.ip.ipv6_addr": "ip",
    "geoip.country_code": "country_code",
}


def each_with(odd: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the second server again and again, each time with the odd value in the field that is named."""
    plain = next(entry for entry in EXCHANGES[f"{NEWEST}/server_jwt"].body["data"] if entry["id"] == 2)
    for name in plain.keys() - {"id", "geoip"}:
        yield name, plain | {name: odd}
    for part in ("host", "state", "geoip"):
        for name in plain[part]:
            yield f"{part}.{name}", plain | {part: plain[part] | {name: odd}}
    for name in ("ipv4_addr", "ipv6_addr"):
        yield f"geoip.ip.{name}", plain | {"geoip": {"ip": {name: odd}, "country_code": "jp"}}


def changed(server: Server) -> set[str]:
    """Return in which fields a server is not the second one; a host or state that is gone counts whole."""
    was, now = flat(LARGE), flat(server)
    for part in ("host", "state"):
        if getattr(server, part) in (None, Host(), State()):
            was = {name: value for name, value in was.items() if not name.startswith(f"{part}.")} | {part: True}
            now = {name: value for name, value in now.items() if not name.startswith(f"{part}.")} | {part: False}
    return {name for name in was if was[name] != now[name]}


def flat(server: Server) -> dict[str, Any]:
    """Return the values of a server, those of host and state with the name of the part; both addresses are one."""
    values = {name: value for name, value in asdict(server).items() if name != "id"}
    values["ip"] = (values.pop("ipv4"), values.pop("ipv6"))
    for part in ("host", "state"):
        values |= {f"{part}.{name}": value for name, value in (values.pop(part) or {}).items()}
    return values


async def test_sensors_and_models_that_are_none_are_passed_over() -> None:
    """Temperatures count only as objects, models only as texts; impossible values are none."""
    sensors = [{"Name": "a", "Temperature": 1e6}, {"Name": "b", "Temperature": -40}, None, "text", {}]
    entry = {
        "id": 1,
        "host": {"cpu": ["x", 1], "gpu": [None, "y"]},
        "state": {"uptime": 1, "temperatures": sensors, "gpu": [0, 250, "text", 7.5]},
    }
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, payload({"success": True, "data": [entry]}))
        server = (await dashboard.client().snapshot()).servers[1]

    assert server.host
    assert server.state
    assert (server.host.cpu, server.host.gpu, server.state.gpu) == (("x",), ("y",), (0, 100, None, 7.5))
    assert [(sensor.name, sensor.celsius) for sensor in server.state.temperatures] == [
        ("a", 1000),
        ("b", None),
        ("", 0),
    ]


async def test_dashboard_without_servers_leaves_them_out() -> None:
    """Neither the answer nor the messages have a list then."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, payload({"success": True}))
        snapshot = await dashboard.client().snapshot()
        [message] = await dashboard.snapshots(Connection(messages=[{"now": 1_795_438_088_000, "online": 1}]))

    assert (snapshot.servers, snapshot.malformed) == ({}, 0)
    assert (message.servers, message.malformed, message.time) == ({}, 0, at(1_795_438_088))


async def test_latest_report_tells_the_time_where_nothing_else_does() -> None:
    """A proxy may drop the Date header."""
    reports = [{"id": number, "last_active": f"2026-11-23T12:48:0{number}Z"} for number in (1, 3, 2)]
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        dashboard.says(SERVER, payload({"success": True, "data": reports}))
        assert (await client.snapshot()).time == datetime(2026, 11, 23, 12, 48, 3, tzinfo=UTC)
        dashboard.says(SERVER, payload({"success": True}))
        assert (await client.snapshot()).time == at(0)


NO_LIST: list[Any] = [{}, {"id": 1}, "", "text", 0, 7, True, False, [[]], [None, 7], [{"name": "x"}]]


@pytest.mark.parametrize("data", NO_LIST, ids=repr)
async def test_other_things_than_a_list_of_servers_are_invalid(data: Any) -> None:
    """Nobody's servers vanish because of them."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, payload({"success": True, "data": data}))
        with pytest.raises(InvalidAnswerError):
            await dashboard.client().snapshot()


@pytest.mark.parametrize("content", [{}, {"data": None}, {"data": []}], ids=repr)
async def test_no_list_is_one_without_servers(content: Any) -> None:
    """As Go leaves out what is empty."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, payload({"success": True, **content}))
        assert (await dashboard.client().snapshot()).servers == {}


@pytest.mark.parametrize("body", [{}, [], None, "text", {"success": False}, {"success": 1, "data": []}], ids=repr)
async def test_answer_in_no_known_envelope_is_invalid(body: Any) -> None:
    """HTTP 200 is no sign of success."""
    async with replayed(NEWEST, "jwt") as dashboard:
        for path in (SERVER, GROUPS, SERVICE, MONITORED, f"{SERVICE}/1"):
            dashboard.says(path, payload(body))
        client = dashboard.client()
        for asked in (client.snapshot(), client.monitored(), client.monitors(), client.latencies(1)):
            with pytest.raises(InvalidAnswerError):
                await asked


async def test_error_in_the_dashboards_language_is_none_of_the_credential() -> None:
    """The list of servers fails for the moment, and is asked for again."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        dashboard.says(SERVER, payload({"error": "数据库出错: 未知"}))
        with pytest.raises(DashboardError, match="数据库出错"):
            await client.snapshot()

        dashboard.repeats("server_jwt")
        assert len((await client.snapshot()).servers) == 8


async def test_missing_header_of_the_proxy_is_told() -> None:
    """A proxy that stops sending it turns every answer into this error."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, again(EXCHANGES["v1.14.14-waf/no_header_server"]))
        with pytest.raises(RealIpError):
            await dashboard.client().snapshot()


@pytest.mark.parametrize("folder", FOLDERS)
async def test_recorded_groups_name_their_servers(folder: str) -> None:
    """Each server has the names of its groups, most have one."""
    recorded = EXCHANGES[f"{folder}/server_group_jwt"].body["data"]
    members = {number: group["group"]["name"] for group in recorded for number in group["servers"]}
    async with replayed(folder, "jwt") as dashboard:
        snapshot = await dashboard.client().snapshot()

    assert {number: snapshot.groups_of(server) for number, server in snapshot.servers.items()} == {
        number: (members[number],) if number in members else () for number in snapshot.servers
    }


async def test_server_may_be_in_several_groups() -> None:
    """Groups without members or without a name add nothing."""
    groups = [
        {"group": {"id": 1, "name": "Edge"}, "servers": [1, 2]},
        {"group": {"id": 2, "name": "数据库"}, "servers": [2]},
        {"group": {"id": 3, "name": "Empty"}, "servers": None},
        {"group": {"id": 4, "name": ""}, "servers": [1]},
        {"group": {"id": 5, "name": "Absent"}},
    ]
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(GROUPS, payload({"success": True, "data": groups}))
        snapshot = await dashboard.client().snapshot()

    assert [snapshot.groups_of(snapshot.servers[number]) for number in (1, 2, 3)] == [("Edge",), ("Edge", "数据库"), ()]


ODD_GROUPS: list[Any] = [
    *("text", 7, {}, [None], ["text"], [{"servers": [1]}], [{"group": "Edge", "servers": [1]}]),
    [{"group": {"name": "Edge"}, "servers": "all"}],
]


@pytest.mark.parametrize("data", ODD_GROUPS, ids=repr)
async def test_groups_that_cannot_be_read_change_nothing(data: Any) -> None:
    """Else servers would show that nobody wants to see."""
    with moved_clock() as clock:
        async with replayed(NEWEST, "jwt") as dashboard:
            client = dashboard.client()
            before = await client.snapshot()
            clock.passes(300)
            dashboard.says(GROUPS, payload({"success": True, "data": data}))
            assert (await client.snapshot()).groups == before.groups
    assert before.groups


@pytest.mark.parametrize("folder", [OLD, NEWEST])
@pytest.mark.parametrize("server", [1, 2])
async def test_recorded_points_are_read_one_by_one(folder: str, server: int) -> None:
    """Points are pairs of the two lists; 0 ms is a failed probe."""
    recorded = EXCHANGES[f"{folder}/service_{server}_jwt"]
    async with replayed(folder, "jwt") as dashboard:
        answer = await dashboard.client().latencies(server)

    assert answer.time == parsedate_to_datetime(recorded.headers["date"])
    assert answer.size == len(encode(recorded.body))
    assert list(answer.latencies) == recorded_latencies(recorded)
    assert {latency.monitor_name for latency in answer.latencies} >= {"Ping Frankfurt", "SSH"}


def recorded_latencies(recorded: Exchange) -> list[Latency]:
    """Return what was recorded in the client's words."""
    return [
        Latency(
            monitor_id=entry["monitor_id"],
            monitor_name=entry["monitor_name"],
            points=tuple(
                (at(created / 1000), delay or None)
                for created, delay in zip(entry["created_at"], entry["avg_delay"], strict=True)
            ),
        )
        for entry in recorded.body["data"]
    ]


@pytest.mark.parametrize("folder", [OLD, NEWEST])
async def test_server_without_points_has_no_monitors(folder: str) -> None:
    """An empty list is left out."""
    async with replayed(folder, "jwt") as dashboard:
        dashboard.says(f"{SERVICE}/8", again(EXCHANGES[f"{folder}/service_8_never_jwt"]))
        assert (await dashboard.client().latencies(8)).latencies == ()


async def test_points_of_an_unknown_server_are_not_offered() -> None:
    """The dashboard says so in its own language, whatever that is."""
    async with replayed(NEWEST, "jwt") as dashboard:
        with pytest.raises(NotOfferedError, match="server not found"):
            await dashboard.client().latencies(99)
        dashboard.says(f"{SERVICE}/98", payload({"error": "伺服器不存在"}))
        with pytest.raises(NotOfferedError, match="伺服器不存在"):
            await dashboard.client().latencies(98)


async def test_points_of_a_hidden_server_are_not_offered_to_guests() -> None:
    """Only a login sees them."""
    async with replayed(NEWEST, "none") as dashboard:
        with pytest.raises(NotOfferedError):
            await dashboard.client().latencies(6)


async def test_path_that_is_unknown_is_not_offered() -> None:
    """Both with HTTP 200, as before 1.5.0, and with 404."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        for respond in (again(EXCHANGES[f"{OLD}/gen0_list_none"]), again(EXCHANGES[f"{NEWEST}/gen0_list_none"])):
            dashboard.says(f"{SERVICE}/1", respond)
            with pytest.raises(NotOfferedError):
                await client.latencies(1)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("credential", ["jwt", "none"])
async def test_servers_with_monitors_are_named(folder: str, credential: str) -> None:
    """In whatever order."""
    recorded = EXCHANGES[f"{folder}/service_server_{credential}"].body["data"]
    async with replayed(folder, credential) as dashboard:
        assert await dashboard.client().monitored() == frozenset(recorded)


async def test_every_server_may_have_monitors_as_long_as_a_deleted_one_had() -> None:
    """The dashboard answers with an error then; so those that are there right now may be asked for."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(MONITORED, payload({"error": "server not found"}))
        assert await dashboard.client().monitored() == frozenset(range(1, 9))


async def test_a_uuid_that_several_servers_have_tells_none_of_them_apart() -> None:
    """Each is known by its id."""
    servers = [{"id": 1, "uuid": "a"}, {"id": 2, "uuid": "a"}, {"id": 3, "uuid": "b"}]
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, payload({"success": True, "data": servers}))
        snapshot = await dashboard.client().snapshot()
    assert [server.uuid for server in snapshot.servers.values()] == [None, None, "b"]


async def test_only_ids_name_servers_with_monitors() -> None:
    """As a text they are those of a server whose id is one; an empty list is left out."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        dashboard.says(MONITORED, payload({"success": True, "data": [3, "4", None, [], 1, "x", 0]}))
        assert await client.monitored() == frozenset({1, 3, 4})
        dashboard.says(MONITORED, payload({"success": True}))
        assert await client.monitored() == frozenset()


async def test_recorded_monitors_are_read() -> None:
    """Whether they are up now, how available they were, and today's mean."""
    async with replayed(NEWEST, "jwt") as dashboard:
        monitors = await dashboard.client().monitors()

    assert monitors == (
        Monitor(id=1, name="Ping Frankfurt", up=True, availability=100 * 90 / 105, delay=20.658287),
        Monitor(id=2, name="SSH", up=True, availability=100 * 90 / 105, delay=16.658571),
        Monitor(id=3, name="Website", up=True, availability=100 * 90 / 105, delay=16.658611),
        Monitor(id=4, name="Broken", up=False, availability=0, delay=None),
    )


@pytest.mark.parametrize("folder", FOLDERS)
async def test_recorded_monitors_of_every_version_are_read(folder: str) -> None:
    """They never changed their shape after 1.0.22."""
    recorded = EXCHANGES[f"{folder}/service_jwt"].body["data"]["services"]
    async with replayed(folder, "jwt") as dashboard:
        monitors = await dashboard.client().monitors()

    assert {str(monitor.id): monitor.name for monitor in monitors} == {
        number: service["service_name"] for number, service in recorded.items()
    }
    assert {str(monitor.id): monitor.delay for monitor in monitors} == {
        number: service["delay"][29] or None for number, service in recorded.items()
    }


def services(**changes: Any) -> Any:
    """Return an answer with one monitor."""
    service = {"service_name": "Ping", "current_up": 0, "current_down": 0, "total_up": 0, "total_down": 0}
    return {"success": True, "data": {"services": {"7": service | changes}}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Monitor(id=7, name="Ping")),
        ({"current_up": 8, "current_down": 2}, Monitor(id=7, name="Ping", up=False)),
        ({"current_up": 9, "current_down": 2}, Monitor(id=7, name="Ping", up=True)),
        ({"total_up": 3, "total_down": 1}, Monitor(id=7, name="Ping", availability=75)),
        ({"delay": [*[5.0] * 29, 0]}, Monitor(id=7, name="Ping")),
        ({"delay": [*[0] * 29, 12.5]}, Monitor(id=7, name="Ping", delay=12.5)),
        ({"delay": []}, Monitor(id=7, name="Ping")),
        ({"delay": ["text"], "current_up": -1, "total_up": "text"}, Monitor(id=7, name="Ping")),
        ({"service_name": "", "service": {"id": 7, "name": "Before 1.0.22"}}, Monitor(id=7, name="Before 1.0.22")),
    ],
)
async def test_monitor(changes: dict[str, Any], expected: Monitor) -> None:
    """Up means more than 80 % of the recent probes; what nobody measured is unknown."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVICE, payload(services(**changes)))
        assert await dashboard.client().monitors() == (expected,)


@pytest.mark.parametrize("data", [None, {}, {"services": None}, {"services": {}}], ids=repr)
async def test_answer_without_monitors_has_none(data: Any) -> None:
    """Both the list and the whole answer are left out where there are none."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVICE, payload({"success": True, "data": data}))
        assert await dashboard.client().monitors() == ()


@pytest.mark.parametrize(
    "data", [[], "text", 0, {"services": []}, {"services": "text"}, {"services": {"x": {}, "1": []}}], ids=repr
)
async def test_other_things_than_monitors_are_invalid(data: Any) -> None:
    """Nobody's monitors vanish because of them."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVICE, payload({"success": True, "data": data}))
        with pytest.raises(InvalidAnswerError):
            await dashboard.client().monitors()


async def test_server_has_a_page() -> None:
    """With or without monitors."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()

        assert client.server_page(7, monitored=True) == client.server_page(7, monitored=False)
        assert client.server_page(7, monitored=False) == f"{dashboard.url}/server/7"


def online(snapshots: list[Snapshot]) -> list[set[int]]:
    """Return which servers are online after each message."""
    known, online = None, []
    for snapshot in snapshots:
        known = carry_on(known, snapshot)
        online.append({server.id for server in known.servers.values() if server.online})
    return online


STORY = "ws_story_stop_start_reboot_rename_set_delete"
ALL_BUT_NEVER, AGENTS = {1, 2, 3, 4, 5, 6, 7}, {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize("folder", [OLD, NEWEST, "v2.0.14"])
async def test_story_of_agents(folder: str) -> None:
    """An agent that is back within 30 s was never away; one that had stopped before goes offline in the middle.

    A server that is deleted while its agent runs comes back under a new id.
    """
    async with replayed(folder, "jwt") as dashboard:
        seen = online(await dashboard.snapshots(CONNECTIONS[f"{folder}/{STORY}"]))

    assert seen == [*[ALL_BUT_NEVER] * 5, *[AGENTS] * 10, AGENTS - {5}, *[AGENTS - {5} | {9}] * 2]


@pytest.mark.parametrize("folder", ["v2.3.7", "v2.3.7-tsdb"])
async def test_story_of_agents_whose_time_is_zeroed(folder: str) -> None:
    """Since 2.2.11 an agent that stops is offline at once, and a deleted server stays away."""
    async with replayed(folder, "jwt") as dashboard:
        seen = online(await dashboard.snapshots(CONNECTIONS[f"{folder}/{STORY}"]))

    assert seen == [*[AGENTS] * 3, *[AGENTS - {2}] * 5, *[AGENTS] * 7, *[AGENTS - {5}] * 3]


@pytest.mark.parametrize("folder", FOLDERS)
async def test_story_tells_of_reboot_and_new_name(folder: str) -> None:
    """The uptime begins anew, the name changes, a value jumps."""
    async with replayed(folder, "jwt") as dashboard:
        snapshots = await dashboard.snapshots(CONNECTIONS[f"{folder}/{STORY}"])

    first, last = snapshots[0].servers, snapshots[14].servers
    assert [(servers[1].state.uptime, servers[4].name, servers[5].state.cpu) for servers in (first, last)] == [  # type: ignore[union-attr]
        (pytest.approx(345_700, abs=20), "WINDOWS-NAS", 0),
        (9, "NAS 二", 100),
    ]
    assert first[1].host
    assert last[1].host
    assert last[1].host.boot_time > first[1].host.boot_time  # type: ignore[operator]


@pytest.mark.parametrize("folder", FOLDERS)
async def test_nothing_flaps_while_a_dashboard_restarts(folder: str) -> None:
    """It forgets all reports; its agents are back before anybody could call them offline."""
    connections = [CONNECTIONS[f"{folder}/{name}"] for name in ("ws_dashboard_restarts", "ws_after_restart")]
    async with replayed(folder, "jwt") as dashboard:
        before, after = [await dashboard.snapshots(connection) for connection in connections]

    seen = online(before + after)
    there = {1, 2, 3, 4, 6}
    assert all(servers & there == there for servers in seen[1:])
    assert all(servers <= there | {9} for servers in seen)
    assert not any(server.state for server in after[0].servers.values())
    assert {server.id for server in after[-1].servers.values() if server.state} == there | {9}


@pytest.mark.parametrize("names", [("server_just_stopped", "server_stopped_15s")])
@pytest.mark.parametrize("folder", FOLDERS)
async def test_stopped_agent_keeps_its_last_values(folder: str, names: tuple[str, ...]) -> None:
    """Only the time of its last report may be lost."""
    states = []
    async with replayed(folder, "jwt") as dashboard:
        client = dashboard.client()
        for name in names:
            dashboard.repeats(name)
            states.append((await client.snapshot()).servers[2].state)

    assert states[0]
    assert states[0] == states[1]
