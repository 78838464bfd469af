"""A camera that sends motion JPEG over HTTP; its pictures are passed on as they come."""

import time
from email.message import Message
from typing import Self

from pi_agent.errors import CameraError
from pi_agent.frames import Frame

from .camera_address import CameraAddress
from .frame_counter import FrameCounter
from .http_stream import HttpStream
from .jpeg_check import BrokenJpegError, check_jpeg
from .multipart_reader import MultipartError, MultipartReader
from .skipped_frames import SkippedFrames


class HttpMjpegSource:
    """Reads `multipart/x-mixed-replace`. Nothing is decoded; broken pictures are left out.

    `timeout`: seconds without a byte, and twice that without a whole picture, until the camera
    counts as lost. `verify_tls=False` takes any certificate, such as one of the camera's own.
    """

    encoder = "source"

    def __init__(
        self, address: CameraAddress, *, timeout: float = 5.0, verify_tls: bool = True
    ) -> None:
        self._address = address
        self._timeout = timeout
        self._verify_tls = verify_tls
        self._stream = HttpStream(address, timeout=timeout, verify_tls=verify_tls)
        self._parts: MultipartReader | None = None
        self._frames = FrameCounter()
        self._skipped = SkippedFrames(address)

    @property
    def skipped_frames(self) -> int:
        """Broken pictures that were not passed on."""
        return self._skipped.count

    def renewed(self) -> Self:
        """A fresh source of the same camera."""
        return type(self)(self._address, timeout=self._timeout, verify_tls=self._verify_tls)

    def open(self) -> None:
        """Connect and ask for the stream; CameraError says why there is none."""
        self._stream.open()
        self._parts = MultipartReader(self._stream.read, self._boundary())

    def read(self) -> Frame:
        """The next whole picture."""
        deadline = time.monotonic() + 2 * self._timeout
        while time.monotonic() < deadline:
            try:
                picture = check_jpeg(self._next_part(deadline))
            except BrokenJpegError as error:
                self._skipped.add(error)
                continue
            return self._frames.frame(jpeg=picture.data, width=picture.width, height=picture.height)
        raise CameraError(f"{self._address}: no whole picture came in {2 * self._timeout:g} s")

    def interrupt(self) -> None:
        """End a wait in `read`."""
        self._stream.interrupt()

    def close(self) -> None:
        """Close the connection; may be called twice."""
        self._parts = None
        self._stream.close()

    def _next_part(self, deadline: float) -> bytes:
        if self._parts is None:
            raise RuntimeError("open the source before reading from it")
        try:
            return self._parts.next_part(deadline)
        except (EOFError, MultipartError) as error:
            raise CameraError(f"{self._address}: {error}") from None

    def _boundary(self) -> str:
        headers: Message = self._stream.headers
        boundary = headers.get_param("boundary")
        if headers.get_content_maintype() != "multipart" or not isinstance(boundary, str):
            raise CameraError(f"{self._address}: {_mend(headers.get_content_type())}")
        return boundary


def _mend(content_type: str) -> str:
    if content_type.startswith("image/"):
        return "this is the address of a single picture; give that of the MJPEG stream"
    return f"it sends {content_type}, no MJPEG stream; is the path right?"
