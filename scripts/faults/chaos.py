"""`scripts/chaos`: one fault after the other, in any order, and what came of it."""

import argparse
import asyncio
import math
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scripts.stage import StageError, eventually

from .faults import FAULTS, Fault
from .history import History, Recovery, broken_promises
from .namespaces import Namespaces, enter_namespaces
from .report import tables
from .rig import Rig, open_rig

_SETTLE_SECONDS = 120.0
_GIVE_UP_FACTOR = 2.0  # what is not back after so many bounds is not waited for any longer
_OVERLAPPING = 0.5  # of the faults that may: the next one strikes while things are coming back
_QUICK_PART = 0.2  # of how long faults last, in a quick run


@dataclass(frozen=True, slots=True, kw_only=True)
class Chaos:
    """Does what was planned to the rig; `recoveries` is how it came back."""

    rig: Rig
    plan: Sequence[Fault]
    part: float
    ends_at: float = math.inf  # by the monotonic clock; what is left of the plan is left out
    recoveries: list[Recovery] = field(default_factory=list)

    async def run(self) -> History:
        """Everything that was planned, in the order that chance gives; what was told meanwhile."""
        plan = list(self.plan)
        self.rig.chance.shuffle(plan)
        await self.rig.home.until_heard_live(after=0, within_seconds=60)
        told = {told.event_id for told in self.rig.home.bus().told}
        before = frozenset(await self.rig.witness.all_events()) - told
        for number, fault in enumerate(plan, start=1):
            await self._hit(fault, is_last=number == len(plan))
            is_over = number == len(plan) or time.monotonic() >= self.ends_at
            if number % 10 == 0 or is_over:
                say(f"{number} of {len(plan)} faults, {len(self.rig.witness.announced)} events")
            if is_over:
                break
        return replace(await self._settle(), before=before)

    async def _hit(self, fault: Fault, *, is_last: bool) -> None:
        """One fault, then everything is back, unless the next one comes before."""
        rig = self.rig
        await asyncio.sleep(rig.chance.uniform(0.0, 4.0 * self.part))  # any moment of an event
        await fault.strike(rig, rig.chance.uniform(*fault.seconds) * self.part)
        if fault.may_overlap and not is_last and rig.chance.random() < _OVERLAPPING:
            self.recoveries.append(
                Recovery(fault=fault.name, bound=fault.bound, is_waited_for=False)
            )
            return
        begun, heard = time.monotonic(), len(rig.home.bus().told)
        try:
            await rig.home.until_heard_live(
                after=heard, within_seconds=fault.bound * _GIVE_UP_FACTOR
            )
            seconds = time.monotonic() - begun
        except StageError:
            seconds = None
        say(f"  {fault.name}: {'never back' if seconds is None else f'{seconds:.1f} s'}")
        self.recoveries.append(Recovery(fault=fault.name, seconds=seconds, bound=fault.bound))

    async def _settle(self) -> History:
        """Nobody walks by any more; everything that is under way comes to its end."""
        rig = self.rig
        rig.camera.stop_walking()
        try:
            await eventually(
                "Every clip is made and copied", self._all_done, within_seconds=_SETTLE_SECONDS
            )
        except StageError as error:
            late = [str(error)]
        else:
            late = []
        return History(
            announced=dict(rig.witness.announced),
            kept=await rig.witness.all_events(),
            bus=rig.home.bus(),
            archived=rig.home.archived(),
            recoveries=tuple(self.recoveries),
            problems=(*rig.witness.problems, *rig.supervisor.problems, *late),
        )

    async def _all_done(self) -> bool | None:
        events = await self.rig.witness.settled()
        if events is None or not events.keys() <= self.rig.home.archived():
            return None
        states = [s for s in self.rig.home.bus().states if s.device_class == "motion"]
        return (bool(states) and states[-1].state == "off") or None


async def run(options: argparse.Namespace, namespaces: Namespaces | None) -> list[str]:
    """Do what was asked for; the broken promises."""
    chance = random.Random(options.seed)  # noqa: S311  (no secret hangs on it)
    folder = Path(tempfile.mkdtemp(prefix="pi-motion-camera-chaos-"))
    async with open_rig(folder, namespaces=namespaces, chance=chance) as rig:
        plan = [f for f in FAULTS for _ in range(_times(f, options)) if f.is_possible(rig)]
        chaos = Chaos(
            rig=rig,
            plan=plan,
            part=_QUICK_PART if options.quick else 1.0,
            ends_at=time.monotonic() + options.minutes * 60 if options.minutes else math.inf,
        )
        history = await chaos.run()
    broken = broken_promises(history)
    for line in tables(history, missing=rig.missing, seed=options.seed):
        say(line)
    if broken or options.keep:
        say(f"Logs and all else: {folder}")
    else:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return broken


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def main() -> int:
    """0 where every promise was kept, 1 where one was broken or the programs did not run."""
    options = _parser().parse_args()
    try:
        broken = asyncio.run(run(options, _namespaces()))
    except StageError as error:
        broken = [str(error)]
    for sentence in broken:
        say(f"BROKEN  {sentence}")
    say("A promise was broken." if broken else "Every promise was kept.")
    return int(bool(broken))


def _times(fault: Fault, options: argparse.Namespace) -> int:
    if options.only and fault.name not in options.only:
        return 0
    if options.quick:
        return fault.quickly
    given = {"agent killed": options.rounds, "Home Assistant killed": options.home_assistant}
    return int(given.get(fault.name, options.others))


def _namespaces() -> Namespaces | None:
    if os.geteuid() != 0:
        say("Not root: no network and no disk of our own, their faults are left out.")
        return None
    try:
        return enter_namespaces()
    except OSError as error:
        say(f"No namespaces here: {error}")
        return None


def _parser() -> argparse.ArgumentParser:
    names = [fault.name for fault in FAULTS]
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="kills of the agent; default: 200")
    parser.add_argument(
        "--home-assistant", type=int, default=20, metavar="N", help="its kills; default: 20"
    )
    parser.add_argument(
        "--others", type=int, default=10, metavar="N", help="of each other fault; default: 10"
    )
    parser.add_argument("--quick", action="store_true", help="a minute: a few faults, short ones")
    parser.add_argument(
        "--minutes", type=float, help="then the fault under way is the last; default: all are had"
    )
    parser.add_argument("--only", action="append", choices=names, help="leave the others out")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="for the same order")
    parser.add_argument("--keep", action="store_true", help="keep logs and all else")
    return parser


if __name__ == "__main__":
    sys.exit(main())
