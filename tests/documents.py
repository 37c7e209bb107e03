"""What the tests of the documents read them with."""

import json
from pathlib import Path
import re
from typing import Any

from homeassistant.util import yaml

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "nezha"
READMES = {"README.md": "en", "README.zh-CN.md": "zh-Hans"}
"""The languages of the READMEs."""


def read(name: str) -> str:
    """Return the text of a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def translations(language: str) -> dict[str, Any]:
    """Return what the integration says in a language."""
    texts: dict[str, Any] = json.loads((INTEGRATION / "translations" / f"{language}.json").read_text(encoding="utf-8"))
    return texts


def manifest() -> dict[str, Any]:
    """Return the manifest."""
    facts: dict[str, Any] = json.loads((INTEGRATION / "manifest.json").read_text(encoding="utf-8"))
    return facts


def tables(text: str) -> list[list[list[str]]]:
    """Return the rows of every table below its header, cell by cell."""
    return [_rows(table) for table in re.findall(r"^\|.*\n\|[ |-]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)]


def table(text: str, name: str) -> list[list[str]]:
    """Return the rows of the table that a comment names."""
    return tables(text.split(f"<!-- {name} -->\n", 1)[1])[0]


def header(text: str, name: str) -> list[str]:
    """Return the header of the table that a comment names."""
    return _rows(text.split(f"<!-- {name} -->\n", 1)[1].split("\n", 1)[0])[0]


def blocks(text: str, language: str = "yaml") -> list[str]:
    """Return the blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def examples(text: str) -> list[dict[str, Any]]:
    """Return what the blocks of YAML say."""
    return [yaml.parse_yaml(block) for block in blocks(text)]  # type: ignore[misc]


def _rows(lines: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()]
