"""Command line of the roles: ``python -m blacklight_shared.roles seed``."""

from __future__ import annotations

import argparse
import asyncio
import sys

from blacklight_shared.database import Database
from blacklight_shared.roles.seed import SeedResult, seed_roles
from blacklight_shared.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Bring the built-in roles into the database of ``DATABASE_URL``.

    Returns:
        The exit code, 0 when done.
    """
    parser = argparse.ArgumentParser(prog="python -m blacklight_shared.roles")
    parser.add_argument("command", choices=["seed"])
    parser.parse_args(arguments)
    result = asyncio.run(_seed())
    sys.stdout.write(f"{result.roles_added} roles and {result.aliases_added} aliases added\n")
    return 0


async def _seed() -> SeedResult:
    database = Database.from_settings(Settings())
    try:
        async with database.global_session() as session:
            return await seed_roles(session)
    finally:
        await database.close()


if __name__ == "__main__":
    raise SystemExit(main())
