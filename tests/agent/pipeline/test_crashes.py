"""kill -9 and power cuts at any moment of running events: what was told is there afterwards."""

import random
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

KILLS, POWER_CUTS = 20, 5


async def test_nothing_that_was_told_is_lost_by_kills_at_any_moment(tmp_path: Path) -> None:
    data_dir, chance, findings = tmp_path / "data", random.Random(11), Findings()
    await prepare(data_dir)
    told: list[MotionEvent] = []
    for number in range(KILLS):
        new = kill_once(data_dir, tmp_path / f"told-{number}", chance)
        assert not told or new[0].revision > told[-1].revision
        told += new
        check_promises(data_dir, told, findings)
    await settle(data_dir, findings)
    check_promises(data_dir, told, findings)
    assert findings.events >= KILLS // 2
    assert len(findings.clips) >= 5


async def test_a_power_cut_takes_nothing_that_was_told(tmp_path: Path) -> None:
    data_dir, chance = tmp_path / "data", random.Random(12)
    await prepare(data_dir)
    copies = [tmp_path / f"copy-{number}" for number in range(POWER_CUTS)]
    with running(data_dir, tmp_path / "told") as process:
        for copy in copies:
            time.sleep(chance.uniform(0, LONGEST_RUN_SECONDS))
            with frozen(process):
                told = events_in(tmp_path / "told")
                copy_as_after_a_power_cut(data_dir, copy, chance)
            check_promises(copy, told, Findings())
    playable = 0
    for copy in copies:
        findings = Findings()
        await settle(copy, findings)
        check_promises(copy, told[:1], findings)
        playable += len(findings.clips)
    assert playable > 0
