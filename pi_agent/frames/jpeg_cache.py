"""The JPEGs that were made of one frame, each once for all who need it."""

import threading
from collections.abc import Callable


class JpegCache:
    """Keeps what was encoded for as long as its frame lives; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held while one is made: a second asker waits for it
        self._made: dict[tuple[int, int | None], bytes] = {}

    def get(self, quality: int, width: int | None, make: Callable[[], bytes]) -> bytes:
        """The JPEG of this quality (1 to 100) and width (pixels, None: all), made by the first."""
        with self._lock:
            jpeg = self._made.get((quality, width))
            if jpeg is None:
                jpeg = self._made[quality, width] = make()
            return jpeg
