"""Values that more than one section of the configuration has, each checked with its mend."""

import re
from collections.abc import Callable
from typing import Any

import voluptuous as vol


def text(value: Any) -> str:
    """A text that says something, without spaces around it. Raises vol.Invalid."""
    if not isinstance(value, str) or not value.strip():
        raise vol.Invalid("must be a text that is not empty")
    return value.strip()


def name(value: Any) -> str:
    """What people call something; clients take no longer one. Raises vol.Invalid."""
    called = text(value)
    if len(called) > 128 or not called.isprintable():
        raise vol.Invalid("must be a text of one line and at most 128 characters")
    return called


def camera_id(value: Any) -> str:
    """What a camera is called in addresses. Raises vol.Invalid."""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9_]{1,64}", value):
        raise vol.Invalid("must be made of small letters, digits and _, such as front_door")
    return value


def host(value: Any) -> str:
    """The name or address of another machine. Raises vol.Invalid."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.:_-]*", value):
        raise vol.Invalid("must be the name or address of a machine, such as nas.local")
    return value


def remote_port(value: Any) -> int:
    """A port of another machine. Raises vol.Invalid."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise vol.Invalid("must be a whole number from 1 to 65535")
    return value


def switch(value: Any) -> bool:
    """Yes or no. Raises vol.Invalid."""
    if not isinstance(value, bool):
        raise vol.Invalid("must be true or false")
    return value


def tables(schema: dict[Any, Any], header: str, noun: str) -> Callable[[Any], list[Any]]:
    """Checks a list of tables, each by itself: voluptuous tells but the first mistake of a list."""

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise vol.Invalid(f"must be a list: begin each {noun} with a line {header}")
        checked, mistakes = [], []
        for index, entry in enumerate(value):
            try:
                checked.append(vol.Schema(schema)(entry))
            except vol.MultipleInvalid as error:
                error.prepend([index])
                mistakes += error.errors
        if mistakes:
            raise vol.MultipleInvalid(mistakes)
        return checked

    return check
