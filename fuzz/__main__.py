"""Look for bytes from a dashboard that the client cannot take."""

from argparse import ArgumentParser
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
import sys
from types import ModuleType

from .engines import by_chance, by_coverage

ROOT = Path(__file__).parents[1]
FOLDER = Path(".fuzz")


def _target() -> Callable[[bytes], None]:
    """Return what looks at bytes, with the client alone: the package around it would bring Home Assistant."""
    package = ModuleType("custom_components.nezha")
    package.__path__ = [str(ROOT / "custom_components" / "nezha")]
    sys.modules[package.__name__] = package
    from .target import look  # noqa: PLC0415 - it takes the client along

    return look


def main() -> None:
    """Look for as long as told, or look again at what was found."""
    parser = ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long to look (%(default)s)")
    parser.add_argument("files", nargs="*", type=Path, help="look at these alone: what was found before")
    arguments = parser.parse_args()
    if arguments.files:
        look = _target()
        for file in arguments.files:
            look(file.read_bytes())
        print(f"fuzz: the client takes {', '.join(map(str, arguments.files))}.")
        return
    engine = by_coverage if find_spec("atheris") else by_chance
    print(f"fuzz: {engine.__name__.replace('_', ' ')}, for {arguments.seconds} s; what is found comes into {FOLDER}/")
    engine(_target, arguments.seconds, FOLDER)


main()
