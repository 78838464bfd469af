"""An agent that something happens to all the time, and ways to end it as a power cut would."""

import asyncio
import contextlib
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.app import DATABASE, Agent
from pi_agent.configuration import CameraConfiguration, Configuration, ServerConfiguration
from pi_agent.errors import CameraError
from pi_agent.frames import Frame, encode_jpeg
from pi_agent.protocol import (
    CameraSettings,
    EventMessage,
    EventState,
    MotionEvent,
    decode_message,
)
from pi_agent.storage import Database, MediaDigests, MediaLibrary, SettingsStore
from tests.clips import decoded_clip

WIDTH, HEIGHT, FPS = 160, 96, 10.0
_PAUSE = 0.004  # seconds between frames that are a tenth of a second apart: time flies
LONGEST_RUN_SECONDS = 0.6  # about two events
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.crash_rig"])
SETTINGS = CameraSettings(
    pre_roll_seconds=2, post_roll_seconds=1, cool_down_seconds=1, longest_event_seconds=5
)


class BusySource:
    """Somebody walks by, again and again; frame times run 25 times faster than the clock."""

    encoder = "source"

    def __init__(self) -> None:
        self._jpegs = [encode_jpeg(picture, quality=80) for picture in _scene()]
        self._sequence = 0
        self._began = time.time()

    def open(self) -> None:
        """Nothing to open."""

    def read(self) -> Frame:
        """The next frame: four seconds of quiet at first, then round after round."""
        time.sleep(_PAUSE)
        self._sequence += 1
        at = self._sequence / FPS
        walking = max(0, self._sequence - round(4 * FPS)) % len(self._jpegs)
        return Frame(
            sequence=self._sequence,
            captured_at=self._began + at,
            monotonic_at=at,
            width=WIDTH,
            height=HEIGHT,
            jpeg=self._jpegs[walking],
        )

    def interrupt(self) -> None:
        """A read never takes long."""

    def close(self) -> None:
        """Nothing to close."""


def _scene() -> Iterator[NDArray[np.uint8]]:
    """Two seconds of quiet, three of a walk, one of quiet."""
    coarse = np.random.default_rng(3).integers(70, 190, (6, 10, 3), np.uint8)
    size = (WIDTH, HEIGHT)
    background = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    for step in range(60):
        picture = background.copy()
        if 20 <= step < 50:
            x = round((step - 20) / 30 * WIDTH)
            cv2.rectangle(picture, (x, 30), (x + 14, 85), (20, 20, 30), -1)
        yield picture


def configuration(data_dir: Path) -> Configuration:
    """One busy camera, an API that nobody else can reach."""
    return Configuration(
        data_dir=data_dir,
        server=ServerConfiguration(host="127.0.0.1", port=0, tls=False),
        cameras=(CameraConfiguration(id="porch", name="Porch", source="busy"),),
    )


async def prepare(data_dir: Path) -> None:
    """A data directory whose camera makes short events."""
    with closing(Database(data_dir / DATABASE)) as database:
        await SettingsStore(database).save("porch", SETTINGS)


def run_agent(data_dir: Path, told: Path, die_after: int | None) -> None:
    """In a process of its own: run until killed; each event that was told is a line in `told`.

    With `die_after` it kills itself at once, when the n-th was told: no other moment shows as well
    that something was told before it was safe.
    """
    asyncio.run(_run_agent(data_dir, told, die_after))


async def _run_agent(data_dir: Path, told: Path, die_after: int | None) -> None:
    line_file = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    count = 0
    async with Agent(configuration(data_dir), create_source=lambda _: BusySource()) as agent:
        with agent.feed.subscribed() as subscription:
            while (entry := await subscription.next()) is not None:
                if entry[0]:
                    os.write(line_file, entry[1].encode() + b"\n")
                    count += 1
                if count == die_after:
                    os.kill(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def running(data_dir: Path, told: Path, *, die_after: int | None = None) -> Iterator[BaseProcess]:
    """The agent in a process of its own; killed, wherever it is, when the block is left."""
    process = _CONTEXT.Process(target=run_agent, args=(data_dir, told, die_after))
    process.start()
    try:
        _wait_for_first(told)
        yield process
    finally:
        process.kill()
        process.join()
        process.close()


def _wait_for_first(told: Path) -> None:
    """Until the agent runs and its first event was told."""
    deadline = time.monotonic() + 20
    while not told.exists() or b"\n" not in told.read_bytes():
        assert time.monotonic() < deadline, "no event was told"
        time.sleep(0.005)


def events_in(told: Path) -> list[MotionEvent]:
    """What was told so far, in order."""
    events = []
    for line in told.read_text().splitlines() if told.exists() else ():
        with contextlib.suppress(json.JSONDecodeError):  # killed while it wrote the line
            message = decode_message(line)
            assert isinstance(message, EventMessage)
            events.append(message.event)
    return events


@contextlib.contextmanager
def frozen(process: BaseProcess) -> Iterator[None]:
    """Stop every thread of the process for as long as the block runs."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        while _state(process.pid) != "T":
            time.sleep(0.001)
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def copy_as_after_a_power_cut(data_dir: Path, copy: Path, chance: random.Random) -> None:
    """What the disk would hold: files being written end anywhere, or in zeros."""
    shutil.copytree(data_dir, copy, ignore=shutil.ignore_patterns("*-shm"))
    unfinished = [
        *copy.glob("reels/*.open"),
        *copy.glob("reels/*.part"),
        *copy.glob("*/incoming/*"),
    ]
    for path in unfinished:
        size = path.stat().st_size
        os.truncate(path, chance.randint(0, size))
        if chance.random() < 0.5:
            os.truncate(path, size)


def kill_once(data_dir: Path, told: Path, chance: random.Random) -> list[MotionEvent]:
    """Run the agent and kill it at a random moment; what it told, without a gap."""
    sudden = chance.randint(1, 4) if chance.random() < 0.5 else None
    with running(data_dir, told, die_after=sudden) as process:
        process.join(LONGEST_RUN_SECONDS if sudden else chance.uniform(0, LONGEST_RUN_SECONDS))
    events = events_in(told)
    revisions = [event.revision for event in events]
    assert revisions == list(range(revisions[0], revisions[0] + len(revisions)))
    return events


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was looked at; `clips` holds the ids of events whose clip has been decoded."""

    events: int = 0
    snapshots: int = 0
    lost_clips: int = 0
    clips: set[str] = field(default_factory=set)


def check_promises(data_dir: Path, told: Sequence[MotionEvent], findings: Findings) -> None:
    """Every event that was told is there, its snapshot whole, the database sound."""
    with closing(sqlite3.connect(data_dir / DATABASE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        saved = dict(connection.execute("SELECT id, revision FROM events"))
        pictures = dict(connection.execute("SELECT event_id, jpeg FROM pictures"))
        ((newest,),) = connection.execute("SELECT value FROM meta WHERE name = 'revision'")
    assert sorted(set(saved.values())) == sorted(saved.values())
    assert max(saved.values(), default=0) == int(newest)
    media = MediaLibrary(data_dir / "media")
    for event in told:
        assert saved[event.id] >= event.revision, event
        if event.snapshot is not None:
            check_snapshot(pictures.get(event.id) or media.snapshot_path(event).read_bytes())
            findings.snapshots += 1
    findings.events = len(saved)


def check_snapshot(jpeg: bytes) -> None:
    """The picture decodes to its full size."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (HEIGHT, WIDTH, 3)


async def settle(data_dir: Path, findings: Findings) -> None:
    """Start the agent once more, without a camera: each event gets its clip or a reason."""
    async with Agent(configuration(data_dir), create_source=lambda _: _NoSource()) as agent:
        while await agent.events.awaiting_clip():
            await asyncio.sleep(0.05)
        events, _ = await agent.events.changed_after(0)
        digests = [await agent.events.digests(event.id) for event in events]
    media = MediaLibrary(data_dir / "media")
    for event, known in zip(events, digests, strict=True):
        _check_settled(event, media, findings)
        _check_digests(event, media, known)
    assert not list((data_dir / "reels").iterdir())


def _check_settled(event: MotionEvent, media: MediaLibrary, findings: Findings) -> None:
    assert event.state is EventState.ENDED
    assert event.snapshot is not None
    check_snapshot(media.snapshot_path(event).read_bytes())
    assert event.ended_at is not None
    assert event.ended_at >= event.started_at
    if event.clip is None:
        assert event.clip_error, event
        findings.lost_clips += 1
    elif event.id not in findings.clips:
        clip = decoded_clip(media.clip_path(event).read_bytes())
        assert clip.pixel_format == "yuv420p"
        assert list(clip.times) == sorted(set(clip.times))
        findings.clips.add(event.id)


def _check_digests(event: MotionEvent, media: MediaLibrary, known: MediaDigests) -> None:
    """What copies are checked by is that of the files which are there."""
    snapshot = media.snapshot_path(event).read_bytes()
    assert known.snapshot == hashlib.sha256(snapshot).hexdigest()
    if event.clip is not None:
        clip = media.clip_path(event).read_bytes()
        assert known.clip == hashlib.sha256(clip).hexdigest()


class _NoSource(BusySource):
    """A camera that is not there."""

    def open(self) -> None:
        """Fail as an unplugged camera does."""
        raise CameraError("it was unplugged")
