"""The command line as a user runs it, in processes of its own."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from pi_agent import __version__
from pi_agent.protocol import PairingCode

from .capture.test_frame_sources import write_video

_SECONDS = 30


def pi_agent(
    *arguments: str | Path, home: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    environment = dict(os.environ)
    if home is not None:
        environment |= {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    return subprocess.run(
        [sys.executable, "-m", "pi_agent", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        env=environment,
        check=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running agent."""

    process: asyncio.subprocess.Process
    port: int
    log: list[str]

    def url(self, path: str) -> str:
        return f"https://127.0.0.1:{self.port}{path}"


@asynccontextmanager
async def running(data_dir: Path, *arguments: str | Path) -> AsyncIterator[Running]:
    """`pi-agent run` until the block is left."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pi_agent", "run", "--host", "127.0.0.1", "--port", "0"),
        *("--data-dir", str(data_dir), *map(str, arguments)),
        stderr=asyncio.subprocess.PIPE,
    )
    log: list[str] = []
    try:
        async with asyncio.timeout(_SECONDS):
            port = await _port(process, log)
        yield Running(process=process, port=port, log=log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _port(process: asyncio.subprocess.Process, log: list[str]) -> int:
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode():
        log.append(line)
        if found := re.search(r"Listening on https://127\.0\.0\.1:(\d+)", line):
            return int(found[1])
    raise AssertionError("".join(log))


def test_the_version_is_printed() -> None:
    assert pi_agent("--version").stdout == f"pi-agent {__version__}\n"


async def test_a_demo_serves_live_pictures_and_stops_when_told(tmp_path: Path) -> None:
    async with running(tmp_path, "--demo") as agent:
        token = pi_agent("tokens", "create", "tablet", "--data-dir", tmp_path).stdout.strip()
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            url = agent.url("/api/v1/cameras/camera/stream.mjpg")
            async with session.get(url, ssl=False) as stream:
                assert stream.status == 200
                async with asyncio.timeout(_SECONDS):
                    data = b""
                    while data.count(b"\xff\xd9\r\n--") < 3:
                        data += await stream.content.readany()
        agent.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(_SECONDS):
            assert await agent.process.wait() == 0


async def test_an_agent_that_is_told_to_starts_anew_in_the_same_process(tmp_path: Path) -> None:
    async with running(tmp_path, "--demo") as agent:
        token = pi_agent("tokens", "create", "tablet", "--data-dir", tmp_path).stdout.strip()
        headers = {"Authorization": f"Bearer {token}"}
        boots = []
        port = agent.port
        async with aiohttp.ClientSession(headers=headers) as session:
            for _ in range(2):
                url = f"https://127.0.0.1:{port}/api/v1"
                async with session.ws_connect(f"{url}/ws", ssl=False) as socket:
                    boots.append((await socket.receive_json())["boot_id"])
                async with session.post(f"{url}/restart", ssl=False) as answer:
                    assert answer.status == 202
                async with asyncio.timeout(_SECONDS):
                    port = await _port(agent.process, agent.log)
        assert boots[0] != boots[1]
        assert agent.process.returncode is None


async def test_a_token_is_known_at_once_and_its_end_too(tmp_path: Path) -> None:
    async with running(tmp_path, "--demo") as agent, aiohttp.ClientSession() as session:

        async def status(token: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            async with session.get(agent.url("/api/v1/info"), headers=headers, ssl=False) as answer:
                return answer.status

        created = pi_agent("tokens", "create", "tablet", "--data-dir", tmp_path)
        assert created.stdout.count("\n") == 1
        token = created.stdout.strip()
        assert await status(token) == 200
        assert "tablet" in pi_agent("tokens", "list", "--data-dir", tmp_path).stdout
        assert pi_agent("tokens", "revoke", "tablet", "--data-dir", tmp_path).returncode == 0
        assert await status(token) == 401
        assert pi_agent("tokens", "revoke", "tablet", "--data-dir", tmp_path).returncode == 1


async def test_a_viewer_may_look_and_is_listed_as_one(tmp_path: Path) -> None:
    async with running(tmp_path, "--demo") as agent, aiohttp.ClientSession() as session:
        code = pi_agent("pair", "--viewer", "--data-dir", tmp_path).stdout.strip()
        body = {"code": code, "client": "hall"}
        async with session.post(agent.url("/api/v1/pair"), json=body, ssl=False) as answer:
            tokens = [(await answer.json())["token"]]
        made = pi_agent("tokens", "create", "kitchen", "--viewer", "--data-dir", tmp_path)
        tokens.append(made.stdout.strip())
        for token in tokens:
            headers = {"Authorization": f"Bearer {token}"}
            url = agent.url("/api/v1/cameras/camera/settings")
            async with session.patch(url, json={}, headers=headers, ssl=False) as answer:
                assert answer.status == 403
    listed = pi_agent("tokens", "list", "--data-dir", tmp_path).stdout.splitlines()
    assert [line.split("UTC  ")[1] for line in listed] == ["viewer  hall", "viewer  kitchen"]


async def test_a_pairing_code_stands_alone_on_standard_output_and_works(tmp_path: Path) -> None:
    async with running(tmp_path, "--demo") as agent, aiohttp.ClientSession() as session:
        printed = pi_agent("pair", "--data-dir", tmp_path)
        code = printed.stdout.strip()
        assert str(PairingCode.parse(code)) == code
        assert "ten minutes" in printed.stderr
        request = {"code": code, "client": "Home Assistant"}
        async with session.post(agent.url("/api/v1/pair"), json=request, ssl=False) as answer:
            assert answer.status == 200


async def test_no_secret_is_in_the_log_or_on_the_disk(tmp_path: Path) -> None:
    async with running(tmp_path, "--demo", "--log-level", "debug") as agent:
        token = pi_agent("tokens", "create", "tablet", "--data-dir", tmp_path).stdout.strip()
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            for path in ("/api/v1/info", "/api/v1/none", "/api/v1/events?limit=x"):
                async with session.get(agent.url(path), ssl=False):
                    pass
        agent.process.send_signal(signal.SIGTERM)
        assert agent.process.stderr is not None
        log = "".join(agent.log) + (await agent.process.stderr.read()).decode()
    assert token not in log
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(token.encode() in data for data in files)


async def test_a_second_agent_on_the_same_port_says_so(tmp_path: Path) -> None:
    async with running(tmp_path / "one", "--demo") as agent:
        second = pi_agent(
            *("run", "--demo", "--host", "127.0.0.1", "--port", str(agent.port)),
            *("--data-dir", tmp_path / "two"),
        )
    assert second.returncode == 2
    assert f"cannot listen on 127.0.0.1:{agent.port}" in second.stderr


async def test_without_a_camera_the_mend_is_told_and_the_page_is_served(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("")
    async with running(tmp_path, "--config", config) as agent, aiohttp.ClientSession() as session:
        assert "--demo" in "".join(agent.log)
        assert "[[cameras]]" in "".join(agent.log)
        async with session.get(agent.url("/"), ssl=False) as page:
            assert page.status == 200
        agent.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(_SECONDS):
            assert await agent.process.wait() == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--port", "x"],
        ["run", "--port", "70000"],
        ["run", "--demo", "--source", "x"],
        ["tokens", "create"],
        ["dance"],
        [],
    ],
)
def test_a_wrong_command_line_is_status_two(arguments: list[str]) -> None:
    done = pi_agent(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_a_configuration_with_three_mistakes_names_all_three(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("nme = 'x'\n[server]\nprt = 1\ntls = 'no'\n")
    done = pi_agent("run", "--config", path, "--data-dir", tmp_path)
    assert done.returncode == 2
    for mistake in ("did you mean name?", "did you mean port?", "server.tls: must be true"):
        assert mistake in done.stderr
    assert "Traceback" not in done.stderr


def test_check_is_content_with_a_good_set_up(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.avi")
    config = tmp_path / "config.toml"
    config.write_text(f'[[cameras]]\nid = "porch"\nsource = "{clip}"\n')
    done = pi_agent("check", "--config", config, "--data-dir", tmp_path / "data")
    assert done.returncode == 0, done.stdout
    assert "ok    camera porch: 64x48" in done.stdout


def test_check_names_what_is_wrong_with_each_camera(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    config = tmp_path / "config.toml"
    config.write_text(
        '[[cameras]]\nid = "one"\nsource = "/none.mp4"\n'
        f'[[cameras]]\nid = "two"\nsource = "{tmp_path / "empty.mp4"}"\n'
        '[[cameras]]\nid = "three"\nsource = "demo"\n'
    )
    done = pi_agent("check", "--config", config, "--data-dir", tmp_path / "data")
    assert done.returncode == 1
    assert "FAIL  camera one: /none.mp4: there is no such file" in done.stdout
    assert "FAIL  camera two:" in done.stdout
    assert "ok    camera three: 1280x720" in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    done = pi_agent("pair", "--data-dir", tmp_path / "locked" / "data")
    assert done.returncode == 2
    assert "data directory" in done.stderr


def test_a_data_directory_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    done = pi_agent("pair", "--data-dir", tmp_path / "data")
    assert done.returncode == 2
    assert "data directory" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere, and would")
def test_an_ordinary_user_needs_no_data_directory_of_root_s(tmp_path: Path) -> None:
    done = pi_agent("pair", home=tmp_path)
    assert done.returncode == 0, done.stderr
