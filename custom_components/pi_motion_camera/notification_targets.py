"""Takes notifications to phones, notify entities and notify actions."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.notify import (
    ATTR_DATA,
    ATTR_MESSAGE,
    ATTR_TITLE,
    DOMAIN as NOTIFY,
    SERVICE_SEND_MESSAGE,
)
from homeassistant.components.notify.legacy import NOTIFY_SERVICES
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback

from .notification_content import Notification, legacy_call, phone_data, text_with_link
from .notification_hook import NotificationHook

MOBILE_APP: Final = "mobile_app"
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """An action of the domain `notify`; None where there is none for the target."""

    target: str
    action: str | None
    data: dict[str, Any]


async def async_send(hass: HomeAssistant, hook: NotificationHook, note: Notification) -> list[str]:
    """Tell all targets of a hook at once; the names of those that could not be told.

    What only replaces an earlier message quietly goes to phones alone: others cannot replace.
    """
    calls = _calls(hass, hook, note)
    told = await asyncio.gather(*(_tell(hass, call) for call in calls))
    return [call.target for call, is_told in zip(calls, told, strict=True) if not is_told]


async def _tell(hass: HomeAssistant, call: _Call) -> bool:
    if call.action is None:
        _LOGGER.warning("There is no phone %s, or it takes no notifications", call.target)
        return False
    try:
        await hass.services.async_call(NOTIFY, call.action, call.data, blocking=True)
    except Exception as error:  # noqa: BLE001  (whatever it is, the others are told)
        _LOGGER.warning("%s could not be notified: %r", call.target, error)
        return False
    return True


@callback
def _calls(hass: HomeAssistant, hook: NotificationHook, note: Notification) -> list[_Call]:
    text = {ATTR_TITLE: note.title, ATTR_MESSAGE: note.message}
    calls = [
        _Call(
            target=phone,
            action=_action_of_phone(hass, phone),
            data={**text, ATTR_DATA: phone_data(note)},
        )
        for phone in hook.phones
    ]
    for action in hook.actions:
        integration = _integration_of(hass, action)
        if integration == MOBILE_APP or not note.quiet:
            data = legacy_call(hass, integration, note)
            calls.append(_Call(target=f"{NOTIFY}.{action}", action=action, data=data))
    if hook.entities and not note.quiet:
        data = {
            ATTR_ENTITY_ID: list(hook.entities),
            ATTR_TITLE: note.title,
            ATTR_MESSAGE: text_with_link(hass, note),
        }
        names = ", ".join(hook.entities)
        calls.append(_Call(target=names, action=SERVICE_SEND_MESSAGE, data=data))
    return calls


def _action_of_phone(hass: HomeAssistant, device_id: str) -> str | None:
    if MOBILE_APP not in hass.config.components:
        return None
    # Not above: where nobody has a phone, what it needs may not be installed.
    from homeassistant.components.mobile_app.util import (
        get_notify_service,
        webhook_id_from_device_id,
    )

    webhook_id = webhook_id_from_device_id(hass, device_id)
    try:
        return get_notify_service(hass, webhook_id) if webhook_id else None
    except KeyError:
        return None  # Home Assistant is starting: the app's notify actions are not there yet


def _integration_of(hass: HomeAssistant, action: str) -> str | None:
    """The integration behind a notify action; None where Home Assistant does not tell."""
    for integration, services in hass.data.get(NOTIFY_SERVICES, {}).items():
        for service in services:
            names = {service._service_name, *service.registered_targets}  # noqa: SLF001
            if action in names:
                return integration
    return None
