"""Why nothing can be recorded, told once, and its end."""

import logging

import pytest

from pi_agent.storage import RecordingHealth


def test_each_change_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    health = RecordingHealth()
    told: list[str | None] = []
    health.add_listener(lambda: told.append(health.problem))
    for problem in (None, "the disk is full", "the disk is full", None, None):
        health.report("events", problem)
    assert told == ["the disk is full", None]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_it_is_over_when_it_is_over_for_all() -> None:
    health = RecordingHealth()
    health.report("events", "the disk is full")
    health.report("reels", "the disk is full")
    assert health.problem == "the disk is full"
    health.report("disk", "the disk is read-only")
    health.report("events", None)
    assert health.problem == "the disk is full; the disk is read-only"
    health.report("reels", None)
    health.report("disk", None)
    assert health.problem is None
