"""The page's languages: each says everything that the page asks for, and nothing else."""

import re

import pytest

from pi_agent.objects.catalogue import USUAL_LABELS
from pi_agent.protocol import CameraSettings, EventCause
from pi_agent.server.page_files import FOLDER

LANGUAGES = ("en", "es", "ca")
NAMED_SETTINGS = {"rotation", "labels", "white_balance"}  # that are no switch and no figure
_ENTRY = re.compile(r'^  "?([\w-]+)"?: "((?:[^"\\]|\\.)*)",$', re.MULTILINE)

_SETTING = re.compile(r'(?<![.\w])(?:toggle|figure|choice)\("(\w+)"')


def words(language: str) -> dict[str, str]:
    return dict(_ENTRY.findall((FOLDER / "languages" / f"{language}.js").read_text()))


def keys_in_use() -> set[str]:
    text = "\n".join(path.read_text() for path in FOLDER.glob("*.js"))
    keys = set(re.findall(r'\bt\(\s*"([\w-]+)"', text))
    for chosen in re.findall(r"\bt\(([^()]*\?[^()]*)\)", text):  # t(a ? "b" : "c")
        keys |= set(re.findall(r'[?:]\s*"([\w-]+)"', chosen))
    keys |= {"motion", "live", "history", "settings"}  # views
    keys |= {f"theme-{name}" for name in ("auto", "light", "dark")}
    keys |= {f"cause-{cause.value}" for cause in EventCause}
    keys |= {f"code-for-{role}" for role in ("owner", "viewer")}
    keys |= {"role-owner", "role-viewer", "camera", "zone", "label", "event-one", "events"}
    keys |= {f"{group}-group" for group in ("recording", "picture", "objects", "camera")}
    keys |= NAMED_SETTINGS | {f"object-{label}" for label in USUAL_LABELS}
    return keys | set(_SETTING.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_words_and_all_words_are_used(language: str) -> None:
    assert words(language).keys() == keys_in_use()
    assert all(text.strip() for text in words(language).values())


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_translation_has_the_same_places_for_values(language: str) -> None:
    english, translated = words("en"), words(language)
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(
            re.findall(r"\{\w+\}", translated[key])
        ), key
    same = {key for key, text in english.items() if translated[key] == text}
    assert len(same) < len(english) / 10


def test_every_setting_can_be_made_on_the_page() -> None:
    text = (FOLDER / "settings.js").read_text()
    elsewhere = {"privacy", "sensitivity", "zones", "masks"}  # on the live and the motion view
    made = set(_SETTING.findall(text)) | NAMED_SETTINGS
    assert made == set(CameraSettings.__slots__) - elsewhere
