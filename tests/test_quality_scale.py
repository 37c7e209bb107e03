"""What the integration says about its quality: hassfest looks into it only for integrations within Home Assistant."""

import re
from typing import Any

from homeassistant.util.yaml import load_yaml_dict
import pytest

from .documents import INTEGRATION, READMES, read

QUALITY_SCALE = INTEGRATION / "quality_scale.yaml"
RULES = {
    "bronze": """
        action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage
        dependency-transparency docs-actions docs-conditions docs-high-level-description
        docs-installation-instructions docs-removal-instructions docs-triggers entity-event-setup entity-unique-id
        has-entity-name runtime-data test-before-configure test-before-setup unique-config-entry
    """,
    "silver": """
        action-exceptions config-entry-unloading docs-configuration-parameters docs-installation-parameters
        entity-unavailable integration-owner log-when-unavailable parallel-updates reauthentication-flow test-coverage
    """,
    "gold": """
        devices diagnostics discovery discovery-update-info docs-data-update docs-examples docs-known-limitations
        docs-supported-devices docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices
        entity-category entity-device-class entity-disabled-by-default entity-translations exception-translations
        icon-translations reconfiguration-flow repair-issues stale-devices
    """,
    "platinum": "async-dependency inject-websession strict-typing",
}
CHAPTERS = {
    "docs-high-level-description": {"en": ["Nezha for Home Assistant"], "zh-Hans": ["Nezha for Home Assistant"]},
    "docs-installation-instructions": {"en": ["Before you start", "Installation"], "zh-Hans": ["准备工作", "安装"]},
    "docs-removal-instructions": {"en": ["Removal"], "zh-Hans": ["移除"]},
    "docs-triggers": {"en": ["Triggers"], "zh-Hans": ["触发条件"]},
    "docs-configuration-parameters": {"en": ["Options"], "zh-Hans": ["选项"]},
    "docs-installation-parameters": {
        "en": ["Setting up", "Where the API token is made"],
        "zh-Hans": ["设置", "在哪里生成 API 令牌"],
    },
    "docs-data-update": {"en": ["How data is updated"], "zh-Hans": ["数据如何更新"]},
    "docs-examples": {
        "en": ["Tell me when a server is down", "With your own settings", "Without a blueprint", "Traffic of a month"],
        "zh-Hans": ["服务器离线时通知我", "使用自己的设置", "不用蓝图", "每月流量"],
    },
    "docs-known-limitations": {"en": ["Known limitations"], "zh-Hans": ["已知限制"]},
    "docs-supported-devices": {"en": ["Supported Nezha dashboards"], "zh-Hans": ["支持的哪吒面板"]},
    "docs-supported-functions": {
        "en": ["Of the Nezha dashboard", "Of each monitor", "Of each server"],
        "zh-Hans": ["哪吒面板的实体", "每个服务的实体", "每台服务器的实体"],
    },
    "docs-troubleshooting": {"en": ["Troubleshooting"], "zh-Hans": ["故障排除"]},
    "docs-use-cases": {"en": ["What it is good for"], "zh-Hans": ["有什么用"]},
}
"""Where the READMEs meet the rules about documents."""
NOT_READ = re.compile(r"<!--.*?-->|<[^>]+>|\[?!\[[^]]*\]\([^)]*\)|[\s|-]")
"""Comments, markup, pictures, and what tables are made of."""


@pytest.fixture
def rules() -> dict[str, Any]:
    """Return the rules with what is said about them."""
    rules: dict[str, Any] = load_yaml_dict(str(QUALITY_SCALE))["rules"]
    return rules


def test_every_rule_of_every_tier_is_answered_and_no_other(rules: dict[str, Any]) -> None:
    """Platinum means all of them."""
    assert sorted(rules) == sorted(rule for tier in RULES.values() for rule in tier.split())


def test_nothing_is_left_to_do(rules: dict[str, Any]) -> None:
    """A rule is kept or does not apply."""
    assert {rule: status for rule, status in _statuses(rules).items() if status not in {"done", "exempt"}} == {}


def test_every_exemption_has_a_reason(rules: dict[str, Any]) -> None:
    """Without one it would be an excuse."""
    mappings = {rule: said for rule, said in rules.items() if said != "done"}
    assert mappings
    assert {rule: said for rule, said in mappings.items() if not said.get("comment", "").strip()} == {}


def test_every_rule_about_documents_that_is_done_names_its_chapters(rules: dict[str, Any]) -> None:
    """Else it would only be claimed."""
    done = {rule for rule, status in _statuses(rules).items() if status == "done"}
    assert set(CHAPTERS) == {rule for rule in done if rule.startswith("docs-")}


@pytest.mark.parametrize("rule", CHAPTERS)
@pytest.mark.parametrize("readme", READMES)
def test_the_chapters_of_a_rule_stand_in_every_readme(readme: str, rule: str) -> None:
    """Each once, and with something to read before the next heading."""
    titles = CHAPTERS[rule][READMES[readme]]
    assert {title: len(_chapters(read(readme), title)) for title in titles} == dict.fromkeys(titles, 1)
    assert [title for title in titles for text in _chapters(read(readme), title) if not NOT_READ.sub("", text)] == []


def _statuses(rules: dict[str, Any]) -> dict[str, str]:
    return {rule: said["status"] if isinstance(said, dict) else said for rule, said in rules.items()}


def _chapters(text: str, title: str) -> list[str]:
    """Return what stands below a heading, up to the next one, without blocks of code."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    chapters = re.findall(r"^#+ (.*)\n((?:(?!#+ ).*\n)*)", prose, re.MULTILINE)
    return [below for heading, below in chapters if heading == title]
