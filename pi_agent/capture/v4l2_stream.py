"""Running pictures of a video device, in buffers shared with the kernel."""

import contextlib
import errno
import fcntl
import mmap
import os
import select
import threading
import time
from ctypes import c_int
from dataclasses import dataclass

from . import v4l2_api as api
from .v4l2_device import V4l2Device

_BUFFERS = 4  # one being filled, one done, two for when this thread comes late
_OLDEST = 5.0  # seconds since a picture was captured
_WAIT = select.POLLIN | select.POLLPRI


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePicture:
    """One picture, copied; `monotonic_at` is when it was captured, as the driver says."""

    data: bytes
    monotonic_at: float | None
    is_broken: bool


class V4l2Stream:
    """Captures from an open device that was set to a mode. Used by one thread, but `interrupt`.

    Errors are OSError as the kernel gives them; `close` may be called twice.
    """

    def __init__(self, device: V4l2Device) -> None:
        self._device = device
        self._memory: list[mmap.mmap] = []
        self._lock = threading.Lock()  # protects _woken: its number may be another file's soon
        self._woken: int | None = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(device.fd, _WAIT)
        self._poll.register(self._woken, select.POLLIN)
        try:
            self._start()
        except OSError:
            self.close()
            raise

    def read(self, timeout: float) -> DevicePicture:
        """The next picture; TimeoutError after `timeout` seconds, InterruptedError if woken."""
        ready = dict(self._poll.poll(timeout * 1000))
        if self._woken is not None and self._woken in ready:
            os.eventfd_read(self._woken)
            raise InterruptedError(errno.EINTR, "woken")
        if not ready:
            raise TimeoutError(errno.ETIMEDOUT, "no picture")
        buffer = api.Buffer(type=api.CAPTURE, memory=api.MMAP)
        try:
            self._device.call(api.DQBUF, buffer)
        except BlockingIOError:  # the device reports a fault of its own, but no picture
            raise OSError(errno.ENODEV, "the device has stopped") from None
        picture = DevicePicture(
            data=self._memory[buffer.index][: buffer.bytesused],
            monotonic_at=_captured_at(buffer),
            is_broken=bool(buffer.flags & api.BUFFER_ERROR),
        )
        self._device.call(api.QBUF, buffer)
        return picture

    def interrupt(self) -> None:
        """End the present wait in `read`, or the next one; from any thread."""
        with self._lock:
            if self._woken is not None:
                os.eventfd_write(self._woken, 1)

    def close(self) -> None:
        """Stop the device and give the buffers back."""
        with self._lock:
            woken, self._woken = self._woken, None
        if woken is not None:
            os.close(woken)
        with contextlib.suppress(OSError):  # it may be unplugged
            self._command(api.STREAMOFF)
        memory, self._memory = self._memory, []
        for part in memory:
            part.close()

    def _start(self) -> None:
        asked = api.RequestBuffers(count=_BUFFERS, type=api.CAPTURE, memory=api.MMAP)
        for index in range(self._device.call(api.REQBUFS, asked).count):
            buffer = api.Buffer(index=index, type=api.CAPTURE, memory=api.MMAP)
            self._device.call(api.QUERYBUF, buffer)
            self._memory.append(
                mmap.mmap(self._device.fd, buffer.length, mmap.MAP_SHARED, offset=buffer.offset)
            )
            self._device.call(api.QBUF, buffer)
        self._command(api.STREAMON)

    def _command(self, request: int) -> None:
        fcntl.ioctl(self._device.fd, request, c_int(api.CAPTURE))


def _captured_at(buffer: api.Buffer) -> float | None:
    """The driver's time where it is of `time.monotonic`, and believable."""
    if buffer.flags & api.BUFFER_CLOCK != api.BUFFER_CLOCK_MONOTONIC:
        return None
    at = buffer.seconds + buffer.microseconds / 1e6
    return at if 0 <= time.monotonic() - at < _OLDEST else None
