"""What was seen in an event: sure enough, of what moved, told when there is more."""

from pi_agent.objects.event_labels import EventLabels, wanted_of
from pi_agent.protocol import Box, Label

WANTED = frozenset({"person", "dog", "car"})
MOVING = Box(x=0.4, y=0.4, w=0.2, h=0.4)
THERE = Box(x=0.42, y=0.4, w=0.15, h=0.4)
ELSEWHERE = Box(x=0.8, y=0.1, w=0.15, h=0.2)


def label(name: str, confidence: float, box: Box = THERE) -> Label:
    return Label(name=name, confidence=confidence, box=box)


def names(labels: EventLabels) -> list[str]:
    return [entry.name for entry in labels.sure]


def test_one_clear_look_is_enough_and_two_faint_ones_are() -> None:
    labels = EventLabels()
    labels.take([label("person", 0.8), label("dog", 0.45)], MOVING, WANTED)
    assert names(labels) == ["person"]
    labels.take([label("dog", 0.5)], MOVING, WANTED)
    assert names(labels) == ["person", "dog"]


def test_an_animal_has_to_be_surer_than_others() -> None:
    labels = EventLabels()
    labels.take([label("person", 0.6), label("dog", 0.74), label("car", 0.62)], MOVING, WANTED)
    assert names(labels) == ["car", "person"]
    labels.take([label("dog", 0.75)], MOVING, WANTED)
    assert names(labels) == ["dog", "car", "person"]


def test_twice_in_one_look_is_not_two_looks() -> None:
    labels = EventLabels()
    labels.take([label("dog", 0.5), label("dog", 0.45)], MOVING, WANTED)
    assert names(labels) == []


def test_what_stands_where_nothing_moves_has_no_part_in_it() -> None:
    labels = EventLabels()
    for _ in range(3):
        labels.take([label("car", 0.95, ELSEWHERE), label("person", 0.7)], MOVING, WANTED)
    assert names(labels) == ["person"]


def test_what_only_touches_where_something_moves_has_none_either() -> None:
    parked = Box(x=0.0, y=0.3, w=0.5, h=0.5)
    labels = EventLabels()
    labels.take([label("car", 0.95, parked)], Box(x=0.45, y=0.4, w=0.1, h=0.3), WANTED)
    assert names(labels) == []


def test_without_a_place_of_motion_all_of_the_picture_counts() -> None:
    labels = EventLabels()
    labels.take([label("car", 0.95, ELSEWHERE)], None, WANTED)
    assert names(labels) == ["car"]


def test_what_nobody_asked_for_is_not_told() -> None:
    labels = EventLabels()
    labels.take([label("toaster", 0.95)], MOVING, WANTED)
    assert names(labels) == []


def test_news_is_what_is_new_or_notably_surer() -> None:
    labels = EventLabels()
    assert labels.news() is None
    labels.take([label("person", 0.7)], MOVING, WANTED)
    assert labels.news() == (label("person", 0.7),)
    assert labels.news() == (label("person", 0.7),), "nobody was told yet"
    labels.note_told(labels.sure)
    labels.take([label("person", 0.75)], MOVING, WANTED)
    assert labels.news() is None
    labels.take([label("person", 0.9), label("dog", 0.8)], MOVING, WANTED)
    assert labels.news() == (label("person", 0.9), label("dog", 0.8))
    labels.note_told(labels.sure)
    assert labels.news() is None


def test_without_a_choice_a_camera_looks_for_what_cameras_are_for() -> None:
    known = frozenset({"person", "dog", "toaster"})
    assert wanted_of((), known) == {"person", "dog"}
    assert wanted_of(("toaster",), known) == {"toaster"}
    assert wanted_of((), frozenset({"hard hat"})) == {"hard hat"}
