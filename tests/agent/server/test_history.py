"""What the calendar of the page asks for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pi_agent.protocol import Box, EventCause, EventState, Label, MotionEvent

from .conftest import Api

DAY = datetime(2026, 3, 29, tzinfo=UTC)
RANGE = "after=2026-03-29T00:00:00Z&before=2026-03-30T00:00:00Z"


def event(number: int, minutes: int, camera: str = "porch", **more: Any) -> MotionEvent:
    return MotionEvent(
        id=f"event-{number:04}",
        camera=camera,
        state=EventState.ENDED,
        cause=EventCause.MOTION,
        started_at=DAY + timedelta(minutes=minutes),
        ended_at=DAY + timedelta(minutes=minutes + 1),
        **more,
    )


@pytest.fixture
async def filled(api: Api) -> Api:
    cat = Label(name="cat", confidence=0.9, box=Box(x=0, y=0, w=1, h=1))
    for saved in (
        event(1, 0),
        event(2, 14, zones=("Gate",)),
        event(3, 15, labels=(cat,)),
        event(4, 60 * 24 - 1, camera="yard", zones=("Gate", "Path")),
        event(5, 60 * 24),
    ):
        await api.agent.agent.recording.events.save(saved)
    return api


async def counts(api: Api, query: str) -> dict[str, int]:
    status, answer = await api.json("GET", f"/api/v1/history?{query}")
    assert status == 200
    return {entry["at"][11:16]: entry["events"] for entry in answer["counts"]}


async def test_events_are_counted_by_the_quarter_of_an_hour(filled: Api) -> None:
    assert await counts(filled, RANGE) == {"00:00": 2, "00:15": 1, "23:45": 1}


async def test_they_can_be_asked_for_as_events_are(filled: Api) -> None:
    assert await counts(filled, f"{RANGE}&camera=yard") == {"23:45": 1}
    assert await counts(filled, f"{RANGE}&zone=Gate") == {"00:00": 1, "23:45": 1}
    assert await counts(filled, f"{RANGE}&zone=Gate&camera=porch") == {"00:00": 1}
    assert await counts(filled, f"{RANGE}&label=cat") == {"00:15": 1}
    assert await counts(filled, f"{RANGE}&label=dog") == {}


async def test_all_names_are_told_that_lead_to_events(filled: Api) -> None:
    _, answer = await filled.json("GET", f"/api/v1/history?{RANGE}&camera=none")
    assert (answer["zones"], answer["labels"]) == (["Gate", "Path"], ["cat"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "after"),
        ("after=2026-01-01T00:00:00Z", "before"),
        ("after=x&before=2026-01-01T00:00:00Z", "after"),
        ("after=2026-01-01T00:00:00Z&before=2027-01-01T00:00:00Z", "before"),
        ("after=2026-01-02T00:00:00Z&before=2026-01-01T00:00:00Z", "after"),
    ],
)
async def test_a_range_is_needed_and_bounded(api: Api, query: str, field: str) -> None:
    status, error = await api.error("GET", f"/api/v1/history?{query}")
    assert (status, error["field"]) == (400, field)


async def test_the_state_of_the_pi_can_be_asked_for(api: Api) -> None:
    status, answer = await api.json("GET", "/api/v1/system")
    assert status == 200
    assert answer["free_disk_bytes"] > 0
    assert answer["recording_problem"] is None
