"""`pi-agent models` as a user types it; the authors' server stands on 127.0.0.1."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from pi_agent.cli import main
from pi_agent.objects import CATALOGUE, CatalogueModel, ModelFolder
from tests.onnx_file import quadrant_model

Said = tuple[int, str, str]  # exit status, standard output, standard error
Say = Callable[..., Said]


@pytest.fixture
def say(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Say:
    def say(*arguments: str) -> Said:
        status = main(["models", *arguments, "--data-dir", str(tmp_path)])
        return status, *capfd.readouterr()

    return say


@pytest.fixture
def lamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogueModel:
    """A model of the catalogue whose file the test has."""
    data = quadrant_model(tmp_path / "lamps.upstream").read_bytes()
    model = replace(
        CATALOGUE["yolox-nano"],
        name="lamps",
        finds="lamps",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    monkeypatch.setitem(CATALOGUE, "lamps", model)
    return model


async def serve(data: bytes, command: Callable[[str], tuple[int, str, str]]) -> Said:
    """Run a command, in a thread, while a server has the file."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=data)

    application = web.Application()
    application.router.add_get("/lamps.onnx", answer)
    async with TestServer(application, host="127.0.0.1") as server:
        return await asyncio.to_thread(command, str(server.make_url("/lamps.onnx")))


def test_the_list_says_what_there_is_and_under_which_licence(say: Say) -> None:
    status, out, _ = say()
    assert status == 0
    assert "not installed  yolox-nano: persons, vehicles, animals; Apache-2.0" in out


async def test_a_model_is_fetched_checked_and_used(
    say: Say, lamps: CatalogueModel, tmp_path: Path
) -> None:
    data = (tmp_path / "lamps.upstream").read_bytes()
    status, out, _ = await serve(data, lambda url: say("install", "lamps", "--from", url))
    assert status == 0
    assert "finds lamps" in out
    assert ModelFolder(tmp_path / "models").in_use == ("lamps",)
    engine = r"by (OpenCV|ONNX Runtime) \d+\.\d+"
    assert re.search(f"in use         lamps: lamps; .*; {engine}", say()[1])


async def test_a_file_that_was_tampered_with_is_not_installed(
    say: Say, lamps: CatalogueModel, tmp_path: Path
) -> None:
    data = (tmp_path / "lamps.upstream").read_bytes() + b"\0"
    status, _, error = await serve(data, lambda url: say("install", "lamps", "--from", url))
    assert status == 1
    assert "lamps: what came is another file" in error
    assert ModelFolder(tmp_path / "models").installed == ()


async def test_without_a_network_the_other_way_is_told(say: Say, lamps: CatalogueModel) -> None:
    status, _, error = await asyncio.to_thread(
        say, "install", "lamps", "--from", "http://127.0.0.1:1/lamps.onnx"
    )
    assert status == 1
    assert "cannot be fetched" in error
    assert "--from FILE" in error


def test_an_unknown_name_is_told_with_those_there_are(say: Say) -> None:
    status, _, error = say("install", "yolo")
    assert status == 1
    assert "there are: yolox-nano (persons, vehicles, animals), yunet (faces)" in error


def test_a_model_of_ones_own_is_tried_and_then_used(say: Say, tmp_path: Path) -> None:
    own = quadrant_model(tmp_path / "hats.onnx", ("hard hat",))
    status, out, _ = say("use", str(own))
    assert status == 0
    assert "finds hard hat" in out
    assert ModelFolder(tmp_path / "models").files == (own,)
    assert say("use", "none")[0] == 0
    assert ModelFolder(tmp_path / "models").files == ()


def test_a_file_that_is_no_model_is_refused_before_it_is_used(say: Say, tmp_path: Path) -> None:
    (tmp_path / "hats.onnx").write_text("hello")
    status, _, error = say("use", str(tmp_path / "hats.onnx"))
    assert status == 1
    assert "is not a whole ONNX file" in error
    assert ModelFolder(tmp_path / "models").in_use == ()


def test_a_model_in_use_that_cannot_be_used_is_told_by_the_list(say: Say, tmp_path: Path) -> None:
    own = quadrant_model(tmp_path / "hats.onnx", ("hard hat",))
    assert say("use", str(own))[0] == 0
    own.write_text("hello")
    status, out, _ = say()
    assert status == 0
    assert "your own; cannot be used: hats.onnx is not a whole ONNX file" in out


def test_list_and_check_name_the_engine_that_is_chosen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    own = quadrant_model(tmp_path / "hats.onnx", ("hard hat",))
    config = tmp_path / "config.toml"
    for runtime, name in (("opencv", "OpenCV"), ("onnxruntime", "ONNX Runtime")):
        config.write_text(
            f'data_dir = "{tmp_path}"\n[objects]\nmodels = ["{own}"]\nruntime = "{runtime}"\n'
        )
        main(["models", "--config", str(config)])
        assert f"{own}: your own; by {name}" in capfd.readouterr().out
        main(["check", "--config", str(config)])
        assert f"objects: hats ({name}" in capfd.readouterr().out
