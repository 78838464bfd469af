"""One run: every contender at every number of viewers, one after the other, several times over."""

import json
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from .contenders import Contender
from .load import Load, Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is measured together."""

    contender: Contender
    viewers: int
    slow_viewers: int = 0


Results = dict[Case, Measurement]


def measure(
    cases: Sequence[Case],
    pictures: Sequence[Path],
    *,
    seconds: float,
    rounds: int,
    report: Callable[[str], None],
) -> Results:
    """The median of each figure over the rounds; a round goes through all cases.

    So a minute in which the machine is busy with something else touches all cases alike.
    """
    found: defaultdict[Case, list[Measurement]] = defaultdict(list)
    for number in range(rounds):
        for case in cases:
            report(f"round {number + 1} of {rounds}: {case.contender.name}, {case.viewers} viewers")
            found[case].append(_measured(case, pictures, seconds))
    return {case: _median(measurements) for case, measurements in found.items()}


def _measured(case: Case, pictures: Sequence[Path], seconds: float) -> Measurement:
    with case.contender.running(pictures) as (pid, target):
        load = Load(
            target=target,
            pid=pid,
            viewers=case.viewers,
            slow_viewers=case.slow_viewers,
            seconds=seconds,
        )
        return _loaded(load)


def _loaded(load: Load) -> Measurement:
    """What a load client of its own process measures."""
    client = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stream.load", json.dumps(asdict(load))],
        stdin=subprocess.PIPE,  # it ends with it, and so with us
        stdout=subprocess.PIPE,
        text=True,
    )
    with client:
        assert client.stdout is not None  # noqa: S101
        lines = client.stdout.read().splitlines()
    if client.returncode:
        raise RuntimeError(f"the load client failed with {load.viewers} viewers")
    return Measurement(**json.loads(lines[-1]))


def _median(measurements: Iterable[Measurement]) -> Measurement:
    found = list(measurements)
    return Measurement(
        **{
            field.name: statistics.median(getattr(one, field.name) for one in found)
            for field in fields(Measurement)
        }
    )
