"""The process that looks, as its owner sees it: a real process with a real network."""

import asyncio
import errno
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pi_agent.frames import encode_jpeg
from pi_agent.objects import ModelFolder, ObjectLooker
from pi_agent.protocol import Box
from pi_agent.runtime import Backoff
from tests.onnx_file import quadrant_model

RIGHT_HALF = Box(x=0.5, y=0, w=0.5, h=1)


def jpeg(bright: bool = True) -> bytes:
    pixels = np.zeros((180, 360, 3), np.uint8)
    pixels[:, 180:] = 255 if bright else 0
    return encode_jpeg(pixels, quality=90)


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    quadrant_model(tmp_path / "lamps.onnx")
    return ModelFolder(tmp_path)


@asynccontextmanager
async def looking(folder: ModelFolder, **options: Any) -> AsyncIterator[ObjectLooker]:
    looker = ObjectLooker(folder, backoff=Backoff(first=0.05, most=0.1), **options)
    looker.start()
    try:
        yield looker
    finally:
        await looker.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


def process_of(looker: ObjectLooker) -> asyncio.subprocess.Process:
    assert looker._process is not None
    return looker._process


async def test_it_tells_what_it_can_see_and_what_it_sees(folder: ModelFolder) -> None:
    async with looking(folder) as looker:
        await until(lambda: bool(looker.runtimes))
        assert looker.labels == {"lamp", "lantern"}
        assert "OpenCV" in looker.runtimes["lamps"] or "ONNX" in looker.runtimes["lamps"]
        seen = await looker.look(jpeg(), None, least=0.6)
        assert seen is not None
        (lamp,) = seen.labels
        assert (lamp.name, lamp.box) == ("lamp", RIGHT_HALF)
        assert seen.seconds > 0
        dark = await looker.look(jpeg(bright=False), RIGHT_HALF, least=0.6)
        assert dark is not None
        assert dark.labels == ()


async def test_what_it_will_see_is_known_before_the_network_is_loaded(folder: ModelFolder) -> None:
    looker = ObjectLooker(folder)
    looker.start()
    assert looker.labels == {"lamp", "lantern"}
    await looker.close()


async def test_it_is_the_last_to_get_the_processor_and_the_first_to_go(folder: ModelFolder) -> None:
    async with looking(folder) as looker:
        await until(lambda: bool(looker.runtimes))
        pid = process_of(looker).pid
        assert os.getpriority(os.PRIO_PROCESS, pid) == 10
        assert Path(f"/proc/{pid}/oom_score_adj").read_text().strip() == "1000"


async def test_a_broken_picture_is_no_look_and_no_crash(folder: ModelFolder) -> None:
    async with looking(folder) as looker:
        assert await looker.look(b"no picture", None, least=0.5) is None
        assert await looker.look(jpeg(), None, least=0.5) is not None
        assert looker.crashes == 0


async def test_killed_it_comes_back_by_itself(folder: ModelFolder) -> None:
    async with looking(folder) as looker:
        assert await looker.look(jpeg(), None, least=0.5) is not None
        process = process_of(looker)
        process.kill()
        await process.wait()
        async with asyncio.timeout(20):
            while await looker.look(jpeg(), None, least=0.5) is None:
                await asyncio.sleep(0.02)
        assert looker.problem is None


async def test_a_look_that_hangs_is_given_up(
    folder: ModelFolder, caplog: pytest.LogCaptureFixture
) -> None:
    async with looking(folder, look_seconds=0.5) as looker:
        assert await looker.look(jpeg(), None, least=0.5) is not None
        process_of(looker).send_signal(signal.SIGSTOP)
        assert await looker.look(jpeg(), None, least=0.5) is None
        assert looker.problem is not None
        assert "ended or hung in a look" in looker.problem
        assert looker.crashes == 1
        async with asyncio.timeout(20):
            while await looker.look(jpeg(), None, least=0.5) is None:
                await asyncio.sleep(0.02)
    assert caplog.text.count("No objects are looked for") == 1


async def test_models_are_changed_without_a_restart(folder: ModelFolder) -> None:
    changes: list[frozenset[str]] = []
    looker = ObjectLooker(folder, on_change=lambda: changes.append(looker.labels))
    try:
        await looker.look(jpeg(), None, least=0.5)
        quadrant_model(folder.path / "hats.onnx", ("hard hat",))
        folder.choose(["hats"])
        seen = await looker.look(jpeg(), None, least=0.5)
        assert seen is not None
        assert [label.name for label in seen.labels] == ["hard hat"]
        folder.choose([])
        assert await looker.look(jpeg(), None, least=0.5) is None
    finally:
        await looker.close()
    assert changes == [{"lamp", "lantern"}, {"hard hat"}, frozenset()]


async def test_a_model_that_cannot_be_used_is_told_once_and_tried_again_when_it_changes(
    folder: ModelFolder,
) -> None:
    (folder.path / "hats.onnx").write_bytes(b"no model")
    async with looking(folder) as looker:
        await until(lambda: looker.problem is not None)
        assert looker.problem == "hats.onnx is not a whole ONNX file"
        assert await looker.look(jpeg(), None, least=0.5) is None
        quadrant_model(folder.path / "hats.onnx", ("hard hat",))
        assert await looker.look(jpeg(), None, least=0.5) is not None
        assert looker.problem is None


async def test_its_memory_is_given_back_when_nothing_moves(folder: ModelFolder) -> None:
    async with looking(folder, idle_seconds=0.3) as looker:
        await until(lambda: bool(looker.runtimes))
        await until(lambda: looker._process is None)
        assert looker.labels == {"lamp", "lantern"}, "it still could"
        assert await looker.look(jpeg(), None, least=0.5) is not None


async def test_without_a_model_nobody_looks_and_nothing_is_wrong(tmp_path: Path) -> None:
    async with looking(ModelFolder(tmp_path / "models")) as looker:
        assert await looker.look(jpeg(), None, least=0.5) is None
        assert (looker.problem, looker.labels) == (None, frozenset())


async def test_a_look_that_nobody_waits_for_leaves_no_answer_behind(folder: ModelFolder) -> None:
    async with looking(folder) as looker:
        assert await looker.look(jpeg(), None, least=0.5) is not None
        process = process_of(looker)
        process.send_signal(signal.SIGSTOP)
        look = asyncio.create_task(looker.look(jpeg(), None, least=0.5))
        await asyncio.sleep(0.1)
        look.cancel()
        await asyncio.gather(look, return_exceptions=True)
        dark = await looker.look(jpeg(bright=False), None, least=0.6)
        assert dark is not None
        assert dark.labels == (), "the answer to the last question, not to one before"


async def test_a_machine_that_has_no_room_for_the_process_is_asked_again(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = asyncio.create_subprocess_exec
    refused: list[bool] = []

    async def fail_once(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        if not refused:
            refused.append(True)
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        return await start(*arguments, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", fail_once)
    async with looking(folder) as looker:
        await until(lambda: looker.problem is not None)
        assert "cannot be started: Cannot allocate memory" in (looker.problem or "")
        async with asyncio.timeout(20):
            while await looker.look(jpeg(), None, least=0.6) is None:
                await asyncio.sleep(0.05)
        assert looker.problem is None
