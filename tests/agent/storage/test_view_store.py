"""The view of a camera over restarts."""

import logging
from contextlib import closing
from pathlib import Path

import pytest

from pi_agent.storage import Database, ViewStore


async def test_a_view_comes_back_after_a_restart(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "agent.db")) as database:
        store = ViewStore(database)
        assert await store.load("porch") is None
        store.save("porch", b"before")
        store.save("porch", b"now")
    with closing(Database(tmp_path / "agent.db")) as database:
        assert await ViewStore(database).load("porch") == b"now"
        assert await ViewStore(database).load("garden") is None


async def test_a_view_that_cannot_be_kept_stops_nobody(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    database.call(lambda c: c.execute("DROP TABLE views"))
    ViewStore(database).save("porch", b"view")
    database.close()
    ViewStore(database).save("porch", b"view")
    assert [r.levelno for r in caplog.records] == [logging.WARNING] * 2
    assert "view of camera porch was not saved" in caplog.messages[1]
    caplog.clear()
