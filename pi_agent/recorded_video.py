"""The pictures of a recording, for motion to be looked for as on a live camera."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from pi_agent.capture.av_pictures import video_stream
from pi_agent.capture.jpeg_check import BrokenJpegError, CheckedJpeg, check_jpeg
from pi_agent.capture.skipped_frames import SkippedFrames
from pi_agent.errors import CameraError, ConfigurationError
from pi_agent.frames import Frame
from pi_agent.frames.luma import luma_of, shrunk

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Luma = NDArray[np.uint8]
_DEFAULT_STEP = 1 / 15  # seconds, for a file that does not say its frame times
_JUMP_SECONDS = 1.0  # that a time may go back before it is taken for a new beginning
_MISSING_SECONDS = 1.0  # at the end, before a file counts as broken off
_PLANAR_LUMA = frozenset(
    ("gray", "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPicture:
    """A picture at its second of media time; `luma` makes the small grey plane.

    A JPEG is decoded only then, and there is no plane where that fails; `jpeg_bytes` is its size,
    None where the video is none of JPEGs.
    """

    at: float
    jpeg_bytes: int | None
    luma: Callable[[], Luma | None]


class RecordedVideo:
    """An open video file; ConfigurationError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container = _open(path)
        try:
            self._stream = video_stream(self._container)
        except CameraError as error:
            self._container.close()
            raise ConfigurationError(f"{path}: {error}") from error
        self._stream.thread_type = "AUTO"
        self._skipped = SkippedFrames(path)
        self._clock = MediaClock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    @property
    def broken_off(self) -> tuple[float, float] | None:
        """Where it ends and where it should, seconds, if a good part of the end is missing."""
        stream = self._stream
        if stream.duration is None or stream.time_base is None:
            return None
        promised = float(stream.duration * stream.time_base)
        end = self._clock.now
        return (end, promised) if promised - end > _MISSING_SECONDS else None

    def pictures(self) -> Iterator[RecordedPicture]:
        """All pictures that are whole, in order; the others are skipped with a warning."""
        import av

        read = self._jpegs if self._stream.codec_context.name == "mjpeg" else self._decoded
        try:
            for packet in self._container.demux(self._stream):
                yield from read(packet)
        except (OSError, av.FFmpegError) as error:
            self._skipped.add(f"reading stopped: {error.strerror}")

    def _jpegs(self, packet: "Packet[VideoStream]") -> Iterator[RecordedPicture]:
        if not packet.size:
            return
        at = self._clock.advance(_seconds(packet))
        try:
            jpeg = check_jpeg(bytes(packet))
        except BrokenJpegError as error:
            self._skipped.add(error)
            return
        luma = partial(self._jpeg_luma, jpeg, at)
        yield RecordedPicture(at=at, jpeg_bytes=len(jpeg.data), luma=luma)

    def _jpeg_luma(self, jpeg: CheckedJpeg, at: float) -> Luma | None:
        try:
            return luma_of(_frame(jpeg, at))
        except ValueError as error:
            self._skipped.add(error)
            return None

    def _decoded(self, packet: "Packet[VideoStream]") -> Iterator[RecordedPicture]:
        import av

        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            self._skipped.add(error.strerror)
            return
        for frame in frames:
            seconds: float | None = frame.time  # its stub promises more than FFmpeg does
            at = self._clock.advance(seconds)
            if frame.is_corrupt:
                self._skipped.add("data is missing")
                continue
            yield RecordedPicture(at=at, jpeg_bytes=None, luma=partial(_luma, frame))


class MediaClock:
    """Seconds since the first picture, which never go back, whatever the file says."""

    def __init__(self) -> None:
        self._origin: float | None = None
        self._now = -_DEFAULT_STEP

    @property
    def now(self) -> float:
        """The second of the last picture."""
        return max(0.0, self._now)

    def advance(self, seconds: float | None) -> float:
        """The media time of a picture with that time in the file, if it has one."""
        if seconds is None:
            self._now += _DEFAULT_STEP
            return self._now
        if self._origin is None or seconds - self._origin < self._now - _JUMP_SECONDS:
            self._origin = seconds - (self._now + _DEFAULT_STEP)
        self._now = max(self._now, seconds - self._origin)
        return self._now


def _open(path: Path) -> "InputContainer":
    import av

    if not path.is_file():
        raise ConfigurationError(f"{path}: there is no such file")
    try:
        return av.open(str(path))
    except (OSError, av.FFmpegError) as error:
        raise ConfigurationError(f"{path}: FFmpeg cannot read it: {error.strerror}") from error


def _seconds(packet: "Packet[VideoStream]") -> float | None:
    if packet.pts is None or packet.time_base is None:
        return None
    return float(packet.pts * packet.time_base)


def _frame(jpeg: CheckedJpeg, at: float) -> Frame:
    return Frame(
        sequence=0,
        captured_at=at,
        monotonic_at=at,
        width=jpeg.width,
        height=jpeg.height,
        jpeg=jpeg.data,
    )


def _luma(frame: "VideoFrame") -> Luma:
    if frame.format.name not in _PLANAR_LUMA:
        return shrunk(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
    plane = frame.planes[0]
    data: Any = plane  # it is a buffer, which its stub does not say
    rows: Luma = np.frombuffer(data, np.uint8).reshape(-1, plane.line_size)
    return shrunk(rows[: frame.height, : frame.width])
