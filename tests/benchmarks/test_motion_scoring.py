"""The rules by which `scripts/bench motion` judges a detector."""

import math

import pytest

from benchmarks.motion.ground_truth import Clip
from benchmarks.motion.scoring import Score, score, together

FRAMES = [number / 10 for number in range(601)]  # a minute


def clip(*events: tuple[float, float], ignored: tuple[tuple[float, float], ...] = ()) -> Clip:
    return Clip(name="yard", events=events, ignored=ignored)


def motion(begin: float, end: float) -> list[float]:
    return [at for at in FRAMES if begin <= at <= end]


def test_an_event_is_found_by_motion_within_it() -> None:
    found = score(clip((10, 14), (30, 34)), FRAMES, [11.2])
    assert (found.events, found.found, found.alarms) == (2, 1, 0)
    assert list(found.delays) == pytest.approx([1.2])
    assert found.recall == 0.5
    assert found.precision == 1.0


def test_motion_just_after_an_event_still_finds_it_and_motion_before_does_not() -> None:
    assert score(clip((10, 14)), FRAMES, [14.4]).found == 1
    assert score(clip((10, 14)), FRAMES, [14.6]).found == 0
    assert score(clip((10, 14)), FRAMES, [9.9]).found == 0


def test_around_an_event_nothing_is_a_false_alarm() -> None:
    assert score(clip((10, 14)), FRAMES, [9.5, 15.5]).alarms == 0
    assert score(clip((10, 14)), FRAMES, [9.4]).alarms == 1
    assert score(clip((10, 14)), FRAMES, [15.6]).alarms == 1


def test_the_first_two_seconds_and_ignored_spans_are_neither_good_nor_bad() -> None:
    scored = score(clip(ignored=((40, 50),)), FRAMES, [0.5, 2.0, 40.0, 50.0])
    assert scored.alarms == 0
    assert scored.quiet_seconds == pytest.approx(60.1 - 2.1 - 10.1)


def test_an_event_that_begins_in_the_first_two_seconds_counts_from_their_end() -> None:
    assert score(clip((0, 1.5)), FRAMES, [1.0]).events == 0
    early = score(clip((0, 8)), FRAMES, [1.0])
    assert (early.events, early.found) == (1, 0)
    late = score(clip((0, 8)), FRAMES, [3.0])
    assert late.found == 1
    assert late.delays == ()


def test_false_motion_with_short_pauses_is_one_alarm() -> None:
    assert score(clip(), FRAMES, [10.0, 12.0, 14.0]).alarms == 1
    assert score(clip(), FRAMES, [10.0, 12.1]).alarms == 2


def test_an_alarm_that_goes_on_counts_again_every_ten_seconds() -> None:
    assert score(clip(), FRAMES, motion(10, 19.8)).alarms == 1
    assert score(clip(), FRAMES, motion(10, 20.5)).alarms == 2
    assert score(clip(), FRAMES, FRAMES).alarms == 6


def test_a_delay_is_told_only_where_it_was_silent_before() -> None:
    assert score(clip((10, 14)), FRAMES, [9.3, 10.1]).delays == ()
    (delay,) = score(clip((10, 14)), FRAMES, [8.9, 10.1]).delays
    assert delay == pytest.approx(0.1)


def test_clips_are_added_up() -> None:
    total = together(
        [
            Score(events=3, found=3, alarms=0, quiet_seconds=100, delays=(0.1, 0.2, 0.9)),
            Score(events=1, found=0, alarms=1, quiet_seconds=20),
        ]
    )
    assert total.precision == 0.75
    assert total.recall == 0.75
    assert total.f1 == 0.75
    assert total.alarms_an_hour == pytest.approx(30)
    assert (total.delay_median, total.delay_p90) == (0.2, 0.9)


def test_where_nothing_is_known_nothing_is_claimed() -> None:
    nothing = Score()
    assert (nothing.precision, nothing.recall, nothing.f1) == (0, 0, 0)
    assert math.isnan(nothing.alarms_an_hour)
    assert math.isnan(nothing.delay_median)
