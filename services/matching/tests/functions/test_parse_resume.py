"""An uploaded CV becomes a profile, and the profile matches."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest
from blacklight_matching.functions.parse_resume import parse_resume
from blacklight_shared.database import Database
from blacklight_shared.events import ResumeUploaded
from blacklight_shared.models import (
    AuditEntry,
    Candidate,
    CandidateDocument,
    CandidatePreferredRole,
    CandidateStatus,
    ExtractionStatus,
    GlobalRole,
    PreferredRoleSource,
    RoleStatus,
)
from blacklight_shared.roles import seed_roles
from sqlalchemy import select

from services.matching.tests.functions.conftest import Worker
from services.matching.tests.world import World

RESUME = """\
Maria Lopez
Senior Data Engineer
maria.lopez@example.org | +1 617 555 0142 | Boston, MA

Summary
Builds data platforms.

Skills
Python, SQL, Apache Spark, Docker

Experience
Senior Data Engineer, Initech, Boston
January 2019 - December 2023
Built pipelines in Python and Spark.

Data Analyst, Globex, Boston
January 2016 - December 2018
Reports in SQL.

Education
B.S. Computer Science, Example University, 2015
"""


async def uploaded(
    db: Database, tenant_id: int, candidate_id: int, content: bytes = RESUME.encode()
) -> ResumeUploaded:
    async with db.tenant_session(tenant_id) as session:
        document = CandidateDocument(
            tenant_id=tenant_id,
            candidate_id=candidate_id,
            filename="cv.txt",
            content_type="text/plain",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).digest(),
            content=content,
        )
        session.add(document)
        await session.flush()
        return ResumeUploaded(
            candidate_id=candidate_id, tenant_id=tenant_id, document_id=document.id
        )


async def read(worker: Worker, event: ResumeUploaded) -> dict[str, Any]:
    run = await asyncio.to_thread(worker.run, parse_resume, event)
    assert run.status == "Completed", run.output
    output: dict[str, Any] = run.output
    return output


async def load(db: Database, event: ResumeUploaded) -> tuple[Candidate, CandidateDocument]:
    async with db.tenant_session(event.tenant_id) as session:
        return (
            await session.get_one(Candidate, event.candidate_id),
            await session.get_one(CandidateDocument, event.document_id),
        )


async def preferred(db: Database, event: ResumeUploaded) -> list[tuple[str, str]]:
    async with db.tenant_session(event.tenant_id) as session:
        rows = await session.execute(
            select(GlobalRole.name, CandidatePreferredRole.source)
            .join(GlobalRole, GlobalRole.id == CandidatePreferredRole.role_id)
            .where(CandidatePreferredRole.candidate_id == event.candidate_id)
            .order_by(CandidatePreferredRole.rank)
        )
        return [(row.name, row.source) for row in rows]


@pytest.fixture
async def tenant_id(db: Database, world: World) -> int:
    async with db.global_session() as session:
        await seed_roles(session)
    return await world.tenant()


class TestParseResume:
    async def test_fills_an_empty_profile_and_has_it_matched(
        self, db: Database, world: World, worker: Worker, tenant_id: int
    ) -> None:
        event = await uploaded(db, tenant_id, await world.candidate(tenant_id))

        output = await read(worker, event)

        candidate, document = await load(db, event)
        assert (candidate.first_name, candidate.last_name) == ("Maria", "Lopez")
        assert candidate.email == "maria.lopez@example.org"
        assert candidate.location is not None
        assert candidate.location.startswith("Boston")
        assert "Python" in candidate.skills
        assert candidate.titles[0] == "Senior Data Engineer"
        assert candidate.years_experience == 8
        assert document.extraction_status == ExtractionStatus.EXTRACTED
        assert await preferred(db, event) == [
            ("Data Engineer", PreferredRoleSource.RESUME),
            ("Data Analyst", PreferredRoleSource.RESUME),
        ]
        assert output["extraction"] == ExtractionStatus.EXTRACTED
        assert output["is_matching"]
        asked = worker.engine.events("job-match/generate-candidate")
        assert [item["data"]["trigger"] for item in asked] == ["profile_update"]
        stages = [
            item["data"]["step"]
            for item in worker.engine.events("candidate/resume.progress")
            if item["data"]["document_id"] == event.document_id
        ]
        assert set(stages) == {"reading", "profile", "roles", "done"}

    async def test_never_overwrites_what_a_person_set(
        self, db: Database, world: World, worker: Worker, tenant_id: int
    ) -> None:
        role = await world.role("Quokka Wrangler")
        candidate_id = await world.candidate(
            tenant_id,
            roles=[role],
            status=CandidateStatus.NEW,
            first_name="Mary",
            skills=["COBOL"],
            edited_fields=["phone"],
        )
        event = await uploaded(db, tenant_id, candidate_id)

        output = await read(worker, event)

        candidate, _ = await load(db, event)
        assert (candidate.first_name, candidate.skills, candidate.phone) == (
            "Mary",
            ["COBOL"],
            None,
        )
        assert candidate.last_name == "Lopez"
        assert await preferred(db, event) == [("Quokka Wrangler", PreferredRoleSource.PERSON)]
        assert not output["is_matching"]
        async with db.tenant_session(tenant_id) as session:
            entry = (await session.scalars(select(AuditEntry))).one()
        assert entry.action == "candidate.completed_from_resume"
        assert "last_name" in entry.changes["fields"]
        assert "first_name" not in entry.changes["fields"]

    async def test_address_of_somebody_else_is_left_out(
        self, db: Database, world: World, worker: Worker, tenant_id: int
    ) -> None:
        await world.candidate(tenant_id, email="maria.lopez@example.org")
        event = await uploaded(db, tenant_id, await world.candidate(tenant_id))

        output = await read(worker, event)

        candidate, _ = await load(db, event)
        assert candidate.email is None
        assert candidate.first_name == "Maria"
        assert output["is_email_taken"]
        async with db.tenant_session(tenant_id) as session:
            entry = (await session.scalars(select(AuditEntry))).one()
        assert entry.changes["left_out"] == {"email": "another candidate has the address"}

    async def test_unreadable_file_says_why(
        self, db: Database, world: World, worker: Worker, tenant_id: int
    ) -> None:
        event = await uploaded(
            db, tenant_id, await world.candidate(tenant_id), b"%PDF-1.7 not really"
        )

        output = await read(worker, event)

        _, document = await load(db, event)
        assert output["extraction"] == document.extraction_status == ExtractionStatus.FAILED
        assert document.extraction_error

    async def test_titles_nobody_knows_become_one_role_to_review(
        self, db: Database, world: World, worker: Worker, tenant_id: int
    ) -> None:
        text = RESUME.replace("Data Engineer", "Quokka Engineer").replace(
            "Data Analyst", "Numbat Analyst"
        )
        event = await uploaded(db, tenant_id, await world.candidate(tenant_id), text.encode())

        await read(worker, event)

        assert len(await preferred(db, event)) == 1
        async with db.global_session() as session:
            (role,) = await session.scalars(
                select(GlobalRole).where(GlobalRole.status == RoleStatus.PENDING_REVIEW)
            )
        assert role.name == "Quokka Engineer"

    async def test_reading_a_file_twice_changes_nothing(
        self, db: Database, world: World, worker: Worker, tenant_id: int
    ) -> None:
        event = await uploaded(db, tenant_id, await world.candidate(tenant_id))
        await read(worker, event)
        before, _ = await load(db, event)

        output = await read(worker, event)

        after, _ = await load(db, event)
        assert output["filled_fields"] == []
        assert after.updated_at == before.updated_at
        assert len(await preferred(db, event)) == 2

    async def test_document_of_another_tenant_is_not_found(
        self, db: Database, world: World, worker: Worker, tenant_id: int
    ) -> None:
        event = await uploaded(db, tenant_id, await world.candidate(tenant_id))
        foreign = event.model_copy(update={"tenant_id": await world.tenant()})

        run = await asyncio.to_thread(worker.run, parse_resume, foreign)

        assert run.status == "Failed"
        assert "does not exist" in run.output["message"]
        _, document = await load(db, event)
        assert document.extraction_status == ExtractionStatus.PENDING
