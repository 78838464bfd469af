"""Hears what a capture worker tells about its camera."""

import queue
import time

from pi_agent.frames import Frame

ONLINE = "online"


class ListenerQueue:
    """Queues it: `ONLINE`, or why the camera is offline."""

    def __init__(self, patience: float = 10.0) -> None:
        self.told: queue.Queue[str] = queue.Queue()
        self._patience = patience  # seconds to wait for the next word

    def on_camera_online(self, frame: Frame) -> None:
        """From a capture thread."""
        self.told.put(ONLINE)

    def on_camera_offline(self, reason: str) -> None:
        """From a capture thread."""
        self.told.put(reason)

    def next(self) -> str:
        """The next word."""
        return self.told.get(timeout=self._patience)

    def until(self, wanted: str) -> str:
        """Wait for a word with this in it; the whole word."""
        deadline = time.monotonic() + 3 * self._patience
        while wanted not in (word := self.next()):
            assert time.monotonic() < deadline, f"it never said {wanted!r}, at last {word!r}"
        return word
