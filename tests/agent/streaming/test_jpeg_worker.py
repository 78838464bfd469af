"""The encoder: asleep without viewers, once for all of them, a sign of life when nothing comes."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pi_agent.frames import Frame, FrameHub, encode_jpeg, jpeg_of
from pi_agent.protocol import CameraState, CameraStatus, PictureSize
from pi_agent.runtime import LoopBridge
from pi_agent.streaming import EncodedPicture, JpegWorker, StreamSettings, jpeg_worker
from tests.agent.frames.test_hub import frame
from tests.pictures import decoded

OFFLINE = CameraStatus(
    state=CameraState.OFFLINE,
    reason="no frame for 5 s",
    size=PictureSize(width=64, height=48),
)


class Viewer:
    """Collects pictures on the loop."""

    def __init__(self) -> None:
        self.pictures: asyncio.Queue[EncodedPicture] = asyncio.Queue()

    def offer(self, picture: EncodedPicture) -> bool:
        self.pictures.put_nowait(picture)
        return True

    async def next(self) -> EncodedPicture:
        return await asyncio.wait_for(self.pictures.get(), 10)


@pytest.fixture
def hub() -> FrameHub:
    return FrameHub()


@pytest.fixture
async def worker(hub: FrameHub) -> AsyncIterator[JpegWorker]:
    def on_death(name: str, error: Exception) -> None:
        raise AssertionError(name) from error

    bridge = LoopBridge(asyncio.get_running_loop())
    worker = JpegWorker(
        "porch",
        hub,
        bridge,
        settings=StreamSettings(fps=100.0, quality=80),
        status=lambda: OFFLINE,
        on_death=on_death,
    )
    worker.start()
    yield worker
    await asyncio.to_thread(worker.close)
    worker.close()
    bridge.close()


@pytest.fixture
def encodes(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """The widths of all encodes that the worker asked for."""
    made: list[int | None] = []

    def counted(*args: Any, width: int | None = None, **options: Any) -> bytes:
        made.append(width)
        return jpeg_of(*args, width=width, **options)

    monkeypatch.setattr("pi_agent.streaming.jpeg_worker.jpeg_of", counted)
    return made


async def test_nobody_watching_means_nothing_encoded(
    hub: FrameHub, worker: JpegWorker, encodes: list[int | None]
) -> None:
    for sequence in range(1, 20):
        hub.publish(frame(sequence))
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=None):
        await viewer.next()
    hub.publish(frame(20))
    assert encodes == [None]


async def test_a_frame_is_encoded_once_for_all_viewers(
    hub: FrameHub, worker: JpegWorker, encodes: list[int | None]
) -> None:
    viewers = [Viewer() for _ in range(5)]
    with (
        worker.streams.watched_by(viewers[0], width=None),
        worker.streams.watched_by(viewers[1], width=None),
        worker.streams.watched_by(viewers[2], width=None),
    ):
        hub.publish(frame(1))
        chunks = [(await viewer.next()).chunk for viewer in viewers[:3]]
    assert len(encodes) == 1
    assert chunks[0] is chunks[1] is chunks[2]


async def test_each_width_is_derived_once(
    hub: FrameHub, worker: JpegWorker, encodes: list[int | None]
) -> None:
    small, also_small, full = Viewer(), Viewer(), Viewer()
    with (
        worker.streams.watched_by(small, width=150),
        worker.streams.watched_by(also_small, width=160),
        worker.streams.watched_by(full, width=None),
    ):
        hub.publish(frame(1))
        for viewer in (small, also_small, full):
            await viewer.next()
    assert set(encodes) == {160, None}
    assert len(encodes) == 2


async def test_a_first_viewer_sees_the_newest_frame_at_once(
    hub: FrameHub, worker: JpegWorker
) -> None:
    hub.publish(frame(7))
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=None):
        assert (await viewer.next()).captured_at == frame(7).captured_at


async def test_frames_beyond_the_stream_rate_are_left_out(
    hub: FrameHub, worker: JpegWorker, encodes: list[int | None]
) -> None:
    worker.settings = StreamSettings(fps=1.0, quality=80)
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=None):
        for sequence in range(1, 22):  # ten a second
            hub.publish(frame(sequence))
            await asyncio.sleep(0.005)
        while viewer.pictures.qsize() < 2:
            await asyncio.sleep(0.005)
    assert 2 <= len(encodes) <= 4


async def test_viewers_of_a_lost_camera_see_why(
    worker: JpegWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jpeg_worker, "_QUIET_SECONDS", 0.01)
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=None):
        first, second = await viewer.next(), await viewer.next()
    assert second.captured_at > first.captured_at
    shown = decoded(first.jpeg)
    assert shown.shape[1] / shown.shape[0] == pytest.approx(64 / 48, rel=0.1)
    assert shown.max() > 150  # something is written there


async def test_a_picture_that_stands_still_is_shown_again_as_a_sign_of_life(
    hub: FrameHub, worker: JpegWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jpeg_worker, "_QUIET_SECONDS", 0.01)
    hub.publish(frame(1))
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=None):
        times = {(await viewer.next()).captured_at for _ in range(3)}
    assert times == {frame(1).captured_at}


def ready(sequence: int, *, monotonic_at: float | None = None) -> Frame:
    """A frame whose source made a JPEG, 320 pixels wide."""
    picture = np.full((180, 320, 3), sequence, np.uint8)
    made = replace(
        frame(sequence),
        jpeg=encode_jpeg(picture, quality=80),
        pixels=None,
        width=320,
        height=180,
    )
    return made if monotonic_at is None else replace(made, monotonic_at=monotonic_at)


async def test_a_jpeg_of_the_source_is_passed_on_as_it_is(
    hub: FrameHub, worker: JpegWorker, encodes: list[int | None]
) -> None:
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=None):
        await viewer.next()  # the offline picture: the worker is up
        for sequence in (1, 2, 3):
            hub.publish(ready(sequence))
            assert (await viewer.next()).jpeg == ready(sequence).jpeg
    assert encodes == []


async def test_a_jpeg_that_is_passed_on_waits_for_no_encode(
    hub: FrameHub, worker: JpegWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoding, go_on = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> bytes:
        encoding.set()
        go_on.wait(10)
        return b"small"

    monkeypatch.setattr(jpeg_worker, "jpeg_of", slow)
    full, small = Viewer(), Viewer()
    with (
        worker.streams.watched_by(full, width=None),
        worker.streams.watched_by(small, width=160),
    ):
        await full.next()
        await small.next()
        hub.publish(ready(1))
        assert (await full.next()).jpeg == ready(1).jpeg
        await asyncio.to_thread(encoding.wait, 10)
        hub.publish(ready(2))
        assert (await full.next()).jpeg == ready(2).jpeg
        go_on.set()
        assert (await small.next()).jpeg == b"small"


async def test_a_source_whose_clock_begins_anew_is_shown_on(
    hub: FrameHub, worker: JpegWorker
) -> None:
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=None):
        await viewer.next()
        hub.publish(ready(1, monotonic_at=9000.0))
        await viewer.next()
        hub.publish(ready(2, monotonic_at=3.0))
        assert (await viewer.next()).jpeg == ready(2).jpeg


async def test_a_frame_shown_again_never_follows_a_newer_one(
    worker: JpegWorker, hub: FrameHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = iter((ready(1), ready(2)))  # the camera publishes between two looks
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=None):
        await viewer.next()
        monkeypatch.setattr(FrameHub, "newest", property(lambda _: next(seen)))
        await asyncio.to_thread(worker.show_newest)
        monkeypatch.undo()
        hub.publish(ready(3))
        assert (await viewer.next()).jpeg == ready(3).jpeg


async def test_a_damaged_frame_costs_only_itself(hub: FrameHub, worker: JpegWorker) -> None:
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=160):
        await viewer.next()  # the offline picture: the worker is up
        damaged = replace(frame(1), jpeg=b"\xff\xd8 broken", pixels=None, width=320)
        hub.publish(damaged)
        while worker.dropped_frames == 0:
            await asyncio.sleep(0.005)
        good = np.full((48, 320, 3), 90, np.uint8)
        hub.publish(replace(frame(5), jpeg=encode_jpeg(good, quality=80), pixels=None, width=320))
        assert (await viewer.next()).captured_at == frame(5).captured_at


async def test_a_loop_that_is_behind_never_piles_frames_up(
    hub: FrameHub, worker: JpegWorker
) -> None:
    viewer = Viewer()
    with worker.streams.watched_by(viewer, width=None):
        await viewer.next()
        done = threading.Event()

        def capture() -> None:
            for sequence in range(1, 50):
                hub.publish(frame(sequence))
                done.wait(0.002)

        thread = threading.Thread(target=capture)
        thread.start()
        thread.join()  # the loop stands still meanwhile
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert viewer.pictures.qsize() <= 1
    assert worker.dropped_frames > 0
