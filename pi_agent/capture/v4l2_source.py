"""A webcam: a video device of Linux."""

import errno
import time
from typing import Self

import cv2
import numpy as np

from pi_agent.errors import CameraError
from pi_agent.frames import Frame

from . import v4l2_controls
from .camera_controls import CameraControls, OfferedControls
from .device_problems import device_problem
from .frame_counter import FrameCounter
from .jpeg_check import BrokenJpegError, check_jpeg
from .skipped_frames import SkippedFrames
from .v4l2_device import DeviceFormat, V4l2Device
from .v4l2_stream import DevicePicture, V4l2Stream
from .video_mode import JPEG_FORMATS, RAW_FORMAT, CaptureSize, choose_mode


class V4l2Source:
    """Passes a webcam's JPEGs on undecoded; raw pictures only where it has no JPEGs.

    `path` is best one below /dev/v4l/by-id, which stays the same when the webcam is plugged in
    elsewhere. `timeout`: seconds without a whole picture until it counts as lost.
    """

    def __init__(self, path: str, *, size: CaptureSize | None = None, timeout: float = 5.0) -> None:
        self._path = path
        self._size = size or CaptureSize()
        self._timeout = timeout
        self._device: V4l2Device | None = None
        self._stream: V4l2Stream | None = None
        self._format = DeviceFormat(pixel_format="", width=0, height=0, bytes_per_line=0)
        self._ranges: v4l2_controls.Ranges = {}
        self._controls: CameraControls | None = None  # None: as the webcam has them
        self._frames = FrameCounter()
        self._skipped = SkippedFrames(path)

    @property
    def encoder(self) -> str:
        """What makes the JPEGs that viewers see; known once the webcam was opened."""
        if not self._format.pixel_format:
            return "unknown"
        return "source" if self._format.pixel_format in JPEG_FORMATS else "opencv"

    @property
    def skipped_frames(self) -> int:
        """Broken pictures that were not passed on."""
        return self._skipped.count

    @property
    def offered_controls(self) -> OfferedControls:
        """What can be set on this webcam, once it was opened."""
        return v4l2_controls.offered_controls(self._ranges)

    def apply_controls(self, controls: CameraControls) -> None:
        """Set what the webcam has of these, now and whenever it is opened."""
        self._controls = controls
        if self._device is not None:
            v4l2_controls.apply_controls(self._device, self._ranges, controls)

    def renewed(self) -> Self:
        """A fresh source of the same webcam."""
        return type(self)(self._path, size=self._size, timeout=self._timeout)

    def open(self) -> None:
        """Set the webcam to the mode nearest to what is wanted, and start it."""
        try:
            self._device = device = V4l2Device(self._path)
            self._ranges = v4l2_controls.read_ranges(device)
            if self._controls is not None:
                v4l2_controls.apply_controls(device, self._ranges, self._controls)
            self._format = self._set_mode(device)
            self._stream = V4l2Stream(device)
        except OSError as error:
            raise self._problem(error) from error

    def read(self) -> Frame:
        """The next whole picture."""
        if self._stream is None:
            raise RuntimeError("open the source before reading from it")
        deadline = time.monotonic() + self._timeout
        while (remaining := deadline - time.monotonic()) > 0:
            try:
                picture = self._stream.read(remaining)
                frame = self._frame(picture)
            except BrokenJpegError as error:
                self._skipped.add(error)
            except OSError as error:
                raise self._problem(error) from error
            else:
                return frame
        raise CameraError(f"{self._path}: no whole picture came in {self._timeout:g} s")

    def interrupt(self) -> None:
        """End a wait in `read`."""
        stream = self._stream
        if stream is not None:
            stream.interrupt()

    def close(self) -> None:
        """Stop the webcam and let go of it; may be called twice."""
        stream, self._stream = self._stream, None
        device, self._device = self._device, None
        if stream is not None:
            stream.close()
        if device is not None:
            device.close()

    def _set_mode(self, device: V4l2Device) -> DeviceFormat:
        if not device.info().captures:
            raise OSError(errno.ENOTTY, "no capture device")
        mode = choose_mode(device.modes(), self._size)
        if mode is None:
            raise CameraError(f"{self._path}: it delivers neither MJPEG nor YUYV pictures")
        return device.set_mode(mode, self._size.fps)

    def _frame(self, picture: DevicePicture) -> Frame:
        if picture.is_broken:
            raise BrokenJpegError("the driver says that data is missing")
        if self._format.pixel_format == RAW_FORMAT:
            return self._raw_frame(picture)
        jpeg = check_jpeg(picture.data)
        return self._frames.frame(
            jpeg=jpeg.data,
            width=jpeg.width,
            height=jpeg.height,
            monotonic_at=picture.monotonic_at,
        )

    def _raw_frame(self, picture: DevicePicture) -> Frame:
        """A YUYV picture as BGR pixels, with the brightness that it has for nothing as luma."""
        data, known = picture.data, self._format
        if len(data) < known.bytes_per_line * known.height:
            raise BrokenJpegError("the picture is cut off")
        lines = np.frombuffer(data, np.uint8, known.bytes_per_line * known.height)
        yuyv = lines.reshape(known.height, known.bytes_per_line)[:, : 2 * known.width]
        yuyv = yuyv.reshape(known.height, known.width, 2)
        return self._frames.frame(
            pixels=np.asarray(cv2.cvtColor(yuyv, cv2.COLOR_YUV2BGR_YUY2), np.uint8),
            luma=np.ascontiguousarray(yuyv[:, :, 0]),
            width=known.width,
            height=known.height,
            monotonic_at=picture.monotonic_at,
        )

    def _problem(self, error: OSError) -> CameraError:
        return CameraError(f"{self._path}: {device_problem(error, self._path)}")
