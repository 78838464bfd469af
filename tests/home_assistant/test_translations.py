"""Every sentence is there in every language, and every sentence that is asked for exists."""

import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import hass_frontend
import pytest
from homeassistant.generated.languages import LANGUAGES as LANGUAGES_OF_HOME_ASSISTANT
from homeassistant.helpers.entity import EntityDescription

from custom_components.pi_motion_camera import PLATFORMS, options_flow
from custom_components.pi_motion_camera.agent_client.protocol import Rotation
from custom_components.pi_motion_camera.binary_sensor import (
    AGENT_PROBLEMS,
    LABELS,
    LENS,
    OTHER_LABEL,
)
from custom_components.pi_motion_camera.control_numbers import CONTROL_NUMBERS
from custom_components.pi_motion_camera.control_switches import CONTROL_SWITCHES
from custom_components.pi_motion_camera.number import NUMBERS
from custom_components.pi_motion_camera.select import ROTATION, WHITE_BALANCE
from custom_components.pi_motion_camera.sensor import AGENT_SENSORS, CAMERA_SENSORS
from custom_components.pi_motion_camera.state import EventPhase
from custom_components.pi_motion_camera.switch import SWITCHES
from pi_agent.capture import picamera2_controls, v4l2_controls
from pi_agent.capture.v4l2_device import ControlRange

INTEGRATION = Path(__file__).parents[2] / "custom_components" / "pi_motion_camera"
LANGUAGES = sorted(path.stem for path in (INTEGRATION / "translations").glob("*.json"))
DESCRIPTIONS: tuple[EntityDescription, ...] = (
    *AGENT_PROBLEMS,
    *AGENT_SENSORS,
    *CAMERA_SENSORS,
    *CONTROL_NUMBERS,
    *CONTROL_SWITCHES,
    *LABELS,
    *LENS,
    OTHER_LABEL,
    *NUMBERS,
    ROTATION,
    *SWITCHES,
    WHITE_BALANCE,
)
# By the module of the class, the words of the entities that are described by tables.
DESCRIBED = {
    "binary_sensor": (*AGENT_PROBLEMS, *LABELS, *LENS, OTHER_LABEL),
    "number": (*NUMBERS, *CONTROL_NUMBERS),
    "select": (ROTATION, WHITE_BALANCE),
    "sensor": (*AGENT_SENSORS, *CAMERA_SENSORS),
    "switch": (*SWITCHES, *CONTROL_SWITCHES),
}
OTHERS = [language for language in LANGUAGES if language != "en"]

type Sentences = dict[str, str]


def translation(language: str) -> dict[str, Any]:
    path = INTEGRATION / "translations" / f"{language}.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def walk(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every sentence with its dotted key."""
    if isinstance(value, str):
        yield key, value
    else:
        for name, entry in value.items():
            yield from walk(entry, f"{key}.{name}" if key else name)


def sentences(language: str) -> Sentences:
    """Every sentence by its dotted key."""
    return dict(walk(translation(language)))


def words(sentence: str) -> str:
    """What of a sentence is to be translated."""
    return re.sub(r"{\w+}", "", sentence)


def placeholders(sentence: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", sentence))


def calls(module: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse((INTEGRATION / module).read_text())):
        if isinstance(node, ast.Call):
            yield node


def strings(module: str) -> set[str]:
    """Every text in a module's code."""
    return {
        node.value
        for node in ast.walk(ast.parse((INTEGRATION / module).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_the_languages_that_are_promised_are_there() -> None:
    promised = {"ca", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "pt-BR"}
    assert set(LANGUAGES) == promised
    assert promised <= LANGUAGES_OF_HOME_ASSISTANT


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_sentence_in_the_same_order(language: str) -> None:
    assert list(sentences(language)) == list(sentences("en"))


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_has_the_same_placeholders_in_every_language(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    assert {key: placeholders(text) for key, text in other.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


@pytest.mark.parametrize("language", OTHERS)
def test_commands_are_named_alike_in_every_language(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    for key, text in other.items():
        assert re.findall("`(.*?)`", text) == re.findall("`(.*?)`", english[key]), key
        assert ("pi-agent pair" in text) is ("pi-agent pair" in english[key]), key


def frontend(language: str) -> dict[str, str]:
    """What Home Assistant's own pages call their places, where they have a word for it."""
    folder = Path(hass_frontend.__file__).parent / "static" / "translations"
    pages = [
        path
        for part in (".", "config")
        for path in (folder / part).glob(f"{language}-*.json")
        if re.fullmatch(rf"{language}-[0-9a-f]{{32}}\.json", path.name)
    ]
    assert len(pages) == 2
    told: Sentences = {}
    for page in pages:
        told |= dict(walk(json.loads(page.read_text(encoding="utf-8"))))
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_are_called_what_home_assistant_calls_them(language: str) -> None:
    ours, theirs = sentences(language), frontend(language)
    settings = theirs["panel.config"]
    devices = theirs["ui.panel.config.dashboard.devices.main"]
    system = theirs["ui.panel.config.dashboard.system.main"]
    network = theirs["ui.panel.config.network.caption"]
    assert theirs["ui.panel.config.integrations.discovered"] in ours["config.step.user.description"]
    for issue in ("agent_too_old", "certificate_changed", "clock_off"):
        said = ours[f"issues.{issue}.fix_flow.abort.pair_again"]
        assert f"{settings}, {devices}" in said
    said = ours["exceptions.no_url_of_home_assistant.message"]
    assert f"{settings}, {system}, {network}" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kind_of_object_has_one_name(language: str) -> None:
    ours = translation(language)
    sensors = ours["entity"]["binary_sensor"]
    assert ours["selector"]["label"]["options"] == {
        description.key: sensors[description.key]["name"] for description in LABELS
    }


@pytest.mark.parametrize("language", OTHERS)
def test_no_long_sentence_was_left_in_english(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    same = [key for key, text in other.items() if text == english[key] and len(words(text)) > 12]
    assert same == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_well_formed(language: str) -> None:
    for key, text in sentences(language).items():
        assert text == text.strip(), key
        assert not re.search(r"<[a-z/]|https?://|www\.", text), key  # hassfest refuses them
        assert not re.search(r"'{\w+}'", text), key
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]*[a-z0-9]|[a-z0-9]", k) for k in key.split("."))
        if key.startswith(("config.error", "config.abort", "exceptions")):
            assert text.endswith((".", "{error}")), key


def test_every_step_of_the_flows_has_its_sentences() -> None:
    shown = {
        ast.literal_eval(keyword.value)
        for call in calls("config_flow.py")
        for keyword in call.keywords
        if keyword.arg == "step_id" and isinstance(keyword.value, ast.Constant)
    } | {
        ast.literal_eval(call.args[0])
        for call in calls("config_flow.py")
        if isinstance(call.func, ast.Attribute) and call.func.attr == "_show_code_form"
    }
    steps = translation("en")["config"]["step"]
    assert shown == steps.keys() == {"user", "pair", "reauth_confirm", "reconfigure"}
    for step in steps.values():
        assert step["title"]
        assert step["description"]
        assert step["data"].keys() == step["data_description"].keys()


def test_every_option_has_its_sentences() -> None:
    (step,) = translation("en")["options"]["step"].values()
    options = {str(marker) for marker in options_flow._SCHEMA.schema}
    assert step["data"].keys() == step["data_description"].keys() == options


def test_every_error_and_end_of_the_flows_has_its_sentence_and_none_is_left_over() -> None:
    config = translation("en")["config"]
    used = strings("config_flow.py") | strings("errors.py")
    assert config["error"].keys() <= used
    assert config["abort"].keys() - {"reauth_successful", "reconfigure_successful"} <= used
    reasons = {
        ast.literal_eval(keyword.value)
        for call in calls("config_flow.py")
        for keyword in call.keywords
        if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant)
    }
    assert reasons <= config["abort"].keys()


def test_every_exception_that_is_raised_has_its_sentence_and_none_is_left_over() -> None:
    known = translation("en")["exceptions"].keys()
    modules = [path.name for path in INTEGRATION.glob("*.py") if path.name != "config_flow.py"]
    used: set[str] = set().union(*(strings(module) for module in modules))
    assert known <= used
    raised = {
        ast.literal_eval(keyword.value)
        for module in modules
        for call in calls(module)
        for keyword in call.keywords
        if keyword.arg == "translation_key" and isinstance(keyword.value, ast.Constant)
    } - {description.translation_key for description in DESCRIPTIONS}
    english = translation("en")
    assert raised - english["selector"].keys() <= known | english["issues"].keys()


def test_every_repair_issue_that_is_raised_has_its_sentence() -> None:
    modules = [path.name for path in INTEGRATION.glob("*.py")]
    used: set[str] = set().union(*(strings(module) for module in modules))
    assert translation("en")["issues"].keys() <= used


@pytest.mark.parametrize("key", ["agent_too_new", "agent_too_old", "cannot_connect", "not_paired"])
def test_what_setting_up_and_flows_both_meet_is_said_in_both(key: str) -> None:
    english = translation("en")
    assert key in english["exceptions"]
    assert key in english["config"]["error"]


def test_every_entity_that_asks_for_a_name_has_one() -> None:
    named = translation("en")["entity"]
    icons = json.loads((INTEGRATION / "icons.json").read_text())["entity"]
    for platform in PLATFORMS:
        module = import_module(f"custom_components.pi_motion_camera.{platform}")
        asked = {
            module.__dict__.get(ast.unparse(node.value)) or ast.literal_eval(node.value)
            for node in ast.walk(ast.parse((INTEGRATION / f"{platform}.py").read_text()))
            if isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "_attr_translation_key"
        } | {d.translation_key for d in DESCRIBED.get(platform, ()) if d.translation_key}
        assert icons.get(platform, {}).keys() == asked, platform
        assert named.get(platform, {}).keys() == asked - {"camera"}, platform


def test_what_has_no_word_of_its_own_has_that_of_its_device_class() -> None:
    assert [d.key for d in DESCRIPTIONS if d.translation_key is None] == ["temperature"]


def test_every_rotation_has_its_word() -> None:
    states = translation("en")["entity"]["select"]["rotation"]["state"]
    assert list(states) == [rotation.name.lower() for rotation in Rotation]


def test_every_white_balance_that_cameras_offer_has_its_word() -> None:
    module = picamera2_controls.offered_controls({"AwbMode": (0, 7, 0)})
    webcam = v4l2_controls.offered_controls(
        {0x98091A: ControlRange(minimum=2000, maximum=7500, step=1, default=4000)}
    )
    offered = {*module.white_balance, *webcam.white_balance}
    states = translation("en")["entity"]["select"]["white_balance"]["state"]
    assert states.keys() == offered


def test_every_event_type_and_attribute_has_its_word() -> None:
    attributes = translation("en")["entity"]["event"]["motion"]["state_attributes"]
    assert attributes["event_type"]["state"].keys() == set(EventPhase)
    told = {
        ast.literal_eval(key)
        for node in ast.walk(ast.parse((INTEGRATION / "motion_events.py").read_text()))
        if isinstance(node, ast.FunctionDef) and node.name == "event_attributes"
        for entry in ast.walk(node)
        if isinstance(entry, ast.Dict)
        for key in entry.keys
        if key is not None
    }
    assert told | {"event_type"} == attributes.keys()
