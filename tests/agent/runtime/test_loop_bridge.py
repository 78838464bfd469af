"""From threads to the loop, in order, and harmless at the end."""

import asyncio
import threading

from pi_agent.runtime import LoopBridge


async def test_callbacks_run_on_the_loop_in_order() -> None:
    seen: list[tuple[int, bool]] = []
    bridge = LoopBridge(asyncio.get_running_loop())
    here = threading.get_ident()

    def note(number: int) -> None:
        seen.append((number, threading.get_ident() == here))

    def post_all() -> None:
        for number in range(5):
            bridge.post(note, number)

    await asyncio.to_thread(post_all)
    await asyncio.sleep(0)
    assert seen == [(number, True) for number in range(5)]


def test_a_closed_loop_is_no_error() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    LoopBridge(loop).post(lambda: None)
