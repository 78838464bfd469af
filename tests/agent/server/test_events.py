"""History over HTTP: pages, single events, their pictures, and wrong questions."""

from typing import Any

import pytest

from pi_agent.protocol import EventState
from tests.scripted_source import ScriptedSource

from .conftest import Api
from .test_websocket import an_event


async def some_events(api: Api, source: ScriptedSource, count: int) -> list[dict[str, Any]]:
    """Let somebody walk by `count` times; the events, newest first."""
    async with api.events() as listener:
        await listener.hello()
        source.still(4)
        for _ in range(count):
            source.walk(3)
            source.still(8)
        for _ in range(count):
            await an_event(listener, EventState.ENDED)
    _, page = await api.json("GET", "/api/v1/events")
    return list(page["events"])


async def test_history_is_newest_first_and_paged(api: Api, source: ScriptedSource) -> None:
    events = await some_events(api, source, 3)
    assert len(events) == 3
    assert [e["started_at"] for e in events] == sorted(
        (e["started_at"] for e in events), reverse=True
    )
    _, first = await api.json("GET", "/api/v1/events?limit=2")
    _, rest = await api.json("GET", f"/api/v1/events?limit=2&cursor={first['cursor']}")
    assert first["events"] + rest["events"] == events
    assert rest["cursor"] is None


async def test_a_picture_may_be_kept_and_read_in_parts(api: Api, source: ScriptedSource) -> None:
    (event,) = await some_events(api, source, 1)
    async with api.request("GET", event["snapshot"]) as answer:
        whole = await answer.read()
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert "immutable" in answer.headers["Cache-Control"]
        etag = answer.headers["ETag"]
    async with api.request("GET", event["snapshot"], headers={"Range": "bytes=10-19"}) as answer:
        assert answer.status == 206
        assert await answer.read() == whole[10:20]
    async with api.request("GET", event["snapshot"], headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304


async def test_a_deleted_event_is_gone_with_its_picture(api: Api, source: ScriptedSource) -> None:
    (event,) = await some_events(api, source, 1)
    path = f"/api/v1/events/{event['id']}"
    async with api.request("DELETE", path) as answer:
        assert answer.status == 204
    for method, gone in (("GET", path), ("GET", event["snapshot"]), ("DELETE", path)):
        status, _ = await api.error(method, gone)
        assert status == 404
    async with api.events(since=0) as listener:
        assert (await listener.hello()).events_lost


async def test_an_event_that_goes_on_cannot_be_deleted(api: Api, source: ScriptedSource) -> None:
    async with api.events() as listener:
        await listener.hello()
        source.still(4)
        source.walk(2)
        started = await an_event(listener, EventState.STARTED)
    status, error = await api.error("DELETE", f"/api/v1/events/{started.id}")
    assert (status, error["code"]) == (409, "not_ready")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=x", "limit"),
        ("cursor=x", "cursor"),
        ("after=yesterday", "after"),
        ("before=2026-11-21", "before"),
        ("after=2026-11-21T00:00:00Z&before=2026-11-20T00:00:00Z", "after"),
    ],
)
async def test_a_wrong_question_names_its_field(api: Api, query: str, field: str) -> None:
    status, error = await api.error("GET", f"/api/v1/events?{query}")
    assert (status, error["field"]) == (400, field)


@pytest.mark.parametrize(
    "event_id", ["none", "..%2f..%2fagent.db", "%00", "A", "x" * 65, "..", "%2e%2e%2f"]
)
async def test_an_unknown_event_is_not_found_whatever_its_name(api: Api, event_id: str) -> None:
    for path in (f"/api/v1/events/{event_id}", f"/api/v1/events/{event_id}/snapshot.jpg"):
        status, error = await api.error("GET", path)
        assert (status, error["code"]) == (404, "not_found")


async def test_without_recording_an_event_is_told_but_leaves_no_picture(
    api: Api, source: ScriptedSource
) -> None:
    await api.json("PATCH", "/api/v1/cameras/porch/settings", json={"recording": False})
    (event,) = await some_events(api, source, 1)
    assert event["snapshot"] is None
    status, _ = await api.error("GET", f"/api/v1/events/{event['id']}/snapshot.jpg")
    assert status == 404
