"""`pi-agent check` and `pi-agent run` without a configuration: which cameras, and what is wrong."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pi_agent import check, cli, serving
from pi_agent.app import Agent
from pi_agent.capture import Discovery, FoundCamera, FrameSource
from pi_agent.configuration import CameraConfiguration, Configuration
from pi_agent.errors import CameraError
from pi_agent.sources import create_source

from .capture.mjpeg_server import MjpegServer, mjpeg_server
from .capture.test_frame_sources import write_video


def camera(camera_id: str, source: str) -> CameraConfiguration:
    return CameraConfiguration(id=camera_id, name=camera_id, source=source)


Told = Callable[..., dict[str, str]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """What `check` says about these cameras: the problem, or "ok: " and the detail."""

    def look(*cameras: CameraConfiguration) -> dict[str, str]:
        findings = check.findings(Configuration(data_dir=tmp_path / "data", cameras=cameras))
        return {
            finding.subject: finding.problem or f"ok: {finding.detail}"
            for finding in findings
            if finding.subject.startswith(("camera", "found"))
        }

    return look


@pytest.fixture(autouse=True)
def discovery(monkeypatch: pytest.MonkeyPatch) -> list[Discovery]:
    """What is connected to this machine: nothing, until a test says otherwise."""
    found = [Discovery()]
    for module in (check, serving):
        monkeypatch.setattr(module, "find_cameras", lambda: found[-1])
    return found


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    with mjpeg_server() as server:
        yield server


def test_each_camera_is_looked_at_and_a_bad_one_keeps_no_other_from_it(
    server: MjpegServer, told: Told, tmp_path: Path
) -> None:
    clip = write_video(tmp_path / "clip.avi")
    server.auth = "digest"
    secret = server.url.replace("://", "://viewer:s3cret@")
    found = told(
        camera("gone", str(tmp_path / "none.mp4")),
        camera("door", secret),
        camera("clip", str(clip)),
    )
    assert "there is no such file" in found["camera gone"]
    assert "refuses the user name or the password" in found["camera door"]
    assert "s3cret" not in found["camera door"]
    assert found["camera clip"].startswith("ok: 64x48, first picture after 0.")
    assert found["camera clip"].endswith("JPEGs by source")


def test_nothing_at_all_is_a_problem_with_its_mend(told: Told) -> None:
    assert "connect one" in told()["cameras"]


def test_what_kept_us_from_looking_is_told(discovery: list[Discovery], told: Told) -> None:
    discovery.append(Discovery(problems=("/dev/video0: no permission; run: sudo usermod",)))
    assert told() == {"cameras": "/dev/video0: no permission; run: sudo usermod"}


def test_a_camera_that_is_found_but_not_configured_is_told(
    discovery: list[Discovery], told: Told
) -> None:
    webcam = FoundCamera(source="/dev/video-none", name="HD Pro Webcam C920")
    discovery.append(Discovery(cameras=(webcam,)))
    found = told(camera("demo", "demo"))
    assert found["camera demo"].startswith("ok: 1280x720")
    assert "is it plugged in?" in found["found HD Pro Webcam C920"]
    assert told(camera("door", "/dev/video-none")).keys() == {"camera door"}


def test_a_camera_of_this_machine_is_told_with_its_modes(
    monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    monkeypatch.setattr(check, "camera_source", lambda camera: create_source("demo"))
    modes = {"/dev/video0": ["1280x720 at 30 a second (MJPG)"], "picamera2": []}
    monkeypatch.setattr(check, "camera_modes", modes.__getitem__)
    found = told(camera("webcam", "/dev/video0"), camera("pi", "picamera2"))
    assert found["camera webcam"].startswith("ok: 1280x720, first picture after")
    assert found["camera webcam"].endswith("; modes: 1280x720 at 30 a second (MJPG)")
    assert found["camera pi"].endswith("; modes: not listed")


@pytest.mark.parametrize(
    ("holder", "said"),
    [
        ("pi-agent (process 7)", "ok: in use by the agent that runs already; modes: 640x480"),
        ("obs (process 7)", "/dev/video0: in use by obs (process 7)"),
    ],
)
def test_a_camera_that_the_running_agent_has_is_no_problem(
    monkeypatch: pytest.MonkeyPatch, told: Told, holder: str, said: str
) -> None:
    def refuse(_: CameraConfiguration) -> FrameSource:
        raise CameraError(f"/dev/video0: in use by {holder}")

    monkeypatch.setattr(check, "camera_source", refuse)
    monkeypatch.setattr(check, "camera_modes", lambda source: ["640x480"])
    monkeypatch.setattr(check, "holder_of", lambda path: holder)
    assert told(camera("door", "/dev/video0"))["camera door"] == said


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Configuration]:
    """The configurations that `run` would have served."""
    configurations: list[Configuration] = []

    async def run(agent: Agent) -> None:
        configurations.append(agent._configuration)

    monkeypatch.setattr(serving, "run_watched", run)
    return configurations


def test_run_without_a_configuration_takes_the_cameras_that_are_there(
    discovery: list[Discovery], served: list[Configuration], tmp_path: Path
) -> None:
    webcam = FoundCamera(source="/dev/video0", name="HD Pro Webcam C920")
    discovery.append(Discovery(cameras=(webcam, webcam)))
    assert cli.main(["run", "--data-dir", str(tmp_path)]) == 0
    cameras = served[0].cameras
    assert [c.id for c in cameras] == ["hd_pro_webcam_c920", "hd_pro_webcam_c920_2"]
    assert [c.name for c in cameras] == ["HD Pro Webcam C920", "HD Pro Webcam C920 2"]
    assert all(c.source == "/dev/video0" for c in cameras)


def test_run_tells_what_kept_it_from_finding_more(
    discovery: list[Discovery],
    served: list[Configuration],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    webcam = FoundCamera(source="/dev/video0", name="Webcam")
    discovery.append(Discovery(cameras=(webcam,), problems=("/dev/video2: no permission",)))
    assert cli.main(["run", "--data-dir", str(tmp_path)]) == 0
    assert len(served[0].cameras) == 1
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert warnings == ["/dev/video2: no permission"]


def test_run_without_any_camera_says_what_to_do(
    discovery: list[Discovery],
    served: list[Configuration],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    discovery.append(Discovery(problems=("picamera2 is not installed",)))
    assert cli.main(["run", "--data-dir", str(tmp_path)]) == 0
    assert [configuration.cameras for configuration in served] == [()]
    assert "none was found; connect one" in caplog.text
    assert "picamera2 is not installed" in caplog.text


def test_a_source_on_the_command_line_is_the_only_camera(
    discovery: list[Discovery], served: list[Configuration], tmp_path: Path
) -> None:
    discovery.append(Discovery(cameras=(FoundCamera(source="/dev/video0", name="Webcam"),)))
    url = "rtsp://camera/stream"
    assert cli.main(["run", "--data-dir", str(tmp_path), "--source", url]) == 0
    assert [c.source for c in served[0].cameras] == [url]
