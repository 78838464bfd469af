"""What the local network hears of an agent."""

import logging

import pytest

from pi_agent.server import Announcer, Identity
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


def test_a_long_name_still_fits_into_a_label() -> None:
    identity = Identity(agent_id="ab" * 16, boot_id="1", name="x" * 128, version="1")
    label = service_info(identity, port=1, addresses=["192.0.2.7"]).name.split(".")[0]
    assert len(label) <= 63


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_an_agent_for_this_machine_alone_is_not_announced(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    announcer = Announcer(IDENTITY, host=host, port=1)
    await announcer.start()
    await announcer.close()
    assert caplog.records == []
