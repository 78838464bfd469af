"""`pi-agent replay`: what it finds in recordings of every kind, and what it says of bad ones."""

import io
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from pi_agent.protocol import CameraSettings, SettingsPatch
from pi_agent.replay import replay

from .capture.test_frame_sources import write_video
from .motion.scenes import HEIGHT, WIDTH, Luma, nothing, scene, walk
from .test_cli import pi_agent

_LEFT = [[0, 0], [0.4, 0], [0.4, 1], [0, 1]]
_RIGHT = [[0.6, 0], [1, 0], [1, 1], [0.6, 1]]
_WALK = (4.0, 8.0)  # seconds


def film(
    path: Path, planes: Iterable[Luma], *, times: Sequence[float] | None = None, codec: str = "h264"
) -> Path:
    """A video of grey planes at ten frames a second, or at these seconds."""
    options = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=Fraction(10))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.max_b_frames = 0
        for number, plane in enumerate(planes):
            frame = av.VideoFrame.from_ndarray(plane, format="gray")
            frame.pts = round((number / 10 if times is None else times[number]) * 1000)
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def walked(seconds: float = 12.0) -> list[Luma]:
    """Somebody crosses a still room from left to right."""
    return [plane for _, plane in scene(seconds, walk(*_WALK))]


@pytest.fixture(scope="module")
def walk_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("replay") / "walk.mkv", walked())


def replayed(path: Path, **settings: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The stretches, and the last line; in this process, which is faster."""
    out = io.StringIO()
    checked = SettingsPatch(settings).apply(CameraSettings())
    assert replay(path, checked, json_lines=True, out=out) == 0
    *stretches, cost = map(json.loads, out.getvalue().splitlines())
    return stretches, cost


def test_a_stretch_of_motion_is_a_line_and_the_cost_the_last(walk_film: Path) -> None:
    done = pi_agent("replay", walk_film, "--json")
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    stretch, cost = map(json.loads, done.stdout.splitlines())
    assert stretch.keys() == {"start", "end", "score", "box", "zones"}
    assert _WALK[0] <= stretch["start"] <= _WALK[0] + 1
    assert _WALK[1] - 0.5 <= stretch["end"] <= _WALK[1] + 0.5  # the cool-down of 5 s is not in it
    assert 50 <= stretch["score"] <= 100
    assert stretch["box"].keys() == {"x", "y", "w", "h"}
    assert stretch["box"]["h"] == pytest.approx(34 / HEIGHT, abs=0.15)
    assert stretch["zones"] == []
    assert cost.keys() == {"frames", "cpu_seconds_decode", "cpu_seconds_detect"}
    assert cost["frames"] == 120
    assert cost["cpu_seconds_decode"] > 0
    assert cost["cpu_seconds_detect"] > 0


def test_where_nothing_moves_only_the_cost_is_told(tmp_path: Path) -> None:
    still = film(tmp_path / "still.mkv", (plane for _, plane in scene(6, nothing)))
    stretches, cost = replayed(still)
    assert stretches == []
    assert cost["frames"] == 60


def test_a_second_without_motion_ends_a_stretch(tmp_path: Path) -> None:
    planes = [*walked(10), *walked(10)]
    first, second = replayed(film(tmp_path / "twice.mkv", planes))[0]
    assert first["end"] < 9
    assert 14 <= second["start"] <= 15


def test_motion_jpeg_gives_the_same_and_only_what_is_looked_at_is_decoded(
    tmp_path: Path, walk_film: Path
) -> None:
    jpegs = film(tmp_path / "walk.avi", walked(), codec="mjpeg")
    (stretch,), cost = replayed(jpegs)
    (other,), _ = replayed(walk_film)
    assert stretch["start"] == pytest.approx(other["start"], abs=0.5)
    assert stretch["end"] == pytest.approx(other["end"], abs=0.5)
    assert cost["frames"] == 120


def test_times_are_those_of_the_pictures_at_a_variable_frame_rate(tmp_path: Path) -> None:
    # Two frames a second before somebody comes, then ten: the walk is at 20 to 24 seconds.
    times = [0.5 * number for number in range(40)] + [20 + number / 10 for number in range(80)]
    planes = walked()
    still = [planes[number % 40] for number in range(40)]
    (stretch,), cost = replayed(film(tmp_path / "slow.mkv", [*still, *planes[40:]], times=times))
    assert cost["frames"] == 120
    assert 20 <= stretch["start"] <= 21
    assert 23.5 <= stretch["end"] <= 24.5


@pytest.mark.parametrize("name", ["late.mkv", "late.mp4", "late.ts"])
def test_seconds_count_from_the_first_picture(tmp_path: Path, name: str) -> None:
    times = [1000 + number / 10 for number in range(120)]
    (stretch,), _ = replayed(film(tmp_path / name, walked(), times=times))
    assert _WALK[0] <= stretch["start"] <= _WALK[0] + 1


def test_times_that_begin_anew_go_on(tmp_path: Path) -> None:
    begun = film(tmp_path / "one.ts", walked())
    both = tmp_path / "both.ts"
    both.write_bytes(begun.read_bytes() * 2)
    first, second = replayed(both)[0]
    assert second["start"] == pytest.approx(12 + first["start"], abs=0.7)


def test_zones_and_masks_of_the_settings_count(walk_film: Path) -> None:
    zones = [{"name": "door", "points": _LEFT}, {"name": "gate", "points": _RIGHT}]
    (both,), _ = replayed(walk_film, zones=zones)
    assert both["zones"] == ["door", "gate"]
    (gate,), _ = replayed(walk_film, zones=zones[1:])
    assert gate["zones"] == ["gate"]
    assert gate["start"] > both["start"] + 1
    (masked,), _ = replayed(walk_film, masks=[_LEFT])
    assert masked["start"] > both["start"] + 0.5
    assert replayed(walk_film, masks=[[[0, 0], [1, 0], [1, 1], [0, 1]]])[0] == []


def test_zones_lie_on_the_picture_as_it_is_turned(walk_film: Path) -> None:
    zones = [{"name": "door", "points": _LEFT}]
    (plain,), _ = replayed(walk_film, zones=zones)
    (mirrored,), _ = replayed(walk_film, zones=zones, flip_horizontal=True)
    assert mirrored["start"] > plain["start"] + 1


def test_less_sensitive_finds_no_more(walk_film: Path) -> None:
    (usual,), _ = replayed(walk_film, sensitivity=50)
    (keen,), _ = replayed(walk_film, sensitivity=90)
    assert keen["start"] <= usual["start"]


@pytest.mark.parametrize("settings", [{"motion": False}, {"privacy": True}])
def test_settings_that_switch_it_off_find_nothing_and_say_so(
    walk_film: Path, settings: dict[str, bool]
) -> None:
    done = pi_agent("replay", walk_film, "--json", "--settings", json.dumps(settings))
    assert done.returncode == 0
    assert "switch motion detection off" in done.stderr
    (cost,) = map(json.loads, done.stdout.splitlines())
    assert cost["frames"] == 120
    assert cost["cpu_seconds_detect"] == 0


def test_without_json_it_is_made_for_people(walk_film: Path) -> None:
    zones = {"zones": [{"name": "door", "points": _LEFT}]}
    done = pi_agent("replay", walk_film, "--settings", json.dumps(zones))
    stretch, cost = done.stdout.splitlines()
    assert stretch.endswith("door")
    assert cost.startswith("120 frames, CPU ")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("{", "not valid JSON"),
        ("[]", "must be a JSON object"),
        ('{"sensitivity": 101}', "sensitivity: must be from 1 to 100, not 101"),
        ('{"sensitivty": 50}', "sensitivty: is no setting"),
        ('{"zones": [{"name": "x", "points": [[0, 0]]}]}', "zones[0].points: must have 3 to 64"),
    ],
)
def test_wrong_settings_name_the_field(walk_film: Path, settings: str, problem: str) -> None:
    done = pi_agent("replay", walk_film, "--settings", settings)
    assert done.returncode == 2
    assert f"--settings: {problem}" in done.stderr
    assert not done.stdout
    assert "Traceback" not in done.stderr


def sound(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_what_is_no_recording_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "notes.mp4").write_text("milk, bread\n" * 100)
    problems = {
        tmp_path / "none.mp4": "there is no such file",
        tmp_path: "there is no such file",
        tmp_path / "empty.mp4": "FFmpeg cannot read it",
        tmp_path / "notes.mp4": "FFmpeg cannot read it",
        sound(tmp_path / "sound.wav"): "there is no video stream in it",
    }
    for path, problem in problems.items():
        done = pi_agent("replay", path, "--json")
        assert done.returncode == 2, path
        assert done.stderr.startswith(f"pi-agent: {path}: {problem}")
        assert len(done.stderr.splitlines()) == 1
        assert not done.stdout


def test_a_recording_that_is_broken_off_is_looked_at_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = film(tmp_path / "walk.mp4", walked()).read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) * 3 // 4])
    done = pi_agent("replay", cut, "--json")
    assert done.returncode == 1
    assert "the file is broken off: pictures end at" in done.stderr
    assert "of 12.0 s" in done.stderr
    assert "Traceback" not in done.stderr
    stretch, cost = map(json.loads, done.stdout.splitlines())
    assert _WALK[0] <= stretch["start"] <= _WALK[0] + 1
    assert 40 < cost["frames"] < 110


def test_broken_pictures_are_skipped(tmp_path: Path) -> None:
    path = film(tmp_path / "walk.mkv", walked(), codec="mjpeg")
    data = bytearray(path.read_bytes())
    places = [place for place in range(len(data)) if data.startswith(b"\xff\xd8\xff", place)]
    for place in places[10:13]:
        data[place : place + 4] = bytes(4)
    path.write_bytes(data)
    done = pi_agent("replay", path, "--json")
    assert done.returncode == 0
    assert "a broken picture was skipped" in done.stderr
    stretch, cost = map(json.loads, done.stdout.splitlines())
    assert _WALK[0] <= stretch["start"] <= _WALK[0] + 1
    assert cost["frames"] == 117


def test_pictures_that_cannot_be_decoded_are_skipped(tmp_path: Path) -> None:
    path = film(tmp_path / "walk.mkv", walked(), codec="mjpeg")
    # Tables of quantisation become comments: whole by its markers, but of no use to a decoder.
    path.write_bytes(path.read_bytes().replace(b"\xff\xdb", b"\xff\xfe"))
    done = pi_agent("replay", path, "--json")
    assert done.returncode == 0
    assert "the frame's JPEG cannot be decoded" in done.stderr
    assert json.loads(done.stdout)["frames"] == 120


def test_a_video_without_a_whole_picture_is_told(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mkv")
    path.write_bytes(path.read_bytes().replace(b"\xff\xd8\xff", bytes(3)))
    done = pi_agent("replay", path)
    assert done.returncode == 2
    assert "no picture that can be decoded" in done.stderr


def test_a_reader_that_leaves_early_is_no_crash(walk_film: Path) -> None:
    command = [sys.executable, "-m", "pi_agent", "replay", str(walk_film), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1
