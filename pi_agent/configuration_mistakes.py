"""What is wrong with a configuration, in words: the field, and the mend or the likely key."""

import difflib
from collections.abc import Mapping
from typing import Any

import voluptuous as vol

Keys = Mapping[tuple[str, ...], tuple[str, ...]]  # those that each table may have


def mistake_of(error: vol.Invalid, keys: Keys) -> str:
    """One line about what voluptuous has found."""
    parts = [str(part) for part in error.path if not isinstance(part, vol.Marker | int)]
    field = _dotted(error.path)
    if error.error_message == "extra keys not allowed":
        return f"{field}: is not known{_nearest(parts, keys)}"
    if error.error_message == "required key not provided":
        return f"{field}: is missing"
    if error.error_message == "expected a dictionary":
        table = ".".join(parts)
        return f"{field}: must be a table of its own: [{table}]"
    return f"{field}: {error.error_message}"


def _dotted(path: list[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _nearest(parts: list[str], keys: Keys) -> str:
    *table, key = parts
    near = difflib.get_close_matches(key, keys.get(tuple(table), ()), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(keys[tuple(table)])}"
