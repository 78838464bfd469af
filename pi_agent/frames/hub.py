"""Newest-frame slots: one publisher, any number of takers, nobody waits for another."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .frame import Frame


class FrameTaker:
    """One taker's slot; a frame that is replaced before it was taken counts as dropped."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # protects everything below
        self._frame: Frame | None = None
        self._closed = False
        self._dropped_frames = 0
        self._full_since = 0.0  # by time.monotonic, while the slot is full

    @property
    def dropped_frames(self) -> int:
        """How many frames were replaced before this taker had time for them."""
        return self._dropped_frames

    @property
    def behind_seconds(self) -> float:
        """For how long this taker has left its slot full, seconds."""
        with self._changed:
            return 0.0 if self._frame is None else time.monotonic() - self._full_since

    def offer(self, frame: Frame) -> None:
        """Put the newest frame into the slot; called by the hub."""
        with self._changed:
            if self._frame is not None:
                self._dropped_frames += 1
            else:
                self._full_since = time.monotonic()
            self._frame = frame
            self._changed.notify()

    def take(self, timeout: float | None = None) -> Frame | None:
        """Wait for a frame that was not taken yet; None on time-out (seconds) or once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._closed, timeout)
            frame, self._frame = self._frame, None
            return None if self._closed else frame

    def close(self) -> None:
        """Wake the taker for good."""
        with self._changed:
            self._closed = True
            self._frame = None
            self._changed.notify_all()


class FrameHub:
    """Hands each published frame to every taker; `newest` is kept for stills."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # protects the tuple of takers, replaced as a whole
        self._takers: tuple[FrameTaker, ...] = ()
        self._newest: Frame | None = None
        self._interval: float | None = None  # seconds between frames, smoothed

    @property
    def fps(self) -> float | None:
        """Frames a second as measured, None before the second frame."""
        return 1 / self._interval if self._interval else None

    @property
    def newest(self) -> Frame | None:
        """The last published frame, None while there is no picture."""
        return self._newest

    @property
    def behind_seconds(self) -> float:
        """For how long the slowest taker has left a frame in its slot, seconds."""
        return max((taker.behind_seconds for taker in self._takers), default=0.0)

    def publish(self, frame: Frame) -> None:
        """Make `frame` the newest for everyone; never blocks on a taker."""
        self._measure(frame)
        self._newest = frame
        for taker in self._takers:
            taker.offer(frame)

    def clear(self) -> None:
        """Forget the newest frame: the camera is offline or its lens is shut."""
        self._newest = None
        self._interval = None

    def _measure(self, frame: Frame) -> None:
        if self._newest is None:
            return
        interval = max(1e-3, frame.monotonic_at - self._newest.monotonic_at)
        known = self._interval
        self._interval = interval if known is None else known + 0.1 * (interval - known)

    @contextmanager
    def subscribed(self, taker: FrameTaker | None = None) -> Iterator[FrameTaker]:
        """A slot that gets every frame published while the block runs; one may be brought along."""
        taker = taker or FrameTaker()
        with self._lock:
            self._takers = (*self._takers, taker)
        try:
            yield taker
        finally:
            with self._lock:
                self._takers = tuple(t for t in self._takers if t is not taker)
            taker.close()
