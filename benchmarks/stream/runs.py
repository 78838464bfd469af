"""One run: every contender at every number of viewers, one after the other, several times over."""

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .contenders import Contender
from .load import Load, Measurement
from .process_figures import machine_cpu_seconds

_QUIET_CORES = 0.2  # of others' CPU, below which the machine counts as quiet
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is measured together."""

    contender: Contender
    viewers: int
    slow_viewers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and how often each case is measured, and how long a quiet machine is waited for."""

    seconds: float
    rounds: int
    patience: float  # seconds


Results = dict[Case, Measurement]


def measure(
    cases: Sequence[Case],
    pictures: Sequence[Path],
    effort: Effort,
    report: Callable[[str], None],
) -> Results:
    """Of each case the round that other programs disturbed least; a round goes through all cases.

    CPU a frame depends on what others do to caches and sleeping cores, by a half and more.
    """
    found: defaultdict[Case, list[Measurement]] = defaultdict(list)
    for number in range(effort.rounds):
        for case in cases:
            report(f"round {number + 1} of {effort.rounds}: {case.contender.name}, {case.viewers}")
            _wait_for_quiet(effort.patience)
            found[case].append(_measured(case, pictures, effort.seconds))
    return {
        case: min(measurements, key=lambda measurement: measurement.disturbance)
        for case, measurements in found.items()
    }


def _wait_for_quiet(patience: float) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        before = machine_cpu_seconds()
        time.sleep(_LOOK_SECONDS)
        if machine_cpu_seconds() - before < _QUIET_CORES * _LOOK_SECONDS:
            return


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
