"""The command line: `pi-agent run` and what else a human asks for.

Exit status: 0 done, 1 the agent failed or found a problem, 2 the command line or the configuration
is wrong.
"""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from pi_agent import (
    __version__,
    access_commands,
    check,
    copy_commands,
    import_motion,
    model_commands,
    replay,
)
from pi_agent.common_options import add_common_options, configuration_of
from pi_agent.configuration import CameraConfiguration, Configuration
from pi_agent.errors import AgentError, ConfigurationError
from pi_agent.serving import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=options.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except ConfigurationError as error:
        print(f"pi-agent: {error}", file=sys.stderr)
        return 2
    except AgentError as error:
        print(f"pi-agent: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    if asyncio.run(serve(_run_configuration(options))):
        sys.stdout.flush()
        # The same process, so that whoever watches over it notices nothing.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
    return 0


def _run_configuration(options: argparse.Namespace) -> Configuration:
    configuration = configuration_of(options)
    server = configuration.server
    server = replace(
        server,
        host=options.host or server.host,
        port=server.port if options.port is None else options.port,
        tls=server.tls and not options.no_tls,
    )
    source = "demo" if options.demo else options.source
    cameras = configuration.cameras
    if source is not None:
        cameras = (CameraConfiguration(id="camera", name="Camera", source=source),)
    return replace(configuration, server=server, cameras=cameras)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pi-agent", description="Pi Motion Camera's agent.")
    parser.add_argument("--version", action="version", version=f"pi-agent {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    run = _command(commands, "run", _run, "capture, look for motion, serve; until it is stopped")
    source = run.add_mutually_exclusive_group()
    source.add_argument("--demo", action="store_true", help="use the built-in scene")
    source.add_argument(
        "--source", metavar="URL-OR-FILE", help="use this stream, device or video file as camera"
    )
    run.add_argument("--host", help="the address to listen on")
    run.add_argument("--port", type=_port, help="the port to listen on; 0 takes a free one")
    run.add_argument("--no-tls", action="store_true", help="plain HTTP, behind a proxy of your own")
    access_commands.add_role_option(
        _command(commands, "pair", access_commands.pair, "print a pairing code")
    )
    access_commands.add_token_commands(
        _command(commands, "tokens", access_commands.list_tokens, "manage the clients' tokens")
    )
    copy_commands.add_copy_commands(
        _command(commands, "copy", copy_commands.test, "set up the copy to a second machine")
    )
    _command(commands, "check", check.run, "say what is wrong with this set-up, and the mend")
    model_commands.add_arguments(
        _command(commands, "models", model_commands.list_models, "manage what finds objects")
    )
    import_motion.add_arguments(
        _command(
            commands,
            "import-motion",
            import_motion.run,
            "make a configuration of Motion's or motionEye's",
        )
    )
    replay.add_arguments(_command(commands, "replay", replay.run, "look for motion in a recording"))
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=command)
    add_common_options(parser)
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535")
    return int(text)
