"""What the sensor mirrors and what is left to do make together what was wanted."""

import itertools

import numpy as np
import pytest

from pi_agent.capture.sensor_flip import SensorFlip
from pi_agent.frames import PictureView

PICTURE = np.arange(12, dtype=np.uint8).reshape(3, 4)
VIEWS = [
    PictureView(rotation=rotation, flip_horizontal=horizontal, flip_vertical=vertical)
    for rotation, horizontal, vertical in itertools.product(
        (0, 90, 180, 270), (False, True), (False, True)
    )
]


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_both_together_are_the_view(view: PictureView) -> None:
    flip, rest = SensorFlip.of(view)
    sensed = PICTURE[:: -1 if flip.vertical else 1, :: -1 if flip.horizontal else 1]
    assert np.array_equal(rest.turned(np.ascontiguousarray(sensed)), view.turned(PICTURE))


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_quarter_turn_alone_is_left(view: PictureView) -> None:
    _, rest = SensorFlip.of(view)
    assert rest.is_plain == (view.rotation in (0, 180))
    assert rest.swaps_sides == view.swaps_sides


def test_the_time_in_the_picture_stays_to_be_written() -> None:
    _, rest = SensorFlip.of(PictureView(timestamp_overlay=True, rotation=180))
    assert rest == PictureView(timestamp_overlay=True)
