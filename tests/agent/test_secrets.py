"""No secret is told: not in the log, in an answer, to systemd, nor in the list of processes."""

import signal
import socket
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from pi_agent.protocol import PairingCode

from .test_cli import Running, pi_agent, running

PASSWORD = "horse-battery%40staple"
PLAIN_PASSWORD = "horse-battery@staple"
CONFIGURATION = f"""
[mqtt]
host = "127.0.0.1"
port = 9
user = "admin"
password = "{PLAIN_PASSWORD}"

[webhook]
url = "http://127.0.0.1:9/{PLAIN_PASSWORD}"
secret = "{PLAIN_PASSWORD}"

[[cameras]]
id = "demo"
source = "demo"

[[cameras]]
id = "rtsp"
source = "rtsp://admin:{PASSWORD}@127.0.0.1:9/stream?token={PASSWORD}"

[[cameras]]
id = "http"
source = "http://admin:{PASSWORD}@127.0.0.1:9/stream?password={PASSWORD}"
"""
PATHS = (
    *("/api/v1/info", "/metrics", "/api/v1/none", "/api/v1/events?limit=x", "/healthz"),
    *("/api/v1/cameras/rtsp/settings", "/api/v1/cameras/rtsp/snapshot.jpg"),
    *("/api/v1/cameras/http/snapshot.jpg", "/api/v1/events/none", "/api/v1/cameras/none/settings"),
)


@dataclass
class Told:
    """All that anybody can hear of an agent, and the secrets that must not be in it."""

    secrets: list[str] = field(default_factory=lambda: [PASSWORD, PLAIN_PASSWORD])
    texts: dict[str, str] = field(default_factory=dict)

    def leaks(self) -> list[str]:
        return [
            f"{secret} in {where}"
            for where, text in self.texts.items()
            for secret in self.secrets
            if secret in text
        ]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIGURATION)
    return path


@pytest.fixture
async def told(tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """What an agent tells while clients use and misuse it, its log as loud as it can be."""
    told = Told()
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        async with running(tmp_path / "data", "--config", config, "--log-level", "debug") as agent:
            told.texts["checked"] = pi_agent(
                "check", "--config", config, "--data-dir", tmp_path / "data"
            ).stdout
            await use(agent, tmp_path / "data", told)
            told.texts["processes"] = processes(agent)
            agent.process.send_signal(signal.SIGTERM)
            assert agent.process.stderr is not None
            rest = (await agent.process.stderr.read()).decode()
            told.texts["log"] = "".join(agent.log) + rest
        told.texts["status"] = "\n".join(messages(manager))
    return told


async def use(agent: Running, data_dir: Path, told: Told) -> None:
    """Pair, ask for this and that, listen; each answer is kept."""
    code = pi_agent("pair", "--data-dir", data_dir).stdout.strip()
    token = pi_agent("tokens", "create", "tablet", "--data-dir", data_dir).stdout.strip()
    told.secrets += [code, code.replace("-", ""), token]
    secret = PairingCode.parse(code).secret
    told.secrets += [secret.hex()]
    async with aiohttp.ClientSession() as session:
        wrong = PairingCode(secret=b"wrong", fingerprint=0)
        for name, guess in (("wrong", str(wrong)), ("malformed", f"{code}X"), ("paired", code)):
            request = {"code": guess, "client": "Home Assistant"}
            url = agent.url("/api/v1/pair")
            async with session.post(url, json=request, ssl=False) as answer:
                if name == "paired":
                    told.secrets.append((await answer.json())["token"])
                else:
                    told.texts[name] = await answer.text()
        headers = {"Authorization": f"Bearer {token}"}
        for path in PATHS:
            async with session.get(agent.url(path), headers=headers, ssl=False) as answer:
                told.texts[path] = str(answer.headers) + (await answer.read()).decode("latin-1")
        async with session.ws_connect(agent.url("/api/v1/ws"), headers=headers, ssl=False) as ws:
            told.texts["hello"] = await ws.receive_str(timeout=20)


def processes(agent: Running) -> str:
    """The command line and title of the agent and all that it started."""
    texts = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "status").read_text()
            if f"PPid:\t{agent.process.pid}\n" in status or process.name == str(agent.process.pid):
                texts.append(status + (process / "cmdline").read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue
    assert texts
    return "\n".join(texts)


def messages(manager: socket.socket) -> list[str]:
    heard = []
    while True:
        try:
            heard.append(manager.recv(4096).decode())
        except BlockingIOError:
            return heard


async def test_no_secret_is_told(told: Told) -> None:
    assert "is offline" in told.texts["log"]  # the cameras with passwords failed, and said so
    assert "online" in told.texts["status"]
    assert "FAIL  camera rtsp" in told.texts["checked"]
    assert told.leaks() == []


@pytest.mark.parametrize(
    "address", ["rtsp://u:{}@[/x", "ftp://u:{}@host/x", "http://u:{}@h:99999/"]
)
def test_a_mistake_in_a_source_does_not_tell_its_password(tmp_path: Path, address: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[[cameras]]\nid = "a"\nsource = "{address.format(PASSWORD)}"\n')
    done = pi_agent("run", "--config", path, "--data-dir", tmp_path / "data")
    assert done.returncode == 2, done.stderr
    assert "source" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
