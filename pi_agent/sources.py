"""From what the configuration calls a source to the thing that delivers frames."""

from pathlib import Path
from typing import TYPE_CHECKING

from pi_agent.capture import (
    CameraAddress,
    CaptureSize,
    DemoSource,
    FileSource,
    FrameSource,
    HttpMjpegSource,
    Picamera2Source,
    RtspSource,
    V4l2Source,
)

if TYPE_CHECKING:
    from pi_agent.camera_configuration import CameraConfiguration

_PI_CAMERA = "picamera2"


def camera_source(camera: "CameraConfiguration") -> FrameSource:
    """The source of a configured camera, as large and fast as it is wanted."""
    return create_source(camera.source, camera.size, verify_tls=camera.verify_tls)


def create_source(
    text: str, size: CaptureSize | None = None, *, verify_tls: bool = True
) -> FrameSource:
    """The source that `text` names; nothing is opened yet.

    "demo", "picamera2" or "picamera2:ID", a device below /dev, an rtsp or http address, or a video
    file. `size` is for cameras of this machine, `verify_tls` for rtsps and https. Raises
    ConfigurationError, in which no part of an address is repeated, for there may be a password.
    """
    if text == "demo":
        return DemoSource()
    kind, _, camera = text.partition(":")
    if kind == _PI_CAMERA:
        return Picamera2Source(camera, size=size)
    if "://" in text:
        address = CameraAddress.parse(text)
        if address.scheme.startswith("rtsp"):
            return RtspSource(address, verify_tls=verify_tls)
        return HttpMjpegSource(address, verify_tls=verify_tls)
    if text.startswith("/dev/"):
        return V4l2Source(text, size=size)
    return FileSource(Path(text))
