"""Imports stand still, go on, and are given up in the end."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from blacklight_matching.stalled.imports import (
    BROKEN_OFF,
    IN_VAIN,
    Outcome,
    StalledImport,
    resume_import,
    stalled_imports,
)
from blacklight_matching.stalled.limits import MAX_RESUMPTIONS, ImportPatience
from blacklight_shared.database import Database
from blacklight_shared.import_batches import complete_chunk, fail_batch
from blacklight_shared.job_imports import receiving
from blacklight_shared.job_imports.files import FileRow
from blacklight_shared.job_imports.receiving import ImportOptions, receive_import
from blacklight_shared.models import (
    BatchStatus,
    JobImportBatch,
    JobPosting,
    OutboxEvent,
    Visibility,
)
from sqlalchemy import func, select, text

from services.matching.tests.world import World

PATIENCE = ImportPatience.with_feed_timeout(timedelta(minutes=30))
NOW = datetime.now(UTC)


def postings(*titles: str, description: str = "") -> Iterator[FileRow]:
    for line, title in enumerate(titles, start=2):
        yield FileRow(line, {"external_id": str(line), "title": title, "description": description})


async def received(db: Database, rows: Iterable[FileRow], *, tenant_id: int | None = None) -> int:
    """An import that is received and waits for its matches, two postings a chunk."""
    options = ImportOptions(tenant_id, uuid.uuid4().hex, uuid.uuid4().hex, Visibility.GLOBAL, b"#")
    batch_id = await receive_import(db, options, iter(rows))
    await relay(db)
    return batch_id


async def batch(db: Database, **values: object) -> int:
    """An import in any state."""
    async with db.global_session() as session:
        made = JobImportBatch(batch_key=uuid.uuid4().hex, source="test", **values)
        session.add(made)
        await session.flush()
        return made.id


async def relay(db: Database) -> None:
    """What was owed is with the engine now."""
    async with db.system_session() as session:
        await session.execute(text("UPDATE outbox_events SET sent_at = now()"))


async def stand_still(
    db: Database, batch_id: int, age: timedelta, *, tenant_id: int | None = None
) -> None:
    """Nothing has moved an import for ``age``."""
    parameters = {"id": batch_id, "at": NOW - age}
    async with db.session_for(tenant_id) as session:
        await session.execute(
            text("UPDATE job_import_batches SET updated_at = :at WHERE id = :id"), parameters
        )
        await session.execute(
            text(
                "UPDATE job_import_chunks SET received_at = :at,"
                " completed_at = CASE WHEN completed_at IS NOT NULL THEN CAST(:at AS timestamptz)"
                " END WHERE batch_id = :id"
            ),
            parameters,
        )


async def found(db: Database) -> list[int]:
    async with db.system_session() as session:
        return [one.batch_id for one in await stalled_imports(session, NOW, PATIENCE, limit=10)]


async def resumed(db: Database, batch_id: int, *, tenant_id: int | None = None) -> Outcome:
    async with db.session_for(tenant_id) as session:
        return await resume_import(session, batch_id, NOW, PATIENCE)


async def owed(db: Database) -> list[tuple[str, dict[str, object]]]:
    async with db.system_session() as session:
        events = await session.scalars(
            select(OutboxEvent).where(OutboxEvent.sent_at.is_(None)).order_by(OutboxEvent.sequence)
        )
        return [(event.name, event.data) for event in events]


async def state(db: Database, batch_id: int) -> tuple[str, str | None, int]:
    async with db.global_session() as session:
        row = await session.get_one(JobImportBatch, batch_id)
        return row.status, row.error, row.resumptions


@pytest.fixture(autouse=True)
def two_postings_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "CHUNK_ROWS", 2)


async def test_chunks_that_nobody_matches_are_owed_again(db: Database) -> None:
    batch_id = await received(db, postings("Welder", "Nurse", "Cook", "Pilot", "Baker"))
    async with db.global_session() as session:
        await complete_chunk(session, batch_id, 1, matches_written=0)
        ids = (await session.scalars(select(JobPosting.id).order_by(JobPosting.id))).all()
    await stand_still(db, batch_id, PATIENCE.matching + timedelta(minutes=1))

    assert await found(db) == [batch_id]
    assert await resumed(db, batch_id) is Outcome.RESUMED

    assert [(data["chunk_number"], data["job_ids"]) for _, data in await owed(db)] == [
        (0, list(ids[:2])),
        (2, [ids[4]]),
    ]
    assert await state(db, batch_id) == (BatchStatus.MATCHING, None, 1)


async def test_a_second_attempt_of_the_step_owes_nothing_twice(db: Database) -> None:
    batch_id = await received(db, postings("Welder"))
    await stand_still(db, batch_id, PATIENCE.matching + timedelta(minutes=1))

    assert await resumed(db, batch_id) is Outcome.RESUMED
    assert await resumed(db, batch_id) is Outcome.MOVED

    assert len(await owed(db)) == 1
    await relay(db)
    assert await found(db) == []


async def test_what_moves_is_left_alone(db: Database) -> None:
    batch_id = await received(db, postings("Welder", "Nurse", "Cook"))
    await stand_still(db, batch_id, PATIENCE.matching + timedelta(minutes=1))
    async with db.global_session() as session:
        await complete_chunk(session, batch_id, 1, matches_written=0)

    assert await found(db) == []
    assert await resumed(db, batch_id) is Outcome.MOVED


async def test_what_waits_for_its_turn_is_left_alone(db: Database, world: World) -> None:
    tenant_id = await world.tenant()
    earlier = await received(db, postings("Welder"), tenant_id=tenant_id)
    waiting = await received(db, postings("Nurse"), tenant_id=tenant_id)
    of_platform = await received(db, postings("Cook"))
    long = PATIENCE.matching + timedelta(minutes=1)
    await stand_still(db, waiting, long, tenant_id=tenant_id)
    await stand_still(db, of_platform, long)

    assert await found(db) == [of_platform]

    async with db.tenant_session(tenant_id) as session:
        await complete_chunk(session, earlier, 0, matches_written=0)
    async with db.system_session() as session:
        assert await stalled_imports(session, NOW, PATIENCE, limit=1) == [
            StalledImport(waiting, tenant_id)
        ]


async def test_what_is_still_in_the_outbox_is_left_alone(db: Database) -> None:
    batch_id = await received(db, postings("Welder"))
    await stand_still(db, batch_id, PATIENCE.matching + timedelta(minutes=1))
    async with db.system_session() as session:
        await session.execute(text("UPDATE outbox_events SET sent_at = NULL"))

    assert await found(db) == []


async def test_an_import_is_given_up_after_going_on_often_enough(db: Database) -> None:
    import_id = await batch(db)
    batch_id = await batch(db, parent_batch_id=import_id)
    for _ in range(MAX_RESUMPTIONS):
        await stand_still(db, batch_id, PATIENCE.source + timedelta(minutes=1))
        assert await resumed(db, batch_id) is Outcome.RESUMED
    await relay(db)
    await stand_still(db, batch_id, PATIENCE.source + timedelta(minutes=1))

    assert await resumed(db, batch_id) is Outcome.FAILED

    assert await state(db, batch_id) == (BatchStatus.FAILED, IN_VAIN, MAX_RESUMPTIONS)
    [(name, data)] = await owed(db)
    assert (name, data["is_failed"]) == ("jobs/source.completed", True)
    assert await resumed(db, batch_id) is Outcome.MOVED


async def test_a_source_has_the_time_that_its_feed_may_take(db: Database) -> None:
    import_id = await batch(db)
    source = await batch(db, parent_batch_id=import_id)
    await stand_still(db, source, PATIENCE.matching + timedelta(minutes=1))
    assert await found(db) == []
    await stand_still(db, source, PATIENCE.source + timedelta(minutes=1))
    assert await found(db) == [source]

    await resumed(db, source)

    [(name, data)] = await owed(db)
    assert name == "jobs/source.process"
    assert (data["batch_id"], data["import_id"]) == (source, import_id)


async def test_an_import_is_summed_up_when_its_sources_have_ended(db: Database) -> None:
    import_id = await batch(db)
    sources = [await batch(db, parent_batch_id=import_id) for _ in range(2)]
    async with db.global_session() as session:
        await fail_batch(session, sources[0], "gone")
    await relay(db)
    await stand_still(db, import_id, timedelta(days=1))
    assert await found(db) == []

    async with db.global_session() as session:
        await fail_batch(session, sources[1], "gone")
        await session.execute(
            text("UPDATE job_import_batches SET completed_at = :at WHERE parent_batch_id = :id"),
            {"id": import_id, "at": NOW - PATIENCE.matching - timedelta(minutes=1)},
        )
    await relay(db)
    assert await found(db) == [import_id]
    await resumed(db, import_id)

    assert await owed(db) == [("jobs/import.requested", {"batch_id": import_id, "tenant_id": None})]


async def test_an_upload_that_broke_off_ends_after_a_day(db: Database) -> None:
    young, old = await batch(db), await batch(db)
    await stand_still(db, young, timedelta(hours=5))
    await stand_still(db, old, PATIENCE.upload + timedelta(minutes=1))

    assert await found(db) == [old]
    assert await resumed(db, old) is Outcome.FAILED

    assert await state(db, young) == (BatchStatus.RECEIVING, None, 0)
    assert await state(db, old) == (BatchStatus.FAILED, BROKEN_OFF, 0)


async def test_postings_are_named_only_until_they_are_matched(db: Database) -> None:
    batch_id = await received(db, postings("Welder", "Nurse", "Cook"))
    async with db.global_session() as session:
        await complete_chunk(session, batch_id, 0, matches_written=0)
        named = await session.execute(
            text(
                "SELECT cardinality(posting_ids) FROM job_import_chunks"
                " WHERE batch_id = :id ORDER BY chunk_number"
            ),
            {"id": batch_id},
        )
        assert named.scalars().all() == [None, 1]
        assert await session.scalar(select(func.count()).select_from(JobPosting)) == 3
