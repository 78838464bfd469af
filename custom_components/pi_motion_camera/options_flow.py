"""What can be chosen for an agent: whether its events are archived, and for how long."""

from typing import Any

import probatio
from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)

from .const import CONF_ARCHIVE, CONF_ARCHIVE_DAYS, DEFAULT_ARCHIVE_DAYS

_DAYS = NumberSelector(
    NumberSelectorConfig(
        min=1, max=3650, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement="d"
    )
)
_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_ARCHIVE, default=False): BooleanSelector(),
        probatio.Required(CONF_ARCHIVE_DAYS, default=DEFAULT_ARCHIVE_DAYS): probatio.All(
            _DAYS, probatio.Coerce(int)
        ),
    }
)


class AgentOptionsFlow(OptionsFlowWithReload):
    """One form; the entry is loaded anew when something was changed."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options and keep them."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(_SCHEMA, self.config_entry.options),
        )
