"""The gauges of what waits for its matches."""

from __future__ import annotations

import uuid

from blacklight_matching.import_backlog import measure_import_backlog
from blacklight_matching.metrics import IMPORT_CHUNKS_WAITING, IMPORT_OLDEST_CHUNK_SECONDS
from blacklight_shared.database import Database
from blacklight_shared.import_batches import complete_chunk
from blacklight_shared.models import BatchStatus, JobImportBatch, JobImportChunk
from prometheus_client import Gauge
from sqlalchemy import func, text

from services.matching.tests.world import World


async def batch_with_chunks(
    db: Database, tenant_id: int | None, *minutes_waiting: int, is_failed: bool = False
) -> int:
    """An import that is received, and how long each of its chunks has waited."""
    async with db.session_for(tenant_id) as session:
        batch = JobImportBatch(
            tenant_id=tenant_id,
            batch_key=uuid.uuid4().hex,
            source="test",
            status=BatchStatus.FAILED if is_failed else BatchStatus.MATCHING,
            completed_at=func.now() if is_failed else None,
        )
        session.add(batch)
        await session.flush()
        for number, minutes in enumerate(minutes_waiting):
            received_at = func.now() - text(f"interval '{minutes} minutes'")
            session.add(
                JobImportChunk(
                    batch_id=batch.id,
                    chunk_number=number,
                    tenant_id=tenant_id,
                    received_at=received_at,
                )
            )
        return batch.id


def value_of(gauge: Gauge) -> float:
    [family] = gauge.collect()
    return family.samples[0].value


async def test_chunks_of_all_tenants_are_counted_until_they_are_matched(
    db: Database, world: World
) -> None:
    tenant_id = await world.tenant()
    of_tenant = await batch_with_chunks(db, tenant_id, 30)
    await batch_with_chunks(db, None, 5, 10)
    await batch_with_chunks(db, None, 60, is_failed=True)

    await measure_import_backlog(db)
    assert value_of(IMPORT_CHUNKS_WAITING) == 3
    assert 30 * 60 <= value_of(IMPORT_OLDEST_CHUNK_SECONDS) < 60 * 60

    async with db.tenant_session(tenant_id) as session:
        await complete_chunk(session, of_tenant, 0, matches_written=0)
    await measure_import_backlog(db)
    assert value_of(IMPORT_CHUNKS_WAITING) == 2
    assert 10 * 60 <= value_of(IMPORT_OLDEST_CHUNK_SECONDS) < 30 * 60


async def test_nothing_waits_when_nothing_is_imported(db: Database) -> None:
    await measure_import_backlog(db)

    assert value_of(IMPORT_CHUNKS_WAITING) == 0
    assert value_of(IMPORT_OLDEST_CHUNK_SECONDS) == 0
