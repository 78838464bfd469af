"""The agent's certificate is on the disk, for its owner alone, before anybody is told of it."""

import os
from pathlib import Path

import pytest

from pi_agent.server import AgentCertificate


def test_a_power_cut_finds_it_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    made = AgentCertificate.load_or_create(tmp_path)
    assert synced == [str(tmp_path / "certificate.part"), str(tmp_path)]
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert AgentCertificate.load_or_create(tmp_path).sha256 == made.sha256
