"""What the events of the footage show, as found by looking at it.

Of other footage `shows` in its ground_truth.json tells: for each event the labels of which any one
is right, `"shows": [["person"], ["car", "truck"]]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.motion.ground_truth import Clip, GroundTruthError

PERSONS, RIDERS, VEHICLES, ANIMALS = KINDS = ("persons", "riders", "vehicles", "animals")


@dataclass(frozen=True, slots=True)
class Shown:
    """Something in an event, and the labels any of which is right for it."""

    kind: str
    labels: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownInClip:
    """What each event of a clip shows, in order; `may` be told at any time, and need not."""

    events: tuple[tuple[Shown, ...], ...]
    may: frozenset[str] = frozenset()


_PERSON = Shown(PERSONS, frozenset(("person",)))
_CYCLIST = Shown(RIDERS, frozenset(("person", "bicycle")))
# COCO has no quad bikes: the rider, or whatever comes closest.
_QUAD = Shown(RIDERS, frozenset(("person", "motorcycle", "car", "truck")))
_CAR = Shown(VEHICLES, frozenset(("car", "truck")))
_ANIMAL = Shown(ANIMALS, frozenset(("cat", "dog", "bird")))
_WHEELS = frozenset(("bicycle", "bus", "car", "motorcycle", "train", "truck"))
_FACE, _MOTORCYCLE = frozenset(("face",)), frozenset(("motorcycle",))

_SHOWN = {
    "nest_atv": ShownInClip(events=((_QUAD,),), may=_FACE),
    "nest_atv2": ShownInClip(events=((_QUAD,),), may=_FACE),
    "nest_atv3": ShownInClip(events=((_QUAD,),), may=_FACE),
    "nest_walkers": ShownInClip(events=((_PERSON,),), may=_FACE),
    "nest_bicycle": ShownInClip(events=((_CYCLIST,),), may=_FACE | _MOTORCYCLE),
    "nest_bicycle2": ShownInClip(events=((_CYCLIST,),), may=_FACE | _MOTORCYCLE),
    "office": ShownInClip(events=((_PERSON,),), may=_FACE),
    "vtest": ShownInClip(events=((_PERSON,),), may=_FACE),
    "shopfront": ShownInClip(events=((_PERSON,),) * 3, may=_FACE),
    "night_lot": ShownInClip(events=((_PERSON, _CAR),), may=_FACE),
    "pets01_clouds": ShownInClip(events=((_PERSON,),) * 2, may=_FACE),
    "ir_backyard": ShownInClip(events=((_ANIMAL,),)),
    "cars_topdown": ShownInClip(events=((_CAR,),) * 3),
    "caviar2": ShownInClip(events=((_PERSON,),), may=_FACE),
    "hall_monitor": ShownInClip(events=((_PERSON,),), may=_FACE),
    "tree_hand": ShownInClip(events=((),), may=_PERSON.labels),  # a hand, no more
    "dv_people_day": ShownInClip(events=((_PERSON,),) * 12, may=_FACE),
    "dv_people_night": ShownInClip(events=((_PERSON,),) * 6, may=_FACE),
}


def shown_in(clip: Clip) -> ShownInClip:
    """What a clip shows; GroundTruthError where that is not known."""
    shown = _SHOWN.get(clip.name) if not clip.shows else _of_labels(clip.shows)
    if shown is None and not clip.events:
        return ShownInClip(events=())
    if shown is None or len(shown.events) != len(clip.events):
        raise GroundTruthError(
            f'{clip.name}: "shows" must be a list of labels for each of its '
            f"{len(clip.events)} events"
        )
    return shown


def _of_labels(shows: Sequence[Sequence[str]]) -> ShownInClip:
    events = (Shown(_kind(labels), frozenset(labels)) for labels in shows)
    return ShownInClip(events=tuple((one,) if one.labels else () for one in events))


def _kind(labels: Sequence[str]) -> str:
    if "person" in labels:
        return PERSONS if len(labels) == 1 else RIDERS
    return VEHICLES if _WHEELS & set(labels) else ANIMALS
