"""Newest wins, for each taker by itself."""

import threading

import numpy as np
import pytest

from pi_agent.frames import Frame, FrameHub


def frame(sequence: int) -> Frame:
    return Frame(
        sequence=sequence,
        captured_at=1000.0 + sequence / 10,
        monotonic_at=sequence / 10,
        width=2,
        height=2,
        pixels=np.zeros((2, 2, 3), np.uint8),
    )


def test_a_slow_taker_gets_the_newest_frame_and_its_losses_are_counted() -> None:
    hub = FrameHub()
    with hub.subscribed() as slow, hub.subscribed() as quick:
        for sequence in (1, 2, 3):
            hub.publish(frame(sequence))
            taken = quick.take(0)
            assert taken is not None
            assert taken.sequence == sequence
        newest = slow.take(0)
        assert newest is not None
        assert newest.sequence == 3
        assert (slow.dropped_frames, quick.dropped_frames) == (2, 0)


def test_a_frame_is_taken_once() -> None:
    hub = FrameHub()
    with hub.subscribed() as taker:
        hub.publish(frame(1))
        assert taker.take(0) is not None
        assert taker.take(0) is None


def test_nothing_reaches_a_taker_that_has_left() -> None:
    hub = FrameHub()
    with hub.subscribed() as taker:
        pass
    hub.publish(frame(1))
    assert taker.take(0) is None


def test_closing_wakes_a_taker_that_waits() -> None:
    hub = FrameHub()
    taken: list[Frame | None] = []
    with hub.subscribed() as taker:
        thread = threading.Thread(target=lambda: taken.append(taker.take()))
        thread.start()
        taker.close()
        thread.join(5)
    assert not thread.is_alive()
    assert taken == [None]


def test_the_frame_rate_is_measured_from_the_frames_own_times() -> None:
    hub = FrameHub()
    assert hub.fps is None
    for sequence in range(1, 40):
        hub.publish(frame(sequence))
    assert hub.fps == pytest.approx(10.0)
    hub.clear()
    assert hub.fps is None
    assert hub.newest is None


def test_a_frame_without_a_picture_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="JPEG or pixels"):
        Frame(sequence=1, captured_at=0, monotonic_at=0, width=2, height=2)
