"""The whole agent with a second machine: from the walk in front of the camera to the copies."""

import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from pi_agent.app import Agent
from pi_agent.check import findings
from pi_agent.cli import main
from pi_agent.configuration import Configuration, CopyConfiguration, ServerConfiguration
from pi_agent.copies import Destination
from pi_agent.protocol import SettingsPatch
from tests.agent_fixture import camera
from tests.scripted_source import ScriptedSource
from tests.ssh_server import SshServer, introduce

from .conftest import all_copied, until


def configuration(tmp_path: Path, place: Destination) -> Configuration:
    return Configuration(
        data_dir=tmp_path / "data",
        server=ServerConfiguration(host="127.0.0.1", port=0, tls=False),
        cameras=(camera(),),
        copy=CopyConfiguration(
            host=place.host,
            port=place.port,
            user=place.user,
            directory=place.directory,
            key=place.key,
            known_hosts=place.known_hosts,
        ),
    )


async def metrics(agent: Agent) -> dict[str, float]:
    headers = {"Authorization": f"Bearer {await agent.access.create_token('test')}"}
    url = f"http://127.0.0.1:{agent.server.port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        lines = [
            line for line in (await answer.text()).splitlines() if line.startswith("pi_agent_copy_")
        ]
    return {name: float(value) for name, value in map(str.split, lines)}


async def test_an_event_is_on_the_second_machine_moments_later(
    server: SshServer, place: Destination, tmp_path: Path
) -> None:
    source = ScriptedSource()
    settings = configuration(tmp_path, place)
    async with Agent(settings, create_source=lambda _: source) as agent:
        patch = SettingsPatch({"pre_roll_seconds": 1, "post_roll_seconds": 1})
        await agent.cameras.find("porch").change_settings(patch)
        source.still(4)
        source.walk(3)
        source.still(8)
        assert agent.connections.copier is not None
        await until(lambda: agent.connections.copier and agent.connections.copier.problem)
        told = await metrics(agent)
        assert told["pi_agent_copy_ok"] == 0
        assert told["pi_agent_copy_waiting_events"] == 1
        await introduce(server, place)
        await until(lambda: len(server.files("*.mp4")) == 1 and len(server.files()) == 3)
        await all_copied(agent.connections.copier)
        told = await metrics(agent)
        assert told["pi_agent_copy_ok"] == 1
        assert told["pi_agent_copy_waiting_events"] == 0
        assert told["pi_agent_copy_files_total"] == 3
        assert told["pi_agent_copy_bytes_total"] == sum(
            (server.home / name).stat().st_size for name in server.files()
        )
        assert told["pi_agent_copy_left_out_files_total"] == 0
        (event,), _ = await agent.events.changed_after(0)
        (clip,) = server.home.rglob("*.mp4")
        assert clip.read_bytes() == agent.recording.media.clip_path(event).read_bytes()


async def test_without_a_second_machine_nothing_of_it_is_told(tmp_path: Path) -> None:
    settings = Configuration(
        data_dir=tmp_path, server=ServerConfiguration(host="127.0.0.1", port=0, tls=False)
    )
    async with Agent(settings) as agent:
        assert agent.connections.copier is None
        assert await metrics(agent) == {}


def check(settings: Configuration) -> tuple[str, str | None]:
    (found,) = [finding for finding in findings(settings) if finding.subject == "copy"]
    return found.detail, found.problem


def write_configuration(tmp_path: Path, place: Destination) -> list[str]:
    """The options that name it."""
    path = tmp_path / "config.toml"
    path.write_text(
        f"""
        data_dir = "{tmp_path}"
        [copy]
        host = "{place.host}"
        port = {place.port}
        user = "{place.user}"
        directory = "{place.directory}"
        """
    )
    return ["--config", str(path)]


def test_the_commands_set_it_up_and_check_sees_it(
    server: SshServer,
    place: Destination,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = write_configuration(tmp_path, place)
    settings = configuration(tmp_path, place)
    assert "not trusted yet: pi-agent copy trust" in str(check(settings)[1])
    assert main(["copy", "key", *options]) == 0
    server.authorize(capsys.readouterr().out.strip())
    assert main(["copy", "test", *options]) == 1
    assert "not trusted yet: pi-agent copy trust" in capsys.readouterr().err
    for answer in ("", "no"):
        monkeypatch.setattr("builtins.input", lambda _question, answer=answer: answer)
        assert main(["copy", "trust", *options]) == 1
        assert server.fingerprint in capsys.readouterr().out
    assert main(["copy", "trust", "--fingerprint", "SHA256:other", *options]) == 1
    assert not place.known_hosts.exists()
    assert main(["copy", "trust", "--fingerprint", server.fingerprint, *options]) == 0
    assert main(["copy", *options]) == 0
    assert place.directory in capsys.readouterr().out
    detail, problem = check(settings)
    assert problem is None
    assert detail.endswith("can be written; 0 event(s) wait")
    monkeypatch.setattr("builtins.input", lambda _question: "y")
    assert main(["copy", "trust", *options]) == 0


def test_nobody_at_the_terminal_means_no(
    server: SshServer, place: Destination, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _end(_question: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", _end)
    assert main(["copy", "trust", *write_configuration(tmp_path, place)]) == 1
    assert not place.known_hosts.exists()


def test_without_configuration_or_library_the_mend_is_named(
    tmp_path: Path,
    place: Destination,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["copy", "key", "--data-dir", str(tmp_path)]) == 2
    assert "[copy]" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "asyncssh", None)  # as if not installed
    assert main(["copy", "test", *write_configuration(tmp_path, place)]) == 2
    assert "pip install 'pi-agent[copy]'" in capsys.readouterr().err


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, pi_agent.cli; assert 'asyncssh' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
