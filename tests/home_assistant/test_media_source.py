"""The media browser shows the history of each camera by days, and plays what was recorded."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.components.media_player import BrowseError, MediaClass, SearchMediaQuery
from homeassistant.components.media_source import (
    BrowseMediaSource,
    Unresolvable,
    async_browse_media,
    async_resolve_media,
    async_search_media,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.pi_motion_camera import event_history
from custom_components.pi_motion_camera.views import (
    event_clip_path,
    event_snapshot_path,
    event_thumbnail_path,
)
from pi_agent.protocol import Box, EventCause, EventState, Label, MotionEvent
from tests.agent_fixture import camera

from .agent_thread import AgentThread
from .conftest import SetUp

ROOT = "media-source://pi_motion_camera"
MIDNIGHT = datetime(2026, 11, 21, 8, tzinfo=UTC)  # by the clock on the wall: UTC-8
WHOLE = Box(x=0.0, y=0.0, w=1.0, h=1.0)


@pytest.fixture(autouse=True)
async def _media_source(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("US/Pacific")
    assert await async_setup_component(hass, "media_source", {})


def event(name: str, after_midnight: timedelta, **changes: Any) -> MotionEvent:
    """An event with a picture that began some time after midnight of 21 November."""
    known: dict[str, Any] = {
        "id": name,
        "camera": "porch",
        "state": EventState.ENDED,
        "cause": EventCause.MOTION,
        "started_at": MIDNIGHT + after_midnight,
        "snapshot": f"/api/v1/events/{name}/snapshot.jpg",
        "clip_error": "made by hand",
    }
    return MotionEvent(**{**known, **changes})


@pytest.fixture
def language(hass: HomeAssistant) -> None:
    """Home Assistant speaks Spanish from its start."""
    hass.config.language = "es"


@pytest.fixture
async def history(agent: AgentThread, loaded: MockConfigEntry) -> str:
    """Events of three days; the camera's place in the media source."""
    for entry in (
        event("noon", timedelta(hours=12, minutes=3, seconds=22), zones=("Gate", "Path")),
        event("first", timedelta(), clip="/api/v1/events/first/clip.mp4", clip_error=None),
        event("late", timedelta(milliseconds=-1)),
        event("unrecorded", timedelta(hours=13), snapshot=None),
        event("old", timedelta(days=-30), labels=(Label(name="cat", confidence=0.9, box=WHOLE),)),
    ):
        await agent.save_event(entry)
    return f"{ROOT}/{loaded.entry_id}/porch"


async def browse(hass: HomeAssistant, place: str) -> BrowseMediaSource:
    node = await async_browse_media(hass, place)
    assert isinstance(node, BrowseMediaSource)
    return node


async def titles(hass: HomeAssistant, place: str) -> list[str]:
    return [child.title for child in (await browse(hass, place)).children or ()]


async def found(hass: HomeAssistant, place: str, text: str, **query: Any) -> list[str]:
    """The titles of what a search finds."""
    result = await async_search_media(hass, place, SearchMediaQuery(search_query=text, **query))
    return [entry.title for entry in result.result]


async def test_with_one_agent_the_cameras_come_first(
    hass: HomeAssistant, loaded: MockConfigEntry, event_id: str
) -> None:
    root = await browse(hass, ROOT)
    (porch,) = root.children or ()
    assert (porch.title, porch.can_expand, porch.can_play) == ("Porch", True, False)
    assert porch.thumbnail == event_thumbnail_path(loaded.entry_id, event_id)
    assert porch.media_content_id == f"{ROOT}/{loaded.entry_id}/porch"


async def test_with_several_agents_the_agent_comes_first(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    MockConfigEntry(domain="pi_motion_camera", title="Garden Pi").add_to_hass(hass)
    assert await titles(hass, ROOT) == ["Porch Pi"]  # the other one is not loaded
    assert await titles(hass, f"{ROOT}/{loaded.entry_id}") == ["Porch"]
    assert await found(hass, ROOT, "cat") == []


async def test_a_camera_has_days_by_the_clock_on_the_wall_newest_first(
    hass: HomeAssistant, history: str
) -> None:
    assert await titles(hass, history) == ["2026-11-21", "2026-11-20", "2026-10-22"]


async def test_a_day_has_what_was_recorded_newest_first(
    hass: HomeAssistant, loaded: MockConfigEntry, history: str
) -> None:
    day = await browse(hass, f"{history}/2026-11-21")
    noon, first = day.children or ()
    assert (noon.title, first.title) == ("12:03:22 · Gate · Path", "00:00:00")
    assert (noon.media_class, first.media_class) == (MediaClass.IMAGE, MediaClass.VIDEO)
    assert (noon.media_content_type, first.media_content_type) == ("image/jpeg", "video/mp4")
    assert noon.thumbnail == event_thumbnail_path(loaded.entry_id, "noon")
    assert noon.can_play
    assert not noon.can_expand
    assert await titles(hass, f"{history}/2026-11-20") == ["23:59:59"]
    assert await titles(hass, f"{history}/2026-10-22") == ["01:00:00 · Cat"]
    assert await titles(hass, f"{history}/2026-11-19") == []


async def test_a_day_of_many_events_is_read_page_by_page(
    hass: HomeAssistant, agent: AgentThread, history: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_history, "_EVENTS_A_PAGE", 2)
    for minute in range(5):
        await agent.save_event(event(f"m{minute}", timedelta(days=2, minutes=minute)))
    assert await titles(hass, f"{history}/2026-11-23") == [f"00:0{m}:00" for m in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("summer", ["2026-11-01", "2026-03-08"])
async def test_a_day_with_a_change_of_clocks_has_all_its_hours(
    hass: HomeAssistant, agent: AgentThread, history: str, summer: str
) -> None:
    hours = 25 if summer == "2026-11-01" else 23
    offset = 7 if summer == "2026-11-01" else 8
    begin = datetime.fromisoformat(f"{summer}T{offset:02}:00:00+00:00")
    for number, hour in enumerate((-0.001, 0, hours - 0.001, hours)):
        at = begin + timedelta(hours=hour)
        await agent.save_event(event(f"h{number}", timedelta(), started_at=at))
    assert await titles(hass, f"{history}/{summer}") == ["23:59:56", "00:00:00"]


async def test_an_event_is_a_place_of_its_own(hass: HomeAssistant, history: str) -> None:
    node = await browse(hass, f"{history}/2026-11-21/first")
    assert (node.title, node.can_play, node.children) == ("00:00:00", True, None)


async def test_the_clip_is_played_if_there_is_one_else_the_picture(
    hass: HomeAssistant, loaded: MockConfigEntry, history: str
) -> None:
    clip = await async_resolve_media(hass, f"{history}/2026-11-21/first", None)
    assert (clip.url, clip.mime_type) == (event_clip_path(loaded.entry_id, "first"), "video/mp4")
    picture = await async_resolve_media(hass, f"{history}/2026-11-21/noon", None)
    assert picture.url == event_snapshot_path(loaded.entry_id, "noon")
    assert picture.mime_type == "image/jpeg"


async def test_what_the_browser_is_given_plays_without_a_token(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    clip_path: str,
    hass_ws_client: WebSocketGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    (day,) = (await browse(hass, f"{ROOT}/{loaded.entry_id}/porch")).children or ()
    (shown,) = (await browse(hass, day.media_content_id)).children or ()
    websocket = await hass_ws_client(hass)
    await websocket.send_json_auto_id(
        {"type": "media_source/resolve_media", "media_content_id": shown.media_content_id}
    )
    answer = (await websocket.receive_json())["result"]
    assert answer["mime_type"] == "video/mp4"
    assert answer["url"].startswith(f"{clip_path}?authSig=")
    clip = await (await hass_client_no_auth()).get(answer["url"], headers={"Range": "bytes=4-7"})
    assert await clip.read() == b"ftyp"


async def test_events_are_found_by_zone_by_label_and_by_day(
    hass: HomeAssistant, loaded: MockConfigEntry, history: str
) -> None:
    for place in (ROOT, f"{ROOT}/{loaded.entry_id}", history):
        assert await found(hass, place, "Gate") == ["2026-11-21 12:03:22 · Gate · Path"]
        assert await found(hass, place, " Cat ") == ["2026-10-22 01:00:00 · Cat"]
        assert await found(hass, place, "2026-11-20") == ["2026-11-20 23:59:59"]
        for nothing in ("dog", "gat", "2026-02-29", "", "x" * 1000):
            assert await found(hass, place, nothing) == []
    assert (await browse(hass, ROOT)).can_search
    assert (await browse(hass, history)).can_search
    assert not (await browse(hass, f"{history}/2026-11-21")).can_search


@pytest.mark.usefixtures("language")
async def test_labels_are_called_as_users_call_them(hass: HomeAssistant, history: str) -> None:
    for text in ("gato", "Gato", "cat"):
        assert await found(hass, history, text) == ["2026-10-22 01:00:00 · Gato"]
    assert await found(hass, history, "perro") == []


async def test_part_of_the_name_of_a_zone_that_there_is_now_is_enough(
    hass: HomeAssistant, loaded: MockConfigEntry, history: str
) -> None:
    corner = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    await loaded.runtime_data.coordinator.async_change_settings(
        "porch", zones=[{"name": "Gate", "points": corner}]
    )
    assert await found(hass, history, "gat") == ["2026-11-21 12:03:22 · Gate · Path"]


async def test_a_search_can_be_for_videos_alone(hass: HomeAssistant, history: str) -> None:
    day = "2026-11-21"
    assert len(await found(hass, history, day)) == 2
    videos = await found(hass, history, day, media_filter_classes=[MediaClass.VIDEO])
    assert videos == ["2026-11-21 00:00:00"]


async def test_another_camera_has_another_history(
    hass: HomeAssistant,
    agent: AgentThread,
    loaded: MockConfigEntry,
    set_up: SetUp,
    history: str,
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    await agent.stop()
    agent.cameras = (camera(), camera("yard", "yard"))
    agent.sources["yard"] = type(agent.sources["scripted"])()
    await agent.start()
    await set_up(loaded)
    assert await titles(hass, ROOT) == ["Porch", "Yard"]
    yard = f"{ROOT}/{loaded.entry_id}/yard"
    assert await titles(hass, yard) == []
    assert await found(hass, yard, "Gate") == []
    with pytest.raises(BrowseError) as error:
        await browse(hass, f"{yard}/2026-11-21/noon")
    assert error.value.translation_key == "unknown_media"


type Look = Callable[[HomeAssistant, str], Any]


async def _resolve(hass: HomeAssistant, place: str) -> None:
    await async_resolve_media(hass, place, None)


async def refusal(look: Look, kind: type[HomeAssistantError], hass: HomeAssistant, at: str) -> str:
    """The key of the sentence with which a place is refused."""
    with pytest.raises(kind) as error:
        await look(hass, at)
    assert error.value.translation_domain == "pi_motion_camera"
    assert len(str(error.value)) > 20
    return str(error.value.translation_key)


LOOKS = [(browse, BrowseError), (_resolve, Unresolvable)]


@pytest.mark.parametrize(("look", "kind"), LOOKS)
async def test_what_is_no_place_is_refused_in_a_sentence(
    hass: HomeAssistant, history: str, look: Look, kind: type[HomeAssistantError]
) -> None:
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    for place in (
        f"{ROOT}/nobody/porch/2026-11-21/noon",
        f"{ROOT}/{other.entry_id}/porch/2026-11-21/noon",
        history.replace("/porch", "/attic/2026-11-21/noon"),
        f"{history}/2026-02-29",
        f"{history}/2026-11-21/noon/more",
        f"{history}/../../info",
    ):
        assert await refusal(look, kind, hass, place) == "unknown_media"


@pytest.mark.parametrize(("look", "kind"), LOOKS)
async def test_an_event_that_is_gone_is_told_so(
    hass: HomeAssistant,
    agent: AgentThread,
    history: str,
    look: Look,
    kind: type[HomeAssistantError],
) -> None:
    await agent.delete_event("noon")
    assert await refusal(look, kind, hass, f"{history}/2026-11-21/noon") == "no_such_event"


@pytest.mark.parametrize(("look", "kind"), LOOKS)
async def test_an_agent_that_is_gone_is_told_so(
    hass: HomeAssistant,
    agent: AgentThread,
    loaded: MockConfigEntry,
    history: str,
    *,
    look: Look,
    kind: type[HomeAssistantError],
) -> None:
    place = f"{history}/2026-11-21/noon"
    await agent.revoke()
    assert await refusal(look, kind, hass, place) == "not_paired"
    await agent.stop()
    assert await refusal(look, kind, hass, place) == "unreachable"
    await hass.config_entries.async_unload(loaded.entry_id)
    assert await refusal(look, kind, hass, place) == "unreachable"
    assert await refusal(browse, BrowseError, hass, ROOT) == "unreachable"


async def test_what_has_nothing_to_play_cannot_be_played(hass: HomeAssistant, history: str) -> None:
    for place in (history, f"{history}/2026-11-21", ROOT):
        assert await refusal(_resolve, Unresolvable, hass, place) == "unknown_media"
    place = f"{history}/2026-11-21/unrecorded"
    assert await refusal(_resolve, Unresolvable, hass, place) == "nothing_recorded"
