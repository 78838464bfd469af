"""Frames are numbered, and their times never go back."""

import time

import numpy as np
import pytest

from pi_agent.capture.frame_counter import FrameCounter
from pi_agent.frames import Frame

PIXELS = np.zeros((2, 2, 3), np.uint8)


def frame(frames: FrameCounter, monotonic_at: float | None = None) -> Frame:
    return frames.frame(pixels=PIXELS, width=2, height=2, monotonic_at=monotonic_at)


def test_a_frame_is_dated_on_both_clocks() -> None:
    at = time.monotonic() - 1.5
    dated = frame(FrameCounter(), at)
    assert dated.monotonic_at == at
    assert time.time() - dated.captured_at == pytest.approx(1.5, abs=0.1)


def test_numbers_grow_by_one_and_times_never_go_back() -> None:
    frames, now = FrameCounter(), time.monotonic()
    made = [frame(frames, at) for at in (now - 2, None, now - 1, now + 3600, None)]
    assert [each.sequence for each in made] == [1, 2, 3, 4, 5]
    times = [each.monotonic_at for each in made]
    assert times == sorted(times)
    assert times[-1] <= time.monotonic()
