"""Titles to roles with the embedded model, as an installation starts out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from blacklight_matching.deps import MatchingDeps
from blacklight_matching.document_reader import DocumentReader
from blacklight_matching.embeddings.minilm import MiniLmProvider
from blacklight_matching.roles.nearest import PREFERRED_ROLE_THRESHOLD, TITLE_THRESHOLD
from blacklight_matching.steps import roles as roles_module
from blacklight_matching.steps.roles import (
    MAX_SUGGESTIONS,
    ResolvedRoles,
    nearest_roles,
    resolve_posting_roles,
    settle_preferred_roles,
    suggest_approved_role,
    suggest_similar_roles_for,
)
from blacklight_shared.database import Database
from blacklight_shared.events import RoleDecision
from blacklight_shared.models import (
    AliasSource,
    GlobalRole,
    JobPosting,
    OutboxEvent,
    RoleAlias,
    RoleEmbedding,
    RoleStatus,
    RoleSuggestion,
)
from blacklight_shared.roles import seed_roles
from sqlalchemy import delete, func, select

from services.matching.tests.world import SECRET_BOX, World

ROLES = ("Data Scientist", "Data Analyst", "Registered Nurse", "ICU Nurse", "Forklift Operator")


@pytest.fixture
async def deps(db: Database) -> AsyncIterator[MatchingDeps]:
    """A worker with the embedded model and a handful of the built-in roles."""
    async with db.global_session() as session:
        await seed_roles(session)
        await session.execute(delete(GlobalRole).where(GlobalRole.name.not_in(ROLES)))
    documents = DocumentReader()
    yield MatchingDeps(db, MiniLmProvider(), documents, SECRET_BOX)
    await documents.aclose()


async def role_names(db: Database) -> dict[str, str | None]:
    """The role of each posting, by title."""
    async with db.global_session() as session:
        rows = await session.execute(
            select(JobPosting.title, GlobalRole.name).outerjoin(
                GlobalRole, GlobalRole.id == JobPosting.role_id
            )
        )
        return {row.title: row.name for row in rows}


class TestResolvePostingRoles:
    async def test_name_then_alias_then_nearest_then_a_new_role(
        self, db: Database, world: World, deps: MatchingDeps
    ) -> None:
        titles = {
            "Sr. Data Scientist (Remote)": "Data Scientist",
            "Reporting Analyst": "Data Analyst",
            "Forklift Truck Operator": "Forklift Operator",
            "Underwater Basket Weaver": "Underwater Basket Weaver",
            "Manager": "Manager",
            "###": None,
        }
        jobs = [await world.posting(title) for title in titles]

        first = await resolve_posting_roles(deps, None, jobs)
        assert await role_names(db) == titles
        assert first == ResolvedRoles(assigned=5, learned=1, created=2)

        again = await resolve_posting_roles(deps, None, jobs)
        assert again == ResolvedRoles(assigned=0, learned=0, created=0)
        async with db.global_session() as session:
            learned = await session.scalars(
                select(RoleAlias.normalized_alias).where(RoleAlias.source == AliasSource.LEARNED)
            )
            assert learned.all() == ["forklift truck operator"]
            vectors = await session.scalar(select(func.count()).select_from(RoleEmbedding))
            assert vectors == len(ROLES)

    async def test_changed_title_gets_another_role(
        self, db: Database, world: World, deps: MatchingDeps
    ) -> None:
        job_id = await world.posting("Data Analyst", role_id=await world.role("Welder"))

        assert (await resolve_posting_roles(deps, None, [job_id])).assigned == 1
        assert await role_names(db) == {"Data Analyst": "Data Analyst"}

    async def test_two_workers_at_once_make_one_role(
        self, db: Database, world: World, deps: MatchingDeps
    ) -> None:
        jobs = [await world.posting(f"Underwater Basket Weaver {level}") for level in "123456"]

        await asyncio.gather(*(resolve_posting_roles(deps, None, [job_id]) for job_id in jobs))

        async with db.global_session() as session:
            role_ids = (await session.scalars(select(JobPosting.role_id))).all()
            pending = (
                await session.scalars(
                    select(GlobalRole.id).where(GlobalRole.status == RoleStatus.PENDING_REVIEW)
                )
            ).all()
        assert set(role_ids) == set(pending)
        assert len(pending) == 1

    async def test_what_a_title_becomes_does_not_depend_on_others_before_it(
        self, db: Database, world: World, deps: MatchingDeps
    ) -> None:
        one = await world.posting("Forklift Truck Operator")
        two = await world.posting("Electric Truck Operator")
        alone = await nearest_roles(deps, ["Electric Truck Operator"], threshold=0)
        await resolve_posting_roles(deps, None, [one])

        assert await nearest_roles(deps, ["Electric Truck Operator"], threshold=0) == alone
        await resolve_posting_roles(deps, None, [two])
        assert len(await role_names(db)) == 2


class TestSettlePreferredRoles:
    async def test_merges_what_is_near_and_leaves_the_rest(
        self, db: Database, world: World, deps: MatchingDeps
    ) -> None:
        tenant_id = await world.tenant()
        near = await world.role("Data Scientist Specialist", status=RoleStatus.PENDING_REVIEW)
        far = await world.role("Underwater Basket Weaver", status=RoleStatus.PENDING_REVIEW)
        candidate_id = await world.candidate(tenant_id, roles=[near, far])

        assert await settle_preferred_roles(deps, tenant_id, candidate_id) == 1
        assert await settle_preferred_roles(deps, tenant_id, candidate_id) == 0
        async with db.global_session() as session:
            event = (await session.scalars(select(OutboxEvent))).one()
            assert (event.name, event.data["role_id"]) == ("role/reviewed", near)
            assert event.data["decision"] == RoleDecision.MERGED
            merged = await session.get_one(GlobalRole, near)
            target = await session.get_one(GlobalRole, merged.merged_into_id)
            kept = await session.get_one(GlobalRole, far)
        assert (target.name, kept.status) == ("Data Scientist", RoleStatus.PENDING_REVIEW)

    async def test_the_threshold_for_people_is_the_higher_one(
        self, world: World, deps: MatchingDeps
    ) -> None:
        (role,) = (await nearest_roles(deps, ["Marketing Data Scientist"], threshold=0)).values()
        assert TITLE_THRESHOLD < role.similarity < PREFERRED_ROLE_THRESHOLD


class TestSuggestions:
    async def test_the_nearest_approved_roles_are_remembered(
        self, db: Database, world: World, deps: MatchingDeps
    ) -> None:
        pending = await world.role("Data Science Analyst", status=RoleStatus.PENDING_REVIEW)
        generic = await world.role("Manager", status=RoleStatus.PENDING_REVIEW)
        decided = await world.role("Data Science Wizard", status=RoleStatus.REJECTED)

        for _ in range(2):
            assert await suggest_similar_roles_for(deps, [pending, generic, decided]) == 1

        names = await suggested_names(db)
        assert set(names) == {pending}
        assert names[pending][:2] == ["Data Scientist", "Data Analyst"]
        assert len(names[pending]) <= MAX_SUGGESTIONS

    async def test_a_new_approved_role_is_suggested_to_those_that_wait(
        self,
        db: Database,
        world: World,
        deps: MatchingDeps,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(roles_module, "ROLES_PER_STEP", 1)
        similar = await world.role("Kelp Farm Diver", status=RoleStatus.PENDING_REVIEW)
        other = await world.role("Accountant", status=RoleStatus.PENDING_REVIEW)
        approved = await world.role("Kelp Diver")

        assert await suggest_approved_role(deps, approved, 0) == similar
        assert await suggest_approved_role(deps, approved, similar) == other
        assert await suggest_approved_role(deps, approved, other) is None

        assert await suggested_names(db) == {similar: ["Kelp Diver"]}


async def suggested_names(db: Database) -> dict[int, list[str]]:
    """Names of the suggested roles by the role under review, the nearest first."""
    async with db.global_session() as session:
        rows = await session.execute(
            select(RoleSuggestion.role_id, GlobalRole.name)
            .join(GlobalRole, GlobalRole.id == RoleSuggestion.suggested_role_id)
            .order_by(RoleSuggestion.similarity.desc())
        )
        names: dict[int, list[str]] = {}
        for row in rows:
            names.setdefault(row.role_id, []).append(row.name)
        return names
