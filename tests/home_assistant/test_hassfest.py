"""What hassfest asks of sentences, actions and imports, restated where its action cannot run."""

import ast
import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from homeassistant.const import Platform
from homeassistant.util.yaml import parse_yaml

from .test_translations import INTEGRATION, LANGUAGES, sentences, translation

MANIFEST: dict[str, Any] = json.loads((INTEGRATION / "manifest.json").read_text())
MANIFEST_KEYS = {
    "after_dependencies",
    "codeowners",
    "config_flow",
    "dependencies",
    "documentation",
    "domain",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "name",
    "requirements",
    "version",
    "zeroconf",
}
SECTIONS = {
    "common",
    "config",
    "config_subentries",
    "entity",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
}
# Components that any integration may import, and those that are Home Assistant's core platforms.
ALWAYS = {"media_source", "repairs", "logbook", "system_health", "diagnostics"}
BASE_PLATFORMS = {platform.value for platform in Platform}


def test_the_manifest_has_known_keys_alone() -> None:
    assert MANIFEST.keys() == MANIFEST_KEYS
    assert MANIFEST["documentation"].startswith("https://")
    assert "home-assistant.io" not in MANIFEST["documentation"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", MANIFEST["version"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_stand_where_home_assistant_looks_for_them(language: str) -> None:
    known = translation(language)
    assert known.keys() == SECTIONS
    assert all(set(entry) == {"message"} for entry in known["exceptions"].values())
    for issue in known["issues"].values():
        assert issue["title"]
        assert len(issue.keys() & {"description", "fix_flow"}) == 1
    for subentry in known["config_subentries"].values():
        assert subentry["entry_type"]
        assert subentry["initiate_flow"].keys() == {"user", "reconfigure"}
    for action in known["services"].values():
        assert action["name"]
        assert action["description"].endswith(".")
        assert all(field.keys() == {"name", "description"} for field in action["fields"].values())
    assert all(selector.keys() == {"options"} for selector in known["selector"].values())
    assert known["system_health"].keys() == {"info"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_have_no_placeholders(language: str) -> None:
    states = {key: text for key, text in sentences(language).items() if ".state." in key}
    assert states
    assert not [key for key, text in states.items() if "{" in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_one_platform_differ(language: str) -> None:
    for platform, entities in translation(language)["entity"].items():
        names = [entity["name"] for entity in entities.values() if "name" in entity]
        assert len(names) == len(set(names)), platform


def test_selectors_of_actions_have_their_words() -> None:
    actions = cast("dict[str, Any]", parse_yaml((INTEGRATION / "services.yaml").read_text()))
    known = translation("en")["selector"]
    for action in actions.values():
        assert action["target"]["entity"] == {"integration": MANIFEST["domain"], "domain": "camera"}
        for field in action["fields"].values():
            (selector,) = field["selector"].values()
            if selector and "translation_key" in selector:
                assert list(known[selector["translation_key"]]["options"]) == selector["options"]


def components_used(path: Path) -> set[str]:
    """The components of Home Assistant that a module imports when it is loaded or run."""
    used = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "homeassistant.components."
        ):
            used.add(str(node.module).split(".")[2])
    return used


def test_every_component_that_is_used_is_declared() -> None:
    declared = {*MANIFEST["dependencies"], *MANIFEST["after_dependencies"]}
    for path in INTEGRATION.glob("*.py"):
        undeclared = components_used(path) - declared - ALWAYS - BASE_PLATFORMS
        assert not undeclared, path
    assert not [p for p in (INTEGRATION / "agent_client").rglob("*.py") if components_used(p)]


def test_nothing_of_voluptuous_and_no_future_is_imported() -> None:
    for path in INTEGRATION.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import voluptuous" not in text, path
        assert "from __future__ import annotations" not in text, path
