"""The webcams' source, tested with real drivers under a kernel of its own."""

import shutil
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent.parent
_SCRIPT = _ROOT / "scripts" / "webcam-kernel"
_CAPTURE = "tests/agent/capture"
_NEEDED = ("qemu-system-x86_64", "gcc", "make", "apt-get")


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The script with these arguments."""
    return subprocess.run([_SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def _kernel() -> None:
    """Fetch the kernel if this machine can; else say what is missing."""
    if all(map(shutil.which, _NEEDED)):  # else the script would ask for root to install it
        made = run()
        if made.returncode:
            pytest.skip(f"the kernel cannot be had here: {made.stderr.strip()}")
    missing = run("missing").stdout.strip()
    if missing:
        pytest.skip(missing)


@pytest.mark.usefixtures("_kernel")
def test_the_source_keeps_its_promises_with_real_drivers() -> None:
    done = run(
        *("run", ".venv-agent/bin/python", "-m", "pytest", "-c", "tests/webcams/guest.ini"),
        *("--rootdir", ".", f"{_CAPTURE}/test_v4l2_source.py"),
        *(f"{_CAPTURE}/test_lost_cameras.py", "-k", "test_v4l2_source or webcam"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
