"""`scripts/bench capture`: the cost of a frame that is passed on, and the agent's memory."""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks.stream.table import table

from . import costs, memory
from .camera import running_camera
from .clip import write_clip

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
        mjpeg = memory.measured(url, seconds=options.seconds)
    with tempfile.TemporaryDirectory() as folder:
        clip = write_clip(Path(folder), fps=_FPS, kilobytes=options.kilobytes)
        h264 = memory.measured(str(clip), seconds=options.seconds)
    kept = all(frames[name].share <= most for name, most in _AT_MOST.items())
    kept = kept and max(mjpeg[0], h264[0]) <= _MOST_MEGABYTES and mjpeg[1] <= _MOST_CPU
    agents = {"MJPEG camera": mjpeg, "H.264 stream (decoded)": h264}
    sys.stdout.write(
        f"{_machine(kilobytes)}\n\n{_cost_table(frames)}\n\n"
        f"The agent with one source of 1280x720 at {_FPS:g} frames a second, recording on, nobody "
        f"watching, after {options.seconds:g} s\n(at most {_MOST_MEGABYTES} MB each, and "
        f"{_MOST_CPU:.0%} of a core with the camera):\n\n{_agent_table(agents)}\n"
    )
    sys.exit(not kept)


def _agent_table(agents: dict[str, tuple[float, float]]) -> str:
    return table(
        ("source", "MB resident", "of a core"),
        ((name, f"{megabytes:.0f}", f"{cpu:.1%}") for name, (megabytes, cpu) in agents.items()),
    )


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
