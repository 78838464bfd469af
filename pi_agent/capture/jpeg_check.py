"""A look at a JPEG's markers: is it whole, how large is it; nothing is decoded."""

from dataclasses import dataclass
from typing import NoReturn

from .huffman_tables import STANDARD_TABLES

# 16 megapixels: more than any sensor for video, and 50 MB once decoded, which a Pi survives.
MOST_PIXELS = 4096 * 4096
_LARGEST_SIDE = 16384

_START, _END, _SCAN, _TABLES = 0xD8, 0xD9, 0xDA, 0xC4
_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive: what every decoder knows
_OTHER_FRAMES = {0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)}
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}


class BrokenJpegError(ValueError):
    """The bytes are no whole JPEG of a reasonable size; the message says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedJpeg:
    """A JPEG from its first to its last marker, with the size in pixels that it claims."""

    data: bytes
    width: int
    height: int


def check_jpeg(data: bytes) -> CheckedJpeg:
    """The JPEG in `data`, cut to its last marker; BrokenJpegError where it is not whole.

    Many webcams leave the standard Huffman tables out, as AVI files do; they are put back, for not
    every browser knows them by heart.
    """
    width, height, scan, has_tables = _read_head(data)
    if not 0 < width * height <= MOST_PIXELS or max(width, height) > _LARGEST_SIDE:
        raise BrokenJpegError(f"a picture of {width}x{height} is no camera's")
    end = data.rfind(b"\xff\xd9", scan)
    if end < 0:
        raise BrokenJpegError("the picture is cut off")
    if data.find(b"\xff\xd8", scan, end) >= 0:
        raise BrokenJpegError("two pictures have run into one another")
    if not has_tables:
        data = b"".join((data[:scan], STANDARD_TABLES, data[scan : end + 2]))
    elif end + 2 < len(data):
        data = data[: end + 2]
    return CheckedJpeg(data=bytes(data), width=width, height=height)


def _read_head(data: bytes) -> tuple[int, int, int, bool]:
    """Width, height, the offset of the first scan, and whether Huffman tables stand before it."""
    if data[:2] != b"\xff\xd8":
        raise BrokenJpegError("this is no JPEG")
    width = height = 0
    has_tables = False
    at = 2
    while True:
        marker, length = _segment(data, at)
        if marker == _SCAN:
            break
        if marker in _FRAMES:
            height, width = (int.from_bytes(data[at + i : at + i + 2], "big") for i in (5, 7))
        elif marker in _OTHER_FRAMES:
            raise BrokenJpegError("this kind of JPEG (lossless or arithmetic) is not supported")
        has_tables = has_tables or marker == _TABLES
        at += 2 + length
    if not width:
        raise BrokenJpegError("the picture does not say its size")
    return width, height, at, has_tables


def _segment(data: bytes, at: int) -> tuple[int, int]:
    """The marker at this offset, and how many bytes follow that belong to it."""
    if len(data) < at + 9:
        _cut_off()
    if data[at] != 0xFF:
        raise BrokenJpegError("the picture's head is damaged")
    marker = data[at + 1]
    if marker == 0xFF:  # a filling byte
        return 0, -1
    if marker in _WITHOUT_LENGTH:
        return marker, 0
    if marker in (_START, _END, 0x00):
        raise BrokenJpegError("the picture's head is damaged")
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    if length < 2:
        raise BrokenJpegError("the picture's head is damaged")
    return marker, length


def _cut_off() -> NoReturn:
    raise BrokenJpegError("the picture is cut off")
