"""One model on each engine: the same boxes, bounded threads, plain words where one is missing."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from pi_agent.objects import ModelFolder, ObjectLooker
from pi_agent.objects.letterbox import Picture, whole
from pi_agent.objects.model_error import ModelError
from pi_agent.objects.network import RUNTIMES, open_network
from pi_agent.objects.open_model import open_model
from pi_agent.objects.yolo_model import YoloModel
from pi_agent.protocol import Label
from tests.onnx_file import quadrant_model

from .test_open_model import MODELS

pytest.importorskip("onnxruntime")


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    return quadrant_model(tmp_path / "lamps.onnx")


@pytest.fixture
def no_onnxruntime(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it were not installed."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)


def street() -> Picture:
    """Something to look at: blurred noise with bright and dark figures (480, 640, 3)."""
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    picture = np.asarray(cv2.GaussianBlur(noise, (0, 0), 6), np.uint8)
    cv2.ellipse(picture, (320, 260), (40, 110), 0, 0, 360, (40, 40, 60), -1)
    cv2.circle(picture, (320, 120), 32, (150, 170, 200), -1)
    cv2.rectangle(picture, (60, 320), (240, 420), (30, 30, 160), -1)
    return picture


def test_every_engine_sees_the_same(lamps: Path) -> None:
    shown = np.zeros((320, 640, 3), np.uint8)
    shown[:, 320:] = 255
    seen = {name: open_model(lamps, runtime=name) for name in RUNTIMES}
    assert seen["onnxruntime"].runtime.startswith("ONNX Runtime ")
    assert seen["opencv"].runtime.startswith("OpenCV ")
    found = [model.find(shown, whole(shown), least=0.5) for model in seen.values()]
    assert len(found[0]) == 1
    same(*found)


def test_every_engine_sees_the_same_with_the_catalogues_model() -> None:
    path = MODELS / "yolox_nano.onnx"
    if not path.exists():
        pytest.skip("set PMC_MODELS to a folder with the catalogue's files")
    models = [open_model(path, runtime=name) for name in RUNTIMES]  # each with its self-test
    assert models[0].fingerprint() == pytest.approx(models[1].fingerprint(), rel=1e-3)
    shown = street()
    found = [model.find(shown, whole(shown), least=0.05) for model in models]
    assert found[0], "something is seen in anything at so little confidence"
    same(*found)


def same(one: tuple[Label, ...], other: tuple[Label, ...]) -> None:
    assert [label.name for label in one] == [label.name for label in other]
    for a, b in zip(one, other, strict=True):
        assert a.confidence == pytest.approx(b.confidence, abs=0.01)
        corners = [(label.box.x, label.box.y, label.box.w, label.box.h) for label in (a, b)]
        assert corners[0] == pytest.approx(corners[1], abs=0.005)


def test_the_fastest_engine_is_taken_by_itself(lamps: Path) -> None:
    assert open_model(lamps).runtime.startswith("ONNX Runtime ")


@pytest.mark.parametrize("threads", [1, 2])
def test_an_engine_starts_no_more_threads_than_it_may(lamps: Path, threads: int) -> None:
    """In a process of its own: OpenCV's and numpy's threads are not to be counted."""
    script = (
        "import sys, os, numpy as np\n"
        "from pathlib import Path\n"
        "from pi_agent.objects.network import open_network\n"
        "import onnxruntime\n"
        "def threads(): return len(os.listdir('/proc/self/task'))\n"
        "before = threads()\n"
        f"net = open_network(Path(sys.argv[1]), threads={threads}, runtime='onnxruntime')\n"
        "net.run(np.zeros((1, 3, 64, 64), np.float32))\n"
        "print(threads() - before)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(lamps)], capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) == threads - 1  # the caller is one of them


@pytest.mark.usefixtures("no_onnxruntime")
def test_without_the_package_the_mend_is_named_where_it_was_asked_for(lamps: Path) -> None:
    with pytest.raises(ModelError, match=r"pip install 'pi-agent\[objects\]'"):
        open_model(lamps, runtime="onnxruntime")


@pytest.mark.usefixtures("no_onnxruntime")
def test_a_package_that_does_not_work_gives_way_to_opencv(lamps: Path) -> None:
    assert open_model(lamps).runtime.startswith("OpenCV ")


def test_an_engine_that_computes_wrongly_gives_way_to_the_next(
    lamps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pi_agent.objects import open_model as module

    right = tuple(map(float, open_model(lamps, runtime="opencv").fingerprint()))
    monkeypatch.setitem(module.FINGERPRINTS, module.sha256_of(lamps), right)
    fingerprint = YoloModel.fingerprint

    def wrong(model: YoloModel) -> object:
        return fingerprint(model) * (1.5 if "ONNX" in model.runtime else 1.0)

    monkeypatch.setattr(YoloModel, "fingerprint", wrong)
    assert open_model(lamps).runtime.startswith("OpenCV ")
    with pytest.raises(ModelError, match=r"ONNX Runtime .* computes lamps\.onnx wrongly"):
        open_model(lamps, runtime="onnxruntime")


def test_input_that_a_model_does_not_take_is_an_error(lamps: Path) -> None:
    for name in RUNTIMES:
        network = open_network(lamps, threads=1, runtime=name)
        with pytest.raises(ModelError, match=r"cannot (be )?compute"):
            network.run(np.zeros((1, 3, 8, 8), np.float32))


@pytest.mark.parametrize("name", RUNTIMES)
async def test_the_process_that_looks_uses_the_engine_that_is_chosen(
    lamps: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    looker = ObjectLooker(ModelFolder(lamps.parent), runtime=name)
    picture = cv2.imencode(".jpg", np.full((64, 64, 3), 255, np.uint8))[1].tobytes()
    try:
        seen = await looker.look(picture, None, least=0.5)
        assert seen is not None
        assert len(seen.labels) == 4
        assert looker.pid is not None
    finally:
        await looker.close()
    expected = "ONNX Runtime" if name == "onnxruntime" else "OpenCV"
    assert looker.runtimes["lamps"].startswith(expected)
    assert f"Objects are looked for with lamps ({expected}" in caplog.text
