"""`scripts/soak`: a day of the agent's life, and what it holds at the end of it."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from .agent import CAMERA, max_bytes
from .figures import Figure, Sample, figures
from .visitors import Visitors

_END_SECONDS = 60.0
_TELL_SECONDS = 30.0
# As two cores bear it: of real footage, which moves most of the time, there are more clips to make.
_DRAWN_SPEED, _RECORDED_SPEED = 100.0, 40.0


async def run(options: argparse.Namespace) -> tuple[list[Sample], Visitors]:
    """Let the agent live for as long as was asked for."""
    with tempfile.TemporaryDirectory(prefix="pi-motion-camera-soak-") as folder:
        command = [sys.executable, "-m", "scripts.soaking.agent", str(options.speed), folder]
        command += [str(options.source)] if options.source else []
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        assert process.stdin is not None  # noqa: S101
        try:
            return await _observe(process, options)
        finally:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), _END_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _observe(
    process: asyncio.subprocess.Process, options: argparse.Namespace
) -> tuple[list[Sample], Visitors]:
    reach = json.loads(await _line(process))
    visitors = Visitors(reach["port"], reach["token"], CAMERA)
    visiting = asyncio.create_task(visitors.come_and_go(), name="visitors")
    samples: list[Sample] = []
    ends_at = time.monotonic() + options.minutes * 60 if options.minutes else float("inf")
    told_at = time.monotonic()
    try:
        while True:
            sample = Sample(**json.loads(await _line(process)))
            samples.append(sample)
            if time.monotonic() - told_at > _TELL_SECONDS:
                told_at = time.monotonic()
                _say(_progress(sample))
            if sample.camera_seconds >= options.hours * 3600 or time.monotonic() > ends_at:
                return samples, visitors
    finally:
        visiting.cancel()
        with suppress(asyncio.CancelledError):
            await visiting


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None  # noqa: S101
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("the agent ended before its day was over")
    return line


def main() -> int:
    """0 where every bound was kept, 1 where one was not."""
    options = _parser().parse_args()
    if options.speed is None:
        options.speed = _RECORDED_SPEED if options.source else _DRAWN_SPEED
    began = time.monotonic()
    samples, visitors = asyncio.run(run(options))
    seconds, hours = time.monotonic() - began, samples[-1].camera_seconds / 3600
    found = figures(samples, max_disk_bytes=max_bytes(options.source))
    for line in _table(found):
        _say(line)
    _say(
        f"\n{hours:.1f} hours of the camera in {seconds / 60:.1f} minutes, revision "
        f"{samples[-1].events}; {visitors.visits} visits, {visitors.failures} unanswered."
    )
    broken = [figure for figure in found if not figure.is_kept]
    for figure in broken:
        _say(f"BROKEN  {figure}")
    return int(bool(broken) or visitors.visits == 0)


def _table(found: tuple[Figure, ...]) -> list[str]:
    head = [
        "| what | after warm-up | at the end | most | may grow by | never over |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    return head + [
        f"| {f.name}, {f.unit} | {f.before:.1f} | {f.after:.1f} | {f.peak:.1f} | {f.bound:g} | "
        f"{'' if f.most is None else f'{f.most:g}'} |"
        for f in found
    ]


def _progress(sample: Sample) -> str:
    return (
        f"{sample.camera_seconds / 3600:6.2f} h  {sample.resident_bytes / 1e6:6.1f} MB  "
        f"{sample.descriptors} descriptors  {sample.threads} threads  {sample.tasks} tasks  "
        f"{sample.disk_bytes / 1e6:.1f} MB of disk  {sample.waiting_clips} clips wait"
    )


def _say(text: str) -> None:
    print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument(
        "--hours", type=float, default=24.0, help="of the camera's time; default: 24"
    )
    parser.add_argument(
        "--speed",
        type=float,
        help="how many times as fast its time runs, at most; 1 is real; default: 100, of a "
        "recording 40",
    )
    parser.add_argument("--minutes", type=float, help="of our time, then it is over in any case")
    parser.add_argument(
        "--source", type=Path, metavar="FILE", help="a recording instead of the drawn street"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
