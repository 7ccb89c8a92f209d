"""Backups of a database, made and brought back by the programs of the embedded Postgres."""

from __future__ import annotations

import os
import subprocess
import uuid
from pathlib import Path

from psycopg import sql
from sqlalchemy.engine import make_url

from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_account import PostgresError
from blacklight_devstack.postgres_roles import DatabaseUrls

_TIMEOUT_SECONDS = 3_600


def back_up(server: EmbeddedPostgres, database: str, file: Path) -> None:
    """Write a database as it is at this moment into a file, while it is being used.

    The superuser does it: row-level security would hide the tenants' rows from the other roles.

    Args:
        server: Running.
        database: Its name.
        file: In Postgres's custom format; replaced only when the backup is complete.

    Raises:
        PostgresError: The database cannot be read, or the file not written.
    """
    draft = file.with_name(f"{file.name}.{uuid.uuid4().hex}.part")
    draft.touch(mode=0o600)
    try:
        _run(server, "pg_dump", database, "--format=custom", f"--file={draft}")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def restore(server: EmbeddedPostgres, file: Path, database: str) -> DatabaseUrls:
    """Make a database out of a backup; one of that name is replaced once all is read.

    Nobody may be connected with the database that is replaced.

    Args:
        server: Running.
        file: As ``back_up`` wrote it.
        database: Its name from now on.

    Returns:
        The URLs of the database.

    Raises:
        PostgresError: The file is no backup; the database is as it was.
    """
    draft = f"restoring_{uuid.uuid4().hex[:16]}"
    server.ensure_database(draft)
    try:
        _run(server, "pg_restore", draft, "--exit-on-error", "--single-transaction", str(file))
    except PostgresError:
        _drop(server, draft)
        raise
    _drop(server, database)
    with server.connection() as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(draft), sql.Identifier(database)
            )
        )
    return server.urls(database)


def _run(server: EmbeddedPostgres, program: str, database: str, *arguments: str) -> None:
    url = make_url(server.url(database))
    done = subprocess.run(  # noqa: S603 - fixed programs of the Postgres installation
        [
            server.program(program),
            *(f"--host={url.host}", f"--port={url.port}", f"--username={url.username}"),
            *("--no-password", f"--dbname={database}", *arguments),
        ],
        env={"PATH": os.defpath, "LC_ALL": "C", "PGPASSWORD": str(url.password)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise PostgresError(f"{program} failed:\n{done.stderr.strip()}")


def _drop(server: EmbeddedPostgres, database: str) -> None:
    with server.connection() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))
