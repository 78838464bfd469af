"""Events as a whole agent records them: what is in the clips, whatever happens meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pi_agent.frames import Frame
from pi_agent.protocol import EventCause, EventState, TriggerRequest
from pi_agent.storage import Retention
from tests.clips import decoded_clip
from tests.scripted_source import FPS, ScriptedSource

from .recorded import ENCODE_SECONDS, recording

DAY = timedelta(days=1).total_seconds()


async def test_a_clip_runs_from_pre_roll_to_post_roll_at_the_camera_s_own_pace(
    tmp_path: Path, source: ScriptedSource
) -> None:
    async with recording(tmp_path, source) as recorded:
        source.still(6)
        source.walk(4)
        source.still(8)
        ((event, clip),) = await recorded.clips(1)
    assert event.ended_at is not None
    length = (event.ended_at - event.started_at).total_seconds()
    assert clip.times[-1] == pytest.approx(3 + length + 2, abs=1.5 / FPS)
    gaps = [later - earlier for earlier, later in zip(clip.times, clip.times[1:], strict=False)]
    assert gaps == pytest.approx([1 / FPS] * len(gaps), abs=2e-5)


async def test_an_event_that_is_too_long_is_split_and_both_halves_are_whole(
    tmp_path: Path, source: ScriptedSource
) -> None:
    async with recording(tmp_path, source) as recorded:
        await recorded.set(longest_event_seconds=5)
        source.still(6)
        source.walk(8)
        source.still(8)
        (first, earlier), (second, later) = await recorded.clips(2)
    assert second.started_at >= first.started_at + timedelta(seconds=4.8)
    for event, clip in ((first, earlier), (second, later)):
        assert event.ended_at is not None
        length = (event.ended_at - event.started_at).total_seconds()
        assert clip.times[-1] == pytest.approx(3 + length + 2, abs=2.5 / FPS)


class JumpingSource(ScriptedSource):
    """A Pi without a clock that is told the time in the middle of an event."""

    def __init__(self, at_frame: int, by_seconds: float) -> None:
        super().__init__()
        self._jump = (at_frame, by_seconds)

    def read(self) -> Frame:
        """The next frame, dated by the clock as it is then."""
        frame = super().read()
        at_frame, by_seconds = self._jump
        if frame.sequence < at_frame:
            return frame
        return replace(frame, captured_at=frame.captured_at + by_seconds)


@pytest.mark.parametrize("jump", [-DAY, DAY])
async def test_a_clock_that_jumps_a_day_in_the_middle_of_an_event_changes_no_length(
    tmp_path: Path, jump: float
) -> None:
    source = JumpingSource(80, jump)
    async with recording(tmp_path, source) as recorded:
        for _ in range(2):
            source.still(6)
            source.walk(4)
        source.still(8)
        (first, clip), (second, other) = await recorded.clips(2)
        events = recorded.running.agent.events
        replayed, lost = await events.changed_after(0)
    for event, made in ((first, clip), (second, other)):
        assert event.ended_at is not None
        length = (event.ended_at - event.started_at).total_seconds()
        assert 2 < length < 7
        assert made.times[-1] == pytest.approx(3 + length + 2, abs=2.5 / FPS)
    # Told and replayed in the order in which it happened, whatever the dates say.
    assert [event.id for event in replayed] == [first.id, second.id]
    assert not lost
    assert (second.started_at > first.started_at) == (jump > 0)
    assert [event.revision for event in recorded.told] == list(range(1, len(recorded.told) + 1))


async def test_a_camera_that_is_lost_leaves_the_clip_up_to_then(
    tmp_path: Path, source: ScriptedSource
) -> None:
    async with recording(tmp_path, source) as recorded:
        source.still(6)
        source.walk(2)
        await recorded.until(lambda event: event.snapshot)
        source.break_off("unplugged")
        ((_, clip),) = await recorded.clips(1)
    assert 3 <= clip.times[-1] <= 6


async def test_privacy_ends_the_clip_and_nothing_after_it_is_in_any(
    tmp_path: Path, source: ScriptedSource
) -> None:
    async with recording(tmp_path, source) as recorded:
        source.still(6)
        source.walk(2)
        started = await recorded.until(lambda event: event.snapshot)
        await recorded.set(privacy=True)
        ((event, clip),) = await recorded.clips(1)
        assert event.id == started.id
        assert clip.times[-1] <= 3 + 2.5
        assert not list((tmp_path / "reels").iterdir())


async def test_a_trigger_by_hand_is_recorded_with_its_pre_roll(
    tmp_path: Path, source: ScriptedSource
) -> None:
    async with recording(tmp_path, source) as recorded:
        source.still(6)
        await asyncio.sleep(0.6)
        camera = recorded.running.agent.cameras.find("porch")
        camera.trigger(TriggerRequest(cause=EventCause.PIR, seconds=1))
        await recorded.until(lambda event: event.cause is EventCause.PIR)
        source.still(20)
        ((event, clip),) = await recorded.clips(1)
    assert event.cause is EventCause.PIR
    assert event.snapshot is not None
    assert clip.times[-1] >= 3 + 1


async def test_what_was_recorded_before_a_stop_becomes_a_clip_after_it(
    tmp_path: Path, source: ScriptedSource
) -> None:
    async with recording(tmp_path, source) as recorded:
        source.still(6)
        source.walk(3)
        started = await recorded.until(lambda event: event.snapshot)
    async with recording(tmp_path, ScriptedSource()) as recorded:
        async with asyncio.timeout(ENCODE_SECONDS):
            while await recorded.running.agent.events.awaiting_clip():
                await asyncio.sleep(0.02)
        event = await recorded.running.agent.events.find(started.id)
        assert event is not None
        assert event.clip is not None, event.clip_error
        data = recorded.running.agent.recording.media.clip_path(event).read_bytes()
    assert decoded_clip(data).times[-1] >= 3


async def test_a_picture_that_is_turned_is_turned_in_snapshot_and_clip(
    tmp_path: Path, source: ScriptedSource
) -> None:
    async with recording(tmp_path, source) as recorded:
        await recorded.set(rotation=90)
        source.still(6)
        source.walk(4)
        source.still(8)
        ((_, clip),) = await recorded.clips(1)
    assert (clip.width, clip.height) == (180, 320)


async def test_room_is_looked_after_while_an_event_goes_on_and_grows(
    tmp_path: Path, source: ScriptedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_after = asyncio.Event()
    monkeypatch.setattr(Retention, "nudge", lambda _: looked_after.set())
    async with recording(tmp_path, source) as recorded:
        looked_after.clear()
        source.still(6)
        source.walk(4)
        async with asyncio.timeout(20):
            await looked_after.wait()
        assert recorded.running.agent.recording.reels.total_bytes() > 0
        assert all(event.state is not EventState.ENDED for event in recorded.told)
