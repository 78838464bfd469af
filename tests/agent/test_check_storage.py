"""`pi-agent check` on the disk: full, read-only, a database that was damaged."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pi_agent.app import DATABASE
from pi_agent.check import Finding, findings
from pi_agent.configuration import Configuration
from pi_agent.storage import Database
from tests.agent.storage.test_salvage import filled, leaf_pages, overwrite
from tests.small_disk import small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", megabytes=4) as disk:
        Database(disk / DATABASE).close()
        yield disk


def finding(data_dir: Path, subject: str) -> Finding:
    found = [f for f in findings(Configuration(data_dir=data_dir)) if f.subject == subject]
    assert len(found) == 1, found
    return found[0]


def test_a_sound_data_directory_is_fine_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    assert finding(tmp_path, "data directory").problem is None
    assert not list(tmp_path.glob(".check*"))


def test_a_full_disk_is_told(disk: Path) -> None:
    finding(disk, "data directory")  # the certificate is there from now on
    figures = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(figures.f_bavail * figures.f_frsize))
    problem = finding(disk, "data directory").problem or ""
    assert "the disk is full" in problem


def test_a_read_only_disk_is_told(disk: Path) -> None:
    finding(disk, "data directory")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    problem = finding(disk, "data directory").problem or ""
    assert "the disk is read-only" in problem


async def test_a_damaged_database_is_told_before_and_after_it_was_put_aside(
    tmp_path: Path,
) -> None:
    path = tmp_path / DATABASE
    await filled(path)
    overwrite(path, list(leaf_pages(path))[3:4])
    assert "restart the agent" in (finding(tmp_path, "data directory").problem or "")
    Database(path, repair=True).close()
    assert finding(tmp_path, "data directory").problem is None
    problem = finding(tmp_path, "database").problem or ""
    assert f"{DATABASE}.damaged-" in problem
