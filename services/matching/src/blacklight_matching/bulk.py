"""Bulk reading and writing: psycopg on a session's connection, in the session's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncSession


async def driver_connection(session: AsyncSession) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """The psycopg connection that the session's transaction runs on."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    return cast("psycopg.AsyncConnection[tuple[Any, ...]]", raw.driver_connection)


async def fetch_binary(
    session: AsyncSession, query: str, parameters: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """Run a query and fetch its rows in the binary format, for vectors and long columns.

    Args:
        session: The transaction.
        query: A constant, with ``%(name)s`` parameters.
        parameters: Their values.
    """
    connection = await driver_connection(session)
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute(query.encode(), parameters)
        return await cursor.fetchall()


async def upsert(
    session: AsyncSession,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> int:
    """Write rows with COPY and one ``INSERT … ON CONFLICT DO UPDATE``.

    Rows are locked in the order of their key, so that two who write the same ones wait for each
    other instead of dead-locking.

    Args:
        session: The transaction.
        table: A table with a column ``updated_at``, which is set.
        columns: What the rows hold; the first one is the table's primary key.
        rows: Values in the order of ``columns``.

    Returns:
        How many rows were written.
    """
    connection = await driver_connection(session)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    staged = sql.Identifier(f"staged_{table}")
    key = sql.Identifier(columns[0])
    async with connection.cursor() as cursor:
        await cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
            ).format(staged, names, sql.Identifier(table))
        )
        async with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(staged)) as copy:
            for row in rows:
                await copy.write_row(row)
        await cursor.execute(
            sql.SQL(
                "INSERT INTO {} ({}) SELECT {} FROM {} ORDER BY {}"
                " ON CONFLICT ({}) DO UPDATE SET {}, updated_at = now()"
            ).format(
                sql.Identifier(table),
                names,
                names,
                staged,
                key,
                key,
                sql.SQL(", ").join(
                    sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column))
                    for column in columns[1:]
                ),
            )
        )
        written = cursor.rowcount
        await cursor.execute(sql.SQL("DROP TABLE {}").format(staged))
    return written
