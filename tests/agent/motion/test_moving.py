"""Which of the pixels that stand out belong to something that moves on."""

import numpy as np
import pytest

from pi_agent.motion.moving import moving_pixels


@pytest.mark.parametrize(
    ("changed", "pixels", "moves"),
    [(255, 3, False), (255, 4, True), (170, 5, False), (170, 6, True), (0, 49, False)],
)
def test_of_what_changed_much_fewer_pixels_are_enough(
    changed: int, pixels: int, moves: bool
) -> None:
    foreground, change = np.zeros((2, 60, 80), np.uint8)
    foreground[30, 40 : 40 + pixels] = 255
    change[30, 40 : 40 + pixels] = changed
    moving = moving_pixels(foreground, change)
    assert (moving is not None and bool(moving.any())) == moves
