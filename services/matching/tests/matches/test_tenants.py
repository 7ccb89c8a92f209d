"""What is asked about a tenant before its candidates are scored."""

from __future__ import annotations

import pytest
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_devstack.query_plans import explained, scans
from blacklight_matching.matches.tenants import scoring_tenant
from blacklight_shared.database import Database
from blacklight_shared.models import JobStatus
from sqlalchemy import create_engine, text

from services.matching.tests.world import World


@pytest.mark.parametrize("status", [JobStatus.ACTIVE, JobStatus.CLOSED])
async def test_own_postings_are_found(db: Database, world: World, status: JobStatus) -> None:
    without, owner, after = [await world.tenant() for _ in range(3)]
    await world.posting("Welder", source_tenant_id=owner, status=status)
    await world.posting("Welder")
    found = {}
    for tenant_id in (without, owner, after):
        async with db.tenant_session(tenant_id) as session:
            found[tenant_id] = (await scoring_tenant(session, tenant_id)).has_own_postings
    assert found == {without: False, owner: True, after: False}


async def test_no_tenant_s_postings_are_looked_for_in_the_whole_table(
    db: Database, database: DatabaseUrls, world: World
) -> None:
    without, owner = await world.tenant(), await world.tenant()
    engine = create_engine(database.owner)
    with engine.begin() as connection:
        connection.execute(_MANY_POSTINGS, {"owner": owner})
        connection.execute(text("ANALYZE job_postings"))
    engine.dispose()
    async with db.tenant_session(without) as session, explained(session) as plans:
        await scoring_tenant(session, without)
    [plan] = plans
    assert "job_postings" in str(plan)
    assert "job_postings" not in scans(plan)


_MANY_POSTINGS = text(
    """
    INSERT INTO job_postings (source, external_id, title, content_hash, source_tenant_id)
    SELECT 'feed', n::text, 'Welder', '', CASE WHEN n % 2 = 0 THEN CAST(:owner AS bigint) END
    FROM generate_series(1, 5000) AS n
    """
)
