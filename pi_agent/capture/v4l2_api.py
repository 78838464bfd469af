"""The part of Linux's video interface (linux/videodev2.h) that a webcam needs, as ctypes."""

import ctypes
from ctypes import Structure, Union, c_char, c_int, c_int32, c_long, c_uint8, c_uint32, c_ulong

CAPTURE = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
MMAP = 1  # V4L2_MEMORY_MMAP
CAP_VIDEO_CAPTURE, CAP_STREAMING, CAP_DEVICE_CAPS = 0x00000001, 0x04000000, 0x80000000
BUFFER_ERROR = 0x0040
BUFFER_CLOCK, BUFFER_CLOCK_MONOTONIC = 0xE000, 0x2000
DISCRETE = 1  # of sizes and intervals: each one is listed
CONTROL_DISABLED, CONTROL_INACTIVE, NEXT_CONTROL = 0x0001, 0x0010, 0x80000000


class Capability(Structure):
    """struct v4l2_capability."""

    _fields_ = (
        ("driver", c_char * 16),
        ("card", c_char * 32),
        ("bus_info", c_char * 32),
        ("version", c_uint32),
        ("capabilities", c_uint32),
        ("device_caps", c_uint32),
        ("reserved", c_uint32 * 3),
    )


class FormatDescription(Structure):
    """struct v4l2_fmtdesc."""

    _fields_ = (
        ("index", c_uint32),
        ("type", c_uint32),
        ("flags", c_uint32),
        ("description", c_char * 32),
        ("pixelformat", c_uint32),
        ("mbus_code", c_uint32),
        ("reserved", c_uint32 * 3),
    )


class DiscreteSize(Structure):
    """struct v4l2_frmsize_discrete."""

    _fields_ = (("width", c_uint32), ("height", c_uint32))


class StepwiseSize(Structure):
    """struct v4l2_frmsize_stepwise."""

    _fields_ = (
        ("min_width", c_uint32),
        ("max_width", c_uint32),
        ("step_width", c_uint32),
        ("min_height", c_uint32),
        ("max_height", c_uint32),
        ("step_height", c_uint32),
    )


class _SizeUnion(Union):
    _fields_ = (("discrete", DiscreteSize), ("stepwise", StepwiseSize))


class FrameSize(Structure):
    """struct v4l2_frmsizeenum."""

    _fields_ = (
        ("index", c_uint32),
        ("pixel_format", c_uint32),
        ("type", c_uint32),
        ("size", _SizeUnion),
        ("reserved", c_uint32 * 2),
    )


class FrameInterval(Structure):
    """struct v4l2_frmivalenum."""

    _fields_ = (
        ("index", c_uint32),
        ("pixel_format", c_uint32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("type", c_uint32),
        ("numerator", c_uint32),  # of a discrete interval; else of the shortest one
        ("denominator", c_uint32),
        ("stepwise", c_uint32 * 4),
        ("reserved", c_uint32 * 2),
    )


class PixFormat(Structure):
    """struct v4l2_pix_format."""

    _fields_ = (
        ("width", c_uint32),
        ("height", c_uint32),
        ("pixelformat", c_uint32),
        ("field", c_uint32),
        ("bytesperline", c_uint32),
        ("sizeimage", c_uint32),
        ("rest", c_uint32 * 6),
    )


class _FormatUnion(Union):
    # The kernel's union holds pointers too, which align it.
    _fields_ = (("pix", PixFormat), ("raw", c_uint8 * 200), ("align", c_ulong))


class Format(Structure):
    """struct v4l2_format."""

    _fields_ = (("type", c_uint32), ("fmt", _FormatUnion))


class StreamParameters(Structure):
    """struct v4l2_streamparm."""

    _fields_ = (
        ("type", c_uint32),
        ("capability", c_uint32),
        ("capturemode", c_uint32),
        ("numerator", c_uint32),
        ("denominator", c_uint32),
        ("rest", c_uint8 * 184),
    )


class RequestBuffers(Structure):
    """struct v4l2_requestbuffers."""

    _fields_ = (
        ("count", c_uint32),
        ("type", c_uint32),
        ("memory", c_uint32),
        ("capabilities", c_uint32),
        ("reserved", c_uint32),
    )


class Buffer(Structure):
    """struct v4l2_buffer."""

    _fields_ = (
        ("index", c_uint32),
        ("type", c_uint32),
        ("bytesused", c_uint32),
        ("flags", c_uint32),
        ("field", c_uint32),
        ("seconds", c_long),
        ("microseconds", c_long),
        ("timecode", c_uint32 * 4),
        ("sequence", c_uint32),
        ("memory", c_uint32),
        ("offset", c_ulong),
        ("length", c_uint32),
        ("reserved", c_uint32 * 2),
    )


class QueryControl(Structure):
    """struct v4l2_queryctrl."""

    _fields_ = (
        ("id", c_uint32),
        ("type", c_uint32),
        ("name", c_char * 32),
        ("minimum", c_int32),
        ("maximum", c_int32),
        ("step", c_int32),
        ("default_value", c_int32),
        ("flags", c_uint32),
        ("reserved", c_uint32 * 2),
    )


class Control(Structure):
    """struct v4l2_control."""

    _fields_ = (("id", c_uint32), ("value", c_int32))


def _request(number: int, argument: type[Structure | c_int], *, reads: bool, writes: bool) -> int:
    """The number of an ioctl as linux/ioctl.h makes it: direction, size, "V", number."""
    direction = writes | reads << 1
    return direction << 30 | ctypes.sizeof(argument) << 16 | ord("V") << 8 | number


QUERYCAP = _request(0, Capability, reads=True, writes=False)
ENUM_FMT = _request(2, FormatDescription, reads=True, writes=True)
S_FMT = _request(5, Format, reads=True, writes=True)
REQBUFS = _request(8, RequestBuffers, reads=True, writes=True)
QUERYBUF = _request(9, Buffer, reads=True, writes=True)
QBUF = _request(15, Buffer, reads=True, writes=True)
DQBUF = _request(17, Buffer, reads=True, writes=True)
STREAMON = _request(18, c_int, reads=False, writes=True)
STREAMOFF = _request(19, c_int, reads=False, writes=True)
S_PARM = _request(22, StreamParameters, reads=True, writes=True)
S_CTRL = _request(28, Control, reads=True, writes=True)
QUERYCTRL = _request(36, QueryControl, reads=True, writes=True)
ENUM_FRAMESIZES = _request(74, FrameSize, reads=True, writes=True)
ENUM_FRAMEINTERVALS = _request(75, FrameInterval, reads=True, writes=True)


def fourcc(code: int) -> str:
    """A pixel format's four letters."""
    return code.to_bytes(4, "little").decode("ascii", "replace")


def fourcc_code(letters: str) -> int:
    """The number of a pixel format's four letters."""
    return int.from_bytes(letters.encode("ascii"), "little")
