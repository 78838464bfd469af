"""A video device of Linux: what it is, what it can deliver, what can be set on it."""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from ctypes import Structure
from dataclasses import dataclass
from typing import TypeVar

from . import v4l2_api as api
from .video_mode import VideoMode

_MOST_ENTRIES = 256  # of any list that a driver gives
_COMMON_SIZES = ((320, 240), (640, 480), (1280, 720), (1920, 1080))  # where any is possible
StructureT = TypeVar("StructureT", bound=Structure)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """What a device says of itself."""

    name: str
    driver: str
    bus: str
    captures: bool

    @property
    def is_usb(self) -> bool:
        """Whether it is a webcam, not one of a Pi's own codecs and sensor interfaces."""
        return self.captures and self.bus.startswith("usb-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRange:
    """A whole number that can be set on the device."""

    minimum: int
    maximum: int
    step: int
    default: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFormat:
    """What a device was set to deliver."""

    pixel_format: str
    width: int
    height: int
    bytes_per_line: int


class V4l2Device:
    """Owns an open device. Errors are OSError as the kernel gives them; `close` twice is fine."""

    def __init__(self, path: str) -> None:
        # Else a driver that has no picture yet would keep us waiting for ever.
        self._fd: int | None = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    @property
    def fd(self) -> int:
        """The open file; OSError once it is closed."""
        if self._fd is None:
            raise OSError(errno.EBADF, "the device is closed")
        return self._fd

    def close(self) -> None:
        """Close the device."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def info(self) -> DeviceInfo:
        """What the device is."""
        found = self.call(api.QUERYCAP, api.Capability())
        has_own = found.capabilities & api.CAP_DEVICE_CAPS
        caps = found.device_caps if has_own else found.capabilities
        needed = api.CAP_VIDEO_CAPTURE | api.CAP_STREAMING
        return DeviceInfo(
            name=found.card.decode(errors="replace"),
            driver=found.driver.decode(errors="replace"),
            bus=found.bus_info.decode(errors="replace"),
            captures=caps & needed == needed,
        )

    def modes(self) -> list[VideoMode]:
        """Everything that it can deliver, as far as the driver lists it."""
        return [
            VideoMode(
                pixel_format=api.fourcc(code),
                width=width,
                height=height,
                fps=self._fastest(code, width, height),
            )
            for code in self._formats()
            for width, height in self._sizes(code)
        ]

    def set_mode(self, mode: VideoMode, fps: float) -> DeviceFormat:
        """Set the device to this mode, at `fps` or the mode's own rate; what it made of it."""
        wanted = api.Format(type=api.CAPTURE)
        wanted.fmt.pix.width, wanted.fmt.pix.height = mode.width, mode.height
        wanted.fmt.pix.pixelformat = api.fourcc_code(mode.pixel_format)
        pix = self.call(api.S_FMT, wanted).fmt.pix
        interval = api.StreamParameters(type=api.CAPTURE, numerator=1000)
        interval.denominator = round(1000 * min(fps, mode.fps))
        try:
            self.call(api.S_PARM, interval)
        except OSError as error:
            if error.errno not in (errno.ENOTTY, errno.EINVAL):  # it has but one rate
                raise
        return DeviceFormat(
            pixel_format=api.fourcc(pix.pixelformat),
            width=pix.width,
            height=pix.height,
            bytes_per_line=pix.bytesperline,
        )

    def control(self, number: int) -> ControlRange | None:
        """The range of one control, None where the device has not got it."""
        try:
            found = self.call(api.QUERYCTRL, api.QueryControl(id=number))
        except OSError:
            return None
        if found.flags & api.CONTROL_DISABLED:
            return None
        return ControlRange(
            minimum=found.minimum,
            maximum=found.maximum,
            step=max(1, found.step),
            default=found.default_value,
        )

    def set_control(self, number: int, value: int) -> None:
        """Set one control."""
        self.call(api.S_CTRL, api.Control(id=number, value=value))

    def call(self, request: int, argument: StructureT) -> StructureT:
        """One ioctl; the structure as the kernel has filled it."""
        while True:
            try:
                fcntl.ioctl(self.fd, request, argument)
            except InterruptedError:
                continue
            return argument

    def _formats(self) -> Iterator[int]:
        for entry in _listed(
            lambda index: self.call(
                api.ENUM_FMT, api.FormatDescription(index=index, type=api.CAPTURE)
            )
        ):
            yield entry.pixelformat

    def _sizes(self, code: int) -> Iterator[tuple[int, int]]:
        for entry in _listed(
            lambda index: self.call(
                api.ENUM_FRAMESIZES, api.FrameSize(index=index, pixel_format=code)
            )
        ):
            if entry.type == api.DISCRETE:
                yield entry.size.discrete.width, entry.size.discrete.height
                continue
            bounds = entry.size.stepwise
            for width, height in _COMMON_SIZES:
                fits = bounds.min_width <= width <= bounds.max_width
                if fits and bounds.min_height <= height <= bounds.max_height:
                    yield width, height
            return

    def _fastest(self, code: int, width: int, height: int) -> float:
        intervals = _listed(
            lambda index: self.call(
                api.ENUM_FRAMEINTERVALS,
                api.FrameInterval(index=index, pixel_format=code, width=width, height=height),
            )
        )
        rates = [entry.denominator / entry.numerator for entry in intervals if entry.numerator]
        return round(max(rates, default=30.0), 3)


def _listed(entry: Callable[[int], StructureT]) -> Iterator[StructureT]:
    """The entries of a list that a driver gives one by one until it says EINVAL."""
    for index in range(_MOST_ENTRIES):
        try:
            yield entry(index)
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOTTY):
                return
            raise
