"""One encoded picture to every viewer, on the event loop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from .multipart import browser_chunk, multipart_chunk, unchunked


@dataclass(frozen=True, kw_only=True)
class EncodedPicture:
    """A JPEG, and what goes over the wire: made once for all viewers, for the first who asks."""

    jpeg: bytes
    captured_at: float  # seconds since the epoch

    @cached_property
    def chunk(self) -> bytes:
        """The multipart part as one HTTP chunk."""
        return multipart_chunk(self.jpeg, self.captured_at)

    @property
    def part(self) -> memoryview:
        """The part alone, within the memory of `chunk`: for HTTP/1.0, which knows no chunks."""
        return unchunked(self.chunk)

    @cached_property
    def browser_chunk(self) -> bytes:
        """The picture as a browser shows it at once, as one HTTP chunk."""
        return browser_chunk(self.jpeg)

    @property
    def browser_part(self) -> memoryview:
        """The same without the chunk, within its memory."""
        return unchunked(self.browser_chunk)


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
