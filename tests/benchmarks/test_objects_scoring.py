"""The rules by which `scripts/bench objects` judges labels."""

import pytest

from benchmarks.motion.ground_truth import Clip, GroundTruthError
from benchmarks.objects.chain import LabelledEvent
from benchmarks.objects.scoring import score
from benchmarks.objects.shown import shown_in
from pi_agent.protocol import Box, Label

EVENTS = ((10.0, 14.0), (30.0, 34.0))
SHOWS = (("person",), ("car", "truck"))


def clip(**options: object) -> Clip:
    return Clip(**{"name": "gate", "events": EVENTS, "shows": SHOWS, **options})  # type: ignore[arg-type]


def event(began: float, ended: float, **labels: float) -> LabelledEvent:
    """An event of the agent in which each label was sure at that second."""
    box = Box(x=0, y=0, w=1, h=1)
    best = {name: Label(name=name, confidence=0.7, box=box) for name in labels}
    return LabelledEvent(began=began, ended=ended, labels=labels, best=best, looks=[began])


def test_an_event_is_found_by_any_of_its_labels_and_the_delay_is_from_its_start() -> None:
    found = score(clip(), [event(9.5, 15, person=11.0), event(30.5, 36, truck=31.5, car=33.0)])
    assert [(m.kind, m.label, m.delay) for m in found.moments] == [
        ("persons", "person", 1.0),
        ("vehicles", "truck", 1.0),
    ]
    assert found.false == ()
    assert [m.looks for m in found.moments] == [0, 1]


def test_a_label_of_something_else_is_false_and_finds_nothing() -> None:
    found = score(clip(), [event(10, 15, car=11.0)])
    assert [m.label for m in found.moments] == [None, None]
    assert [(one.name, one.at, one.confidence) for one in found.false] == [("car", 11.0, 0.7)]


def test_any_label_of_an_event_in_a_quiet_time_is_false() -> None:
    assert len(score(clip(), [event(20, 25, person=21.0)]).false) == 1


def test_in_a_span_to_be_ignored_what_the_clip_shows_anywhere_is_right() -> None:
    ignored = clip(ignored=((19.0, 26.0),))
    assert score(ignored, [event(20, 25, person=21.0)]).false == ()
    assert len(score(ignored, [event(20, 25, dog=21.0)]).false) == 1


def test_one_event_of_the_agent_may_be_two_of_the_footage() -> None:
    found = score(clip(), [event(9, 40, person=11.0, car=31.0)])
    assert [m.label for m in found.moments] == ["person", "car"]
    assert found.false == ()


def test_footage_of_which_nobody_says_what_it_shows_is_refused() -> None:
    with pytest.raises(
        GroundTruthError, match='"shows" must be a list of labels for each of its 2'
    ):
        shown_in(clip(shows=()))
    assert shown_in(clip(shows=(), events=())).events == ()
