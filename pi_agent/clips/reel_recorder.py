"""What one camera keeps of its pictures: the ring always, a reel for each event that goes on."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from .open_reel import FLUSH_SECONDS, OpenReel
from .reel import ReelPicture
from .ring import PictureRing

_MARGIN_SECONDS = 2.0  # a decision may come so long after the frame that it is about
_MOST_OPEN_REELS = 4  # each is fed with every picture
_MOST_REELS = 8  # with those that wait for a disk that takes nothing
_MOST_PENDING_BYTES = 24 * 2**20  # of all reels, while the disk takes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSettings:
    """`recording` is off in privacy mode too; `quality` (1 to 100) where an encode is needed."""

    recording: bool
    pre_roll_seconds: float
    post_roll_seconds: float
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelPortion:
    """Pictures to be written. `until` is given with the last portion of a reel."""

    reel: OpenReel
    pictures: tuple[ReelPicture, ...]
    until: float | None


class ReelRecorder:
    """Fed by the capture thread, told of events by the motion thread, emptied by the clip thread.

    Never waits for a disk. Times are seconds of the frames' own clock.
    """

    def __init__(
        self, settings: ClipSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = threading.Lock()  # protects everything below
        self._settings = settings
        self._clock = clock
        self._ahead = 0.0  # of the frames' clock before ours
        self._latest = 0.0
        self._ring = PictureRing(settings.pre_roll_seconds + _MARGIN_SECONDS)
        self._reels: list[OpenReel] = []
        self.lost_pictures = 0

    @property
    def is_recording(self) -> bool:
        """Whether a reel is open."""
        return bool(self._reels)

    @property
    def wants_pictures(self) -> bool:
        """Whether pictures are to be kept at all."""
        return self._settings.recording

    @property
    def quality(self) -> int:
        """JPEG quality for pictures that must be encoded."""
        return self._settings.quality

    def apply(self, settings: ClipSettings) -> None:
        """Go on with other settings; with recording off, open reels end as they are."""
        with self._lock:
            self._settings = settings
            self._ring.seconds = settings.pre_roll_seconds + _MARGIN_SECONDS
            if not settings.recording:
                self._stop()

    def stop(self) -> None:
        """No more pictures will come: open reels end as they are."""
        with self._lock:
            self._stop()

    def add(self, picture: ReelPicture) -> None:
        """Take the newest picture."""
        with self._lock:
            if not self._settings.recording:
                return
            self._latest = picture.monotonic_at
            self._ahead = picture.monotonic_at - self._clock()
            self._ring.add(picture)
            for reel in self._reels:
                self._add_to(reel, picture)

    def begin(self, event_id: str, at: float | None) -> OpenReel | None:
        """Open a reel for an event that began at that second (None: now), with its pre-roll.

        Where too many go on, the oldest ends before its post-roll does. Returns the reel that had
        to be given up, if any, because the disk has taken none for so long.
        """
        with self._lock:
            if not self._settings.recording:
                return None
            began_at = self._now() if at is None else at
            reel = OpenReel(event_id=event_id, began_at=began_at)
            for picture in self._ring.since(began_at - self._settings.pre_roll_seconds):
                self._add_to(reel, picture)
            self._reels.append(reel)
            going_on = [reel for reel in self._reels if not reel.cut]
            if len(going_on) > _MOST_OPEN_REELS:
                going_on[0].cut = True
            return self._reels.pop(0) if len(self._reels) > _MOST_REELS else None

    def end(self, event_id: str, length: float) -> None:
        """The event is over after so many seconds; its post-roll still belongs to the reel."""
        with self._lock:
            for reel in self._reels:
                if reel.event_id == event_id and reel.until is None:
                    reel.end_at(reel.began_at + length + self._settings.post_roll_seconds)

    def take_due(self) -> list[ReelPortion]:
        """What should reach the disk now; a reel that is over is let go with its last portion."""
        with self._lock:
            now = self._now()
            due = [reel for reel in self._reels if reel.is_due(now) or reel.is_over(now)]
            self._reels = [reel for reel in self._reels if not reel.is_over(now)]
            return [self._portion(reel, now) for reel in due]

    def put_back(self, portion: ReelPortion) -> None:
        """The writer has no room: keep the portion in memory and offer it again."""
        with self._lock:
            portion.reel.put_back(portion.pictures)
            if portion.until is not None:
                self._reels.insert(0, portion.reel)

    def _portion(self, reel: OpenReel, now: float) -> ReelPortion:
        reel.flush_at = now + FLUSH_SECONDS
        until = None
        if reel.is_over(now):
            until = min(reel.until, self._latest) if reel.until is not None else self._latest
        return ReelPortion(reel=reel, pictures=reel.take_pending(), until=until)

    def _add_to(self, reel: OpenReel, picture: ReelPicture) -> None:
        if sum(r.pending_bytes for r in self._reels) > _MOST_PENDING_BYTES:
            self.lost_pictures += 1
        else:
            reel.add(picture)

    def _stop(self) -> None:
        self._ring.clear()
        for reel in self._reels:
            reel.cut = True

    def _now(self) -> float:
        return max(self._latest, self._clock() + self._ahead)
