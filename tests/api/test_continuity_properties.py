"""What holds for any sequence of answers: nobody flaps, no counter starts anew by mistake, nothing is forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from custom_components.nezha.api import Host, Server, Snapshot, State, carry_on

from .sanity import MOST, assert_sane

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
YOUNG, GRACE = 30 * SECOND, 45 * SECOND

NEAR = st.integers(-90, 90).map(lambda seconds: NOON + seconds * SECOND)
FAR = st.integers(1, 7_258_118_399).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
TIMES = st.one_of(NEAR, NEAR, NEAR, FAR)
COUNTERS = st.none() | st.sampled_from((0, 1, 899, 900, 901, 999, 1000, 1001, MOST)) | st.integers(0, MOST)
ADDRESSES = st.sampled_from((None, "192.0.2.1", "192.0.2.2"))
STATES = st.builds(State, net_in_transfer=COUNTERS, net_out_transfer=COUNTERS)
REPORTS: SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(dict, last_active=TIMES, host=st.none() | st.builds(Host), state=st.none() | STATES, ipv4=ADDRESSES),
    st.builds(dict, last_active=TIMES, state=STATES),
    st.builds(dict, state=STATES),
    st.builds(dict),
)
"""What a dashboard knows of a server: much, a time without a state, a state whose time was zeroed, or nothing."""
SERVERS = st.builds(
    lambda number, name, report: Server(id=number, name=name, **report),
    st.integers(1, 3),
    st.sampled_from(("one", "another")),
    REPORTS,
)


@st.composite
def sequences(draw: DrawFn) -> list[Snapshot]:
    """Return answers one after the other; those of a server that says the same again share its object, or do not."""
    servers = draw(st.lists(SERVERS, min_size=1, max_size=6))
    told = st.lists(st.sampled_from(servers), max_size=3, unique_by=lambda server: server.id)
    snapshots = st.builds(
        lambda time, told, announced: Snapshot(
            time=time, servers={server.id: server for server in told}, announced=announced
        ),
        TIMES,
        told,
        st.booleans(),
    )
    return draw(st.lists(snapshots, max_size=6))


SEQUENCES = sequences()


def steps(answers: list[Snapshot]) -> Iterator[tuple[Snapshot, Snapshot, Snapshot]]:
    """Yield what was known, what was answered, and what is known then."""
    known = Snapshot(time=NOON, servers={})
    for answer in answers:
        then = carry_on(known, answer)
        yield known, answer, then
        known = then


def seen_twice(answers: list[Snapshot]) -> Iterator[tuple[Server, Server, Server]]:
    """Yield the same for each server that was known before."""
    for known, answer, then in steps(answers):
        for number in known.servers.keys() & answer.servers.keys():
            yield known.servers[number], answer.servers[number], then.servers[number]


@given(answers=SEQUENCES)
def test_the_newest_answer_says_who_is_there(answers: list[Snapshot]) -> None:
    """The clock runs a day ahead of what is announced at the most, and everything can be shown."""
    for _, answer, then in steps(answers):
        assert then.servers.keys() == answer.servers.keys()
        assert [server.name for server in then.servers.values()] == [server.name for server in answer.servers.values()]
        assert timedelta(0) <= then.lead <= timedelta(days=1)
        assert then.time == (answer.time + then.lead if answer.announced else answer.time)
        assert_sane(then)


@given(answers=SEQUENCES)
def test_a_clock_is_not_set_back_by_silence(answers: list[Snapshot]) -> None:
    """It runs ahead of what is announced by less than before only where somebody has reported since."""
    for known, answer, then in steps(answers):
        reports = {number: server.last_active for number, server in known.servers.items()}
        news = [server for number, server in answer.servers.items() if server.last_active != reports.get(number)]
        assert then.lead >= known.lead or any(server.last_active for server in news)


@given(answers=SEQUENCES)
def test_an_equal_answer_has_the_same_effect_as_the_same_one(answers: list[Snapshot]) -> None:
    """What is not compared anew would not have made a difference."""
    for known, answer, then in steps(answers):
        copies = {number: replace(server) for number, server in answer.servers.items()}
        assert carry_on(known, replace(answer, servers=copies)) == then


@given(answers=SEQUENCES)
def test_online_needs_a_report_and_a_report_means_online(answers: list[Snapshot]) -> None:
    """One that is young or newer than before; where a dashboard has forgotten, the grace."""
    for known, answer, then in steps(answers):
        for number, server in then.servers.items():
            said, was = answer.servers[number].last_active, known.servers.get(number)
            is_young = said is not None and abs(then.time - said) <= YOUNG
            is_newer = bool(said and was and was.last_active and said > was.last_active)
            is_excused = bool(server.forgotten_since and then.time - server.forgotten_since < GRACE)
            assert server.online or not is_young
            assert not server.online or is_young or is_newer or (is_excused and was and was.online)


@given(answers=SEQUENCES)
def test_a_counter_falls_only_where_a_dashboard_says_so(answers: list[Snapshot]) -> None:
    """By a tenth at least; and nobody counts what was never said."""
    for was, said, shown in seen_twice(answers):
        if not (was.state and said.state and shown.state):
            continue
        for name in ("net_in_transfer", "net_out_transfer"):
            before, now, then = (getattr(state, name) for state in (was.state, said.state, shown.state))
            assert then in {before, now}
            assert (then is None) is (now is None)
            if before and then is not None and then < before:
                assert then <= 0.9 * before


@given(answers=SEQUENCES)
def test_what_was_known_is_never_forgotten(answers: list[Snapshot]) -> None:
    """A dashboard that restarts takes no value away."""
    for was, said, shown in seen_twice(answers):
        for name in ("last_active", "host", "state", "ipv4"):
            assert getattr(shown, name) or not getattr(was, name)
            assert getattr(shown, name) in {getattr(was, name), getattr(said, name)} or name == "state"
