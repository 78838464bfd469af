"""Cameras that are unplugged, killed, cut off or deleted are watched over and come back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pi_agent.capture import CameraAddress, CaptureWorker, HttpMjpegSource, RtspSource
from pi_agent.frames import FrameHub, PictureView
from pi_agent.runtime import Backoff

from .capture_listener import ONLINE, ListenerQueue
from .frame_source_suite import SourceRig
from .mjpeg_server import mjpeg_server
from .network_link import network_link
from .rtsp_server import rtsp_server
from .test_frame_sources import FileRig, NetworkRig, write_video
from .webcams import needs_vivid

NETWORK = ["http", "rtsp-mjpeg", "rtsp-h264"]
_TIMEOUT = 0.5  # seconds that a network camera may keep silent


@pytest.fixture
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SourceRig]:
    """The camera that the test is about."""
    if request.param == "file":
        yield FileRig(write_video(tmp_path / "clip.mkv", fps=60))
    elif request.param == "webcam":
        yield request.getfixturevalue("vivid")
    elif request.param == "http":
        with mjpeg_server() as server:
            yield NetworkRig(server, HttpMjpegSource, timeout=_TIMEOUT)
    else:
        with rtsp_server(request.param.removeprefix("rtsp-")) as rtsp:
            yield NetworkRig(rtsp, RtspSource, timeout=_TIMEOUT)


class Watched:
    """A camera that is captured, and what is told about it."""

    def __init__(self, rig: SourceRig) -> None:
        self.hub = FrameHub()
        self.listener = ListenerQueue(patience=20)
        self.deaths: list[Exception] = []
        self.worker = CaptureWorker(
            "porch",
            rig.create(),
            self.hub,
            view=PictureView(),
            listener=self.listener,
            on_death=lambda name, error: self.deaths.append(error),
            backoff=Backoff(first=0.02, most=0.1),
        )

    def lost_three_times(self) -> list[str]:
        """The reasons for the loss and for two attempts that failed."""
        reasons = [self.listener.next() for _ in range(3)]
        assert ONLINE not in reasons
        assert self.hub.newest is None
        return reasons

    def sees_frames(self) -> bool:
        """Whether new frames arrive."""
        with self.hub.subscribed() as taker:
            return all(taker.take(10) for _ in range(3))


@contextmanager
def watched(rig: SourceRig) -> Iterator[Watched]:
    """A camera that is online, captured while the block runs."""
    camera = Watched(rig)
    camera.worker.start()
    try:
        camera.listener.until(ONLINE)
        yield camera
    finally:
        camera.worker.close()
    assert not camera.deaths
    assert camera.worker.abandoned_sources == 0


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What a user reads in the log about it."""
    return [
        f"{record.levelname} {record.getMessage()}"
        for record in caplog.records
        if record.levelno >= logging.INFO and "Camera porch" in record.getMessage()
    ]


@pytest.mark.parametrize(
    "rig",
    ["file", *NETWORK, pytest.param("webcam", marks=needs_vivid)],
    indirect=True,
)
def test_a_camera_that_is_taken_away_comes_back_by_itself(
    rig: SourceRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with watched(rig) as camera:
        caplog.clear()
        rig.break_off()
        first, *_ = camera.lost_three_times()
        rig.mend()
        camera.listener.until(ONLINE)
        assert told(caplog) == [
            f"WARNING Camera porch is offline: {first}",
            "INFO Camera porch is back",
        ]
        assert camera.sees_frames()


@pytest.mark.parametrize(
    "rig", [*NETWORK, pytest.param("webcam", marks=needs_vivid)], indirect=True
)
def test_a_camera_that_falls_silent_comes_back_by_itself(rig: SourceRig) -> None:
    with watched(rig) as camera:
        rig.freeze()
        assert len(camera.lost_three_times()) == 3
        rig.thaw()
        camera.listener.until(ONLINE)
        assert camera.sees_frames()


@pytest.mark.parametrize("kind", ["http", "mjpeg", "h264"])
def test_a_network_that_is_cut_and_mended(kind: str) -> None:
    server = mjpeg_server() if kind == "http" else rtsp_server(kind)
    with server as running, network_link(running.port) as link:
        address = CameraAddress.parse(running.url.replace(str(running.port), str(link.port)))
        source = (HttpMjpegSource if kind == "http" else RtspSource)(address, timeout=_TIMEOUT)

        class Rig(SourceRig):
            """The camera behind the link."""

            def create(self) -> HttpMjpegSource | RtspSource:
                return source

        with watched(Rig()) as camera:
            link.cut()
            # Connections that wait to be taken, and at last such as are not even refused.
            reasons = camera.lost_three_times() + camera.lost_three_times()
            assert all("it does not answer" in reason for reason in reasons[1:])
            link.mend()
            camera.listener.until(ONLINE)
            assert camera.sees_frames()


def test_a_file_that_is_replaced_is_played_anew(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.avi", fps=60)
    with watched(FileRig(clip)) as camera:
        clip.unlink()
        assert "has vanished" in camera.listener.next()
        assert "there is no such file" in camera.listener.next()
        write_video(tmp_path / "new.avi", frames=9, fps=60).rename(clip)
        camera.listener.until(ONLINE)
        assert camera.sees_frames()
