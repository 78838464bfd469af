"""A video file as a camera: looped, paced by its own frame times."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from pi_agent.errors import CameraError
from pi_agent.frames import Frame, PixelFormat

from .pace import Pace

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

_MOST_PIXELS = 64_000_000  # beyond that it is a mistake or an attack, not a camera
_DEFAULT_STEP = 1 / 15  # seconds, for a file that does not say its frame times


class FileSource:
    """Plays a file that FFmpeg can read, over and over, as if it happened now."""

    encoder = "opencv"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pace = Pace()
        self._container: InputContainer | None = None
        self._frames: Iterator[tuple[float, VideoFrame]] = iter(())
        self._started_at = 0.0
        self._sequence = 0

    def open(self) -> None:
        """Open the file; CameraError says why it cannot be played."""
        self._pace.begin()
        self._container = _open(self._path)
        self._frames = self._play()
        self._started_at = time.monotonic()

    def read(self) -> Frame:
        """The next frame, when it is due."""
        try:
            seconds, picture = next(self._frames)
        except StopIteration:
            raise CameraError(f"{self._path}: the file has no frame that can be decoded") from None
        self._pace.wait_until(self._started_at + seconds)
        self._sequence += 1
        pixels = _i420(picture)
        return Frame(
            sequence=self._sequence,
            captured_at=time.time(),
            monotonic_at=time.monotonic(),
            width=pixels.shape[1],
            height=pixels.shape[0] * 2 // 3,
            pixels=pixels,
            pixel_format=PixelFormat.I420,
        )

    def interrupt(self) -> None:
        """End a wait in `read`."""
        self._pace.interrupt()

    def close(self) -> None:
        """Close the file; may be called twice."""
        container, self._container = self._container, None
        self._frames = iter(())
        if container is not None:
            container.close()

    def _play(self) -> Iterator[tuple[float, "VideoFrame"]]:
        """Frames with their time since `open`, seconds, round after round."""
        offset = 0.0
        while True:
            last = None
            for seconds, frame in self._play_once():
                last = offset + seconds
                yield last, frame
            if last is None:
                return
            offset = last + _DEFAULT_STEP

    def _play_once(self) -> Iterator[tuple[float, "VideoFrame"]]:
        import av

        container = self._container
        if container is None:
            return
        first: float | None = None
        position = 0.0
        try:
            container.seek(0)
            for frame in container.decode(video=0):
                if frame.time is None:
                    position += _DEFAULT_STEP
                else:
                    first = frame.time if first is None else first
                    position = max(position, frame.time - first)
                yield position, frame
        except (OSError, av.FFmpegError) as error:
            raise CameraError(f"{self._path}: decoding stopped: {error}") from error


def _open(path: Path) -> "InputContainer":
    import av

    if not path.is_file():
        raise CameraError(f"{path}: there is no such file")
    try:
        container = av.open(str(path))
    except (OSError, av.FFmpegError) as error:
        raise CameraError(f"{path}: FFmpeg cannot read it: {error}") from error
    problem = _problem(container)
    if problem:
        container.close()
        raise CameraError(f"{path}: {problem}")
    container.streams.video[0].thread_type = "AUTO"
    return container


def _problem(container: "InputContainer") -> str | None:
    if not container.streams.video:
        return "the file has no video stream"
    stream = container.streams.video[0]
    pixels = stream.width * stream.height
    if not 0 < pixels <= _MOST_PIXELS:
        return f"pictures of {stream.width}x{stream.height} are not supported"
    return None


def _i420(picture: "VideoFrame") -> NDArray[np.uint8]:
    # Planar YUV 4:2:0 needs even sides.
    width, height = picture.width & ~1, picture.height & ~1
    if picture.format.name != "yuv420p" or (width, height) != (picture.width, picture.height):
        picture = picture.reformat(width=width, height=height, format="yuv420p")
    return cast("NDArray[np.uint8]", picture.to_ndarray())
