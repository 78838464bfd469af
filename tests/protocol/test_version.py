"""Two versions of the protocol meet."""

import pytest

from pi_agent.protocol import IncompatibleProtocolError, check_protocol


@pytest.mark.parametrize("theirs", ["1.0", "1.7", "1"])
def test_the_same_major_version_is_understood(theirs: str) -> None:
    check_protocol(theirs, ours="1.3")


@pytest.mark.parametrize(
    ("theirs", "side"),
    [("0.9", "update the agent"), ("2.0", "update the Home Assistant"), ("x", "update the agent")],
)
def test_another_major_version_says_which_side_to_update(theirs: str, side: str) -> None:
    with pytest.raises(IncompatibleProtocolError, match=side):
        check_protocol(theirs, ours="1.3")
