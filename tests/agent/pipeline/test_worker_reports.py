"""What the workers report never piles up while the loop is busy, but for events."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from pi_agent.pipeline.worker_reports import WorkerReports
from pi_agent.protocol import MotionLook
from pi_agent.runtime import LoopBridge


async def test_looks_that_the_loop_has_no_time_for_are_let_go() -> None:
    shown: list[MotionLook] = []
    camera: Any = SimpleNamespace(show_look=shown.append)
    bridge = LoopBridge(asyncio.get_running_loop())
    reports = WorkerReports(camera, bridge, lose_clip=lambda *_: None)
    first, missed, later = (cast(MotionLook, object()) for _ in range(3))
    reports.on_look(first)
    reports.on_look(missed)
    await asyncio.sleep(0.05)
    reports.on_look(later)
    bridge.close()
    assert shown == [first, later]
