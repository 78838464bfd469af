"""The last revision that was handled, and what the bus was told: kept over restarts."""

from typing import NotRequired, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .told_moments import ToldMoments

_VERSION = 1


class _Stored(TypedDict):
    revision: int
    told: NotRequired[list[list[str]]]


class RevisionStore:
    """One entry's file, written behind each revision: what a crash forgets would be told twice.

    Revisions that come while it is being written share the next write.
    """

    def __init__(
        self, hass: HomeAssistant, entry_id: str, *, told: ToldMoments | None = None
    ) -> None:
        """Nothing is read yet; `told` is kept beside the revision, where there is such a thing."""
        self._told = told
        self._store: Store[_Stored] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")
        self._revision: int | None = None
        self._saved: int | None = None

    @property
    def revision(self) -> int | None:
        """The last revision that was handled, None before the first connection ever."""
        return self._revision

    async def async_load(self) -> None:
        """Read the file."""
        stored = await self._store.async_load()
        self._revision = self._saved = stored["revision"] if stored else None
        if stored and self._told is not None:
            self._told.load(stored.get("told", ()))

    @callback
    def async_set(self, revision: int) -> None:
        """Note that everything up to `revision` was handled."""
        if revision != self._revision:
            self._revision = revision
            # No delay: Home Assistant puts a delayed save off with every new one.
            self._store.async_delay_save(lambda: self._data(revision))

    async def async_flush(self) -> None:
        """Write what is not written yet."""
        if self._revision is not None and self._revision != self._saved:
            await self._store.async_save(self._data(self._revision))

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _data(self, revision: int) -> _Stored:
        self._saved = revision
        stored: _Stored = {"revision": revision}
        if self._told is not None:
            stored["told"] = self._told.dump()
        return stored
