"""Pictures are cut out of buffers whose lines are padded, and hold none of their memory."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pi_agent.capture.yuv_planes import i420_picture, luma_plane

WIDTH, HEIGHT = 48, 32


def picture() -> NDArray[np.uint8]:
    coarse = np.random.default_rng(1).integers(0, 255, (4, 6, 3), np.uint8)
    bgr = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420), np.uint8)


def padded(i420: NDArray[np.uint8], stride: int) -> NDArray[np.uint8]:
    """The same as libcamera lays it out: the lines of U and V are half as long, padding too."""
    buffer = np.full((HEIGHT * 3 // 2, stride), 7, np.uint8)
    buffer[:HEIGHT, :WIDTH] = i420[:HEIGHT]
    colours = buffer[HEIGHT:].reshape(HEIGHT, stride // 2)
    colours[:, : WIDTH // 2] = i420[HEIGHT:].reshape(HEIGHT, WIDTH // 2)
    return buffer


@pytest.mark.parametrize("stride", [WIDTH, 64, 128])
def test_the_padding_is_left_out(stride: int) -> None:
    i420 = picture()
    buffer = padded(i420, stride)
    assert np.array_equal(i420_picture(buffer, WIDTH, HEIGHT), i420)
    assert np.array_equal(luma_plane(buffer, WIDTH, HEIGHT), i420[:HEIGHT])


@pytest.mark.parametrize("stride", [WIDTH, 64])
def test_the_camera_may_have_its_buffer_back_at_once(stride: int) -> None:
    i420 = picture()
    buffer = padded(i420, stride)
    luma, pixels = luma_plane(buffer, WIDTH, HEIGHT), i420_picture(buffer, WIDTH, HEIGHT)
    buffer[:] = 0
    assert np.array_equal(pixels, i420)
    assert np.array_equal(luma, i420[:HEIGHT])
    assert not np.shares_memory(pixels, buffer)
    assert not np.shares_memory(luma, buffer)
