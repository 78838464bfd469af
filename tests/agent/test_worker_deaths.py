"""What must live may not die in silence: the agent ends with an error, and systemd starts it."""

import asyncio
from pathlib import Path

import pytest

from pi_agent.app import WorkerDiedError
from pi_agent.clips.clip_maker import ClipMaker
from pi_agent.events import EventJournal, SnapshotFiler
from pi_agent.storage import Retention
from tests.agent_fixture import running_agent
from tests.scripted_source import ScriptedSource


@pytest.mark.logs_errors
@pytest.mark.parametrize(
    ("owner", "work", "name"),
    [
        (EventJournal, "_write_changes", "event-journal"),
        (SnapshotFiler, "_work", "snapshot-filer"),
        (ClipMaker, "_work", "clip-maker"),
        (Retention, "_work", "retention"),
    ],
)
async def test_the_agent_ends_with_a_task_that_it_cannot_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type, work: str, name: str
) -> None:
    async def fail(_: object) -> None:
        raise RuntimeError("nobody thought of that")

    monkeypatch.setattr(owner, work, fail)
    async with running_agent(tmp_path, sources={"scripted": ScriptedSource()}) as agent:
        with pytest.raises(WorkerDiedError, match=f"{name} died: .*nobody thought"):
            await asyncio.wait_for(agent.agent.run(), 10)
