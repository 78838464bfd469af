"""Who holds a long connection open, and its end when the token is revoked or the agent stops."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto

from pi_agent.errors import UnavailableError
from pi_agent.runtime import LoopTask
from pi_agent.storage import AccessStore

_LOGGER = logging.getLogger(__name__)
_LOOK_EVERY_SECONDS = 1.0


class Ending(Enum):
    """Why a long connection is ended."""

    REVOKED = auto()
    STOPPING = auto()


class AccessGuard:
    """Ends streams and websockets of clients whose token was revoked, by this process or another.

    Lives on the event loop.
    """

    def __init__(self, access: AccessStore) -> None:
        self._access = access
        self._held: dict[str, set[Callable[[Ending], None]]] = {}
        self._task = LoopTask("access-guard")

    def start(self) -> None:
        """Begin to watch."""
        self._task.start(self._watch())

    async def close(self) -> None:
        """Stop watching; may be called twice."""
        await self._task.close()

    @contextmanager
    def held(self, token: str, end: Callable[[Ending], None]) -> Iterator[None]:
        """While the block runs, `end` is called within about a second of the token's end."""
        ends = self._held.setdefault(token, set())
        ends.add(end)
        try:
            yield
        finally:
            ends.discard(end)
            if not ends:
                self._held.pop(token, None)

    def end_all(self) -> None:
        """Ask every connection to end: the agent stops."""
        for token in tuple(self._held):
            self._end(token, Ending.STOPPING)

    def _end(self, token: str, ending: Ending) -> None:
        for end in tuple(self._held.get(token, ())):
            end(ending)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            for token in tuple(self._held):
                try:
                    await self._check(token)
                except UnavailableError as error:  # who is in stays while the disk fails
                    _LOGGER.debug("A token cannot be checked: %s", error)
                except Exception:
                    _LOGGER.exception("A token could not be checked")

    async def _check(self, token: str) -> None:
        if await self._access.client_of(token) is None:
            self._end(token, Ending.REVOKED)
