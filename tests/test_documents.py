"""What stands in several files of the repository is the same everywhere, and what they point to is there."""

import re
from typing import Any

from homeassistant.util.yaml import load_yaml_dict
import pytest

from .documents import INTEGRATION, READMES, ROOT, manifest, read

DOCUMENTS = [*READMES, "CHANGELOG.md", "CONTRIBUTING.md", "docs/development.md", "docs/performance.md"]
FORMS = sorted(path.name for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
NEZHA = "github.com/nezhahq/nezha"
TEXTS = [*DOCUMENTS, *(str(path.relative_to(ROOT)) for path in (ROOT / ".github").rglob("*.yml"))]


@pytest.mark.parametrize("document", TEXTS)
def test_every_repository_that_is_named_is_this_one_or_that_of_nezha(document: str) -> None:
    """Whoever moves it finds every place."""
    named = set(re.findall(r"github\.com/[\w-]+/[\w-]+", read(document)))
    assert named <= {manifest()["documentation"].removeprefix("https://"), NEZHA}


def test_the_manifest_names_one_repository() -> None:
    """For its documentation, its issues and its owner."""
    facts = manifest()
    owner = facts["codeowners"][0].removeprefix("@")
    assert facts["documentation"].startswith(f"https://github.com/{owner}/")
    assert facts["issue_tracker"] == f"{facts['documentation']}/issues"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_within_the_repository_lead_somewhere(document: str) -> None:
    """To a file that exists, or to a heading of the same document."""
    text, folder = read(document), (ROOT / document).parent
    targets = re.findall(r"(?:\]\(|src=\")(?!https?:)([^)\"]+)", text)
    anchors = {f"#{_slug(heading)}" for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    assert [target for target in targets if target not in anchors and not (folder / target).is_file()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_scripts_that_are_named_exist(document: str) -> None:
    """Nobody is sent to a command that is gone."""
    assert [name for name in re.findall(r"scripts/\w+", read(document)) if not (ROOT / name).is_file()] == []


def test_the_newest_part_of_the_changelog_is_about_the_version_of_the_manifest() -> None:
    """A release tells what it changes."""
    newest = re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)
    assert newest
    assert newest[1] == manifest()["version"]


def test_the_tree_in_the_development_document_names_every_module() -> None:
    """A new module is given its line, in the place from where it may import."""
    named = re.findall(r"^[├└]── ([\w/]+\.py) ", read("docs/development.md"), re.MULTILINE)
    assert sorted(named) == sorted(str(path.relative_to(INTEGRATION)) for path in INTEGRATION.rglob("*.py"))


@pytest.mark.parametrize("form", FORMS)
def test_forms_for_issues_ask_for_something(form: str) -> None:
    """GitHub shows a form only if it is complete."""
    asked: dict[str, Any] = load_yaml_dict(str(ROOT / ".github" / "ISSUE_TEMPLATE" / form))
    fields = [field for field in asked["body"] if field["type"] != "markdown"]
    assert asked["name"]
    assert asked["description"]
    assert all(field["attributes"]["label"] for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


def _slug(heading: str) -> str:
    """Return the name that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
