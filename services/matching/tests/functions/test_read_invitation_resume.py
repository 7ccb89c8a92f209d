"""The CV of an invited person fills what is empty in their form."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from blacklight_matching.functions.read_invitation_resume import read_invitation_resume
from blacklight_shared.database import Database
from blacklight_shared.events import InvitationResumeUploaded
from blacklight_shared.models import (
    AuditEntry,
    CandidateInvitation,
    ExtractionStatus,
    InvitationDocument,
    InvitationStatus,
)
from sqlalchemy import select
from sqlalchemy.orm import undefer

from services.matching.tests.functions.conftest import Worker
from services.matching.tests.functions.test_parse_resume import RESUME
from services.matching.tests.world import World

_token_numbers = itertools.count()


async def handed_in(
    db: Database, tenant_id: int, content: bytes = RESUME.encode(), **of_invitation: Any
) -> InvitationResumeUploaded:
    """A CV of a new invitation, and the event that has it read."""
    number = next(_token_numbers)
    invitation = CandidateInvitation(
        **{
            "tenant_id": tenant_id,
            "email": f"invited-{number}@example.com",
            "token_hash": hashlib.sha256(f"token-{number}".encode()).digest(),
            "expires_at": datetime.now(UTC) + timedelta(days=1),
            "status": InvitationStatus.IN_PROGRESS,
            **of_invitation,
        }
    )
    async with db.tenant_session(tenant_id) as session:
        session.add(invitation)
        await session.flush()
        invitation_id = invitation.id
    return await added(db, tenant_id, invitation_id, content)


async def added(
    db: Database, tenant_id: int, invitation_id: int, content: bytes
) -> InvitationResumeUploaded:
    """One more CV of an invitation."""
    document = InvitationDocument(
        tenant_id=tenant_id,
        invitation_id=invitation_id,
        filename="cv.txt",
        content_type="text/plain",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).digest(),
        content=content,
    )
    async with db.tenant_session(tenant_id) as session:
        session.add(document)
        await session.flush()
        return InvitationResumeUploaded(
            invitation_id=invitation_id, tenant_id=tenant_id, document_id=document.id
        )


async def read(worker: Worker, event: InvitationResumeUploaded) -> dict[str, Any]:
    run = await asyncio.to_thread(worker.run, read_invitation_resume, event)
    assert run.status == "Completed", run.output
    output: dict[str, Any] = run.output
    return output


async def load(
    db: Database, event: InvitationResumeUploaded
) -> tuple[dict[str, Any], InvitationDocument]:
    """The form, and the CV with what it says."""
    async with db.tenant_session(event.tenant_id) as session:
        invitation = await session.get_one(CandidateInvitation, event.invitation_id)
        document = await session.get_one(
            InvitationDocument, event.document_id, options=[undefer(InvitationDocument.reading)]
        )
        return invitation.profile, document


@pytest.fixture
async def tenant_id(world: World) -> int:
    return await world.tenant()


class TestReadInvitationResume:
    async def test_fills_what_is_empty_and_leaves_what_was_written(
        self, db: Database, worker: Worker, tenant_id: int
    ) -> None:
        written: dict[str, object] = {
            "phone": "+49 30 1234",
            "headline": None,
            "skills": [],
            "summary": "",
        }
        event = await handed_in(db, tenant_id, first_name="Mary", profile=written)

        output = await read(worker, event)

        profile, document = await load(db, event)
        assert profile["phone"] == "+49 30 1234"
        assert profile["headline"] == "Senior Data Engineer"
        assert "Python" in profile["skills"]
        assert "first_name" not in profile
        assert profile["last_name"] == "Lopez"
        assert profile["education"][0]["end_year"] == 2015
        assert profile["years_experience"] == 8
        assert document.extraction_status == output["extraction"] == ExtractionStatus.EXTRACTED
        assert document.filled_fields == output["filled_fields"]
        assert {"last_name", "skills", "headline", "summary"} <= set(document.filled_fields)
        assert not {"first_name", "phone"} & set(document.filled_fields)
        assert document.reading is not None
        assert document.reading["emails"] == ["maria.lopez@example.org"]
        assert document.reading["first_name"] == "Maria"
        async with db.tenant_session(tenant_id) as session:
            entry = (await session.scalars(select(AuditEntry))).one()
        assert entry.action == "invitation.completed_from_resume"
        assert entry.changes["fields"] == document.filled_fields

    async def test_what_the_person_has_emptied_stays_empty(
        self, db: Database, worker: Worker, tenant_id: int
    ) -> None:
        event = await handed_in(db, tenant_id)
        await read(worker, event)
        async with db.tenant_session(tenant_id) as session:
            invitation = await session.get_one(CandidateInvitation, event.invitation_id)
            invitation.profile = {**invitation.profile, "phone": None, "headline": "Analyst"}

        assert await read(worker, event) == {
            "extraction": ExtractionStatus.EXTRACTED,
            "filled_fields": (await load(db, event))[1].filled_fields,
        }
        other = await added(
            db, tenant_id, event.invitation_id, RESUME.replace("Analyst", "Clerk").encode()
        )
        await read(worker, other)

        profile, document = await load(db, other)
        assert (profile["phone"], profile["headline"]) == (None, "Analyst")
        assert document.filled_fields == []

    async def test_a_form_that_was_sent_stays_as_it_is(
        self, db: Database, worker: Worker, tenant_id: int
    ) -> None:
        event = await handed_in(db, tenant_id, status=InvitationStatus.SUBMITTED)

        await read(worker, event)

        profile, document = await load(db, event)
        assert (profile, document.filled_fields) == ({}, [])
        assert document.reading is not None
        assert document.reading["last_name"] == "Lopez"

    async def test_an_unreadable_file_says_why(
        self, db: Database, worker: Worker, tenant_id: int
    ) -> None:
        event = await handed_in(db, tenant_id, b"%PDF-1.7 not really")

        output = await read(worker, event)

        profile, document = await load(db, event)
        assert output["extraction"] == document.extraction_status == ExtractionStatus.FAILED
        assert document.extraction_error
        assert profile == {}

    async def test_nobody_reads_what_is_gone_or_decided(
        self, db: Database, worker: Worker, world: World, tenant_id: int
    ) -> None:
        decided = await handed_in(db, tenant_id, status=InvitationStatus.REJECTED)
        gone = decided.model_copy(update={"document_id": decided.document_id + 1_000})
        foreign = decided.model_copy(update={"tenant_id": await world.tenant()})

        for event in (decided, gone, foreign):
            output = await read(worker, event)
            assert output == {"extraction": None, "filled_fields": []}
        _, document = await load(db, decided)
        assert document.extraction_status == ExtractionStatus.PENDING
