"""Claiming, keeping and ending scraper sessions.

A session that has ended, by itself or by timing out, takes nothing new: it is refused with 409, and
the target is someone else's. What the session had begun to deliver counts whole: it may be sent
again to its end, also after the session's own, because postings are counted by their import, never
by the session. Which of the two it is, is decided once, with the session locked.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from blacklight_shared.models import (
    JobImportBatch,
    ScraperSession,
    ScraperSessionStatus,
    ScraperSubmission,
    ScrapeStatus,
    ScrapeTarget,
)
from blacklight_shared.scraping import return_to_queue
from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.audit.service import record
from blacklight_api.problems import Conflict, Forbidden, NotFound
from blacklight_api.roles.references import resolve_role_id
from blacklight_api.scraper import queries
from blacklight_api.scraper.schemas import Session, Submission, Target, TargetCreate
from blacklight_api.work import Work


async def add_target(work: Work, wanted: TargetCreate) -> Target:
    """Queue a role in a location, or raise the priority of what is queued already.

    One that had failed too often gets its attempts back.

    Raises:
        Unprocessable: There is no such role, or it was rejected.
    """
    role_id = await resolve_role_id(work.session, wanted.role_id, field="role_id")
    had_failed = ScrapeTarget.status == ScrapeStatus.FAILED
    await work.session.execute(
        insert(ScrapeTarget)
        .values(role_id=role_id, location=wanted.location, priority=wanted.priority)
        .on_conflict_do_update(
            index_elements=["role_id", "location"],
            set_={
                "priority": func.greatest(ScrapeTarget.priority, wanted.priority),
                "status": case((had_failed, ScrapeStatus.PENDING), else_=ScrapeTarget.status),
                "attempts": case((had_failed, 0), else_=ScrapeTarget.attempts),
                "updated_at": func.now(),
            },
        )
    )
    row = await queries.target_row(work.session, role_id, wanted.location)
    await record(work, "scrape_target.queued", row["id"])
    return Target.model_validate(dict(row))


async def claim(work: Work) -> Session | None:
    """Start a session on the next target; None when nothing is waiting.

    Raises:
        Conflict: The key has a session in progress.
        Forbidden: The caller is no API key.
    """
    api_key_id = _api_key_id(work)
    await queries.lock_key(work.session, api_key_id)
    if (active := await queries.active_session_id(work.session, api_key_id)) is not None:
        raise Conflict(f"This key has a session in progress: {active}.")
    target = await queries.next_target(work.session)
    if target is None:
        return None
    target.status = ScrapeStatus.IN_PROGRESS
    session = ScraperSession(
        tenant_id=work.tenant_id, api_key_id=api_key_id, scrape_target_id=target.id
    )
    work.session.add(session)
    await work.session.flush()
    return await show(work, session.id)


async def show(work: Work, session_id: uuid.UUID) -> Session:
    """One of the key's sessions.

    Raises:
        NotFound: The key has no such session.
    """
    row = await queries.session_row(work.session, session_id, _api_key_id(work))
    if row is None:
        raise NotFound("scraper session")
    aliases = await queries.aliases_of(work.session, row["role_id"])
    submissions = await queries.submissions_of(work.session, session_id)
    return Session(
        **row,
        role_aliases=list(aliases),
        submissions=[Submission.model_validate(submission) for submission in submissions],
    )


async def heartbeat(work: Work, session_id: uuid.UUID) -> Session:
    """Say that the scraper is alive.

    Raises:
        NotFound: The key has no such session.
        Conflict: The session has ended.
    """
    session = await _in_progress(work, session_id)
    session.heartbeat_at = await _now(work.session)
    await work.session.flush()
    return await show(work, session_id)


async def accept_submission(work: Work, session_id: uuid.UUID, platform: str) -> None:
    """Decide that what a session delivers from ``platform`` will count.

    Raises:
        NotFound: The key has no such session.
        Conflict: The session has ended, and had delivered nothing from this platform before.
    """
    session = await _locked(work, session_id)
    if await work.session.get(ScraperSubmission, (session_id, platform)) is None:
        _check_in_progress(session)
    if session.status == ScraperSessionStatus.IN_PROGRESS:
        session.heartbeat_at = await _now(work.session)
    await work.session.execute(
        insert(ScraperSubmission)
        .values(session_id=session_id, platform=platform, tenant_id=work.tenant_id)
        .on_conflict_do_nothing()
    )


async def link_submission(work: Work, session_id: uuid.UUID, platform: str, batch_key: str) -> None:
    """Remember which import holds what was delivered."""
    batch_id = (
        select(JobImportBatch.id)
        .where(
            JobImportBatch.batch_key == batch_key,
            JobImportBatch.tenant_id.is_not_distinct_from(work.tenant_id),
        )
        .scalar_subquery()
    )
    await work.session.execute(
        update(ScraperSubmission)
        .where(ScraperSubmission.session_id == session_id, ScraperSubmission.platform == platform)
        .values(import_batch_id=batch_id)
    )


async def complete(work: Work, session_id: uuid.UUID) -> Session:
    """End a session well: the target has been scraped.

    Raises:
        NotFound: The key has no such session.
        Conflict: The session has ended otherwise.
    """
    session = await _unless_ended_as(work, session_id, ScraperSessionStatus.COMPLETED)
    if session is not None:
        session.status = ScraperSessionStatus.COMPLETED
        session.finished_at = await _now(work.session)
        target = await _target_of(work.session, session)
        target.status = ScrapeStatus.COMPLETED
        target.last_scraped_at = session.finished_at
        target.attempts = 0
        target.last_error = None
        await work.session.flush()
        await record(work, "scraper_session.completed", str(session_id))
    return await show(work, session_id)


async def fail(work: Work, session_id: uuid.UUID, error: str) -> Session:
    """Give a session up; its target goes back to the queue, a few times.

    Raises:
        NotFound: The key has no such session.
        Conflict: The session has ended otherwise.
    """
    session = await _unless_ended_as(work, session_id, ScraperSessionStatus.FAILED)
    if session is not None:
        session.status = ScraperSessionStatus.FAILED
        session.error = error
        session.finished_at = await _now(work.session)
        return_to_queue(await _target_of(work.session, session), error)
        await work.session.flush()
        await record(work, "scraper_session.failed", str(session_id))
    return await show(work, session_id)


async def _in_progress(work: Work, session_id: uuid.UUID) -> ScraperSession:
    session = await _locked(work, session_id)
    _check_in_progress(session)
    return session


async def _locked(work: Work, session_id: uuid.UUID) -> ScraperSession:
    session = await queries.locked_session(work.session, session_id, _api_key_id(work))
    if session is None:
        raise NotFound("scraper session")
    return session


def _check_in_progress(session: ScraperSession) -> None:
    if session.status != ScraperSessionStatus.IN_PROGRESS:
        raise Conflict(f"The session has ended: {session.status}. Claim a new one.")


async def _unless_ended_as(
    work: Work, session_id: uuid.UUID, end: ScraperSessionStatus
) -> ScraperSession | None:
    """The session to be ended; None when it ended that way already, so that a retry is safe."""
    session = await queries.locked_session(work.session, session_id, _api_key_id(work))
    if session is not None and session.status == end:
        return None
    return await _in_progress(work, session_id)


async def _target_of(session: AsyncSession, scraper_session: ScraperSession) -> ScrapeTarget:
    return await session.get_one(
        ScrapeTarget, scraper_session.scrape_target_id, with_for_update=True
    )


def _api_key_id(work: Work) -> int:
    if work.principal.api_key_id is None:
        raise Forbidden("Scrapers work with an API key.")
    return work.principal.api_key_id


async def _now(session: AsyncSession) -> datetime:
    return (await session.execute(select(func.now()))).scalar_one()
