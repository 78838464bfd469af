"""Parked cars: what stood where it stands while something else moved is no label of what moves."""

from dataclasses import dataclass

from pi_agent.protocol import Box, Label

from .letterbox import common_share

# Only these: a person who stood still and moves again is not to be missed.
_PARKED = frozenset(("bicycle", "car", "motorcycle", "bus", "train", "truck", "boat"))
_SAME_PLACE = 0.7  # share of two boxes' union that they have in common
_TIMES = 2  # that it was seen there
_MOST = 64


@dataclass(slots=True)
class _Thing:
    box: Box
    times: int = 1


class StandingThings:
    """Of one camera, the newest last; what is not seen for long makes room."""

    def __init__(self) -> None:
        self._things: list[_Thing] = []

    def note(self, label: Label) -> None:
        """It was seen where nothing moves."""
        if label.name not in _PARKED:
            return
        thing = self._at(label.box) or _Thing(label.box, times=0)
        self._things = [other for other in self._things if other is not thing][1 - _MOST :]
        thing.box, thing.times = label.box, thing.times + 1
        self._things.append(thing)

    def has(self, label: Label) -> bool:
        """Whether it is one of those."""
        thing = self._at(label.box) if label.name in _PARKED else None
        return thing is not None and thing.times >= _TIMES

    def _at(self, box: Box) -> _Thing | None:
        return next((t for t in self._things if common_share(t.box, box) >= _SAME_PLACE), None)
