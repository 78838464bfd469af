"""The hardware JPEG encoder that a Raspberry Pi has up to the Pi 4."""

import logging
from typing import Any

from .encoded_frames import EncodedFrames

_LOGGER = logging.getLogger(__name__)


def has_hardware_encoder() -> bool:
    """Whether Picamera2 takes this machine for a Pi with one.

    It takes any machine that is no Pi 5 for one, and its `MJPEGEncoder` is software on a Pi 5.
    """
    from picamera2.platform import Platform, get_platform

    return bool(get_platform() == Platform.VC4)


def start_encoder(camera: Any, frames: EncodedFrames) -> bool:
    """Have the configured camera's main pictures put into `frames`; False where that cannot be."""
    from picamera2.encoders import MJPEGEncoder, Quality
    from picamera2.outputs import Output

    class JpegOutput(Output):  # type: ignore[misc]
        """Runs in the encoder's thread, which no exception may reach."""

        def outputframe(
            self, frame: bytes, keyframe: bool = True, timestamp: int | None = None, *_: object
        ) -> None:
            """Take one JPEG; `timestamp` counts from the encoder's first frame, microseconds."""
            begin = encoder.firsttimestamp
            if timestamp is not None and begin is not None:
                frames.put_jpeg(begin + timestamp, bytes(frame))

    try:
        encoder = MJPEGEncoder()
        camera.start_encoder(encoder, JpegOutput(), quality=Quality.HIGH, name="main")
    except (OSError, RuntimeError) as error:
        _LOGGER.info("No hardware JPEG encoder (%s); JPEGs are made while they are needed", error)
        return False
    return True
