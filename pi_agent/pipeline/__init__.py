"""One camera's workers, wired: capture, motion, JPEG, and what they tell."""

from .camera_pipeline import CameraPipeline, CameraServices
from .camera_set import CameraSet

__all__ = ["CameraPipeline", "CameraServices", "CameraSet"]
