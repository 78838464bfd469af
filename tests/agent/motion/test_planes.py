"""Planes of any size, layout and content are looked at."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from pi_agent.motion import MotionDetector, MotionObservation, MotionSettings
from pi_agent.protocol import CameraSettings

from .scenes import HEIGHT, WIDTH, Luma, Plane, observed, scene, walk


def a_detector() -> MotionDetector:
    return MotionDetector(MotionSettings.of(CameraSettings()))


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 160), (2, 2), (7, 5), (9, 200), (91, 161), (300, 400)]
)
def test_any_size_of_plane_can_be_looked_at(size: tuple[int, int]) -> None:
    detector = a_detector()
    random = np.random.default_rng(1)
    for number in range(30):
        plane = random.integers(0, 256, size).astype(np.uint8)
        observation = detector.observe(plane, number / 10)
        assert 0 <= observation.score <= 100


@settings(max_examples=60, deadline=None)
@given(
    planes=st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(
        lambda shape: st.lists(arrays(np.uint8, shape), min_size=2, max_size=8)
    ),
    step=st.floats(0, 10),
)
def test_any_planes_at_any_pace_give_a_whole_answer(planes: list[Luma], step: float) -> None:
    detector = a_detector()
    for number, plane in enumerate(planes):
        observation = detector.observe(plane, number * step)
        assert 0 <= observation.score <= 100
        assert not (observation.active and observation.learning)
        assert (observation.box is not None) == observation.active


@pytest.mark.parametrize("odd", [(HEIGHT - 1, WIDTH), (HEIGHT, WIDTH - 1), (HEIGHT - 1, WIDTH - 1)])
def test_odd_sizes_find_what_even_ones_do(odd: tuple[int, int]) -> None:
    detector = a_detector()
    height, width = odd
    active = [
        at
        for at, luma in scene(12, walk(6, 10))
        if detector.observe(luma[:height, :width].copy(), at).active
    ]
    assert 6 <= active[0] <= 6.5
    assert active[-1] <= 10.2


def layouts(luma: Luma) -> list[Luma]:
    """The same plane as a driver may hand it over."""
    padded = np.zeros((HEIGHT, WIDTH + 24), np.uint8)
    padded[:, :WIDTH] = luma
    spread = np.zeros((2 * HEIGHT, 2 * WIDTH), np.uint8)
    spread[::2, ::2] = luma
    turned = np.ascontiguousarray(luma[::-1, ::-1])
    return [
        padded[:, :WIDTH],
        spread[::2, ::2],
        turned[::-1, ::-1],
        np.asfortranarray(luma),
    ]


def test_how_a_plane_lies_in_memory_makes_no_difference() -> None:
    plain = observed(walk(3, 6), seconds=7)
    detectors = [a_detector() for _ in range(4)]
    for expected, (at, luma) in zip(plain, scene(7, walk(3, 6)), strict=True):
        for detector, same in zip(detectors, layouts(luma), strict=True):
            assert detector.observe(same, at) == expected


def test_a_plane_is_left_as_it_was() -> None:
    detector = a_detector()
    for at, luma in scene(8, walk(3, 6)):
        before = luma.copy()
        luma.flags.writeable = False
        detector.observe(luma, at)
        assert np.array_equal(luma, before)


def test_another_size_in_the_middle_of_a_stream_is_learned_anew() -> None:
    detector = a_detector()
    found: list[MotionObservation] = []
    for at, luma in scene(16, walk(10, 14)):
        plane = luma if at < 6 else np.ascontiguousarray(luma.T)
        found.append(detector.observe(plane, at))
    assert found[60].learning
    assert not any(o.active for o in found[:95])
    active = [o for o in found if o.active]
    assert 10 <= active[0].at <= 10.5


def test_frames_that_come_late_or_at_once_are_no_motion() -> None:
    detector = a_detector()
    times = iter([0.1 * n for n in range(40)] + [4.0] * 5 + [4.0 + 1.7 * n for n in range(1, 60)])
    planes = list(scene(10.4, lambda plane, at: None))
    assert not any(detector.observe(luma, next(times)).active for _, luma in planes)


def test_a_gap_of_minutes_begins_anew() -> None:
    def other_room(plane: Plane, at: float) -> None:
        if at >= 6:
            plane[:] = plane[::-1].copy()

    detector = a_detector()
    seen = [
        detector.observe(luma, at if at < 6 else at + 300) for at, luma in scene(12, other_room)
    ]
    assert seen[60].learning
    assert not any(o.active for o in seen)
