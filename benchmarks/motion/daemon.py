"""The `motion` daemon of Debian's package, as it is shipped, looking at a network camera."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.stream.process_figures import cpu_seconds

from .accuracy import Judgement
from .agent_path import Cost
from .camera import Camera, running_camera
from .footage import Footage, Shot, size_of
from .ground_truth import Clip
from .scoring import score

NAME = "motion, as shipped"
MISSING = (
    "The `motion` daemon is left out: it is not wanted, or not installed (Debian package `motion`)."
)
_PATIENCE = 30.0  # seconds for it to connect, and to end
# Detection is as /etc/motion/motion.conf of the package has it; what else it does costs nothing.
_CONFIGURATION = """
daemon off
log_level 4
target_dir {folder}
netcam_url mjpeg://127.0.0.1:{port}/
width {width}
height {height}
framerate {fps}
threshold 1500
despeckle_filter EedDl
minimum_motion_frames 1
event_gap 60
pre_capture 3
picture_output off
movie_output off
webcontrol_port 0
stream_port 0
"""
_REPORT = "on_motion_detected echo . > {folder}/reports\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A daemon that is connected to its camera."""

    camera: Camera
    process: "subprocess.Popen[bytes]"


def is_installed() -> bool:
    """Whether there is a `motion` to be measured."""
    return shutil.which("motion") is not None


def judge_all(
    clips: Sequence[Clip], folder: Path, at_once: int, tell: Callable[[str], None]
) -> list[Judgement]:
    """Show it every clip at its own pace; so many daemons at once, the longest clip first."""

    def judge(clip: Clip) -> Judgement:
        judgement = _judge(clip, Footage(folder).shots(clip))
        tell(f"{clip.name}: seen by the daemon")
        return judgement

    lengths = {clip.name: Footage(folder).shots(clip)[-1].at for clip in clips}
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(judge, sorted(clips, key=lambda c: -lengths[c.name])))


def _judge(clip: Clip, shots: list[Shot]) -> Judgement:
    motion: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            running_camera(shots) as camera,
            _reported(folder / "reports", camera, motion),
            _running(folder, camera, shots, report=True) as daemon,
        ):
            if not camera.over.wait(shots[-1].at + _PATIENCE):
                raise RuntimeError(f"the motion daemon did not take all of {clip.name}")
            time.sleep(0.3)  # what it has to say of the last frame
            cpu = cpu_seconds(daemon.process.pid)
    return Judgement(
        clip=clip.name,
        detector=NAME,
        is_real=clip.is_real,
        score=score(clip, [shot.at for shot in shots], motion),
        cost=Cost(frames=len(shots), detect=cpu),
    )


def cpu_of_a_second(shots: list[Shot], *, seconds: float) -> float:
    """CPU seconds for each second of a stream that is played over and over."""
    step = shots[-1].at / (len(shots) - 1)
    with (
        tempfile.TemporaryDirectory() as name,
        running_camera(shots, again_after=shots[-1].at + step) as camera,
        _running(Path(name), camera, shots, report=False) as daemon,
    ):
        time.sleep(3)  # until it has settled
        begun, before = time.monotonic(), cpu_seconds(daemon.process.pid)
        time.sleep(seconds)
        after = cpu_seconds(daemon.process.pid)
        return (after - before) / (time.monotonic() - begun)


@contextmanager
def _running(
    folder: Path, camera: Camera, shots: Sequence[Shot], *, report: bool
) -> Iterator[_Running]:
    width, height = size_of(shots[0])
    step = median(two.at - one.at for one, two in pairwise(shots))
    text = _CONFIGURATION.format(
        folder=folder, port=camera.port, width=width, height=height, fps=max(2, round(1 / step))
    )
    text += _REPORT.format(folder=folder) if report else ""
    (folder / "motion.conf").write_text(text)
    command = ["motion", "-c", str(folder / "motion.conf"), "-p", str(folder / "pid")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_it_watches(camera, process)
            yield _Running(camera=camera, process=process)
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_it_watches(camera: Camera, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE
    while not camera.began_at:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the motion daemon did not connect to its camera")
        time.sleep(0.05)


@contextmanager
def _reported(pipe: Path, camera: Camera, motion: list[float]) -> Iterator[None]:
    """Gathers the seconds of the clip at which the daemon's hook wrote a line into the pipe."""
    os.mkfifo(pipe)
    descriptor = os.open(pipe, os.O_RDWR)  # a writer of our own, so that reading never ends

    def gather() -> None:
        while (line := os.read(descriptor, 1)) != b"q":
            if line == b".":
                motion.append(time.monotonic() - camera.began_at)

    reader = threading.Thread(target=gather, daemon=True)
    reader.start()
    try:
        yield
    finally:
        os.write(descriptor, b"q")
        reader.join()
        os.close(descriptor)
