"""Frames of one camera, numbered and dated."""

import time

import numpy as np
from numpy.typing import NDArray

from pi_agent.frames import Frame, PixelFormat


class FrameCounter:
    """Makes the frames of one source; their numbers grow by one, over all its openings."""

    def __init__(self) -> None:
        self._sequence = 0
        self._newest_at = 0.0

    def frame(
        self,
        *,
        width: int,
        height: int,
        jpeg: bytes | None = None,
        pixels: NDArray[np.uint8] | None = None,
        pixel_format: PixelFormat = PixelFormat.BGR,
        luma: NDArray[np.uint8] | None = None,
        monotonic_at: float | None = None,
    ) -> Frame:
        """The next frame, captured at this second of `time.monotonic`, or just now.

        Times never go back, even where a driver gives some frames a time and others none.
        """
        self._sequence += 1
        now = time.monotonic()
        at = now if monotonic_at is None else monotonic_at
        self._newest_at = at = min(max(at, self._newest_at), now)
        return Frame(
            sequence=self._sequence,
            captured_at=time.time() - (now - at),
            monotonic_at=at,
            width=width,
            height=height,
            jpeg=jpeg,
            pixels=pixels,
            pixel_format=pixel_format,
            luma=luma,
        )
