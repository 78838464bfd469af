"""`pi-agent copy`: the keys of the copy to a second machine."""

import argparse
import asyncio
import sys

from pi_agent.common_options import add_common_options, configuration_of
from pi_agent.copies import Destination, open_target, require_library
from pi_agent.errors import ConfigurationError

_NOT_CONFIGURED = """no copy is configured; name the other machine in the configuration:
  [copy]
  host = "nas.local"
  user = "pi-copies\""""


def add_copy_commands(parser: argparse.ArgumentParser) -> None:
    """`copy key`, `copy trust [--fingerprint F]`, `copy test`; alone it tests."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, command, text in _COMMANDS:
        child = commands.add_parser(name, help=text, description=text)
        child.set_defaults(command=command)
        if command is trust:
            child.add_argument(
                "--fingerprint", metavar="SHA256:...", help="trust this key, without asking"
            )
        add_common_options(child, inherited=True)


def key(options: argparse.Namespace) -> int:
    """Print the line for the other machine's authorized_keys; make our key where there is none."""
    destination = _destination(options)
    from pi_agent.copies.ssh_keys import authorized_line

    destination.key.parent.mkdir(parents=True, exist_ok=True)
    where = f"{destination.user} on {destination.machine}"
    print(f"Put this line into ~/.ssh/authorized_keys of {where}:", file=sys.stderr)
    print(authorized_line(destination))
    return 0


def trust(options: argparse.Namespace) -> int:
    """Show the other machine's host key, and trust it if a human says so; 1 if not."""
    destination = _destination(options)
    from pi_agent.copies import ssh_connection, ssh_keys

    shown = asyncio.run(ssh_connection.host_key(destination))
    fingerprint = shown.get_fingerprint()
    print(f"{destination.machine} shows {shown.get_algorithm()} {fingerprint}")
    if options.fingerprint is not None:
        agreed = options.fingerprint == fingerprint
    else:
        print("Compare it on that machine: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
        agreed = _answer("Is it the same? [y/N] ") in {"y", "yes"}
    if not agreed:
        print("Not trusted; nothing was changed", file=sys.stderr)
        return 1
    ssh_keys.trust(destination, shown)
    print(f"Trusted; a running agent knows it at once ({destination.known_hosts})")
    return 0


def test(options: argparse.Namespace) -> int:
    """Connect and make the directory, as the agent does."""
    destination = _destination(options)
    asyncio.run(_prepare(destination))
    print(f"{destination.user}@{destination.machine}, {destination.directory} can be written")
    return 0


_COMMANDS = (
    ("key", key, "print the line for the other machine's authorized_keys"),
    ("trust", trust, "trust the other machine's host key, after you have compared it"),
    ("test", test, "connect, as the agent does"),
)


async def _prepare(destination: Destination) -> None:
    async with open_target(destination) as target:
        await target.prepare()


def _answer(question: str) -> str:
    try:
        return input(question).strip().lower()
    except EOFError:
        return ""


def _destination(options: argparse.Namespace) -> Destination:
    configuration = configuration_of(options)
    if configuration.copy is None:
        raise ConfigurationError(_NOT_CONFIGURED)
    require_library()
    destination: Destination = configuration.copy.destination(configuration.data_dir)
    return destination
