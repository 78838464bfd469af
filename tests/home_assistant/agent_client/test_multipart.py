"""Parts of a stream are read by the length they tell, whatever the network cuts them into."""

import pytest

from custom_components.pi_motion_camera.agent_client import AgentProtocolError, StreamPart
from custom_components.pi_motion_camera.agent_client.multipart import read_parts

FIRST_BOUNDARY = b"--a-boundary\r\n"


def multipart_part(jpeg: bytes, captured_at: float) -> bytes:
    """A part as the contract has it, and the boundary after it."""
    headers = (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\nX-Timestamp: {captured_at}"
    )
    return headers.encode() + b"\r\n\r\n" + jpeg + b"\r\n" + FIRST_BOUNDARY


class Network:
    """Gives one chunk a read, as it came, and then its end."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = list(chunks)

    async def read(self, n: int, /) -> bytes:
        chunk = self._chunks.pop(0) if self._chunks else b""
        assert len(chunk) <= n
        return chunk


async def parts_of(*chunks: bytes) -> list[StreamPart]:
    return [part async for part in read_parts(Network(*chunks))]


async def test_every_part_is_read() -> None:
    pictures = [b"\xff\xd8 one \r\n--a-boundary\r\n \xff\xd9", b"\xff\xd8 two \xff\xd9"]
    stream = FIRST_BOUNDARY + b"".join(
        multipart_part(jpeg, 1000.25 + index) for index, jpeg in enumerate(pictures)
    )
    parts = await parts_of(stream)
    assert [part.jpeg for part in parts] == pictures
    assert [part.captured_at for part in parts] == [1000.25, 1001.25]


async def test_it_does_not_matter_where_the_network_cuts() -> None:
    stream = FIRST_BOUNDARY + multipart_part(b"\xff\xd8 picture \xff\xd9", 7.5)
    assert await parts_of(*(bytes([byte]) for byte in stream)) == await parts_of(stream)


async def test_a_stream_cut_within_a_picture_gives_no_half_picture() -> None:
    stream = FIRST_BOUNDARY + multipart_part(b"x" * 100, 1.0)
    with pytest.raises(EOFError):
        await parts_of(stream[:-50])


async def test_a_stream_cut_between_headers_just_ends() -> None:
    assert await parts_of(FIRST_BOUNDARY, b"Content-Type: image/jpeg\r\n") == []


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (b"X-Timestamp: 1\r\n\r\n", "length ''"),
        (b"X-Timestamp: 1\r\nContent-Length: 0\r\n\r\n", "length '0'"),
        (b"X-Timestamp: 1\r\nContent-Length: -5\r\n\r\n", "length '-5'"),
        (b"X-Timestamp: 1\r\nContent-Length: 999999999999\r\n\r\n", "length '999999999999'"),
        (b"Content-Length: 1\r\n\r\nx", "captured at ''"),
        (b"Content-Length: 1\r\nX-Timestamp: noon\r\n\r\nx", "captured at 'noon'"),
        (b"A: b\r\n" * 1000, "too many headers"),
    ],
)
async def test_a_part_that_does_not_fit_is_refused(headers: bytes, message: str) -> None:
    with pytest.raises(AgentProtocolError, match=message):
        await parts_of(FIRST_BOUNDARY + headers)
