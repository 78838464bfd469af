"""One run: every contender at every number of viewers, in turns, several times over."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from statistics import median

from .contenders import FPS, Contender
from .load import Load, Measurement
from .placement import place_watcher
from .process_figures import cpu_seconds
from .viewers import Target

_REST_SECONDS = 2.0
_START_SECONDS = 2.0  # until all servers do no more than they do at rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is measured together; `fresh` has a server of its own, for its memory to be compared."""

    contender: Contender
    viewers: int
    slow_viewers: int = 0
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long, in seconds, and how often each case is measured."""

    seconds: float
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Of each case the middle; of each contender the CPU µs a frame that nobody watches."""

    cases: dict[Case, Measurement]
    at_rest: dict[Contender, float]


Server = tuple[int, Target]


def measure(
    cases: Sequence[Case],
    pictures: Sequence[Path],
    effort: Effort,
    report: Callable[[str], None],
) -> Results:
    """Measure the cases in their order; those of one number of viewers take turns.

    What a frame costs depends on what other programs do to caches and sleeping cores, by a half and
    more: contenders that take turns every few seconds meet the same machine.
    """
    with ExitStack() as stack:
        servers = {
            contender: stack.enter_context(contender.running(pictures))
            for contender in dict.fromkeys(case.contender for case in cases if not case.fresh)
        }
        time.sleep(_START_SECONDS)
        at_rest = {contender: _at_rest(pid) for contender, (pid, _) in servers.items()}
        shared = [case for case in cases if not case.fresh]
        found = dict(_in_turns(shared, effort, report, lambda case: servers[case.contender]))
    for contender in servers:
        if fresh := [case for case in cases if case.fresh and case.contender == contender]:
            found |= _measured_fresh(fresh, pictures, effort, report)
    return Results(cases=found, at_rest=at_rest)


def _measured_fresh(
    cases: Sequence[Case],
    pictures: Sequence[Path],
    effort: Effort,
    report: Callable[[str], None],
) -> dict[Case, Measurement]:
    """Each case on a server of its own, which no other has made larger; they take turns, too."""
    with ExitStack() as stack:
        servers = {case: stack.enter_context(case.contender.running(pictures)) for case in cases}
        time.sleep(_START_SECONDS)
        return dict(_in_turns(cases, effort, report, servers.__getitem__))


def _at_rest(pid: int) -> float:
    before, began = cpu_seconds(pid), time.monotonic()
    time.sleep(_REST_SECONDS)
    return (cpu_seconds(pid) - before) / ((time.monotonic() - began) * FPS) * 1e6


def _in_turns(
    cases: Sequence[Case],
    effort: Effort,
    report: Callable[[str], None],
    server_for: Callable[[Case], Server],
) -> Iterator[tuple[Case, Measurement]]:
    for viewers, group in groupby(cases, key=lambda case: case.viewers):
        together = list(group)
        rounds: dict[Case, list[Measurement]] = {case: [] for case in together}
        for number in range(effort.rounds):
            report(f"{viewers} viewers, round {number + 1} of {effort.rounds}")
            for case in reversed(together) if number % 2 else together:  # nobody always follows
                rounds[case].append(_measured(case, server_for(case), effort.seconds))
        for case, measurements in rounds.items():
            yield case, _middle(measurements)


def _middle(measurements: Sequence[Measurement]) -> Measurement:
    """The round of middle cost, with the middle of ages and memory, which go their own ways."""
    by_cost = sorted(measurements, key=lambda found: found.cpu_microseconds_per_frame)
    return replace(
        by_cost[len(by_cost) // 2],
        age_p50=median(found.age_p50 for found in measurements),
        age_p99=median(found.age_p99 for found in measurements),
        resident_bytes=round(median(found.resident_bytes for found in measurements)),
        queued_bytes=round(median(found.queued_bytes for found in measurements)),
    )


def _measured(case: Case, server: Server, seconds: float) -> Measurement:
    pid, target = server
    return _loaded(
        Load(
            target=target,
            pid=pid,
            viewers=case.viewers,
            slow_viewers=case.slow_viewers,
            seconds=seconds,
        )
    )


def _loaded(load: Load) -> Measurement:
    """What a load client of its own process measures."""
    client = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stream.load", json.dumps(asdict(load))],
        stdin=subprocess.PIPE,  # it ends with it, and so with us
        stdout=subprocess.PIPE,
        text=True,
    )
    place_watcher(client.pid)
    with client:
        assert client.stdout is not None  # noqa: S101
        lines = client.stdout.read().splitlines()
    if client.returncode:
        raise RuntimeError(f"the load client failed with {load.viewers} viewers")
    return Measurement(**json.loads(lines[-1]))
