"""The page about the integration leaves nothing out that a user meets."""

import re
from pathlib import Path
from typing import Any

import pytest

from .test_translations import DESCRIBED, translation

PAGE = (Path(__file__).parents[2] / "docs" / "home-assistant.md").read_text()


def chapter(title: str) -> str:
    """What stands under a title, up to the next of the same level."""
    (text,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return str(text)


def names() -> list[tuple[str, str]]:
    """Platform and English name of every entity that has a name of its own."""
    english: dict[str, Any] = translation("en")["entity"]
    return [
        (platform, re.sub(r"{(\w+)}", r"(\1)", entity["name"]))
        for platform, entities in english.items()
        for entity in entities.values()
        if "name" in entity
    ]


def test_the_first_paragraph_says_what_it_is() -> None:
    first = PAGE.split("\n\n")[1]
    assert "Raspberry Pi" in first
    assert "https://" in first


@pytest.mark.parametrize(("platform", "name"), names())
def test_every_entity_is_told(platform: str, name: str) -> None:
    row = f"| {name} | {platform.replace('_', ' ')} |"
    assert row in chapter("Supported functions")


def test_what_is_off_at_first_is_told_so() -> None:
    english: dict[str, Any] = translation("en")["entity"]
    rows = {
        (platform, description.translation_key): f"| {platform.replace('_', ' ')} | "
        for platform, table in DESCRIBED.items()
        for description in table
        if not description.entity_registry_enabled_default
    }
    assert len(rows) == 26
    for (platform, key), column in rows.items():
        name = english[platform][key]["name"]
        (line,) = re.findall(rf"^\| {name} {re.escape(column)}.*$", PAGE, re.MULTILINE)
        assert "Off at first." in line
    assert PAGE.count("Off at first.") == len(rows)


def test_every_field_of_the_flows_is_told() -> None:
    fields = {
        label
        for step in translation("en")["config"]["step"].values()
        for label in step["data"].values()
    }
    assert not [label for label in fields if f"| {label} |" not in chapter("Installation")]


def test_every_field_of_a_notification_is_told() -> None:
    told = chapter("Configuration parameters")
    steps = translation("en")["config_subentries"]["notification"]["step"]
    labels = [label for step in steps.values() for label in step.get("data", {}).values()]
    rows = re.findall(r"^\| ([^|]+) \|", told, re.MULTILINE)
    assert len(labels) == 19
    assert not [
        label
        for label in labels
        if not any(label in row.split(", ") or label == row for row in rows)
    ]


def test_every_option_is_told() -> None:
    (step,) = translation("en")["options"]["step"].values()
    told = chapter("Configuration parameters")
    assert not [label for label in step["data"].values() if f"| {label} |" not in told]


def test_every_action_and_field_is_told_with_an_example() -> None:
    told = chapter("Supported functions")
    for name, action in translation("en")["services"].items():
        (row,) = re.findall(rf"^\| `pi_motion_camera\.{name}` \|.*$", told, re.MULTILINE)
        assert not [field for field in action["fields"] if f"`{field}`" not in row]
        assert f"- action: pi_motion_camera.{name}\n" in told


def test_every_repair_is_told() -> None:
    told = chapter("Troubleshooting")
    rows = re.findall(r'^\| Repair "(.*?)"(?: or "(.*?)")?', told, re.MULTILINE)
    phrases = {phrase for row in rows for phrase in row if phrase}
    titles = [issue["title"] for issue in translation("en")["issues"].values()]
    for title in titles:
        words = title.replace("{name}", "")
        assert any(all(w in words for w in phrase.split()) for phrase in phrases), title
