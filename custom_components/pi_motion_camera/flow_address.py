"""What a user may type for an agent's address, and what of it is host and port."""

from dataclasses import dataclass

from yarl import URL

from .agent_client.protocol import DEFAULT_PORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an agent listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """As a user would type it: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORT else f"{host}:{self.port}"


def parse_address(text: str) -> Address | None:
    """Read `porch.local`, `192.168.1.5:8788`, `[fd00::5]` or a pasted link; None for no address."""
    text = text.strip()
    if "://" not in text:
        text = f"https://[{text}]" if _is_bare_ipv6(text) else f"https://{text}"
    try:
        url = URL(text)
        host, port = url.host, url.explicit_port
    except ValueError:
        return None
    if not host or any(character.isspace() for character in host):
        return None
    return Address(host=host, port=port or DEFAULT_PORT)


def _is_bare_ipv6(text: str) -> bool:
    return text.count(":") > 1 and not text.startswith("[")
