"""The last revision outlives a restart, and a crash."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.revision_store import RevisionStore
from tests.scripted_source import ScriptedSource

from .conftest import SetUp
from .waiting import until

KEY = "pi_motion_camera.an_entry"


async def test_nothing_is_known_before_the_first_connection(hass: HomeAssistant) -> None:
    store = RevisionStore(hass, "an_entry")
    await store.async_load()
    assert store.revision is None


async def test_revisions_that_come_at_once_share_a_write(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    store = RevisionStore(hass, "an_entry")
    await store.async_load()
    for revision in range(1, 50):
        store.async_set(revision)
    assert KEY not in hass_storage
    await store.async_flush()
    assert hass_storage[KEY]["data"] == {"revision": 49}
    again = RevisionStore(hass, "an_entry")
    await again.async_load()
    assert again.revision == 49


async def test_a_revision_is_written_before_a_crash_may_forget_it(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """However fast they come: none puts off the one before it."""
    store = RevisionStore(hass, "an_entry")
    await store.async_load()
    for revision in (7, 8, 9):
        store.async_set(revision)
        await asyncio.sleep(0)
        await hass.async_block_till_done()
        assert hass_storage[KEY]["data"] == {"revision": revision}


async def test_what_did_not_change_is_not_written_again(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": {"revision": 7}}
    store = RevisionStore(hass, "an_entry")
    await store.async_load()
    del hass_storage[KEY]
    store.async_set(7)
    await store.async_flush()
    assert KEY not in hass_storage


async def test_unloading_writes_and_removing_the_entry_deletes(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    key = f"pi_motion_camera.{loaded.entry_id}"
    source.still(3)
    source.walk(3)
    source.still(8)
    store = loaded.runtime_data.listener.revisions
    await until(lambda: (store.revision or 0) >= 2)
    revision = store.revision
    await hass.config_entries.async_unload(loaded.entry_id)
    assert hass_storage[key]["data"]["revision"] == revision
    await set_up(loaded)
    await hass.config_entries.async_remove(loaded.entry_id)
    assert key not in hass_storage
