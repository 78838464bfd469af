"""The contract's messages as the agent's copy of the protocol reads and writes them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pi_agent import protocol
from pi_agent.protocol import EventMessage, ProtocolError, decode_message, encode_message

from .golden import MESSAGES, check_golden_message


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_a_golden_message_is_read_and_written_unchanged(path: Path) -> None:
    check_golden_message(protocol, path)


def test_there_is_a_golden_message_for_every_type() -> None:
    assert {path.stem for path in MESSAGES} == {
        "hello",
        "event",
        "motion",
        "camera",
        "settings",
        "system",
    }


def test_an_unknown_type_is_skipped() -> None:
    assert decode_message('{"type": "of_a_later_version", "x": 1}') is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not valid JSON"),
        ("[]", "must be a JSON object"),
        ("{}", "type: is missing"),
        ('{"type": 3}', "type: is missing"),
        ('{"type": "motion", "active": true}', "camera: is missing"),
        ('{"type": "motion", "camera": "a", "active": 1}', "active: must be true or false"),
        ('{"type": "motion", "camera": "a", "active": true, "score": 101}', "score: must be from"),
        ('{"type": "motion", "camera": "a", "active": true, "score": NaN}', "NaN is not JSON"),
        (
            '{"type": "motion", "camera": "a", "active": true, "zones": "x"}',
            "zones: must be a list",
        ),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_a_malformed_message_says_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(ProtocolError, match=problem):
        decode_message(text)


def test_a_time_without_an_offset_is_refused() -> None:
    wire = json.loads(next(path for path in MESSAGES if path.stem == "event").read_text())
    wire["started_at"] = "2026-11-21T10:15:30"
    with pytest.raises(ProtocolError, match="started_at: must name its UTC offset"):
        decode_message(json.dumps(wire))


def test_an_event_keeps_its_own_type_after_a_change() -> None:
    wire = next(path for path in MESSAGES if path.stem == "event").read_text()
    message = decode_message(wire)
    assert isinstance(message, EventMessage)
    changed = EventMessage(replace(message.event, revision=43))
    assert decode_message(encode_message(changed)) == changed
