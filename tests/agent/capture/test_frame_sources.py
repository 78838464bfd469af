"""All sources of frames that this machine has, put through the same suite."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from pi_agent.capture import (
    CameraAddress,
    DemoSource,
    FileSource,
    FrameSource,
    HttpMjpegSource,
    RtspSource,
)

from .frame_source_suite import (
    FrameSourceSuite,
    FreezingSourceSuite,
    LosableSourceSuite,
    SourceRig,
)
from .mjpeg_server import MjpegServer, mjpeg_server
from .rtsp_server import RtspServer, rtsp_server


def write_video(
    path: Path, *, frames: int = 6, fps: float = 30.0, codec: str = "mjpeg", noise: int = 0
) -> Path:
    """A clip of 64x48 whose frames grow brighter, with so many grey levels of noise."""
    random = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(fps).limit_denominator(1000))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(frames):
            level = np.full((48, 64, 3), 20 + 30 * number % 220, np.uint8)
            level += random.integers(0, noise + 1, level.shape, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(level, format="bgr24")))
        container.mux(stream.encode())
    return path


class DemoRig(SourceRig):
    """The built-in scene."""

    def create(self) -> FrameSource:
        return DemoSource(width=320, height=180)


class FileRig(SourceRig):
    """A short clip that can be moved away."""

    def __init__(self, clip: Path) -> None:
        self._clip = clip

    def create(self) -> FrameSource:
        return FileSource(self._clip)

    def break_off(self) -> None:
        self._clip.rename(self._clip.with_suffix(".away"))

    def mend(self) -> None:
        self._clip.with_suffix(".away").rename(self._clip)


class NetworkRig(SourceRig):
    """A server that can be killed, and can keep silent."""

    def __init__(
        self,
        server: MjpegServer | RtspServer,
        kind: type[HttpMjpegSource | RtspSource],
        *,
        timeout: float = 0.5,
    ) -> None:
        self._server = server
        self._kind = kind
        self._timeout = timeout

    def create(self) -> FrameSource:
        return self._kind(CameraAddress.parse(self._server.url), timeout=self._timeout)

    def break_off(self) -> None:
        self._server.stop()

    def mend(self) -> None:
        self._server.start()

    def freeze(self) -> None:
        self._server.freeze()

    def thaw(self) -> None:
        self._server.thaw()


class TestDemo(FrameSourceSuite):
    @pytest.fixture
    def rig(self) -> SourceRig:
        return DemoRig()


@pytest.mark.parametrize("rig", ["mjpeg", "libx264"], indirect=True)
class TestFile(LosableSourceSuite):
    @pytest.fixture
    def rig(self, request: pytest.FixtureRequest, tmp_path: Path) -> SourceRig:
        return FileRig(write_video(tmp_path / "clip.mkv", codec=request.param, fps=60))


class TestHttpMjpeg(LosableSourceSuite, FreezingSourceSuite):
    @pytest.fixture
    def rig(self) -> Iterator[SourceRig]:
        with mjpeg_server() as server:
            yield NetworkRig(server, HttpMjpegSource)


@pytest.mark.parametrize("rig", ["mjpeg", "h264"], indirect=True)
class TestRtsp(LosableSourceSuite, FreezingSourceSuite):
    @pytest.fixture
    def rig(self, request: pytest.FixtureRequest) -> Iterator[SourceRig]:
        with rtsp_server(request.param) as server:
            yield NetworkRig(server, RtspSource)
