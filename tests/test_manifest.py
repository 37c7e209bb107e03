"""What Home Assistant, hassfest and HACS read before they run anything."""

import json
from pathlib import Path
import re
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "nezha"
NEEDED = {"domain", "name", "codeowners", "documentation", "iot_class", "issue_tracker", "version"}
ALLOWED = NEEDED | {
    "after_dependencies",
    "config_flow",
    "dependencies",
    "integration_type",
    "loggers",
    "quality_scale",
    "requirements",
}


@pytest.fixture
def manifest() -> dict[str, Any]:
    """Return the manifest."""
    manifest: dict[str, Any] = json.loads((INTEGRATION / "manifest.json").read_text())
    return manifest


@pytest.fixture
def hacs() -> dict[str, Any]:
    """Return what HACS reads."""
    hacs: dict[str, Any] = json.loads((ROOT / "hacs.json").read_text())
    return hacs


def test_the_manifest_has_what_is_needed_and_nothing_unknown(manifest: dict[str, Any]) -> None:
    """Home Assistant refuses to load it otherwise, or hassfest or HACS complain."""
    assert NEEDED <= manifest.keys() <= ALLOWED


def test_the_manifest_is_in_the_order_that_hassfest_wants(manifest: dict[str, Any]) -> None:
    """Domain and name first, then by the alphabet."""
    first, second, *others = manifest
    assert [first, second] == ["domain", "name"]
    assert others == sorted(others)


def test_the_integration_is_what_its_folder_says(manifest: dict[str, Any]) -> None:
    """It is set up in the user interface, and has owners."""
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["name"] == "Nezha"
    assert manifest["config_flow"] is True
    assert manifest["integration_type"] == "hub"
    assert manifest["quality_scale"] == "platinum"
    assert manifest["codeowners"]
    assert all(re.fullmatch(r"@[\w-]+(/[\w-]+)?", owner) for owner in manifest["codeowners"])


def test_nothing_has_to_be_installed(manifest: dict[str, Any]) -> None:
    """The client needs nothing but what Home Assistant brings."""
    assert manifest["requirements"] == []
    assert not manifest.get("dependencies")


def test_the_version_is_three_numbers(manifest: dict[str, Any]) -> None:
    """As Home Assistant and HACS compare them."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])


def test_hacs_finds_nothing_unknown(hacs: dict[str, Any]) -> None:
    """It refuses other keys."""
    allowed = {"name", "homeassistant", "hacs", "country", "filename", "hide_default_branch", "zip_release"}
    assert {"name", "homeassistant"} <= hacs.keys() <= allowed
    assert hacs["name"] == "Nezha"
    assert "filename" in hacs or "zip_release" not in hacs


def test_the_oldest_release_that_hacs_allows_is_the_oldest_that_is_tested(hacs: dict[str, Any]) -> None:
    """Below it the same code would not be right."""
    assert hacs["homeassistant"] == "2026.9.0"
    tested = (ROOT / "requirements" / "floor.txt").read_text()
    year, month, _ = hacs["homeassistant"].split(".")
    assert f"{year}.{month}." in tested
