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
    """Stop and delete.

    Returns:
        The exit code 0; a missing folder is no error.

    Raises:
        PostgresError: A database does not stop.
    """
    asyncio.run(remove_state(options.state))
    return 0


async def remove_state(state: Path) -> None:
    """Stop every process that uses the folder or one below it, and delete all of it.

    That includes a database whose data had to live outside of the folder.

    Args:
        state: Of a stack, or a folder with those of several; it may be missing.

    Raises:
        PostgresError: A database does not stop.
    """
    for folder in await asyncio.to_thread(_folders_with, state, "pids"):
        await Supervisor(folder).end_leftovers()
    for folder in await asyncio.to_thread(
        _folders_with, state, "postgres.json", "postgres.location"
    ):
        await asyncio.to_thread(EmbeddedPostgres(folder).remove)
    if await asyncio.to_thread(state.exists):
        await asyncio.to_thread(shutil.rmtree, state)


def _folders_with(state: Path, *names: str) -> list[Path]:
    return sorted({found.parent for name in names for found in state.rglob(name)})
