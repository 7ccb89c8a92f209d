"""Command line of the migrations: ``upgrade [revision]``, ``downgrade revision``, ``current``."""

from __future__ import annotations

import argparse
import os
import sys

from alembic import command

from blacklight_shared.migrations import alembic_config

URL_VARIABLE = "MIGRATIONS_DATABASE_URL"


def main(arguments: list[str] | None = None) -> int:
    """Run one command against the database of ``MIGRATIONS_DATABASE_URL``.

    Returns:
        The exit code: 0 when done, 2 when the variable is missing.
    """
    parser = argparse.ArgumentParser(prog="python -m blacklight_shared.migrations")
    parser.add_argument("command", choices=["upgrade", "downgrade", "current", "revision"])
    parser.add_argument("argument", nargs="?", help="a revision, or the message of a new one")
    options = parser.parse_args(arguments)

    url = os.environ.get(URL_VARIABLE)
    if not url:
        sys.stderr.write(f"{URL_VARIABLE} is not set: give the URL of the schema's owner\n")
        return 2
    config = alembic_config(url)
    if options.command == "upgrade":
        command.upgrade(config, options.argument or "head")
    elif options.command == "downgrade":
        command.downgrade(config, options.argument or "-1")
    elif options.command == "revision":
        command.revision(config, message=options.argument, autogenerate=True)
    else:
        command.current(config, verbose=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
