"""Motion JPEG over HTTP, from a server that does what cameras do."""

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pi_agent.capture import CameraAddress, HttpMjpegSource
from pi_agent.errors import CameraError
from pi_agent.server import AgentCertificate

from .frame_source_suite import read_until_lost
from .mjpeg_server import PASSWORD, USER, MjpegServer, jpeg, mjpeg_server
from .rtsp_server import rtsp_server


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    with mjpeg_server() as server:
        yield server


def source_of(url: str, **options: Any) -> HttpMjpegSource:
    return HttpMjpegSource(CameraAddress.parse(url), **{"timeout": 0.5, **options})


def with_access(url: str, user: str = USER, password: str = PASSWORD) -> str:
    return url.replace("://", f"://{quote(user, safe='')}:{quote(password, safe='')}@")


def refusal(url: str, **options: Any) -> str:
    with closing(source_of(url, **options)) as source, pytest.raises(CameraError) as caught:
        source.open()
    return str(caught.value)


@pytest.mark.parametrize(
    "habits",
    [
        {},
        {"lengths": False},
        {"boundary": "--frame"},
        {"boundary": '"frame"', "lengths": False},
        {"chunked": True},
        {"chunked": True, "lengths": False, "between": b"\r\n\r\n"},
        {"redirect_to": "/moved/stream"},
        {"auth": "basic"},
        {"auth": "digest"},
        {"auth": "digest", "redirect_to": "/moved/stream"},
    ],
)
def test_pictures_are_passed_on_untouched_whatever_the_camera_s_habits(
    server: MjpegServer, habits: dict[str, Any]
) -> None:
    for name, value in habits.items():
        setattr(server, name, value)
    with closing(source_of(with_access(server.url))) as source:
        source.open()
        frames = [source.read() for _ in range(6)]
    assert [frame.jpeg for frame in frames] == server.pictures[:6]
    assert all(frame.pixels is None for frame in frames)


def test_broken_pictures_are_skipped_and_counted_and_told_once(
    server: MjpegServer, caplog: pytest.LogCaptureFixture
) -> None:
    good = jpeg(120)
    server.pictures = [good, good[:-40], b"", b"no picture", good[: len(good) // 2] + good, good]
    with closing(source_of(server.url)) as source:
        source.open()
        frames = [source.read() for _ in range(3)]
        assert source.skipped_frames == 4
    assert all(frame.jpeg == good for frame in frames)
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert warnings == [
        f"{source_address(server)}: a broken picture was skipped: the picture is cut off"
    ]


def source_address(server: MjpegServer) -> str:
    return f"http://127.0.0.1:{server.port}"


def test_a_picture_as_large_as_a_house_is_skipped(server: MjpegServer) -> None:
    bomb = jpeg(width=16, height=16)
    at = bomb.index(b"\xff\xc0") + 5
    server.pictures = [bomb[:at] + b"\xff\xff\xff\xff" + bomb[at + 4 :], jpeg()]
    with closing(source_of(server.url)) as source:
        source.open()
        assert source.read().width == 64
        assert source.skipped_frames == 1


def test_a_camera_that_sends_broken_pictures_alone_is_lost(server: MjpegServer) -> None:
    server.pictures = [b"no picture"]
    with closing(source_of(server.url, timeout=0.1)) as source:
        source.open()
        assert "no whole picture came in 0.2 s" in read_until_lost(source)


def test_a_trickle_of_bytes_is_no_stream(server: MjpegServer) -> None:
    server.piece = 1
    with closing(source_of(server.url, timeout=0.1)) as source:
        source.open()
        begun = time.monotonic()
        assert "too slowly" in read_until_lost(source)
        assert time.monotonic() - begun < 5


def test_a_stream_that_ends_is_lost(server: MjpegServer) -> None:
    server.last_part = 3
    with closing(source_of(server.url)) as source:
        source.open()
        assert "ended the stream" in read_until_lost(source)


@pytest.mark.parametrize(
    ("habits", "problem"),
    [
        ({"auth": "basic"}, "asks for a user name and a password"),
        ({"status": 404}, "no stream at this path"),
        ({"status": 403}, "does not let this user"),
        ({"status": 503}, "busy (HTTP 503)"),
        ({"status": 500}, "answers with HTTP 500"),
        ({"content_type": "image/jpeg"}, "a single picture; give that of the MJPEG stream"),
        ({"content_type": "text/html"}, "sends text/html, no MJPEG stream"),
        ({"content_type": "multipart/x-mixed-replace"}, "no MJPEG stream"),
        ({"redirect_to": "/stream"}, "from one address to the next"),
        ({"redirect_to": "gopher://else"}, "an address that we cannot read"),
        ({"redirect_to": "http://[else"}, "an address that we cannot read"),
    ],
)
def test_why_there_is_no_stream_is_said(
    server: MjpegServer, habits: dict[str, Any], problem: str
) -> None:
    for name, value in habits.items():
        setattr(server, name, value)
    assert problem in refusal(server.url)


@pytest.mark.parametrize("auth", ["basic", "digest"])
def test_a_wrong_password_is_said_and_not_shown(
    server: MjpegServer, auth: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.auth = auth
    reason = refusal(with_access(server.url, password="wr0ng"))
    assert "refuses the user name or the password" in reason
    assert "wr0ng" not in reason + caplog.text
    assert USER not in reason + caplog.text


def test_a_password_does_not_follow_to_another_host(server: MjpegServer) -> None:
    with mjpeg_server() as other:
        other.auth = "basic"
        server.redirect_to = other.url.replace("127.0.0.1", "localhost")
        assert "asks for a user name" in refusal(with_access(server.url))
        assert other.requests == [None]


def test_a_machine_that_is_no_camera_is_told() -> None:
    assert "no machine of that name" in refusal("http://camera.invalid/stream")


def test_plain_http_where_tls_is_asked_for_is_told(server: MjpegServer) -> None:
    problem = refusal(server.url.replace("http", "https"))
    assert "does it speak plain http or rtsp instead?" in problem


def test_what_speaks_no_http_is_told() -> None:
    with rtsp_server("sound") as other:
        assert "does not speak HTTP" in refusal(other.url.replace("rtsp", "http"))


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[MjpegServer]:
    server = MjpegServer()
    server.tls = AgentCertificate.load_or_create(tmp_path).ssl_context()
    server.start()
    yield server
    server.stop()


def test_a_certificate_of_the_camera_s_own_is_refused_until_it_is_allowed(
    tls_server: MjpegServer,
) -> None:
    assert "set verify_tls = false" in refusal(tls_server.url)
    with closing(source_of(tls_server.url, verify_tls=False)) as source:
        source.open()
        assert source.read().jpeg == tls_server.pictures[0]
        source.interrupt()
        assert "the connection" in read_until_lost(source)  # closed or cut


def test_a_fresh_source_is_of_the_same_camera(server: MjpegServer) -> None:
    with closing(source_of(server.url).renewed()) as source:
        source.open()
        assert source.read().width == 64
