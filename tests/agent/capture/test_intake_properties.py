"""Whatever a camera sends: pictures, or an error that the source knows what to do about."""

import itertools
from collections.abc import Callable

import cv2
import numpy as np
from hypothesis import example, given, settings, strategies as st

from pi_agent.capture.jpeg_check import BrokenJpegError, check_jpeg
from pi_agent.capture.multipart_reader import MultipartError, MultipartReader
from pi_agent.frames import Frame, PictureView
from pi_agent.frames.luma import luma_of

_PICTURE = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
WHOLE = bytes(cv2.imencode(".jpg", _PICTURE)[1])
PART = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (
    len(WHOLE),
    WHOLE,
)

few = settings(max_examples=50, deadline=None)  # enough here: the damage is of few kinds


@st.composite
def damaged(draw: st.DrawFn, text: bytes) -> bytes:
    """The text with some of its bytes cut out, doubled or replaced."""
    data = text
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        cut = draw(st.integers(0, 40))
        data = data[:at] + draw(st.binary(max_size=40)) + data[at + cut :]
    return data


def parts_of(body: bytes, piece: int) -> list[bytes]:
    """The parts that are found until the reader gives up, as it may."""
    reader = MultipartReader(in_pieces(body, piece), "frame")
    parts: list[bytes] = []
    try:
        while True:
            parts.append(reader.next_part())
    except (EOFError, MultipartError):
        return parts


def in_pieces(body: bytes, piece: int) -> Callable[[int], bytes]:
    position = itertools.count(0, piece)

    def read(_: int) -> bytes:
        at = next(position)
        return body[at : at + piece]

    return read


@few
@given(st.binary(max_size=400) | damaged(PART * 3), st.integers(50, 5000))
@example(b"--frame\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 5000)
@example(b"--frame\r\nContent-Length: -1\r\n\r\nx--frame", 7)
@example(b"--frame\r\n" + b"X: y\r\n" * 100, 50)
def test_any_body_ends_in_parts_or_a_known_error(body: bytes, piece: int) -> None:
    assert sum(map(len, parts_of(body, piece))) <= len(body)


@few
@given(st.binary(max_size=400) | damaged(WHOLE))
@example(b"\xff\xd8" + b"\xff" * 1000)
@example(b"\xff\xd8\xff\xc0\x00\x02" + bytes(20))
def test_any_bytes_are_a_jpeg_of_some_size_or_refused(data: bytes) -> None:
    try:
        checked = check_jpeg(data)
    except BrokenJpegError:
        return
    assert checked.data.startswith(b"\xff\xd8")
    assert checked.data.endswith(b"\xff\xd9")
    assert checked.width > 0
    assert checked.height > 0


@few
@given(damaged(WHOLE))
def test_whatever_was_passed_on_is_looked_at_or_left_out(data: bytes) -> None:
    try:
        checked = check_jpeg(data)
    except BrokenJpegError:
        return
    frame = Frame(
        sequence=1,
        captured_at=0.0,
        monotonic_at=0.0,
        width=checked.width,
        height=checked.height,
        jpeg=checked.data,
        view=PictureView(),
    )
    try:
        luma = luma_of(frame)
    except ValueError:
        return
    assert luma.dtype == np.uint8
    assert luma.ndim == 2
