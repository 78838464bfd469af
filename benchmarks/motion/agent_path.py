"""The agent's own way from a frame to motion: which frames to look at, luma, detector."""

import time
from dataclasses import dataclass

from pi_agent.frames import Frame
from pi_agent.frames.luma import luma_of
from pi_agent.motion import MotionDetector, MotionSettings
from pi_agent.motion.look_schedule import LookSchedule


@dataclass(slots=True, kw_only=True)
class Cost:
    """CPU seconds of a number of frames."""

    frames: int = 0
    decode: float = 0.0
    detect: float = 0.0

    def add(self, other: "Cost") -> None:
        """Count those frames, too."""
        self.frames += other.frames
        self.decode += other.decode
        self.detect += other.detect

    @property
    def detect_microseconds(self) -> float:
        """Of detecting alone, a frame."""
        return self.detect / max(1, self.frames) * 1e6

    @property
    def microseconds(self) -> float:
        """Of decoding and detecting, a frame."""
        return (self.decode + self.detect) / max(1, self.frames) * 1e6


class AgentPath:
    """What `MotionWorker` does with the frames of one camera, and what it costs."""

    def __init__(self, *, every_frame: bool = False) -> None:
        self._detector = MotionDetector(MotionSettings())
        self._schedule = LookSchedule()
        self._every_frame = every_frame
        self.cost = Cost()

    def sees_motion(self, frame: Frame) -> bool:
        """Whether the frame is looked at and something moves."""
        self.cost.frames += 1
        begun = time.thread_time()
        at = frame.monotonic_at
        decodes = frame.luma is None and frame.jpeg is not None
        due = self._schedule.due(at, len(frame.jpeg or b"") if decodes else None)
        if not due and not self._every_frame:
            self.cost.detect += time.thread_time() - begun
            return False
        scheduled = time.thread_time()
        luma = luma_of(frame)
        decoded = time.thread_time()
        observation = self._detector.observe(luma, at)
        self._schedule.looked(at, stirring=observation.stirring, active=observation.active)
        self.cost.decode += decoded - scheduled
        self.cost.detect += time.thread_time() - decoded + scheduled - begun
        return observation.active
