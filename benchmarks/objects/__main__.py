"""`scripts/bench objects`: what finds persons, vehicles, animals: how well, how dearly."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.events.street import street_pictures
from benchmarks.latency.street import CYCLE_SECONDS
from benchmarks.motion.ground_truth import Clip, GroundTruthError, read_ground_truth
from pi_agent.objects import ModelFolder

from . import report
from .accuracy import Judgement, judge_all
from .costs import LookCost, look_costs
from .disturbance import periods
from .models import NoModelError, default_folder, runtimes, take_models

_ABOUT = """\
CPU time is user and system time of one thread. Without --videos nothing is told about accuracy.
"""


def main() -> None:
    """Measure, print the tables; exit status 1 where a promise is broken, 2 without models."""
    options = _options()
    try:
        clips = [] if options.videos is None else _clips(options)
        with tempfile.TemporaryDirectory() as folder:
            kept = _run(options, clips, Path(folder))
    except (GroundTruthError, NoModelError) as error:
        sys.stderr.write(f"scripts/bench objects: {error}\n")
        sys.exit(2)
    sys.exit(not kept)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench objects", description=__doc__, epilog=_ABOUT
    )
    parser.add_argument("--videos", type=Path, metavar="DIR", help="marked footage")
    parser.add_argument(
        "--models",
        type=Path,
        metavar="DIR",
        default=default_folder(),
        help="where the catalogue's models are; else this machine's agent's",
    )
    parser.add_argument("--quick", action="store_true", help="fewer clips, shorter measurements")
    parser.add_argument("--clips", type=lambda text: text.split(","), help="names of clips")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the clips' JPEGs there")
    parser.add_argument("--by-clip", action="store_true", help="tell of each event, too")
    return parser.parse_args()


def _clips(options: argparse.Namespace) -> list[Clip]:
    clips = read_ground_truth(options.videos)
    if options.clips:
        return [clip for clip in clips if clip.name in options.clips]
    return clips[::3] if options.quick else clips


def _run(options: argparse.Namespace, clips: list[Clip], folder: Path) -> bool:
    models, names = take_models(options.models, folder / "models"), runtimes()
    turns, seconds = (2, 2 * CYCLE_SECONDS) if options.quick else (6, 4 * CYCLE_SECONDS)
    disturbed = periods(options.models, turns=turns, seconds=seconds, tell=_tell)
    costs = asyncio.run(_costs(models, list(names), rounds=2 if options.quick else 8))
    judgements = _judged(clips, models, list(names), options.cache or folder / "frames")
    found = list(report.verdicts(judgements, costs, disturbed, names))
    parts = [_machine()]
    if judgements:
        parts.append(report.accuracy(judgements, names))
    if options.by_clip:
        parts.append(report.by_clip(judgements))
    parts += [report.costs(costs, names), report.disturbance(disturbed), report.promises(found)]
    sys.stdout.write("\n\n".join(parts) + "\n")
    return all(verdict.is_kept for verdict in found)


async def _costs(models: ModelFolder, names: list[str], *, rounds: int) -> list[LookCost]:
    pictures = list(street_pictures(6))
    found = []
    for chosen in (("yolox-nano",), ("yolox-nano", "yunet")):
        _tell(f"looks with {' and '.join(chosen)}")
        found += await look_costs(replace(models, fixed=chosen), names, pictures, rounds)
    return found


def _judged(
    clips: list[Clip], models: ModelFolder, names: list[str], frames: Path
) -> list[Judgement]:
    frames.mkdir(parents=True, exist_ok=True)
    os.nice(10)  # from here on no time is measured
    return judge_all(clips, models, names, frames, _tell)


def _machine() -> str:
    return (
        f"1280x720; {os.cpu_count()} cores, Linux {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
