"""The benchmarks run, and compare what can be compared; what they find out stands in docs/performance.md."""

import json
import subprocess
import sys
from typing import Any

import pytest

from .documents import ROOT, read

EVERYTHING_ONCE = """
import json, pathlib, sys
from benchmarks import edges, event_loop, hour, set_up
from benchmarks.dashboard import simulated
from benchmarks.home_assistant import run

root = pathlib.Path(sys.argv[1])

def folder(name):
    (root / name).mkdir()
    return root / name

async def set_up_once(kind):
    folder(kind)
    async with simulated(2) as dashboard:
        return await set_up.first(kind, root, dashboard, learn=False)

json.dump({
    "poll": run(event_loop.measure(event_loop.Load(10), 1, folder("poll"))),
    "stream": run(event_loop.measure(event_loop.Load(10, stream=True), 1, folder("stream"))),
    "set-up": [run(set_up_once(kind)) for kind in (set_up.NEZHA, set_up.MINIMAL)],
    "hour": run(hour.live(hour.Life(servers=2, minutes=1), folder("hour"))),
    "edges": run(edges.measure(edges.Watch(stream=True, frame=0.2, samples=1), folder("edges"))),
}, sys.stdout)
"""


@pytest.fixture
def custom_integrations() -> None:
    """Do without Home Assistant: the benchmarks have their own."""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a process of its own has measured of very few servers, once."""
    command = [sys.executable, "-c", EVERYTHING_ONCE, str(tmp_path_factory.mktemp("benchmarks"))]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 - our own interpreter
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("way", ["poll", "stream"])
def test_the_floor_writes_what_the_integration_writes(measured: dict[str, Any], way: str) -> None:
    """The same states of as many entities, else they could not be compared."""
    written = {
        case: {name: samples["changed"] for name, samples in contenders.items()}
        for case, contenders in measured[way]["cases"].items()
    }
    for contenders in written.values():
        assert contenders["floor"] == contenders["nezha"]
    assert written["all servers"]["nezha"] > written["20 % of servers"]["nezha"] > written["nothing"]["nezha"] == [0]


def test_the_naive_way_shows_the_same(measured: dict[str, Any]) -> None:
    """It only writes more often."""
    for contenders in measured["poll"]["cases"].values():
        assert contenders["naive"]["changed"] == contenders["nezha"]["changed"]


def test_the_minimal_integration_registers_as_much(measured: dict[str, Any]) -> None:
    """Devices, entities and those that are disabled."""
    registered = [[sample[name] for name in ("devices", "enabled", "disabled")] for sample in measured["set-up"]]
    assert registered[0] == registered[1]
    assert min(registered[0]) > 0


def test_an_hour_is_counted(measured: dict[str, Any]) -> None:
    """Rows of states and statistics, requests and bytes."""
    assert measured["hour"]["rows"]["the same values"] > 0
    assert measured["hour"]["statistics"] > 0
    assert measured["hour"]["traffic"]["server"][0] == 2
    assert measured["hour"]["attributes"] == 0


def test_an_edge_writes_its_server_and_the_totals(measured: dict[str, Any]) -> None:
    """And no other server's entities."""
    assert measured["edges"]["counts"]["server"] > 1
    assert measured["edges"]["counts"]["totals"] > 1
    assert measured["edges"]["counts"]["others"] == 0


@pytest.mark.parametrize("chapter", ["event-loop", "set-up", "hour", "freshness", "edges", "machine"])
def test_the_document_has_room_for_every_chapter(chapter: str) -> None:
    """`scripts/bench --write` finds it."""
    text = read("docs/performance.md")
    assert text.count(f"<!-- {chapter} -->\n") == 1
    assert text.count(f"<!-- end of {chapter} -->\n") == 1
