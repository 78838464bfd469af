"""Settings and identity over restarts."""

from contextlib import closing
from pathlib import Path

import pytest

from pi_agent.protocol import CameraSettings, Rotation, Zone
from pi_agent.storage import Database, SettingsStore, agent_identity


async def test_settings_come_back_after_a_restart(tmp_path: Path) -> None:
    settings = CameraSettings(
        sensitivity=70,
        rotation=Rotation.LEFT,
        zones=(Zone(name="door", points=((0.0, 0.0), (1.0, 0.0), (0.5, 1.0))),),
    )
    with closing(Database(tmp_path / "agent.db")) as database:
        assert await SettingsStore(database).load("porch") is None
        await SettingsStore(database).save("porch", settings)
    with closing(Database(tmp_path / "agent.db")) as database:
        assert await SettingsStore(database).load("porch") == settings
        assert await SettingsStore(database).load("garden") is None


async def test_a_setting_that_no_longer_fits_gives_way_to_its_default_alone(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    saved = '{"privacy": true, "sensitivity": 900, "of_later": 1, "motion": false}'
    await database.execute(
        lambda c: c.execute("INSERT INTO settings VALUES ('porch', ?)", (saved,))
    )
    settings = await SettingsStore(database).load("porch")
    assert settings == CameraSettings(privacy=True, motion=False)
    assert "Camera porch: a setting is as at first: sensitivity: must be" in caplog.text


async def test_settings_that_cannot_be_read_give_way_to_the_defaults(database: Database) -> None:
    await database.execute(lambda c: c.execute("INSERT INTO settings VALUES ('porch', '{')"))
    assert await SettingsStore(database).load("porch") is None


async def test_an_agent_stays_the_same_agent(tmp_path: Path) -> None:
    identities = set()
    for _ in range(2):
        with closing(Database(tmp_path / "agent.db")) as database:
            identities.add(await agent_identity(database))
    assert len(identities) == 1
    assert len(identities.pop()) == 32
