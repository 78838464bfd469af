"""What the live view promises, as ratios within one run, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .contenders import AGENT, AGENT_TLS, C_LOOP, FLASK, THREADS
from .load import Measurement
from .runs import Case, Results

_MEGABYTE = 1e6
_TO_C_LOOP = {1: 3.0, 10: 1.9, 50: 1.3, 100: 1.3, 200: 1.3}
_TO_PEERS = {50: 0.5, 200: 0.2}
_TLS_TO_PLAIN = {50: 2.6}
_MOST_AGES = {200: (0.006, 0.025)}  # p50 and p99, seconds
_SLOW_CHANGE, _SLOW_BYTES = 1.10, 10 * _MEGABYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One promise and what was measured."""

    promise: str
    most: float
    measured: float
    unit: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the promise holds."""
        return self.measured <= self.most


def verdicts(results: Results) -> Iterator[Verdict]:
    """All promises that this run can tell about."""
    yield from _ratios(results, AGENT.name, C_LOOP, _TO_C_LOOP)
    for peer in (THREADS, FLASK):
        yield from _ratios(results, AGENT.name, peer.name, _TO_PEERS)
    yield from _ratios(results, AGENT_TLS.name, AGENT.name, _TLS_TO_PLAIN)
    yield from _ages(results)
    yield from _slow_viewers(results)


def _ratios(results: Results, ours: str, theirs: str, most: dict[int, float]) -> Iterator[Verdict]:
    cost = {
        (case.contender.name, case.viewers): found.cpu_microseconds_per_frame
        for case, found in results.cases.items()
        if not case.fresh
    }
    for viewers, limit in most.items():
        if (ours, viewers) in cost and (theirs, viewers) in cost:
            yield Verdict(
                promise=f"CPU a frame, {_count(viewers)}: {ours} to {theirs}",
                most=limit,
                measured=cost[ours, viewers] / cost[theirs, viewers],
            )


def _count(viewers: int) -> str:
    return "1 viewer" if viewers == 1 else f"{viewers} viewers"


def _ages(results: Results) -> Iterator[Verdict]:
    for viewers, (p50, p99) in _MOST_AGES.items():
        found = results.cases.get(Case(contender=AGENT, viewers=viewers))
        if found is not None:
            promise = f"age of a frame, {_count(viewers)}"
            yield Verdict(
                promise=f"{promise}, p50", most=p50 * 1e3, measured=found.age_p50 * 1e3, unit="ms"
            )
            yield Verdict(
                promise=f"{promise}, p99", most=p99 * 1e3, measured=found.age_p99 * 1e3, unit="ms"
            )


def _memory(found: Measurement) -> int:
    """What the server's work takes, in its process and in the kernel."""
    return found.resident_bytes + found.queued_bytes


def _slow_viewers(results: Results) -> Iterator[Verdict]:
    for case, found in results.cases.items():
        if not case.slow_viewers:
            continue
        alone = results.cases[replace(case, slow_viewers=0)]
        promise = f"{case.contender.name}, {case.slow_viewers} slow beside {case.viewers} viewers"
        yield Verdict(
            promise=f"{promise}: the others' frames lost",
            most=_SLOW_CHANGE,
            measured=alone.fps / found.fps,
        )
        yield Verdict(
            promise=f"{promise}: CPU a frame",
            most=_SLOW_CHANGE,
            measured=found.cpu_microseconds_per_frame / alone.cpu_microseconds_per_frame,
        )
        yield Verdict(
            promise=f"{promise}: memory more",
            most=_SLOW_BYTES / _MEGABYTE,
            measured=(_memory(found) - _memory(alone)) / _MEGABYTE,
            unit="MB",
        )
