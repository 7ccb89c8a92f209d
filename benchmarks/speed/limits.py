"""The limits: the same arithmetic without a database, and the same rows without the arithmetic."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.speed.store import Connection
from benchmarks.speed.system import MeasuredDatabase

MATCH_COLUMNS = (
    "tenant_id, candidate_id, job_posting_id, score, skills_score, experience_score,"
    " location_score, salary_score, semantic_score, weights, matched_skill_ids, missing_skill_ids,"
    " is_recommended"
)


def best_seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The best of a few runs: what is left is the work, not the machine's other business."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def copy_seconds(database: MeasuredDatabase, table: str, columns: str, rows: str) -> float:
    """How long a COPY of rows takes, into an empty table with the same columns and indexes.

    The rows are in memory in the binary format; no foreign keys, no row-level security.

    Args:
        database: Where the rows are.
        table: Of the rows.
        columns: The columns to copy.
        rows: Which rows, as a WHERE clause.
    """
    connection = database.superuser
    with connection.cursor().copy(
        f"COPY (SELECT {columns} FROM {table} WHERE {rows}) TO STDOUT (FORMAT BINARY)".encode()  # noqa: S608
    ) as outgoing:
        blocks = [bytes(block) for block in outgoing]
    times = [_copied_in(connection, table, columns, blocks) for _ in range(2)]
    return min(times)


def _copied_in(connection: Connection, table: str, columns: str, blocks: list[bytes]) -> float:
    connection.execute(
        f"CREATE TABLE copied (LIKE {table} INCLUDING DEFAULTS INCLUDING IDENTITY"
        " INCLUDING INDEXES)".encode()
    )
    started = time.perf_counter()
    with connection.cursor().copy(
        f"COPY copied ({columns}) FROM STDIN (FORMAT BINARY)".encode()
    ) as incoming:
        for block in blocks:
            incoming.write(block)
    seconds = time.perf_counter() - started
    connection.execute("DROP TABLE copied")
    return seconds
