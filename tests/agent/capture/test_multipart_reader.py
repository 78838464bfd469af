"""Parts are found in whatever cameras send, and memory stays bounded in whatever else comes."""

import itertools
import time
from collections.abc import Callable

import pytest

from pi_agent.capture.multipart_reader import MultipartError, MultipartReader

PARTS = [b"one\r\n--not", b"\x00" * 5000, b"--", b"three" * 40]


def reader(body: bytes, *, boundary: str = "frame", piece: int = 1000) -> MultipartReader:
    """A reader of this body, which comes in pieces of so many bytes."""
    return MultipartReader(pieces(body, piece), boundary)


def pieces(body: bytes, piece: int) -> Callable[[int], bytes]:
    position = itertools.count(0, piece)

    def read(most: int) -> bytes:
        assert most >= piece
        at = next(position)
        return body[at : at + piece]

    return read


def body(*, lengths: bool, newline: bytes = b"\r\n", between: bytes = b"") -> bytes:
    made = b""
    for part in PARTS:
        head = [b"--frame", b"Content-Type: image/jpeg"]
        head += [b"CONTENT-LENGTH:%d" % len(part)] if lengths else []
        made += between + newline.join([*head, b"", part]) + newline
    return made + b"--frame--" + newline


@pytest.mark.parametrize("piece", [1, 7, 1000, 60_000])
@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
@pytest.mark.parametrize("lengths", [True, False])
def test_parts_come_out_as_they_went_in(lengths: bool, newline: bytes, piece: int) -> None:
    parts = reader(body(lengths=lengths, newline=newline), piece=piece)
    assert [parts.next_part() for _ in PARTS] == PARTS
    with pytest.raises(EOFError, match="ended the stream"):
        parts.next_part()


@pytest.mark.parametrize("boundary", ["frame", "--frame"])
def test_the_boundary_may_be_named_with_its_dashes(boundary: str) -> None:
    assert reader(body(lengths=True), boundary=boundary).next_part() == PARTS[0]


def test_what_stands_between_parts_is_passed_over() -> None:
    parts = reader(body(lengths=True, between=b"junk --fram --frome\r\n" * 20))
    assert [parts.next_part() for _ in PARTS] == PARTS


def test_a_length_that_is_too_small_loses_that_part_alone() -> None:
    parts = reader(b"--frame\r\nContent-Length: 2\r\n\r\nabcdef\r\n" + body(lengths=True))
    assert parts.next_part() == b"ab"
    assert parts.next_part() == PARTS[0]


def test_a_cut_connection_is_told() -> None:
    whole = body(lengths=True)
    parts = reader(whole[: len(whole) // 2])
    parts.next_part()
    with pytest.raises(EOFError, match="closed the connection"):
        list(iter(parts.next_part, None))


@pytest.mark.parametrize(
    "made",
    [
        b"--frame\r\nContent-Length: -4\r\n\r\nabcd",
        b"--frame\r\nContent-Length: 99999999999\r\n\r\nabcd",
        b"--frame\r\nContent-Length: four\r\n\r\nabcd",
        b"--frame\r\n" + b"X-A: b\r\n" * 100 + b"\r\n",
        b"--frame\r\n" + b"x" * 20_000,
    ],
)
def test_a_part_that_is_wrong_is_told(made: bytes) -> None:
    with pytest.raises(MultipartError):
        reader(made).next_part()


@pytest.mark.parametrize("begin", [b"", b"--frame\r\n\r\n"])
def test_an_endless_part_is_given_up_before_it_fills_the_memory(begin: bytes) -> None:
    came = itertools.chain([begin], itertools.repeat(bytes(60_000)))
    taken = 0

    def read(most: int) -> bytes:
        nonlocal taken
        data = next(came)
        taken += len(data)
        return data or b"x"

    with pytest.raises(MultipartError, match="no end"):
        MultipartReader(read, "frame").next_part()
    assert taken < 40 * 1024 * 1024


def test_a_trickle_is_given_up_at_the_deadline() -> None:
    def read(most: int) -> bytes:
        time.sleep(0.01)
        return b"x"

    begun = time.monotonic()
    with pytest.raises(MultipartError, match="too slowly"):
        MultipartReader(read, "frame").next_part(begun + 0.1)
    assert time.monotonic() - begun < 5
