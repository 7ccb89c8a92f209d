"""CVs and candidates whom nobody has dealt with get another chance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from blacklight_matching.candidates import make_ready_for_assignment, mark_matched
from blacklight_matching.stalled.candidates import match_again, unmatched_candidates
from blacklight_matching.stalled.limits import CANDIDATE_PATIENCE, MAX_RESUMPTIONS
from blacklight_matching.stalled.resumes import UNREAD, Owner, read_again, unread_resumes
from blacklight_shared.database import Database
from blacklight_shared.events import InvitationResumeUploaded, ResumeUploaded
from blacklight_shared.models import (
    Candidate,
    CandidateStatus,
    ExtractionStatus,
    InvitationStatus,
    OutboxEvent,
)
from sqlalchemy import select, text

from services.matching.tests.functions.test_parse_resume import uploaded
from services.matching.tests.functions.test_read_invitation_resume import handed_in
from services.matching.tests.world import World

NOW = datetime.now(UTC)
LONG_AGO = NOW - CANDIDATE_PATIENCE - timedelta(minutes=1)
APPROVED, READY = CandidateStatus.APPROVED, CandidateStatus.READY_FOR_ASSIGNMENT


async def waiting(db: Database) -> list[int]:
    async with db.system_session() as session:
        rows = await unmatched_candidates(session, NOW, limit=10)
        return [row.candidate_id for row in rows]


async def unread(db: Database, owner: Owner) -> list[int]:
    async with db.system_session() as session:
        return [row.document_id for row in await unread_resumes(session, owner, NOW, limit=10)]


async def owed(db: Database) -> list[dict[str, object]]:
    async with db.system_session() as session:
        return list(
            await session.scalars(
                select(OutboxEvent.data)
                .where(OutboxEvent.sent_at.is_(None))
                .order_by(OutboxEvent.sequence)
            )
        )


class TestUnmatchedCandidates:
    async def test_are_those_whose_matches_are_older_than_their_profile(
        self, db: Database, world: World
    ) -> None:
        tenant_id, before = await world.tenant(), LONG_AGO - timedelta(hours=1)
        waiting_ones = [
            (APPROVED, None, LONG_AGO),
            (APPROVED, NOW, LONG_AGO),
            (READY, None, LONG_AGO),
            (READY, before, LONG_AGO),
            (CandidateStatus.ASSIGNED, before, LONG_AGO),
        ]
        others = [
            (APPROVED, None, NOW),
            (READY, NOW, LONG_AGO),
            (CandidateStatus.ASSIGNED, None, LONG_AGO),
            (CandidateStatus.NEW, None, LONG_AGO),
        ]
        ids = [
            await world.candidate(
                tenant_id, status=status, matched_at=matched_at, updated_at=updated_at
            )
            for status, matched_at, updated_at in waiting_ones + others
        ]
        assert await waiting(db) == ids[: len(waiting_ones)]

    async def test_are_neither_deleted_nor_about_to_be_read(
        self, db: Database, world: World
    ) -> None:
        tenant_id = await world.tenant()
        await world.candidate(tenant_id, updated_at=LONG_AGO, deleted_at=NOW)
        reading = await world.candidate(tenant_id, updated_at=LONG_AGO)
        await uploaded(db, tenant_id, reading)
        assert await waiting(db) == []

    async def test_are_matched_again_for_the_same_reason_but_not_for_ever(
        self, db: Database, world: World
    ) -> None:
        tenant_id = await world.tenant()
        new = await world.candidate(tenant_id, updated_at=LONG_AGO)
        changed = await world.candidate(tenant_id, status=READY, updated_at=LONG_AGO)
        for times in range(1, MAX_RESUMPTIONS + 1):
            async with db.tenant_session(tenant_id) as session:
                assert await match_again(session, tenant_id, [new, changed], NOW) == 2
                assert await match_again(session, tenant_id, [new, changed], NOW) == 0
            assert len(await owed(db)) == 2 * times
            async with db.tenant_session(tenant_id) as session:
                await session.execute(
                    text("UPDATE candidates SET resumed_at = :at"), {"at": LONG_AGO}
                )
        triggers = {data["candidate_id"]: data["trigger"] for data in await owed(db)}
        assert triggers == {new: "onboarding_approval", changed: "profile_update"}
        async with db.system_session() as session:
            await session.execute(text("UPDATE outbox_events SET sent_at = now()"))
        assert await waiting(db) == []

    async def test_wait_no_more_when_they_are_ready(self, db: Database, world: World) -> None:
        tenant_id = await world.tenant()
        candidate_id = await world.candidate(tenant_id, updated_at=LONG_AGO, resumptions=2)
        async with db.tenant_session(tenant_id) as session:
            await mark_matched(session, candidate_id)
        async with db.tenant_session(tenant_id) as session:
            assert await make_ready_for_assignment(session, tenant_id, candidate_id)
        async with db.tenant_session(tenant_id) as session:
            candidate = await session.get_one(Candidate, candidate_id)
            assert candidate.matched_at is not None
            assert candidate.matched_at >= candidate.updated_at
            assert candidate.resumptions == 0


async def uploaded_by(
    owner: Owner, db: Database, world: World, **of_owner: Any
) -> ResumeUploaded | InvitationResumeUploaded:
    """A CV of somebody new, and the event that has it read."""
    tenant_id = await world.tenant()
    if owner is Owner.CANDIDATE:
        return await uploaded(db, tenant_id, await world.candidate(tenant_id, **of_owner))
    return await handed_in(db, tenant_id, **of_owner)


async def age(db: Database, owner: Owner, tenant_id: int) -> None:
    """Let the documents be of long ago, and every event be sent."""
    changed = f"UPDATE {owner}_documents SET created_at = :at, resumed_at = :at"  # noqa: S608 -- a constant
    async with db.tenant_session(tenant_id) as session:
        await session.execute(text(changed), {"at": LONG_AGO})
    async with db.system_session() as session:
        await session.execute(text("UPDATE outbox_events SET sent_at = now()"))


@pytest.mark.parametrize("owner", Owner)
class TestUnreadResumes:
    async def test_are_read_again_and_given_up_in_the_end(
        self, db: Database, world: World, owner: Owner
    ) -> None:
        event = await uploaded_by(owner, db, world)
        tenant_id, document_id = event.tenant_id, event.document_id
        assert await unread(db, owner) == []
        for times in range(1, MAX_RESUMPTIONS + 1):
            await age(db, owner, tenant_id)
            assert await unread(db, owner) == [document_id]
            async with db.tenant_session(tenant_id) as session:
                assert await read_again(session, owner, tenant_id, [document_id], NOW) == 1
                assert await read_again(session, owner, tenant_id, [document_id], NOW) == 0
            assert await owed(db) == [event.model_dump(mode="json")], times

        await age(db, owner, tenant_id)
        async with db.tenant_session(tenant_id) as session:
            assert await read_again(session, owner, tenant_id, [document_id], NOW) == 0
            found = await session.execute(
                text(f"SELECT extraction_status, extraction_error FROM {owner}_documents")  # noqa: S608 -- a constant
            )
        assert tuple(found.one()) == (ExtractionStatus.FAILED, UNREAD)

    async def test_that_nobody_needs_stay_unread(
        self, db: Database, world: World, owner: Owner
    ) -> None:
        of_owner: dict[str, Any] = (
            {"deleted_at": NOW}
            if owner is Owner.CANDIDATE
            else {"status": InvitationStatus.CANCELLED}
        )
        event = await uploaded_by(owner, db, world, **of_owner)
        await age(db, owner, event.tenant_id)
        assert await unread(db, owner) == []
