"""HTTP endpoints of the scraper queue."""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated

from blacklight_shared.job_imports.receiving import ImportOptions, receive_import
from blacklight_shared.models import ScrapeStatus, Visibility
from fastapi import Path, Query, Request, Response

from blacklight_api.auth.principal import Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import gateway_of
from blacklight_api.imports.queries import batch_document
from blacklight_api.imports.schemas import IMPORT_BODY, Batch
from blacklight_api.imports.upload import received_upload
from blacklight_api.limits import RequestLimits, limited
from blacklight_api.pagination import IdKey, Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.scraper import queries, service
from blacklight_api.scraper.schemas import Failure, Platform, Session, Target, TargetCreate
from blacklight_api.work import Work, caller, request_id, shared_work

MAX_SUBMISSION_BYTES = 64 * 1024 * 1024

router = gateway_router("/scraper", "scraper")

Scraper = Annotated[Work, shared_work(Scope.SCRAPER)]
Submitter = Annotated[Principal, caller(Scope.SCRAPER)]
Queuer = Annotated[Work, shared_work(Scope.ROLES_WRITE)]
QueueReader = Annotated[Work, shared_work(Scope.ROLES_READ)]


@router.post("/targets", status_code=201)
async def queue_target(wanted: TargetCreate, work: Queuer) -> Target:
    """Queue a role in a location; one that is queued already keeps the higher priority."""
    return await service.add_target(work, wanted)


@router.get("/targets")
async def list_targets(
    work: QueueReader,
    requested: RequestedPage,
    status: Annotated[ScrapeStatus | None, Query(description="Only those.")] = None,
) -> Page[Target]:
    """List what is to be scraped, and what was."""
    after = requested.after(IdKey)
    rows = await queries.target_rows(
        work.session,
        status=status,
        after_id=after.id if after else None,
        limit=requested.limit + 1,
    )
    return requested.page(
        rows,
        item=lambda row: Target.model_validate(dict(row)),
        key=lambda row: IdKey(id=row["id"]),
    )


@router.post(
    "/sessions",
    status_code=201,
    response_model=Session,
    responses=problem_responses(409) | {204: {"description": "Nothing is waiting."}},
)
async def claim_target(work: Scraper) -> Session | Response:
    """Claim the next role and location; a key has one session at a time."""
    session = await service.claim(work)
    return Response(status_code=204) if session is None else session


@router.get("/sessions/{session_id}")
async def get_session(session_id: uuid.UUID, work: Scraper) -> Session:
    """Get one of the key's sessions."""
    return await service.show(work, session_id)


@router.post("/sessions/{session_id}/heartbeat", responses=problem_responses(409))
async def keep_session(session_id: uuid.UUID, work: Scraper) -> Session:
    """Say that the scraper is alive; a session that is silent for an hour times out."""
    return await service.heartbeat(work, session_id)


@router.put(
    "/sessions/{session_id}/platforms/{platform}/jobs",
    status_code=202,
    responses=problem_responses(409, 415),
    openapi_extra={"requestBody": IMPORT_BODY},
)
@limited(RequestLimits(max_body_bytes=MAX_SUBMISSION_BYTES, has_timeout=False))
async def submit_jobs(
    session_id: uuid.UUID,
    platform: Annotated[Platform, Path()],
    request: Request,
    submitter: Submitter,
) -> Batch:
    """Deliver what was found on one platform, as an import of its own.

    Sending the same again is safe and counts once, also when the session has ended meanwhile.
    Something else for the same platform is a conflict, and so is a platform that a session begins
    with after it has ended or timed out.
    """
    database = gateway_of(request).database
    batch_key = f"scraper.{session_id}.{platform}"
    async with received_upload(request, {}) as upload:
        await asyncio.to_thread(upload.file.check)
        async with database.session_for(submitter.tenant_id) as session:
            work = Work(session, submitter, request_id(request), submitter.tenant_id)
            await service.accept_submission(work, session_id, platform)
        options = ImportOptions(
            tenant_id=submitter.tenant_id,
            batch_key=batch_key,
            source=platform,
            visibility=Visibility.GLOBAL,
            request_hash=upload.hash_with(platform),
        )
        await receive_import(database, options, upload.file.rows())
    async with database.session_for(submitter.tenant_id) as session:
        work = Work(session, submitter, request_id(request), submitter.tenant_id)
        await service.link_submission(work, session_id, platform, batch_key)
        return await batch_document(session, batch_key)


@router.post("/sessions/{session_id}/complete", responses=problem_responses(409))
async def complete_session(session_id: uuid.UUID, work: Scraper) -> Session:
    """End a session well."""
    return await service.complete(work, session_id)


@router.post("/sessions/{session_id}/fail", responses=problem_responses(409))
async def fail_session(session_id: uuid.UUID, failure: Failure, work: Scraper) -> Session:
    """Give a session up; the role and location go back to the queue."""
    return await service.fail(work, session_id, failure.error)
