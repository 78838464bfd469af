"""The folder of models: whole files only, a choice that is seen at once."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from pi_agent.errors import NotFoundError, StorageError
from pi_agent.objects import CATALOGUE, ModelFolder
from pi_agent.objects.model_error import ModelError
from tests.onnx_file import quadrant_model
from tests.small_disk import small_disk


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    (tmp_path / "models").mkdir()
    quadrant_model(tmp_path / "models" / "lamps.onnx")
    return ModelFolder(tmp_path / "models")


def test_what_is_installed_is_used_until_somebody_chooses(folder: ModelFolder) -> None:
    assert folder.in_use == folder.installed == ("lamps",)
    folder.choose(())
    assert not folder.files
    assert folder.installed == ("lamps",)
    folder.choose(["lamps", "lamps"])
    assert folder.files == (folder.path / "lamps.onnx",)


def test_the_configuration_goes_before_any_choice(folder: ModelFolder) -> None:
    folder.choose(["lamps"])
    assert ModelFolder(folder.path, fixed=("/srv/hats.onnx",)).files == (Path("/srv/hats.onnx"),)
    assert ModelFolder(folder.path, fixed=()).files == ()


def test_a_model_that_is_not_there_cannot_be_chosen(folder: ModelFolder) -> None:
    with pytest.raises(NotFoundError, match="no model 'hats'; installed are: lamps"):
        folder.choose(["lamps", "hats"])
    assert folder.in_use == ("lamps",)


def test_every_change_shows(folder: ModelFolder) -> None:
    stamps = [folder.stamp()]
    folder.choose(["lamps"])
    stamps.append(folder.stamp())
    quadrant_model(folder.path / "lamps.onnx", ("lamp", "lantern", "torch"))
    stamps.append(folder.stamp())
    (folder.path / "lamps.onnx").unlink()
    stamps.append(folder.stamp())
    assert len(set(stamps)) == 4
    assert folder.stamp() == stamps[-1]


def test_another_file_than_the_authors_is_not_installed(folder: ModelFolder) -> None:
    with pytest.raises(ModelError, match=r"yunet: what came is another file .* nothing was"):
        folder.put(CATALOGUE["yunet"], b"something else")
    assert folder.installed == ("lamps",)
    data = b"exactly this"
    model = replace(CATALOGUE["yunet"], sha256=hashlib.sha256(data).hexdigest())
    assert folder.put(model, data).read_bytes() == data


def test_a_damaged_choice_is_told_with_the_mend(folder: ModelFolder) -> None:
    (folder.path / "in-use.json").write_text("{")
    with pytest.raises(ModelError, match="choose again: pi-agent models use"):
        folder.files  # noqa: B018  (a property that reads)


def test_a_full_disk_leaves_no_half_model(tmp_path: Path) -> None:
    data = bytes(3 * 2**20)
    model = replace(CATALOGUE["yunet"], sha256=hashlib.sha256(data).hexdigest())
    with small_disk(tmp_path / "disk", megabytes=2) as disk:
        folder = ModelFolder(disk / "models")
        with pytest.raises(StorageError, match="the disk is full"):
            folder.put(model, data)
        assert folder.installed == ()
