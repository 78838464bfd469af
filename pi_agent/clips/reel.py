"""A reel: the pictures of one event on the disk as they came, until a clip is made of them.

After eight bytes of magic come records: CRC-32 of all that follows in the record, length of the
JPEG, time on the clock that never jumps, time of capture, view code, JPEG. A record without a JPEG
ends the reel: its time says up to when pictures belong to the clip. A reel that a power cut
interrupted has no end, and is read up to the first record that is not whole.
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAGIC = b"PMCREEL1"
_CRC = struct.Struct("<I")
_FIELDS = struct.Struct("<IddB")
_HEADER_BYTES = _CRC.size + _FIELDS.size
_MOST_JPEG_BYTES = 64 * 2**20  # more is no picture but a damaged length


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelPicture:
    """A JPEG with its times in seconds, and how it is to be shown (0: as it is; see `views`)."""

    monotonic_at: float  # of a clock that never jumps
    captured_at: float  # since the epoch
    jpeg: bytes
    view: int = 0


def packed(pictures: Iterable[ReelPicture]) -> bytes:
    """The records of these pictures, as they are appended to a reel."""
    return b"".join(
        part
        for p in pictures
        for part in (_header(p.monotonic_at, p.captured_at, p.view, p.jpeg), p.jpeg)
    )


def packed_end(until: float) -> bytes:
    """The record that ends a reel: pictures after the second `until` are not part of the clip."""
    return _header(until, 0.0, 0, b"")


def read_reel(path: Path) -> Iterator[ReelPicture]:
    """The pictures that reached the disk, in order. Raises OSError."""
    with path.open("rb") as file:
        until = _until(file)
        if file.read(len(MAGIC)) != MAGIC:
            return
        while (picture := _next(file)) is not None and picture.jpeg:
            if until is None or picture.monotonic_at <= until:
                yield picture


def _header(monotonic_at: float, captured_at: float, view: int, jpeg: bytes) -> bytes:
    fields = _FIELDS.pack(len(jpeg), monotonic_at, captured_at, view)
    return _CRC.pack(zlib.crc32(jpeg, zlib.crc32(fields))) + fields


def _until(file: BinaryIO) -> float | None:
    """The time in the end record, None where there is none; the file stands at its start again."""
    size = file.seek(0, os.SEEK_END)
    end = None
    if size >= len(MAGIC) + _HEADER_BYTES:
        file.seek(-_HEADER_BYTES, os.SEEK_END)
        end = _next(file)
    file.seek(0)
    return end.monotonic_at if end is not None and not end.jpeg else None


def _next(file: BinaryIO) -> ReelPicture | None:
    header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES:
        return None
    (crc,) = _CRC.unpack_from(header)
    fields = header[_CRC.size :]
    length, monotonic_at, captured_at, view = _FIELDS.unpack(fields)
    jpeg = file.read(length) if length <= _MOST_JPEG_BYTES else b""
    if len(jpeg) < length or zlib.crc32(jpeg, zlib.crc32(fields)) != crc:
        return None
    return ReelPicture(monotonic_at=monotonic_at, captured_at=captured_at, jpeg=jpeg, view=view)
