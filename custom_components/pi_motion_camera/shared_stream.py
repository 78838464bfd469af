"""One stream from the agent for everyone who watches a camera in Home Assistant."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from typing import Any, Protocol

from .agent_client import AgentError, StreamPart
from .backoff import Backoff
from .mjpeg import BrowserPart, browser_part

_LOGGER = logging.getLogger(__name__)

# Switching between dashboards must not make the agent start and stop its encoder.
LINGER_SECONDS = 8.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 4.0  # also how often viewers see that the agent is lost
_FRESH_SECONDS = 6.0  # the agent sends a part at least every 5 s
_SILENT_SECONDS = 12.0  # two parts that stay out mean that it is gone
_RENEW_SECONDS = 1.0  # a timer is not set anew for each picture

type OpenStream = Callable[[], AbstractAsyncContextManager[AsyncIterator[StreamPart]]]
type StartTask = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]


class StreamViewer(Protocol):
    """Takes each part at once or lets it go, and never blocks."""

    def offer(self, part: BrowserPart) -> None:
        """Take the part, or miss it."""
        ...

    def end(self) -> None:
        """The stream is closed: no more will come."""
        ...


class SharedStream:
    """Opened by the first viewer, closed some seconds after the last has left.

    Keeps the newest picture only: a viewer that is slow misses those in between. A stream that
    breaks is opened again while viewers wait in the same response, and see the `offline_picture`.
    Lives on the event loop.
    """

    def __init__(
        self,
        name: str,
        open_stream: OpenStream,
        start_task: StartTask,
        *,
        offline_picture: bytes,
        linger_seconds: float = LINGER_SECONDS,
    ) -> None:
        """Nothing is opened before somebody watches."""
        self._name = name
        self._open_stream = open_stream
        self._start_task = start_task
        self._offline_part = browser_part(offline_picture)
        self._linger_seconds = linger_seconds
        self._backoff = Backoff(first=_FIRST_PAUSE_SECONDS, most=_LONGEST_PAUSE_SECONDS)
        self._loop = asyncio.get_running_loop()
        self._retry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._linger: asyncio.TimerHandle | None = None
        self._part: BrowserPart | None = None
        self._parts = 0
        self._newest: tuple[float, StreamPart] | None = None
        self._patience = asyncio.timeout(None)
        self._patient_since = 0.0
        self._closed = False
        self._viewers: tuple[StreamViewer, ...] = ()

    @property
    def viewers(self) -> int:
        """How many watch."""
        return len(self._viewers)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection to the agent, or one is being sought."""
        return self._task is not None

    @property
    def newest_picture(self) -> bytes | None:
        """The newest JPEG of a stream that runs; None where it would be stale."""
        if self._newest is None or self._loop.time() - self._newest[0] > _FRESH_SECONDS:
            return None
        return bytes(self._newest[1].jpeg)

    @contextmanager
    def watched_by(self, viewer: StreamViewer) -> Iterator[None]:
        """The viewer gets every part while the block runs, the newest known one at once."""
        self._add(viewer)
        try:
            yield
        finally:
            self._remove(viewer)

    def retry(self) -> None:
        """Try at once to open a stream that is down: the agent is back."""
        self._retry.set()

    async def close(self) -> None:
        """End every viewer and the connection to the agent; may be called twice."""
        self._closed = True
        for viewer in self._viewers:
            viewer.end()
        task = self._task
        self._stop()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _add(self, viewer: StreamViewer) -> None:
        self._viewers = (*self._viewers, viewer)
        if self._closed:
            viewer.end()
            return
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        if self._part is not None:
            viewer.offer(self._part)
        if self._task is None:
            self._task = self._start_task(self._run(), f"stream of {self._name}")

    def _remove(self, viewer: StreamViewer) -> None:
        self._viewers = tuple(other for other in self._viewers if other is not viewer)
        if not self._viewers and not self._closed:
            self._linger = self._loop.call_later(self._linger_seconds, self._stop)

    def _stop(self) -> None:
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._part = self._newest = None
        self._backoff.reset()

    async def _run(self) -> None:
        """Read pictures for as long as anybody watches, through every break."""
        while True:
            self._retry.clear()
            parts = self._parts
            try:
                await self._read_stream()
            except (AgentError, TimeoutError) as error:
                _LOGGER.debug("The stream of %s broke: %r", self._name, error)
            except Exception:  # a defect: say so, and go on rather than leave a frozen picture
                _LOGGER.exception("The stream of %s failed", self._name)
            self._newest = None
            if self._parts == parts:  # not one picture came: more than a short break
                self._publish(self._offline_part)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._backoff.pause()):
                    await self._retry.wait()

    async def _read_stream(self) -> None:
        self._patient_since = self._loop.time()
        async with (
            asyncio.timeout(_SILENT_SECONDS) as self._patience,
            self._open_stream() as parts,
        ):
            async for part in parts:
                self._take(part)

    def _take(self, part: StreamPart) -> None:
        now = self._loop.time()
        if now - self._patient_since > _RENEW_SECONDS:
            self._patience.reschedule(now + _SILENT_SECONDS)
            self._patient_since = now
        self._backoff.reset()
        self._newest = (now, part)
        self._publish(browser_part(part.jpeg))

    def _publish(self, part: BrowserPart) -> None:
        self._part = part
        self._parts += 1
        for viewer in self._viewers:
            viewer.offer(part)
