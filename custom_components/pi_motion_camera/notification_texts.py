"""The sentences of notifications, in Home Assistant's language."""

from collections import Counter
from dataclasses import replace
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .agent_client.protocol import MotionEvent
from .const import DOMAIN
from .entity_ids import camera_unique_id
from .notification_content import Notification, button_action
from .notification_hook import HookButton, NotificationHook
from .runtime import AgentConfigEntry
from .state import AgentState
from .texts import async_label_text, async_text
from .views import event_clip_path, event_snapshot_path

_PAGE: Final = "/lovelace?more-info-entity-id={entity_id}"  # any page opens the dialog


class NotificationTexts:
    """Makes the notifications of one agent. Lives on the event loop."""

    def __init__(self, hass: HomeAssistant, entry: AgentConfigEntry) -> None:
        """Nothing is asked of the agent."""
        self._hass = hass
        self._entry = entry

    @property
    def _agent(self) -> AgentState:
        return self._entry.runtime_data.coordinator.data

    def motion(self, hook: NotificationHook, event: MotionEvent) -> Notification:
        """Something moves; with the frame that tripped the event."""
        entity_id = self._entity_id(event.camera)
        page = _PAGE.format(entity_id=entity_id) if entity_id else None
        has_picture = hook.picture and event.snapshot is not None
        return Notification(
            title=self._name(event.camera),
            message=self._message(event),
            tag=f"{DOMAIN}_{event.id}",
            group=f"{DOMAIN}_{self._entry.entry_id}_{event.camera}",
            event=event,
            image=event_snapshot_path(self._entry.entry_id, event.id) if has_picture else None,
            live_view=entity_id if hook.live_view else None,
            click=page,
            actions=tuple(
                self._button(button, hook, event.camera, page) for button in hook.buttons
            ),
            critical=hook.critical,
        )

    def clip(self, hook: NotificationHook, event: MotionEvent) -> Notification:
        """The same again, quietly, with the clip."""
        video = event_clip_path(self._entry.entry_id, event.id)
        return replace(self.motion(hook, event), video=video, quiet=True)

    def summary(self, hook: NotificationHook, events: list[MotionEvent]) -> Notification:
        """What happened during an outage, with the newest picture."""
        newest = max(events, key=lambda event: event.started_at)
        counts = Counter(self._name(event.camera) for event in events)
        cameras = ", ".join(f"{name} {count}" for name, count in counts.most_common())
        return replace(
            self.motion(hook, newest),
            title=self._agent.name,
            message=async_text(self._hass, "notify_summary", count=len(events), cameras=cameras),
            tag=f"{DOMAIN}_missed_{self._entry.entry_id}",
            critical=False,
        )

    def test(self, hook: NotificationHook) -> Notification:
        """A test, with the newest picture that there is."""
        message = async_text(self._hass, "notify_test", name=self._agent.name)
        pictured = [
            camera.pictured_event
            for camera in self._agent.cameras.values()
            if camera.pictured_event
        ]
        if pictured:
            newest = max(pictured, key=lambda event: event.started_at)
            return replace(
                self.motion(hook, newest), message=message, tag=f"{DOMAIN}_test", actions=()
            )
        tag = f"{DOMAIN}_test"
        return Notification(title=self._agent.name, message=message, tag=tag, group=tag)

    def _message(self, event: MotionEvent) -> str:
        zones = ", ".join(event.zones)
        labels = ", ".join(sorted({async_label_text(self._hass, x.name) for x in event.labels}))
        what = labels[:1].upper() + labels[1:] or async_text(self._hass, "notify_motion")
        if not zones:
            return what
        return async_text(self._hass, "notify_in_zones", what=what, zones=zones)

    def _button(
        self, button: HookButton, hook: NotificationHook, camera: str, page: str | None
    ) -> dict[str, str]:
        title = async_text(self._hass, f"notify_button_{button}")
        if button is HookButton.VIEW:
            return {"action": "URI", "title": title, "uri": page or "/"}
        return {"action": button_action(button, hook.id, camera), "title": title}

    def _entity_id(self, camera: str) -> str | None:
        unique_id = camera_unique_id(self._agent.agent_id, camera)
        return er.async_get(self._hass).async_get_entity_id(Platform.CAMERA, DOMAIN, unique_id)

    def _name(self, camera: str) -> str:
        """What the user calls a camera."""
        entity_id = self._entity_id(camera)
        state = self._hass.states.get(entity_id) if entity_id else None
        if state is not None:
            return state.name
        known = self._agent.cameras.get(camera)
        return known.name if known else camera
