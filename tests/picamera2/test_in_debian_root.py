"""The Pi camera's source, tested with the real picamera2 in a Debian root of its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "picamera2-root"
_INSIDE = "tests/picamera2/inside"


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The script with these arguments."""
    return subprocess.run([_SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def _root() -> None:
    """Make the root if this machine can; else say what is missing."""
    if os.geteuid() == 0 and shutil.which("debootstrap"):
        made = run()
        if made.returncode:
            pytest.skip(f"the Debian root cannot be made here: {made.stderr.strip()}")
    missing = run("missing").stdout.strip()
    if missing:
        pytest.skip(missing)


@pytest.mark.usefixtures("_root")
def test_the_source_keeps_its_promises_with_the_real_library() -> None:
    done = run(
        "run", "python3", "-m", "pytest", "-c", f"{_INSIDE}/pytest.ini", "--rootdir", ".", _INSIDE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
