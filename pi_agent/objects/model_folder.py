"""The folder of models: what is installed, which are in use, and how a file gets in whole."""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pi_agent.errors import NotFoundError, StorageError
from pi_agent.runtime.durable_files import disk_problem, write_durably

from .catalogue import CATALOGUE, CatalogueModel
from .model_error import ModelError

_CHOICE = "in-use.json"
_SUFFIX = ".onnx"

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """Files NAME.onnx, and a choice among them that a running agent takes over at once."""

    path: Path
    fixed: tuple[str, ...] | None = None  # what the configuration says, above any choice

    @property
    def installed(self) -> tuple[str, ...]:
        """The names of the files that are there."""
        return tuple(sorted(file.stem for file in self.path.glob(f"*{_SUFFIX}")))

    @property
    def in_use(self) -> tuple[str, ...]:
        """The names that were chosen; before any choice all that are installed."""
        if self.fixed is not None:
            return self.fixed
        with suppress(FileNotFoundError):
            return self._chosen()
        return self.installed

    def file_of(self, name: str) -> Path:
        """Where the model of this name lies: in the folder, or anywhere as its full path."""
        return Path(name) if os.sep in name else self.path / f"{name}{_SUFFIX}"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the models in use."""
        return tuple(self.file_of(name) for name in self.in_use)

    def choose(self, names: Iterable[str]) -> None:
        """Use these from now on. NotFoundError names one that is not there."""
        chosen = tuple(dict.fromkeys(names))
        for name in chosen:
            if not self.file_of(name).is_file():
                known = ", ".join(self.installed) or "none"
                raise NotFoundError(
                    f"there is no model {name!r}; installed are: {known}. "
                    "See `pi-agent models install`"
                )
        self._write(self.path / _CHOICE, json.dumps({"models": chosen}).encode())

    def stamp(self) -> Stamp:
        """Changes with every change of choice or files."""
        paths = (self.path / _CHOICE, *self.files)
        return tuple(entry for path in paths for entry in _stamp(path))

    def put(self, model: CatalogueModel, data: bytes) -> Path:
        """Keep a file of the catalogue. ModelError where it is not bit for bit the right one."""
        found = hashlib.sha256(data).hexdigest()
        if found != model.sha256:
            raise ModelError(
                f"{model.name}: what came is another file (SHA-256 {found[:12]}..., expected "
                f"{model.sha256[:12]}...); nothing was installed"
            )
        path = self.file_of(model.name)
        self._write(path, data)
        return path

    def _chosen(self) -> tuple[str, ...]:
        path = self.path / _CHOICE
        try:
            names = json.loads(path.read_bytes())["models"]
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path} is damaged; choose again: pi-agent models use ...") from error
        return tuple(str(name) for name in names)

    def _write(self, path: Path, data: bytes) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            write_durably(path, data, part=path.with_suffix(".part"))
        except OSError as error:
            raise StorageError(f"{path}: {disk_problem(error)}") from error


def catalogue_model(name: str) -> CatalogueModel:
    """The model of this name; NotFoundError lists those that there are."""
    if name not in CATALOGUE:
        raise NotFoundError(f"there is no model {name!r} to install; there are: {_known()}")
    return CATALOGUE[name]


def _known() -> str:
    return ", ".join(f"{model.name} ({model.finds})" for model in CATALOGUE.values())


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return ((str(path), 0, 0),)
    return ((str(path), status.st_mtime_ns, status.st_size),)
