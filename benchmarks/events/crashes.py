"""kill -9 and power cuts, many times over; the suite does the same a few times."""

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from pi_agent.protocol import MotionEvent
from tests.crash_rig import (
    LONGEST_RUN_SECONDS,
    Findings,
    check_promises,
    copy_as_after_a_power_cut,
    events_in,
    frozen,
    kill_once,
    prepare,
    running,
    settle,
)

_SETTLE_EVERY = 25  # kills; the agent goes on with what it finds in between


def crash(count: int, seed: int) -> None:
    """Half of them kills, half power cuts; an AssertionError names the first broken promise."""
    with tempfile.TemporaryDirectory() as folder:
        killed = asyncio.run(_kill(Path(folder) / "kills", count, random.Random(seed)))
        _say("kill -9", count, killed)
        cut = asyncio.run(_cut_power(Path(folder) / "cuts", count, random.Random(seed + 1)))
        _say("power cut", count, cut)


async def _kill(folder: Path, count: int, chance: random.Random) -> Findings:
    data_dir, findings = folder / "data", Findings()
    await prepare(data_dir)
    told: list[MotionEvent] = []
    for number in range(count):
        new = kill_once(data_dir, folder / f"told-{number}", chance)
        if told and new[0].revision <= told[-1].revision:
            raise AssertionError(f"revision {new[0].revision} was told twice")
        told += new
        check_promises(data_dir, told[-200:], findings)
        if number % _SETTLE_EVERY == 0:
            findings.lost_clips = 0
            await settle(data_dir, findings)
    findings.lost_clips = 0
    await settle(data_dir, findings)
    check_promises(data_dir, told, findings)
    return findings


async def _cut_power(folder: Path, count: int, chance: random.Random) -> Findings:
    total = Findings()
    for round_number in range(0, count, _SETTLE_EVERY):
        part = folder / str(round_number)
        await prepare(part / "data")
        with running(part / "data", part / "told") as process:
            for number in range(min(_SETTLE_EVERY, count - round_number)):
                time.sleep(chance.uniform(0, LONGEST_RUN_SECONDS))
                copy = part / f"copy-{number}"
                with frozen(process):
                    told = events_in(part / "told")
                    copy_as_after_a_power_cut(part / "data", copy, chance)
                check_promises(copy, told, Findings())
        for number in range(0, min(_SETTLE_EVERY, count - round_number), 5):
            findings = Findings()
            await settle(part / f"copy-{number}", findings)
            check_promises(part / f"copy-{number}", told[:1], findings)
            total.events += findings.events
            total.lost_clips += findings.lost_clips
            total.clips |= findings.clips
    return total


def _say(what: str, count: int, findings: Findings) -> None:
    sys.stdout.write(
        f"{count} x {what}: {findings.events} events, all there; {len(findings.clips)} clips play, "
        f"{findings.lost_clips} marked as lost\n"
    )
    sys.stdout.flush()
