"""The agent's own way from a camera's frames to the labels of its events, in the clip's time."""

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.motion.footage import Shot
from pi_agent.frames.luma import luma_of
from pi_agent.motion import MotionDetector, MotionSettings
from pi_agent.motion.look_schedule import LookSchedule
from pi_agent.motion.motion_messages import MotionMessages
from pi_agent.motion.tracker import MotionEventTracker
from pi_agent.objects.event_labels import EventLabels
from pi_agent.objects.object_finder import FRESH_SECONDS, REST
from pi_agent.objects.standing_things import StandingThings
from pi_agent.protocol import Box, EventState, Label, MotionEvent

_CAMERA = "clip"
See = Callable[[bytes, Box | None], tuple[Label, ...]]


@dataclass(slots=True, kw_only=True)
class LabelledEvent:
    """An event of the agent: its seconds, when each label was sure, and how often it looked."""

    began: float
    ended: float
    labels: dict[str, float] = field(default_factory=dict)
    best: dict[str, Label] = field(default_factory=dict)
    looks: list[float] = field(default_factory=list)


class ObjectChain:
    """What `MotionWorker` and `ObjectFinder` do with a camera's frames, without their threads.

    A look takes `look_seconds`, as it may on a Raspberry Pi.
    """

    def __init__(
        self, see: See, wanted: frozenset[str], *, looks_per_second: float, look_seconds: float
    ) -> None:
        settings = MotionSettings()
        self.events: list[LabelledEvent] = []
        self._see, self._wanted = see, wanted
        self._pause, self._look_seconds = 1 / looks_per_second, look_seconds
        self._detector, self._schedule = MotionDetector(settings), LookSchedule()
        self._tracker, self._messages = MotionEventTracker(_CAMERA, settings), MotionMessages("")
        self._standing = StandingThings()
        self._labels = EventLabels()
        self._moved: Shot | None = None
        self._box: Box | None = None
        self._next_look = 0.0

    def take(self, shot: Shot, size: tuple[int, int]) -> None:
        """The next frame; `size` is width and height in pixels."""
        if self._schedule.due(shot.at, len(shot.jpeg)):
            for event in self._observed(shot, size):
                self._follow(event, shot)
        due = self._next_look + (FRESH_SECONDS if self._moved is None else 0.0)
        if self._tracker.is_open and shot.at >= due:
            self._look(self._moved or shot, shot.at)

    def finished(self, at: float) -> list[LabelledEvent]:
        """All events, when the last frame was that of second `at`."""
        if self._tracker.is_open:
            self.events[-1].ended = at
        return self.events

    def _observed(self, shot: Shot, size: tuple[int, int]) -> tuple[MotionEvent, ...]:
        observation = self._detector.observe(luma_of(shot.frame(size)), shot.at)
        self._schedule.looked(shot.at, stirring=observation.stirring, active=observation.active)
        message = self._messages.take(observation)
        if message is not None and message.box is not None:
            self._moved, self._box = shot, message.box
        return self._tracker.advance(observation, captured_at=shot.at)

    def _follow(self, event: MotionEvent, shot: Shot) -> None:
        if event.state is EventState.STARTED:
            self._labels, self._box = EventLabels(self._standing), event.box
            self.events.append(LabelledEvent(began=shot.at, ended=shot.at))
            self._look(shot, shot.at)
        elif event.state is EventState.ENDED and event.ended_at is not None:
            self.events[-1].ended = event.ended_at.timestamp()

    def _look(self, shot: Shot, at: float) -> None:
        self._moved = None
        event = self.events[-1]
        self._labels.take(self._see(shot.jpeg, self._box), self._box, self._wanted)
        event.looks.append(at)
        event.ended = max(event.ended, at)
        for label in self._labels.sure:
            event.labels.setdefault(label.name, at + self._look_seconds)
            event.best[label.name] = label
        pause = self._labels.pause(self._pause, self._wanted)
        self._next_look = at + max(pause, (1 + REST) * self._look_seconds)
