"""The tables, in the Markdown that stands in docs/benchmarks.md."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.stream.table import table

from . import daemon
from .accuracy import Judgement
from .agent_path import Cost
from .costs import REFERENCE, JpegCost, LookCost, SecondCost
from .scoring import Score, together

_ACCURACY = ("detector", "found", "false alarms, an hour", "precision", "recall", "F1",
             "delay p50, p90 (s)", "decode, CPU µs a frame", "detect")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that was measured; `scenes` says what the costs are of."""

    judgements: Sequence[Judgement]
    scenes: str
    looks: Sequence[LookCost]
    jpegs: Sequence[JpegCost]
    seconds: Sequence[SecondCost]


def markdown(figures: Figures) -> str:
    """All tables, each with a line that says what it is of."""
    parts = []
    for title, is_real in (("Footage of cameras", True), ("Rendered clips", False)):
        some = [one for one in figures.judgements if one.is_real is is_real]
        if some:
            number = len({one.clip for one in some})
            parts += [f"{title}, {number} clips:", accuracy(some)]
    costs = (looks(figures.looks), jpegs(figures.jpegs), seconds(figures.seconds))
    return "\n\n".join([*parts, f"CPU time ({figures.scenes}):", *costs])


def accuracy(judgements: Sequence[Judgement]) -> str:
    """How well each detector does on all clips together."""
    return table(_ACCURACY, (_accuracy_row(name, of) for name, of in _by_detector(judgements)))


def _accuracy_row(name: str, judgements: Sequence[Judgement]) -> tuple[str, ...]:
    total, cost = _total(judgements)
    decode = cost.decode / max(1, cost.frames) * 1e6
    return (
        name,
        f"{total.found} of {total.events}",
        f"{total.alarms}, {_figure(total.alarms_an_hour, 0)}",
        f"{total.precision:.2f}",
        f"{total.recall:.2f}",
        f"{total.f1:.2f}",
        f"{_figure(total.delay_median, 2)}, {_figure(total.delay_p90, 2)}",
        "" if name == daemon.NAME else f"{decode:.0f}",
        f"{cost.detect_microseconds:.0f}" + (" in all" if name == daemon.NAME else ""),
    )


def clips(judgements: Sequence[Judgement]) -> str:
    """What was found, and how many false alarms there were, clip by clip."""
    names = list(dict.fromkeys(one.detector for one in judgements))
    cells = {(one.clip, one.detector): one.score for one in judgements}
    rows = (
        (clip, *(_clip_cell(cells.get((clip, name))) for name in names))
        for clip in dict.fromkeys(one.clip for one in judgements)
    )
    return table(("clip: found/events, false alarms", *names), rows)


def _clip_cell(score: Score | None) -> str:
    return "" if score is None else f"{score.found}/{score.events}, {score.alarms}"


def looks(costs: Sequence[LookCost]) -> str:
    """CPU from a luma plane, and the share of MOG2's."""
    cells = {(one.detector, one.scene): one.microseconds for one in costs}
    scenes = list(dict.fromkeys(one.scene for one in costs))
    rows = (
        (
            detector,
            *(f"{cells[detector, scene]:.0f}" for scene in scenes),
            *(_share(cells[REFERENCE, s], cells[detector, s]) for s in scenes),
        )
        for detector in dict.fromkeys(one.detector for one in costs)
    )
    head = ("CPU µs, a look at 320x240 luma", *scenes, *(f"{s}, to MOG2" for s in scenes))
    return table(head, rows)


def jpegs(costs: Sequence[JpegCost]) -> str:
    """CPU from a JPEG, next to its small decode alone."""
    rows = (
        (
            one.scene,
            f"{one.decode:.0f}",
            f"{one.look:.0f}",
            f"{one.look / one.decode:.2f}",
            f"{one.frame:.0f}",
            f"{one.frame / one.decode:.2f}",
        )
        for one in costs
    )
    head = ("CPU µs, a 1280x720 JPEG", "1/8 grey decode", "a look", "ratio", "mean of all frames",
            "ratio")  # fmt: skip
    return table(head, rows)


def seconds(costs: Sequence[SecondCost]) -> str:
    """CPU of whole programs on a live stream, and the share of the daemon's."""
    cells = {(one.program, one.scene): one.milliseconds for one in costs}
    scenes = list(dict.fromkeys(one.scene for one in costs))
    rows = (
        (
            program,
            *(f"{cells[program, scene]:.1f}" for scene in scenes),
            *(_share(cells.get((daemon.NAME, s)), cells[program, s]) for s in scenes),
        )
        for program in dict.fromkeys(one.program for one in costs)
    )
    head = ("CPU ms, a second of ten JPEGs", *scenes, *(f"{s}, to motion" for s in scenes))
    return table(head, rows)


def _share(reference: float | None, own: float) -> str:
    """How much of the reference, as people say it: 1/8.2, or 1.6 times."""
    if reference is None:
        return ""
    return f"1/{reference / own:.1f}" if own < reference else f"{own / reference:.1f}"


def as_json(figures: Figures) -> dict[str, Any]:
    """All figures, clip by clip and all together."""
    judgements = figures.judgements
    return {
        "detectors": {name: _judged(of) for name, of in _by_detector(judgements)},
        "clips": [
            {"clip": one.clip, "detector": one.detector, **_judged([one])} for one in judgements
        ],
        "looks": [asdict(cost) for cost in figures.looks],
        "jpegs": [asdict(cost) for cost in figures.jpegs],
        "seconds": [asdict(cost) for cost in figures.seconds],
    }


def _judged(judgements: Sequence[Judgement]) -> dict[str, Any]:
    total, cost = _total(judgements)
    figures = {
        name: _or_null(getattr(total, name))
        for name in ("precision", "recall", "f1", "alarms_an_hour", "delay_median", "delay_p90")
    }
    return asdict(total) | figures | {"cpu_seconds": asdict(cost)}


def _by_detector(judgements: Sequence[Judgement]) -> list[tuple[str, list[Judgement]]]:
    names = dict.fromkeys(one.detector for one in judgements)
    return [(name, [one for one in judgements if one.detector == name]) for name in names]


def _total(judgements: Sequence[Judgement]) -> tuple[Score, Cost]:
    cost = Cost()
    for one in judgements:
        cost.add(one.cost)
    return together(one.score for one in judgements), cost


def _figure(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value
