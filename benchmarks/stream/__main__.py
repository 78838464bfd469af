"""`scripts/bench stream`: the live view next to the field's patterns and to the physical limit."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .contenders import AGENT, AGENT_TLS, Contender, contenders
from .load import Measurement, allow_many_connections
from .pictures import HEIGHT, WIDTH, write_pictures
from .runs import Case, Effort, Results, measure
from .table import table
from .targets import Verdict, verdicts

_SLOW_VIEWERS, _BESIDE = 10, 50
_HEAD = ("server", "viewers", "frames/s each", "slowest", "CPU µs/frame", "age p50 ms", "p99 ms",
         "RSS MB", "queued MB", "others' cores")  # fmt: skip


def main() -> None:
    """Measure, print the tables; exit status 1 where a promise is broken."""
    options = _options()
    allow_many_connections()
    with tempfile.TemporaryDirectory() as folder:
        pictures = write_pictures(Path(folder), kilobytes=options.kilobytes)
        known = [c for c in contenders(Path(folder)) if not options.only or c.name in options.only]
        results = measure(
            _cases(known, options.viewers),
            pictures,
            Effort(seconds=options.seconds, rounds=options.rounds),
            _progress,
        )
    found = tuple(verdicts(results))
    _say(_machine(options), _figures(results), _at_rest(results), _promises(found))
    sys.exit(not all(verdict.is_kept for verdict in found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench stream", description=__doc__)
    parser.add_argument("--viewers", type=_numbers, default=(1, 10, 50, 100, 200), help="1,10,50")
    parser.add_argument("--seconds", type=float, default=1.5, help="measured for each figure")
    parser.add_argument("--rounds", type=int, default=5, help="of which the middle counts")
    parser.add_argument("--quick", action="store_true", help="one round, up to 50 viewers")
    parser.add_argument("--kilobytes", type=float, default=70.0, help="size of a JPEG")
    parser.add_argument("--only", type=lambda text: text.split(","), help="names of servers")
    options = parser.parse_args()
    if options.quick:
        options.viewers, options.rounds = (1, 10, 50), 1
    return options


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def _cases(known: Sequence[Contender], viewers: Sequence[int]) -> list[Case]:
    cases = [Case(contender=one, viewers=number) for number in viewers for one in known]
    ours = [one for one in known if one in (AGENT, AGENT_TLS)] if _BESIDE in viewers else []
    alone = [Case(contender=one, viewers=_BESIDE, fresh=True) for one in ours]
    return cases + [
        case for one in alone for case in (one, replace(one, slow_viewers=_SLOW_VIEWERS))
    ]


def _machine(options: argparse.Namespace) -> str:
    return (
        f"{WIDTH}x{HEIGHT}, {options.kilobytes:g} kB a frame, 30 frames a second; "
        f"{os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}; "
        f"the middle of {options.rounds} x {options.seconds:g} s"
    )


def _figures(results: Results) -> str:
    return table(_HEAD, (_row(case, found) for case, found in results.cases.items()))


def _row(case: Case, found: Measurement) -> tuple[str, ...]:
    slow = f" + {case.slow_viewers} slow" if case.slow_viewers else " alone" if case.fresh else ""
    return (
        case.contender.name,
        f"{case.viewers}{slow}",
        f"{found.fps:.1f}",
        f"{found.least_fps:.1f}",
        f"{found.cpu_microseconds_per_frame:.1f}",
        f"{found.age_p50 * 1e3:.1f}",
        f"{found.age_p99 * 1e3:.1f}",
        f"{found.resident_bytes / 1e6:.0f}",
        f"{found.queued_bytes / 1e6:.1f}",
        f"{found.disturbance:.1f}",
    )


def _at_rest(results: Results) -> str:
    rows = ((one.name, f"{cost:.0f}") for one, cost in results.at_rest.items())
    return table(("nobody watching", "CPU µs a captured frame"), rows)


def _promises(found: Sequence[Verdict]) -> str:
    rows = (
        (
            v.promise,
            f"{v.most:g} {v.unit}".strip(),
            f"{v.measured:.2f}",
            "yes" if v.is_kept else "NO",
        )
        for v in found
    )
    return table(("promise", "at most", "measured", "kept"), rows)


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text:<70}")


def _say(*paragraphs: str) -> None:
    sys.stdout.write("\n\n".join(paragraphs) + "\n")


if __name__ == "__main__":
    main()
