"""What scoring has to know about a tenant."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.matching import MatchingConfig
from blacklight_shared.models import JobPosting, Tenant
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class ScoringTenant:
    """A tenant whose candidates are scored.

    Attributes:
        id: The tenant's id.
        config: How the tenant scores.
        has_own_postings: Whether there are postings, open or not, that only this tenant sees.
    """

    id: int
    config: MatchingConfig
    has_own_postings: bool


async def scoring_tenant(session: AsyncSession, tenant_id: int) -> ScoringTenant:
    """Look up how a tenant scores; one that is gone scores by default.

    Args:
        session: A transaction of the tenant.
        tenant_id: The tenant.
    """
    row = (
        await session.execute(
            select(Tenant.matching_config, _OWN_POSTING.is_not(None)).where(Tenant.id == tenant_id)
        )
    ).one_or_none()
    overrides, has_own = (None, False) if row is None else row
    return ScoringTenant(tenant_id, MatchingConfig.from_overrides(overrides), has_own)


# A range in the order of an index. Where another tenant has many postings, Postgres expects to find
# an equal one soon in whatever order, and for a tenant without any it then reads the whole table.
_OWN_POSTING = (
    select(JobPosting.id)
    .where(JobPosting.source_tenant_id.between(Tenant.id, Tenant.id))
    .order_by(JobPosting.source_tenant_id, JobPosting.id)
    .limit(1)
    .scalar_subquery()
)
