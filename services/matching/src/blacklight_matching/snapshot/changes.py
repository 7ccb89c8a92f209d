"""What has changed since somebody looked, told from Postgres' own record of who saw what.

Transactions do not commit in the order of their numbers, nor of their clocks, so "everything after
the last one I saw" misses those that were still running. A snapshot knows them: a change is new if
its transaction is not visible in the snapshot of the last look. It can be seen now, so it has
committed since. Source: PostgreSQL documentation, "Transaction ID and Snapshot Information
Functions".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

KEPT_FOR = timedelta(days=2)
"""How long changes can be asked for."""


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the database.

    Attributes:
        snapshot: Which transactions were visible, as Postgres writes it.
        at: When, by the database's clock.
    """

    snapshot: str
    at: datetime

    def is_too_old(self, now: Look) -> bool:
        """Whether changes since may be gone from the log; with half their time to spare."""
        return now.at - self.at > KEPT_FOR / 2


async def look(session: AsyncSession) -> Look:
    """Look at the database now: what is read later in the session is as new, or newer."""
    row = (await session.execute(text("SELECT pg_current_snapshot()::text, now()"))).one()
    return Look(*row)


async def changed_since(session: AsyncSession, last: Look) -> tuple[Look, npt.NDArray[np.int64]]:
    """Find the global postings that changed since a look.

    Args:
        session: A transaction that reads what is committed.
        last: The look before.

    Returns:
        This look, and the ids of the postings, rising.
    """
    snapshot, now, ids = (await session.execute(_CHANGED, {"last": last.snapshot})).one()
    return Look(snapshot, now), np.array(sorted(ids), np.int64)


async def forget_old_changes(session: AsyncSession) -> None:
    """Delete the changes that nobody may ask for any more."""
    await session.execute(
        text("DELETE FROM posting_changes WHERE changed_at < now() - CAST(:kept_for AS interval)"),
        {"kept_for": KEPT_FOR},
    )


# One statement, and so one snapshot: what it does not find is not visible in the look it returns.
_CHANGED = text(
    """
    SELECT pg_current_snapshot()::text, now(), ARRAY(
      SELECT DISTINCT job_id
      FROM posting_changes CROSS JOIN unnest(job_ids) AS job_id
      WHERE transaction_id >= pg_snapshot_xmin(CAST(:last AS pg_snapshot))::text::bigint
        AND NOT pg_visible_in_snapshot(
          transaction_id::text::xid8, CAST(:last AS pg_snapshot)
        )
    )
    """
)
