"""The four threads of one camera, with the part of the settings that each goes by."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from pi_agent.capture import CaptureWorker, FrameSource
from pi_agent.clips.clip_worker import ClipWorker, ReelSink
from pi_agent.events import EventFeed, EventJournal
from pi_agent.frames import FrameHub
from pi_agent.motion import MotionWorker
from pi_agent.objects import ObjectLooker
from pi_agent.protocol import CameraSettings, CameraStatus
from pi_agent.runtime import LoopBridge
from pi_agent.storage import SettingsStore, ViewStore
from pi_agent.streaming import JpegWorker

from .settings_parts import camera_controls, clip_settings, picture_view, stream_settings
from .worker_reports import WorkerReports


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraServices:
    """What all cameras of the agent share; `lose_clip` takes an event's id and the reason."""

    bridge: LoopBridge
    feed: EventFeed
    journal: EventJournal
    settings_store: SettingsStore
    view_store: ViewStore
    reels: ReelSink
    lose_clip: Callable[[str, str], None]
    looker: ObjectLooker
    looks_per_second: float
    on_worker_death: Callable[[str, Exception], None]


class CameraWorkers:
    """Captures, looks for motion, makes JPEGs for viewers, keeps pictures for clips."""

    def __init__(
        self,
        camera: str,
        source: FrameSource,
        hub: FrameHub,
        settings: CameraSettings,
        services: CameraServices,
        *,
        reports: WorkerReports,
        status: Callable[[], CameraStatus],
        view: bytes | None,
    ) -> None:
        """`view` is what the store kept of the view that the camera is known by."""
        on_death = services.on_worker_death
        self.capture = CaptureWorker(
            camera,
            source,
            hub,
            view=picture_view(settings),
            listener=reports,
            on_death=on_death,
        )
        self.capture.controls = camera_controls(settings)
        self.capture.set_paused(settings.privacy)
        self.motion = MotionWorker(camera, hub, settings, reports, view=view, on_death=on_death)
        self.jpeg = JpegWorker(
            camera,
            hub,
            services.bridge,
            settings=stream_settings(settings),
            status=status,
            on_death=on_death,
        )
        self.clips = ClipWorker(
            camera, hub, clip_settings(settings), services.reels, reports, on_death=on_death
        )

    def start(self) -> None:
        """Start them, the source of all frames last."""
        for worker in (self.jpeg, self.clips, self.motion, self.capture):
            worker.start()

    async def close(self) -> None:
        """Stop them in reverse: an open event is ended, its reel handed to the writer."""
        for worker in (self.capture, self.motion, self.clips, self.jpeg):
            await asyncio.to_thread(worker.close)

    def apply(self, settings: CameraSettings) -> None:
        """Go on with other settings; privacy mode lets go of the camera at once."""
        self.capture.view = picture_view(settings)
        self.capture.controls = camera_controls(settings)
        self.jpeg.settings = stream_settings(settings)
        self.motion.apply(settings)
        self.clips.apply(clip_settings(settings))
        self.capture.set_paused(settings.privacy)
