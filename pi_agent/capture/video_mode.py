"""What a camera is asked for, and which of its modes comes closest."""

from collections.abc import Sequence
from dataclasses import dataclass

# JPEG first: it is passed on undecoded, and it alone lets 720p through a USB 2 port at full rate.
JPEG_FORMATS = ("MJPG", "JPEG")
RAW_FORMAT = "YUYV"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSize:
    """Width and height in pixels and frames a second, as near as the camera can."""

    width: int = 1280
    height: int = 720
    fps: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoMode:
    """One thing that a camera can deliver; `fps` is its fastest rate."""

    pixel_format: str
    width: int
    height: int
    fps: float

    @property
    def is_readable(self) -> bool:
        """Whether its pictures are of a kind that we know."""
        return self.pixel_format in (*JPEG_FORMATS, RAW_FORMAT)

    def __str__(self) -> str:
        return f"{self.width}x{self.height} at {self.fps:g} a second ({self.pixel_format})"


def choose_mode(modes: Sequence[VideoMode], wanted: CaptureSize) -> VideoMode | None:
    """The mode nearest to what is wanted; None where none is of a format that we can read."""
    readable = [mode for mode in modes if mode.is_readable]
    usable = [mode for mode in readable if mode.pixel_format in JPEG_FORMATS] or readable

    def distance(mode: VideoMode) -> tuple[bool, int, float]:
        """A slide show is worse than a wrong size, a wrong size than a slower rate."""
        size = abs(mode.width - wanted.width) + abs(mode.height - wanted.height)
        return (mode.fps < wanted.fps / 2, size, max(0.0, wanted.fps - mode.fps))

    return min(usable, key=distance, default=None)
