"""Postings whose time is over, through the engine, and what becomes of their matches."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from blacklight_matching.expiry import MAX_AGE, due_postings, expire
from blacklight_matching.functions.expire_old_jobs import expire_old_jobs
from blacklight_shared.database import Database
from blacklight_shared.models import JobPosting, JobStatus, MatchStatus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.matching.tests.functions.conftest import Worker
from services.matching.tests.world import World

NOW = datetime(2026, 3, 31, 3, tzinfo=UTC)
OLD = NOW - MAX_AGE
TIMES = st.none() | st.integers(-45 * 24, 24).map(lambda hours: NOW + timedelta(hours=hours))


async def posting(world: World, **values: Any) -> int:
    return await world.posting("Welder", **{"imported_at": NOW, **values})


async def statuses(db: Database, *tenant_ids: int) -> dict[int, JobStatus]:
    found: dict[int, JobStatus] = {}
    for tenant_id in tenant_ids:
        async with db.tenant_session(tenant_id) as session:
            rows = await session.execute(select(JobPosting.id, JobPosting.status))
            found |= {row.id: JobStatus(row.status) for row in rows}
    return found


async def due(db: Database, at: datetime = NOW) -> list[int]:
    async with db.system_session() as session:
        return await due_postings(session, at, after_job_id=0, limit=100)


class TestWhatIsDue:
    async def test_by_age_and_by_its_own_end(self, db: Database, world: World) -> None:
        cases: list[tuple[dict[str, Any], bool]] = [
            ({}, False),
            ({"posted_date": OLD.date()}, True),
            ({"posted_date": OLD.date() + timedelta(days=1)}, False),
            ({"imported_at": OLD, "posted_date": NOW.date()}, True),
            ({"imported_at": OLD}, True),
            ({"expires_at": NOW}, True),
            ({"expires_at": NOW + timedelta(seconds=1)}, False),
            ({"posted_date": OLD.date(), "expires_at": NOW + timedelta(days=9)}, True),
            ({"imported_at": OLD, "reopened_at": NOW - timedelta(days=2)}, False),
            ({"imported_at": OLD - MAX_AGE, "reopened_at": OLD}, True),
            ({"expires_at": NOW - timedelta(days=3), "reopened_at": NOW}, False),
            ({"expires_at": NOW, "reopened_at": NOW - timedelta(days=2)}, True),
            ({"posted_date": OLD.date(), "status": JobStatus.CLOSED}, False),
        ]
        wanted = {await posting(world, **values): is_due for values, is_due in cases}
        assert await due(db) == [job_id for job_id, is_due in wanted.items() if is_due]

    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(posted=TIMES, imported=TIMES, ends=TIMES, reopened=TIMES)
    async def test_is_what_the_words_say(
        self,
        db: Database,
        world: World,
        posted: datetime | None,
        imported: datetime | None,
        ends: datetime | None,
        reopened: datetime | None,
    ) -> None:
        imported = imported or NOW
        job_id = await posting(
            world,
            posted_date=posted and posted.date(),
            imported_at=imported,
            expires_at=ends,
            reopened_at=reopened,
        )
        days = [moment.date() for moment in (posted, imported) if moment]
        counts_from = max(min(days), reopened.date()) if reopened else min(days)
        has_ended = ends is not None and ends <= NOW and (reopened is None or reopened < ends)
        assert (job_id in await due(db)) == (counts_from <= OLD.date() or has_ended)

    async def test_what_was_reopened_in_between_stays_open(
        self, db: Database, world: World
    ) -> None:
        job_id = await posting(world, imported_at=OLD, reopened_at=NOW)
        async with db.global_session() as session:
            assert await expire(session, [job_id], NOW) == 0


async def old_postings_with_matches(world: World) -> tuple[list[int], list[int], list[int]]:
    """Two tenants; a global posting, and one of the first tenant's own, are 31 days old.

    Returns:
        The tenants, their candidates, and the postings: global, own, fresh.
    """
    old = datetime.now(UTC) - timedelta(days=31)
    role = await world.role("Welder")
    tenants = [await world.tenant(), await world.tenant()]
    jobs = [
        await world.posting("Welder", role_id=role, imported_at=old),
        await world.posting("Welder", role_id=role, source_tenant_id=tenants[0], imported_at=old),
        await world.posting("Welder", role_id=role),
    ]
    people = [await world.candidate(tenant, roles=[role]) for tenant in tenants]
    await world.match(tenants[0], people[0], jobs[0], MatchStatus.NEW)
    await world.match(tenants[0], people[0], jobs[1], MatchStatus.SHORTLISTED)
    await world.match(tenants[0], people[0], jobs[2], MatchStatus.NEW)
    await world.match(tenants[1], people[1], jobs[0], MatchStatus.APPLIED)
    return tenants, people, jobs


async def kept_matches(world: World, tenants: list[int]) -> dict[tuple[int, int], MatchStatus]:
    return {
        pair: match.status
        for tenant in tenants
        for pair, match in (await world.matches(tenant)).items()
    }


class TestExpireOldJobs:
    async def test_expires_for_all_tenants_and_keeps_what_people_acted_on(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        tenants, people, jobs = await old_postings_with_matches(world)

        run = await asyncio.to_thread(worker.trigger, expire_old_jobs)

        assert run.status == "Completed", run.output
        assert run.output == {
            "total": {"postings": 2, "matches": {"removed": 1, "closed": 2}},
            "chunks": 1,
            "is_complete": True,
        }
        assert await statuses(db, *tenants) == {
            jobs[0]: JobStatus.EXPIRED,
            jobs[1]: JobStatus.EXPIRED,
            jobs[2]: JobStatus.ACTIVE,
        }
        assert await kept_matches(world, tenants) == {
            (people[0], jobs[1]): MatchStatus.CLOSED,
            (people[0], jobs[2]): MatchStatus.NEW,
            (people[1], jobs[0]): MatchStatus.CLOSED,
        }
        again = await asyncio.to_thread(worker.trigger, expire_old_jobs)
        assert again.output["total"]["postings"] == 0

    async def test_goes_on_chunk_by_chunk_and_says_when_it_stops(
        self, world: World, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = import_module("blacklight_matching.functions.expire_old_jobs")
        monkeypatch.setattr(module, "POSTINGS_PER_CHUNK", 2)
        for _ in range(5):
            await posting(world, imported_at=datetime.now(UTC) - timedelta(days=31))

        with monkeypatch.context() as limited:
            limited.setattr(module, "MAX_CHUNKS", 1)
            first = await asyncio.to_thread(worker.trigger, expire_old_jobs)
        second = await asyncio.to_thread(worker.trigger, expire_old_jobs)

        for run, postings, chunks, is_complete in ((first, 2, 1, False), (second, 3, 2, True)):
            assert run.output["total"]["postings"] == postings
            assert (run.output["chunks"], run.output["is_complete"]) == (chunks, is_complete)

    async def test_ends_the_same_wherever_the_worker_is_killed(
        self, db: Database, world: World, dying_worker: Worker
    ) -> None:
        tenants, people, jobs = await old_postings_with_matches(world)

        run = await asyncio.to_thread(dying_worker.trigger, expire_old_jobs)

        assert run.status == "Completed", run.output
        assert run.output["total"]["postings"] == 2
        assert (await statuses(db, *tenants))[jobs[1]] == JobStatus.EXPIRED
        assert await kept_matches(world, tenants) == {
            (people[0], jobs[1]): MatchStatus.CLOSED,
            (people[0], jobs[2]): MatchStatus.NEW,
            (people[1], jobs[0]): MatchStatus.CLOSED,
        }
