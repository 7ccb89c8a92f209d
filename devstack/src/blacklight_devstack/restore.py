"""`make restore`: bring the data of `make dev` back from a file; nothing else may run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from blacklight_devstack.backups import restore
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.stack import DATABASE, StackError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", type=Path, help="a backup of `make backup`")
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(".blacklight"),
        help="folder whose data is replaced (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Replace the database, and forget the runs of the engine, which are of another time.

    Returns:
        The exit code 0.

    Raises:
        StackError: The system runs.
        PostgresError: The file is no backup; everything is as it was.
    """
    options.state.mkdir(parents=True, exist_ok=True)
    try:
        with (
            FileLock(options.state / "runner.lock", timeout=0, mode=0o600),
            EmbeddedPostgres(options.state) as server,
        ):
            restore(server, options.file, DATABASE)
            for file in options.state.glob("engine.db*"):
                file.unlink()
    except Timeout as error:
        raise StackError(f"a system runs in {options.state}; stop it first") from error
    sys.stdout.write(f"{options.state} has the data of {options.file}\n")
    return 0
