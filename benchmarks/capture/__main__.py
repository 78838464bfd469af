"""`scripts/bench capture`: the cost of a frame that is passed on, and the agent's memory."""

import argparse
import os
import platform
import sys

from benchmarks.stream.table import table

from . import costs, memory
from .camera import running_camera

_AT_MOST = {"pass on": 0.1, "luma, 160 wide": 0.5, "luma, 320 wide": 0.5}  # of what is compared
_MOST_MEGABYTES = 160
_MOST_CPU = 0.03  # of an ordinary PC's core
_FPS = 15.0


def main() -> None:
    """Measure, print the table; exit status 1 where a promise is broken."""
    options = _options()
    with running_camera(fps=0, kilobytes=options.kilobytes) as url:
        kilobytes = costs.picture_kilobytes(url)
        frames = costs.measured(url)
    with running_camera(fps=_FPS, kilobytes=options.kilobytes) as url:
        megabytes, cpu = memory.measured(url, seconds=options.seconds)
    kept = all(frames[name].share <= most for name, most in _AT_MOST.items())
    kept = kept and megabytes <= _MOST_MEGABYTES and cpu <= _MOST_CPU
    sys.stdout.write(f"{_machine(kilobytes)}\n\n{_cost_table(frames)}\n\n")
    sys.stdout.write(
        f"Agent with one 1280x720 MJPEG camera at {_FPS:g} frames a second, recording on, nobody "
        f"watching, after {options.seconds:g} s:\n{megabytes:.0f} MB resident (at most "
        f"{_MOST_MEGABYTES}), {cpu:.1%} of a core (at most {_MOST_CPU:.0%})\n"
    )
    sys.exit(not kept)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench capture", description=__doc__)
    parser.add_argument("--kilobytes", type=float, default=75, help="of each picture")
    parser.add_argument("--seconds", type=float, default=60, help="that the agent runs")
    return parser.parse_args()


def _machine(kilobytes: float) -> str:
    return (
        f"1280x720 JPEGs of {kilobytes:.0f} kB; {os.cpu_count()} cores, "
        f"Linux {platform.release()}, Python {platform.python_version()}"
    )


def _cost_table(frames: dict[str, costs.Cost]) -> str:
    head = ("of one frame", "CPU ms", "compared with", "share", "at most")
    compared = {"pass on": "decode and encode", "decode": "", "decode and encode": ""}
    return table(
        head,
        (
            (
                name,
                f"{cost.milliseconds:.3f}",
                compared.get(name, "decode"),
                f"{cost.share:.3f}" if name in _AT_MOST else "",
                f"{_AT_MOST[name]:g}" if name in _AT_MOST else "",
            )
            for name, cost in frames.items()
        ),
    )


if __name__ == "__main__":
    main()
