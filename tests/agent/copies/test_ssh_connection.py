"""Nothing is sent to a machine that does not prove who it is, and every refusal names the mend."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pi_agent.copies import CopyError, open_target
from pi_agent.copies.ssh_connection import host_key
from pi_agent.copies.ssh_keys import authorized_line, trust
from pi_agent.errors import ConfigurationError
from tests.ssh_server import SshServer, introduce

from .conftest import Studio, all_copied, names, until


async def refusal(studio: Studio) -> str:
    with pytest.raises((CopyError, ConfigurationError)) as caught:
        async with open_target(studio.place) as target:
            await target.prepare()
    return str(caught.value)


async def test_a_machine_that_is_not_trusted_yet_gets_nothing(
    strange: Studio, server: SshServer
) -> None:
    server.authorize(authorized_line(strange.place))
    message = await refusal(strange)
    assert (
        message
        == f"the host key of {strange.place.machine} is not trusted yet: pi-agent copy trust"
    )
    strange.place.known_hosts.write_text("[127.0.0.1]:1 ssh-ed25519 AAAA\n")
    assert "not trusted yet" in await refusal(strange)


async def test_another_host_key_is_refused_until_it_is_trusted(
    studio: Studio, server: SshServer
) -> None:
    await studio.event(1)
    server.stop()
    server.new_host_key()
    server.start()
    async with studio.copying() as copier:
        await until(lambda: copier.problem)
        assert "shows another host key than the one that is trusted" in str(copier.problem)
        assert server.fingerprint in str(copier.problem)
        assert "pi-agent copy trust" in str(copier.problem)
        assert server.files() == []
        trust(studio.place, await host_key(studio.place))
        await all_copied(copier)
    assert len(server.files()) == len(names(1, ".jpg", ".mp4", ".json"))
    assert studio.place.known_hosts.read_text().count("\n") == 1


async def test_a_key_that_is_refused_names_the_mend(studio: Studio, server: SshServer) -> None:
    server.authorize("# nobody")
    assert "pi-agent copy key" in await refusal(studio)


async def test_our_key_is_made_once_and_is_nobody_elses(studio: Studio, tmp_path: Path) -> None:
    line = authorized_line(studio.place)
    assert re.match(r'restrict,command="internal-sftp -p [a-z,]+" ssh-ed25519 AAAA', line)
    page = (Path(__file__).parents[3] / "docs" / "recording.md").read_text()
    assert line.split(" ssh-ed25519")[0] in page
    assert authorized_line(studio.place) == line
    assert studio.place.key.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part"))


async def test_a_key_that_is_missing_or_none_is_told(studio: Studio) -> None:
    studio.place.key.unlink()
    assert (await refusal(studio)).endswith("make it: pi-agent copy key")
    studio.place.key.write_text("no key")
    assert "is no private key" in await refusal(studio)
    with pytest.raises(ConfigurationError, match=r"copy\.key"):
        authorized_line(studio.place)


async def test_known_hosts_that_cannot_be_read_are_told(studio: Studio) -> None:
    studio.place.known_hosts.write_bytes(b"\xff\xfe one two")
    assert "copy.known_hosts" in await refusal(studio)
    with pytest.raises(ConfigurationError, match=r"copy\.known_hosts"):
        trust(studio.place, await host_key(studio.place))


async def test_a_machine_that_is_not_there_is_told(studio: Studio, server: SshServer) -> None:
    server.stop()
    assert "cannot be reached: Connection refused" in await refusal(studio)
    with pytest.raises(CopyError, match="Connection refused"):
        await host_key(studio.place)


async def test_other_hosts_stay_trusted(studio: Studio, server: SshServer) -> None:
    other = replace(studio.place, host="localhost")
    await introduce(server, other)
    assert len(studio.place.known_hosts.read_text().splitlines()) == 2
    async with open_target(other) as target:
        await target.prepare()
