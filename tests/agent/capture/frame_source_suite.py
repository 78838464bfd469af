"""What every source of frames promises, as tests; `TestX(FrameSourceSuite)` brings a `rig`."""

import threading
import time
from contextlib import closing, suppress
from itertools import pairwise

import pytest

from pi_agent.capture import FrameSource
from pi_agent.capture.frame_source import CountingSource
from pi_agent.errors import CameraError
from pi_agent.frames import Frame, bgr_of
from pi_agent.frames.luma import luma_of

_PATIENCE = 20.0  # seconds; a source that needs longer hangs


class SourceRig:
    """A camera, file or server that a test can break and mend, and the sources of it."""

    def create(self) -> FrameSource:
        """A closed source, with short time-outs."""
        raise NotImplementedError

    def break_off(self) -> None:
        """As when it is unplugged, killed or deleted."""

    def mend(self) -> None:
        """The opposite."""

    def freeze(self) -> None:
        """Let it be there, but deliver nothing."""

    def thaw(self) -> None:
        """The opposite."""


def read_until_lost(source: FrameSource) -> str:
    """Read until the source says that it is lost; why, as it says."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            source.read()
        except CameraError as error:
            return str(error)
    raise AssertionError("the source never noticed that the camera is lost")


class FrameSourceSuite:
    """The same for all of them."""

    def test_frames_come_in_order_with_times_that_grow(self, rig: SourceRig) -> None:
        with closing(rig.create()) as source:
            source.open()
            frames = [source.read() for _ in range(8)]
        steps = list(pairwise(frames))
        assert all(later.sequence > frame.sequence for frame, later in steps)
        assert all(later.monotonic_at >= frame.monotonic_at for frame, later in steps)
        assert frames[-1].monotonic_at > frames[0].monotonic_at

    def test_a_frame_is_dated_when_it_was_captured(self, rig: SourceRig) -> None:
        with closing(rig.create()) as source:
            source.open()
            frame = [source.read() for _ in range(3)][-1]
            assert 0 <= time.monotonic() - frame.monotonic_at < 2
            assert 0 <= time.time() - frame.captured_at < 2

    def test_a_frame_has_the_size_that_it_says_and_something_to_look_at(
        self, rig: SourceRig
    ) -> None:
        with closing(rig.create()) as source:
            source.open()
            frame = source.read()
        assert bgr_of(frame).shape == (frame.height, frame.width, 3)
        luma = luma_of(frame)
        assert luma.ndim == 2
        # The small picture is one of the same thing.
        assert abs(float(luma.mean()) - float(bgr_of(frame).mean())) < 40

    def test_it_says_what_makes_its_jpegs(self, rig: SourceRig) -> None:
        with closing(rig.create()) as source:
            source.open()
            frame = source.read()
            delivered = source.encoder in ("source", "hardware")
            assert delivered == (frame.jpeg is not None)
            assert source.encoder in ("source", "hardware", "opencv")

    def test_closing_is_harmless_before_and_after(self, rig: SourceRig) -> None:
        source = rig.create()
        source.close()
        source.open()
        source.read()
        source.close()
        source.close()

    def test_it_can_be_opened_again(self, rig: SourceRig) -> None:
        source = rig.create()
        numbers = []
        for _ in range(3):
            source.open()
            numbers.append(source.read().sequence)
            source.close()
        assert len(numbers) == 3

    def test_an_interrupt_lets_go_soon_and_the_next_opening_forgets_it(
        self, rig: SourceRig
    ) -> None:
        with closing(rig.create()) as source:
            source.open()
            source.read()
            rig.freeze()
            timer = threading.Timer(0.1, source.interrupt)
            timer.start()
            begun = time.monotonic()
            with suppress(CameraError):
                source.read()
            assert time.monotonic() - begun < _PATIENCE
            timer.join()
            source.close()
            rig.thaw()
            source.open()
            assert isinstance(source.read(), Frame)

    def test_nothing_is_skipped_of_a_good_camera(self, rig: SourceRig) -> None:
        with closing(rig.create()) as source:
            source.open()
            for _ in range(5):
                source.read()
            if isinstance(source, CountingSource):
                assert source.skipped_frames == 0


class LosableSourceSuite(FrameSourceSuite):
    """And of those that can be unplugged, killed or deleted: the rig can `break_off`."""

    def test_a_camera_that_is_not_there_says_so(self, rig: SourceRig) -> None:
        rig.break_off()
        with closing(rig.create()) as source, pytest.raises(CameraError) as caught:
            source.open()
        assert _is_a_sentence_for_a_person(str(caught.value))

    def test_it_returns_after_it_broke(self, rig: SourceRig) -> None:
        with closing(rig.create()) as source:
            source.open()
            source.read()
            rig.break_off()
            assert _is_a_sentence_for_a_person(read_until_lost(source))
            source.close()
            rig.mend()
            source.open()
            assert source.read().width > 0


class FreezingSourceSuite(FrameSourceSuite):
    """And of those that can stay there and deliver nothing: the rig can `freeze`."""

    def test_a_freeze_is_noticed_and_ends(self, rig: SourceRig) -> None:
        with closing(rig.create()) as source:
            source.open()
            source.read()
            rig.freeze()
            assert _is_a_sentence_for_a_person(read_until_lost(source))
            source.close()
            rig.thaw()
            source.open()
            assert source.read().width > 0


def _is_a_sentence_for_a_person(reason: str) -> bool:
    signs_of_a_machine = ("Errno", "Error(", "<", "secret", "None", "Traceback")
    return len(reason.split()) >= 4 and not any(sign in reason for sign in signs_of_a_machine)
