"""A camera at a Raspberry Pi's own connector, by Picamera2."""

import time
from typing import Self

from pi_agent.errors import CameraError
from pi_agent.frames import Frame, PictureView, PixelFormat

from .camera_controls import CameraControls, OfferedControls
from .encoded_frames import EncodedFrames
from .frame_counter import FrameCounter
from .jpeg_check import BrokenJpegError, check_jpeg
from .picamera2_controls import offered_controls
from .picamera2_library import find_pi_camera, library_problem
from .running_pi_camera import RunningPiCamera, SensorImage
from .sensor_flip import SensorFlip
from .skipped_frames import SkippedFrames
from .video_mode import CaptureSize

_OLDEST = 5.0  # seconds since a frame was captured; beyond that the clocks do not fit
_ENCODING_SHARE = 0.6  # of the time between frames; the hardware takes 10 to 20 ms
_SILENT = "no picture comes any more; if that stays so, check the ribbon cable and restart the Pi"


class Picamera2Source:
    """Delivers frames with luma from the camera's small stream, which costs nothing.

    `camera` is an id or a model of libcamera, "" the only one. Up to the Pi 4 the JPEGs come from
    its hardware; on a Pi 5 frames come as pixels, for a JPEG to be made where one is needed.
    `timeout`: seconds without a frame until the camera counts as lost.
    """

    def __init__(
        self, camera: str = "", *, size: CaptureSize | None = None, timeout: float = 5.0
    ) -> None:
        self._wanted = camera
        self._name = f"Pi camera {camera}".rstrip()
        self._size = size or CaptureSize()
        self._timeout = timeout
        self._controls = CameraControls()
        self._flip = SensorFlip()
        self._camera: RunningPiCamera | None = None
        self._encoder = "unknown"
        self._offered = OfferedControls()
        self._frames = FrameCounter()
        self._skipped = SkippedFrames(self._name)
        self._encoded = self._new_encoded()

    @property
    def encoder(self) -> str:
        """What makes the JPEGs that viewers see; known once the camera was opened."""
        return self._encoder

    @property
    def skipped_frames(self) -> int:
        """Pictures that the encoder lost or spoilt."""
        return self._skipped.count

    @property
    def offered_controls(self) -> OfferedControls:
        """What this sensor has, once it was opened."""
        return self._offered

    def renewed(self) -> Self:
        """A fresh source of the same camera."""
        return type(self)(self._wanted, size=self._size, timeout=self._timeout)

    def apply_controls(self, controls: CameraControls) -> None:
        """Set what the sensor has of these, now and whenever it is opened."""
        self._controls = controls
        if self._camera is not None:
            self._camera.set_controls(controls)

    def take_view(self, view: PictureView) -> PictureView:
        """Mirror in the sensor, which restarts it; what of the view is left to be done."""
        flip, rest = SensorFlip.of(view)
        if flip != self._flip:
            self._flip = flip
            if self._camera is not None:
                self.close()
                self.open()
        return rest

    def open(self) -> None:
        """Configure and start the camera; CameraError says why that cannot be."""
        found = find_pi_camera(self._wanted)
        try:
            self._encoded = self._new_encoded()
            self._camera = camera = RunningPiCamera(
                found,
                self._size,
                flip=self._flip,
                controls=self._controls,
                encoded=self._encoded,
            )
        except Exception as error:
            raise CameraError(f"{self._name}: {library_problem(error)}") from error
        self._encoder = "hardware" if camera.encodes else "opencv"
        self._offered = offered_controls(camera.ranges)

    def read(self) -> Frame:
        """The next frame."""
        if self._camera is None:
            raise RuntimeError("open the source before reading from it")
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline:
            frame = self._frame(self._take(self._camera), self._camera.size)
            if frame is not None:
                return frame
        raise CameraError(f"{self._name}: its JPEG encoder delivers nothing; restart the Pi")

    def interrupt(self) -> None:
        """Nothing: the next frame, or the time-out, ends a wait in `read`."""

    def close(self) -> None:
        """Stop the camera and let go of it; may be called twice."""
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()

    def _take(self, camera: RunningPiCamera) -> SensorImage:
        try:
            return camera.take(self._timeout)
        except TimeoutError as error:
            raise CameraError(f"{self._name}: {_SILENT}") from error
        except Exception as error:
            raise CameraError(f"{self._name}: {library_problem(error)}") from error

    def _frame(self, image: SensorImage, size: tuple[int, int]) -> Frame | None:
        if image.pixels is None:
            return self._encoded_frame(image)
        return self._frames.frame(
            pixels=image.pixels,
            pixel_format=PixelFormat.I420,
            luma=image.luma,
            width=size[0],
            height=size[1],
            monotonic_at=_monotonic(image.sensor_us),
        )

    def _encoded_frame(self, image: SensorImage) -> Frame | None:
        """The frame whose JPEG is ready, this one or one before; None while there is none."""
        self._encoded.put_luma(image.sensor_us, image.luma)
        encoded = self._encoded.take(_ENCODING_SHARE / self._size.fps)
        if encoded is None:
            return None
        try:
            jpeg = check_jpeg(encoded.jpeg)
        except BrokenJpegError as error:
            self._skipped.add(error)
            return None
        return self._frames.frame(
            jpeg=jpeg.data,
            luma=encoded.luma,
            width=jpeg.width,
            height=jpeg.height,
            monotonic_at=_monotonic(encoded.sensor_us),
        )

    def _new_encoded(self) -> EncodedFrames:
        return EncodedFrames(lost=lambda: self._skipped.add("the encoder has lost it"))


def _monotonic(sensor_us: int) -> float | None:
    """The sensor's time on the clock of `time.monotonic`; None where it is not the Pi's own."""
    age = time.clock_gettime_ns(time.CLOCK_BOOTTIME) / 1e9 - sensor_us / 1e6
    return time.monotonic() - age if 0 <= age < _OLDEST else None
