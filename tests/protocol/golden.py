"""The golden messages and what each copy of the protocol must do with them; used by both halves."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

MESSAGES = sorted((Path(__file__).parent / "messages").glob("*.json"))


def check_golden_message(protocol: ModuleType, path: Path) -> None:
    """Read a golden message with this copy of the protocol and write it again, unchanged."""
    wire = json.loads(path.read_text())
    message = protocol.decode_message(json.dumps(wire))
    assert message is not None
    again = protocol.encode_message(message)
    assert again.startswith(f'{{"type":"{path.stem}"')
    assert json.loads(again) == wire
    _check_newer_peer(protocol, wire, message)


def _check_newer_peer(protocol: ModuleType, wire: dict[str, Any], message: object) -> None:
    newer = {**wire, "field_of_a_later_version": {"deep": [1, 2, 3]}}
    assert protocol.decode_message(json.dumps(newer)) == message
