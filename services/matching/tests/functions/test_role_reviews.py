"""What becomes of postings, candidates and matches when a role is reviewed, through the engine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from blacklight_matching.functions.apply_role_review import apply_role_review
from blacklight_matching.functions.suggest_similar_roles import suggest_similar_roles
from blacklight_matching.steps import role_members
from blacklight_shared.database import Database
from blacklight_shared.events import RoleDecision, RoleReviewed, RolesCreated
from blacklight_shared.models import (
    AliasSource,
    CandidatePreferredRole,
    CandidateStatus,
    GlobalRole,
    JobPosting,
    JobStatus,
    MatchStatus,
    RoleStatus,
    RoleSuggestion,
)
from blacklight_shared.roles import merge_roles
from sqlalchemy import select, update

from services.matching.tests.functions.conftest import Worker
from services.matching.tests.world import World

GIVE_UP_AFTER_SECONDS = 30


@dataclass(frozen=True)
class Town:
    """Two roles that are one, with people and postings of both, in two tenants."""

    tenants: list[int]
    smith: int
    farrier: int
    of_smith: int
    of_farrier: int
    own_of_farrier: int
    closed_of_farrier: int
    wants_smith: int
    wants_farrier: int
    wants_both: int
    rejected_person: int


async def town_of(world: World) -> Town:
    tenants = [await world.tenant(), await world.tenant()]
    smith = await world.role("Blacksmith")
    farrier = await world.role("Farrier", status=RoleStatus.PENDING_REVIEW)
    return Town(
        tenants=tenants,
        smith=smith,
        farrier=farrier,
        of_smith=await world.posting("Blacksmith", role_id=smith),
        of_farrier=await world.posting("Farrier", role_id=farrier),
        own_of_farrier=await world.posting("Farrier", role_id=farrier, source_tenant_id=tenants[0]),
        closed_of_farrier=await world.posting("Farrier", role_id=farrier, status=JobStatus.CLOSED),
        wants_smith=await world.candidate(tenants[0], roles=[smith]),
        wants_farrier=await world.candidate(tenants[1], roles=[farrier]),
        wants_both=await world.candidate(tenants[1], roles=[farrier, smith]),
        rejected_person=await world.candidate(
            tenants[1], roles=[farrier], status=CandidateStatus.REJECTED
        ),
    )


async def merge(db: Database, town: Town) -> None:
    async with db.global_session() as session:
        await merge_roles(
            session, source_id=town.farrier, target_id=town.smith, said_by=AliasSource.PERSON
        )


async def posting_roles(db: Database, tenant_id: int) -> dict[int, int | None]:
    async with db.tenant_session(tenant_id) as session:
        rows = await session.execute(select(JobPosting.id, JobPosting.role_id))
        return {row.id: row.role_id for row in rows}


async def wishes(db: Database, tenant_id: int) -> dict[int, list[tuple[int, int]]]:
    """Roles and their ranks by candidate."""
    async with db.tenant_session(tenant_id) as session:
        rows = await session.scalars(
            select(CandidatePreferredRole).order_by(CandidatePreferredRole.role_id)
        )
        found: dict[int, list[tuple[int, int]]] = {}
        for row in rows:
            found.setdefault(row.candidate_id, []).append((row.role_id, row.rank))
        return found


class Sent:
    """The events of a name that were sent since it was made."""

    def __init__(self, worker: Worker, name: str) -> None:
        self._worker, self._name = worker, name
        self._known = {event["id"] for event in worker.engine.events(name)}

    def data(self) -> list[dict[str, Any]]:
        events = self._worker.engine.events(self._name)
        return [event["data"] for event in events if event["id"] not in self._known]

    def postings(self) -> dict[int | None, list[int]]:
        """The postings of ``jobs/imported``, by their owner; an event that is sent again is one."""
        found: dict[int | None, set[int]] = {}
        for event in self.data():
            assert event["source"] == role_members.SOURCE
            found.setdefault(event["tenant_id"], set()).update(event["job_ids"])
        return {owner: sorted(ids) for owner, ids in found.items()}


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(role_members, "POSTINGS_PER_PAGE", 1)
    monkeypatch.setattr(role_members, "CANDIDATES_PER_PAGE", 2)


async def review(worker: Worker, role_id: int, decision: RoleDecision) -> dict[str, Any]:
    event = RoleReviewed(role_id=role_id, decision=decision)
    run = await asyncio.to_thread(worker.run, apply_role_review, event)
    assert run.status == "Completed", run.output
    output: dict[str, Any] = run.output
    return output


class TestMerge:
    @pytest.mark.usefixtures("small_pages")
    async def test_moves_what_has_the_role_and_matches_both_sides(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        town = await town_of(world)
        await merge(db, town)
        postings, people = (
            Sent(worker, "jobs/imported"),
            Sent(worker, "job-match/refresh-candidate"),
        )

        output = await review(worker, town.farrier, RoleDecision.MERGED)

        assert output == {"decision": "merged", "postings": 2, "candidates": 2}
        assert postings.postings() == {
            None: [town.of_farrier],
            town.tenants[0]: [town.own_of_farrier],
        }
        assert {event["candidate_id"] for event in people.data()} == {
            town.wants_farrier,
            town.wants_both,
        }
        assert await posting_roles(db, town.tenants[0]) == {
            town.of_smith: town.smith,
            town.of_farrier: town.smith,
            town.own_of_farrier: town.smith,
            town.closed_of_farrier: town.farrier,
        }
        assert await wishes(db, town.tenants[1]) == {
            town.wants_farrier: [(town.smith, 0)],
            town.wants_both: [(town.smith, 0)],
            town.rejected_person: [(town.smith, 0)],
        }

        again = await review(worker, town.farrier, RoleDecision.MERGED)
        assert (again["postings"], again["candidates"]) == (0, 0)

    async def test_ends_the_same_wherever_the_worker_is_killed(
        self, db: Database, world: World, dying_worker: Worker
    ) -> None:
        town = await town_of(world)
        await merge(db, town)
        postings = Sent(dying_worker, "jobs/imported")

        output = await review(dying_worker, town.farrier, RoleDecision.MERGED)

        assert output == {"decision": "merged", "postings": 2, "candidates": 2}
        assert postings.postings() == {
            None: [town.of_farrier],
            town.tenants[0]: [town.own_of_farrier],
        }
        assert (await posting_roles(db, town.tenants[0]))[town.own_of_farrier] == town.smith
        assert (await wishes(db, town.tenants[1]))[town.wants_both] == [(town.smith, 0)]


class TestRejection:
    async def test_ends_the_matches_of_its_postings_and_keeps_the_wish(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        tenant, farrier = await world.tenant(), await world.role("Farrier")
        person = await world.candidate(tenant, roles=[farrier])
        unseen, seen = [await world.posting("Farrier", role_id=farrier) for _ in range(2)]
        await world.match(tenant, person, unseen, MatchStatus.NEW)
        await world.match(tenant, person, seen, MatchStatus.SHORTLISTED)
        await set_status(db, farrier, RoleStatus.REJECTED)

        output = await review(worker, farrier, RoleDecision.REJECTED)

        assert output == {"decision": "rejected", "postings": 2, "candidates": 0}
        async with asyncio.timeout(GIVE_UP_AFTER_SECONDS):
            while (person, unseen) in (matches := await world.matches(tenant)):
                await asyncio.sleep(0.05)
        assert {pair: match.status for pair, match in matches.items()} == {
            (person, seen): MatchStatus.SHORTLISTED
        }
        assert await wishes(db, tenant) == {person: [(farrier, 0)]}

    async def test_taking_it_back_matches_again(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        farrier = await world.role("Farrier")
        job = await world.posting("Farrier", role_id=farrier)
        pending = await world.role("Horse Farrier", status=RoleStatus.PENDING_REVIEW)
        postings = Sent(worker, "jobs/imported")

        output = await review(worker, farrier, RoleDecision.REINSTATED)

        assert output == {"decision": "reinstated", "postings": 1, "candidates": 0}
        assert postings.postings() == {None: [job]}
        assert await suggested(db) == {(pending, farrier)}


class TestApproval:
    async def test_is_suggested_and_matches_nothing_again(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        farrier = await world.role("Farrier")
        await world.posting("Farrier", role_id=farrier)
        pending = await world.role("Horse Farrier", status=RoleStatus.PENDING_REVIEW)

        output = await review(worker, farrier, RoleDecision.APPROVED)

        assert output == {"decision": "approved", "postings": 0, "candidates": 0}
        assert await suggested(db) == {(pending, farrier)}

    async def test_of_a_role_that_does_not_exist_fails_at_once(self, worker: Worker) -> None:
        event = RoleReviewed(role_id=1_000_000, decision=RoleDecision.MERGED)
        run = await asyncio.to_thread(worker.run, apply_role_review, event)
        assert (run.status, run.output["name"]) == ("Failed", "NotFoundError")


async def test_new_roles_are_compared_with_approved_ones_wherever_the_worker_is_killed(
    db: Database, world: World, dying_worker: Worker
) -> None:
    farrier = await world.role("Farrier")
    new = await world.role("Horse Farrier", status=RoleStatus.PENDING_REVIEW)

    run = await asyncio.to_thread(
        dying_worker.run, suggest_similar_roles, RolesCreated(role_ids=[new, new + 1000])
    )

    assert (run.status, run.output) == ("Completed", {"roles": 1})
    assert await suggested(db) == {(new, farrier)}


async def set_status(db: Database, role_id: int, status: RoleStatus) -> None:
    async with db.global_session() as session:
        await session.execute(
            update(GlobalRole).where(GlobalRole.id == role_id).values(status=status)
        )


async def suggested(db: Database) -> set[tuple[int, int]]:
    async with db.global_session() as session:
        rows = await session.execute(
            select(RoleSuggestion.role_id, RoleSuggestion.suggested_role_id)
        )
        return {(row.role_id, row.suggested_role_id) for row in rows}
