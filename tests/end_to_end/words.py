"""What Home Assistant's pages and our own forms say, in any language: out of what is installed."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import hass_frontend

from scripts.stage import INTEGRATION

_FRONTEND = Path(hass_frontend.where(), "static", "translations")
_FRAGMENTS = ("", "config")  # what every page knows, and what the settings know beside it
_HASH = "[0-9a-f]" * 32  # a country's variant of a language has one more dash before it


@cache
def frontend_words(language: str) -> Mapping[str, str]:
    """The words of Home Assistant's frontend, by its own keys, such as `ui.common.submit`."""
    words: dict[str, str] = {}
    for fragment in _FRAGMENTS:
        (file,) = (_FRONTEND / fragment).glob(f"{language}-{_HASH}.json")
        words.update(json.loads(file.read_text(encoding="utf-8")))
    return words


@cache
def our_words(language: str) -> Mapping[str, str]:
    """The words of our integration, such as `config.error.wrong_code`."""
    file = INTEGRATION / "translations" / f"{language}.json"
    return dict(_flat(json.loads(file.read_text(encoding="utf-8"))))


def _flat(words: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in words.items():
        if isinstance(value, str):
            yield prefix + key, value
        else:
            yield from _flat(value, f"{prefix}{key}.")
