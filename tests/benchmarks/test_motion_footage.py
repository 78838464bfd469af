"""What `scripts/bench motion` makes of marked footage, a user's own among it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.motion.accuracy import AGENT_JPEG, AGENT_LUMA, judge
from benchmarks.motion.footage import Footage, Shot, decoded, pictures, resampled
from benchmarks.motion.ground_truth import Clip, GroundTruthError, read_ground_truth
from benchmarks.motion.peers import PEERS
from benchmarks.motion.scenes import clip, synthetic_clips
from tests.agent.capture.test_frame_sources import write_video


def marks(folder: Path, *clips: Any) -> Path:
    (folder / "ground_truth.json").write_text(json.dumps({"clips": clips}))
    return folder


def test_a_clip_needs_no_more_than_its_file_and_its_events(tmp_path: Path) -> None:
    write_video(tmp_path / "gate.mkv", frames=6, fps=10)
    (gate,) = read_ground_truth(marks(tmp_path, {"file": "gate.mkv", "events": [[1, 2.5]]}))
    assert gate.name == "gate"
    assert gate.events == ((1.0, 2.5),)
    shots = Footage(tmp_path).shots(gate)
    assert [shot.at for shot in shots] == pytest.approx([number / 10 for number in range(6)])
    assert decoded(shots[0]).shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"events": []}, r'clips\[0\]: must have either a "file" or a "recipe"'),
        ({"file": "none.mp4"}, r"clips\[0\].file: there is no .*none.mp4"),
        ({"recipe": {}, "name": "../x"}, r"clips\[0\].name: must be a name"),
        ({"recipe": {}, "name": "x", "events": [[3, 1]]}, r"clips\[0\].events: must be a list"),
        ({"recipe": {}, "name": "x", "ignore": [1, 2]}, r"clips\[0\].ignore: must be a list"),
        ({"recipe": {}, "name": "x", "live": [1]}, r"clips\[0\].live: must be"),
        (7, r"clips\[0\]: must be an object"),
    ],
)
def test_wrong_marks_name_their_field(tmp_path: Path, entry: Any, problem: str) -> None:
    with pytest.raises(GroundTruthError, match=problem):
        read_ground_truth(marks(tmp_path, entry))


def test_a_folder_without_marks_is_told(tmp_path: Path) -> None:
    with pytest.raises(GroundTruthError, match="No such file"):
        read_ground_truth(tmp_path)
    (tmp_path / "ground_truth.json").write_text("{")
    with pytest.raises(GroundTruthError, match="not valid JSON"):
        read_ground_truth(tmp_path)
    with pytest.raises(GroundTruthError, match="at least one clip"):
        read_ground_truth(marks(tmp_path))


def test_outside_the_live_rectangle_nothing_moves(tmp_path: Path) -> None:
    file = write_video(tmp_path / "gate.mkv", frames=4)
    alive = [p for _, p in pictures(Clip(name="x", events=(), file=file, live=(0, 0, 32, 48)))]
    assert np.array_equal(alive[0][:, 32:], alive[3][:, 32:])
    assert not np.array_equal(alive[0][:, :32], alive[3][:, :32])


def test_shots_are_taken_again_at_another_pace() -> None:
    shots = [Shot(at=number / 15, jpeg=b"%d" % number) for number in range(16)]
    fewer = resampled(shots, 10)
    assert [shot.at for shot in fewer] == pytest.approx([number / 10 for number in range(11)])
    assert [int(shot.jpeg) for shot in fewer[::2]] == [0, 3, 6, 9, 12, 15]


def test_a_rendered_clip_is_the_same_every_time_and_shows_its_subject() -> None:
    walkers = synthetic_clips(quick=True)[0]
    begin, end = walkers.events[0]
    frames = dict(pictures(walkers))
    again = dict(pictures(walkers))
    assert all(np.array_equal(frames[at], again[at]) for at in (0.0, begin))
    middle = (begin + end) / 2
    changed = np.abs(frames[middle].astype(int) - frames[0.0]).max(axis=2) > 40
    assert 0.005 < changed.mean() < 0.2


def test_every_detector_is_judged_and_ours_finds_who_walks_by(tmp_path: Path) -> None:
    subject = {"t0": 4, "dur": 3, "h": 0.4, "x0": 0, "y0": 0.9, "x1": 1, "y1": 0.9}
    walk = clip("walk", {"seconds": 8, "subjects": [{**subject, "sprite": "walker"}]})
    judged = {one.detector: one for one in judge(tmp_path, walk)}
    assert judged.keys() == {AGENT_JPEG, AGENT_LUMA, *PEERS}
    for name in (AGENT_JPEG, AGENT_LUMA):
        assert (judged[name].score.found, judged[name].score.alarms) == (1, 0)
    for one in judged.values():
        assert one.cost.frames == 80
        assert one.cost.detect > 0
