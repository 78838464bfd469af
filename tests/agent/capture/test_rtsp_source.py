"""RTSP, from a server that does what cameras do."""

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from pi_agent.capture import CameraAddress, RtspSource
from pi_agent.errors import CameraError
from pi_agent.frames import bgr_of
from pi_agent.server import AgentCertificate

from .frame_source_suite import read_until_lost
from .mjpeg_server import PASSWORD, USER, jpeg, mjpeg_server
from .rtp_packets import jpeg_payloads
from .rtsp_server import RtspServer, rtsp_server


@pytest.fixture(params=["mjpeg", "h264"])
def server(request: pytest.FixtureRequest) -> Iterator[RtspServer]:
    with rtsp_server(request.param) as server:
        yield server


def source_of(url: str, **options: Any) -> RtspSource:
    return RtspSource(CameraAddress.parse(url), **{"timeout": 0.5, **options})


def with_access(url: str, password: str = PASSWORD) -> str:
    return url.replace("://", f"://{USER}:{quote(password, safe='')}@")


def refusal(url: str, **options: Any) -> str:
    with closing(source_of(url, **options)) as source, pytest.raises(CameraError) as caught:
        source.open()
    return str(caught.value)


def test_jpegs_are_passed_on_and_other_codecs_are_decoded_once(server: RtspServer) -> None:
    with closing(source_of(server.url)) as source:
        assert source.encoder == "unknown"
        source.open()
        frames = [source.read() for _ in range(10)]
        assert source.encoder == {"mjpeg": "source", "h264": "opencv"}[server.codec]
    for frame in frames:
        assert (frame.jpeg is None, frame.pixels is None) == (
            server.codec == "h264",
            server.codec == "mjpeg",
        )
    levels = [float(bgr_of(frame).mean()) for frame in frames]
    assert levels[0] < levels[3] < levels[6]


@pytest.mark.parametrize("auth", ["basic", "digest"])
def test_a_password_of_any_letters_is_understood(server: RtspServer, auth: str) -> None:
    server.auth = auth
    with closing(source_of(with_access(server.url))) as source:
        source.open()
        assert source.read().width == 64


@pytest.mark.parametrize("auth", ["basic", "digest"])
def test_a_wrong_password_is_said_and_not_shown(
    server: RtspServer,
    auth: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    server.auth = auth
    reason = refusal(with_access(server.url, "wr0ng"))
    assert "refuses the user name or the password" in reason
    told = reason + caplog.text + "".join(capfd.readouterr())
    assert "wr0ng" not in told
    assert USER not in told


def test_a_password_that_is_missing_is_asked_for(server: RtspServer) -> None:
    server.auth = "digest"
    assert "put them before the host" in refusal(server.url)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("404 Not Found", "no stream at this path"),
        ("403 Forbidden", "does not let this user"),
        ("500 Internal Server Error", "FFmpeg cannot play it"),
    ],
)
def test_why_there_is_no_stream_is_said(server: RtspServer, status: str, problem: str) -> None:
    server.status = status
    assert problem in refusal(server.url)


def test_a_camera_that_takes_the_call_and_says_nothing_does_not_answer(server: RtspServer) -> None:
    server.freeze()
    assert "it does not answer" in refusal(server.url, timeout=0.2)


@pytest.mark.parametrize(
    ("codec", "problem"),
    [("unknown", "its video codec is not supported; choose"), ("sound", "no video stream")],
)
def test_what_is_no_video_that_we_know_is_told(codec: str, problem: str) -> None:
    with rtsp_server(codec) as server:
        assert problem in refusal(server.url, timeout=0.3)


def test_pictures_with_lost_packets_are_not_passed_on() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (240, 320, 3), np.uint8)
    with rtsp_server("mjpeg") as server:
        server.pictures = [jpeg_payloads(jpeg(pixels=noise), 320, 240)]
        packets = len(server.pictures[0])
        server.lose_every = 2 * packets + 1  # one in two or three pictures
        with closing(source_of(server.url)) as source:
            source.open()
            frames = [source.read() for _ in range(12)]
    assert packets > 8
    assert len({frame.jpeg for frame in frames}) == 1


def test_a_camera_that_sends_nothing_whole_is_lost() -> None:
    with rtsp_server("h264") as server, closing(source_of(server.url, timeout=0.2)) as source:
        source.open()
        source.read()
        noise = np.random.default_rng(1).integers(1, 255, 400, np.uint8).tobytes()
        server.pictures = [[b"\x61" + noise]]
        assert "no whole picture came in 0.6 s" in read_until_lost(source)
        assert source.skipped_frames >= 5


@pytest.mark.parametrize("scheme", ["rtsp", "rtsps"])
@pytest.mark.parametrize("host", ["camera.invalid", f"{'c' * 70}.invalid"])
def test_a_machine_that_nobody_knows_is_told(scheme: str, host: str) -> None:
    problem = refusal(f"{scheme}://{USER}:s3cret@{host}/stream")
    assert problem == f"{scheme}://{host}: there is no machine of that name; is it spelled right?"


def test_a_port_where_nobody_listens_is_told(server: RtspServer) -> None:
    server.stop()
    assert "it refuses the connection; is the port right?" in refusal(server.url)


def test_what_speaks_no_rtsp_is_told() -> None:
    with mjpeg_server() as other:
        assert "what it says is not RTSP" in refusal(other.url.replace("http", "rtsp"))


def test_plain_rtsp_where_tls_is_asked_for_is_told(server: RtspServer) -> None:
    assert "does it speak plain http or rtsp instead?" in refusal(
        server.url.replace("rtsp", "rtsps")
    )


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[RtspServer]:
    server = RtspServer("mjpeg")
    server.tls = AgentCertificate.load_or_create(tmp_path).ssl_context()
    server.start()
    yield server
    server.stop()


def test_a_certificate_of_the_camera_s_own_is_refused_until_it_is_allowed(
    tls_server: RtspServer,
) -> None:
    assert "set verify_tls = false" in refusal(tls_server.url)
    with closing(source_of(tls_server.url, verify_tls=False)) as source:
        source.open()
        assert source.read().width == 64


def test_a_fresh_source_is_of_the_same_camera(server: RtspServer) -> None:
    with closing(source_of(server.url).renewed()) as source:
        source.open()
        assert source.read().width == 64
