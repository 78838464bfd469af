"""A Pi camera that is open and running, as Picamera2 gives it."""

import gc
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .camera_controls import CameraControls
from .encoded_frames import EncodedFrames
from .picamera2_controls import Ranges, libcamera_controls
from .picamera2_encoder import has_hardware_encoder, start_encoder
from .picamera2_library import PiCamera, check_free, load_picamera2
from .sensor_flip import SensorFlip
from .sensor_modes import choose_sensor_mode, sensor_modes
from .video_mode import CaptureSize
from .yuv_planes import i420_picture, luma_plane

_LOGGER = logging.getLogger(__name__)
_BUFFERS = 4  # 1.4 MB each at 720p: fewer lose frames, more are too much for a Zero 2 W
_LUMA_WIDTH = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorImage:
    """One frame's planes, copied; `pixels` (I420) is None where the encoder makes a JPEG of it."""

    sensor_us: int  # since the Pi was started
    luma: NDArray[np.uint8]
    pixels: NDArray[np.uint8] | None


class RunningPiCamera:
    """Owns Picamera2's object, from opening to `close`. Errors are the library's own.

    No code of ours runs in the library's callbacks: an exception there ends its event loop, and
    then nothing closes the camera any more.
    """

    def __init__(
        self,
        found: PiCamera,
        size: CaptureSize,
        *,
        flip: SensorFlip,
        controls: CameraControls,
        encoded: EncodedFrames,
    ) -> None:
        """Open, configure and start it; with hardware for it, JPEGs go into `encoded`."""
        check_free(found)
        self._size = size
        self._encodes = False
        self._camera = load_picamera2().Picamera2(found.number)
        try:
            hardware = has_hardware_encoder()
            self._camera.configure(self._configuration(flip, hardware=hardware))
            self.set_controls(controls)
            if hardware:
                self._encodes = start_encoder(self._camera, encoded)
            self._camera.start()
        except BaseException:
            self.close()
            raise

    @property
    def encodes(self) -> bool:
        """Whether the Pi's hardware makes JPEGs of its frames."""
        return self._encodes

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures, which may differ a little from what was asked."""
        width, height = self._camera.stream_configuration("main")["size"]
        return width, height

    @property
    def ranges(self) -> Ranges:
        """The controls that the sensor has, by libcamera's names."""
        ranges: Ranges = self._camera.camera_controls
        return ranges

    def set_controls(self, controls: CameraControls) -> None:
        """Set what the sensor has of these, from one of the next frames on."""
        self._camera.set_controls(
            libcamera_controls(controls, self.ranges, fps=self._size.fps, size=self.size)
        )

    def take(self, timeout: float) -> SensorImage:
        """The next frame; TimeoutError after `timeout` seconds."""
        from picamera2 import MappedArray

        request = self._camera.capture_request(wait=timeout)
        try:
            with MappedArray(request, "lores", write=False) as lores:
                luma = luma_plane(lores.array, *self._camera.stream_configuration("lores")["size"])
            pixels = None
            if not self._encodes:
                with MappedArray(request, "main", write=False) as main:
                    pixels = i420_picture(main.array, *self.size)
            sensor_us = request.get_metadata()["SensorTimestamp"] // 1000
            return SensorImage(sensor_us=sensor_us, luma=luma, pixels=pixels)
        finally:
            request.release()  # at once: the camera has but a few buffers

    def close(self) -> None:
        """Stop the camera and let go of it; what the library says against it is only logged."""
        camera = self._camera
        steps = [camera.cancel_all_and_flush, camera.stop_encoder, camera.close]
        for step in steps:
            try:
                step()
            except Exception as error:  # noqa: BLE001  (the other steps are due all the same)
                _LOGGER.warning("The Pi camera was not closed cleanly: %r", error)
        self._camera = camera = None
        gc.collect()  # it is part of a circle, and holds open files as long as it is there

    def _configuration(self, flip: SensorFlip, *, hardware: bool) -> Mapping[str, Any]:
        from libcamera import ColorSpace, Transform

        width, height = self._size.width & ~1, self._size.height & ~1
        luma_width = min(_LUMA_WIDTH, width)
        configuration: Mapping[str, Any] = self._camera.create_video_configuration(
            main={"size": (width, height), "format": "YUV420"},
            lores={"size": (luma_width, luma_width * height // width & ~1), "format": "YUV420"},
            raw=None,  # saves four buffers of the sensor's full size
            sensor=choose_sensor_mode(sensor_modes(self._camera), self._size),
            # What JPEG means by its numbers, and what OpenCV means by I420.
            colour_space=ColorSpace.Sycc() if hardware else ColorSpace.Smpte170m(),
            transform=Transform(hflip=flip.horizontal, vflip=flip.vertical),
            buffer_count=_BUFFERS,
            queue=False,  # a frame must be newer than the call that asks for it
            display=None,
            encode="main",
        )
        return configuration
