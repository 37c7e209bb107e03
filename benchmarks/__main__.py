"""Measure what the integration takes of Home Assistant, and print tables."""

import argparse
import asyncio
from asyncio.subprocess import PIPE
from collections.abc import Callable, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
import sys
from typing import Any

from . import database, edges, event_loop, network, set_up
from .machine import machine
from .tables import table

_DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"

type Arguments = tuple[str, ...]
type Results = Sequence[Any]


@dataclass(frozen=True)
class Measurement:
    """What one module measures, and how its results become tables."""

    module: str
    tables: Callable[[Results], Sequence[str]]
    full: Sequence[Arguments]
    quick: Sequence[Arguments]

    async def run(self, *, quick: bool) -> Sequence[str]:
        """Run the module for each set of arguments, in processes of their own, and return the tables."""
        return self.tables([await self._run(arguments) for arguments in (self.quick if quick else self.full)])

    async def _run(self, arguments: Arguments) -> Any:
        print(f"bench: {self.module} {' '.join(arguments)}", file=sys.stderr, flush=True)
        command = (sys.executable, "-m", f"benchmarks.{self.module}", *arguments)
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        output, _ = await process.communicate()
        if process.returncode:
            raise SystemExit(f"bench: {self.module} failed: its message stands above")
        return json.loads(output)


def _event_loop(results: Results) -> Sequence[str]:
    return [
        f"{event_loop.title(result)}:\n\n{table(event_loop.TITLES, event_loop.rows(result), texts=2)}"
        for result in results
    ]


def _set_up(results: Results) -> Sequence[str]:
    rows = [row for result in results for row in set_up.rows(result)]
    return [table(set_up.TITLES, rows)]


def _hour(results: Results) -> Sequence[str]:
    networked = [result for result in results if result["life"]["way"] == "nezha"]
    stored = [result for result in results if result["life"]["generation"] == "v2"]
    return [
        f"Rows in the database, an hour and server:\n\n{table(database.TITLES, database.rows(stored))}",
        f"Requests and bytes, an hour:\n\n{table(network.TITLES, network.rows(networked), texts=3)}",
    ]


def _freshness(results: Results) -> Sequence[str]:
    return [
        f"Latencies, all of them looked at:\n\n{table(network.FRESHNESS, network.freshness_rows(results), texts=0)}"
    ]


def _edges(results: Results) -> Sequence[str]:
    rows = [row for result in results for row in edges.rows(result)]
    return [table(edges.TITLES, rows, texts=3)]


def _load(servers: int, rounds: int, *options: str) -> Arguments:
    return ("--servers", str(servers), "--rounds", str(rounds), *options)


def _life(servers: int, minutes: int, step: int, *options: str) -> Arguments:
    return ("--servers", str(servers), "--minutes", str(minutes), "--step", str(step), *options)


_STREAM = "--stream"
_MEASUREMENTS = {
    "event-loop": Measurement(
        "event_loop",
        _event_loop,
        full=(
            _load(10, 15),
            _load(100, 11),
            _load(1000, 5),
            _load(10, 15, "--every-entity"),
            _load(100, 11, "--every-entity"),
            _load(10, 15, _STREAM),
            _load(100, 11, _STREAM),
            _load(1000, 5, _STREAM),
        ),
        quick=(_load(100, 2), _load(100, 2, _STREAM)),
    ),
    "set-up": Measurement(
        "set_up",
        _set_up,
        full=(_load(10, 3), _load(100, 3), _load(1000, 3), _load(1000, 3, "--restart")),
        quick=(_load(100, 1),),
    ),
    "hour": Measurement(
        "hour",
        _hour,
        full=(
            _life(10, 60, 5, "--way", "rest"),
            _life(10, 60, 5, "--way", "raw rest"),
            *(_life(10, 60, 5, "--generation", name) for name in ("v0", "v1", "v2")),
            *(_life(10, 60, 5, "--generation", name, _STREAM) for name in ("v1", "v2")),
            _life(100, 60, 5),
            _life(100, 60, 5, _STREAM),
            _life(1000, 60, 15),
            _life(1000, 12, 6, _STREAM),
        ),
        quick=(_life(10, 3, 5, "--way", "rest"), _life(10, 3, 5), _life(10, 3, 5, _STREAM)),
    ),
    "freshness": Measurement(
        "network",
        _freshness,
        full=(("--servers", "10"), ("--servers", "100"), ("--servers", "1000")),
        quick=(("--servers", "100"),),
    ),
    "edges": Measurement(
        "edges",
        _edges,
        full=(
            ("--samples", "5", "--power", _STREAM),
            ("--samples", "5", "--power"),
            ("--samples", "5", "--generation", "v0"),
        ),
        quick=(("--samples", "1", _STREAM),),
    ),
}


async def _main(options: argparse.Namespace) -> None:
    show = _write if options.write else _print
    show("machine", machine())
    for name in options.only or _MEASUREMENTS:
        show(name, "\n\n".join(await _MEASUREMENTS[name].run(quick=options.quick)))


def _print(_: str, tables: str) -> None:
    print(f"\n{tables}\n", flush=True)


def _write(chapter: str, tables: str) -> None:
    """Put tables where the document has its chapter, so that what was measured stays even if the rest is not."""
    _print(chapter, tables)
    begin, end = f"<!-- {chapter} -->\n", f"<!-- end of {chapter} -->"
    before, _, rest = _DOCUMENT.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    _DOCUMENT.write_text(f"{before}{begin}\n{tables}\n\n{end}{after}", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure a little of everything, within two minutes")
    parser.add_argument("--write", action="store_true", help=f"put the tables into docs/{_DOCUMENT.name}")
    parser.add_argument("--only", nargs="+", choices=_MEASUREMENTS, help="measure only this")
    parser.add_argument(
        "--profile", action="store_true", help="show what of the integration takes the event loop's time"
    )
    return parser.parse_args()


def _profile() -> Measurement:
    """Return a look into what happens with a thousand servers."""
    return Measurement(
        "event_loop", _event_loop, full=(_load(1000, 3, "--profile"),), quick=(_load(100, 3, "--profile"),)
    )


if __name__ == "__main__":
    chosen = _arguments()
    if chosen.profile:
        asyncio.run(_profile().run(quick=chosen.quick))
    else:
        asyncio.run(_main(chosen))
