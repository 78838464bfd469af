"""What the media browser shows of each place in the history: title, thumbnail, children."""

from datetime import date
from typing import Final

from homeassistant.components.media_player import MediaClass, MediaType
from homeassistant.components.media_source import BrowseMediaSource
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .agent_client.protocol import MotionEvent
from .const import DOMAIN
from .event_history import local_day
from .media_identifier import MediaIdentifier
from .runtime import AgentConfigEntry
from .texts import async_label_text
from .views import event_thumbnail_path

JPEG: Final = "image/jpeg"
MP4: Final = "video/mp4"


def agent_node(entry: AgentConfigEntry, *, with_children: bool = False) -> BrowseMediaSource:
    """An agent, with its cameras when it is opened."""
    cameras = entry.runtime_data.coordinator.data.cameras
    return folder_node(
        MediaIdentifier(entry_id=entry.entry_id),
        entry.title,
        [camera_node(entry, camera) for camera in cameras] if with_children else None,
    )


def camera_node(
    entry: AgentConfigEntry, camera_id: str, days: list[BrowseMediaSource] | None = None
) -> BrowseMediaSource:
    """A camera, with its days when it is opened; what it saw last is its thumbnail."""
    camera = entry.runtime_data.coordinator.data.cameras[camera_id]
    pictured = camera.pictured_event
    return folder_node(
        MediaIdentifier(entry_id=entry.entry_id, camera=camera_id),
        camera.name,
        days,
        thumbnail=event_thumbnail_path(entry.entry_id, pictured.id) if pictured else None,
    )


def day_node(
    entry: AgentConfigEntry, camera_id: str, day: date, events: list[MotionEvent] | None = None
) -> BrowseMediaSource:
    """A day of a camera, with its recorded events when it is opened."""
    place = MediaIdentifier(entry_id=entry.entry_id, camera=camera_id, day=day)
    if events is None:
        return folder_node(place, str(day))
    folder = folder_node(
        place, str(day), [event_node(entry, event) for event in events if is_recorded(event)]
    )
    folder.children_media_class = MediaClass.VIDEO
    return folder


def is_recorded(event: MotionEvent) -> bool:
    """Whether there is anything to look at: not while recording is off."""
    return event.snapshot is not None or event.clip is not None


def event_node(
    entry: AgentConfigEntry, event: MotionEvent, *, dated: bool = False
) -> BrowseMediaSource:
    """An event: its clip or, as long as there is none, its picture; `dated` outside of its day."""
    day = local_day(event)
    title = _title(entry.runtime_data.coordinator.hass, event)
    place = MediaIdentifier(
        entry_id=entry.entry_id, camera=event.camera, day=day, event_id=event.id
    )
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=str(place),
        media_class=MediaClass.VIDEO if event.clip else MediaClass.IMAGE,
        media_content_type=MP4 if event.clip else JPEG,
        title=f"{day} {title}" if dated else title,
        can_play=is_recorded(event),
        can_expand=False,
        thumbnail=event_thumbnail_path(entry.entry_id, event.id) if event.snapshot else None,
    )


def _title(hass: HomeAssistant, event: MotionEvent) -> str:
    """When it began on the clock on the wall, then where and what: `14:03:22 · Gate · Person`."""
    time = dt_util.as_local(event.started_at).strftime("%H:%M:%S")
    labels = sorted({async_label_text(hass, label.name) for label in event.labels})
    return " · ".join((time, *event.zones, *labels))


def folder_node(
    place: MediaIdentifier,
    title: str,
    children: list[BrowseMediaSource] | None = None,
    *,
    thumbnail: str | None = None,
) -> BrowseMediaSource:
    """A place that can be opened, and searched if it holds more than a day."""
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=str(place),
        media_class=MediaClass.DIRECTORY,
        media_content_type=MediaType.VIDEO,
        title=title,
        can_play=False,
        can_expand=True,
        can_search=place.day is None,
        search_media_classes=[MediaClass.VIDEO, MediaClass.IMAGE],
        children=children,
        children_media_class=MediaClass.DIRECTORY,
        thumbnail=thumbnail,
    )
