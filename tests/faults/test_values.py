"""Values that cannot be true, names that nobody chose for us, and lists that are odd: what is shown of them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
import pytest
from yarl import URL

from custom_components.nezha.api import NezhaClient, session_options
from custom_components.nezha.connection import credential_of
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind
from tests.generations import Show, Shown, credential, settle
from tests.serving import Serve
from tests.watching import Writes, entities_of, still_world

from .conftest import complaints
from .test_running import unlike

GENERATIONS = pytest.mark.parametrize("generation", ["v0", "v2"])


@dataclass(frozen=True)
class Value:
    """A row: what all servers and monitors report, as newer generations write it, and what is shown of it."""

    name: str
    values: Mapping[str, Any]
    shown: Mapping[str, str]
    """States by fields of server 1, or of a monitor where they begin with its key; those of monitors are kept."""
    in_v0: Mapping[str, Any] = field(default_factory=dict)
    """What generation 0 writes otherwise."""

    def __str__(self) -> str:
        """Name the test."""
        return self.name


VALUES = (
    Value("percentage above 100", {"cpu": 250.5}, {"cpu": "100"}),
    Value("more used than there is", {"mem_used": 2**50, "disk_used": 2**55}, {"mem_usage": "100.0"}),
    Value(
        "negative numbers",
        {"cpu": -0.5, "mem_used": -1, "net_in_speed": -1, "net_out_transfer": -1, "load_1": -1},
        dict.fromkeys(("cpu", "mem_usage", "net_in_speed", "net_out_transfer", "load_1"), STATE_UNKNOWN),
    ),
    Value(
        "integers of 2^63 and more",
        {"cpu": 2**63, "mem_used": 2**63, "net_in_speed": 2**64 - 1, "net_out_transfer": 2**100, "load_1": 2**64},
        dict.fromkeys(("cpu", "mem_usage", "net_in_speed", "net_out_transfer", "load_1"), STATE_UNKNOWN),
    ),
    Value(
        "numbers of another type",
        {"cpu": "fast", "mem_used": {}, "net_in_speed": [1], "net_out_transfer": True, "load_1": "1"},
        dict.fromkeys(("cpu", "mem_usage", "net_in_speed", "net_out_transfer", "load_1"), STATE_UNKNOWN),
    ),
    Value("boot before 1970", {"boot_time": -1}, {"boot_time": STATE_UNKNOWN}),
    Value("boot in the year 9999", {"boot_time": 253_402_300_799}, {"boot_time": STATE_UNKNOWN}),
    Value(
        "report before 1970",
        {"last_active": "1901-01-01T00:00:00Z"},
        {"online": STATE_OFF, "cpu": STATE_UNAVAILABLE},
        in_v0={"last_active": -2_000_000_000},
    ),
    Value(
        "report in the year 9999",
        {"last_active": "9999-12-31T23:59:59Z"},
        {"online": STATE_OFF, "cpu": STATE_UNAVAILABLE},
        in_v0={"last_active": 253_402_300_799},
    ),
    Value(
        "report in a month",
        {"last_active": "2026-12-25T00:00:00Z"},
        {"online": STATE_OFF, "cpu": STATE_UNAVAILABLE},
        in_v0={"last_active": 1_798_156_800},
    ),
    Value(
        "report at no time",
        {"last_active": "yesterday"},
        {"online": STATE_OFF, "cpu": STATE_UNAVAILABLE},
        in_v0={"last_active": "yesterday"},
    ),
    Value("host and state of another type", {"host": [], "state": "up", "status": 7, "geoip": 1}, {"online": STATE_ON}),
    Value(
        "names of another type", {"name": {"en": "one"}, "monitor_name": 7, "service_name": []}, {"online": STATE_ON}
    ),
    Value(
        "texts of 10 000 characters",
        dict.fromkeys(("country_code", "platform", "version", "arch", "ipv4_addr", "ipv4"), 5000 * "x "),
        {"online": STATE_ON},
    ),
    Value(
        "latencies that cannot be",
        {"avg_delay": [-1, "slow", 2**64], "created_at": [-1, "now", 2**70]},
        {"latency_1": STATE_UNKNOWN},
    ),
    Value("latencies of another type", {"avg_delay": {}, "created_at": 7}, {"latency_1": STATE_UNKNOWN}),
    Value(
        "monitors that cannot be",
        {"current_up": -1, "current_down": 2**64, "total_up": "many", "total_down": [], "delay": [{}]},
        {"monitor1_up": STATE_ON, "monitor4_up": STATE_OFF},
    ),
)


def state(shown: Shown, name: str) -> str:
    """Return the state of a field of server 1, or of a monitor."""
    owner, _, of_monitor = name.partition("_")
    return shown.state(owner, of_monitor) if owner.startswith("monitor") else shown.state("1", name)


@pytest.mark.parametrize(("generation", "stream"), [("v0", "never"), ("v2", "always")])
@pytest.mark.parametrize("row", VALUES, ids=str)
@pytest.mark.usefixtures("every_entity_enabled")
async def test_a_value_is_shown_as_far_as_it_can_be_true(
    show: Show, caplog: pytest.LogCaptureFixture, row: Value, generation: str, stream: str
) -> None:
    """All others stay, and the next true one is shown again."""
    shown = await show(generation, options={"stream": stream})
    await shown.time.passes(6)
    before = shown.states()
    values = {**row.values, **(row.in_v0 if generation == "v0" else {})}
    shown.simulated.faults.add("/api/v1/*", FaultKind.REPLACE_VALUES, values=values)
    await pass_on(shown, stream)
    for name, expected in row.shown.items():
        if generation != "v0" or not name.startswith("monitor"):
            assert state(shown, name) == expected, name
    assert shown.state("dashboard", "connected") == STATE_ON
    assert complaints(caplog) == []

    shown.simulated.faults.clear()
    await pass_on(shown, stream)
    assert unlike(before, shown.states()) == {}
    assert complaints(caplog) == []


async def pass_on(shown: Shown, stream: str) -> None:
    """Let everything be told once, the stream's part by a new stream."""
    if stream == "always":
        shown.simulated.end_streams()
        await settle(shown.hass)
        await shown.time.passes(11)
        for _ in range(3):
            await shown.frame(31)
    for _ in range(3):
        await shown.time.passes(61)


LONG = 5000 * "名 "
ODD_NAMES = {
    "emoji": "🚀 香港 👩‍👩‍👧",
    "HTML": "<script>alert(1)</script>",
    "lines": "one\ntwo\x00\u202e",
    "10 000 characters": LONG,
    "nothing": "",
}


@GENERATIONS
@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
@pytest.mark.usefixtures("every_entity_enabled")
async def test_names_are_shown_as_they_are(
    show: Show, caplog: pytest.LogCaptureFixture, name: str, generation: str
) -> None:
    """Also where two servers and two groups have the same; only zero bytes and what is too long to be read go."""
    world = still_world()
    for server_id in (1, 2):
        world.edit(server_id, name=name, group=name)
        world.fix_state(server_id, {"temperatures": ((name, 40.0), (name, 41.0))})
    odd = {"monitor_name": name, "service_name": name, "site_name": name}

    def name_monitors(simulated: Dashboard) -> None:
        simulated.faults.add("/api/v1/*", FaultKind.REPLACE_VALUES, values=odd)

    shown = await show(generation, world=world, prepare=name_monitors)
    await shown.time.passes(6)
    for key in "12":
        called = shown.devices()[key].name
        assert called
        shown_name = name.replace("\0", "") or f"#{key}"
        assert called == shown_name or (name == LONG and name.startswith(called.removesuffix("…")))
    assert shown.entity("1", "cpu") != shown.entity("2", "cpu")
    assert shown.state("1", "online") == shown.state("2", "online") == STATE_ON
    assert complaints(caplog) == []


@GENERATIONS
async def test_ids_may_be_texts(show: Show, generation: str, every_entity_enabled: None) -> None:
    """Whoever writes JSON for browsers may want that; nothing changes."""
    shown = await show(generation)
    await shown.time.passes(6)
    entities, before = shown.entities(), shown.states()
    shown.simulated.faults.add("/api/v1/*", FaultKind.TEXT_IDS)
    await shown.reload()
    await shown.time.passes(6)
    assert shown.entities() == entities
    assert unlike(before, shown.states()) == {}
    assert shown.state("1", "groups") == "Edge"


@GENERATIONS
async def test_a_dashboard_without_servers_can_be_set_up(
    show: Show, caplog: pytest.LogCaptureFixture, generation: str
) -> None:
    """The first one appears when it is there."""
    world = still_world(servers=1)
    world.delete(1)
    shown = await show(generation, world=world, options={"stream": "never"})
    await shown.time.passes(6)
    assert shown.is_loaded
    assert shown.state("dashboard", "servers_total") == "0"
    added = str(shown.world.add(name="first"))
    await pass_on(shown, "never")
    assert shown.state(added, "online") == STATE_ON
    assert complaints(caplog) == []


@GENERATIONS
@pytest.mark.parametrize("entry", [None, "text", {}, {"id": "two"}, {"id": 1}], ids=str)
async def test_one_odd_entry_costs_no_other(
    show: Show, caplog: pytest.LogCaptureFixture, entry: Any, generation: str
) -> None:
    """It stays as it was for a while, then lacks until it can be read; the one whose id it claims has its own."""
    shown = await show(generation, options={"stream": "never"})
    await shown.time.passes(6)
    writes = Writes(shown.hass)
    shown.simulated.faults.add("/api/v1/server*", FaultKind.REPLACE_SERVER, server_id=2, entry=entry)
    await shown.time.polls(3)
    assert STATE_UNAVAILABLE not in {value for _, value in writes.changes}
    await shown.time.polls()
    assert shown.state("2", "online") == STATE_UNAVAILABLE
    assert [shown.state(key, "online") for key in "13"] == [STATE_ON, STATE_ON]
    assert {entity for entity, value in writes.changes if value == STATE_UNAVAILABLE} == set(
        entities_of(shown.hass, shown.entry, "2").values()
    )
    shown.simulated.faults.clear()
    await shown.time.polls(2)
    assert shown.state("2", "online") == STATE_ON
    assert complaints(caplog) == []


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    """Return a session as the client wants it."""
    async with ClientSession(**session_options()) as session:
        yield session


@pytest.mark.parametrize(("generation", "way"), [("v0", "token"), ("v1", "login"), ("v2", "token"), ("v2", "guest")])
async def test_one_odd_entry_among_500_is_counted(
    serve: Serve, session: ClientSession, generation: str, way: str
) -> None:
    """The other 499 are there, also in a frame."""
    simulated = Dashboard(still_world(servers=500), generation=generation)
    served = await serve(simulated)
    client = NezhaClient(session, URL(served.url), credential_of(credential(simulated, way)))
    whole = await client.snapshot()
    simulated.faults.add("*", FaultKind.REPLACE_SERVER, server_id=251, entry={"id": {}})
    snapshot = await client.snapshot()
    assert (snapshot.malformed, len(snapshot.servers)) == (1, len(whole.servers) - 1)
