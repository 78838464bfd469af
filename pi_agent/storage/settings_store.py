"""The settings of each camera, kept over restarts."""

import logging
import sqlite3

from pi_agent.protocol import CameraSettings, ProtocolError, SettingsPatch, from_json, to_json

from .database_worker import Database

_LOGGER = logging.getLogger(__name__)


class SettingsStore:
    """Loads and saves `CameraSettings` by camera id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, camera: str) -> CameraSettings | None:
        """The saved settings; None where none were saved or none can be read."""

        def job(connection: sqlite3.Connection) -> CameraSettings | None:
            row = connection.execute(
                "SELECT document FROM settings WHERE camera = ?", (camera,)
            ).fetchone()
            return _read(camera, row[0]) if row else None

        return await self._database.read(job)

    async def save(self, camera: str, settings: CameraSettings) -> None:
        """Keep the settings; on disk when this returns."""

        def job(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO settings VALUES (?, ?)", (camera, to_json(settings))
            )

        await self._database.execute(job)


def _read(camera: str, document: str) -> CameraSettings | None:
    """What of them still fits: a setting whose limits have changed must not open a shut lens."""
    try:
        saved = from_json(document)
    except ProtocolError:
        return None
    settings = CameraSettings()
    for name, value in saved.items():
        try:
            settings = SettingsPatch({name: value}).apply(settings)
        except ProtocolError as error:
            _LOGGER.warning("Camera %s: a setting is as at first: %s", camera, error)
    return settings
