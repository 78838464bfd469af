"""What a browser is sent, and what a slow one misses."""

import asyncio
import socket
from typing import Any

import pytest

from custom_components.pi_motion_camera import mjpeg
from custom_components.pi_motion_camera.mjpeg import BrowserViewer, browser_part


class SlowTransport:
    """Stands for a connection whose peer reads when the test says so."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.waiting = 0
        self.closing = False

    def get_extra_info(self, name: str) -> Any:
        return None

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def write(self, data: bytes) -> None:
        self.written.append(bytes(data))

    def abort(self) -> None:
        self.closing = True


def viewer_of(transport: SlowTransport, *, chunked: bool = True) -> BrowserViewer:
    return BrowserViewer(transport, chunked=chunked)  # type: ignore[arg-type]


def test_a_part_ends_with_the_headers_of_the_next_and_says_no_length() -> None:
    part = browser_part(b"jpeg").part
    assert part == b"jpeg\r\n--pi-motion-camera\r\nContent-Type: image/jpeg\r\n\r\n"


def test_a_chunk_holds_the_part_and_says_its_length() -> None:
    made = browser_part(b"jpeg")
    size, _, rest = made.chunk.partition(b"\r\n")
    assert int(size, 16) == len(made.part)
    assert rest == made.part + b"\r\n"


@pytest.mark.parametrize("chunked", [True, False])
async def test_old_and_new_http_get_the_same_picture(chunked: bool) -> None:
    transport, part = SlowTransport(), browser_part(b"jpeg")
    viewer_of(transport, chunked=chunked).offer(part)
    assert transport.written == [part.chunk if chunked else part.part]


async def test_a_busy_viewer_misses_pictures_and_nothing_waits_for_it() -> None:
    transport = SlowTransport()
    viewer = viewer_of(transport)
    viewer.offer(browser_part(b"1"))
    transport.waiting = 70_000
    for number in range(100):
        viewer.offer(browser_part(b"%d" % number))
    transport.waiting = 0
    viewer.offer(browser_part(b"2"))
    assert transport.written == [browser_part(b"1").chunk, browser_part(b"2").chunk]
    assert not viewer.ended.is_set()


@pytest.mark.usefixtures("socket_enabled")
async def test_the_kernel_keeps_little_for_a_viewer_that_reads_nothing() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        browser = socket.create_connection(listening.getsockname())
        accepted, _ = listening.accept()
    transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, accepted)
    viewer = BrowserViewer(transport, chunked=True)
    unread = 0
    while not transport.get_write_buffer_size():
        viewer.offer(browser_part(b"p" * 70_000))
        unread += 70_000
        await asyncio.sleep(0.001)
    assert unread < 1_000_000
    transport.abort()
    browser.close()


@pytest.mark.usefixtures("socket_enabled")
async def test_a_browser_that_has_left_before_its_first_picture_is_let_go() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname()).close()
        accepted, _ = listening.accept()
    transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, accepted)
    transport.abort()
    while accepted.fileno() >= 0:
        await asyncio.sleep(0)
    viewer = BrowserViewer(transport, chunked=True)
    viewer.offer(browser_part(b"jpeg"))
    assert viewer.ended.is_set()


async def test_a_viewer_that_never_reads_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mjpeg, "_STUCK_SECONDS", 0.05)
    transport = SlowTransport()
    viewer = viewer_of(transport)
    transport.waiting = 70_000
    viewer.offer(browser_part(b"1"))
    assert not viewer.ended.is_set()
    await asyncio.sleep(0.1)
    viewer.offer(browser_part(b"2"))
    assert viewer.ended.is_set()
    assert transport.closing


async def test_a_viewer_that_has_left_is_not_written_to() -> None:
    transport = SlowTransport()
    viewer = viewer_of(transport)
    transport.closing = True
    viewer.offer(browser_part(b"1"))
    assert viewer.ended.is_set()
    assert transport.written == []
