"""A remote control by the kernel's receiver: keys as they come from `/dev/input/event*`.

Source: https://docs.kernel.org/input/event-codes.html, linux/input-event-codes.h
"""

import asyncio
import logging
import os
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from .pins import PinsError

_LOGGER = logging.getLogger(__name__)
_RETRY_SECONDS = 5.0
_INPUT = Path("/sys/class/input")
_RECEIVERS = ("gpio_ir_recv", "gpio-ir")  # of the overlay gpio-ir
_EVENT = struct.Struct("llHHi")  # struct input_event: time of two longs, type, code, value
_KEY_TYPE, _PRESSED = 1, 1  # a value of 0 is the key let go, 2 the key held

# What small remote controls have.
KEYS: dict[str, int] = {
    "KEY_ESC": 1,
    **{f"KEY_{digit}": 1 + digit for digit in range(1, 10)},
    "KEY_0": 11,
    "KEY_ENTER": 28,
    "KEY_UP": 103,
    "KEY_LEFT": 105,
    "KEY_RIGHT": 106,
    "KEY_DOWN": 108,
    "KEY_MUTE": 113,
    "KEY_VOLUMEDOWN": 114,
    "KEY_VOLUMEUP": 115,
    "KEY_POWER": 116,
    "KEY_STOP": 128,
    "KEY_MENU": 139,
    "KEY_PLAYPAUSE": 164,
    "KEY_HOMEPAGE": 172,
    "KEY_BACK": 158,
    "KEY_RECORD": 167,
    "KEY_PLAY": 207,
    "KEY_OK": 352,
    "KEY_INFO": 358,
    "KEY_RED": 398,
    "KEY_GREEN": 399,
    "KEY_YELLOW": 400,
    "KEY_BLUE": 401,
    "KEY_CHANNELUP": 402,
    "KEY_CHANNELDOWN": 403,
    **{f"KEY_NUMERIC_{digit}": 512 + digit for digit in range(10)},
}


def find_receiver(root: Path = _INPUT) -> Path:
    """The device of the Pi's infra-red receiver; PinsError where there is none."""
    for name in sorted(root.glob("event*/device/name")):
        with suppress(OSError):  # unplugged meanwhile
            if name.read_text().strip() in _RECEIVERS:
                return Path("/dev/input") / name.parts[-3]
    raise PinsError(
        "gpio.remote: there is no infra-red receiver; put dtoverlay=gpio-ir,gpio_pin=17 into "
        "/boot/firmware/config.txt, or name another in gpio.remote.device"
    )


class Remote:
    """Owns the device. Calls `on_key` with the code of each key pressed. On the event loop.

    A receiver that is unplugged is looked for again.
    """

    def __init__(
        self, device: Callable[[], Path], actions: Mapping[int, Callable[[], None]]
    ) -> None:
        """`device` finds it, or raises PinsError; `actions` by the keys' codes."""
        self._device = device
        self._actions = actions
        self._file: int | None = None
        self._rest = b""
        self._retry: asyncio.TimerHandle | None = None
        self._problem: str | None = None

    def start(self) -> None:
        """Begin to listen, as soon as there is a receiver."""
        self._retry = None
        try:
            self._file = _open(self._device())
        except PinsError as error:
            self._wait(str(error))
            return
        if self._problem is not None:
            _LOGGER.info("The remote control's receiver is back")
        self._problem = None
        asyncio.get_running_loop().add_reader(self._file, self._read)

    def close(self) -> None:
        """Stop listening; may be called twice."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._let_go()

    def _wait(self, problem: str) -> None:
        level = logging.DEBUG if problem == self._problem else logging.WARNING
        _LOGGER.log(level, "%s", problem)
        self._problem = problem
        self._retry = asyncio.get_running_loop().call_later(_RETRY_SECONDS, self.start)

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            asyncio.get_running_loop().remove_reader(file)
            os.close(file)

    def _read(self) -> None:
        assert self._file is not None  # noqa: S101
        try:
            data = os.read(self._file, 64 * _EVENT.size)
        except BlockingIOError:
            return
        except OSError as error:
            data = b""
            _LOGGER.debug("The remote control's receiver: %s", error)
        if not data:
            self._let_go()
            self._rest = b""
            self._wait("gpio.remote: the receiver is gone")
            return
        data = self._rest + data
        whole = len(data) // _EVENT.size * _EVENT.size
        self._rest = data[whole:]
        for _, _, kind, code, value in _EVENT.iter_unpack(data[:whole]):
            if kind == _KEY_TYPE and value == _PRESSED and code in self._actions:
                self._actions[code]()


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError as error:
        raise PinsError(
            f"gpio.remote: {path} may not be read; put the agent's user into the group input"
        ) from error
    except OSError as error:
        raise PinsError(f"gpio.remote: {path}: {error.strerror}") from error
