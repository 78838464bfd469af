"""`scripts/bench motion`: motion detection next to the field's: how well, how soon, how cheaply."""

import argparse
import json
import os
import platform
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from . import accuracy, costs, daemon, report
from .cost_scenes import ROAD, cost_scenes
from .footage import Footage
from .ground_truth import Clip, GroundTruthError, read_ground_truth
from .scenes import synthetic_clips

_ABOUT = """\
Events are scored as in benchmarks/motion/scoring.py. Every detector gets the same JPEGs. CPU time
is user and system time, never the time on the wall; a frame is one of the clip, looked at or not.
"""


def main() -> None:
    """Measure, print the tables; exit status 2 where the footage cannot be used."""
    options = _options()
    os.nice(10)
    try:
        clips = _clips(options)
        with _folder(options) as folder:
            figures = _measured(options, clips, Path(folder))
    except GroundTruthError as error:
        sys.stderr.write(f"scripts/bench motion: {error}\n")
        sys.exit(2)
    if options.json:
        print(json.dumps(report.as_json(figures)))
    else:
        print(_markdown(figures, by_clip=options.by_clip))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench motion", description=__doc__, epilog=_ABOUT
    )
    parser.add_argument(
        "--videos", type=Path, metavar="DIR", help="marked footage; scenes of its own without"
    )
    parser.add_argument("--quick", action="store_true", help="fewer clips, shorter measurements")
    parser.add_argument("--clips", type=lambda text: text.split(","), help="names of clips")
    parser.add_argument("--jobs", type=int, default=1, help="clips at a time, each on a core")
    parser.add_argument("--daemons", type=int, default=4, help="`motion` daemons at a time")
    parser.add_argument("--no-daemon", action="store_true", help="leave the `motion` daemon out")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the clips' JPEGs there")
    parser.add_argument("--by-clip", action="store_true", help="tell of each clip, too")
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    return parser.parse_args()


def _clips(options: argparse.Namespace) -> list[Clip]:
    if options.videos is None:
        clips = synthetic_clips(quick=options.quick)
    else:
        clips = read_ground_truth(options.videos)
        clips = clips[::3] if options.quick and not options.clips else clips
    unknown = set(options.clips or ()) - {clip.name for clip in clips}
    if unknown:
        raise GroundTruthError(f"--clips: there is no clip {min(unknown)!r}")
    return [clip for clip in clips if not options.clips or clip.name in options.clips]


def _folder(options: argparse.Namespace) -> "tempfile.TemporaryDirectory[str] | nullcontext[Path]":
    if options.cache is None:
        return tempfile.TemporaryDirectory()
    options.cache.mkdir(parents=True, exist_ok=True)
    return nullcontext(options.cache)


def _measured(options: argparse.Namespace, clips: list[Clip], folder: Path) -> report.Figures:
    with_daemon = daemon.is_installed() and not options.no_daemon
    judgements = accuracy.judge_all(clips, folder, options.jobs, _tell)
    if with_daemon:
        judgements += daemon.judge_all(clips, folder, options.daemons, _tell)
    rounds, length = (3, 5.0) if options.quick else (7, 20.0)
    of_what, scenes = cost_scenes(_all_clips(options), Footage(folder))
    jpegs = costs.jpegs(scenes, rounds)
    live = {name: shots for name, shots in scenes.items() if name != ROAD}
    return report.Figures(
        judgements=judgements,
        scenes=of_what,
        looks=costs.looks(scenes, rounds),
        jpegs=jpegs,
        seconds=costs.seconds(live, jpegs, length, _tell, with_daemon=with_daemon),
    )


def _markdown(figures: report.Figures, *, by_clip: bool) -> str:
    parts = [_machine()]
    if not any(one.detector == daemon.NAME for one in figures.judgements):
        parts.append(daemon.MISSING)
    parts.append(report.markdown(figures))
    if by_clip:
        parts.append(report.clips(figures.judgements))
    return "\n\n".join(parts)


def _all_clips(options: argparse.Namespace) -> list[Clip]:
    return [] if options.videos is None else read_ground_truth(options.videos)


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}; "
        f"at low priority"
    )


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
