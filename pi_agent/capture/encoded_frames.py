"""JPEGs of a camera's own encoder, put together with the frames that they were made of."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_WAITING = 4  # as many frames as the camera has buffers


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedFrame:
    """A JPEG with the luma of the same moment: whole microseconds since the Pi was started."""

    sensor_us: int
    jpeg: bytes
    luma: NDArray[np.uint8]


class EncodedFrames:
    """The encoder's thread brings JPEGs, the reader the luma; either may be first, or missing.

    An encoder may hand a JPEG out only when it gets the next picture, or lose one. `lost` hears of
    a frame whose JPEG did not come.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._changed = threading.Condition()  # protects both tables
        self._jpegs: dict[int, bytes] = {}
        self._lumas: dict[int, NDArray[np.uint8]] = {}

    def put_jpeg(self, sensor_us: int, jpeg: bytes) -> None:
        """From the encoder's thread."""
        with self._changed:
            self._jpegs[sensor_us] = jpeg
            if len(self._jpegs) > _MOST_WAITING:  # of a frame that nobody took
                del self._jpegs[min(self._jpegs)]
            self._changed.notify()

    def put_luma(self, sensor_us: int, luma: NDArray[np.uint8]) -> None:
        """From the reader's thread."""
        self._lumas[sensor_us] = luma
        if len(self._lumas) > _MOST_WAITING:
            self._give_up(min(self._lumas))

    def take(self, timeout: float) -> EncodedFrame | None:
        """The oldest whole frame, waiting `timeout` seconds for one; None where there is none."""
        with self._changed:
            whole = self._changed.wait_for(lambda: self._jpegs.keys() & self._lumas.keys(), timeout)
            if not whole:
                return None
            at = min(whole)
            for older in [other for other in self._lumas if other < at]:
                self._give_up(older)
            for older in [other for other in self._jpegs if other < at]:
                del self._jpegs[older]
            return EncodedFrame(sensor_us=at, jpeg=self._jpegs.pop(at), luma=self._lumas.pop(at))

    def _give_up(self, sensor_us: int) -> None:
        del self._lumas[sensor_us]
        self._lost()
