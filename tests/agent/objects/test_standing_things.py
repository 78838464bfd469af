"""A parked car is no label of what walks past it; a car that moves is one."""

from pi_agent.objects.event_labels import EventLabels
from pi_agent.objects.standing_things import StandingThings
from pi_agent.protocol import Box, Label

KNOWN = frozenset(("person", "car", "truck", "dog"))
PLACE = Box(x=0.5, y=0.4, w=0.2, h=0.2)
BEHIND_IT = Box(x=0.5, y=0.35, w=0.15, h=0.3)
ELSEWHERE = Box(x=0.05, y=0.4, w=0.1, h=0.3)


def label(name: str, box: Box, confidence: float = 0.8) -> Label:
    return Label(name=name, confidence=confidence, box=box)


def names(labels: EventLabels) -> list[str]:
    return [one.name for one in labels.sure]


def test_a_car_that_stood_there_before_is_no_label_of_who_walks_past() -> None:
    standing = StandingThings()
    labels = EventLabels(standing)
    for _ in range(2):
        labels.take([label("car", PLACE), label("person", ELSEWHERE)], ELSEWHERE, KNOWN)
    labels.take([label("car", PLACE), label("person", BEHIND_IT)], BEHIND_IT, KNOWN)
    assert names(labels) == ["person"]
    later = EventLabels(standing)  # of the next event, in which it is taken for a truck
    later.take([label("truck", PLACE)], BEHIND_IT, KNOWN)
    assert names(later) == []


def test_it_is_a_label_again_when_it_drives_away() -> None:
    standing = StandingThings()
    for _ in range(3):
        EventLabels(standing).take([label("car", PLACE)], ELSEWHERE, KNOWN)
    labels = EventLabels(standing)
    labels.take([label("car", PLACE)], PLACE, KNOWN)
    assert names(labels) == []
    driven = Box(x=0.4, y=0.42, w=0.2, h=0.2)
    labels.take([label("car", driven)], driven, KNOWN)
    assert names(labels) == ["car"]


def test_a_car_seen_once_beside_the_motion_is_not_taken_for_parked() -> None:
    standing = StandingThings()
    labels = EventLabels(standing)
    labels.take([label("car", PLACE)], ELSEWHERE, KNOWN)
    labels.take([label("car", PLACE)], PLACE, KNOWN)
    assert names(labels) == ["car"]


def test_persons_and_animals_never_stand_for_good() -> None:
    standing = StandingThings()
    for name in ("person", "dog"):
        for _ in range(3):
            standing.note(label(name, PLACE))
        assert not standing.has(label(name, PLACE))


def test_what_is_not_seen_for_long_makes_room() -> None:
    standing = StandingThings()
    for _ in range(2):
        standing.note(label("car", PLACE))
    for number in range(64):
        standing.note(label("car", Box(x=number / 80, y=0.8, w=0.005, h=0.1)))
    assert not standing.has(label("car", PLACE))
    assert len(standing._things) == 64
