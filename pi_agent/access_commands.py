"""`pi-agent pair` and `pi-agent tokens`: they write to the database of the running agent."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from pi_agent.app import DATABASE
from pi_agent.common_options import add_common_options, configuration_of
from pi_agent.errors import NotFoundError
from pi_agent.protocol import PairingCode, Role
from pi_agent.server import AgentCertificate
from pi_agent.storage import AccessStore, Database, TokenInfo

T = TypeVar("T")


def pair(options: argparse.Namespace) -> int:
    """Print a pairing code, alone on standard output."""
    data_dir = _data_dir(options)
    certificate = AgentCertificate.load_or_create(data_dir)
    role = _role(options)
    secret = _with_access(data_dir, lambda access: access.new_pairing_secret(role))
    place = "on the agent's own page" if options.viewer else "in Home Assistant or on its own page"
    print(f"Enter this code {place} within ten minutes:", file=sys.stderr)
    print(PairingCode.create(secret, certificate.sha256))
    return 0


def add_role_option(parser: argparse.ArgumentParser) -> None:
    """`--viewer`."""
    parser.add_argument(
        "--viewer",
        action="store_true",
        help="whoever uses it may look, but neither change nor delete anything",
    )


def add_token_commands(parser: argparse.ArgumentParser) -> None:
    """`tokens create NAME`, `tokens list`, `tokens revoke NAME`; alone it lists."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, command, text in _TOKEN_COMMANDS:
        child = commands.add_parser(name, help=text, description=text)
        child.set_defaults(command=command)
        if command is not list_tokens:
            child.add_argument("name", help="what the list calls this client")
        if command is create_token:
            add_role_option(child)
        add_common_options(child, inherited=True)


def create_token(options: argparse.Namespace) -> int:
    """Print a new token alone; the running agent knows it at once."""
    name, role = options.name, _role(options)
    print(_with_access(_data_dir(options), lambda access: access.create_token(name, role=role)))
    return 0


def list_tokens(options: argparse.Namespace) -> int:
    """Print each client, since when it has its token, what it may do and until when."""
    for token in _with_access(_data_dir(options), lambda access: access.tokens()):
        print(f"{token.created_at:%Y-%m-%d %H:%M} UTC  {token.role.value:6}  {_named(token)}")
    return 0


def revoke_token(options: argparse.Namespace) -> int:
    """End a client's token; what it has open is closed within about a second."""
    name = options.name
    if not _with_access(_data_dir(options), lambda access: access.revoke_token(name)):
        raise NotFoundError(f"no client {name!r} has a token; see `pi-agent tokens list`")
    return 0


def _role(options: argparse.Namespace) -> Role:
    return Role.VIEWER if options.viewer else Role.OWNER


def _named(token: TokenInfo) -> str:
    if token.expires_at is None:
        return token.name
    return f"{token.name}, until {token.expires_at:%Y-%m-%d %H:%M} UTC"


_TOKEN_COMMANDS = (
    ("create", create_token, "print a new token for a client"),
    ("list", list_tokens, "list the clients"),
    ("revoke", revoke_token, "end a client's token at once"),
)


def _data_dir(options: argparse.Namespace) -> Path:
    data_dir: Path = configuration_of(options).data_dir
    return data_dir


def _with_access(data_dir: Path, action: Callable[[AccessStore], Awaitable[T]]) -> T:
    async def act() -> T:
        return await action(AccessStore(database, now=time.time))

    with closing(Database(data_dir / DATABASE)) as database:
        return asyncio.run(act())
