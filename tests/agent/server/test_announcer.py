"""What the local network hears of an agent."""

import asyncio
import logging

import pytest
from zeroconf.asyncio import AsyncServiceInfo

from pi_agent.server import Announcer, Identity, announcer
from pi_agent.server.announcer import SERVICE_TYPE, service_info

IDENTITY = Identity(agent_id="ab" * 16, boot_id="1", name="Porch Pi", version="1.2.3")


def test_the_announcement_carries_what_the_design_says() -> None:
    info = service_info(IDENTITY, port=8788, addresses=["192.0.2.7"])
    assert info.type == SERVICE_TYPE == "_pi-motion-cam._tcp.local."
    assert info.port == 8788
    assert info.parsed_addresses() == ["192.0.2.7"]
    assert info.decoded_properties == {
        "id": "ab" * 16,
        "name": "Porch Pi",
        "version": "1.2.3",
        "protocol": "1.0",
    }


@pytest.mark.parametrize("name", ["x" * 300, "é" * 300, "\N{CAMERA}" * 128, "two\nlines"])
def test_a_name_of_any_length_and_language_fits(name: str) -> None:
    identity = Identity(agent_id="ab" * 16, boot_id="1", name=name, version="1")
    info = service_info(identity, port=1, addresses=["192.0.2.7"])
    assert len(info.name.split(".")[0].encode()) <= 63
    assert (info.decoded_properties["name"] or "x") in name.replace("\n", "")


class Network:
    """What mDNS was told, in the place of a network; `down` while there is none."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.down = False
        self.told: list[list[str]] = []

    def zeroconf(self, **_: object) -> "Network":
        if self.down:
            raise OSError("Network is unreachable")
        return self

    async def async_register_service(self, info: AsyncServiceInfo, **_: object) -> None:
        self.told.append(info.parsed_addresses())

    async def async_unregister_all_services(self) -> None:
        self.told.append([])

    async def async_close(self) -> None:
        """Nothing is open."""

    async def until_told(self, *addresses: list[str]) -> None:
        async with asyncio.timeout(5):
            while self.told != list(addresses):
                await asyncio.sleep(0.005)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(announcer, "AsyncZeroconf", network.zeroconf)
    monkeypatch.setattr(announcer, "_own_addresses", lambda: network.addresses)
    monkeypatch.setattr(announcer, "_LOOK_EVERY_SECONDS", 0.01)
    return network


async def test_a_network_that_comes_late_or_gives_another_address_is_told(network: Network) -> None:
    announced = Announcer(IDENTITY, host="0.0.0.0", port=1)
    announced.start()
    await asyncio.sleep(0.05)
    assert network.told == []
    network.addresses = ["192.0.2.7"]
    await network.until_told(["192.0.2.7"])
    network.addresses = ["192.0.2.9"]
    await network.until_told(["192.0.2.7"], [], ["192.0.2.9"])
    await announced.close()
    await network.until_told(["192.0.2.7"], [], ["192.0.2.9"], [])


async def test_a_network_that_refuses_is_tried_again_and_complained_about_once(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    network.down, network.addresses = True, ["192.0.2.7"]
    announced = Announcer(IDENTITY, host="0.0.0.0", port=1)
    announced.start()
    await asyncio.sleep(0.1)
    network.down = False
    await network.until_told(["192.0.2.7"])
    await announced.close()
    warnings = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_an_agent_for_this_machine_alone_is_not_announced(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    announced = Announcer(IDENTITY, host=host, port=1)
    announced.start()
    await asyncio.sleep(0.05)
    await announced.close()
    assert caplog.records == []
