"""The tables, in the Markdown that stands in docs/benchmarks.md, and what was promised."""

import math
import statistics
from collections.abc import Iterator, Sequence

from benchmarks.stream.table import table
from benchmarks.stream.targets import Verdict

from .accuracy import Judgement
from .costs import REGIONS, LookCost
from .disturbance import OFF, ON, Period
from .models import OPENCV
from .scoring import Moment
from .shown import KINDS

_MEGABYTE = 1e6
# Promises. Of events in footage of cameras, and false labels in all of it.
_MOST_MISSED = {"persons": 0, "riders": 1}
_MOST_FALSE = 1
_MOST_RESIDENT_BYTES = 180 * _MEGABYTE
_ONNX_TO_OPENCV = 0.4  # processor time of a look
_LOST_MORE = 0.005  # of all frames, with objects on
_FEWER_LOOKS = 1.02  # off to on


def accuracy(judgements: Sequence[Judgement], names: dict[str, str]) -> str:
    """What each engine finds, footage of cameras and rendered clips apart."""
    head = ("footage", "engine", *(f"{kind} found" for kind in KINDS), "false labels",
            "looks", "told after p50, p90 (s)")  # fmt: skip
    return table(head, _accuracy_rows(judgements, names))


def _accuracy_rows(
    judgements: Sequence[Judgement], names: dict[str, str]
) -> Iterator[tuple[str, ...]]:
    for title, is_real in (("of cameras", True), ("rendered", False)):
        for runtime, name in names.items():
            some = [j for j in judgements if j.is_real is is_real and j.runtime == runtime]
            if some:
                moments = [moment for one in some for moment in one.score.moments]
                yield (
                    f"{title}, {len(some)} clips",
                    name,
                    *(_found(moments, kind) for kind in KINDS),
                    str(sum(len(one.score.false) for one in some)),
                    str(sum(one.score.looks for one in some)),
                    _delays(moments),
                )


def _found(moments: Sequence[Moment], kind: str) -> str:
    of_kind = [moment for moment in moments if moment.kind == kind]
    found = sum(moment.label is not None for moment in of_kind)
    return f"{found} of {len(of_kind)}" if of_kind else "-"


def _delays(moments: Sequence[Moment]) -> str:
    delays = sorted(moment.delay for moment in moments if moment.delay is not None)
    if not delays:
        return "-"
    return f"{statistics.median(delays):.1f}, {delays[math.ceil(0.9 * len(delays)) - 1]:.1f}"


def by_clip(judgements: Sequence[Judgement]) -> str:
    """Each event of the footage, and each false label, by OpenCV."""
    rows = []
    for one in (judgement for judgement in judgements if judgement.runtime == OPENCV):
        rows += [
            (
                f"{m.clip} {m.number + 1}",
                m.kind,
                m.label or "NOT FOUND",
                "-" if m.delay is None else f"{m.delay:.1f}",
                str(m.looks),
            )
            for m in one.score.moments
        ]
        rows += [
            (f"{f.clip}, {f.at:.1f} s", "false", f"{f.name} {f.confidence:.2f}", "", "")
            for f in one.score.false
        ]
    return table(("event", "shows", "told", "after (s)", "looks"), rows)


def costs(found: Sequence[LookCost], names: dict[str, str]) -> str:
    """Milliseconds of a look, and the memory of the process that looks."""
    rows = (
        (
            names[one.runtime],
            " + ".join(one.models),
            one.regions,
            f"{one.cpu * 1e3:.0f}",
            f"{one.wall * 1e3:.0f}",
            f"{one.resident_bytes / _MEGABYTE:.0f}",
        )
        for one in found
    )
    return table(("a look, by", "models", "at", "CPU ms", "wall ms", "RSS MB"), rows)


def disturbance(periods: Sequence[Period]) -> str:
    """The same agent with and without, all periods of a kind together."""
    rows = (_disturbance_row(word, [p for p in periods if p.objects == word]) for word in (OFF, ON))
    head = ("objects", "seconds", "frames captured", "delivered", "age p50, p99 ms",
            "looks for motion, a second", "for objects", "agent's CPU %", "their process' CPU %",
            "its RSS MB")  # fmt: skip
    return table(head, rows)


def _disturbance_row(word: str, periods: Sequence[Period]) -> tuple[str, ...]:
    seconds = sum(period.seconds for period in periods)
    ages = sorted(age for period in periods for age in period.ages)
    return (
        word,
        f"{seconds:.0f}",
        str(sum(period.captured for period in periods)),
        str(sum(period.delivered for period in periods)),
        f"{ages[len(ages) // 2] * 1e3:.1f}, {ages[int(len(ages) * 0.99)] * 1e3:.1f}",
        f"{sum(period.motion_looks for period in periods) / seconds:.2f}",
        f"{sum(period.object_looks for period in periods) / seconds:.2f}",
        f"{sum(period.cpu for period in periods) / seconds * 100:.1f}",
        f"{sum(period.object_cpu for period in periods) / seconds * 100:.1f}",
        f"{max(period.object_bytes for period in periods) / _MEGABYTE:.0f}",
    )


def promises(found: Sequence[Verdict]) -> str:
    """Each promise and what was measured."""
    rows = (
        (
            verdict.promise,
            f"{verdict.most:g} {verdict.unit}".strip(),
            f"{verdict.measured:.3g}",
            "yes" if verdict.is_kept else "NO",
        )
        for verdict in found
    )
    return table(("promise", "at most", "measured", "kept"), rows)


def verdicts(
    judgements: Sequence[Judgement],
    found: Sequence[LookCost],
    periods: Sequence[Period],
    names: dict[str, str],
) -> Iterator[Verdict]:
    """All promises that this run can tell about."""
    yield from _accuracy_verdicts([one for one in judgements if one.is_real], names)
    yield from _cost_verdicts(found, names)
    off, on = ([p for p in periods if p.objects == word] for word in (OFF, ON))
    yield Verdict(
        promise="share of frames that the viewer misses, objects on",
        most=_LOST_MORE,
        measured=_lost(on) - _lost(off),
        unit="more than off",
    )
    yield Verdict(
        promise="looks for motion a second, objects off to on",
        most=_FEWER_LOOKS,
        measured=_motion_looks(off) / _motion_looks(on),
    )


def _accuracy_verdicts(judgements: Sequence[Judgement], names: dict[str, str]) -> Iterator[Verdict]:
    for runtime, name in names.items():
        some = [one for one in judgements if one.runtime == runtime]
        for kind, most in _MOST_MISSED.items() if some else ():
            missed = sum(m.label is None and m.kind == kind for j in some for m in j.score.moments)
            yield Verdict(
                promise=f"{kind} missed in footage of cameras, {name}", most=most, measured=missed
            )
        if some:
            false = sum(len(one.score.false) for one in some)
            yield Verdict(
                promise=f"false labels in footage of cameras, {name}",
                most=_MOST_FALSE,
                measured=false,
            )


def _cost_verdicts(found: Sequence[LookCost], names: dict[str, str]) -> Iterator[Verdict]:
    alone = [one for one in found if len(one.models) == 1]
    cpu = {(one.runtime, one.regions): one.cpu for one in alone}
    for runtime in list(names)[1:]:
        for regions in REGIONS:
            yield Verdict(
                promise=f"CPU of a look, {regions}: {names[runtime]} to {names[OPENCV]}",
                most=_ONNX_TO_OPENCV,
                measured=cpu[runtime, regions] / cpu[OPENCV, regions],
            )
    for runtime, name in names.items():
        yield Verdict(
            promise=f"memory of the process that looks, {name}",
            most=_MOST_RESIDENT_BYTES / _MEGABYTE,
            measured=max(o.resident_bytes for o in found if o.runtime == runtime) / _MEGABYTE,
            unit="MB",
        )


def _lost(periods: Sequence[Period]) -> float:
    captured = sum(period.captured for period in periods)
    return 1 - sum(period.delivered for period in periods) / captured


def _motion_looks(periods: Sequence[Period]) -> float:
    return sum(p.motion_looks for p in periods) / sum(p.seconds for p in periods)
