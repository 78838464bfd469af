"""What the workers of one camera report, each from its own thread, taken over by the loop."""

import logging
from typing import Protocol

from pi_agent.events import EventFeed, EventJournal
from pi_agent.frames import Frame, jpeg_of
from pi_agent.protocol import (
    CameraSettings,
    CameraState,
    CameraStatus,
    MotionEvent,
    MotionMessage,
    PictureSize,
)
from pi_agent.runtime import LoopBridge

_LOGGER = logging.getLogger(__name__)
_SNAPSHOT_QUALITY = 90


class ReportedCamera(Protocol):
    """The camera that the reports are about."""

    @property
    def settings(self) -> CameraSettings:
        """The settings in force."""
        ...

    @property
    def feed(self) -> EventFeed:
        """Where messages go."""
        ...

    @property
    def journal(self) -> EventJournal:
        """Where events go."""
        ...

    def set_status(self, status: CameraStatus) -> None:
        """Take note of how the camera is."""
        ...


class WorkerReports:
    """The listener of the capture and motion workers of one camera."""

    def __init__(self, camera: ReportedCamera, bridge: LoopBridge) -> None:
        self._camera = camera
        self._bridge = bridge

    def on_camera_online(self, frame: Frame) -> None:
        """In thread `capture-…`: pictures come."""
        width, height = frame.shown_size
        size = PictureSize(width=width, height=height)
        status = CameraStatus(state=CameraState.ONLINE, size=size)
        self._bridge.post(self._camera.set_status, status)

    def on_camera_offline(self, reason: str) -> None:
        """In thread `capture-…`: pictures do not come."""
        status = CameraStatus(state=CameraState.OFFLINE, reason=reason)
        self._bridge.post(self._camera.set_status, status)

    def on_motion(self, message: MotionMessage) -> None:
        """In thread `motion-…`: how much moves right now."""
        self._bridge.post(self._camera.feed.publish, message)

    def on_motion_event(self, event: MotionEvent, frame: Frame | None) -> None:
        """In thread `motion-…`: an event changed; `frame` is the picture that shows it best."""
        recorded = frame is not None and self._camera.settings.recording
        jpeg = _snapshot(frame) if frame is not None and recorded else None
        self._bridge.post(self._camera.journal.record, event, jpeg)


def _snapshot(frame: Frame) -> bytes | None:
    try:
        return jpeg_of(frame, quality=_SNAPSHOT_QUALITY)
    except ValueError:
        _LOGGER.warning("The frame that tripped an event cannot be decoded; it has no snapshot")
        return None
