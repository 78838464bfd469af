"""Pictures out of a camera's buffers, whose lines are longer than the picture is wide."""

import numpy as np
from numpy.typing import NDArray


def luma_plane(buffer: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """A copy of the Y plane (height, width) of a YUV 4:2:0 buffer (height * 3 // 2, stride)."""
    return buffer[:height, :width].copy()


def i420_picture(buffer: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """A copy (height * 3 // 2, width) of such a buffer without the padding; even sides."""
    if buffer.shape[1] == width:
        return buffer[: height * 3 // 2].copy()
    picture = np.empty((height * 3 // 2, width), np.uint8)
    picture[:height] = buffer[:height, :width]
    # The colours' lines are half as long: two of them fill one of the buffer's.
    colours = buffer[height : height * 3 // 2].reshape(height, -1)
    picture[height:] = colours[:, : width // 2].reshape(height // 2, width)
    return picture
