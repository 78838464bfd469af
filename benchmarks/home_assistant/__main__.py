"""`scripts/bench home_assistant`: the shared upstream next to Home Assistant's proxy helper."""

import argparse
import hashlib
import json
import os
import platform
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.stream.contenders import AGENT_TLS, FPS, Contender
from benchmarks.stream.load import allow_many_connections
from benchmarks.stream.pictures import HEIGHT, WIDTH, write_pictures
from benchmarks.stream.placement import place_watcher
from benchmarks.stream.table import table
from benchmarks.stream.viewers import Target

from .watching import Watched, certificate_of, watch

_SERVER = "benchmarks.home_assistant.server"
_KINDS = {"shared": "Pi Motion Camera, one upstream", "helper": "Home Assistant's proxy helper"}
_MOST = {1: 1.0, 50: 0.5}  # of the helper's CPU, by viewers
Results = dict[tuple[int, str], Watched]


def main() -> None:
    """Measure, print the tables; exit status 1 where a promise is broken."""
    options = _options()
    allow_many_connections()
    results = _measured(options)
    kept = [_ratio(results, viewers) <= most for viewers, most in _promised(options)]
    print(_machine(options), _figures(results), _promises(results, options), sep="\n\n")
    sys.exit(not all(kept))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench home_assistant", description=__doc__)
    parser.add_argument("--viewers", type=_numbers, default=(1, 10, 50), help="1,10,50")
    parser.add_argument("--seconds", type=float, default=1.0, help="measured for each figure")
    parser.add_argument("--rounds", type=int, default=15, help="the middle one counts")
    parser.add_argument("--quick", action="store_true", help="nine rounds")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 9
    return options


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def _measured(options: argparse.Namespace) -> Results:
    """Of each case the middle round; the two take turns, so that both meet the same machine."""
    found: defaultdict[tuple[int, str], list[Watched]] = defaultdict(list)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pictures = write_pictures(folder, kilobytes=70)
        place_watcher(0)  # us, who are the viewers
        upstream = replace(AGENT_TLS, measured=False)
        _, agent = stack.enter_context(upstream.running(pictures))
        servers = {kind: stack.enter_context(_server(kind, agent).running(())) for kind in _KINDS}
        for viewers in options.viewers:
            for _ in range(options.rounds):
                for kind, (pid, target) in servers.items():
                    seen = watch(target, pid, viewers=viewers, seconds=options.seconds)
                    found[viewers, kind].append(seen)
    return {
        case: sorted(rounds, key=lambda seen: seen.cpu_microseconds_per_frame)[len(rounds) // 2]
        for case, rounds in found.items()
    }


def _server(kind: str, agent: Target) -> Contender:
    fingerprint = hashlib.sha256(certificate_of(agent)).hexdigest()
    command = (sys.executable, "-m", _SERVER, kind, json.dumps(asdict(agent)), fingerprint)
    return Contender(name=_KINDS[kind], command=command, fps=None)


def _machine(options: argparse.Namespace) -> str:
    return (
        f"{WIDTH}x{HEIGHT}, 70 kB a frame, {FPS} frames a second over TLS from the agent; "
        f"{os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}; "
        f"the middle of {options.rounds} x {options.seconds:g} s"
    )


def _figures(results: Results) -> str:
    head = ("Home Assistant's side", "viewers", "frames/s each", "CPU µs/frame", "memory MB")
    rows = (
        (
            _KINDS[kind],
            str(viewers),
            f"{seen.fps:.1f}",
            f"{seen.cpu_microseconds_per_frame:.0f}",
            f"{seen.resident_bytes / 1e6:.0f}",
        )
        for (viewers, kind), seen in results.items()
    )
    return table(head, rows)


def _ratio(results: Results, viewers: int) -> float:
    ours, theirs = (results[viewers, kind].cpu_microseconds_per_frame for kind in _KINDS)
    return ours / theirs


def _promised(options: argparse.Namespace) -> list[tuple[int, float]]:
    return [(viewers, most) for viewers, most in _MOST.items() if viewers in options.viewers]


def _promises(results: Results, options: argparse.Namespace) -> str:
    rows = (
        (f"{viewers}", f"{most:g}", f"{ratio:.2f}", "yes" if ratio <= most else "NO")
        for viewers, most in _promised(options)
        for ratio in [_ratio(results, viewers)]
    )
    return table(("of the helper's CPU, at viewers", "at most", "measured", "kept"), rows)


if __name__ == "__main__":
    main()
