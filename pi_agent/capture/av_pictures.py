"""Pictures from the packets that FFmpeg reads: JPEGs as they are, everything else decoded once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from pi_agent.errors import CameraError
from pi_agent.frames import Frame, PixelFormat

from .frame_counter import FrameCounter
from .jpeg_check import MOST_PIXELS, BrokenJpegError, CheckedJpeg, check_jpeg
from .skipped_frames import SkippedFrames

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


# For FFmpeg, so that it takes no memory for a larger picture: when it looks into a stream (options
# of `av.open`), and when it decodes one.
BOUNDS = {"max_pixels": str(MOST_PIXELS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG, or planar YUV 4:2:0 pixels; `seconds` is its time in the stream, where it has one."""

    content: CheckedJpeg | NDArray[np.uint8]
    seconds: float | None

    def framed(self, frames: FrameCounter) -> Frame:
        """The picture as the next frame, captured now."""
        content = self.content
        if isinstance(content, CheckedJpeg):
            return frames.frame(jpeg=content.data, width=content.width, height=content.height)
        rows, width = content.shape
        return frames.frame(
            pixels=content, pixel_format=PixelFormat.I420, width=width, height=rows * 2 // 3
        )


class PacketDecoder:
    """Makes the pictures of one video stream; what is broken is skipped and counted."""

    def __init__(self, stream: "VideoStream", skipped: SkippedFrames) -> None:
        self._is_jpeg = stream.codec_context.name == "mjpeg"
        self._skipped = skipped
        # Threads that decode whole frames each hold some of them back, and cost 8 MB at 720p.
        stream.thread_type = "SLICE"
        stream.codec_context.options = dict(BOUNDS)

    @property
    def encoder(self) -> str:
        """What makes the JPEGs that viewers see."""
        return "source" if self._is_jpeg else "opencv"

    def pictures(self, packet: "Packet[VideoStream]") -> Iterator[Picture]:
        """The whole pictures that this packet completes, none or more."""
        if not self._is_jpeg:
            yield from self._decoded(packet)
        elif packet.size:
            try:
                picture = check_jpeg(bytes(packet))
            except BrokenJpegError as error:
                self._skipped.add(error)
            else:
                yield Picture(content=picture, seconds=_seconds(packet))

    def _decoded(self, packet: "Packet[VideoStream]") -> Iterator[Picture]:
        import av

        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            self._skipped.add(error.strerror)
            return
        for frame in frames:
            if frame.is_corrupt:
                self._skipped.add("data is missing")
            else:
                yield Picture(content=_i420(frame), seconds=frame.time)


def video_stream(container: "InputContainer") -> "VideoStream":
    """The stream to be captured; CameraError says why there is none."""
    if not container.streams.video:
        raise CameraError("there is no video stream in it")
    stream = container.streams.video[0]
    if not _is_known(stream):
        raise CameraError("its video codec is not supported; choose H.264, H.265 or MJPEG")
    if stream.width * stream.height > MOST_PIXELS:  # 0 is not known yet
        size = f"{stream.width}x{stream.height}"
        raise CameraError(f"pictures of {size} are no camera's; the most is 16 megapixels")
    return stream


def _is_known(stream: "VideoStream") -> bool:
    import av

    try:
        return stream.codec_context is not None and stream.codec_context.codec is not None
    except av.FFmpegError:
        return False


def _seconds(packet: "Packet[VideoStream]") -> float | None:
    if packet.pts is None or packet.time_base is None:
        return None
    return float(packet.pts * packet.time_base)


def _i420(picture: "VideoFrame") -> NDArray[np.uint8]:
    # Planar YUV 4:2:0 needs even sides.
    width, height = picture.width & ~1, picture.height & ~1
    if picture.format.name != "yuv420p" or (width, height) != (picture.width, picture.height):
        picture = picture.reformat(width=width, height=height, format="yuv420p")
    return cast("NDArray[np.uint8]", picture.to_ndarray())
