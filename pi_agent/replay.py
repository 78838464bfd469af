"""`pi-agent replay`: what the motion detector finds in a recording, as fast as it goes."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, TextIO

from pi_agent.errors import CameraError, ConfigurationError
from pi_agent.motion import MotionDetector, MotionObservation, MotionSettings
from pi_agent.motion.look_schedule import LookSchedule
from pi_agent.pipeline.settings_parts import picture_view
from pi_agent.protocol import Box, CameraSettings, ProtocolError, SettingsPatch
from pi_agent.protocol.codec import from_json
from pi_agent.recorded_video import RecordedPicture, RecordedVideo

_PAUSE_SECONDS = 1.0  # without motion for so long, a stretch is over
_ABOUT = """\
Seconds are those of the recording, from its first picture on. A stretch ends at its last picture
with motion, and a second without any begins a new one; cool_down_seconds and longest_event_seconds,
by which the agent makes events of stretches, play no part. Exit status: 0 done, 1 the recording is
broken off (what there is was looked at), 2 it cannot be read or the settings are wrong.
"""


@dataclass(slots=True, kw_only=True)
class Stretch:
    """Motion without a longer pause: seconds of media time, highest score with its box, zones."""

    start: float
    end: float
    score: float
    box: Box | None
    zones: tuple[str, ...]

    @classmethod
    def of(cls, seen: MotionObservation) -> Self:
        """The stretch that begins with a look at something that moves."""
        return cls(start=seen.at, end=seen.at, score=seen.score, box=seen.box, zones=seen.zones)

    def add(self, observation: MotionObservation) -> None:
        """Go on with a look at something that moves."""
        self.end = observation.at
        self.zones = tuple(dict.fromkeys((*self.zones, *observation.zones)))
        if observation.score > self.score:
            self.score, self.box = observation.score, observation.box

    def as_line(self, json_lines: bool) -> str:
        """What is printed of it."""
        if json_lines:
            times = {"start": round(self.start, 3), "end": round(self.end, 3)}
            return json.dumps(asdict(self) | times)
        zones = f"  {', '.join(self.zones)}" if self.zones else ""
        return f"{self.start:8.2f} - {self.end:8.2f}  score {self.score:5.1f}{zones}"


@dataclass(slots=True, kw_only=True)
class ReplayCost:
    """How many pictures there were, and the CPU seconds of getting and of looking at them."""

    frames: int = 0
    cpu_seconds_decode: float = 0.0
    cpu_seconds_detect: float = 0.0

    def as_line(self, json_lines: bool) -> str:
        """What is printed of it."""
        decode, detect = round(self.cpu_seconds_decode, 3), round(self.cpu_seconds_detect, 3)
        if json_lines:
            times = {"cpu_seconds_decode": decode, "cpu_seconds_detect": detect}
            return json.dumps(asdict(self) | times)
        return f"{self.frames} frames, CPU {decode:.3f} s decoding, {detect:.3f} s detecting"


class Replay:
    """Looks at a recording's pictures as `MotionWorker` does at a camera's."""

    def __init__(self, settings: CameraSettings) -> None:
        self._looks = is_looked_at(settings)
        self._view = picture_view(settings)
        self._schedule = LookSchedule()
        self._detector = MotionDetector(MotionSettings.of(settings))
        self.cost = ReplayCost()

    def stretches(self, video: RecordedVideo) -> Iterator[Stretch]:
        """Each stretch of motion as soon as it is over."""
        stretch: Stretch | None = None
        for observation in self._observations(video):
            if stretch is not None and observation.at - stretch.end > _PAUSE_SECONDS:
                yield stretch
                stretch = None
            if observation.active:
                stretch = stretch or Stretch.of(observation)
                stretch.add(observation)
        if stretch is not None:
            yield stretch

    def _observations(self, video: RecordedVideo) -> Iterator[MotionObservation]:
        begun = time.process_time()
        for picture in video.pictures():
            self.cost.frames += 1
            observation = self._look(picture) if self._looks else None
            if observation is not None:
                yield observation
        spent = time.process_time() - begun
        self.cost.cpu_seconds_decode = spent - self.cost.cpu_seconds_detect

    def _look(self, picture: RecordedPicture) -> MotionObservation | None:
        if not self._schedule.due(picture.at, picture.jpeg_bytes):
            return None
        luma = picture.luma()
        if luma is None:
            return None
        begun = time.thread_time()
        observation = self._detector.observe(self._view.turned(luma), picture.at)
        self._schedule.looked(picture.at, stirring=observation.stirring, active=observation.active)
        self.cost.cpu_seconds_detect += time.thread_time() - begun
        return observation


def is_looked_at(settings: CameraSettings) -> bool:
    """Whether a camera with these settings is looked at for motion at all."""
    return settings.motion and not settings.privacy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `pi-agent replay`."""
    parser.epilog = _ABOUT
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording")
    parser.add_argument(
        "--settings",
        metavar="JSON",
        default="{}",
        help="settings that differ from the defaults, as the API takes them",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Replay as the command line says."""
    try:
        settings = SettingsPatch(from_json(options.settings)).apply(CameraSettings())
    except ProtocolError as error:
        raise ConfigurationError(f"--settings: {error}") from error
    try:
        if not is_looked_at(settings):
            print("pi-agent: these settings switch motion detection off", file=sys.stderr)
        return replay(options.file, settings, json_lines=options.json, out=sys.stdout)
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def replay(path: Path, settings: CameraSettings, *, json_lines: bool, out: TextIO) -> int:
    """Print each stretch of motion of the recording, then what it cost; returns the exit status.

    Raises ConfigurationError where the file is missing or cannot be read, CameraError where it is
    broken off.
    """
    work = Replay(settings)
    with RecordedVideo(path) as video:
        for stretch in work.stretches(video):
            print(stretch.as_line(json_lines), file=out, flush=True)
        if not work.cost.frames:
            raise ConfigurationError(f"{path}: the file has no picture that can be decoded")
        print(work.cost.as_line(json_lines), file=out, flush=True)
        if video.broken_off:
            end, promised = video.broken_off
            raise CameraError(
                f"{path}: the file is broken off: pictures end at {end:.1f} of {promised:.1f} s"
            )
    return 0
