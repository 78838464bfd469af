"""Models as files: which are taken, what they see, what is said of the others."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from pi_agent.objects import CATALOGUE, open_model as open_model_module
from pi_agent.objects.letterbox import Picture, Region, around, whole
from pi_agent.objects.look import without_repetitions
from pi_agent.objects.model_error import ModelError
from pi_agent.objects.open_model import open_model
from pi_agent.protocol import Box, Label
from tests.onnx_file import linear_model, quadrant_model

MODELS = Path(os.environ.get("PMC_MODELS", "models-are-elsewhere"))


def picture(width: int, height: int, bright: tuple[slice, slice] | None = None) -> Picture:
    """Black, but for one bright part (rows, columns)."""
    pixels = np.zeros((height, width, 3), np.uint8)
    if bright is not None:
        pixels[bright] = 255
    return pixels


def test_a_box_comes_back_as_fractions_of_the_picture(tmp_path: Path) -> None:
    model = open_model(quadrant_model(tmp_path / "lamps.onnx"))
    assert model.labels == ("lamp", "lantern")
    shown = picture(640, 320, (slice(0, 320), slice(320, 640)))
    (lamp,) = model.find(shown, whole(shown), least=0.6)
    # 640x320 fills the upper half of the square input: its right half is the right upper quadrant.
    assert lamp.name == "lamp"
    assert lamp.confidence == pytest.approx(1.0, abs=0.02)
    assert lamp.box == Box(x=0.5, y=0, w=0.5, h=1)


def test_a_crop_finds_what_the_whole_has_lost(tmp_path: Path) -> None:
    model = open_model(quadrant_model(tmp_path / "lamps.onnx"))
    shown = picture(640, 640, (slice(256, 288), slice(256, 288)))
    assert not model.find(shown, whole(shown), least=0.5)
    (lamp,) = model.find(shown, Region(left=256, top=256, width=64, height=64), least=0.5)
    assert (lamp.box.x, lamp.box.y) == pytest.approx((0.4, 0.4))
    assert (lamp.box.w, lamp.box.h) == pytest.approx((0.05, 0.05))


def test_a_crop_stays_in_the_picture_and_has_a_least_size() -> None:
    shown = picture(640, 360)
    corner = around(Box(x=0.95, y=0.9, w=0.05, h=0.1), shown, least=200)
    assert corner == Region(left=440, top=160, width=200, height=200)
    large = around(Box(x=0, y=0, w=1, h=1), shown, least=200)
    assert (large.width, large.height) == (640, 360)


def test_names_of_a_text_file_beside_the_model_go_first(tmp_path: Path) -> None:
    path = quadrant_model(tmp_path / "lamps.onnx")
    (tmp_path / "lamps.txt").write_text("hard hat\n\nvest\n")
    assert open_model(path).labels == ("hard hat", "vest")
    (tmp_path / "lamps.txt").write_text("hard hat\n")
    with pytest.raises(ModelError, match=r"2 classes apart and 1 names .* into lamps\.txt"):
        open_model(path)


def test_a_model_of_something_else_is_refused(tmp_path: Path) -> None:
    grey = linear_model(
        tmp_path / "grey.onnx",
        np.zeros((6, 1, 32, 32), np.float32),
        np.zeros(6, np.float32),
        (1, 6, 1),
    )
    with pytest.raises(ModelError, match="must take one colour picture"):
        open_model(grey)


def test_a_model_that_computes_no_numbers_is_refused(tmp_path: Path) -> None:
    bias = np.full(6, np.nan, np.float32)
    path = linear_model(
        tmp_path / "nan.onnx", np.zeros((6, 3, 32, 32), np.float32), bias, (1, 6, 1)
    )
    with pytest.raises(ModelError, match="the file is damaged"):
        open_model(path)


def test_an_engine_that_computes_wrongly_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = quadrant_model(tmp_path / "lamps.onnx")
    right = tuple(map(float, open_model(path).fingerprint()))
    digest = open_model_module.sha256_of(path)
    monkeypatch.setitem(open_model_module.FINGERPRINTS, digest, right)
    open_model(path)
    monkeypatch.setitem(open_model_module.FINGERPRINTS, digest, (right[0], right[1], 2 * right[2]))
    with pytest.raises(ModelError, match=r"computes lamps\.onnx wrongly"):
        open_model(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"hats\.onnx cannot be read: No such file"):
        open_model(tmp_path / "hats.onnx")


def test_one_thing_shown_by_two_regions_is_one_thing() -> None:
    sure = Label(name="dog", confidence=0.9, box=Box(x=0.1, y=0.1, w=0.2, h=0.2))
    again = Label(name="dog", confidence=0.6, box=Box(x=0.11, y=0.1, w=0.2, h=0.21))
    other = Label(name="dog", confidence=0.5, box=Box(x=0.6, y=0.1, w=0.2, h=0.2))
    assert without_repetitions([again, other, sure]) == (sure, other)


@pytest.mark.parametrize(
    ("name", "file"), [("yolox-nano", "yolox_nano.onnx"), ("yunet", "yunet_s_640_640.onnx")]
)
def test_the_catalogues_models_compute_rightly_here(name: str, file: str) -> None:
    path = MODELS / file
    if not path.exists():
        pytest.skip("set PMC_MODELS to a folder with the catalogue's files")
    assert open_model_module.sha256_of(path) == CATALOGUE[name].sha256
    model = open_model(path)  # raises where the test pattern gives other numbers
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    blurred = np.asarray(cv2.GaussianBlur(noise, (0, 0), 8), np.uint8)
    assert model.find(blurred, whole(blurred), least=0.5) == ()
