"""The real agent in a thread with an event loop of its own, as if it were on another machine."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pi_agent.capture import FrameSource
from pi_agent.configuration import CameraConfiguration
from pi_agent.gpio_configuration import GpioConfiguration
from pi_agent.protocol import MotionEvent
from tests.agent_fixture import RunningAgent, camera, running_agent


class AgentThread:
    """An agent that a test can stop and start again: same data, same port, new boot.

    Every method is awaited on the test's own event loop.
    """

    def __init__(self, data_dir: Path, sources: dict[str, FrameSource]) -> None:
        """Nothing runs yet."""
        self.cameras: Sequence[CameraConfiguration] = (camera(),)
        self.name = "Porch Pi"
        self.gpio: GpioConfiguration | None = None
        self.port = 0
        self.sources = sources
        self._data_dir = data_dir
        self._running: RunningAgent | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> RunningAgent:
        """The agent; only while it runs."""
        assert self._running is not None
        return self._running

    @property
    def agent_id(self) -> str:
        """Its identity, kept over restarts."""
        return self.running.agent_id

    @property
    def certificate_sha256(self) -> str:
        """Its certificate's fingerprint, 64 hex digits."""
        return self.running.certificate_sha256.hex()

    async def start(self) -> None:
        """Start and return once it listens."""
        started = asyncio.get_running_loop().create_future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="agent")
        self._thread.start()
        await started

    async def stop(self) -> None:
        """Stop and return once its thread is gone; may be called twice."""
        thread, self._thread = self._thread, None
        if thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            await asyncio.to_thread(thread.join)

    async def call[T](self, action: Callable[[RunningAgent], Awaitable[T]]) -> T:
        """Do something with the running agent, on its own event loop."""

        async def _act() -> T:
            return await action(self.running)

        assert self._loop is not None
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_act(), self._loop))

    async def token(self, client: str = "Home Assistant") -> str:
        """A new token; an older one of the same client ends."""
        return await self.call(lambda running: running.token(client))

    async def pairing_code(self) -> str:
        """A code as `pi-agent pair` prints it."""
        return await self.call(lambda running: running.pairing_code())

    async def revoke(self, client: str = "Home Assistant") -> None:
        """End a client's token."""
        assert await self.call(lambda running: running.agent.access.revoke_token(client))

    async def clients(self) -> list[str]:
        """Who has a token."""
        tokens = await self.call(lambda running: running.agent.access.tokens())
        return [token.name for token in tokens]

    async def delete_event(self, event_id: str) -> None:
        """Delete an event, as retention does."""
        await self.call(lambda running: running.agent.events.delete(event_id))

    async def save_event(self, event: MotionEvent) -> None:
        """Put an event into the history, as if it had happened; nobody is told."""
        await self.call(lambda running: running.agent.events.save(event))

    async def viewers(self) -> int:
        """How many MJPEG streams are open."""

        async def _count(running: RunningAgent) -> int:
            return sum(camera.streams.viewers for camera in running.agent.cameras)

        return await self.call(_count)

    def _run(self, started: asyncio.Future[None]) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve(started))
            runner.run(_abort_connections())

    async def _serve(self, started: asyncio.Future[None]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        tests_loop = started.get_loop()
        try:
            async with running_agent(
                self._data_dir,
                cameras=self.cameras,
                sources=self.sources,
                port=self.port,
                name=self.name,
                gpio=self.gpio,
            ) as self._running:
                self.port = self._running.port
                tests_loop.call_soon_threadsafe(started.set_result, None)
                await self._stopping.wait()
        except Exception as error:
            if started.done():
                raise
            tests_loop.call_soon_threadsafe(started.set_exception, error)
        finally:
            self._running = None


async def _abort_connections() -> None:
    """Cut what is still open, as the system does when a process ends."""
    transports = asyncio.get_running_loop()._transports  # type: ignore[attr-defined]
    for transport in list(transports.values()):
        transport.abort()
    await asyncio.sleep(0)
