"""Tells the local network by mDNS that this agent is here, so that Home Assistant finds it."""

import asyncio
import ipaddress
import logging
import socket

from zeroconf import Error, IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from pi_agent.protocol import PROTOCOL_VERSION
from pi_agent.runtime import LoopTask

from .parts import Identity

_LOGGER = logging.getLogger(__name__)
SERVICE_TYPE = "_pi-motion-cam._tcp.local."
_LABEL_BYTES, _TEXT_BYTES = 63, 255  # DNS has room for no more
_LOOK_EVERY_SECONDS = 30.0


def service_info(identity: Identity, *, port: int, addresses: list[str]) -> AsyncServiceInfo:
    """What is announced: instance names must be unique, so the id's first digits are part of it."""
    name = "".join(letter for letter in identity.name if letter.isprintable())
    return AsyncServiceInfo(
        SERVICE_TYPE,
        f"{_shortened(name[:40], _LABEL_BYTES - 7)} {identity.agent_id[:6]}.{SERVICE_TYPE}",
        port=port,
        parsed_addresses=addresses,
        server=f"pi-agent-{identity.agent_id[:12]}.local.",
        properties={
            "id": identity.agent_id,
            "name": _shortened(name, _TEXT_BYTES - len("name=")),
            "version": identity.version,
            "protocol": PROTOCOL_VERSION,
        },
    )


def _shortened(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")


class Announcer:
    """Announces one agent from `start` to `close`, at the address that the machine has right now.

    Whether there is a network is looked after all the time: a Pi may start before its WLAN does,
    and get another address one day. Lives on the event loop.
    """

    def __init__(self, identity: Identity, *, host: str, port: int) -> None:
        self._identity = identity
        self._host = host
        self._port = port
        self._announced: list[str] = []
        self._zeroconf: AsyncZeroconf | None = None
        self._failed = False
        self._task = LoopTask("announcer")

    def start(self) -> None:
        """Begin to announce; nobody waits for it, which would take a second."""
        self._task.start(self._work())

    async def close(self) -> None:
        """Take the announcement back; may be called twice."""
        await self._task.close()
        await self._withdraw()

    async def _work(self) -> None:
        while True:
            addresses = _addresses(self._host)
            if addresses != self._announced:
                await self._withdraw()
                await self._announce(addresses)
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _announce(self, addresses: list[str]) -> None:
        if not addresses:
            return
        info = service_info(self._identity, port=self._port, addresses=addresses)
        try:
            self._zeroconf = AsyncZeroconf(ip_version=IPVersion.V4Only)
            await self._zeroconf.async_register_service(info, allow_name_change=True)
        except (OSError, Error) as error:
            level = logging.DEBUG if self._failed else logging.WARNING
            _LOGGER.log(level, "Home Assistant does not find this agent by itself: %s", error)
            self._failed = True
            await self._withdraw()
        else:
            self._announced, self._failed = addresses, False

    async def _withdraw(self) -> None:
        self._announced = []
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
