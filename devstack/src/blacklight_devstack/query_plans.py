"""How Postgres means to answer the queries of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncSession


@asynccontextmanager
async def explained(session: AsyncSession) -> AsyncIterator[list[dict[str, Any]]]:
    """Notes the plans of what the session asks for, as the session's role."""
    plans: list[dict[str, Any]] = []
    statements: list[tuple[str, Any]] = []

    def note(
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,
        _context: object,
        _is_many: bool,
    ) -> None:
        statements.append((statement, parameters))

    connection = await session.connection()
    event.listen(connection.sync_connection, "before_cursor_execute", note)
    yield plans
    event.remove(connection.sync_connection, "before_cursor_execute", note)
    for statement, parameters in statements:
        found = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        plans.append(found.scalar_one()[0]["Plan"])


def scans(plan: dict[str, Any]) -> list[str]:
    """The tables that a plan reads from end to end."""
    here = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    return here + [table for part in plan.get("Plans", []) for table in scans(part)]


def indexes(plan: dict[str, Any]) -> set[str]:
    """The indexes that a plan reads."""
    here = {plan["Index Name"]} if "Index Name" in plan else set()
    return here.union(*(indexes(part) for part in plan.get("Plans", [])))
