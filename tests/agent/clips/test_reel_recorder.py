"""Which pictures belong to which reel, and when they go to the disk."""

from dataclasses import replace

import pytest

from pi_agent.clips.open_reel import FLUSH_BYTES
from pi_agent.clips.reel import ReelPicture
from pi_agent.clips.reel_recorder import ClipSettings, ReelPortion, ReelRecorder

SETTINGS = ClipSettings(recording=True, pre_roll_seconds=5, post_roll_seconds=4, quality=80)


class Camera:
    """Ten pictures a second into a recorder; collects what it wants written."""

    def __init__(self, settings: ClipSettings = SETTINGS, *, size: int = 100) -> None:
        self.now = 1000.0
        self.size = size
        self.written: dict[str, list[float]] = {}
        self.finished: dict[str, float] = {}
        self.writes: list[tuple[float, str]] = []
        self.full = False
        self.recorder = ReelRecorder(settings, clock=lambda: self.now)

    def run(self, seconds: float, *, camera: bool = True) -> None:
        for _ in range(round(seconds * 10)):
            self.now = round(self.now + 0.1, 1)
            if camera:
                self.recorder.add(
                    ReelPicture(monotonic_at=self.now, captured_at=0, jpeg=bytes(self.size))
                )
            self.hand_over()

    def hand_over(self) -> None:
        for portion in self.recorder.take_due():
            if self.full:
                self.recorder.put_back(portion)
            else:
                self._write(portion)

    def _write(self, portion: ReelPortion) -> None:
        event_id = portion.reel.event_id
        self.writes.append((self.now, event_id))
        self.written.setdefault(event_id, []).extend(p.monotonic_at for p in portion.pictures)
        if portion.until is not None:
            self.finished[event_id] = portion.until

    def clip(self, event_id: str) -> list[float]:
        return [at for at in self.written[event_id] if at <= self.finished[event_id]]


def seconds(first: float, last: float) -> list[float]:
    return [n / 10 for n in range(round(first * 10), round(last * 10) + 1)]


def test_a_clip_begins_before_its_event_and_ends_after_it() -> None:
    camera = Camera()
    camera.run(20)
    camera.recorder.begin("a", 1020.0)
    camera.run(8)
    camera.recorder.end("a", 3.0)  # told five seconds later, when the cool-down was over
    camera.run(10)
    assert camera.clip("a") == seconds(1015, 1027)
    assert not camera.recorder.is_recording


def test_a_decision_that_comes_late_still_gets_its_whole_pre_roll() -> None:
    camera = Camera()
    camera.run(20)
    camera.recorder.begin("a", 1018.5)
    camera.recorder.end("a", 0)
    camera.run(10)
    assert camera.clip("a") == seconds(1013.5, 1022.5)


def test_writes_are_few_and_the_first_comes_soon() -> None:
    camera = Camera()
    camera.run(20)
    camera.recorder.begin("a", 1020.0)
    camera.run(60)
    assert [round(at - 1020) for at, _ in camera.writes] == [2, 12, 22, 32, 42, 52]


def test_many_bytes_are_written_sooner() -> None:
    camera = Camera(size=FLUSH_BYTES // 20)
    camera.run(1)
    camera.recorder.begin("a", camera.now)
    camera.run(10)
    assert len(camera.writes) >= 5


def test_overlapping_events_each_get_a_whole_clip() -> None:
    camera = Camera()
    camera.run(20)
    camera.recorder.begin("a", 1020.0)
    camera.run(10)
    camera.recorder.end("a", 10.0)  # split: it was too long
    camera.recorder.begin("b", 1030.0)
    camera.run(10)
    camera.recorder.end("b", 7.0)
    camera.run(10)
    assert camera.clip("a") == seconds(1015, 1034)
    assert camera.clip("b") == seconds(1025, 1041)


def test_a_camera_that_is_lost_ends_the_reel_in_time() -> None:
    camera = Camera()
    camera.run(20)
    camera.recorder.begin("a", 1020.0)
    camera.run(2)
    camera.recorder.end("a", 1.0)
    camera.run(5, camera=False)
    assert camera.clip("a") == seconds(1015, 1022)


def test_an_event_without_any_picture_has_none() -> None:
    camera = Camera()
    camera.recorder.begin("a", None)
    camera.recorder.end("a", 2.0)
    camera.run(10, camera=False)
    assert camera.written == {"a": []}


@pytest.mark.parametrize("how", ["stopped", "recording off"])
def test_a_reel_that_is_cut_short_is_finished_with_what_there_is(how: str) -> None:
    camera = Camera()
    camera.run(20)
    camera.recorder.begin("a", 1020.0)
    camera.run(3)
    if how == "stopped":
        camera.recorder.stop()
    else:
        camera.recorder.apply(replace(SETTINGS, recording=False))
    camera.hand_over()
    assert camera.clip("a") == seconds(1015, 1023)
    camera.run(5)
    assert not camera.recorder.is_recording


def test_nothing_is_kept_while_recording_is_off() -> None:
    camera = Camera(replace(SETTINGS, recording=False))
    camera.run(20)
    assert camera.recorder.begin("a", 1020.0) is None
    camera.run(10)
    assert camera.written == {}
    camera.recorder.apply(SETTINGS)
    camera.recorder.begin("b", 1030.0)
    camera.recorder.end("b", 0)
    camera.run(10)
    assert camera.clip("b") == seconds(1030.1, 1034)  # nothing from before


def test_a_writer_without_room_is_asked_again_and_nothing_is_lost() -> None:
    camera = Camera()
    camera.run(20)
    camera.recorder.begin("a", 1020.0)
    camera.full = True
    camera.run(20)
    camera.recorder.end("a", 18.0)
    camera.run(10)
    assert camera.written == {}
    camera.full = False
    camera.hand_over()
    assert camera.clip("a") == seconds(1015, 1042)
    assert camera.recorder.lost_pictures == 0


def test_memory_is_bounded_however_long_the_disk_takes_nothing() -> None:
    camera = Camera(size=2**20)
    camera.full = True
    camera.recorder.begin("a", camera.now)
    camera.run(10)
    assert 60 < camera.recorder.lost_pictures < 80
    camera.recorder.end("a", 10.0)
    camera.full = False
    camera.run(5)
    assert 20 < len(camera.written["a"]) < 80


def overlapping(camera: Camera, events: int) -> list[str]:
    """Begin and end events in each other's post-roll; those that were given up."""
    given_up = []
    for number in range(events):
        given_up.append(camera.recorder.begin(str(number), camera.now))
        camera.run(1)
        camera.recorder.end(str(number), 1.0)
    return [reel.event_id for reel in given_up if reel is not None]


def test_of_many_overlapping_events_the_oldest_ends_early_with_what_it_has() -> None:
    camera = Camera(replace(SETTINGS, post_roll_seconds=60))
    camera.run(10)
    assert overlapping(camera, 6) == []
    camera.run(70)
    assert camera.clip("0") == seconds(1005, 1014)  # until the fifth began
    assert camera.clip("1") == seconds(1006, 1015)
    assert camera.clip("5") == seconds(1010, 1076)
    assert sorted(camera.finished) == ["0", "1", "2", "3", "4", "5"]


def test_of_many_that_wait_for_the_disk_the_oldest_is_given_up() -> None:
    camera = Camera(replace(SETTINGS, post_roll_seconds=60))
    camera.run(10)
    camera.full = True
    assert overlapping(camera, 10) == ["0", "1"]
