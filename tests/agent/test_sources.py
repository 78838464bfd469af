"""What a configuration may call a source, and what it says about what is none."""

import asyncio
import re
import tomllib
from pathlib import Path

import pytest

from pi_agent.app import Agent
from pi_agent.capture import (
    CaptureSize,
    DemoSource,
    FileSource,
    FrameSource,
    HttpMjpegSource,
    Picamera2Source,
    RtspSource,
    V4l2Source,
)
from pi_agent.configuration import (
    CameraConfiguration,
    Configuration,
    ServerConfiguration,
    check_configuration,
)
from pi_agent.errors import ConfigurationError
from pi_agent.server import AgentCertificate
from pi_agent.sources import camera_source, create_source

from .capture.mjpeg_server import MjpegServer


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("demo", DemoSource),
        ("picamera2", Picamera2Source),
        ("picamera2:/base/soc/i2c0mux/i2c@1/imx219@10", Picamera2Source),
        ("/dev/video0", V4l2Source),
        ("/dev/v4l/by-id/usb-046d_C920-video-index0", V4l2Source),
        ("rtsp://camera/stream", RtspSource),
        ("rtsps://camera/stream", RtspSource),
        ("http://camera/stream", HttpMjpegSource),
        ("https://camera/stream", HttpMjpegSource),
        ("/srv/front_door.mp4", FileSource),
        ("front_door.mp4", FileSource),
    ],
)
def test_each_kind_of_source_is_known_by_its_text(text: str, kind: type[FrameSource]) -> None:
    assert type(create_source(text)) is kind


def test_a_configured_camera_s_size_and_trust_reach_its_source() -> None:
    (camera,) = cameras(
        {"source": "https://camera/", "verify_tls": False},
    )
    assert not camera.verify_tls
    assert isinstance(camera_source(camera), HttpMjpegSource)
    (camera,) = cameras({"source": "/dev/video0", "width": 640, "height": 480, "fps": 10})
    assert camera.size == CaptureSize(width=640, height=480, fps=10.0)
    assert isinstance(camera_source(camera), V4l2Source)


async def test_the_agent_captures_a_camera_as_it_is_configured(tmp_path: Path) -> None:
    server = MjpegServer()
    server.tls = AgentCertificate.load_or_create(tmp_path).ssl_context()
    server.start()
    configuration = Configuration(
        data_dir=tmp_path,
        server=ServerConfiguration(host="127.0.0.1", port=0, tls=False),
        cameras=cameras({"source": server.url, "verify_tls": False}),
    )
    try:
        async with Agent(configuration) as agent, asyncio.timeout(10):
            (camera,) = agent.cameras
            while camera.status.reason == "the camera is starting":
                await asyncio.sleep(0.02)
            assert camera.status.reason is None
    finally:
        server.stop()


def cameras(*entries: dict[str, object]) -> tuple[CameraConfiguration, ...]:
    return check_configuration(
        {"cameras": [{"id": f"camera_{n}"} | entry for n, entry in enumerate(entries)]}
    ).cameras


def mistakes(*entries: dict[str, object]) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        cameras(*entries)
    return [line.strip() for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        (
            {"source": "gopher://a:s3cret@camera/"},
            "source: no camera is reached by gopher://; use rtsp://, rtsps://, http:// or https://",
        ),
        (
            {"source": "rtsp://a:s3cret@camera:s3cret/"},
            "source: the address is not valid: its port is no number from 0 to 65535",
        ),
        ({"source": ""}, "source: must be a text that is not empty"),
        (
            {"source": "demo", "width": "wide"},
            "width: must be a whole number of pixels from 16 to 8192, such as 1280",
        ),
        (
            {"source": "demo", "height": 9000},
            "height: must be a whole number of pixels from 16 to 8192, such as 1280",
        ),
        (
            {"source": "demo", "fps": 0},
            "fps: must be a number of frames a second from 0.5 to 120",
        ),
        ({"source": "demo", "verify_tls": "no"}, "verify_tls: must be true or false"),
        ({"source": "demo", "widht": 5}, "widht: is not known; did you mean width?"),
    ],
)
def test_a_mistake_names_its_field_and_its_mend_and_no_secret(
    entry: dict[str, object], mistake: str
) -> None:
    assert mistakes(entry) == [f"cameras[1].{mistake}"]


def test_two_cameras_of_one_name_are_a_mistake() -> None:
    entry: dict[str, object] = {"source": "demo", "name": "Door"}
    assert mistakes(entry, entry) == ["cameras: two have the name 'Door'; names must differ"]


def test_a_name_that_another_has_for_want_of_one_is_a_mistake_too() -> None:
    assert mistakes({"source": "demo"}, {"source": "demo", "name": "Camera 0"}) == [
        "cameras: two have the name 'Camera 0'; names must differ"
    ]


def test_the_mistakes_of_all_cameras_are_told_at_once() -> None:
    wrong: dict[str, object] = {"source": "gopher://camera/"}
    assert [line.partition(":")[0] for line in mistakes(wrong, {"source": "demo"}, wrong)] == [
        "cameras[1].source",
        "cameras[3].source",
    ]
    assert mistakes({"fps": 15}) == ["cameras[1].source: is missing"]


def test_a_password_is_not_shown_with_the_configuration() -> None:
    (camera,) = cameras({"source": "rtsp://admin:s3cret@camera/"})
    assert "s3cret" not in repr(camera)


def test_nothing_is_opened_before_it_is_asked_for(tmp_path: Path) -> None:
    source = create_source(str(tmp_path / "none.mp4"))
    source.close()


def test_the_examples_of_the_documentation_are_right() -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "cameras.md").read_text()
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert examples
    for example in examples:
        for camera in check_configuration(tomllib.loads(example)).cameras:
            assert camera_source(camera).encoder == "unknown" or camera.source.startswith("http")
