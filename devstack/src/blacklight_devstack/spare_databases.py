"""Databases that tests have finished with, emptied for the next test.

To copy and to drop a database takes Postgres over a tenth of a second, to empty one a hundredth.
One whose schema a test has changed, or which holds much, is dropped nevertheless.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_roles import OWNER_ROLE, DatabaseUrls

_MAX_DELETED_ROWS = 20_000
_DISCONNECT_TIMEOUT_MS = 10_000
_CATALOGUES = (
    *("pg_attrdef", "pg_attribute", "pg_class", "pg_constraint", "pg_index", "pg_policy"),
    *("pg_proc", "pg_trigger"),
)
"""Every definition is a row of one of them; who changes a row leaves another ``xmin``."""


class SpareDatabases:
    """Lends empty databases with the current schema; for one process.

    Args:
        server: Where they are; it runs.
        template: The name of the database that they are copies of.
    """

    def __init__(self, server: EmbeddedPostgres, template: str) -> None:
        self._server = server
        self._template = template
        self._spare: list[str] = []
        self._fresh_state: str | None = None
        self._kept_tables: frozenset[str] = frozenset()

    @contextmanager
    def lent(self) -> Iterator[DatabaseUrls]:
        """The URLs of a database that nobody else uses; connections left open are closed."""
        name = self._spare.pop() if self._spare else self._copy()
        try:
            yield self._server.urls(name)
        finally:
            if self._empty(name):
                self._spare.append(name)
            else:
                self._drop(name)

    def _copy(self) -> str:
        name = f"test_{uuid.uuid4().hex[:16]}"
        with self._server.connection() as connection:
            # The checkpoint that copying files needs is free with fsync off: half the time of
            # WAL_LOG.
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(OWNER_ROLE), sql.Identifier(self._template)
                )
            )
        if self._fresh_state is None:
            with self._server.connection(name) as connection:
                self._kept_tables = frozenset(_tables_with_rows(connection))
                self._fresh_state = _state(connection, self._kept_tables)
        return name

    def _empty(self, name: str) -> bool:
        """Make a database as its template; False if it cannot be done in little time."""
        with self._server.connection(name) as connection:
            _disconnect_others(connection)
            if _state(connection, self._kept_tables) != self._fresh_state:
                return False
            filled = _tables_with_rows(connection) - self._kept_tables
            return _delete_rows(connection, filled) <= _MAX_DELETED_ROWS

    def _drop(self, name: str) -> None:
        with self._server.connection() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _disconnect_others(connection: psycopg.Connection) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND datname = current_database() AND backend_type = 'client backend'",
        [_DISCONNECT_TIMEOUT_MS],
    )


def _state(connection: psycopg.Connection, kept_tables: frozenset[str]) -> str:
    """What differs if a definition, or a row of the tables that are never emptied, was changed."""
    rows_of = sql.SQL("SELECT {name} AS origin, ctid, xmin FROM {table}")
    rows = [
        rows_of.format(name=sql.Literal(table), table=sql.Identifier(table))
        for table in (*_CATALOGUES, *sorted(kept_tables))
    ]
    query = sql.SQL(
        "SELECT concat_ws(' ', count(*), sum(hashtextextended(concat(origin, ctid, xmin), 0)))"
        " FROM ({}) AS changed"
    ).format(sql.SQL(" UNION ALL ").join(rows))
    return str(_values(connection, query)[0])


def _tables_with_rows(connection: psycopg.Connection) -> set[str]:
    tables = _values(
        connection, sql.SQL("SELECT tablename FROM pg_tables WHERE schemaname='public'")
    )
    if not tables:
        return set()
    looks = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(
            sql.Literal(table), sql.Identifier(table)
        )
        for table in tables
    ]
    return set(_values(connection, sql.SQL(" UNION ALL ").join(looks)))


def _delete_rows(connection: psycopg.Connection, tables: set[str]) -> int:
    """Delete all rows, whatever refers to them, and let ids begin again; returns their number."""
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        deleted = [
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table))).rowcount
            for table in sorted(tables)
        ]
    connection.execute(
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
        " FROM pg_sequences WHERE last_value IS NOT NULL"
    )
    return sum(deleted)


def _values(connection: psycopg.Connection, query: sql.SQL | sql.Composed) -> list[str]:
    return [row[0] for row in connection.execute(query)]
