"""The collector leaves alone what was there at the start, and nothing else."""

import asyncio
import gc
import weakref
from pathlib import Path

from pi_agent.app import Agent
from pi_agent.configuration import Configuration, ServerConfiguration
from pi_agent.runtime import settled_heap


class Node:
    """Part of a circle, which only the collector takes apart."""

    def __init__(self) -> None:
        self.itself = self


def test_garbage_that_comes_later_is_collected() -> None:
    with settled_heap():
        assert gc.get_freeze_count() > 1000
        forgotten = weakref.ref(Node())
        gc.collect()
        assert forgotten() is None


def test_afterwards_everything_is_looked_at_again() -> None:
    node = Node()
    with settled_heap():
        forgotten = weakref.ref(node)
        del node
        gc.collect()
        assert forgotten() is not None
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert forgotten() is None


async def test_an_agent_that_runs_spares_its_parts(tmp_path: Path) -> None:
    server = ServerConfiguration(host="127.0.0.1", port=0, tls=False)
    async with Agent(Configuration(data_dir=tmp_path, server=server)) as agent:
        running = asyncio.create_task(agent.run())
        await asyncio.sleep(0)
        assert gc.get_freeze_count() > 0
        agent.stop()
        await running
    assert gc.get_freeze_count() == 0
