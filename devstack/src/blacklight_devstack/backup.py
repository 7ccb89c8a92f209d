"""`make backup`: write the data of `make dev` into a file, also while it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from blacklight_devstack.backups import back_up
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.stack import DATABASE


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", type=Path, help="the backup to write")
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(".blacklight"),
        help="folder of the running system's data (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Back the database up.

    Returns:
        The exit code 0.

    Raises:
        PostgresError: There is no database, or it cannot be read.
    """
    server = EmbeddedPostgres(options.state)
    was_running = server.pid is not None
    server.start()
    try:
        back_up(server, DATABASE, options.file)
    finally:
        if not was_running:
            server.stop()
    sys.stdout.write(
        f"{options.file}\nKeep {options.state / 'secrets.json'} too:"
        " without its key the secrets in the backup cannot be read.\n"
    )
    return 0
