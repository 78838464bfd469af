"""The whole agent with a broker: configuration, check, metrics, and its last will."""

import asyncio
import gc
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from pi_agent.app import Agent
from pi_agent.check import findings
from pi_agent.cli import main
from pi_agent.configuration import Configuration, ServerConfiguration, load_configuration
from pi_agent.connections_configuration import MqttConfiguration
from pi_agent.errors import ConfigurationError
from tests.agent_fixture import camera
from tests.mosquitto import PASSWORD, PREFIX, USER, Mosquitto, subscribed, until
from tests.scripted_source import ScriptedSource


def settings_of(server: Mosquitto, **changes: object) -> MqttConfiguration:
    values = {"host": "127.0.0.1", "port": server.port, "user": USER, "password": PASSWORD}
    return MqttConfiguration(**{**values, "prefix": PREFIX, **changes})  # type: ignore[arg-type]


async def metrics(agent: Agent) -> dict[str, float]:
    headers = {"Authorization": f"Bearer {await agent.access.create_token('test')}"}
    url = f"http://127.0.0.1:{agent.server.port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        lines = (await answer.text()).splitlines()
    return {n: float(v) for n, v in (x.split() for x in lines if x.startswith("pi_agent_mqtt_"))}


async def test_somebody_walks_by_and_it_is_published(server: Mosquitto, tmp_path: Path) -> None:
    source = ScriptedSource()
    settings = Configuration(
        data_dir=tmp_path / "data",
        server=ServerConfiguration(host="127.0.0.1", port=0, tls=False),
        cameras=(camera(),),
        mqtt=settings_of(server),
    )
    async with subscribed(server) as panel:
        async with Agent(settings, create_source=lambda _: source) as agent:
            source.still(4)
            source.walk(3)
            await until(lambda: panel.events)
            assert panel.events[0].state.value == "started"
            assert panel.events[0].snapshot is not None
            await until(lambda: '"active":true' in (panel.last("porch/motion") or ""))
            source.still(30)
            await until(lambda: '"active":false' in (panel.last("porch/motion") or ""))
            await until(lambda: panel.events[-1].clip is not None)
            told = await metrics(agent)
            assert told["pi_agent_mqtt_ok"] == 1
            assert told["pi_agent_mqtt_waiting_events"] == 0
            assert told["pi_agent_mqtt_events_total"] == len(panel.events)
        await until(lambda: panel.last("status") == "offline")
        assert not panel.twice


def write_configuration(tmp_path: Path, server: Mosquitto) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        f"""
        data_dir = "{tmp_path / "data"}"
        [server]
        host = "127.0.0.1"
        port = 0
        [mqtt]
        host = "127.0.0.1"
        port = {server.port}
        user = "{USER}"
        password = "{PASSWORD}"
        prefix = "{PREFIX}"
        [[cameras]]
        id = "porch"
        source = "demo"
        """
    )
    return path


async def test_an_agent_that_was_killed_is_told_offline(server: Mosquitto, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pi_agent", "run", "--config"]
    async with subscribed(server) as panel:
        agent = await asyncio.create_subprocess_exec(
            *command, str(write_configuration(tmp_path, server))
        )
        try:
            await until(lambda: panel.last("status") == "online")
        finally:
            agent.kill()
            await agent.wait()
        await until(lambda: panel.last("status") == "offline")


def check(settings: MqttConfiguration, tmp_path: Path) -> tuple[str, str | None]:
    found = list(findings(Configuration(data_dir=tmp_path, mqtt=settings)))
    (finding,) = [finding for finding in found if finding.subject == "mqtt"]
    return finding.detail, finding.problem


def test_check_lets_a_running_agent_alone_and_tells_nobody(
    server: Mosquitto, tmp_path: Path
) -> None:
    detail, problem = check(settings_of(server), tmp_path)
    assert problem is None
    assert detail == f"127.0.0.1:{server.port} lets pi in, not encrypted; {PREFIX}/#"
    encrypted = settings_of(server, port=server.tls_port, ca_file=server.ca_file)
    assert "with TLS" in check(encrypted, tmp_path)[0]


def test_check_names_what_is_wrong(
    server: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pi_agent.mqtt import session

    monkeypatch.setattr(session, "_ANSWER_SECONDS", 0.5)

    def problem(**changes: object) -> str:
        return str(check(settings_of(server, **changes), tmp_path)[1])

    assert "look at mqtt.user, mqtt.password" in problem(password="wrong")
    assert "look at mqtt.user, mqtt.password" in problem(user=None, password=None)
    assert "nothing listens there; look at mqtt.port" in problem(port=1)
    assert "look at mqtt.host" in problem(host="no-such-machine.invalid")
    tls = {"port": server.tls_port, "tls": True}
    assert "not trusted (unable to get local issuer certificate" in problem(**tls)
    assert "mqtt.ca_file" in problem(**tls)
    named = problem(**tls, host="localhost", ca_file=server.ca_file)
    assert "not trusted" in named
    assert "mqtt.host" in named
    assert "does not speak TLS on this port" in problem(tls=True)
    assert "may want TLS: set mqtt.tls" in problem(port=server.tls_port)
    assert "holds no certificate" in problem(**tls, ca_file=Path("/dev/null"))
    assert "cannot be read: No such file" in problem(**tls, ca_file=tmp_path / "none")
    lost = problem(password=None, password_file=tmp_path / "none")
    assert f"mqtt.password_file: {tmp_path / 'none'} cannot be read: No such file" in lost


def test_a_refused_certificate_leaves_no_socket_behind(
    server: Mosquitto, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    gc.collect()
    recwarn.clear()
    _, problem = check(settings_of(server, port=server.tls_port, tls=True), tmp_path)
    assert "not trusted" in str(problem)
    gc.collect()
    assert [str(warning.message) for warning in recwarn] == []


def test_without_the_library_the_mend_is_named(
    server: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aiomqtt", None)  # as if not installed
    assert "pip install 'pi-agent[mqtt]'" in str(check(settings_of(server), tmp_path)[1])


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, pi_agent.cli; assert not {'aiomqtt', 'paho'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_mistake_in_the_section_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        """
        [mqtt]
        pasword = "x"
        password = "x"
        password_file = "y"
        tls = "insecure"
        prefix = "home/#"
        port = 0
        [webhook]
        url = "example.org/hook"
        secret = "short"
        """
    )
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path)
    for mistake in (
        "mqtt.host: is missing",
        "mqtt.pasword: is not known; did you mean password?",
        "mqtt.port: must be a whole number from 1 to 65535",
        "mqtt.prefix: must be a topic without + and #, such as home/pi-motion-camera",
        "mqtt.tls: must be true or false; a certificate is always checked",
        "mqtt.password_file: there is mqtt.password too; name one of them",
        "mqtt.user: is missing; a password needs one",
        "webhook.url: must be an address such as https://example.org/hook",
        "webhook.secret: must have at least 16 characters",
    ):
        assert mistake in str(caught.value)


def test_what_is_left_out_is_what_most_brokers_have(tmp_path: Path) -> None:
    plain = MqttConfiguration(host="broker.local").broker("4711")
    assert (plain.port, plain.client_id, plain.tls) == (1883, "pi-agent-4711", False)
    assert plain.topic("porch", "event") == "pi-motion-camera/porch/event"
    encrypted = MqttConfiguration(host="broker.local", ca_file=tmp_path / "ca").broker("4711")
    assert (encrypted.port, encrypted.tls) == (8883, True)
    secret = MqttConfiguration(host="h", user="u", password="hidden")
    assert "hidden" not in repr(secret) + repr(secret.broker("x"))


def test_the_command_prints_it(
    server: Mosquitto, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", "--config", str(write_configuration(tmp_path, server))])
    assert f"ok    mqtt: 127.0.0.1:{server.port} lets pi in" in capsys.readouterr().out


async def test_an_agent_that_starts_before_its_broker_waits_for_it(
    server: Mosquitto, tmp_path: Path
) -> None:
    server.kill()
    settings = Configuration(
        data_dir=tmp_path / "data",
        server=ServerConfiguration(host="127.0.0.1", port=0, tls=False),
        mqtt=settings_of(server),
    )
    async with Agent(settings) as agent:
        await until(lambda: agent.connections.mqtt and agent.connections.mqtt.problem)
        assert (await metrics(agent))["pi_agent_mqtt_ok"] == 0
        server.start()
        async with subscribed(server) as panel:
            await until(lambda: panel.last("status") == "online")
