"""The fields of a notification hook."""

from typing import Final

import probatio
from homeassistant.components.notify import DOMAIN as NOTIFY, SERVICE_SEND_MESSAGE
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    DeviceSelector,
    DeviceSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TimeSelector,
)

from .notification_hook import DEFAULT_BUTTONS, DEFAULT_COOL_DOWN_SECONDS, HookButton, When
from .runtime import AgentConfigEntry

# Not for people to choose: it is behind the notify entities.
_NO_TARGETS: Final = frozenset({SERVICE_SEND_MESSAGE})
# Offered as long as no agent recognizes anything; any other word can be typed in.
_USUAL_LABELS: Final = ("person", "face", "cat", "dog", "car")
_CAN_BE_ON: Final = [
    "alarm_control_panel",
    "binary_sensor",
    "calendar",
    "input_boolean",
    "schedule",
    "switch",
]


@callback
def who(hass: HomeAssistant, entry: AgentConfigEntry) -> probatio.Schema:
    """Who is told, and of what; with the cameras and zones that there are now."""
    cameras = entry.runtime_data.coordinator.data.cameras.values()
    labels = {label for camera in cameras for label in camera.status.labels}
    zones = sorted({zone.name for camera in cameras for zone in camera.settings.zones})
    actions = sorted(hass.services.async_services_for_domain(NOTIFY).keys() - _NO_TARGETS)
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME): TextSelector(),
            probatio.Optional("phones"): DeviceSelector(
                DeviceSelectorConfig(integration="mobile_app", multiple=True)
            ),
            probatio.Optional("entities"): EntitySelector(
                EntitySelectorConfig(domain=NOTIFY, multiple=True)
            ),
            probatio.Optional("actions"): _choice(actions, open_ended=True),
            probatio.Optional("channels"): _choice([], open_ended=True),
            probatio.Optional("cameras"): SelectSelector(
                SelectSelectorConfig(
                    options=[SelectOptionDict(value=c.id, label=c.name) for c in cameras],
                    multiple=True,
                )
            ),
            probatio.Optional("zones"): _choice(zones, open_ended=True),
            probatio.Optional("labels"): SelectSelector(
                SelectSelectorConfig(
                    options=sorted(labels) or list(_USUAL_LABELS),
                    multiple=True,
                    custom_value=True,
                    translation_key="label",
                    mode=SelectSelectorMode.DROPDOWN,
                )
            ),
        }
    )


def _choice(options: list[str], *, open_ended: bool) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=options,
            multiple=True,
            custom_value=open_ended,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


WHEN: Final = probatio.Schema(
    {
        probatio.Required("when", default=When.ALWAYS.value): SelectSelector(
            SelectSelectorConfig(
                options=[when.value for when in When], translation_key="notification_when"
            )
        ),
        probatio.Optional("while_on"): EntitySelector(EntitySelectorConfig(domain=_CAN_BE_ON)),
        probatio.Optional("quiet_from"): TimeSelector(),
        probatio.Optional("quiet_to"): TimeSelector(),
        probatio.Required("cool_down_seconds", default=DEFAULT_COOL_DOWN_SECONDS): NumberSelector(
            NumberSelectorConfig(
                min=0, max=3600, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement="s"
            )
        ),
    }
)

HOW: Final = probatio.Schema(
    {
        probatio.Required("picture", default=True): BooleanSelector(),
        probatio.Required("clip", default=True): BooleanSelector(),
        probatio.Required("live_view", default=False): BooleanSelector(),
        probatio.Optional("buttons", default=list(DEFAULT_BUTTONS)): SelectSelector(
            SelectSelectorConfig(
                options=[button.value for button in HookButton],
                multiple=True,
                translation_key="notification_buttons",
            )
        ),
        probatio.Required("critical", default=False): BooleanSelector(),
        probatio.Required("summary", default=True): BooleanSelector(),
    }
)
