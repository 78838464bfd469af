"""The streams of one camera: one for each width that somebody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .broadcaster import JpegBroadcaster, PictureSink

# A bounded ladder, so that no client can make the agent scale to thousands of sizes.
WIDTHS = (160, 240, 320, 480, 640, 800, 960, 1280, 1600, 1920, 2560)


def step_for(width: int | None) -> int | None:
    """The step of the ladder that serves a wish for `width` pixels; None is the full picture."""
    if width is None:
        return None
    return next((step for step in WIDTHS if step >= width), None)


class CameraStreams:
    """Keeps a broadcaster for each width in use. Lives on the event loop.

    `on_demand` is called whenever a viewer has come, so that a sleeping encoder wakes.
    """

    def __init__(self, on_demand: Callable[[], None]) -> None:
        self._on_demand = on_demand
        self._broadcasters: dict[int | None, JpegBroadcaster] = {}
        self._dropped_before = 0  # by broadcasters that are gone
        self._watched: tuple[tuple[int | None, JpegBroadcaster], ...] = ()

    @property
    def dropped_frames(self) -> int:
        """Frames that single viewers missed because they were too slow, all viewers added up."""
        return self._dropped_before + sum(b.dropped_frames for b in self._broadcasters.values())

    @property
    def viewers(self) -> int:
        """How many viewers there are at all widths."""
        return sum(broadcaster.viewers for broadcaster in self._broadcasters.values())

    @property
    def watched(self) -> tuple[tuple[int | None, JpegBroadcaster], ...]:
        """Each width with viewers and its broadcaster; may be read from any thread."""
        return self._watched

    @contextmanager
    def watched_by(self, sink: PictureSink, *, width: int | None) -> Iterator[None]:
        """The sink gets the pictures, at least `width` pixels wide, while the block runs."""
        step = step_for(width)
        broadcaster = self._broadcasters.setdefault(step, JpegBroadcaster())
        try:
            with broadcaster.watched_by(sink):
                self._watched = tuple(self._broadcasters.items())
                self._on_demand()
                yield
        finally:
            if not broadcaster.viewers and step in self._broadcasters:
                del self._broadcasters[step]
                self._dropped_before += broadcaster.dropped_frames
                self._watched = tuple(self._broadcasters.items())
