"""Every fault of a dashboard that is set up: what its user sees, and that it is over when the fault is."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
import pytest

from simulator.dashboard import Dashboard
from tests.generations import Show, Shown, settle
from tests.watching import Writes, notable

from .conftest import complaints, patience, put_in_force
from .matrix import ENDPOINTS, FAULTS, LOGIN, Endpoint, Fault, Sees, one_of_each, told

POLLING = {"stream": "never"}
EVERYTHING = {STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN}
"""What nothing turns to that was not so before, unless a fault lasts."""
PAUSE = 301
"""Seconds for which a dashboard that blocks is left alone."""


FULL = "/api/v1/server/details"
"""The endpoint that meets every fault here; others meet one of each error, which the client has told apart by then."""
ALIKE = {"v1-login-server", "v1-login-profile"}
"""Endpoints whose faults are no others than those of two that are asked in the same way."""
OUTAGES = [
    (endpoint, fault)
    for endpoint in ENDPOINTS
    if endpoint.sees is Sees.OUTAGE and str(endpoint) not in ALIKE
    for fault in (FAULTS if endpoint.path == FULL else one_of_each(endpoint))
]
OTHERS = [endpoint for endpoint in ENDPOINTS if endpoint.generation == "v2" and endpoint.sees is not Sees.OUTAGE]
"""What is asked besides servers."""
SERVERS = next(endpoint for endpoint in ENDPOINTS if str(endpoint) == "v2-token-server")


def unlike(before: dict[str, str], now: dict[str, str]) -> dict[str, str]:
    """Return the states that were something and are nothing."""
    return {name: now[name] for name in before if now[name] in EVERYTHING and before[name] not in EVERYTHING}


@pytest.mark.parametrize(("endpoint", "fault"), OUTAGES, ids=str)
async def test_an_outage_is_seen_when_it_lasts_and_only_until_it_is_over(
    show: Show, caplog: pytest.LogCaptureFixture, endpoint: Endpoint, fault: Fault
) -> None:
    """A minute is nothing, two are one line in the log and everything unavailable; the first answer ends it."""
    shown = await show(endpoint.generation, endpoint.way, options=POLLING)
    await shown.time.passes(6)
    before = shown.states()
    writes = Writes(shown.hass)
    put_in_force(shown.simulated, fault, endpoint.path)
    if endpoint.path == LOGIN:
        shown.simulated.expire_sessions()
    with patience(fault):
        await shown.time.polls(2)
        assert unlike(before, shown.states()) == {}
        assert {STATE_OFF, STATE_UNAVAILABLE}.isdisjoint(value for _, value in writes.changes)
        assert complaints(caplog) == []
        assert shown.issues() == []

        await shown.time.polls(3)
    connected = shown.entity("dashboard", "connected")
    assert shown.states() == dict.fromkeys(before, STATE_UNAVAILABLE) | {connected: STATE_OFF}
    error = shown.entry.runtime_data.servers.last_error
    assert error
    assert error.key == told(fault, endpoint)
    assert shown.issues() == [key for key in (fault.repair,) if key == error.key]
    assert len(complaints(caplog)) == 1

    shown.simulated.faults.clear()
    await shown.time.passes(PAUSE)
    await shown.time.passes(61)
    assert unlike(before, shown.states()) == {}
    assert shown.states().keys() == before.keys()
    assert shown.issues() == []
    assert shown.flows() == []
    assert len(complaints(caplog)) == 1
    assert [level for level, _ in notable(caplog)] == ["ERROR", "INFO"]
    await let_go(shown)


@pytest.mark.parametrize("fault", one_of_each(*OTHERS), ids=str)
async def test_what_else_is_asked_costs_its_own_values_alone(
    show: Show, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    """Servers go on while groups, stream, monitors and latencies fail; nobody is bothered with it."""
    shown = await show()
    await shown.time.passes(6)
    before = shown.states()
    for endpoint in OTHERS:
        put_in_force(shown.simulated, fault, endpoint.path.replace("/1/", "/*/"))
    shown.simulated.end_streams()
    await settle(shown.hass)
    with patience(fault):
        for _ in range(2):
            await shown.time.passes(61)
            assert unlike(before, shown.states()) == {}
        await shown.time.passes(61)
        await shown.time.passes(PAUSE)
    gone = set(unlike(before, shown.states()))
    own = {word: {name for key, name in shown.entities().items() if word in key} for word in ("monitor", "latency")}
    assert gone <= own["monitor"] | own["latency"]
    assert bool(gone & own["monitor"]) is bool(gone & own["latency"]) is bool(told(fault, OTHERS[-1]))
    assert complaints(caplog) == []
    assert shown.issues() == []

    shown.simulated.faults.clear()
    await shown.time.passes(PAUSE)
    await shown.time.passes(61)
    await shown.time.passes(61)
    assert unlike(before, shown.states()) == {}
    await let_go(shown)


@pytest.mark.parametrize("fault", one_of_each(SERVERS), ids=str)
async def test_a_dashboard_that_fails_at_first_is_set_up_when_it_answers(
    show: Show, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    """Home Assistant tries again by itself; the repair of the row tells what to mend meanwhile."""

    def fail(simulated: Dashboard) -> None:
        put_in_force(simulated, fault, SERVERS.path)

    with patience(fault):
        shown = await show(prepare=fail)
    assert not shown.is_loaded
    assert shown.issues() == ([fault.repair] if fault.repair else [])
    assert complaints(caplog) == []

    shown.simulated.faults.clear()
    await shown.time.passes(PAUSE)
    assert shown.is_loaded
    assert shown.state("1", "online") == STATE_ON
    assert shown.issues() == []
    await let_go(shown)


async def let_go(shown: Shown) -> None:
    """Unload the entry, and see to it that it lets go of every connection."""
    connector = shown.entry.runtime_data.client._transport.session.connector
    assert connector
    await shown.unload()
    assert not connector._acquired
    assert len(shown.simulated.streams) == 0
