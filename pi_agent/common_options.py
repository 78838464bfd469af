"""The options that every command has, and the configuration that they lead to."""

import argparse
from dataclasses import replace
from pathlib import Path

from pi_agent.configuration import (
    DEFAULT_PATH,
    Configuration,
    default_data_dir,
    load_configuration,
)


def add_common_options(parser: argparse.ArgumentParser, *, inherited: bool = False) -> None:
    """`--config`, `--data-dir`, `--log-level`; `inherited`: a command's own command has them too.

    There, one that is left out keeps what was given before the command's name.
    """
    left_out = argparse.SUPPRESS if inherited else None
    parser.add_argument(
        "--config", type=Path, metavar="FILE", default=left_out, help=f"instead of {DEFAULT_PATH}"
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        default=left_out,
        help="where events and keys are kept",
    )
    parser.add_argument(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        default=left_out or "info",
        help="how much to tell (default: info)",
    )


def configuration_of(options: argparse.Namespace) -> Configuration:
    """The configuration file with the command line's own values over it."""
    configuration = Configuration(data_dir=default_data_dir())
    if options.config is not None or DEFAULT_PATH.exists():
        configuration = load_configuration(options.config or DEFAULT_PATH)
    if options.data_dir is not None:
        configuration = replace(configuration, data_dir=options.data_dir)
    return configuration
