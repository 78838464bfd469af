"""Makes one clip, in a process of its own: `python -m pi_agent.clips.encode REEL CLIP`.

Ends when its standard input does: whoever wanted the clip is gone. Prints what it made as JSON.
Exit status: 0 made, 1 there can be no clip of this reel, 75 the disk failed, try again later. The
last line on standard error is the reason, for 75 the number of the error.
"""

import errno
import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
from av.video.frame import VideoFrame

from .reel import ReelPicture, read_reel

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

TRY_LATER = os.EX_TEMPFAIL
SOFTWARE, HARDWARE = "libx264", "h264_v4l2m2m"
_HARDWARE_DEVICE = Path("/dev/video11")  # the H.264 encoder of a Pi up to 4; a Pi 5 has none
_TIME_BASE = Fraction(1, 90_000)
_STALLED_SECONDS = 120  # without one more picture: the encoder hangs
_KEY_FRAME_EVERY = 30  # pictures; players seek to key frames
_SOFTWARE_OPTIONS = {"preset": "superfast", "crf": "25"}
_BITS_A_PIXEL = 0.12  # of the hardware, which knows no constant quality
_MPEG_RANGE, _JPEG_RANGE = 1, 2  # av.video.reformatter.ColorRange
_BT601, _BT709 = 6, 1  # JPEG's matrix is that of BT.601; primaries are those of BT.709
_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG}


class ReelError(Exception):
    """There can be no clip of this reel; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeClip:
    """`seconds` from the first picture to the last; `skipped` could not be decoded."""

    pictures: int
    skipped: int
    seconds: float
    encoder: str


def make_clip(reel: Path, clip: Path, *, on_picture: Callable[[], None] = lambda: None) -> MadeClip:
    """Make an H.264 MP4 that plays before it is loaded as a whole; on the disk on return.

    Every picture keeps its time to 1/90000 s. Raises ReelError, or OSError where the disk fails.
    """
    encoders = (HARDWARE, SOFTWARE) if _HARDWARE_DEVICE.exists() else (SOFTWARE,)
    for encoder in encoders:
        try:
            return _make(reel, clip, encoder, on_picture)
        except (av.FFmpegError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
                raise
            failure = error
    raise ReelError(f"the encoder failed: {failure}")


def _make(reel: Path, clip: Path, encoder: str, on_picture: Callable[[], None]) -> MadeClip:
    pictures = _Pictures(reel)
    frames = iter(pictures)
    first = next(frames, None)
    if first is None:
        raise ReelError("no picture of it reached the disk, or none can be decoded")
    with av.open(str(clip), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata["creation_time"] = pictures.began_at
        stream = _stream(container, encoder, first)
        last = 0
        for frame in chain((first,), frames):
            container.mux(stream.encode(_fitted(frame, stream)))
            last = frame.pts or 0
            on_picture()
        container.mux(stream.encode(None))
    _check(clip, pictures.decoded)
    _sync(clip)
    return MadeClip(
        pictures=pictures.decoded,
        skipped=pictures.skipped,
        seconds=round(float(last * _TIME_BASE), 3),
        encoder=encoder,
    )


class _Pictures:
    """The decoded pictures of a reel, as they are to be shown, with their times."""

    def __init__(self, reel: Path) -> None:
        self._reel = reel
        self._decoder = av.CodecContext.create("mjpeg", "r")
        self._decoder.thread_count = 1
        self.decoded = self.skipped = 0
        self.began_at = ""

    def __iter__(self) -> Iterator[VideoFrame]:
        began, last = 0.0, -1
        for picture in self._read():
            frame = self._shown(picture)
            if frame is None:
                self.skipped += 1
                continue
            if not self.decoded:
                began, self.began_at = picture.monotonic_at, _rfc3339(picture.captured_at)
            self.decoded += 1
            # Two pictures never share a time: players would drop one.
            last = max(last + 1, round((picture.monotonic_at - began) / _TIME_BASE))
            frame.pts, frame.time_base = last, _TIME_BASE
            yield frame

    def _read(self) -> Iterator[ReelPicture]:
        try:
            yield from read_reel(self._reel)
        except OSError as error:  # to wait for this one would hold up all the others
            raise ReelError(
                f"its pictures cannot be read from the disk: {error.strerror}"
            ) from error

    def _shown(self, picture: ReelPicture) -> VideoFrame | None:
        try:
            frames = self._decoder.decode(av.Packet(picture.jpeg))
        except av.FFmpegError:
            return None
        return _turned(frames[0], picture) if frames else None


def _turned(frame: VideoFrame, picture: ReelPicture) -> VideoFrame:
    if not picture.view:
        return frame
    import numpy as np  # these two take longer to load than all else here

    from .views import view_of

    pixels = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    shown = view_of(picture.view).drawn(pixels, picture.captured_at)
    return VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="bgr24")


def _stream(container: "OutputContainer", encoder: str, first: VideoFrame) -> "VideoStream":
    stream = cast("VideoStream", container.add_stream(encoder, rate=30))
    stream.width, stream.height = first.width & ~1, first.height & ~1  # yuv420p needs even sides
    stream.pix_fmt = "yuv420p"
    stream.time_base = _TIME_BASE
    codec: VideoCodecContext = stream.codec_context
    codec.time_base = _TIME_BASE
    codec.gop_size, codec.max_b_frames, codec.thread_count = _KEY_FRAME_EVERY, 0, 1
    codec.color_range, codec.colorspace = _MPEG_RANGE, _BT601
    codec.color_primaries = codec.color_trc = _BT709
    if encoder == SOFTWARE:
        codec.options = _SOFTWARE_OPTIONS
    else:
        codec.bit_rate = round(stream.width * stream.height * 15 * _BITS_A_PIXEL)
    return stream


def _fitted(frame: VideoFrame, stream: "VideoStream") -> VideoFrame:
    """The frame as the encoder wants it; a camera that changed its size is scaled to the first."""
    full_range = frame.format.name.startswith("yuvj") or frame.format.name == "gray"
    fitted = frame.reformat(
        width=stream.width,
        height=stream.height,
        format="yuv420p",
        src_color_range=_JPEG_RANGE if full_range else None,
        dst_color_range=_MPEG_RANGE,
    )
    fitted.pts, fitted.time_base = frame.pts, frame.time_base
    fitted.pict_type = 0  # a JPEG is a key frame; which ones the clip has, the encoder decides
    return fitted


def _check(clip: Path, pictures: int) -> None:
    """Read the clip once: only one that holds every picture takes the place of its reel."""
    with av.open(str(clip)) as container:
        packets = sum(1 for packet in container.demux(video=0) if packet.size)
    if packets != pictures:
        raise ValueError(f"it holds {packets} of {pictures} pictures")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rfc3339(seconds: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _yield_to_others() -> None:
    """Run when nobody else wants to; of all the agent's processes be the first to go."""
    os.nice(15)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")


def _still_wanted() -> None:
    """End this process when its parent has; let the kernel end it when the encoder hangs."""
    signal.alarm(_STALLED_SECONDS)
    if select.select([sys.stdin], [], [], 0)[0]:
        raise SystemExit(TRY_LATER)


def main(arguments: list[str]) -> int:
    """Make the clip that the command line asks for; returns the exit status."""
    reel, clip = (Path(argument) for argument in arguments)
    _yield_to_others()
    try:
        made = make_clip(reel, clip, on_picture=_still_wanted)
    except ReelError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.errno}\n")
        return TRY_LATER
    sys.stdout.write(f"{json.dumps(asdict(made))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
