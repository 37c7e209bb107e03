"""Who may import whom, read from the source, and what Home Assistant expects of every platform's."""

import ast
from collections.abc import Iterator
from pathlib import Path
import re
import subprocess
import sys

from homeassistant.const import Platform
import pytest

from custom_components.nezha import api

from .documents import INTEGRATION, ROOT, read

API = "custom_components.nezha.api"


def _module(path: Path) -> str:
    """Return a file's name as a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_module(path): path for path in sorted(INTEGRATION.rglob("*.py"))}
TREE = [
    _module(INTEGRATION / name)
    for name in re.findall(r"^[├└]── ([\w/]+\.py) ", read("docs/development.md"), re.MULTILINE)
]
"""Modules from the first to the last, as the development document lists them; another test holds it complete."""
OUTSIDE_API = {name: path for name, path in MODULES.items() if name != API and not name.startswith(f"{API}.")}
PLATFORMS = [path for path in OUTSIDE_API.values() if path.stem in set(Platform)]


@pytest.fixture
def custom_integrations() -> None:
    """Do without Home Assistant: the source is read, not run."""


def _nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _imports(module: str) -> Iterator[tuple[str, str]]:
    """Yield from where a module imports, with the name that it takes or nothing."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _nodes(path):
        match node:
            case ast.Import(names=names):
                yield from ((name.name, "") for name in names)
            case ast.ImportFrom(module=source, names=names, level=level):
                start = ".".join(package.split(".")[: 1 - level or None]) if level else ""
                whole = ".".join(filter(None, [start, source]))
                for name in names:
                    inner = f"{whole}.{name.name}"
                    yield (inner, "") if inner in MODULES else (whole, name.name)


@pytest.mark.parametrize("module", TREE)
def test_imports_go_one_way(module: str) -> None:
    """A module imports only what stands above it in the tree."""
    at_or_below = TREE[TREE.index(module) :]

    assert {source for source, _ in _imports(module)} & set(at_or_below) == set()


@pytest.mark.parametrize("module", sorted(MODULES.keys() - OUTSIDE_API.keys()))
def test_client_needs_nothing_but_aiohttp(module: str) -> None:
    """Neither Home Assistant nor anything of ours."""
    foreign = {source for source, _ in _imports(module) if source != API and not source.startswith(f"{API}.")}

    assert {source.partition(".")[0] for source in foreign} <= sys.stdlib_module_names | {"aiohttp", "yarl"}


def test_client_loads_where_there_is_no_home_assistant() -> None:
    """Under any name, as it would elsewhere."""
    script = """
import importlib.util, sys
sys.modules["homeassistant"] = sys.modules["custom_components"] = None
spec = importlib.util.spec_from_file_location("moved", sys.argv[1])
sys.modules["moved"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(*(name for name in module.__all__ if hasattr(module, name)))
"""
    command = [sys.executable, "-I", "-c", script, str(MODULES[API])]

    loaded = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own interpreter

    assert loaded.stderr == ""
    assert loaded.stdout.split() == api.__all__


def test_client_offers_what_it_imports_in_order() -> None:
    """Its list of public names is complete and sorted."""
    taken = {name for source, name in _imports(API) if source.startswith(API)}

    assert api.__all__ == sorted(taken)


@pytest.mark.parametrize("module", OUTSIDE_API)
def test_client_is_used_through_its_public_names(module: str) -> None:
    """Nobody reaches into the package, nor takes it whole."""
    used = {(source, name) for source, name in _imports(module) if source == API or source.startswith(f"{API}.")}

    assert {source for source, _ in used} <= {API}
    assert {name for _, name in used} <= set(api.__all__)


@pytest.mark.parametrize("path", OUTSIDE_API.values(), ids=lambda path: path.stem)
def test_names_and_icons_are_translated(path: Path) -> None:
    """They stand in the files for translations and icons, never in Python."""
    said = []
    for node in _nodes(path):
        match node:
            case ast.Call(func=ast.Name(id=kind), keywords=keywords) if kind.endswith("Description"):
                said += [keyword.arg for keyword in keywords if keyword.arg in {"name", "icon"}]
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in {"_attr_name", "_attr_icon"}:
                said.append(name)
            case ast.FunctionDef(name=("name" | "icon") as name):
                said.append(name)

    assert said == []


def test_platforms_are_found() -> None:
    """The rules for platforms apply to something."""
    assert {path.stem for path in PLATFORMS} >= {Platform.BINARY_SENSOR, Platform.SENSOR}


@pytest.mark.parametrize("path", PLATFORMS, ids=lambda path: path.stem)
def test_platform_says_how_many_updates_run_at_once(path: Path) -> None:
    """It decides, not Home Assistant."""
    assigned = {
        target.id
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    assert "PARALLEL_UPDATES" in assigned
