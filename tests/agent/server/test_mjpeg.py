"""The live stream as a client reads it from the socket."""

import asyncio
import socket
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import aiohttp
import pytest

from pi_agent.server import mjpeg
from pi_agent.server.mjpeg import TransportSink
from pi_agent.streaming import EncodedPicture
from tests.agent_fixture import RunningAgent
from tests.pictures import decoded
from tests.scripted_source import ScriptedSource

from .conftest import Api

STREAM = "/api/v1/cameras/porch/stream.mjpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    headers: dict[str, str]
    body: bytes


class PartReader:
    """Reads parts strictly by the standard: boundary, headers, as many bytes as they say."""

    def __init__(self, answer: Any) -> None:
        self._content = answer.content
        content_type, _, boundary = answer.headers["Content-Type"].partition("; boundary=")
        assert content_type == "multipart/x-mixed-replace"
        self._boundary = f"--{boundary}\r\n".encode()

    async def next(self) -> Part:
        async with asyncio.timeout(10):
            while (line := await self._content.readline()) == b"\r\n":
                pass
            assert line == self._boundary
            headers = {}
            while (line := await self._content.readline()) != b"\r\n":
                name, _, value = line.decode().strip().partition(": ")
                headers[name] = value
            return Part(
                headers=headers,
                body=await self._content.readexactly(int(headers["Content-Length"])),
            )


def shape(jpeg: bytes) -> tuple[int, ...]:
    return decoded(jpeg).shape


async def test_parts_carry_type_length_and_time_of_capture(
    api: Api, source: ScriptedSource
) -> None:
    source.still(0.1)
    async with api.request("GET", STREAM) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        reader = PartReader(answer)
        times = []
        for _ in range(3):
            source.still(0.1)
            part = await reader.next()
            assert part.headers["Content-Type"] == "image/jpeg"
            assert part.body[:2] == b"\xff\xd8"
            assert part.body[-2:] == b"\xff\xd9"
            times.append(float(part.headers["X-Timestamp"]))
    assert times == sorted(times)


async def test_a_width_is_served_scaled(api: Api, source: ScriptedSource) -> None:
    source.still(0.1)
    async with api.request("GET", f"{STREAM}?width=160") as answer:
        source.still(0.1)
        reader = PartReader(answer)
        part = await reader.next()
        while shape(part.body)[:2] != (90, 160):  # the offline picture may come first
            source.still(0.1)
            part = await reader.next()


async def test_a_viewer_that_leaves_is_forgotten(api: Api) -> None:
    (camera,) = api.agent.agent.cameras
    async with api.request("GET", STREAM), api.request("GET", f"{STREAM}?width=160"):
        assert camera.streams.viewers == 2
    async with asyncio.timeout(10):
        while camera.streams.viewers:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "query",
    ["fps=0", "fps=-1", "fps=nan", "fps=inf", "fps=1e999", "fps=x", "width=0", "width=1.5",
     "width=99999999999999999999"],
)  # fmt: skip
async def test_an_absurd_wish_names_its_field(api: Api, query: str) -> None:
    status, error = await api.error("GET", f"{STREAM}?{query}")
    assert (status, error["field"]) == (400, query.split("=", maxsplit=1)[0])


async def test_one_viewer_too_many_is_refused_and_the_others_stay(
    api: Api, source: ScriptedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pi_agent.server.mjpeg.MOST_VIEWERS", 2)
    async with api.request("GET", STREAM) as one, api.request("GET", STREAM):
        status, error = await api.error("GET", STREAM)
        assert (status, error["code"]) == (503, "unavailable")
        source.still(0.1)
        await PartReader(one).next()


class SlowTransport:
    """Stands for a socket whose peer reads when the test says so."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.waiting = 0
        self.closing = False

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def abort(self) -> None:
        self.closing = True


def picture(at: float) -> EncodedPicture:
    return EncodedPicture(jpeg=b"jpeg", captured_at=at)


def sink_of(transport: SlowTransport, fps: float | None = None) -> TransportSink:
    return TransportSink(transport, fps=fps, form=attrgetter("chunk"))  # type: ignore[arg-type]


async def test_a_busy_viewer_misses_frames_and_nothing_waits_for_it() -> None:
    transport = SlowTransport()
    sink = sink_of(transport)
    assert sink.offer(picture(1.0))
    transport.waiting = 70_000
    assert not sink.offer(picture(1.1))
    assert not sink.offer(picture(1.2))
    transport.waiting = 0
    assert sink.offer(picture(1.3))
    assert transport.written == [picture(1.0).chunk, picture(1.3).chunk]


async def test_a_rate_is_kept_by_capture_time(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = SlowTransport()
    sink = sink_of(transport, fps=5)
    for number in range(31):
        assert sink.offer(picture(1000 + number / 15))
    assert 10 <= len(transport.written) <= 12


async def test_a_clock_set_back_does_not_stop_a_stream() -> None:
    transport = SlowTransport()
    sink = sink_of(transport, fps=5)
    sink.offer(picture(90_000.0))
    sink.offer(picture(10.0))
    assert len(transport.written) == 2


async def test_a_viewer_that_never_reads_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = SlowTransport()
    sink = sink_of(transport)
    sink.offer(picture(1.0))
    transport.waiting = 70_000
    monkeypatch.setattr("pi_agent.server.mjpeg._STUCK_SECONDS", -1.0)
    assert not sink.offer(picture(2.0))
    assert not sink.ended.is_set()
    assert not sink.offer(picture(3.0))
    assert transport.closing
    assert sink.ended.is_set()


async def test_the_kernel_keeps_little_for_a_viewer_that_reads_nothing() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        viewer = socket.create_connection(listening.getsockname())
        accepted, _ = listening.accept()
    transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, accepted)
    mjpeg._keep_little_waiting(transport)
    sink = TransportSink(transport, fps=None, form=attrgetter("chunk"))
    unread = 0
    while sink.offer(EncodedPicture(jpeg=b"p" * 70_000, captured_at=1.0)):
        unread += 70_000
        await asyncio.sleep(0.001)
    assert unread < 1_000_000
    transport.abort()
    viewer.close()


async def test_for_a_browser_the_next_parts_headers_follow_each_picture(
    api: Api, source: ScriptedSource
) -> None:
    async with api.request("GET", f"{STREAM}?framing=browser") as answer:
        boundary = answer.headers["Content-Type"].partition("boundary=")[2]
        between = f"--{boundary}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
        for _ in range(3):
            source.still(0.1)
            async with asyncio.timeout(10):
                # All of the picture and of what follows it is there, though nothing comes after.
                head = await answer.content.readuntil(between)
            if head != between:
                assert decoded(head.removesuffix(b"\r\n" + between)).ndim == 3


@pytest.mark.parametrize("framing", ["plain", "browser"])
async def test_whoever_speaks_old_http_gets_no_chunks(
    agent: RunningAgent, source: ScriptedSource, framing: str
) -> None:
    source.still(0.1)
    async with (
        aiohttp.ClientSession(version=aiohttp.HttpVersion10) as session,
        session.get(
            f"https://127.0.0.1:{agent.port}{STREAM}?framing={framing}",
            headers={"Authorization": f"Bearer {await agent.token()}"},
            ssl=aiohttp.Fingerprint(agent.certificate_sha256),
        ) as answer,
    ):
        assert "Transfer-Encoding" not in answer.headers
        async with asyncio.timeout(10):
            first = await answer.content.readuntil(b"\r\n\r\n")
            jpeg = await answer.content.readuntil(b"\r\n--")
    assert first.startswith(b"--")
    assert decoded(jpeg.removesuffix(b"\r\n--")).ndim == 3


async def test_an_unknown_framing_is_refused(api: Api) -> None:
    status, error = await api.error("GET", f"{STREAM}?framing=x")
    assert (status, error["field"]) == (400, "framing")
