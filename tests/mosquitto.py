"""A real Mosquitto on 127.0.0.1, with a user, a certificate of its own, and a memory."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from pi_agent.protocol import MotionEvent, decode, from_json

USER, PASSWORD = "pi", "correct horse battery"
PREFIX = "home/pi-motion-camera"
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
MOSQUITTO = shutil.which("mosquitto", path=_PATH)
_KEPT_SECONDS = 3600  # a subscriber's session, while it is away

_CONFIG = """
per_listener_settings false
listener {port} 127.0.0.1
listener {tls_port} 127.0.0.1
certfile {folder}/broker.pem
keyfile {folder}/broker.key
allow_anonymous false
password_file {folder}/passwords
persistence true
persistence_location {folder}/
autosave_on_changes true
autosave_interval 1
"""


class Mosquitto:
    """A broker with one user; `ca_file` is the authority that signed its certificate."""

    def __init__(self, folder: Path) -> None:
        if MOSQUITTO is None:
            pytest.skip("there is no Mosquitto here; scripts/setup installs it")
        folder.mkdir()
        self._folder = folder
        self.port, self.tls_port = _free_port(), _free_port()
        self.ca_file = folder / "ca.pem"
        self._process: subprocess.Popen[bytes] | None = None
        _write_certificates(folder)
        self.admit(USER, PASSWORD)
        text = _CONFIG.format(folder=folder, port=self.port, tls_port=self.tls_port)
        if os.geteuid() == 0:
            text += "user root\n"  # else it changes to one who may not read the test's folder
        (folder / "mosquitto.conf").write_text(text)

    def admit(self, user: str, password: str) -> None:
        """Let this user in, and nobody else, from the next start on."""
        path = self._folder / "passwords"
        command = ["mosquitto_passwd", "-b", "-c", str(path), user, password]
        subprocess.run(command, check=True, capture_output=True)

    def forbid(self, pattern: str) -> None:
        """Let the user write nothing but this, from the next start on."""
        (self._folder / "acl").write_text(f"user {USER}\ntopic write {pattern}\ntopic read #\n")
        with (self._folder / "mosquitto.conf").open("a") as file:
            file.write(f"acl_file {self._folder}/acl\n")

    def start(self) -> None:
        """Listen on both ports."""
        assert MOSQUITTO is not None
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [MOSQUITTO, "-c", str(self._folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        for port in (self.port, self.tls_port):
            _wait_for(port)

    def kill(self) -> None:
        """Be gone at once, as after a power cut."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Keep every connection open and answer nothing while the block runs."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


@contextmanager
def mosquitto(folder: Path) -> Iterator[Mosquitto]:
    """A broker that runs."""
    broker = Mosquitto(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


@dataclass
class Subscriber:
    """Hears everything below the prefix, and what was said while it was away."""

    broker: Mosquitto
    name: str
    heard: list[aiomqtt.Message] = field(default_factory=list)
    connected: bool = False

    @property
    def events(self) -> list[MotionEvent]:
        """The events that it heard, in order."""
        heard = [m for m in self.heard if str(m.topic).endswith("/event")]
        return [decode(MotionEvent, from_json(str(m.payload, "utf-8"))) for m in heard]

    @property
    def twice(self) -> list[int]:
        """The revisions that it heard more than once."""
        counts = Counter(event.revision for event in self.events)
        return [revision for revision, count in counts.items() if count > 1]

    def last(self, topic: str) -> str | None:
        """What was said last there."""
        said = [m for m in self.heard if str(m.topic) == f"{PREFIX}/{topic}"]
        return str(said[-1].payload, "utf-8") if said else None

    def is_retained(self, topic: str) -> bool:
        """Whether the last word there came from the broker's memory."""
        return [m.retain for m in self.heard if str(m.topic) == f"{PREFIX}/{topic}"][-1]

    async def listen(self) -> None:
        """Until cancelled; comes back whenever the broker does."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = _KEPT_SECONDS
        while True:
            with suppress(aiomqtt.MqttError):
                await self._listen(properties)
            self.connected = False
            await asyncio.sleep(0.05)

    async def _listen(self, properties: Any) -> None:
        async with aiomqtt.Client(
            "127.0.0.1",
            self.broker.port,
            username=USER,
            password=PASSWORD,
            identifier=self.name,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=properties,
        ) as client:
            await client.subscribe(f"{PREFIX}/#", qos=1)
            self.connected = True
            async for message in client.messages:
                self.heard.append(message)


@asynccontextmanager
async def subscribed(broker: Mosquitto, name: str = "wall panel") -> AsyncIterator[Subscriber]:
    """Somebody who listens while the block runs."""
    subscriber = Subscriber(broker, name)
    task = asyncio.create_task(subscriber.listen())
    try:
        await until(lambda: subscriber.connected)
        yield subscriber
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object]) -> None:
    """Return as soon as it is so; fail the test after twenty seconds."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def _write_certificates(folder: Path) -> None:
    """An authority, and a certificate for 127.0.0.1 that it has signed."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = _name("Test authority")
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), is_ca=True).sign(
        ca_key, hashes.SHA256()
    )
    mine = _certificate(_name("127.0.0.1"), ca_name, key.public_key(), is_ca=False)
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    signed = mine.add_extension(address, critical=False).sign(ca_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "broker.pem").write_bytes(signed.public_bytes(pem))
    (folder / "broker.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, is_ca: bool
) -> x509.CertificateBuilder:
    today = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(500):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise AssertionError(f"nothing listens on port {port}")
