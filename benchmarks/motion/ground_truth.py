"""What is known of marked footage: which clips there are, and what moves in them when."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Span = tuple[float, float]  # seconds from the first frame of the clip
FILE = "ground_truth.json"


class GroundTruthError(Exception):
    """The marks cannot be used; the message names the clip and the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One marked clip: a video file, or a recipe by which it is rendered.

    `live` is the only rectangle that moves (x, y, w, h in pixels), the rest stays as in the first
    frame: quiet footage made of a busy one. `shows` are, for each event, the labels any of which is
    right; only where objects are looked for.
    """

    name: str
    events: tuple[Span, ...]  # something of interest is in view
    ignored: tuple[Span, ...] = ()  # neither an event nor quiet
    file: Path | None = None
    recipe: Mapping[str, Any] | None = None
    live: tuple[int, int, int, int] | None = None
    shows: tuple[tuple[str, ...], ...] = ()

    @property
    def is_real(self) -> bool:
        """Whether a camera has seen it."""
        return self.recipe is None


def read_ground_truth(folder: Path) -> list[Clip]:
    """The clips that `folder`/ground_truth.json names; GroundTruthError says what is wrong."""
    try:
        marks = json.loads((folder / FILE).read_text())
    except OSError as error:
        raise GroundTruthError(f"{folder / FILE}: {error.strerror}") from error
    except ValueError as error:
        raise GroundTruthError(f"{folder / FILE}: not valid JSON: {error}") from error
    clips = marks.get("clips") if isinstance(marks, dict) else None
    if not isinstance(clips, list) or not clips:
        raise GroundTruthError(f'{folder / FILE}: "clips" must be a list of at least one clip')
    return [_clip(folder, number, marks) for number, marks in enumerate(clips)]


def _clip(folder: Path, number: int, marks: Any) -> Clip:
    where = f"clips[{number}]"
    if not isinstance(marks, dict):
        raise GroundTruthError(f"{where}: must be an object")
    file, recipe = marks.get("file"), marks.get("recipe")
    if isinstance(file, str) == isinstance(recipe, dict):
        raise GroundTruthError(f'{where}: must have either a "file" or a "recipe"')
    path = folder / file if isinstance(file, str) else None
    if path is not None and not path.is_file():
        raise GroundTruthError(f"{where}.file: there is no {path}")
    name = marks.get("name", None if path is None else path.stem)
    if not isinstance(name, str) or not name or "/" in name:
        raise GroundTruthError(f"{where}.name: must be a name without a slash")
    return Clip(
        name=name,
        events=_spans(marks, "events", where),
        ignored=_spans(marks, "ignore", where),
        file=path,
        recipe=None if recipe is None else {"folder": folder, **recipe},
        live=_rectangle(marks.get("live"), f"{where}.live"),
        shows=_labels(marks.get("shows", []), f"{where}.shows"),
    )


def _spans(marks: Mapping[str, Any], field: str, where: str) -> tuple[Span, ...]:
    spans = marks.get(field, [])
    if not isinstance(spans, list) or not all(_is_span(span) for span in spans):
        raise GroundTruthError(f"{where}.{field}: must be a list of [start, end] in seconds")
    return tuple((float(start), float(end)) for start, end in spans)


def _is_span(span: Any) -> bool:
    if not isinstance(span, list) or len(span) != 2:
        return False
    return all(isinstance(second, int | float) for second in span) and span[0] <= span[1]


def _labels(value: Any, field: str) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list) or not all(isinstance(labels, list) for labels in value):
        raise GroundTruthError(f'{field}: must be lists of labels, such as [["person"], ["cat"]]')
    return tuple(tuple(map(str, labels)) for labels in value)


def _rectangle(value: Any, field: str) -> tuple[int, int, int, int] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 4:
        raise GroundTruthError(f"{field}: must be [x, y, width, height] in pixels")
    x, y, w, h = map(int, value)
    return x, y, w, h
