"""Locks between those who score the same pairs.

Whoever scores reads features, computes and writes in one transaction. Postings are scored against
many candidates under a lock that they share with each other, and that keeps candidates' runs of the
tenant out; so neither can overwrite the other's newer result with an older one, and a pair that no
longer matches cannot slip back in. Runs on overlapping postings share locks on the rows of the
postings' features, for which changing the features has to wait, so they find the same; where both
store the first matches of a posting, the unique key refuses the second.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TENANT_MATCHES = 7_140_233


async def lock_for_postings(session: AsyncSession, tenant_id: int) -> None:
    """Score postings against a tenant's candidates, together with others who do so."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock_shared(:kind, hashint8(:tenant_id))"),
        {"kind": _TENANT_MATCHES, "tenant_id": tenant_id},
    )


async def lock_for_candidate(session: AsyncSession, tenant_id: int) -> None:
    """Score a candidate of a tenant, while nobody else scores there."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(:kind, hashint8(:tenant_id))"),
        {"kind": _TENANT_MATCHES, "tenant_id": tenant_id},
    )


async def lock_postings(session: AsyncSession, job_ids: Sequence[int]) -> None:
    """Keep runs that score postings out, until those that have begun are done."""
    await session.execute(
        text(
            "SELECT job_posting_id FROM job_features WHERE job_posting_id = ANY(:job_ids)"
            " ORDER BY job_posting_id FOR UPDATE"
        ),
        {"job_ids": list(job_ids)},
    )
