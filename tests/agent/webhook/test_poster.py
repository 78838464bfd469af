"""Every change of an event is posted, signed, in order, until it is taken; a real HTTP server."""

import asyncio
import hashlib
import hmac
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from pi_agent.app import Agent
from pi_agent.configuration import Configuration, ServerConfiguration
from pi_agent.connections_configuration import WebhookConfiguration
from pi_agent.errors import StorageError
from pi_agent.protocol import EventCause, EventState, MotionEvent, decode, encode, from_json
from pi_agent.runtime import event_follower
from pi_agent.storage import CopyProgress, Database, EventStore
from pi_agent.webhook import Receiver, WebhookPoster, signature
from tests.agent_fixture import camera
from tests.scripted_source import ScriptedSource

SECRET = "0123456789abcdef0123456789abcdef"
START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_follower, "_FIRST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(event_follower, "_LONGEST_PAUSE_SECONDS", 0.1)


@dataclass
class Hook:
    """The user's own server; `answers` are the statuses to come, then 204."""

    answers: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    @property
    def events(self) -> list[MotionEvent]:
        return [decode(MotionEvent, from_json(body)) for body in self.bodies]

    async def take(self, request: web.Request) -> web.Response:
        status = self.answers.pop(0) if self.answers else 204
        if 200 <= status < 300:
            self.bodies.append(await request.read())
            self.headers.append(dict(request.headers))
        return web.Response(status=status)

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[int]:
        application = web.Application()
        application.router.add_post("/hook", self.take)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        bound = int(runner.addresses[0][1])
        self.url = f"http://127.0.0.1:{bound}/hook"
        try:
            yield bound
        finally:
            await runner.cleanup()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


@dataclass
class Studio:
    """An agent's events."""

    database: Database

    def __post_init__(self) -> None:
        self.events = EventStore(self.database, now=START.timestamp)

    async def event(self, number: int) -> MotionEvent:
        event = MotionEvent(
            id=f"event-{number:04}",
            camera="porch",
            state=EventState.ENDED,
            cause=EventCause.MOTION,
            started_at=START,
        )
        return await self.events.save(event)

    @asynccontextmanager
    async def posting(self, hook: Hook) -> AsyncIterator[WebhookPoster]:
        receiver = Receiver(url=hook.url, secret=SECRET)
        progress = CopyProgress(self.database, receiver.name, from_now=True)
        await progress.load()
        poster = WebhookPoster(self.events, progress, receiver, now=lambda: 1_800_000_000.5)
        poster.start()
        try:
            yield poster
        finally:
            await poster.close()


@pytest.fixture
def studio(database: Database) -> Studio:
    return Studio(database)


async def test_what_is_posted_is_the_event_and_signed_with_its_time(studio: Studio) -> None:
    hook = Hook()
    async with hook.serving(), studio.posting(hook) as poster:
        event = await studio.event(1)
        poster.nudge()
        await until(lambda: hook.bodies)
    (body,), (headers,) = hook.bodies, hook.headers
    assert from_json(body) == encode(event)
    assert headers["Content-Type"] == "application/json"
    sent, _, sign = headers["X-Pi-Agent-Signature"].partition(",")
    assert sent == "t=1800000000"
    digest = hmac.new(SECRET.encode(), b"1800000000." + body, hashlib.sha256).hexdigest()
    assert sign == f"v1={digest}"


async def test_the_receiver_of_the_documentation_knows_who_sent_it() -> None:
    page = Path(__file__).parents[3] / "docs" / "connections.md"
    (code,) = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    names: dict[str, Any] = {"hmac": hmac, "hashlib": hashlib, "time": time}
    exec(code, names)
    is_genuine = names["is_genuine"]
    now = int(time.time())
    assert is_genuine(signature(SECRET, now, b"{}"), b"{}", SECRET)
    assert not is_genuine(signature(SECRET, now, b"{}"), b"{ }", SECRET)
    assert not is_genuine(signature("another", now, b"{}"), b"{}", SECRET)
    assert not is_genuine(signature(SECRET, now - 600, b"{}"), b"{}", SECRET)


async def test_what_fails_comes_again_in_order(studio: Studio) -> None:
    hook = Hook(answers=[500, 204, 302, 429, 404])
    async with hook.serving(), studio.posting(hook) as poster:
        for number in range(3):
            await studio.event(number)
        poster.nudge()
        await until(lambda: len(hook.bodies) == 3)
        await until(lambda: poster.ok)
        assert (poster.taken, poster.refused) == (3, 0)
    assert [e.id for e in hook.events] == [f"event-{n:04}" for n in range(3)]


async def test_an_event_that_is_refused_for_good_holds_up_no_other(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    hook = Hook(answers=[422])
    async with hook.serving(), studio.posting(hook) as poster:
        for number in range(2):
            await studio.event(number)
        poster.nudge()
        await until(lambda: hook.bodies)
        assert poster.refused == 1
    assert [e.id for e in hook.events] == ["event-0001"]
    assert "refuses event event-0000: status 422" in caplog.text


async def test_an_outage_and_a_restart_lose_nothing_and_repeat_nothing(studio: Studio) -> None:
    hook = Hook()
    async with hook.serving() as port, studio.posting(hook) as poster:
        await studio.event(0)
        poster.nudge()
        await until(lambda: hook.bodies)
    async with studio.posting(hook) as poster:
        for number in range(1, 30):
            await studio.event(number)
        poster.nudge()
        await until(lambda: poster.problem)
        assert poster.problem == "it cannot be reached: Connection refused"
        assert await poster.waiting() == 29
    async with studio.posting(hook), hook.serving(port):
        await until(lambda: len(hook.bodies) >= 30)
        await asyncio.sleep(0.05)
    assert [e.id for e in hook.events] == [f"event-{n:04}" for n in range(30)]


async def test_the_whole_agent_posts_what_it_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, source = Hook(), ScriptedSource()
    async with hook.serving():
        settings = Configuration(
            data_dir=tmp_path,
            server=ServerConfiguration(host="127.0.0.1", port=0, tls=False),
            cameras=(camera(),),
            webhook=WebhookConfiguration(url=hook.url, secret=SECRET),
        )
        assert SECRET not in repr(settings)
        async with Agent(settings, create_source=lambda _: source) as agent:
            source.still(4)
            source.walk(3)
            await until(lambda: hook.bodies)
            assert "pi_agent_webhook_waiting_events" in await metrics(agent)
            monkeypatch.setattr(CopyProgress, "waiting", fail)
            told = await metrics(agent)  # of all times, while the disk fails
            assert "pi_agent_webhook_ok" in told
            assert "pi_agent_webhook_waiting_events" not in told
    assert hook.events[0].state is EventState.STARTED


async def fail(*_: object) -> int:
    raise StorageError("the disk fails to read or write")


async def metrics(agent: Agent) -> str:
    headers = {"Authorization": f"Bearer {await agent.access.create_token('test')}"}
    address = f"http://127.0.0.1:{agent.server.port}/metrics"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(address) as answer,
    ):
        return await answer.text()
