"""`make clean`: stop what a killed run left behind, and delete all data of the stack."""

import argparse
import asyncio
import shutil
from pathlib import Path

from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.processes import Supervisor


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(".blacklight"),
        help="folder to delete (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Stop and delete; also the data of a database that had to live outside of the folder.

    Returns:
        The exit code 0; a missing folder is no error.

    Raises:
        PostgresError: The database does not stop.
    """
    state: Path = options.state
    if not state.exists():
        return 0
    asyncio.run(Supervisor(state).end_leftovers())
    for data in _postgres_homes(state):
        EmbeddedPostgres(data).remove()
    shutil.rmtree(state)
    return 0


def _postgres_homes(state: Path) -> list[Path]:
    """The folders below the state folder with a database: its own, and those of demo runs."""
    kept = [*state.rglob("postgres.json"), *state.rglob("postgres.location")]
    return sorted({file.parent for file in kept})
