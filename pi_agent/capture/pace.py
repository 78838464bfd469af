"""Waiting until a frame is due, in a way that another thread can end."""

import threading
import time


class Pace:
    """Sleeps until given moments of the monotonic clock."""

    def __init__(self) -> None:
        self._interrupted = threading.Event()

    def begin(self) -> None:
        """Forget an earlier interruption."""
        self._interrupted.clear()

    def interrupt(self) -> None:
        """End the present wait, and all that follow until `begin`."""
        self._interrupted.set()

    def wait_until(self, monotonic_at: float) -> None:
        """Sleep until `time.monotonic()` reaches this, not at all where it has passed."""
        remaining = monotonic_at - time.monotonic()
        if remaining > 0:
            self._interrupted.wait(remaining)
