"""Pictures as RTP packets: motion JPEG by RFC 2435, H.264 by RFC 6184."""

import io
import struct
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np

_MOST = 1400  # bytes of a packet's content
_CLOCK = 90_000
JPEG, H264 = 26, 96  # payload types


def rtp(payload: bytes, *, kind: int, sequence: int, seconds: float, last: bool) -> bytes:
    """One packet; `last` marks the end of a picture."""
    stamp = int(seconds * _CLOCK) & 0xFFFFFFFF
    head = struct.pack("!BBHII", 0x80, last << 7 | kind, sequence & 0xFFFF, stamp, 0x1234)
    return head + payload


def jpeg_payloads(picture: bytes, width: int, height: int) -> list[bytes]:
    """A baseline JPEG with 4:2:0 colours and the standard Huffman tables, cut into payloads."""
    tables, scan = b"", b""
    at = 2
    while not scan:
        marker, length = picture[at + 1], int.from_bytes(picture[at + 2 : at + 4], "big")
        if marker == 0xDB:
            tables += picture[at + 5 : at + 2 + length]
        if marker == 0xDA:
            scan = picture[at + 2 + length : picture.rindex(b"\xff\xd9")]
        at += 2 + length
    payloads = []
    for offset in range(0, len(scan), _MOST):
        # Type 1 is 4:2:0, Q 255 says that the quantization tables come with the first packet.
        head = struct.pack("!IBBBB", offset, 1, 255, width // 8, height // 8)
        if offset == 0:
            head += struct.pack("!BBH", 0, 0, len(tables)) + tables
        payloads.append(head + scan[offset : offset + _MOST])
    return payloads


def h264_pictures(width: int, height: int, count: int, *, key_every: int) -> list[list[bytes]]:
    """`count` pictures that grow brighter, each as the payloads of its NAL units."""
    output = io.BytesIO()
    pictures: list[list[bytes]] = []
    with av.open(output, "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=Fraction(15))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(key_every)}
        for number in range(count):
            levels = np.full((height, width, 3), 20 + number * 200 // count, np.uint8)
            frame = av.VideoFrame.from_ndarray(levels, format="bgr24")
            pictures += [list(_nal_units(bytes(packet))) for packet in stream.encode(frame)]
        pictures += [list(_nal_units(bytes(packet))) for packet in stream.encode()]
    return pictures


def _nal_units(data: bytes) -> Iterator[bytes]:
    for unit in data.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01"):
        if unit:
            assert len(unit) <= 4 * _MOST, "a picture that large would have to be cut up"
            yield unit
