"""Where a network camera is, written so that no password can slip into a log."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from pi_agent.errors import ConfigurationError

_DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraAddress:
    """A camera's URL, taken apart. `str()` shows scheme, host and port alone.

    Cameras take passwords before the host, in the query and even in the path, so none of these is
    ever shown.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)  # path and query
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Take `url` apart; ConfigurationError names the mistake without repeating the address."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ConfigurationError(f"source: the address is not valid: {_cause(error)}") from None
        if parts.scheme not in _DEFAULT_PORTS:
            raise ConfigurationError(
                f"source: no camera is reached by {parts.scheme}://; "
                "use rtsp://, rtsps://, http:// or https://"
            )
        if not parts.hostname:
            raise ConfigurationError(
                f"source: the address names no host, such as {parts.scheme}://192.168.1.20/stream"
            )
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=port or _DEFAULT_PORTS[parts.scheme],
            target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            user=None if parts.username is None else unquote(parts.username),
            password=unquote(parts.password or ""),
        )

    def __str__(self) -> str:
        return f"{self.scheme}://{self.location}"

    @property
    def location(self) -> str:
        """Host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def public_url(self) -> str:
        """The URL without user and password; its path may still hold some, so never show it."""
        return f"{self.scheme}://{self.location}{self.target}"

    @property
    def secret_url(self) -> str:
        """The whole URL with user and password, for libraries that want it so; never show it."""
        access = ""
        if self.user is not None:
            access = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@"
        return f"{self.scheme}://{access}{self.location}{self.target}"


def _cause(error: ValueError) -> str:
    # urllib repeats what it could not read, which may be part of a password.
    about_port = "port" in str(error).lower()
    return "its port is no number from 0 to 65535" if about_port else "see RFC 3986"
