"""The small grey plane is of one size, near enough, whatever the picture's."""

import numpy as np
import pytest

from pi_agent.frames.luma import shrunk

SIZES = {  # height and width of pictures: those of the planes
    (720, 1280): (90, 160),
    (480, 640): (120, 160),
    (240, 320): (120, 160),
    (90, 160): (90, 160),
    (148, 200): (148, 200),
    (180, 240): (120, 160),
    (640, 360): (160, 90),
    (1280, 720): (160, 90),
    (2, 1920): (1, 160),
}


@pytest.mark.parametrize(("picture", "plane"), SIZES.items())
def test_planes_are_about_160_pixels_along_their_longer_side(
    picture: tuple[int, int], plane: tuple[int, int]
) -> None:
    assert shrunk(np.zeros(picture, np.uint8)).shape == plane


@pytest.mark.parametrize("side", range(1, 1000, 7))
def test_a_plane_keeps_enough_of_what_is_far_away(side: int) -> None:
    for picture in ((side, 3), (3, side), (side, side)):
        plane = shrunk(np.full(picture, 90, np.uint8))
        assert min(side, 134) <= max(plane.shape) <= 227
        assert np.unique(plane).tolist() == [90]
