"""The simulator stands alone: agreeing with our own models would prove nothing."""

import ast
from pathlib import Path
import sys

import pytest

FOLDER = Path(__file__).parents[2] / "simulator"
ALLOWED = sys.stdlib_module_names | {"aiohttp", "simulator"}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_simulator_imports_neither_us_nor_home_assistant(path: Path) -> None:
    """Only the standard library, aiohttp and itself, absolutely."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                imported |= {name.name.partition(".")[0] for name in names}
            case ast.ImportFrom(module=module, level=level):
                assert level == 0
                imported.add(str(module).partition(".")[0])
    assert imported <= ALLOWED
