"""The structures are laid out as the kernel's: it refuses, or misreads, all others."""

import struct

import pytest

from pi_agent.capture import v4l2_api as api

# As a C program on a 64-bit machine gets them from linux/videodev2.h.
NUMBERS = {
    "QUERYCAP": 0x80685600,
    "ENUM_FMT": 0xC0405602,
    "S_FMT": 0xC0D05605,
    "REQBUFS": 0xC0145608,
    "QUERYBUF": 0xC0585609,
    "QBUF": 0xC058560F,
    "DQBUF": 0xC0585611,
    "STREAMON": 0x40045612,
    "STREAMOFF": 0x40045613,
    "S_PARM": 0xC0CC5616,
    "S_CTRL": 0xC008561C,
    "QUERYCTRL": 0xC0445624,
    "ENUM_FRAMESIZES": 0xC02C564A,
    "ENUM_FRAMEINTERVALS": 0xC034564B,
}
on_64_bits = pytest.mark.skipif(struct.calcsize("P") != 8, reason="figures of a 64-bit machine")


@on_64_bits
@pytest.mark.parametrize(("name", "number"), NUMBERS.items())
def test_a_request_has_the_kernel_s_number_and_so_its_size(name: str, number: int) -> None:
    assert getattr(api, name) == number


@on_64_bits
def test_fields_that_we_read_stand_where_the_kernel_has_them() -> None:
    assert api.Buffer.sequence.offset == 56
    assert api.Buffer.offset.offset == 64
    assert api.Format.fmt.offset == 8


def test_a_pixel_format_is_four_letters() -> None:
    assert api.fourcc(api.fourcc_code("MJPG")) == "MJPG"
    assert api.fourcc_code("YUYV") == 0x56595559
