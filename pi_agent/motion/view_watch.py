"""Whether a camera still shows the view that it is known by, or was turned or knocked."""

import math
from collections import deque
from typing import Protocol

import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from pi_agent.frames import Frame

from .known_view import KnownView
from .lens_view import Likeness, has_structure, likeness, sketch_of, small_plane

_LOOK_EVERY_SECONDS = 2.0
_LONGEST_GAP_SECONDS = 15.0  # after that, what was seen before says nothing
_PLANES = 7  # their median leaves out whoever walks by, and most noise
_MOVED_SECONDS = 10.0  # of another view
_KNOWN_SECONDS = 120.0  # a camera that is being put up shows many views, none of them for long
_LEARN_SECONDS = 1200.0  # time constant: light and shadows go slower, a hand is faster
_SAVE_EVERY_SECONDS = 6 * 3600.0  # what was learned since is lost in a power cut


class ViewListener(Protocol):
    """Hears, in the motion thread, of the view."""

    def on_moved(self, moved: bool | None) -> None:
        """Whether another view is shown than the camera is known by; None while nobody knows."""
        ...

    def on_view(self, document: bytes) -> None:
        """The view that the camera is known by, to be kept over restarts."""
        ...


class ViewWatch:
    """Learns the view of a camera and tells when it shows another, until that one is back.

    A view that has stayed for two minutes is the one it is known by, from then on or until a user
    accepts another. `document` is what was last given to the listener. Times are seconds of a clock
    that never jumps.
    """

    def __init__(
        self, document: bytes | None, listener: ViewListener, *, zoom: float = 1.0
    ) -> None:
        self._listener = listener
        self._known = KnownView.of_document(document) if document else None
        self._is_sure = self._known is not None
        self._moved: bool | None = None
        self._aim: tuple[float, float | None] = (zoom, None)
        self._framing = ""
        self._accepting = False
        self._recent: deque[MatLike] = deque(maxlen=_PLANES)
        self._last = self._saved_at = self._known_since = -math.inf
        self._other_since: float | None = None

    def zoom(self, zoom: float) -> None:
        """Expect the view at another zoom."""
        self._aim = (zoom, self._aim[1])

    def turn(self, angle: float | None) -> None:
        """Expect the view in another direction, degrees."""
        self._aim = (self._aim[0], angle)

    def rest(self) -> None:
        """Nobody looks for a while: what is known stays known, how it is now is not."""
        self._break_off()
        self._tell(None)

    def accept(self) -> None:
        """Have what is shown from now on be the view that the camera is known by."""
        self._accepting = True
        self._forget()
        self._tell(False)

    def observe(self, luma: NDArray[np.uint8], frame: Frame) -> None:
        """Look at the grey plane (h, w, uint8) of a frame; most are not looked at."""
        at = frame.monotonic_at
        passed = at - self._last
        if 0 <= passed < _LOOK_EVERY_SECONDS:
            return
        self._last = at
        if not 0 <= passed <= _LONGEST_GAP_SECONDS:
            self._begin_anew()
        if not 0 <= at - self._saved_at < math.inf:
            self._saved_at = at
        self._frame_by(frame)
        self._recent.append(small_plane(luma, frame.shown_size))
        if len(self._recent) == _PLANES:
            self._judge(_median(self._recent), at)

    def _begin_anew(self) -> None:
        """After a break, or with a clock that began anew."""
        self._break_off()
        if not self._is_sure:
            self._known = None

    def _frame_by(self, frame: Frame) -> None:
        """Forget a view of another size, turn, zoom or direction: it cannot be compared."""
        view = frame.view
        flips = f"{view.flip_horizontal:d}{view.flip_vertical:d}"
        zoom, angle = self._aim
        framing = f"{frame.width}x{frame.height} {view.rotation} {flips} {zoom:g} {angle}"
        if framing != self._framing:
            self._framing = framing
            self._break_off()
        if self._known is not None and self._known.framing != framing:
            self._forget()
            if not self._accepting:
                self._tell(None)

    def _forget(self) -> None:
        self._known, self._is_sure = None, False
        self._break_off()

    def _break_off(self) -> None:
        """What was shown up to now says nothing of what will be."""
        self._recent.clear()
        self._other_since = None

    def _judge(self, plane: MatLike, at: float) -> None:
        if self._known is None:
            self._begin(plane, at)
            return
        found = likeness(self._known.sketch, plane)
        if found is Likeness.SAME:
            self._stay(self._known, plane, at)
        elif found is Likeness.OTHER:
            self._leave(at)

    def _begin(self, plane: MatLike, at: float) -> None:
        """Take a view for the one that it may be known by, unless there is nothing to know."""
        seen = sketch_of(plane)
        if not has_structure(seen):
            return
        self._known, self._known_since = KnownView(self._framing, seen), at
        if self._accepting:
            self._know(self._known, at)

    def _know(self, known: KnownView, at: float) -> None:
        self._is_sure, self._accepting = True, False
        self._tell(False)
        self._save(known, at)

    def _stay(self, known: KnownView, plane: MatLike, at: float) -> None:
        self._other_since = None
        known.learn(sketch_of(plane), _LOOK_EVERY_SECONDS / _LEARN_SECONDS)
        if self._is_sure:
            self._tell(False)
            if at - self._saved_at >= _SAVE_EVERY_SECONDS:
                self._save(known, at)
        elif at - self._known_since >= _KNOWN_SECONDS:
            self._know(known, at)

    def _leave(self, at: float) -> None:
        if self._other_since is None:
            self._other_since = at
        if at - self._other_since < _MOVED_SECONDS:
            return
        if self._is_sure:
            self._tell(True)
        else:
            self._forget()

    def _save(self, known: KnownView, at: float) -> None:
        self._saved_at = at
        self._listener.on_view(known.document())

    def _tell(self, moved: bool | None) -> None:
        if moved is not self._moved:
            self._moved = moved
            self._listener.on_moved(moved)


def _median(planes: deque[MatLike]) -> MatLike:
    middle = len(planes) // 2
    return np.asarray(np.partition(np.stack(planes), middle, axis=0)[middle], np.uint8)
