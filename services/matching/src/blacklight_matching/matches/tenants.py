"""What scoring has to know about a tenant."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.matching import MatchingConfig
from blacklight_shared.models import JobPosting, JobStatus, Tenant
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class ScoringTenant:
    """A tenant whose candidates are scored.

    Attributes:
        id: The tenant's id.
        config: How the tenant scores.
        has_own_openings: Whether there are postings that only this tenant sees.
    """

    id: int
    config: MatchingConfig
    has_own_openings: bool


async def scoring_tenant(session: AsyncSession, tenant_id: int) -> ScoringTenant:
    """Look up how a tenant scores; one that is gone scores by default.

    Args:
        session: A transaction of the tenant.
        tenant_id: The tenant.
    """
    has_own_openings = exists().where(
        JobPosting.source_tenant_id == Tenant.id, JobPosting.status == JobStatus.ACTIVE
    )
    row = (
        await session.execute(
            select(Tenant.matching_config, has_own_openings).where(Tenant.id == tenant_id)
        )
    ).one_or_none()
    overrides, has_own = (None, False) if row is None else row
    return ScoringTenant(tenant_id, MatchingConfig.from_overrides(overrides), has_own)
