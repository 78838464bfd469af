"""What the workers of one camera report, each from its own thread, taken over by the loop."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from pi_agent.frames import Frame, jpeg_of
from pi_agent.protocol import (
    CameraSettings,
    CameraState,
    CameraStatus,
    EventState,
    MotionEvent,
    MotionLook,
    MotionMessage,
    PictureSize,
)
from pi_agent.runtime import LoopBridge

_LOGGER = logging.getLogger(__name__)
_NOT_RECORDED = "recording was off when the event began"


class ReportedCamera(Protocol):
    """The camera that the reports are about."""

    @property
    def settings(self) -> CameraSettings:
        """The settings in force."""
        ...

    def take_motion(self, message: MotionMessage) -> None:
        """Take note of what moves right now; on the event loop."""
        ...

    def take_event(self, event: MotionEvent, jpeg: bytes | None, frame: Frame | None) -> None:
        """Take a change of an event, its snapshot and the frame that tripped it; on the loop."""
        ...

    def set_status(self, status: CameraStatus) -> None:
        """Take note of how the camera is."""
        ...

    def show_look(self, look: MotionLook) -> None:
        """Hand on what motion detection saw."""
        ...

    def set_covered(self, covered: bool | None) -> None:
        """Take note of whether there is nothing to be seen."""
        ...

    def set_moved(self, moved: bool | None) -> None:
        """Take note of whether another view is shown than the camera is known by."""
        ...

    def keep_view(self, document: bytes) -> None:
        """Keep the view that the camera is known by; in the motion thread, never waits."""
        ...

    def keep_pictures(self, event: MotionEvent, frame: Frame | None) -> None:
        """Keep the pictures of an event that changed, for its clip; never waits."""
        ...


class WorkerReports:
    """The listener of the capture, motion and clip workers of one camera."""

    def __init__(
        self,
        camera: ReportedCamera,
        bridge: LoopBridge,
        *,
        lose_clip: Callable[[str, str], None],
    ) -> None:
        self._camera = camera
        self._bridge = bridge
        self._lose_clip = lose_clip
        self._look_in_flight = False

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

    def on_covered(self, covered: bool | None) -> None:
        """In thread `motion-…`: whether there is nothing to be seen."""
        self._bridge.post(self._camera.set_covered, covered)

    def on_moved(self, moved: bool | None) -> None:
        """In thread `motion-…`: whether another view is shown than the camera is known by."""
        self._bridge.post(self._camera.set_moved, moved)

    def on_view(self, document: bytes) -> None:
        """In thread `motion-…`: the view that the camera is known by, to be kept."""
        self._camera.keep_view(document)

    def on_motion(self, message: MotionMessage) -> None:
        """In thread `motion-…`: how much moves right now."""
        self._bridge.post(self._camera.take_motion, message)

    def on_look(self, look: MotionLook) -> None:
        """In thread `motion-…`: what a look found, while somebody watches."""
        if not self._look_in_flight:  # else the loop is behind: nothing piles up
            self._look_in_flight = True
            self._bridge.post(self._show_look, look)

    def _show_look(self, look: MotionLook) -> None:
        self._look_in_flight = False
        self._camera.show_look(look)

    def on_motion_event(self, event: MotionEvent, frame: Frame | None) -> None:
        """In thread `motion-…`: an event changed; `frame` is the picture that shows it best."""
        recorded = self._camera.settings.recording
        if event.state is EventState.STARTED and not recorded:
            event = replace(event, clip_error=_NOT_RECORDED)
        jpeg = None
        if frame is not None and recorded:
            jpeg = _snapshot(frame, self._camera.settings.stream_quality)
        self._bridge.post(self._camera.take_event, event, jpeg, frame)
        self._camera.keep_pictures(event, frame)

    def on_clip_lost(self, event_id: str, reason: str) -> None:
        """In thread `clip-…` or `motion-…`: there will be no clip of this event."""
        self._bridge.post(self._lose_clip, event_id, reason)


def _snapshot(frame: Frame, quality: int) -> bytes | None:
    try:
        return jpeg_of(frame, quality=quality)
    except ValueError:
        _LOGGER.warning("The frame that tripped an event cannot be decoded; it has no snapshot")
        return None
