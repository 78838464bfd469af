"""One encoded picture to every viewer, on the event loop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from .multipart import multipart_chunk, unchunked


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPicture:
    """A JPEG, and what goes over the wire, made of it once for all viewers."""

    jpeg: bytes
    captured_at: float  # seconds since the epoch
    chunk: bytes  # the multipart part as one HTTP chunk

    @classmethod
    def of(cls, jpeg: bytes, captured_at: float) -> "EncodedPicture":
        """Prepare what viewers of this picture are sent."""
        chunk = multipart_chunk(jpeg, captured_at)
        return cls(jpeg=jpeg, captured_at=captured_at, chunk=chunk)

    @property
    def part(self) -> memoryview:
        """The part alone, within the memory of `chunk`: for HTTP/1.0, which knows no chunks."""
        return unchunked(self.chunk)


class PictureSink(Protocol):
    """A viewer: takes each picture at once or lets it go, and never blocks."""

    def offer(self, picture: EncodedPicture) -> bool:
        """Take the picture; False where the viewer is too slow for it and misses it."""
        ...


class JpegBroadcaster:
    """Hands the newest picture to every sink. Lives on the event loop."""

    def __init__(self) -> None:
        self._sinks: tuple[PictureSink, ...] = ()
        self._newest: EncodedPicture | None = None
        self.dropped_frames = 0

    @property
    def viewers(self) -> int:
        """How many sinks there are; may be read from any thread."""
        return len(self._sinks)

    def publish(self, picture: EncodedPicture) -> None:
        """Offer the picture to every viewer."""
        self._newest = picture
        for sink in self._sinks:
            if not sink.offer(picture):
                self.dropped_frames += 1

    @contextmanager
    def watched_by(self, sink: PictureSink) -> Iterator[None]:
        """The sink gets every picture while the block runs, the newest known one at once."""
        if self._sinks and self._newest is not None:
            sink.offer(self._newest)
        self._sinks = (*self._sinks, sink)
        try:
            yield
        finally:
            self._sinks = tuple(s for s in self._sinks if s is not sink)
