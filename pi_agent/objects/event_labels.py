"""What was seen in one event so far: which of it is sure, and which of it moved."""

from collections.abc import Iterable

from pi_agent.protocol import Box, Label

from .catalogue import ANIMALS, PERSON, USUAL_LABELS
from .standing_things import StandingThings

LEAST_CONFIDENCE = 0.4  # of a look, to be remembered at all
_SURE, _SURE_OF_ANIMAL = 0.6, 0.75  # enough on its own; far persons look like birds and dogs
_TWICE = 2  # looks that agree are as good
_NOTABLY_SURER = 0.1
_GROWN = 0.25  # of its size: what moves is a little further by now
_KNOWN_WELL = 0.75  # confidence from which a look now and then is enough
_FIRST_LOOKS, _SELDOM_SECONDS = 4, 4.0
_LESS_OFTEN_SECONDS = 1.0  # while a car is clear, say, and somebody may get out of it
_MOVED = 0.3  # share of a thing that must lie where something moves; a parked car's does not


class EventLabels:
    """Collects the looks at one event; `standing` is what is known to stand still there."""

    def __init__(self, standing: StandingThings | None = None) -> None:
        self._standing = standing or StandingThings()
        self._best: dict[str, Label] = {}
        self._looks: dict[str, int] = {}
        self._told: dict[str, Label] = {}
        self.looks = 0

    def take(self, seen: Iterable[Label], moving: Box | None, wanted: frozenset[str]) -> None:
        """One look; `moving` is where something moved, None where nobody knows."""
        self.looks += 1
        names = set()
        for label in seen:
            if not _is_at(label.box, moving):
                self._standing.note(label)
            elif label.name in wanted and not self._standing.has(label):
                names.add(label.name)
                best = self._best.get(label.name)
                if best is None or label.confidence > best.confidence:
                    self._best[label.name] = label
        for name in names:
            self._looks[name] = self._looks.get(name, 0) + 1

    @property
    def sure(self) -> tuple[Label, ...]:
        """What is there beyond doubt, each name once, surest first."""
        return tuple(
            sorted(
                (label for label in self._best.values() if self._is_sure(label)),
                key=lambda label: -label.confidence,
            )
        )

    def pause(self, usual: float, wanted: frozenset[str]) -> float:
        """Seconds from look to look: the usual ones, or more where it is clear what moves."""
        known = {label.name for label in self.sure if label.confidence >= _KNOWN_WELL}
        if self.looks < _FIRST_LOOKS or not known:
            return usual
        clear = PERSON in known or PERSON not in wanted
        return max(usual, _SELDOM_SECONDS if clear else _LESS_OFTEN_SECONDS)

    def news(self) -> tuple[Label, ...] | None:
        """All that is sure, where it says more than what was told; else None."""
        sure = {label.name: label for label in self.sure}
        if all(not self._is_news(label) for label in sure.values()):
            return None
        return tuple(sure.values())

    def note_told(self, labels: Iterable[Label]) -> None:
        """This is known to everybody now."""
        self._told = {label.name: label for label in labels}

    def _is_news(self, label: Label) -> bool:
        told = self._told.get(label.name)
        return told is None or label.confidence >= told.confidence + _NOTABLY_SURER

    def _is_sure(self, label: Label) -> bool:
        enough = _SURE_OF_ANIMAL if label.name in ANIMALS else _SURE
        return label.confidence >= enough or self._looks[label.name] >= _TWICE


def wanted_of(chosen: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Of what the models know: what was chosen, else what a camera is usually for."""
    return frozenset(chosen) or (known & USUAL_LABELS) or known


def _is_at(box: Box, moving: Box | None) -> bool:
    if moving is None:
        return True
    across, down = moving.w * _GROWN, moving.h * _GROWN
    width = min(box.x + box.w, moving.x + moving.w + across) - max(box.x, moving.x - across)
    height = min(box.y + box.h, moving.y + moving.h + down) - max(box.y, moving.y - down)
    return width > 0 and height > 0 and width * height >= _MOVED * box.w * box.h
