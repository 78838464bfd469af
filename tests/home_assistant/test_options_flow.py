"""The archive can be switched on, kept for some days, and switched off again."""

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from pytest_homeassistant_custom_component.common import MockConfigEntry


async def test_the_archive_is_off_until_it_is_switched_on(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "init")
    schema = form["data_schema"]
    assert schema is not None
    assert schema({}) == {"archive": False, "archive_days": 30}
    runtime = loaded.runtime_data
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {"archive": False, "archive_days": 90.0}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(loaded.options) == {"archive": False, "archive_days": 90}
    await hass.async_block_till_done()
    assert loaded.state is ConfigEntryState.LOADED
    assert loaded.runtime_data is not runtime  # it was loaded anew


@pytest.mark.parametrize("days", [0, -1, 3651, "many"])
async def test_a_wrong_number_of_days_is_refused(
    hass: HomeAssistant, loaded: MockConfigEntry, days: object
) -> None:
    form = await hass.config_entries.options.async_init(loaded.entry_id)
    with pytest.raises(InvalidData) as error:
        await hass.config_entries.options.async_configure(
            form["flow_id"], {"archive": True, "archive_days": days}
        )
    assert "archive_days" in error.value.schema_errors
