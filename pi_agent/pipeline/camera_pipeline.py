"""One camera from its source to its viewers and its events."""

import asyncio
from dataclasses import replace

from pi_agent.capture import FrameSource
from pi_agent.errors import UnavailableError
from pi_agent.frames import Frame, FrameHub
from pi_agent.gpio import PanHead
from pi_agent.objects import ObjectFinder
from pi_agent.protocol import (
    CameraInfo,
    CameraMessage,
    CameraSettings,
    CameraState,
    CameraStatus,
    HelloCamera,
    MotionEvent,
    MotionLook,
    MotionMessage,
    SettingsMessage,
    SettingsPatch,
    TriggerRequest,
)
from pi_agent.streaming import CameraStreams, EncodedPicture, Stills

from .camera_workers import CameraServices, CameraWorkers
from .event_gate import EventGate
from .look_feed import LookFeed
from .settings_parts import check_white_balance
from .worker_reports import WorkerReports

_CAPABILITIES = ("motion", "covered", "moved")
_BEHIND_SECONDS = 20.0  # in which every taker has looked at a frame, however slow the machine


class CameraPipeline:
    """Owns the workers of one camera. Lives on the event loop."""

    def __init__(
        self,
        camera: str,
        name: str,
        source: FrameSource,
        settings: CameraSettings,
        services: CameraServices,
        *,
        view: bytes | None = None,
    ) -> None:
        """`view` is what the store kept of the view that the camera is known by."""
        self.id = camera
        self.name = name
        self.settings = self._kept_settings = settings
        self.pan: PanHead | None = None  # what the camera stands on, where that can be turned
        self.has_pir = False
        self._services = services
        self._changing = asyncio.Lock()  # settings: read, checked, saved, applied one at a time
        self._hub = FrameHub()
        self._status = _initial_status(settings)
        self._covered: bool | None = None
        self._moved: bool | None = None
        self._workers = CameraWorkers(
            camera,
            source,
            self._hub,
            settings,
            services,
            reports=WorkerReports(self, services.bridge, lose_clip=services.lose_clip),
            status=lambda: self.status,
            view=view,
        )
        self._stills = Stills(self._hub)
        self._gate = EventGate(services.journal, awaits_label=self._awaits_label)
        self._objects = ObjectFinder(
            self._hub,
            services.looker,
            self._gate.tell,
            labels=lambda: self.settings.labels,
            looks_per_second=services.looks_per_second,
        )
        self.looks = LookFeed(self._workers.motion.tell_looks)

    def start(self) -> None:
        """Start to capture, to look for motion and to serve viewers."""
        self._objects.start()
        self._workers.start()

    async def close(self) -> None:
        """Stop all of it; an open event is ended. May be called twice."""
        await self._workers.close()
        await self._objects.close()

    @property
    def status(self) -> CameraStatus:
        """How the camera is now, with the frame rate as measured and what can be set on it."""
        fps = self._hub.fps
        online = self._status.state is CameraState.ONLINE
        return replace(
            self._status,
            fps=round(fps, 1) if fps else None,
            controls=self._workers.capture.offered_controls,
            labels=tuple(sorted(self._services.looker.labels)),
            covered=self._covered if online else None,
            moved=self._moved if online else None,
            pan=self.pan.state if self.pan else None,
        )

    @property
    def streams(self) -> CameraStreams:
        """The MJPEG streams of this camera."""
        return self._workers.jpeg.streams

    @property
    def skipped_frames(self) -> int:
        """Pictures that came broken from the camera and nobody got."""
        return self._workers.capture.skipped_frames

    @property
    def dropped_frames(self) -> int:
        """Frames that viewers missed."""
        return self._workers.jpeg.dropped_frames

    @property
    def lost_pictures(self) -> int:
        """Pictures that no clip can have, because the agent or the disk was too slow."""
        return self._workers.clips.lost_pictures

    @property
    def objects(self) -> ObjectFinder:
        """What looks for objects in this camera's events."""
        return self._objects

    @property
    def _capabilities(self) -> tuple[str, ...]:
        objects = ("objects",) if self._services.looker.labels else ()
        pan = ("pan",) if self.pan else ()
        pir = ("pir",) if self.has_pir else ()
        return (*_CAPABILITIES, *objects, *pan, *pir)

    def _awaits_label(self) -> bool:
        """Whether events wait for an object; never where nobody could see one."""
        looker = self._services.looker
        return self.settings.only_labels and bool(looker.labels) and looker.problem is None

    @property
    def stuck_threads(self) -> tuple[str, ...]:
        """What of this camera does not get on and only a restart mends; not that it is offline."""
        capture = (f"capture-{self.id}",) if self._workers.capture.is_stuck else ()
        behind = self._hub.behind_seconds > _BEHIND_SECONDS
        return (*capture, f"a taker of {self.id}'s frames") if behind else capture

    @property
    def info(self) -> CameraInfo:
        """The camera as `GET /api/v1/info` tells it."""
        return CameraInfo(
            id=self.id,
            name=self.name,
            status=self.status,
            encoder=self._workers.capture.encoder,
            capabilities=self._capabilities,
        )

    @property
    def hello(self) -> HelloCamera:
        """The camera as the websocket's greeting tells it."""
        return HelloCamera(
            id=self.id,
            name=self.name,
            status=self.status,
            settings=self.settings,
            capabilities=self._capabilities,
        )

    async def still(self, *, width: int | None) -> EncodedPicture:
        """The newest picture; UnavailableError with the reason while there is none."""
        if self._status.state is not CameraState.ONLINE:
            raise UnavailableError(
                self._status.reason or f"camera is in {self._status.state.value}"
            )
        return await self._stills.newest(width=width, quality=self.settings.stream_quality)

    async def change_settings(self, patch: SettingsPatch) -> CameraSettings:
        """Check, keep and apply a change; ProtocolError names the field that is wrong."""
        async with self._changing:
            settings = patch.apply(self.settings)
            if "white_balance" in patch.changes:
                check_white_balance(settings, self._workers.capture.offered_controls)
            if settings != self._kept_settings:
                await self._keep(settings)
            if settings != self.settings:
                self._apply(settings)
        return settings

    async def _keep(self, settings: CameraSettings) -> None:
        """Save them; a lens is shut before, for that must not wait for a disk, or fail with it."""
        shut = settings.privacy and not self.settings.privacy
        if shut:
            self._apply(replace(self.settings, privacy=True))
        try:
            await self._services.settings_store.save(self.id, settings)
        except UnavailableError as error:
            if shut:
                raise UnavailableError(
                    f"the lens is shut, but until a restart only: {error}"
                ) from error
            raise
        self._kept_settings = settings

    def trigger(self, request: TriggerRequest) -> None:
        """Start an event by hand, or keep the present one going."""
        if self.settings.privacy:
            raise UnavailableError("the camera is in privacy mode; switch it off first")
        self._gate.let_through()
        self._workers.motion.trigger(request.cause, request.seconds)

    def require_sensor(self, seconds: float) -> None:
        """From now on motion is an event only where a sensor sees somebody within that time."""
        self._gate.sensor_seconds = max(seconds, self._gate.sensor_seconds or 0.0)

    def sensor_sees(self) -> None:
        """A sensor whose word is required sees somebody."""
        self._gate.sensor_sees()

    def accept_view(self) -> None:
        """Have what the camera shows now be the view it is known by."""
        if not self.settings.motion:
            raise UnavailableError("motion detection is off, and with it nobody looks at the view")
        if self._status.state is not CameraState.ONLINE:
            raise UnavailableError(self._status.reason or "the camera shows nothing")
        self._workers.motion.accept_view()

    def turned(self) -> None:
        """Take note that the pan head turns: it will be another view, and none that is wrong."""
        self._workers.motion.turn(self.pan.state.angle if self.pan else None)
        self.tell_status()

    def set_status(self, status: CameraStatus) -> None:
        """Take note of how the camera is now, and tell whoever listens."""
        if self.settings.privacy and status.state is not CameraState.PRIVACY:
            return  # a last word of the workers from before the lens was shut
        self._status = status
        self.tell_status()

    def set_covered(self, covered: bool | None) -> None:
        """Take note of whether there is nothing to be seen, and tell whoever listens."""
        self._covered = covered
        self.tell_status()

    def set_moved(self, moved: bool | None) -> None:
        """Take note of whether another view is shown than the camera is known by; tell it."""
        self._moved = moved
        self.tell_status()

    def keep_view(self, document: bytes) -> None:
        """Keep the view that the camera is known by; in the motion thread."""
        self._services.view_store.save(self.id, document)

    def keep_pictures(self, event: MotionEvent, frame: Frame | None) -> None:
        """Keep the pictures of an event that changed, for its clip; in the motion thread."""
        self._workers.clips.on_motion_event(event, frame)

    def take_motion(self, message: MotionMessage) -> None:
        """Tell what moves right now."""
        self._services.feed.publish(message)
        self._objects.on_motion(message)

    def take_event(self, event: MotionEvent, jpeg: bytes | None, frame: Frame | None) -> None:
        """Record a change of an event, and have it looked at."""
        self._gate.record(event, jpeg)
        self._objects.on_motion_event(event, frame)

    def tell_status(self) -> None:
        """Tell whoever listens how the camera is now."""
        shown = self.status
        self._services.feed.publish(
            CameraMessage(
                camera=self.id,
                state=shown.state,
                reason=shown.reason,
                size=shown.size,
                fps=shown.fps,
                controls=shown.controls,
                labels=shown.labels,
                covered=shown.covered,
                moved=shown.moved,
                pan=shown.pan,
            )
        )

    def show_look(self, look: MotionLook) -> None:
        """Hand on what motion detection saw."""
        self.looks.publish(look)

    def _apply(self, settings: CameraSettings) -> None:
        before, self.settings = self.settings, settings
        self._workers.apply(settings)
        self._services.feed.publish(SettingsMessage(camera=self.id, settings=settings))
        if settings.privacy != before.privacy:
            self.set_status(replace(_initial_status(settings), size=self._status.size))


def _initial_status(settings: CameraSettings) -> CameraStatus:
    if settings.privacy:
        return CameraStatus(state=CameraState.PRIVACY, reason="privacy mode is on")
    return CameraStatus(state=CameraState.OFFLINE, reason="the camera is starting")
