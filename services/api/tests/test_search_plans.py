"""Long lists page and search by indexes: no query of a list reads a table from end to end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from blacklight_api.candidates.queries import (
    CandidateFilter,
    CandidateSort,
    NameKey,
    list_candidates,
)
from blacklight_api.jobs.queries import JobFilter, list_jobs, list_sources
from blacklight_api.pagination import IdKey
from blacklight_api.roles.queries import RoleFilter, list_roles
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_devstack.query_plans import explained, indexes, scans
from blacklight_shared.database import Database
from blacklight_shared.models import CandidateStatus, JobStatus, Visibility
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.api.tests.conftest import settings_for

TENANT, OTHER = 1, 2
ROWS = 20_000
JOBS = 100_000
PAGE = 50

FILL = (
    "INSERT INTO tenants (name, slug) VALUES ('One', 'one'), ('Two', 'two')",
    f"""
    INSERT INTO job_postings
      (source, external_id, title, company, content_hash, source_tenant_id, status)
    SELECT 'feed-' || n % 5, n::text, 'Engineer ' || n, 'Company ' || n % 1000, '',
      CASE WHEN n % 1000 = 0 THEN {TENANT} WHEN n % 1000 = 1 THEN {OTHER} END,
      CASE WHEN n % 50 = 0 THEN 'closed' ELSE 'active' END
    FROM generate_series(1, {JOBS}) AS n
    """,  # noqa: S608 -- constants only
    f"""
    INSERT INTO candidates (tenant_id, first_name, last_name, email, status)
    SELECT CASE WHEN n % 2 = 0 THEN {TENANT} ELSE {OTHER} END, 'Ada', 'Marsh' || n,
      'ada' || n || '@example.com', 'approved'
    FROM generate_series(1, {ROWS}) AS n
    """,  # noqa: S608 -- constants only
    f"""
    INSERT INTO global_roles (name, normalized_name, status)
    SELECT 'Keeper of ' || n, 'keeper of ' || n, 'approved'
    FROM generate_series(1, {ROWS}) AS n
    """,  # noqa: S608 -- constants only
    """
    INSERT INTO role_aliases (role_id, alias, normalized_alias)
    SELECT id, 'Warden ' || id, 'warden ' || id FROM global_roles
    """,
    "ANALYZE job_postings, candidates, global_roles, role_aliases",
)


@dataclass(frozen=True)
class World:
    """A database with long lists, of which two tenants see their part."""

    database: Database

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        async with self.database.tenant_session(TENANT) as session:
            yield session


@pytest.fixture(scope="module")
def filled(module_database: DatabaseUrls) -> DatabaseUrls:
    engine = create_engine(module_database.owner)
    with engine.begin() as connection:
        for statement in FILL:
            connection.execute(text(statement))
    engine.dispose()
    return module_database


@pytest.fixture
async def world(filled: DatabaseUrls) -> AsyncIterator[World]:
    database = Database.from_settings(settings_for(filled))
    yield World(database)
    await database.close()


JOB_FILTERS = {
    "none": (JobFilter(), None),
    "rare word": (JobFilter(search="17321"), "ix_job_postings_words"),
    "common word": (JobFilter(search="engineer"), None),
    "words of both": (JobFilter(search="engin 'company' 17"), None),
    "company": (JobFilter(company="Company 321"), "ix_job_postings_words"),
    "company and status": (
        JobFilter(company="321", statuses=[JobStatus.ACTIVE]),
        "ix_job_postings_words",
    ),
    "source": (JobFilter(source="nowhere"), "ix_job_postings_by_source"),
    "status": (JobFilter(statuses=[JobStatus.EXPIRED]), None),
    "own": (JobFilter(visibility=Visibility.TENANT), "ix_job_postings_of_tenant"),
}


@pytest.mark.parametrize("after", [None, IdKey(id=JOBS // 2)], ids=["first", "middle"])
@pytest.mark.parametrize(("wanted", "index"), JOB_FILTERS.values(), ids=JOB_FILTERS)
async def test_postings(
    world: World, wanted: JobFilter, index: str | None, after: IdKey | None
) -> None:
    async with world.session() as session, explained(session) as plans:
        await list_jobs(session, wanted, after=after, limit=PAGE)
    [plan] = plans
    assert scans(plan) == []
    assert index is None or index in indexes(plan)


CANDIDATE_FILTERS = {
    "none": (CandidateFilter(), "uq_candidates_tenant_id_id"),
    "rare word": (CandidateFilter(search="marsh17320"), "ix_candidates_words"),
    "common word": (CandidateFilter(search="ada"), None),
    "address": (CandidateFilter(search="ada17320@example.com"), "ix_candidates_words"),
    "status": (CandidateFilter(statuses=[CandidateStatus.NEW], search="marsh17320"), None),
    "by name": (CandidateFilter(sort=CandidateSort.NAME), "ix_candidates_by_name"),
}


@pytest.mark.parametrize(("wanted", "index"), CANDIDATE_FILTERS.values(), ids=CANDIDATE_FILTERS)
async def test_candidates(world: World, wanted: CandidateFilter, index: str | None) -> None:
    after: IdKey | NameKey = IdKey(id=ROWS)
    if wanted.sort is CandidateSort.NAME:
        after = NameKey(last_name="Marsh5", first_name="Ada", id=1)
    async with world.session() as session, explained(session) as plans:
        await list_candidates(session, wanted, after=after, limit=PAGE)
    [plan] = plans
    assert scans(plan) == []
    assert index is None or index in indexes(plan)


async def test_roles_by_name_and_alias(world: World) -> None:
    async with world.session() as session, explained(session) as plans:
        await list_roles(session, RoleFilter(search="17321"), after=None, limit=PAGE)
    [plan] = plans
    assert scans(plan) == []
    assert {"ix_global_roles_words", "ix_role_aliases_words"} <= indexes(plan)


async def test_sources_are_stepped_through(world: World) -> None:
    async with world.session() as session, explained(session) as plans:
        found: Sequence[str] = await list_sources(session)
    assert [*found] == [f"feed-{number}" for number in range(5)]
    [plan] = plans
    assert scans(plan) == []


@pytest.mark.parametrize(
    ("number", "is_seen"),
    [(ROWS // 2, True), (ROWS // 2 + 1, False), (ROWS // 2 + 2, True)],
    ids=["own", "another tenant's", "shared"],
)
async def test_a_search_shows_what_the_tenant_may_see(
    world: World, number: int, *, is_seen: bool
) -> None:
    async with world.session() as session:
        jobs = await list_jobs(session, JobFilter(search=str(number)), after=None, limit=PAGE)
        own_only = CandidateFilter(search=f"marsh{number}")
        candidates = await list_candidates(session, own_only, after=None, limit=PAGE)
        words = await session.scalars(text("SELECT words::text FROM candidate_words"))
        assert all(f"'marsh{ROWS // 2 + 1}'" not in row for row in words)
    assert bool(jobs) is is_seen
    assert bool(candidates) is (number % 2 == 0)
