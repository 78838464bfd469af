"""Files that a power cut finds whole or not at all."""

import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

_PROBLEMS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "the disk fails to read or write; the card may be worn out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest:
    """How a file is recognised: its size in bytes, its SHA-256 as 64 hexadecimal digits."""

    size: int
    sha256: str


def digest_of(path: Path) -> FileDigest:
    """Read the whole file. Raises OSError."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return FileDigest(size=file.tell(), sha256=sha256)


def disk_problem(error: OSError) -> str:
    """In plain words why the disk did not do as it was told."""
    known = _PROBLEMS.get(error.errno or 0)
    return known or f"the disk does not take files: {error.strerror or error}"


def write_durably(path: Path, data: bytes, *, part: Path) -> None:
    """Write `part`, then make it `path`: on the disk when this returns, never half of it.

    `part` is on the same file system. Raises OSError.
    """
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)  # noqa: PTH105  (the atomic one, by its usual name)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
