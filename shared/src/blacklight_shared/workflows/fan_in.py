"""Completion counted in the database: the last part of a group knows that it is the last."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession


async def completes_group(
    session: AsyncSession, *, group: Select[Any], mark: Update, open_parts: Select[int]
) -> bool:
    """Mark a part of a group as done and tell whether that completed the group.

    Call it in the transaction that writes the part's results: the mark and the results are then
    there together or not at all. True is returned to exactly one part, so what follows (an outbox
    event, a status) happens once, also when a part is repeated.

    Args:
        session: The transaction of the part's work.
        group: Selects the group's row. It is locked, so that two last parts cannot both see the
            other one as open.
        mark: Marks the part; must match no row when the part is marked already.
        open_parts: Counts the parts of the group that are not marked.

    Returns:
        Whether this part was the last one.
    """
    await session.execute(group.with_for_update())
    marked = await session.execute(mark.execution_options(synchronize_session=False))
    if not isinstance(marked, CursorResult) or marked.rowcount == 0:
        return False
    return (await session.execute(open_parts)).scalar_one() == 0
