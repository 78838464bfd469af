"""All cameras of an agent are stopped, whatever becomes of one of them."""

from pathlib import Path

import pytest

from pi_agent.capture import FrameSource
from pi_agent.pipeline import CameraPipeline
from tests.agent_fixture import camera, running_agent
from tests.scripted_source import ScriptedSource


async def test_a_camera_that_fails_to_stop_keeps_no_other_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = CameraPipeline.close
    closed: list[str] = []

    async def fail_once(pipeline: CameraPipeline) -> None:
        await close(pipeline)
        closed.append(pipeline.id)
        if pipeline.id == "porch":
            raise RuntimeError("it does not want to")

    monkeypatch.setattr(CameraPipeline, "close", fail_once)
    cameras = camera("porch", "one"), camera("shed", "two")
    sources: dict[str, FrameSource] = {"one": ScriptedSource(), "two": ScriptedSource()}
    with pytest.raises(RuntimeError, match="does not want to"):
        async with running_agent(tmp_path, cameras=cameras, sources=sources):
            pass
    assert sorted(closed) == ["porch", "shed"]
