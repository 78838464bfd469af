"""An event's reel while it is recorded: what of it is still in memory, and when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .reel import ReelPicture

# Few, large writes spare the card; these bound what a power cut takes of an event that goes on.
FLUSH_SECONDS = 10.0
FLUSH_BYTES = 8 * 2**20
FIRST_FLUSH_SECONDS = 2.0  # pre-roll and the moment that tripped the event are safe sooner


@dataclass(slots=True, kw_only=True)
class OpenReel:
    """Times in seconds of the frames' clock. `pending` is what was not handed to the writer yet."""

    event_id: str
    began_at: float
    until: float | None = None  # the last second that belongs to the clip, once that is known
    pending: list[ReelPicture] = field(default_factory=list)
    pending_bytes: int = 0
    taken: int = 0  # pictures so far
    cut: bool = False  # over, whatever was to come
    flush_at: float = 0.0

    def __post_init__(self) -> None:
        self.flush_at = self.began_at + FIRST_FLUSH_SECONDS

    def add(self, picture: ReelPicture) -> None:
        """Take a picture, unless it came after the end."""
        if not self.cut and (self.until is None or picture.monotonic_at <= self.until):
            self.pending.append(picture)
            self.pending_bytes += len(picture.jpeg)
            self.taken += 1

    def end_at(self, until: float) -> None:
        """Nothing after this second belongs to the clip."""
        self.until = until
        self.pending = [picture for picture in self.pending if picture.monotonic_at <= until]
        self.pending_bytes = sum(len(picture.jpeg) for picture in self.pending)

    def is_over(self, now: float) -> bool:
        """Whether nothing more can belong to it."""
        return self.cut or (self.until is not None and now > self.until)

    def is_due(self, now: float) -> bool:
        """Whether what is in memory should reach the disk."""
        return bool(self.pending) and (
            now >= self.flush_at or self.pending_bytes >= FLUSH_BYTES or self.is_over(now)
        )

    def take_pending(self) -> tuple[ReelPicture, ...]:
        """What is in memory, to be written now."""
        pictures, self.pending, self.pending_bytes = tuple(self.pending), [], 0
        return pictures

    def put_back(self, pictures: Sequence[ReelPicture]) -> None:
        """Keep what could not be handed over after all, to be offered again soon."""
        self.flush_at = 0.0
        self.pending[:0] = pictures
        self.pending_bytes += sum(len(picture.jpeg) for picture in pictures)
