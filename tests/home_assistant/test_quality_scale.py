"""The quality scale is answered in full, and its evidence exists."""

import ast
import re
from pathlib import Path
from typing import Any, cast

import pytest
from homeassistant.util.yaml import parse_yaml

from custom_components.pi_motion_camera import PLATFORMS
from tests.test_docs import anchors

INTEGRATION = Path("custom_components/pi_motion_camera")
TESTS = Path("tests/home_assistant")
ROOT = Path(__file__).parents[2]

BRONZE = """
    action-setup appropriate-polling brands common-modules config-flow-test-coverage config-flow
    dependency-transparency docs-actions docs-triggers docs-conditions docs-high-level-description
    docs-installation-instructions docs-removal-instructions entity-event-setup entity-unique-id
    has-entity-name runtime-data test-before-configure test-before-setup unique-config-entry
"""
SILVER = """
    action-exceptions config-entry-unloading docs-configuration-parameters
    docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
    parallel-updates reauthentication-flow test-coverage
"""
GOLD = """
    devices diagnostics discovery-update-info discovery docs-data-update docs-examples
    docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting
    docs-use-cases dynamic-devices entity-category entity-device-class entity-disabled-by-default
    entity-translations exception-translations icon-translations reconfiguration-flow
    repair-issues stale-devices
"""
PLATINUM = "async-dependency inject-websession strict-typing"
TRANSLATED = {"BrowseError", "HomeAssistantError", "ServiceValidationError", "Unresolvable", "kind"}
RULES = f"{BRONZE} {SILVER} {GOLD} {PLATINUM}".split()


def rules() -> dict[str, dict[str, str]]:
    text = (ROOT / INTEGRATION / "quality_scale.yaml").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, str]]", cast("dict[str, Any]", parse_yaml(text))["rules"])


def test_every_rule_is_answered_in_the_order_of_the_scale() -> None:
    assert len(RULES) == 54
    assert list(rules()) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_every_answer_has_a_reason(rule: str) -> None:
    answer = rules()[rule]
    assert answer["status"] in {"done", "exempt"}
    assert answer["comment"].endswith(".")


@pytest.mark.parametrize("rule", RULES)
def test_evidence_that_is_named_exists(rule: str) -> None:
    answer = rules()[rule]
    named = re.findall(r"[\w/-]+\.(?:py|json|yaml|md)|\w+/", answer["comment"])
    if answer["status"] == "done":
        known = {
            str(path.relative_to(ROOT / folder))
            for folder in (INTEGRATION, TESTS)
            for path in (ROOT / folder).rglob("*")
        }
        for name in named:
            assert name.rstrip("/") in known or (ROOT / name).exists(), name
        for page, anchor in re.findall(r"([\w/-]+\.md)#([\w-]+)", answer["comment"]):
            assert anchor in anchors(ROOT / page), f"{page}#{anchor}"


def test_every_platform_says_how_many_updates_run_at_once() -> None:
    platforms = [
        path
        for path in (ROOT / INTEGRATION).glob("*.py")
        if "async_add_entities: AddConfigEntryEntitiesCallback,\n) -> None" in path.read_text()
        and path.stem != "entity"
    ]
    assert {path.stem for path in platforms} == set(PLATFORMS)
    for path in platforms:
        names = {
            target.id
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assert "PARALLEL_UPDATES" in names, path


def test_no_exception_of_home_assistant_is_raised_untranslated() -> None:
    for path in (ROOT / INTEGRATION).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                name = ast.unparse(node.exc.func)
                if name in TRANSLATED or name.startswith(("ConfigEntry", "UpdateFailed")):
                    keywords = {keyword.arg for keyword in node.exc.keywords}
                    assert {"translation_domain", "translation_key"} <= keywords, path
