"""Whatever the system says about a camera, the user hears a sentence with its mend."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pi_agent.capture import V4l2Source
from pi_agent.capture.device_problems import device_problem, holder_of
from pi_agent.errors import CameraError


@pytest.mark.parametrize(
    ("number", "mend"),
    [
        (errno.ENOENT, "is it plugged in?"),
        (errno.ENODEV, "is it plugged in?"),
        (errno.EACCES, "sudo usermod -aG video"),
        (errno.EBUSY, "in use by another program"),
        (errno.ENOSPC, "another port"),
        (errno.ETIMEDOUT, "unplug it and plug it in again"),
        (errno.ENOTTY, "no camera"),
        (errno.ENFILE, "the system says: "),
    ],
)
def test_the_mend_is_named(number: int, mend: str) -> None:
    assert mend in device_problem(OSError(number, os.strerror(number)), "/dev/video0")


def test_the_program_that_has_the_device_is_named(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.touch()
    assert holder_of(str(device)) is None
    program = [sys.executable, "-c", f"f = open({str(device)!r}); print(1, flush=True); input()"]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        found = holder_of(str(device))
        holder.communicate("\n")
    assert found is not None
    assert found.endswith(f"(process {holder.pid})")


def test_our_own_open_files_are_no_holder(tmp_path: Path) -> None:
    with (tmp_path / "video0").open("w") as ours:
        assert holder_of(ours.name) is None


@pytest.mark.parametrize(
    ("path", "problem"), [("/dev/video-none", "is it plugged in?"), ("/dev/null", "no camera")]
)
def test_a_webcam_that_is_none_says_so_and_leaves_nothing_open(path: str, problem: str) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    source = V4l2Source(path)
    assert source.encoder == "unknown"
    with pytest.raises(CameraError, match=problem) as caught:
        source.open()
    source.close()
    source.close()
    assert str(caught.value).startswith(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
