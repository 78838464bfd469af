"""The integration's copy of the protocol reads and writes the contract's golden messages."""

from pathlib import Path

import pytest

from custom_components.pi_motion_camera.agent_client import protocol
from tests.protocol.golden import MESSAGES, check_golden_message


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_a_golden_message_is_read_and_written_unchanged(path: Path) -> None:
    check_golden_message(protocol, path)
