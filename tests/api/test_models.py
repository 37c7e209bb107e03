"""What follows from a model's values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.nezha.api import Host, Latency, Server, State

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SERVER = Server(
    id=1,
    name="one",
    host=Host(mem_total=1000, swap_total=200, disk_total=4000),
    state=State(mem_used=250, swap_used=30, disk_used=3999),
)


def test_usage_is_a_share_in_percent() -> None:
    """Of memory, swap and disk."""
    assert (SERVER.mem_usage, SERVER.swap_usage, SERVER.disk_usage) == (25, 15, 99.975)


def test_nothing_used_is_a_usage() -> None:
    """Zero is a value."""
    idle = replace(SERVER, state=State())

    assert (idle.mem_usage, idle.swap_usage, idle.disk_usage) == (0, 0, 0)


@pytest.mark.parametrize(
    ("host", "state"),
    [
        pytest.param(None, State(), id="no host"),
        pytest.param(Host(), None, id="no state"),
        pytest.param(Host(), State(mem_used=1, swap_used=1, disk_used=1), id="no totals"),
        pytest.param(Host(mem_total=None, swap_total=None, disk_total=None), State(), id="totals that cannot be true"),
        pytest.param(
            Host(mem_total=1, swap_total=1, disk_total=1),
            State(mem_used=None, swap_used=None, disk_used=None),
            id="use that cannot be true",
        ),
    ],
)
def test_usage_of_nothing_is_unknown(host: Host | None, state: State | None) -> None:
    """There is no swap on many servers."""
    server = replace(SERVER, host=host, state=state)

    assert (server.mem_usage, server.swap_usage, server.disk_usage) == (None, None, None)


def test_usage_is_never_more_than_all() -> None:
    """An agent refreshes what is used before it refreshes what there is."""
    grown = replace(SERVER, state=State(mem_used=1001, swap_used=400, disk_used=5000))

    assert (grown.mem_usage, grown.swap_usage, grown.disk_usage) == (100, 100, 100)


def latency(*points: tuple[float, float | None]) -> Latency:
    """Return a monitor with points so many minutes before noon."""
    return Latency(
        monitor_id=1, monitor_name="Ping", points=tuple((NOON - age * MINUTE, delay) for age, delay in points)
    )


@pytest.mark.parametrize(
    ("ages", "minutes"),
    [
        ([], 1),
        ([3], 1),
        ([3, 3], 1),
        ([3, 2, 1, 0], 1),
        ([15, 10, 5, 0], 5),
        ([1.5, 1, 0.5, 0], 1),
        ([3, 3, 2, 2, 1, 1], 1),
        ([1000, *range(18, -1, -2)], 2),
    ],
)
def test_interval_is_the_mean_of_the_latest_ones(ages: list[float], minutes: int) -> None:
    """Never below a minute; points of the same minute are one, and gaps before the last ten do not count."""
    assert latency(*((age, 1.0) for age in ages)).interval == minutes * MINUTE


@pytest.mark.parametrize(
    ("points", "delay"),
    [
        ([], None),
        ([(1, 5.0), (0, 7.5)], 7.5),
        ([(1, 5.0), (0, None)], None),
        ([(3, 5.0)], 5.0),
        ([(3.01, 5.0)], None),
        ([(20, 5.0), (15, 5.0)], 5.0),
        ([(21, 5.0), (16, 5.0)], None),
        ([(-5, 5.0)], 5.0),
    ],
)
def test_delay_is_the_newest_until_it_is_old(points: list[tuple[float, float | None]], delay: float | None) -> None:
    """It holds for three intervals; a failed probe has none."""
    assert latency(*points).delay(NOON) == delay
