"""Whatever comes over the wire: a message, nothing, or an error that names the field."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

from hypothesis import example, given, strategies as st

from pi_agent.protocol import (
    CameraSettings,
    ProtocolError,
    SettingsPatch,
    decode_message,
    encode_message,
)

from .golden import MESSAGES

T = TypeVar("T")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
GOLDEN: list[dict[str, Any]] = [json.loads(path.read_text()) for path in MESSAGES]


@st.composite
def damaged_messages(draw: st.DrawFn) -> dict[str, Any]:
    """A golden message with some of its fields replaced by anything."""
    message = dict(draw(st.sampled_from(GOLDEN)))
    for name in draw(st.lists(st.sampled_from(sorted(message)), min_size=1, max_size=3)):
        message[name] = draw(JSON)
    return message


def outcome(action: Callable[[], T]) -> T | ProtocolError:
    """What the action returns, or the one kind of error that it may raise."""
    try:
        return action()
    except ProtocolError as error:
        return error


@given(st.text() | st.binary())
@example("{")
@example(b"\xff")
@example('{"type": "motion", "camera": "\\ud800", "active": true}')
def test_any_bytes_are_a_message_or_a_clear_error(data: str | bytes) -> None:
    assert str(outcome(lambda: decode_message(data)))


@given(damaged_messages())
def test_a_damaged_message_is_refused_or_read_as_what_it_says(wire: dict[str, Any]) -> None:
    message = outcome(lambda: decode_message(json.dumps(wire)))
    if message is None or isinstance(message, ProtocolError):
        return
    assert decode_message(encode_message(message).encode()) == message


@given(
    st.dictionaries(
        st.sampled_from([field.name for field in fields(CameraSettings)]) | st.text(max_size=5),
        JSON,
        max_size=4,
    )
)
def test_any_patch_is_applied_whole_or_names_a_field_of_its_own(changes: dict[str, Any]) -> None:
    settings = CameraSettings(sensitivity=33)
    changed = outcome(lambda: SettingsPatch(changes).apply(settings))
    if isinstance(changed, ProtocolError):
        assert any(changed.field.startswith(name) for name in changes)
        return
    for field in fields(CameraSettings):
        if field.name not in changes:
            assert getattr(changed, field.name) == getattr(settings, field.name)
