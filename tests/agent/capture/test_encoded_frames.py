"""The JPEG and the luma of one moment find each other, whichever comes first or not at all."""

import threading

import numpy as np
import pytest

from pi_agent.capture.encoded_frames import EncodedFrame, EncodedFrames


def luma(level: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((2, 2), level, np.uint8)


class Bench:
    def __init__(self) -> None:
        self.lost = 0
        self.frames = EncodedFrames(self._lose)

    def _lose(self) -> None:
        self.lost += 1

    def take(self) -> EncodedFrame:
        frame = self.frames.take(0)
        assert frame is not None
        # Both were made of the same moment.
        assert frame.jpeg == b"%d" % frame.sensor_us
        assert frame.luma[0, 0] == frame.sensor_us
        return frame

    def put_jpegs(self, *times: int) -> None:
        for at in times:
            self.frames.put_jpeg(at, b"%d" % at)

    def put_lumas(self, *times: int) -> None:
        for at in times:
            self.frames.put_luma(at, luma(at))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_either_may_come_first(bench: Bench) -> None:
    bench.put_lumas(1)
    bench.put_jpegs(1, 2)
    bench.put_lumas(2)
    assert [bench.take().sensor_us for _ in range(2)] == [1, 2]
    assert bench.frames.take(0) is None
    assert bench.lost == 0


def test_an_encoder_may_be_one_frame_behind(bench: Bench) -> None:
    bench.put_lumas(1)
    assert bench.frames.take(0) is None
    for now in range(2, 20):
        bench.put_lumas(now)
        bench.put_jpegs(now - 1)
        assert bench.take().sensor_us == now - 1
    assert bench.lost == 0


def test_a_frame_whose_jpeg_is_lost_is_counted(bench: Bench) -> None:
    bench.put_lumas(1, 2, 3)
    bench.put_jpegs(1, 3)
    assert [bench.take().sensor_us for _ in range(2)] == [1, 3]
    assert bench.lost == 1


def test_jpegs_of_frames_that_nobody_looked_at_are_dropped(bench: Bench) -> None:
    bench.put_jpegs(*range(1, 50))
    bench.put_lumas(49)
    assert bench.take().sensor_us == 49
    assert bench.lost == 0


def test_an_encoder_that_has_stopped_fills_no_memory(bench: Bench) -> None:
    bench.put_lumas(*range(1, 50))
    assert bench.lost == 45
    assert bench.frames.take(0) is None


def test_taking_waits_for_the_encoder(bench: Bench) -> None:
    bench.put_lumas(1)
    encoder = threading.Timer(0.05, bench.put_jpegs, [1])
    encoder.start()
    frame = bench.frames.take(10)
    encoder.join()
    assert frame is not None
    assert frame.sensor_us == 1
