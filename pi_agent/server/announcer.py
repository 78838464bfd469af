"""Tells the local network by mDNS that this agent is here, so that Home Assistant finds it."""

import ipaddress
import logging
import socket

from zeroconf import IPVersion, NonUniqueNameException
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from pi_agent.protocol import PROTOCOL_VERSION

from .parts import Identity

_LOGGER = logging.getLogger(__name__)
SERVICE_TYPE = "_pi-motion-cam._tcp.local."


def service_info(identity: Identity, *, port: int, addresses: list[str]) -> AsyncServiceInfo:
    """What is announced: instance names must be unique, so the id's first digits are part of it."""
    return AsyncServiceInfo(
        SERVICE_TYPE,
        f"{identity.name[:40]} {identity.agent_id[:6]}.{SERVICE_TYPE}",
        port=port,
        parsed_addresses=addresses,
        server=f"pi-agent-{identity.agent_id[:12]}.local.",
        properties={
            "id": identity.agent_id,
            "name": identity.name,
            "version": identity.version,
            "protocol": PROTOCOL_VERSION,
        },
    )


class Announcer:
    """Announces one agent from `start` to `close`; without a network it only says so."""

    def __init__(self, identity: Identity, *, host: str, port: int) -> None:
        self._identity = identity
        self._host = host
        self._port = port
        self._zeroconf: AsyncZeroconf | None = None

    async def start(self) -> None:
        """Announce, unless the agent listens on this machine only."""
        addresses = _addresses(self._host)
        if not addresses:
            return
        info = service_info(self._identity, port=self._port, addresses=addresses)
        try:
            self._zeroconf = AsyncZeroconf(ip_version=IPVersion.V4Only)
            await self._zeroconf.async_register_service(info, allow_name_change=True)
        except (OSError, NonUniqueNameException) as error:
            _LOGGER.warning("Home Assistant will not find this agent by itself: %s", error)
            await self.close()

    async def close(self) -> None:
        """Take the announcement back; may be called twice."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()


def _addresses(host: str) -> list[str]:
    """The addresses to tell for a host that is listened on; none for loopback or a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return []
    if address.is_loopback:
        return []
    return [str(address)] if not address.is_unspecified else _own_addresses()


def _own_addresses() -> list[str]:
    """The address that this machine's default route uses; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
        except OSError:
            return []
        return [probe.getsockname()[0]]
