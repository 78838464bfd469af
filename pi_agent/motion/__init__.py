"""Motion: what moves in a camera's picture, where, how much, and from when to when."""

from .detector import MotionDetector
from .motion_worker import MotionListener, MotionWorker
from .observation import MotionObservation
from .settings import MotionSettings
from .tracker import MotionEventTracker

__all__ = [
    "MotionDetector",
    "MotionEventTracker",
    "MotionListener",
    "MotionObservation",
    "MotionSettings",
    "MotionWorker",
]
