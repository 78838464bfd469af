"""The settings of each camera, kept over restarts."""

import sqlite3

from pi_agent.protocol import CameraSettings, ProtocolError, decode, from_json, to_json

from .database_worker import Database


class SettingsStore:
    """Loads and saves `CameraSettings` by camera id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, camera: str) -> CameraSettings | None:
        """The saved settings; None where none were saved or an older agent cannot read them."""

        def job(connection: sqlite3.Connection) -> CameraSettings | None:
            row = connection.execute(
                "SELECT document FROM settings WHERE camera = ?", (camera,)
            ).fetchone()
            return _read(row[0]) if row else None

        return await self._database.read(job)

    async def save(self, camera: str, settings: CameraSettings) -> None:
        """Keep the settings; on disk when this returns."""

        def job(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO settings VALUES (?, ?)", (camera, to_json(settings))
            )

        await self._database.execute(job)


def _read(document: str) -> CameraSettings | None:
    try:
        return decode(CameraSettings, from_json(document))
    except ProtocolError:  # limits changed between versions: the defaults are safe
        return None
