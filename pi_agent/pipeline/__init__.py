"""One camera's workers, wired; and what keeps the events of all cameras."""

from .camera_pipeline import CameraPipeline
from .camera_set import CameraSet
from .camera_workers import CameraServices
from .recording import Recording

__all__ = ["CameraPipeline", "CameraServices", "CameraSet", "Recording"]
