"""A video file as a camera: looped, paced by its own frame times."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pi_agent.errors import CameraError
from pi_agent.frames import Frame

from .av_pictures import BOUNDS, PacketDecoder, Picture, video_stream
from .frame_counter import FrameCounter
from .pace import Pace
from .skipped_frames import SkippedFrames

if TYPE_CHECKING:
    from av.container import InputContainer

_KINDS = (
    "a source is a video file, demo, picamera2, a device below /dev, or an rtsp or http address"
)
_DEFAULT_STEP = 1 / 15  # seconds, for a file that does not say its frame times


class FileSource:
    """Plays a file that FFmpeg can read, over and over, as if it happened now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pace = Pace()
        self._container: InputContainer | None = None
        self._pictures: Iterator[tuple[float, Picture]] = iter(())
        self._encoder = "unknown"
        self._started_at = 0.0
        self._frames = FrameCounter()
        self._skipped = SkippedFrames(path)

    @property
    def encoder(self) -> str:
        """What makes the JPEGs that viewers see; known once the file was opened."""
        return self._encoder

    @property
    def skipped_frames(self) -> int:
        """Broken pictures that were not passed on."""
        return self._skipped.count

    def renewed(self) -> Self:
        """A fresh source of the same file."""
        return type(self)(self._path)

    def open(self) -> None:
        """Open the file; CameraError says why it cannot be played."""
        self._pace.begin()
        decoder = self._open_file()
        self._encoder = decoder.encoder
        self._pictures = self._play(decoder)
        self._started_at = time.monotonic()

    def read(self) -> Frame:
        """The next frame, when it is due."""
        try:
            seconds, picture = next(self._pictures)
        except StopIteration:
            raise CameraError(f"{self._path}: the file has no frame that can be decoded") from None
        self._pace.wait_until(self._started_at + seconds)
        return picture.framed(self._frames)

    def interrupt(self) -> None:
        """End a wait in `read`."""
        self._pace.interrupt()

    def close(self) -> None:
        """Close the file; may be called twice."""
        container, self._container = self._container, None
        self._pictures = iter(())
        if container is not None:
            container.close()

    def _open_file(self) -> PacketDecoder:
        self._container = container = _open(self._path)
        try:
            return PacketDecoder(video_stream(container), self._skipped)
        except CameraError as error:
            self.close()
            raise CameraError(f"{self._path}: {error}") from None

    def _play(self, decoder: PacketDecoder) -> Iterator[tuple[float, Picture]]:
        """Pictures with their time since `open`, seconds, round after round."""
        offset = 0.0
        while True:
            last = None
            for seconds, picture in self._play_once(decoder):
                last = offset + seconds
                yield last, picture
            if last is None:
                return
            if not self._path.is_file():
                raise CameraError(f"{self._path}: the file has vanished")
            offset = last + _DEFAULT_STEP
            decoder = self._rewound(decoder)

    def _rewound(self, decoder: PacketDecoder) -> PacketDecoder:
        """Back to the first frame; what decodes from there on."""
        import av

        assert self._container is not None  # noqa: S101
        try:
            self._container.seek(0)
        except (OSError, av.FFmpegError):  # bare H.264, as rpicam-vid writes it, has no index
            self._container.close()
            return self._open_file()
        return decoder

    def _play_once(self, decoder: PacketDecoder) -> Iterator[tuple[float, Picture]]:
        import av

        first: float | None = None
        position = 0.0
        try:
            assert self._container is not None  # noqa: S101
            for packet in self._container.demux(video=0):
                for picture in decoder.pictures(packet):
                    if picture.seconds is None:
                        position += _DEFAULT_STEP
                    else:
                        first = picture.seconds if first is None else first
                        position = max(position, picture.seconds - first)
                    yield position, picture
        except (OSError, av.FFmpegError) as error:
            raise CameraError(f"{self._path}: reading stopped: {error.strerror}") from error


def _open(path: Path) -> "InputContainer":
    import av

    if not path.is_file():
        raise CameraError(f"{path}: there is no such file; {_KINDS}")
    try:
        if not path.stat().st_size:
            raise CameraError(f"{path}: the file is empty")
        return av.open(str(path), options=dict(BOUNDS))
    except (OSError, av.FFmpegError) as error:
        raise CameraError(f"{path}: FFmpeg cannot read it: {error.strerror}") from error
