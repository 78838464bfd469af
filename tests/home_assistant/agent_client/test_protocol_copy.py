"""The integration's copy of the protocol reads and writes the contract's golden messages."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from custom_components.pi_motion_camera.agent_client import protocol
from custom_components.pi_motion_camera.agent_client.protocol import (
    CameraSettings,
    EventPage,
    MotionEvent,
    PairingCode,
    PanRequest,
    ProtocolError,
    SettingsPatch,
    decode,
    decode_message,
)
from tests.protocol.golden import MESSAGES, check_golden_message


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_a_golden_message_is_read_and_written_unchanged(path: Path) -> None:
    check_golden_message(protocol, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """Something with a table in it, as a later version may have."""

    counts: dict[str, int]


EVENT = {
    "id": "a",
    "camera": "porch",
    "state": "started",
    "cause": "motion",
    "started_at": "2026-11-21T10:15:30Z",
}


def test_a_table_is_read_entry_by_entry() -> None:
    assert decode(_Counts, {"counts": {"a": 1}}) == _Counts(counts={"a": 1})


@pytest.mark.parametrize(
    ("cls", "data", "field"),
    [
        (_Counts, {"counts": []}, "counts"),
        (_Counts, {"counts": {"a": "x"}}, "counts.a"),
        (MotionEvent, {**EVENT, "state": "over"}, "state"),
        (MotionEvent, {**EVENT, "keep": 1}, "keep"),
        (MotionEvent, {**EVENT, "revision": True}, "revision"),
        (MotionEvent, {**EVENT, "score": None}, "score"),
        (MotionEvent, {**EVENT, "score": "high"}, "score"),
        (MotionEvent, {**EVENT, "score": 10**400}, "score"),
        (MotionEvent, {**EVENT, "camera": "\ud800"}, "camera"),
        (MotionEvent, {**EVENT, "camera": {}}, "camera"),
        (MotionEvent, {**EVENT, "started_at": "now"}, "started_at"),
        (MotionEvent, {**EVENT, "started_at": "2026-11-21T10:15:30"}, "started_at"),
        (MotionEvent, {**EVENT, "zones": "path"}, "zones"),
        (EventPage, {"events": [3]}, "events[0]"),
        (CameraSettings, {"masks": [[[0, 0], [1, 0], [1]]]}, "masks[0][2]"),
    ],
)
def test_what_breaks_the_contract_is_refused_by_its_field(
    cls: type[Any], data: dict[str, Any], field: str
) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(cls, data)
    assert caught.value.field == field


@pytest.mark.parametrize("text", ["[]", "{", '{"type": 3}', '{"type": "motion", "score": NaN}'])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        decode_message(text)


def test_a_message_of_a_later_version_is_skipped() -> None:
    assert decode_message(json.dumps({"type": "of_a_later_version"})) is None


def test_a_setting_that_is_none_is_named_with_those_there_are() -> None:
    with pytest.raises(ProtocolError, match="sensitivty: is no setting; settings are") as caught:
        SettingsPatch({"sensitivty": 3}).apply(CameraSettings())
    assert caught.value.field == "sensitivty"


def test_a_code_is_made_of_a_secret_and_a_digest_alone() -> None:
    with pytest.raises(ValueError, match="secret must have 5 bytes"):
        PairingCode.create(b"short"[:3], bytes(32))
    with pytest.raises(ValueError, match="32 bytes"):
        PairingCode.create(bytes(5), bytes(20))
    with pytest.raises(ProtocolError, match="is never part"):
        PairingCode.parse("ABCDE-FGHJK-MNPQR-STVWU")


@pytest.mark.parametrize("wish", [{}, {"angle": 10, "preset": "door"}])
def test_a_servo_is_turned_to_an_angle_or_to_a_preset(wish: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError, match="angle: must be given, or preset, and not both"):
        decode(PanRequest, wish)
