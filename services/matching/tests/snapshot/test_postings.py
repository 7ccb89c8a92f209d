"""The snapshot is what the database holds, whatever commits in whatever order."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from blacklight_matching.features.loading import VectorSpace
from blacklight_matching.snapshot import PostingSnapshot, postings
from blacklight_shared.database import Database
from blacklight_shared.models import JobEmbedding, JobFeatures, JobPosting, JobStatus, PostingChange
from sqlalchemy import any_, delete, func, literal, select, text, update

from services.matching.tests.world import World

SPACE = VectorSpace(model="none", dimension=2)


async def current(
    snapshot: PostingSnapshot, db: Database, space: VectorSpace = SPACE
) -> dict[int, tuple[int, float]]:
    """Role and years by posting, as the snapshot has them now."""
    async with db.global_session() as session:
        openings = await snapshot.up_to_date(session, space)
    found: dict[int, tuple[int, float]] = {}
    for block in openings:
        for row in np.flatnonzero(block.is_current).tolist():
            assert int(block.jobs.ids[row]) not in found
            found[int(block.jobs.ids[row])] = (block.role_id, float(block.jobs.min_years[row]))
    return found


async def as_stored(db: Database) -> dict[int, tuple[int, float]]:
    async with db.global_session() as session:
        rows = await session.execute(
            select(JobPosting.id, JobPosting.role_id, JobFeatures.min_years)
            .join(JobFeatures, JobFeatures.job_posting_id == JobPosting.id)
            .where(JobPosting.status == JobStatus.ACTIVE, JobPosting.role_id.is_not(None))
        )
        return {job_id: (role_id or 0, years or 0.0) for job_id, role_id, years in rows}


async def set_years(db: Database, job_id: int, years: float) -> None:
    async with db.global_session() as session:
        await session.execute(
            update(JobFeatures).where(JobFeatures.job_posting_id == job_id).values(min_years=years)
        )


class TestFollowing:
    @pytest.mark.parametrize("seed", [1, 2])
    async def test_any_change_is_seen(
        self, db: Database, world: World, seed: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postings, "ROWS_PER_PAGE", 3)
        numbers = random.Random(seed)
        roles = [await world.role("Welder"), await world.role("Baker")]
        jobs = [await world.scored_posting(role=roles[0], min_years=1) for _ in range(7)]
        snapshot = PostingSnapshot()
        for _ in range(12):
            job_id = numbers.choice(jobs)
            posting = update(JobPosting).where(JobPosting.id == job_id)
            async with db.global_session() as session:
                match numbers.randrange(5):
                    case 0:
                        status = numbers.choice([JobStatus.ACTIVE, JobStatus.CLOSED])
                        await session.execute(posting.values(status=status))
                    case 1:
                        role = numbers.choice([*roles, None])
                        await session.execute(posting.values(role_id=role))
                    case 2:
                        await session.execute(
                            update(JobFeatures)
                            .where(JobFeatures.job_posting_id == job_id)
                            .values(min_years=numbers.randrange(9))
                        )
                    case 3:
                        await session.execute(delete(JobPosting).where(JobPosting.id == job_id))
                    case _:
                        await session.execute(text("SELECT 1"))
            if numbers.random() < 0.3:
                jobs.append(await world.scored_posting(role=numbers.choice(roles), min_years=2))
            if numbers.random() < 0.7:
                assert await current(snapshot, db) == await as_stored(db)
        assert await current(snapshot, db) == await as_stored(db)

    async def test_a_change_that_began_first_and_commits_last_is_seen(
        self, db: Database, world: World
    ) -> None:
        role = await world.role("Welder")
        slow, quick = [await world.scored_posting(role=role, min_years=1) for _ in "ab"]
        snapshot = PostingSnapshot()
        await current(snapshot, db)
        async with db.global_session() as session:
            await session.execute(
                update(JobFeatures).where(JobFeatures.job_posting_id == slow).values(min_years=7)
            )
            await set_years(db, quick, 5)
            assert await current(snapshot, db) == {slow: (role, 1.0), quick: (role, 5.0)}
        assert await current(snapshot, db) == {slow: (role, 7.0), quick: (role, 5.0)}

    async def test_a_change_that_is_rolled_back_is_not_seen(
        self, db: Database, world: World
    ) -> None:
        role = await world.role("Welder")
        job_id = await world.scored_posting(role=role, min_years=1)
        snapshot = PostingSnapshot()
        await current(snapshot, db)
        async with db.global_session() as session:
            await session.execute(update(JobFeatures).values(min_years=7))
            await session.rollback()
        assert await current(snapshot, db) == {job_id: (role, 1.0)}

    async def test_many_writers_at_once_lose_nothing(self, db: Database, world: World) -> None:
        role = await world.role("Welder")
        jobs = [await world.scored_posting(role=role, min_years=0) for _ in range(6)]
        snapshot = PostingSnapshot()

        async def write(job_id: int) -> None:
            for years in range(1, 6):
                await set_years(db, job_id, years)

        async def read() -> None:
            for _ in range(8):
                await current(snapshot, db)

        await asyncio.gather(read(), *(write(job_id) for job_id in jobs))
        assert await current(snapshot, db) == dict.fromkeys(jobs, (role, 5.0))

    async def test_a_new_vector_is_seen(self, db: Database, world: World) -> None:
        job_id = await world.scored_posting(role=await world.role("Welder"))
        snapshot = PostingSnapshot()
        await current(snapshot, db)
        async with db.global_session() as session:
            session.add(
                JobEmbedding(
                    job_posting_id=job_id,
                    model=SPACE.model,
                    dimension=2,
                    content_hash=b"",
                    embedding=[3.0, -4.0],
                )
            )
        async with db.global_session() as session:
            (block,) = await snapshot.up_to_date(session, SPACE)
        assert block.jobs.embeddings.codes.tolist() == [[95, -127]]

    async def test_another_model_is_loaded_anew(self, db: Database, world: World) -> None:
        job_id = await world.scored_posting(role=await world.role("Welder"))
        snapshot = PostingSnapshot()
        await current(snapshot, db)
        assert set(await current(snapshot, db, replace(SPACE, dimension=8))) == {job_id}
        async with db.global_session() as session:
            (block,) = await snapshot.up_to_date(session, replace(SPACE, dimension=8))
        assert block.jobs.embeddings.dimension == 8


class TestHowRecent:
    async def test_for_a_moment_after_it_was_brought_up_to_date(self, db: Database) -> None:
        snapshot = PostingSnapshot()
        recent = [snapshot.is_recent]
        await current(snapshot, db)
        recent.append(snapshot.is_recent)
        snapshot._updated_at -= postings.RECENTLY.total_seconds()
        assert [*recent, snapshot.is_recent] == [False, True, False]

    async def test_never_hides_what_has_changed(self, db: Database, world: World) -> None:
        role = await world.role("Welder")
        snapshot = PostingSnapshot()
        assert await current(snapshot, db) == {}
        job_id = await world.scored_posting(role=role, min_years=1)
        assert snapshot.is_recent
        assert await current(snapshot, db) == {job_id: (role, 1.0)}


async def test_postings_that_have_not_been_read_do_not_hide_later_ones(
    db: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "ROWS_PER_PAGE", 2)
    role = await world.role("Welder")
    for _ in range(3):
        await world.posting("Welder", role_id=role)
    read = await world.scored_posting(role=role, min_years=1)
    assert await current(PostingSnapshot(), db) == {read: (role, 1.0)}


class TestTenants:
    async def test_their_own_postings_never_come_in(self, db: Database, world: World) -> None:
        tenant_id, role = await world.tenant(), await world.role("Welder")
        shared = await world.scored_posting(role=role)
        await world.scored_posting(role=role, source_tenant_id=tenant_id)
        snapshot = PostingSnapshot()
        async with db.tenant_session(tenant_id) as session:
            openings = await snapshot.up_to_date(session, SPACE)
        assert [block.jobs.ids.tolist() for block in openings] == [[shared]]

        later = await world.scored_posting(role=role, source_tenant_id=tenant_id)
        async with db.tenant_session(tenant_id) as session:
            openings = await snapshot.up_to_date(session, SPACE)
            noted = await session.scalar(
                select(func.count()).where(literal(later) == any_(PostingChange.job_ids))
            )
        assert [block.jobs.ids.tolist() for block in openings] == [[shared]]
        assert noted == 0

    async def test_a_posting_that_becomes_a_tenants_own_leaves(
        self, db: Database, world: World
    ) -> None:
        tenant_id = await world.tenant()
        await world.scored_posting(role=await world.role("Welder"))
        snapshot = PostingSnapshot()
        await current(snapshot, db)
        async with db.tenant_session(tenant_id) as session:
            await session.execute(update(JobFeatures).values(source_tenant_id=tenant_id))
            await session.execute(update(JobPosting).values(source_tenant_id=tenant_id))
        assert await current(snapshot, db) == {}


class TestTheLog:
    async def test_a_snapshot_older_than_the_log_is_loaded_anew(
        self, db: Database, world: World
    ) -> None:
        role = await world.role("Welder")
        job_id = await world.scored_posting(role=role, min_years=1)
        snapshot = PostingSnapshot()
        await current(snapshot, db)
        await set_years(db, job_id, 4)
        async with db.global_session() as session:
            await session.execute(delete(PostingChange))
        state = snapshot._state
        assert state is not None
        snapshot._state = replace(
            state, look=replace(state.look, at=state.look.at - timedelta(days=1, minutes=1))
        )
        assert await current(snapshot, db) == {job_id: (role, 4.0)}

    async def test_old_changes_are_deleted_once_a_day(self, db: Database, world: World) -> None:
        await world.scored_posting(role=await world.role("Welder"))
        snapshot = PostingSnapshot()
        await current(snapshot, db)
        async with db.global_session() as session:
            session.add(
                PostingChange(
                    transaction_id=1, job_ids=[1], changed_at=func.now() - timedelta(days=3)
                )
            )
        state = snapshot._state
        assert state is not None
        yesterday = (state.look.at - timedelta(days=1)).replace(hour=23, minute=59, second=59)
        snapshot._state = replace(state, look=replace(state.look, at=yesterday))
        await current(snapshot, db)
        async with db.global_session() as session:
            oldest = await session.scalar(select(func.min(PostingChange.transaction_id)))
        assert oldest is not None
        assert oldest > 1
