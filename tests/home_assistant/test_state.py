"""What each message of the agent changes in what is known of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.pi_motion_camera.agent_client.protocol import (
    AgentInfo,
    CameraInfo,
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
    PictureSize,
    SettingsMessage,
    SystemMessage,
)
from custom_components.pi_motion_camera.state import (
    AgentState,
    EventPhase,
    apply_message,
    event_phase,
    initial_state,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ONLINE = CameraStatus(state=CameraState.ONLINE, size=PictureSize(width=1280, height=720), fps=15.0)


def event(number: int, state: EventState = EventState.STARTED, **changes: Any) -> MotionEvent:
    """An event that began `number` minutes past noon."""
    known: dict[str, Any] = {
        "id": f"event-{number}",
        "camera": "porch",
        "state": state,
        "cause": EventCause.MOTION,
        "started_at": NOON + timedelta(minutes=number),
        "revision": number,
    }
    return MotionEvent(**{**known, **changes})


def beginning(*newest: MotionEvent) -> AgentState:
    """What is known before the first greeting, with the newest events of some cameras."""
    cameras = tuple(
        CameraInfo(id=camera, name=camera.title(), status=ONLINE) for camera in ("porch", "yard")
    )
    info = AgentInfo(
        agent_id="a1", name="Pi", version="0.1.0", protocol="1.0", cameras=cameras, clock=NOON
    )
    settings = {"porch": CameraSettings(), "yard": CameraSettings()}
    return initial_state(info, settings, {event.camera: event for event in newest})


@pytest.fixture
def state() -> AgentState:
    return beginning()


def hello(*cameras: str, boot_id: str = "b1") -> Hello:
    return Hello(
        protocol="1.0",
        agent_id="a1",
        boot_id=boot_id,
        revision=9,
        clock=NOON,
        cameras=tuple(
            HelloCamera(id=camera, name=camera.title(), status=ONLINE, settings=CameraSettings())
            for camera in cameras
        ),
    )


def moving(state: AgentState, camera: str = "porch") -> bool:
    return state.cameras[camera].is_moving


def test_motion_is_what_the_newest_message_says(state: AgentState) -> None:
    state = apply_message(state, MotionMessage(camera="porch", active=True, zones=("path",)))
    assert moving(state)
    assert state.cameras["porch"].is_moving_in("path")
    assert not state.cameras["porch"].is_moving_in("street")
    state = apply_message(state, MotionMessage(camera="porch", active=False))
    assert not moving(state)


def test_an_open_event_is_motion_until_it_has_ended(state: AgentState) -> None:
    state = apply_message(state, EventMessage(event(1)))
    state = apply_message(state, MotionMessage(camera="porch", active=False))
    assert moving(state)
    state = apply_message(state, EventMessage(event(1, EventState.UPDATED)))
    assert moving(state)
    state = apply_message(state, EventMessage(event(1, EventState.ENDED)))
    assert not moving(state)


def test_an_event_by_hand_is_no_motion(state: AgentState) -> None:
    state = apply_message(state, EventMessage(event(1, cause=EventCause.MANUAL)))
    assert not moving(state)
    assert state.cameras["porch"].event == event(1, cause=EventCause.MANUAL)


def test_the_end_of_an_older_event_does_not_end_the_present_one(state: AgentState) -> None:
    state = apply_message(state, EventMessage(event(1)))
    state = apply_message(state, EventMessage(event(2)))
    state = apply_message(state, EventMessage(event(1, EventState.ENDED)))
    assert moving(state)
    assert state.cameras["porch"].event == event(2)


def test_a_message_about_one_camera_leaves_the_other_as_it_is(state: AgentState) -> None:
    after = apply_message(state, MotionMessage(camera="porch", active=True))
    assert after.cameras["yard"] is state.cameras["yard"]
    assert not moving(after, "yard")


@pytest.mark.parametrize(
    "message",
    [
        MotionMessage(camera="attic", active=True),
        CameraMessage(camera="attic", state=CameraState.ONLINE),
        SettingsMessage(camera="attic", settings=CameraSettings()),
        EventMessage(event(1, camera="attic")),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_about_an_unknown_camera_changes_nothing(
    state: AgentState, message: MotionMessage
) -> None:
    assert apply_message(state, message) is state


@pytest.mark.parametrize("lost", [CameraState.OFFLINE, CameraState.PRIVACY])
def test_without_pictures_there_is_no_motion(state: AgentState, lost: CameraState) -> None:
    state = apply_message(state, EventMessage(event(1)))
    state = apply_message(state, CameraMessage(camera="porch", state=lost, reason="unplugged"))
    assert not moving(state)
    assert state.cameras["porch"].status.reason == "unplugged"
    assert state.cameras["porch"].is_offline is (lost is CameraState.OFFLINE)


def test_status_settings_and_system_are_taken_over(state: AgentState) -> None:
    state = apply_message(
        state, CameraMessage(camera="porch", state=CameraState.ONLINE, fps=12.5, size=ONLINE.size)
    )
    assert state.cameras["porch"].status == replace(ONLINE, fps=12.5)
    settings = CameraSettings(privacy=True)
    state = apply_message(state, SettingsMessage(camera="porch", settings=settings))
    assert state.cameras["porch"].settings == settings
    state = apply_message(state, SystemMessage(temperature=51.5))
    assert state.system == SystemMessage(temperature=51.5)


def test_a_greeting_brings_and_takes_cameras(state: AgentState) -> None:
    state = apply_message(state, hello("porch", "attic", boot_id="b2"))
    assert list(state.cameras) == ["porch", "attic"]
    assert state.boot_id == "b2"


def test_motion_from_before_a_break_is_not_motion_after_it(state: AgentState) -> None:
    state = apply_message(state, EventMessage(event(1)))
    state = apply_message(state, MotionMessage(camera="porch", active=True))
    state = apply_message(state, hello("porch"))
    assert not moving(state)
    assert state.cameras["porch"].event == event(1)


def test_the_last_picture_is_that_of_the_newest_event_that_has_one(state: AgentState) -> None:
    pictured = event(1, snapshot="/picture")
    state = apply_message(state, EventMessage(pictured))
    state = apply_message(state, EventMessage(event(2)))
    assert state.cameras["porch"].event == event(2)
    assert state.cameras["porch"].pictured_event == pictured


def test_replayed_events_do_not_replace_a_newer_one(state: AgentState) -> None:
    for number in (5, 3, 4):
        message = EventMessage(event(number, EventState.ENDED))
        state = apply_message(state, message, replayed=True)
    assert state.cameras["porch"].event == event(5, EventState.ENDED)


def test_a_live_event_is_the_newest_even_when_the_clock_of_the_pi_was_set_back(
    state: AgentState,
) -> None:
    state = apply_message(state, EventMessage(event(50, EventState.ENDED)))
    state = apply_message(state, EventMessage(event(2)))
    assert state.cameras["porch"].event == event(2)


def phases(state: AgentState, *events: MotionEvent) -> list[EventPhase | None]:
    found = []
    for entry in events:
        found.append(event_phase(state.cameras["porch"], entry))
        state = apply_message(state, EventMessage(entry))
    return found


def test_an_event_is_started_once_and_ended_once(state: AgentState) -> None:
    assert phases(
        state,
        event(1),
        event(1, EventState.UPDATED, score=50.0),
        event(1, EventState.ENDED),
        event(1, EventState.ENDED, clip="/clip"),
        event(1, EventState.ENDED, clip="/clip", keep=True),
    ) == [EventPhase.STARTED, None, EventPhase.ENDED, EventPhase.CLIP_READY, None]


def test_a_late_clip_of_an_older_event_is_told_while_a_newer_one_goes_on(
    state: AgentState,
) -> None:
    assert phases(
        state,
        event(1),
        event(1, EventState.ENDED),
        event(2),
        event(1, EventState.ENDED, clip="/clip"),
        event(2, EventState.ENDED),
    ) == [
        EventPhase.STARTED,
        EventPhase.ENDED,
        EventPhase.STARTED,
        EventPhase.CLIP_READY,
        EventPhase.ENDED,
    ]


def test_a_clip_that_was_lost_is_no_moment_to_tell(state: AgentState) -> None:
    lost = event(1, EventState.ENDED, clip_error="the power failed")
    assert phases(state, event(1), event(1, EventState.ENDED), lost)[-1] is None


@pytest.mark.parametrize("done", [{"clip": "/clip"}, {"clip_error": "the power failed"}])
def test_a_change_of_an_old_event_is_not_told_and_does_not_become_the_newest(
    state: AgentState, done: dict[str, str]
) -> None:
    state = apply_message(state, EventMessage(event(50)))
    old = event(2, EventState.ENDED, snapshot="/s", keep=True, **done)
    assert phases(state, old) == [None]
    after = apply_message(state, EventMessage(old)).cameras["porch"]
    assert after.event == event(50)
    assert after.pictured_event is None


def test_the_clip_of_an_event_from_before_the_first_greeting_is_told_once() -> None:
    ended = event(1, EventState.ENDED)
    clipped = event(1, EventState.ENDED, clip="/clip")
    assert phases(beginning(ended), clipped) == [EventPhase.CLIP_READY]
    assert phases(beginning(clipped), clipped) == [None]


def test_a_greeting_does_not_make_a_clip_new_again(state: AgentState) -> None:
    clipped = event(1, EventState.ENDED, clip="/clip")
    for entry in (event(1), event(1, EventState.ENDED), clipped):
        state = apply_message(state, EventMessage(entry))
    assert phases(apply_message(state, hello("porch")), clipped) == [None]


def test_an_event_whose_start_was_missed_is_still_told(state: AgentState) -> None:
    assert phases(state, event(1, EventState.UPDATED)) == [EventPhase.STARTED]
    assert phases(state, event(1, EventState.ENDED)) == [EventPhase.ENDED]


def test_only_so_many_events_are_remembered(state: AgentState) -> None:
    for number in range(100):
        state = apply_message(state, EventMessage(event(number)))
        state = apply_message(state, EventMessage(event(number, EventState.ENDED, clip="/clip")))
    assert len(state.cameras["porch"].known_event_ids) == 32
    assert len(state.cameras["porch"].clipped_event_ids) == 32
