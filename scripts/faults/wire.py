"""The wire between two network namespaces: every packet passes here, late, lost or not at all."""

import asyncio
import os
import random
from contextlib import suppress
from typing import Protocol

from .namespaces import Namespaces

_PACKET_BYTES = 64 * 1024


class Network(Protocol):
    """What lies between Home Assistant and the agent; `port` is where the agent is found.

    `has_loss`: whether it has packets that can be lost.
    """

    port: int
    has_loss: bool

    async def start(self) -> None:
        """Begin to let pass."""

    async def close(self) -> None:
        """Let nothing pass any more."""

    def cut(self) -> None:
        """Let nothing pass from now on."""

    def worsen(self, *, seconds_late: float = 0.0, loss: float = 0.0) -> None:
        """Let everything pass later than it came, and a fraction of it not at all."""

    def mend(self) -> None:
        """Let everything pass at once again."""


class Wire:
    """Real packets, so loss and delay are what TCP makes of them."""

    has_loss = True

    def __init__(self, namespaces: Namespaces, *, port: int, chance: random.Random) -> None:
        """`port` is where the agent listens; nobody translates it."""
        self.port = port
        self.packets = 0
        self._ends = {
            namespaces.home_wire: namespaces.agent_wire,
            namespaces.agent_wire: namespaces.home_wire,
        }
        self._chance = chance
        self._is_cut = False
        self._seconds_late = 0.0
        self._loss = 0.0

    async def start(self) -> None:
        """Begin to pass packets on."""
        for end in self._ends:
            asyncio.get_running_loop().add_reader(end, self._pass_on, end)

    async def close(self) -> None:
        """Pass nothing on any more."""
        for end in self._ends:
            asyncio.get_running_loop().remove_reader(end)

    def cut(self) -> None:
        """As a cable that is pulled: nobody is told."""
        self._is_cut = True

    def worsen(self, *, seconds_late: float = 0.0, loss: float = 0.0) -> None:
        """Each packet `seconds_late`, and this fraction of them lost."""
        self._seconds_late, self._loss = seconds_late, loss

    def mend(self) -> None:
        """As new."""
        self._is_cut, self._seconds_late, self._loss = False, 0.0, 0.0

    def _pass_on(self, end: int) -> None:
        packet = os.read(end, _PACKET_BYTES)
        self.packets += 1
        if self._is_cut or self._chance.random() < self._loss:
            return
        if self._seconds_late:
            loop = asyncio.get_running_loop()
            loop.call_later(self._seconds_late, _write, self._ends[end], packet)
        else:
            _write(self._ends[end], packet)


def _write(end: int, packet: bytes) -> None:
    with suppress(BlockingIOError):  # the queue of a real interface is bounded, too
        os.write(end, packet)
