"""The sections of the configuration about where events go besides Home Assistant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import voluptuous as vol
from yarl import URL

from pi_agent import configuration_values as values
from pi_agent.copies import Destination
from pi_agent.mqtt import Broker
from pi_agent.webhook import Receiver

_PORT, _TLS_PORT = 1883, 8883
_LEAST_SECRET = 16  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyConfiguration:
    """The second machine that gets a copy of every event; key and known hosts may be elsewhere."""

    host: str
    user: str
    port: int = 22
    directory: str = "pi-motion-camera"
    key: Path | None = None
    known_hosts: Path | None = None

    def destination(self, data_dir: Path) -> Destination:
        """The same with both files, which else are in the data directory."""
        return Destination(
            host=self.host,
            port=self.port,
            user=self.user,
            directory=self.directory,
            key=self.key or data_dir / "copy_key",
            known_hosts=self.known_hosts or data_dir / "copy_known_hosts",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttConfiguration:
    """The broker that every event is published to."""

    host: str
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    password_file: Path | None = None
    tls: bool = False
    ca_file: Path | None = None
    prefix: str = "pi-motion-camera"
    client_id: str | None = None

    def broker(self, agent_id: str) -> Broker:
        """The same with what is left out: the port by the protocol, the client id by the agent."""
        tls = self.tls or self.ca_file is not None
        return Broker(
            host=self.host,
            port=self.port or (_TLS_PORT if tls else _PORT),
            prefix=self.prefix,
            client_id=self.client_id or f"pi-agent-{agent_id}",
            user=self.user,
            password=self.password,
            password_file=self.password_file,
            tls=tls,
            ca_file=self.ca_file,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookConfiguration:
    """The address that every event is posted to; it may hold a secret."""

    url: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def receiver(self) -> Receiver:
        """The same for whoever posts."""
        return Receiver(url=self.url, secret=self.secret)


def _user(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z_][0-9A-Za-z_.-]{0,63}", value):
        raise vol.Invalid("must be a user's name on that machine, such as pi-copies")
    return value


def _directory(value: Any) -> str:
    text = values.text(value)
    if ".." in text.split("/") or not text.isprintable():
        raise vol.Invalid("must be a directory on that machine, without .., such as front-garden")
    return text.rstrip("/") or "/"


def _tls(value: Any) -> bool:
    if not isinstance(value, bool):
        raise vol.Invalid(
            "must be true or false; a certificate is always checked: for one that the broker's "
            "owner has signed, name that authority in ca_file"
        )
    return value


def _prefix(value: Any) -> str:
    text = values.text(value)
    levels = text.split("/")
    if not text.isprintable() or len(text) > 200 or set(text) & set("+#") or "" in levels:
        raise vol.Invalid("must be a topic without + and #, such as home/pi-motion-camera")
    if text.startswith("$"):
        raise vol.Invalid("must not begin with $, which is the broker's own")
    return text


def _client_id(value: Any) -> str:
    text = values.text(value)
    if not text.isprintable() or len(text) > 64:
        raise vol.Invalid("must be a text of at most 64 characters, such as pi-porch")
    return text


def _url(value: Any) -> str:
    text = values.text(value)
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise vol.Invalid("must be an address such as https://example.org/hook")
    return text


def _secret(value: Any) -> str:
    text = values.text(value)
    if len(text) < _LEAST_SECRET:
        raise vol.Invalid(
            f"must have at least {_LEAST_SECRET} characters; make one with `openssl rand -hex 32`"
        )
    return text


COPY = {
    vol.Required("host"): values.host,
    vol.Required("user"): _user,
    vol.Optional("port"): values.remote_port,
    vol.Optional("directory"): _directory,
    vol.Optional("key"): values.text,
    vol.Optional("known_hosts"): values.text,
}
MQTT = {
    vol.Required("host"): values.host,
    vol.Optional("port"): values.remote_port,
    vol.Optional("user"): values.text,
    vol.Optional("password"): values.text,
    vol.Optional("password_file"): values.text,
    vol.Optional("tls"): _tls,
    vol.Optional("ca_file"): values.text,
    vol.Optional("prefix"): _prefix,
    vol.Optional("client_id"): _client_id,
}
WEBHOOK = {vol.Required("url"): _url, vol.Required("secret"): _secret}


def copy_configuration(entry: Mapping[str, Any]) -> CopyConfiguration:
    """The section after its check."""
    files = {name: Path(entry[name]) for name in ("key", "known_hosts") if name in entry}
    return CopyConfiguration(**{**entry, **files})


def mqtt_mistakes(entry: Any) -> list[str]:
    """What is wrong with the section as a whole."""
    if not isinstance(entry, Mapping):
        return []
    mistakes = []
    if "password" in entry and "password_file" in entry:
        mistakes.append("mqtt.password_file: there is mqtt.password too; name one of them")
    if {"password", "password_file"} & set(entry) and "user" not in entry:
        mistakes.append("mqtt.user: is missing; a password needs one")
    if "ca_file" in entry and entry.get("tls") is False:
        mistakes.append("mqtt.tls: must not be false where there is a ca_file")
    return mistakes


def mqtt_configuration(entry: Mapping[str, Any]) -> MqttConfiguration:
    """The section after its check."""
    files = {name: Path(entry[name]) for name in ("password_file", "ca_file") if name in entry}
    return MqttConfiguration(**{**entry, **files})


def webhook_configuration(entry: Mapping[str, Any]) -> WebhookConfiguration:
    """The section after its check."""
    return WebhookConfiguration(**entry)
