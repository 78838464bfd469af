"""History over HTTP: pages, single events, their pictures, and wrong questions."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pi_agent.frames import encode_jpeg
from pi_agent.protocol import Box, EventMessage, EventState
from pi_agent.server.snapshot_thumbnail import thumbnail
from tests.clips import decoded_clip
from tests.pictures import decoded
from tests.scripted_source import ScriptedSource

from .conftest import Api
from .test_websocket import a_clip, an_event


async def recording(api: Api) -> bool:
    _, settings = await api.json("GET", "/api/v1/cameras/porch/settings")
    return bool(settings["recording"])


async def some_events(api: Api, source: ScriptedSource, count: int) -> list[dict[str, Any]]:
    """Let somebody walk by `count` times; the events with their clips, newest first."""
    async with api.events() as listener:
        await listener.hello()
        source.still(4)
        for _ in range(count):
            source.walk(3)
            source.still(8)
        recorded = await recording(api)
        for _ in range(count):
            await (a_clip(listener) if recorded else an_event(listener, EventState.ENDED))
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


async def test_a_clip_may_be_kept_and_read_in_parts(api: Api, source: ScriptedSource) -> None:
    (event,) = await some_events(api, source, 1)
    async with api.request("GET", event["clip"]) as answer:
        whole = await answer.read()
        assert answer.headers["Content-Type"] == "video/mp4"
        assert "immutable" in answer.headers["Cache-Control"]
        etag = answer.headers["ETag"]
    clip = decoded_clip(whole)
    # Pre-roll, the walk and the post-roll: 3 s of still picture were all there was before it.
    assert 3 + 3 + 4 <= clip.seconds <= 5 + 4 + 5.5
    assert (clip.width, clip.height, clip.pixel_format) == (320, 180, "yuv420p")
    async with api.request("GET", event["clip"], headers={"Range": "bytes=4-11"}) as answer:
        assert (answer.status, await answer.read()) == (206, whole[4:12])
    async with api.request("GET", event["clip"], headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304
    async with api.request("GET", event["clip"], headers={"Range": "bytes=99999999-"}) as answer:
        assert answer.status == 416


async def test_a_copy_can_be_checked_by_its_digest(api: Api, source: ScriptedSource) -> None:
    (event,) = await some_events(api, source, 1)
    for name in ("snapshot", "clip"):
        async with api.request("GET", event[name]) as answer:
            digest = base64.b64encode(hashlib.sha256(await answer.read()).digest()).decode()
            assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
        part = {"Range": "bytes=0-9"}  # the digest is that of the whole, whatever is asked for
        async with api.request("GET", event[name], headers=part) as answer:
            assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    async with api.request("GET", event["snapshot"] + "?boxes=1") as answer:
        assert "Repr-Digest" not in answer.headers


async def test_a_clip_is_not_ready_while_its_event_goes_on(
    api: Api, source: ScriptedSource
) -> None:
    async with api.events() as listener:
        await listener.hello()
        source.still(4)
        source.walk(2)
        started = await an_event(listener, EventState.STARTED)
    status, error = await api.error("GET", f"/api/v1/events/{started.id}/clip.mp4")
    assert (status, error["code"]) == (409, "not_ready")


async def test_files_that_were_removed_by_hand_are_told(
    api: Api, source: ScriptedSource, tmp_path: Path
) -> None:
    (event,) = await some_events(api, source, 1)
    for path in tmp_path.glob("media/*/*"):
        path.unlink()
    for name in ("snapshot", "clip"):
        status, error = await api.error("GET", event[name])
        assert status == 404
        assert "removed from the disk" in error["message"]


async def test_boxes_are_drawn_where_something_moved_and_nowhere_else(
    api: Api, source: ScriptedSource
) -> None:
    (event,) = await some_events(api, source, 1)
    async with api.request("GET", event["snapshot"]) as answer:
        clean = decoded(await answer.read())
    async with api.request("GET", event["snapshot"] + "?boxes=1") as answer:
        drawn = decoded(await answer.read())
        etag = answer.headers["ETag"]
    changed = np.abs(drawn.astype(int) - clean).max(axis=2) > 60
    rows, columns = np.nonzero(changed)
    assert 40 < len(rows) < changed.size / 20
    # The person is on the left when it is first seen, however far it walked later.
    assert columns.max() < 320 / 2
    assert 40 <= rows.min() <= rows.max() <= 170
    headers = {"If-None-Match": etag}
    async with api.request("GET", event["snapshot"] + "?boxes=1", headers=headers) as answer:
        assert answer.status == 304
    status, error = await api.error("GET", event["snapshot"] + "?boxes=yes")
    assert (status, error["field"]) == (400, "boxes")


async def test_a_thumbnail_is_a_small_square_around_what_moved(
    api: Api, source: ScriptedSource
) -> None:
    (event,) = await some_events(api, source, 1)
    async with api.request("GET", event["snapshot"]) as answer:
        whole = decoded(await answer.read())
    async with api.request("GET", event["snapshot"] + "?thumbnail=1") as answer:
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Repr-Digest" not in answer.headers
        small = decoded(await answer.read())
    height, width = whole.shape[:2]
    side = small.shape[0]
    assert small.shape == (side, side, 3)
    assert height / 2 <= side < height
    # It is a part of the picture as it is, on the left, where the person is when it is first seen.
    found = cv2.matchTemplate(whole, small, cv2.TM_SQDIFF_NORMED)
    _, _, (left, _), _ = cv2.minMaxLoc(found)
    assert found.min() < 0.01
    assert left + side / 2 < width / 2
    status, error = await api.error("GET", event["snapshot"] + "?thumbnail=2")
    assert (status, error["field"]) == (400, "thumbnail")


@pytest.mark.parametrize(
    ("box", "square"),
    [
        (None, (140, 0, 360)),
        (Box(x=0.0, y=0.9, w=0.02, h=0.1), (0, 180, 180)),  # small, in a corner
        (Box(x=0.45, y=0.4, w=0.1, h=0.2), (230, 90, 180)),
        (Box(x=0.5, y=0.0, w=0.5, h=1.0), (280, 0, 360)),  # as high as the picture
    ],
)
def test_a_thumbnail_never_leaves_the_picture(
    box: Box | None, square: tuple[int, int, int]
) -> None:
    height, width = 360, 640
    x, y = np.meshgrid(np.arange(width) * 255 / width, np.arange(height) * 255 / height)
    picture = np.dstack([x, y, np.zeros_like(x)]).astype(np.uint8)
    small = decoded(thumbnail(encode_jpeg(picture, quality=95), box)).astype(float)
    left, top, side = square
    assert small.shape[0] == min(320, side)
    corners = small[3, 3, :2], small[-4, -4, :2]
    expected = (left, top), (left + side, top + side)
    for corner, (at_x, at_y) in zip(corners, expected, strict=True):
        assert corner == pytest.approx([at_x * 255 / width, at_y * 255 / height], abs=5)


async def test_an_event_that_is_to_be_kept_says_so_to_everyone(
    api: Api, source: ScriptedSource
) -> None:
    (event,) = await some_events(api, source, 1)
    path = f"/api/v1/events/{event['id']}"
    async with api.events() as listener:
        await listener.hello()
        status, answer = await api.json("PATCH", path, json={"keep": True})
        assert (status, answer["keep"]) == (200, True)
        message = await listener.next()
        assert isinstance(message, EventMessage)
        assert message.event.keep
        assert message.event.revision == answer["revision"] == event["revision"] + 1
    _, again = await api.json("PATCH", path, json={"keep": True})
    assert again["revision"] == answer["revision"]


@pytest.mark.parametrize(("body", "field"), [("{}", "keep"), ('{"keep": 1}', "keep"), ("[", None)])
async def test_a_wrong_wish_about_an_event_names_its_field(
    api: Api, source: ScriptedSource, body: str, field: str | None
) -> None:
    status, error = await api.error("PATCH", "/api/v1/events/none", data=body)
    assert (status, error["field"]) == (400, field)


async def test_a_deleted_event_is_gone_with_its_picture(
    api: Api, source: ScriptedSource, tmp_path: Path
) -> None:
    (event,) = await some_events(api, source, 1)
    path = f"/api/v1/events/{event['id']}"
    async with api.request("DELETE", path) as answer:
        assert answer.status == 204
    gone_for_good = [("GET", path), ("DELETE", path), ("PATCH", path)]
    gone_for_good += [("GET", event["snapshot"]), ("GET", event["clip"])]
    assert not list(tmp_path.glob("media/*/*"))
    for method, gone in gone_for_good:
        status, _ = await api.error(method, gone, json={"keep": True})
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
        ("after=0001-01-01T00:00:00%2B23:00", "after"),
        ("before=9999-12-31T23:59:59-23:00", "before"),
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
    base = f"/api/v1/events/{event_id}"
    for path in (base, f"{base}/snapshot.jpg", f"{base}/clip.mp4"):
        status, error = await api.error("GET", path)
        assert (status, error["code"]) == (404, "not_found")


async def test_without_recording_an_event_is_told_but_leaves_no_picture(
    api: Api, source: ScriptedSource
) -> None:
    await api.json("PATCH", "/api/v1/cameras/porch/settings", json={"recording": False})
    (event,) = await some_events(api, source, 1)
    assert event["snapshot"] is None
    assert "recording was off" in event["clip_error"]
    for name in ("snapshot.jpg", "clip.mp4"):
        status, error = await api.error("GET", f"/api/v1/events/{event['id']}/{name}")
        assert status == 404
    assert "recording was off" in error["message"]
