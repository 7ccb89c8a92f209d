"""Rows that tests need to be there, made in one line."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from blacklight_shared.database import Database
from blacklight_shared.models import (
    ApiKey,
    AuditEntry,
    Base,
    BatchStatus,
    Candidate,
    CandidateDocument,
    CandidateFeatures,
    CandidateJobMatch,
    CandidatePreferredRole,
    CandidateStatus,
    ExtractionStatus,
    FileFormat,
    GlobalRole,
    ImportErrorSeverity,
    JobFeatures,
    JobImportBatch,
    JobImportError,
    JobImportFile,
    JobPosting,
    OutboxEvent,
    PortalRole,
    PortalUser,
    RoleStatus,
    ScraperSession,
    ScrapeStatus,
    ScrapeTarget,
    TenantSkill,
    Visibility,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.api.tests.integration_factories import add_integration_objects
from services.api.tests.notification_factories import add_notification_objects
from services.api.tests.registration_factories import add_registration_objects

RowT = TypeVar("RowT", bound=Base)

EVEN_WEIGHTS = [0.4, 0.25, 0.15, 0.1, 0.1]


async def add_role(session: AsyncSession, name: str | None = None, **fields: Any) -> GlobalRole:
    name = name or f"Role {uuid.uuid4().hex[:10]}"
    values = {"normalized_name": name.lower(), "status": RoleStatus.APPROVED, **fields}
    return await _added(session, GlobalRole(name=name, **values))


async def add_candidate(session: AsyncSession, tenant_id: int, **fields: Any) -> Candidate:
    values = {"status": CandidateStatus.APPROVED, "first_name": "Ada", "last_name": "Marsh"}
    return await _added(session, Candidate(tenant_id=tenant_id, **(values | fields)))


async def add_document(
    session: AsyncSession, candidate: Candidate, content: bytes = b"A CV.", **fields: Any
) -> CandidateDocument:
    values = {
        "filename": "cv.txt",
        "content_type": "text/plain",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).digest(),
        "content": content,
        "extraction_status": ExtractionStatus.EXTRACTED,
        **fields,
    }
    document = CandidateDocument(tenant_id=candidate.tenant_id, candidate_id=candidate.id, **values)
    return await _added(session, document)


async def add_job(
    session: AsyncSession, source_tenant_id: int | None = None, **fields: Any
) -> JobPosting:
    values = {
        "source": "test",
        "external_id": uuid.uuid4().hex,
        "title": "Data Scientist",
        "content_hash": b"\x00" * 32,
        **fields,
    }
    return await _added(session, JobPosting(source_tenant_id=source_tenant_id, **values))


async def add_match(
    session: AsyncSession, candidate: Candidate, job: JobPosting, **fields: Any
) -> CandidateJobMatch:
    values = {
        "score": 80.0,
        "skills_score": 80.0,
        "experience_score": 100.0,
        "weights": EVEN_WEIGHTS,
        "matched_skill_ids": [],
        "missing_skill_ids": [],
        "is_recommended": True,
        **fields,
    }
    match = CandidateJobMatch(
        tenant_id=candidate.tenant_id, candidate_id=candidate.id, job_posting_id=job.id, **values
    )
    return await _added(session, match)


async def add_candidate_features(
    session: AsyncSession, candidate: Candidate, skills: Sequence[tuple[int, str]], **fields: Any
) -> CandidateFeatures:
    values = {"willing_to_relocate": False, "content_hash": b"\x00" * 32, **fields}
    features = CandidateFeatures(
        candidate_id=candidate.id,
        tenant_id=candidate.tenant_id,
        skill_ids=[skill_id for skill_id, _ in skills],
        skill_words=[word for _, word in skills],
        **values,
    )
    return await _added(session, features)


async def add_job_features(
    session: AsyncSession, job: JobPosting, skills: Sequence[tuple[int, str, int]], **fields: Any
) -> JobFeatures:
    features = JobFeatures(
        job_posting_id=job.id,
        source_tenant_id=job.source_tenant_id,
        content_hash=b"\x00" * 32,
        skill_ids=[skill_id for skill_id, _, _ in skills],
        skill_words=[word for _, word, _ in skills],
        skill_importance=[importance for _, _, importance in skills],
        **fields,
    )
    return await _added(session, features)


async def add_user(session: AsyncSession, tenant_id: int, **fields: Any) -> PortalUser:
    values = {
        "email": f"{uuid.uuid4().hex[:10]}@example.com",
        "full_name": "Sam Rivera",
        "role": PortalRole.RECRUITER,
        **fields,
    }
    return await _added(session, PortalUser(tenant_id=tenant_id, **values))


async def add_key(session: AsyncSession, tenant_id: int | None, **fields: Any) -> ApiKey:
    values = {
        "name": "A key",
        "public_id": uuid.uuid4().hex[:12],
        "secret_hash": b"\x00" * 32,
        "scopes": ["jobs:read"],
        **fields,
    }
    return await _added(session, ApiKey(tenant_id=tenant_id, **values))


async def add_batch(session: AsyncSession, tenant_id: int | None, **fields: Any) -> JobImportBatch:
    now = datetime.now(UTC)
    values = {
        "batch_key": uuid.uuid4().hex,
        "source": "test",
        "visibility": Visibility.TENANT,
        "status": BatchStatus.COMPLETED,
        "received_at": now,
        "completed_at": now,
        **fields,
    }
    return await _added(session, JobImportBatch(tenant_id=tenant_id, **values))


async def add_scraper_session(
    session: AsyncSession, tenant_id: int | None, api_key_id: int, role: GlobalRole
) -> ScraperSession:
    target = await _added(session, ScrapeTarget(role_id=role.id, status=ScrapeStatus.IN_PROGRESS))
    return await _added(
        session,
        ScraperSession(tenant_id=tenant_id, api_key_id=api_key_id, scrape_target_id=target.id),
    )


async def add_objects_of_every_kind(
    database: Database, tenant_id: int, api_key_id: int, marker: str
) -> dict[str, object]:
    """One object of each kind that a tenant can own.

    Args:
        database: Where to add them.
        tenant_id: Whose they are.
        api_key_id: The key of the tenant that asks for them; some belong to a key.
        marker: A text that each of them shows somewhere.

    Returns:
        Their ids, by the name of the path parameter that takes them.
    """
    async with database.tenant_session(tenant_id) as session:
        role = await add_role(session, status=RoleStatus.PENDING_REVIEW)
        candidate = await add_candidate(session, tenant_id, last_name=marker, headline=marker)
        session.add(
            CandidatePreferredRole(candidate_id=candidate.id, role_id=role.id, tenant_id=tenant_id)
        )
        document = await add_document(session, candidate, marker.encode(), filename=marker)
        job = await add_job(session, tenant_id, title=marker, imported_by_tenant_id=tenant_id)
        match = await add_match(session, candidate, job)
        user = await add_user(session, tenant_id, full_name=marker)
        key = await add_key(session, tenant_id, name=marker)
        batch = await add_batch(session, tenant_id, source=marker)
        file = JobImportFile(
            tenant_id=tenant_id,
            format=FileFormat.CSV,
            encoding="utf-8",
            column_mapping={},
            size_bytes=0,
            row_count=0,
            sha256=b"\x00" * 32,
        )
        event = OutboxEvent(tenant_id=tenant_id, name="jobs/imported", data={}, subject=marker)
        session.add_all([file, event])
        await session.flush()
        scraping = await add_scraper_session(session, tenant_id, api_key_id, role)
        of_notifications = await add_notification_objects(session, tenant_id, marker)
        of_integrations = await add_integration_objects(session, tenant_id, user.id, job.id, marker)
        of_registrations = await add_registration_objects(session, tenant_id, marker)
        session.add_all(
            [
                JobImportError(
                    batch_id=batch.id,
                    tenant_id=tenant_id,
                    line=1,
                    severity=ImportErrorSeverity.ERROR,
                    message=marker,
                ),
                TenantSkill(tenant_id=tenant_id, name=marker, normalized_name=marker),
                AuditEntry(
                    tenant_id=tenant_id,
                    actor_type="api_key",
                    action="candidate.created",
                    entity_type="candidate",
                    entity_id=marker,
                ),
            ]
        )
    return {
        "batch_id": batch.batch_key,
        "candidate_id": candidate.id,
        "document_id": document.id,
        "event_id": event.id,
        "file_id": file.id,
        "job_id": job.id,
        "key_id": key.id,
        "match_id": match.id,
        "platform": "monster",
        "role_id": role.id,
        "session_id": scraping.id,
        "tenant_id": tenant_id,
        "user_id": user.id,
        **of_notifications,
        **of_integrations,
        **of_registrations,
    }


async def _added(session: AsyncSession, row: RowT) -> RowT:
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row
