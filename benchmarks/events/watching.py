"""Runs the agent of this benchmark and looks at what it does to the machine."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stream.process_figures import cpu_seconds, resident_bytes

_WARM_UP_SECONDS = 15.0  # the scene is learned, the ring is full


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleCost:
    """Of an agent with one 720p15 camera that records, while nothing happens and nobody watches."""

    cpu_share: float  # of a core
    resident_bytes: int
    bytes_an_hour: float  # written to disk


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCost:
    """Of one event of 1.4 s with its pre-roll and post-roll, clip made."""

    events: int
    bytes_written: float  # an event
    latencies: tuple[float, ...]  # ms from the frame that tripped it to the telling


def idle(seconds: float) -> IdleCost:
    """Watch an agent to which nothing happens."""
    with _agent("quiet") as process:
        time.sleep(_WARM_UP_SECONDS)
        cpu, written, begun = cpu_seconds(process.pid), _written(process.pid), time.monotonic()
        time.sleep(seconds)
        passed = time.monotonic() - begun
        return IdleCost(
            cpu_share=(cpu_seconds(process.pid) - cpu) / passed,
            resident_bytes=resident_bytes(process.pid),
            bytes_an_hour=(_written(process.pid) - written) / passed * 3600,
        )


def events(count: int, *, disk_busy: bool) -> EventCost:
    """Watch so many events from their start to their clip."""
    with _agent("busy") as process, _disk_hogs(2 if disk_busy else 0):
        before = _written(process.pid)
        assert process.stdout is not None  # noqa: S101
        latencies: list[float] = []
        clips = 0
        while clips < count:
            late, state, clip = process.stdout.readline().split()
            if state == "started":
                latencies.append(float(late))
            clips += clip == "clip"
        return EventCost(
            events=count,
            bytes_written=(_written(process.pid) - before) / len(latencies),
            latencies=tuple(latencies),
        )


@contextmanager
def _agent(kind: str) -> Iterator[subprocess.Popen[str]]:
    with tempfile.TemporaryDirectory() as data_dir:
        command = [sys.executable, "-m", "benchmarks.events.agent", kind, data_dir]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None  # noqa: S101
            assert process.stdout is not None  # noqa: S101
            assert process.stdout.readline() == "ready\n"  # noqa: S101
            yield process
            process.stdin.close()
            process.stdout.read()


@contextmanager
def _disk_hogs(count: int) -> Iterator[None]:
    """Other programs that write to the same disk as fast as it goes, and insist on it."""
    with tempfile.TemporaryDirectory() as folder:
        script = (
            "import os,sys\n"
            "block = os.urandom(4 * 2**20)\n"
            "while True:\n"
            "    with open(sys.argv[1], 'wb') as file:\n"
            "        for _ in range(16):\n"
            "            file.write(block); file.flush(); os.fsync(file.fileno())\n"
        )
        hogs = [
            subprocess.Popen([sys.executable, "-c", script, str(Path(folder) / str(number))])
            for number in range(count)
        ]
        try:
            yield
        finally:
            for hog in hogs:
                hog.kill()
                hog.wait()


def _written(pid: int) -> int:
    """Bytes that the process and its children that have ended caused to be written to disk."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["write_bytes"])
