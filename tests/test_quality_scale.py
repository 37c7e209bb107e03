"""What the integration says about its quality: hassfest looks into it only for integrations within Home Assistant."""

from pathlib import Path
from typing import Any

from homeassistant.util.yaml import load_yaml_dict
import pytest

QUALITY_SCALE = Path(__file__).parents[1] / "custom_components" / "nezha" / "quality_scale.yaml"
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
    statuses = {rule: said["status"] if isinstance(said, dict) else said for rule, said in rules.items()}
    assert {rule: status for rule, status in statuses.items() if status not in {"done", "exempt"}} == {}


def test_every_exemption_has_a_reason(rules: dict[str, Any]) -> None:
    """Without one it would be an excuse."""
    mappings = {rule: said for rule, said in rules.items() if said != "done"}
    assert mappings
    assert {rule: said for rule, said in mappings.items() if not said.get("comment", "").strip()} == {}
