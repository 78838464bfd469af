"""Pictures from a camera, a file or the built-in scene, brought back whenever they stop."""

from .capture_worker import CaptureListener, CaptureWorker
from .demo_source import DemoSource
from .file_source import FileSource
from .frame_source import FrameSource

__all__ = ["CaptureListener", "CaptureWorker", "DemoSource", "FileSource", "FrameSource"]
