"""Pictures from any camera, a file or the built-in scene, brought back whenever they stop."""

from .camera_address import CameraAddress
from .camera_controls import CameraControls, OfferedControls
from .capture_worker import CameraStuckError, CaptureListener, CaptureWorker
from .demo_source import DemoSource
from .discovery import Discovery, FoundCamera, find_cameras
from .file_source import FileSource
from .frame_source import FrameSource
from .http_mjpeg_source import HttpMjpegSource
from .picamera2_source import Picamera2Source
from .rtsp_source import RtspSource
from .v4l2_source import V4l2Source
from .video_mode import CaptureSize

__all__ = [
    "CameraAddress",
    "CameraControls",
    "CameraStuckError",
    "CaptureListener",
    "CaptureSize",
    "CaptureWorker",
    "DemoSource",
    "Discovery",
    "FileSource",
    "FoundCamera",
    "FrameSource",
    "HttpMjpegSource",
    "OfferedControls",
    "Picamera2Source",
    "RtspSource",
    "V4l2Source",
    "find_cameras",
]
