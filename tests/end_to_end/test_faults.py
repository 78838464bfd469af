"""The fault suite in its short form, and the accelerated day for some hours of it."""

import asyncio
import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
_SECONDS = 420.0  # a minute of an idle machine, several of a busy one


async def _run(*command: str, python: Path) -> tuple[int, str]:
    """Exit status and output of one of our programs."""
    process = await asyncio.create_subprocess_exec(
        python,
        *command,
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_what_goes_wrong_in_a_home_breaks_no_promise(socket_enabled: None) -> None:
    """Both programs killed, the network cut, the camera hung; all of it once or more."""
    status, output = await _run(
        "-m", "scripts.faults.chaos", "--quick", "--seed", "1", python=Path(sys.executable)
    )
    assert status == 0, output
    assert "Every promise was kept." in output
    assert "| Home Assistant killed | 1 |" in output


async def test_some_hours_leave_nothing_behind(socket_enabled: None) -> None:
    """With visitors who come and go."""
    status, output = await _run(
        "-m", "scripts.soaking", "--minutes", "0.5", python=CHECKOUT / ".venv-agent/bin/python"
    )
    assert status == 0, output
    assert "| memory, MB |" in output
