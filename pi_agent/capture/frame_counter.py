"""Frames of one camera, numbered and dated."""

import time

import numpy as np
from numpy.typing import NDArray

from pi_agent.frames import Frame, PixelFormat


class FrameCounter:
    """Makes the frames of one source; their numbers grow by one, over all its openings."""

    def __init__(self) -> None:
        self._sequence = 0

    def frame(
        self,
        *,
        width: int,
        height: int,
        jpeg: bytes | None = None,
        pixels: NDArray[np.uint8] | None = None,
        pixel_format: PixelFormat = PixelFormat.BGR,
        luma: NDArray[np.uint8] | None = None,
        age: float = 0.0,
    ) -> Frame:
        """The next frame, captured `age` seconds ago."""
        self._sequence += 1
        return Frame(
            sequence=self._sequence,
            captured_at=time.time() - age,
            monotonic_at=time.monotonic() - age,
            width=width,
            height=height,
            jpeg=jpeg,
            pixels=pixels,
            pixel_format=pixel_format,
            luma=luma,
        )
