"""The resident memory of a running agent with one network camera, recording on."""

import re
import sys
import tempfile
import time
from subprocess import DEVNULL, PIPE, Popen
from threading import Thread

from benchmarks.stream.process_figures import cpu_seconds, resident_bytes


def measured(url: str, *, seconds: float) -> tuple[float, float]:
    """Megabytes at the end, and the share of a core in the second half, nobody watching."""
    with tempfile.TemporaryDirectory() as data_dir:
        command = [
            *(sys.executable, "-m", "pi_agent", "run", "--source", url, "--data-dir", data_dir),
            *("--host", "127.0.0.1", "--port", "0"),
        ]
        with Popen(command, stdout=DEVNULL, stderr=PIPE, text=True) as agent:
            try:
                _wait_until_it_listens(agent)
                time.sleep(seconds / 2)
                before = cpu_seconds(agent.pid)
                time.sleep(seconds / 2)
                share = (cpu_seconds(agent.pid) - before) / (seconds / 2)
                return resident_bytes(agent.pid) / 2**20, share
            finally:
                agent.terminate()


def _wait_until_it_listens(agent: "Popen[str]") -> None:
    assert agent.stderr is not None  # noqa: S101
    for line in agent.stderr:
        if re.search("Listening on", line):
            Thread(target=agent.stderr.read, daemon=True).start()  # so that its log never waits
            return
    raise RuntimeError("the agent ended before it began")
