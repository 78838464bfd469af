"""The history in Home Assistant's media browser: camera, day, event; newest first."""

from typing import override

from homeassistant.components.media_player import (
    BrowseError,
    SearchMedia,
    SearchMediaQuery,
)
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .agent_client.protocol import MotionEvent
from .const import DOMAIN
from .errors import translate_media_errors
from .event_history import days_with_events, events_of_day, search_events
from .media_identifier import MediaIdentifier
from .media_nodes import (
    JPEG,
    MP4,
    agent_node,
    camera_node,
    day_node,
    event_node,
    folder_node,
    is_recorded,
)
from .runtime import AgentConfigEntry
from .texts import async_labels_called
from .views import event_clip_path, event_snapshot_path


async def async_get_media_source(hass: HomeAssistant) -> MediaSource:
    """The one source for all agents."""
    return EventMediaSource(hass)


class EventMediaSource(MediaSource):
    """Events of every agent that is set up; with several agents, the agent comes first."""

    name = "Pi Motion Camera"

    def __init__(self, hass: HomeAssistant) -> None:
        """Nothing is read before somebody looks."""
        super().__init__(DOMAIN)
        self._hass = hass

    @override
    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        """What is at a place, with its children; BrowseError says why it cannot be shown."""
        place = _place(item, BrowseError)
        entry = self._entry_of(place)
        if entry is None:
            return folder_node(place, self.name, [agent_node(entry) for entry in self._loaded()])
        if place.camera is None:
            return agent_node(entry, with_children=True)
        return await _below_camera(entry, place, place.camera)

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        """The clip of an event, else its picture; Unresolvable says why there is none."""
        place = _place(item, Unresolvable)
        if place.entry_id is None or place.event_id is None:
            raise _error(Unresolvable, "unknown_media")
        entry = _loaded_entry(self._hass, place.entry_id, Unresolvable)
        event = await _event_at(entry, place.camera, place.event_id, Unresolvable)
        if event.clip:
            return PlayMedia(event_clip_path(entry.entry_id, event.id), MP4)
        if event.snapshot:
            return PlayMedia(event_snapshot_path(entry.entry_id, event.id), JPEG)
        raise _error(Unresolvable, "nothing_recorded")

    @override
    async def async_search_media(
        self, item: MediaSourceItem, query: SearchMediaQuery
    ) -> SearchMedia:
        """Events in a zone, with a label or of a day (2026-11-21), at a place and below it."""
        place = _place(item, BrowseError)
        entry = self._entry_of(place)
        found: list[BrowseMediaSource] = []
        for searched in self._loaded() if entry is None else [entry]:
            with translate_media_errors(BrowseError, searched.title):
                found += await _search(searched, place.camera, query.search_query)
        wanted = query.media_filter_classes
        return SearchMedia(result=[e for e in found if not wanted or e.media_class in wanted])

    def _entry_of(self, place: MediaIdentifier) -> AgentConfigEntry | None:
        """The agent that a place belongs to; None where there are several to choose from."""
        if place.entry_id is not None:
            return _loaded_entry(self._hass, place.entry_id, BrowseError)
        entries = self._hass.config_entries.async_entries(
            DOMAIN, include_ignore=False, include_disabled=False
        )
        if len(entries) != 1:
            return None
        return _loaded_entry(self._hass, entries[0].entry_id, BrowseError)

    def _loaded(self) -> list[AgentConfigEntry]:
        entries: list[AgentConfigEntry] = self._hass.config_entries.async_loaded_entries(DOMAIN)
        return sorted(entries, key=lambda entry: entry.title)


def _error[E: HomeAssistantError](kind: type[E], key: str) -> E:
    return kind(translation_domain=DOMAIN, translation_key=key)


def _place(item: MediaSourceItem, kind: type[HomeAssistantError]) -> MediaIdentifier:
    place = MediaIdentifier.parse(item.identifier)
    if place is None:
        raise _error(kind, "unknown_media")
    return place


def _loaded_entry(
    hass: HomeAssistant, entry_id: str, kind: type[HomeAssistantError]
) -> AgentConfigEntry:
    entry: AgentConfigEntry | None = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.domain != DOMAIN:
        raise _error(kind, "unknown_media")
    if entry.state is not ConfigEntryState.LOADED:
        raise kind(
            translation_domain=DOMAIN,
            translation_key="unreachable",
            translation_placeholders={"name": entry.title},
        )
    return entry


async def _below_camera(
    entry: AgentConfigEntry, place: MediaIdentifier, camera_id: str
) -> BrowseMediaSource:
    client = entry.runtime_data.client
    if camera_id not in entry.runtime_data.coordinator.data.cameras:
        raise _error(BrowseError, "unknown_media")
    if place.event_id is not None:
        event = await _event_at(entry, camera_id, place.event_id, BrowseError)
        return event_node(entry, event)
    with translate_media_errors(BrowseError, entry.title):
        if place.day is not None:
            events = await events_of_day(client, camera_id, place.day)
            return day_node(entry, camera_id, place.day, events)
        days = [day async for day in days_with_events(client, camera_id)]
    return camera_node(entry, camera_id, [day_node(entry, camera_id, day) for day in days])


async def _event_at(
    entry: AgentConfigEntry, camera_id: str | None, event_id: str, kind: type[HomeAssistantError]
) -> MotionEvent:
    with translate_media_errors(kind, entry.title):
        event = await entry.runtime_data.client.event(event_id)
    if event.camera != camera_id:
        raise _error(kind, "unknown_media")
    return event


async def _search(
    entry: AgentConfigEntry, camera_id: str | None, text: str
) -> list[BrowseMediaSource]:
    cameras = entry.runtime_data.coordinator.data.cameras
    searched = [camera for camera in cameras.values() if camera_id in (None, camera.id)]
    labels = async_labels_called(entry.runtime_data.coordinator.hass, text.strip())
    events = await search_events(entry.runtime_data.client, searched, text, labels)
    return [event_node(entry, event, dated=True) for event in events if is_recorded(event)]
