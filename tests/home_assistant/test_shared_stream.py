"""One stream from the agent for all viewers, through every break."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator
from contextlib import ExitStack, aclosing, asynccontextmanager, contextmanager
from typing import Any

import pytest

from custom_components.pi_motion_camera import shared_stream
from custom_components.pi_motion_camera.agent_client import AgentConnectionError, StreamPart
from custom_components.pi_motion_camera.mjpeg import BrowserPart, browser_part
from custom_components.pi_motion_camera.shared_stream import SharedStream

from .waiting import until

OFFLINE = b"offline"


class Upstream:
    """The agent's side: a test says which pictures come and when the stream breaks."""

    def __init__(self) -> None:
        self.opened = 0
        self.open_now = 0
        self.is_down = False
        self._pictures: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def send(self, jpeg: bytes) -> None:
        self._pictures.put_nowait(jpeg)

    def break_off(self, error: Exception | None = None) -> None:
        self._pictures.put_nowait(error or AgentConnectionError("broken"))

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[AsyncIterator[StreamPart]]:
        self.opened += 1
        if self.is_down:
            raise AgentConnectionError("nobody there")
        self.open_now += 1
        try:
            async with aclosing(self._parts()) as parts:
                yield parts
        finally:
            self.open_now -= 1

    async def _parts(self) -> AsyncGenerator[StreamPart]:
        while True:
            picture = await self._pictures.get()
            if isinstance(picture, Exception):
                raise picture
            yield StreamPart(jpeg=picture, captured_at=1.0)


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def stream(upstream: Upstream) -> AsyncIterator[SharedStream]:
    def _start(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        return asyncio.create_task(work, name=name)

    stream = SharedStream(
        "porch", upstream.stream, _start, offline_picture=OFFLINE, linger_seconds=0.05
    )
    yield stream
    await stream.close()


class Slot:
    """A viewer that keeps the newest part until the test takes it."""

    def __init__(self) -> None:
        self._part: BrowserPart | None = None
        self._changed = asyncio.Event()
        self._ended = False

    def offer(self, part: BrowserPart) -> None:
        self._part = part
        self._changed.set()

    def end(self) -> None:
        self._ended = True
        self._changed.set()

    async def next(self) -> BrowserPart | None:
        """The newest part not taken yet; None once the stream is closed."""
        async with asyncio.timeout(10):
            await self._changed.wait()
        if self._ended:
            return None
        self._changed.clear()
        return self._part


@contextmanager
def watching(stream: SharedStream) -> Iterator[Slot]:
    slot = Slot()
    with stream.watched_by(slot):
        yield slot


async def test_nothing_is_opened_before_somebody_watches(
    stream: SharedStream, upstream: Upstream
) -> None:
    await asyncio.sleep(0.02)
    assert upstream.opened == 0
    assert stream.newest_picture is None


async def test_all_viewers_share_one_stream(stream: SharedStream, upstream: Upstream) -> None:
    with ExitStack() as stack:
        viewers = [stack.enter_context(watching(stream)) for _ in range(20)]
        waiting = [asyncio.ensure_future(viewer.next()) for viewer in viewers]
        upstream.send(b"one")
        assert await asyncio.gather(*waiting) == [browser_part(b"one")] * 20
        assert (upstream.opened, stream.viewers) == (1, 20)
        assert stream.newest_picture == b"one"


async def test_a_viewer_that_comes_later_sees_the_newest_picture_at_once(
    stream: SharedStream, upstream: Upstream
) -> None:
    with watching(stream) as early:
        upstream.send(b"one")
        await early.next()
        with watching(stream) as late:
            assert await late.next() == browser_part(b"one")


async def test_the_stream_stays_open_for_a_while_after_the_last_viewer(
    stream: SharedStream, upstream: Upstream
) -> None:
    with watching(stream) as viewer:
        upstream.send(b"one")
        await viewer.next()
    assert upstream.open_now == 1
    with watching(stream) as viewer:
        assert await viewer.next() == browser_part(b"one")
        await asyncio.sleep(0.1)  # longer than it lingers: the timer was called off
        assert (upstream.opened, upstream.open_now) == (1, 1)
    await until(lambda: upstream.open_now == 0)
    assert not stream.is_open
    assert stream.newest_picture is None


async def test_a_break_is_mended_while_viewers_wait(
    stream: SharedStream, upstream: Upstream
) -> None:
    with watching(stream) as viewer:
        upstream.send(b"before")
        await viewer.next()
        upstream.break_off()
        upstream.send(b"after")
        assert await viewer.next() == browser_part(b"after")
        assert upstream.opened == 2


async def test_an_agent_that_is_lost_is_shown_again_and_again_until_it_is_back(
    stream: SharedStream, upstream: Upstream
) -> None:
    with watching(stream) as viewer:
        upstream.send(b"before")
        await viewer.next()
        upstream.is_down = True
        upstream.break_off()
        for _ in range(3):
            assert await viewer.next() == browser_part(OFFLINE)
        assert stream.newest_picture is None  # never taken for a still
        upstream.is_down = False
        upstream.send(b"after")
        await until(lambda: upstream.open_now == 1)
        while (part := await viewer.next()) == browser_part(OFFLINE):
            pass
        assert part == browser_part(b"after")


async def test_a_viewer_of_a_lost_agent_sees_so_at_once(
    stream: SharedStream, upstream: Upstream
) -> None:
    upstream.is_down = True
    with watching(stream) as viewer:
        assert await viewer.next() == browser_part(OFFLINE)


async def test_the_agents_return_ends_the_pause_between_attempts(
    stream: SharedStream, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream._backoff, "pause", lambda: 3600.0)
    upstream.is_down = True
    with watching(stream) as viewer:
        await viewer.next()
        upstream.is_down = False
        stream.retry()
        upstream.send(b"back")
        assert await viewer.next() == browser_part(b"back")


async def test_closing_ends_every_viewer_and_the_stream(
    stream: SharedStream, upstream: Upstream
) -> None:
    with watching(stream) as one, watching(stream) as two:
        upstream.send(b"one")
        await one.next()
        waiting = asyncio.ensure_future(one.next())
        await asyncio.sleep(0)
        await stream.close()
        assert await waiting is None
        assert await two.next() is None
        assert upstream.open_now == 0
    await stream.close()
    with watching(stream) as late:
        assert await late.next() is None
    assert upstream.opened == 1


async def test_an_agent_that_falls_silent_is_asked_anew(
    stream: SharedStream, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_stream, "_SILENT_SECONDS", 0.2)
    monkeypatch.setattr(shared_stream, "_RENEW_SECONDS", 0.0)
    with watching(stream) as viewer:
        for number in range(6):  # each in time, all together not
            upstream.send(b"%d" % number)
            await viewer.next()
            await asyncio.sleep(0.05)
        assert upstream.opened == 1
        await until(lambda: upstream.opened == 2)
        upstream.send(b"after")
        while (part := await viewer.next()) == browser_part(OFFLINE):
            pass
        assert part == browser_part(b"after")


async def test_a_defect_is_logged_and_the_stream_goes_on(
    stream: SharedStream, upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "custom_components.pi_motion_camera.shared_stream")
    with watching(stream) as viewer:
        upstream.break_off(KeyError("a defect"))
        upstream.send(b"after")
        while (part := await viewer.next()) == browser_part(OFFLINE):
            pass
        assert part == browser_part(b"after")


async def test_a_picture_that_is_old_is_not_taken_for_the_newest(
    stream: SharedStream, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watching(stream) as viewer:
        upstream.send(b"one")
        await viewer.next()
        assert stream.newest_picture == b"one"
        now = asyncio.get_running_loop().time()
        monkeypatch.setattr(stream._loop, "time", lambda: now + 7)
        assert stream.newest_picture is None
