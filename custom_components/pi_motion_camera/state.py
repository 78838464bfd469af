"""What is known of an agent, and how each of its messages changes that. Pure: no I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from .agent_client.protocol import (
    AgentInfo,
    CameraMessage,
    CameraSettings,
    CameraState,
    CameraStatus,
    EventCause,
    EventMessage,
    EventState,
    Hello,
    HelloCamera,
    MotionEvent,
    MotionMessage,
    OfferedControls,
    ServerMessage,
    SettingsMessage,
    SystemMessage,
)

_MOST_KNOWN_EVENTS = 32  # a clip is ready long before so many more events have begun

type _EventIds = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraData:
    """One camera as it is now.

    `event` is its newest event, `pictured_event` the newest that has a snapshot, `known_event_ids`
    the last that were heard of, `clipped_event_ids` those of them whose clip is ready. `motion`
    and `open_event_id` tell only what was heard on the present connection: what went on before a
    break turns nothing on after it.
    """

    id: str
    name: str
    status: CameraStatus
    settings: CameraSettings
    capabilities: tuple[str, ...] = ()
    motion: MotionMessage | None = None
    open_event_id: str | None = None
    event: MotionEvent | None = None
    pictured_event: MotionEvent | None = None
    known_event_ids: _EventIds = ()
    clipped_event_ids: _EventIds = ()

    @property
    def is_offline(self) -> bool:
        """Whether no pictures come, other than by the user's wish."""
        return self.status.state is CameraState.OFFLINE

    @property
    def knows_controls(self) -> bool:
        """Whether what the camera offers is known; not before it was open."""
        return _tells_controls(self.status)

    def is_seeing(self, label: str) -> bool:
        """Whether such an object was seen in the event that goes on."""
        event = self.event
        if event is None or event.id != self.open_event_id:
            return False
        return any(seen.name == label for seen in event.labels)

    @property
    def is_moving(self) -> bool:
        """Whether there is motion right now."""
        return self.open_event_id is not None or (self.motion is not None and self.motion.active)

    def is_moving_in(self, zone: str) -> bool:
        """Whether there is motion in a zone right now."""
        return self.motion is not None and self.motion.active and zone in self.motion.zones


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """An agent and its cameras as they are now; `boot_id` is None before the first greeting."""

    agent_id: str
    name: str
    version: str
    model: str | None = None
    capabilities: tuple[str, ...] = ()
    siren_tones: tuple[str, ...] = ()
    boot_id: str | None = None
    cameras: Mapping[str, CameraData]
    system: SystemMessage | None = None


class EventPhase(StrEnum):
    """The moments in the life of an event that users hear of."""

    STARTED = "started"
    ENDED = "ended"
    CLIP_READY = "clip_ready"


def initial_state(
    info: AgentInfo,
    settings: Mapping[str, CameraSettings],
    newest_events: Mapping[str, MotionEvent],
) -> AgentState:
    """The state before the first greeting: settings of each camera, events where there are any."""
    cameras = {
        camera.id: _with_newest(
            CameraData(
                id=camera.id,
                name=camera.name,
                status=camera.status,
                settings=settings[camera.id],
                capabilities=camera.capabilities,
            ),
            newest_events.get(camera.id),
        )
        for camera in info.cameras
    }
    return AgentState(
        agent_id=info.agent_id,
        name=info.name,
        version=info.version,
        model=info.model,
        capabilities=info.capabilities,
        siren_tones=info.siren_tones,
        cameras=cameras,
        system=info.system,
    )


def apply_message(
    state: AgentState, message: ServerMessage, *, replayed: bool = False
) -> AgentState:
    """The state after a message; the very same object where the message changes nothing.

    `replayed`: an event that is made up for, so not always newer than what is known.
    """
    match message:
        case Hello():
            return _greeted(state, message)
        case EventMessage(event=event):
            return _with_event(state, event, replayed=replayed)
        case MotionMessage():
            return _with_camera(state, message.camera, motion=message)
        case CameraMessage():
            return _with_status(state, message)
        case SettingsMessage():
            return _with_camera(state, message.camera, settings=message.settings)
        case _:
            return replace(state, system=message)


def event_phase(camera: CameraData, event: MotionEvent) -> EventPhase | None:
    """What `event` means to a user who knows `camera` as it was before; None for nothing new."""
    if event.id not in camera.known_event_ids:
        return _phase_of_unknown(event)
    if event.state is not EventState.ENDED:
        return None
    known = camera.event
    if known is not None and known.id == event.id and known.state is not EventState.ENDED:
        return EventPhase.ENDED
    has_got_clip = event.clip is not None and event.id not in camera.clipped_event_ids
    return EventPhase.CLIP_READY if has_got_clip else None


def _phase_of_unknown(event: MotionEvent) -> EventPhase | None:
    if event.state is not EventState.ENDED:
        return EventPhase.STARTED
    return None if _is_amended(event) else EventPhase.ENDED


def _is_amended(event: MotionEvent) -> bool:
    """Whether it ended a while ago, as its clip is done: the change is another, such as `keep`."""
    return event.clip is not None or event.clip_error is not None


def _greeted(state: AgentState, hello: Hello) -> AgentState:
    return replace(
        state,
        agent_id=hello.agent_id,
        boot_id=hello.boot_id,
        cameras={camera.id: _met(state, camera) for camera in hello.cameras},
    )


def _met(state: AgentState, camera: HelloCamera) -> CameraData:
    before = state.cameras.get(camera.id)
    return CameraData(
        id=camera.id,
        name=camera.name,
        status=_with_known_controls(camera.status, before),
        settings=camera.settings,
        capabilities=camera.capabilities,
        event=before.event if before else None,
        pictured_event=before.pictured_event if before else None,
        known_event_ids=before.known_event_ids if before else (),
        clipped_event_ids=before.clipped_event_ids if before else (),
    )


def _tells_controls(status: CameraStatus) -> bool:
    return status.state is CameraState.ONLINE or status.controls != OfferedControls()


def _with_known_controls(status: CameraStatus, before: CameraData | None) -> CameraStatus:
    """The status with what the camera offered before, where that is not known anew."""
    if before is None or _tells_controls(status):
        return status
    return replace(status, controls=before.status.controls)


def _with_camera(state: AgentState, camera_id: str, **changes: Any) -> AgentState:
    camera = state.cameras.get(camera_id)
    if camera is None:
        return state  # a camera that came after the greeting: the next greeting brings it
    changed = replace(camera, **changes)
    return replace(state, cameras={**state.cameras, camera_id: changed})


def _with_status(state: AgentState, message: CameraMessage) -> AgentState:
    status = CameraStatus(
        state=message.state,
        reason=message.reason,
        size=message.size,
        fps=message.fps,
        controls=message.controls,
        labels=message.labels,
        covered=message.covered,
        moved=message.moved,
        pan=message.pan,
    )
    status = _with_known_controls(status, state.cameras.get(message.camera))
    if status.state is CameraState.ONLINE:
        return _with_camera(state, message.camera, status=status)
    # Without pictures nothing is seen to move, and an agent may have no chance to say so.
    return _with_camera(state, message.camera, status=status, motion=None, open_event_id=None)


def _with_event(state: AgentState, event: MotionEvent, *, replayed: bool) -> AgentState:
    camera = state.cameras.get(event.camera)
    if camera is None:
        return state
    if _is_newest(camera, event, replayed=replayed):
        camera = _with_newest(camera, event)
    camera = replace(
        camera,
        known_event_ids=_with_id(camera.known_event_ids, event),
        clipped_event_ids=_with_clip(camera.clipped_event_ids, event),
        open_event_id=_open_event_id(camera, event),
    )
    return replace(state, cameras={**state.cameras, camera.id: camera})


def _with_id(ids: _EventIds, event: MotionEvent) -> _EventIds:
    """The ids with that of `event` as the last."""
    return (*(known for known in ids if known != event.id), event.id)[-_MOST_KNOWN_EVENTS:]


def _with_clip(ids: _EventIds, event: MotionEvent) -> _EventIds:
    return _with_id(ids, event) if event.clip else ids


def _is_newest(camera: CameraData, event: MotionEvent, *, replayed: bool) -> bool:
    """Whether this is the camera's newest event, or a change of it.

    Live events come in order, so the clock of the Pi, which may jump, is asked only about those
    that are replayed or amended.
    """
    if camera.event is None or camera.event.id == event.id:
        return True
    if replayed or (_is_amended(event) and event.id not in camera.known_event_ids):
        return event.started_at > camera.event.started_at
    return event.id not in camera.known_event_ids


def _with_newest(camera: CameraData, event: MotionEvent | None) -> CameraData:
    if event is None:
        return camera
    return replace(
        camera,
        event=event,
        pictured_event=event if event.snapshot else camera.pictured_event,
        known_event_ids=camera.known_event_ids or (event.id,),
        clipped_event_ids=camera.clipped_event_ids or _with_clip((), event),
    )


def _open_event_id(camera: CameraData, event: MotionEvent) -> str | None:
    if event.state is EventState.ENDED:
        return None if camera.open_event_id == event.id else camera.open_event_id
    if event.cause is EventCause.MANUAL:
        return camera.open_event_id  # recorded by hand: nothing was seen to move
    return event.id
