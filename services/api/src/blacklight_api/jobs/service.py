"""What can be done with postings that are there; importing them is ``imports``' work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from blacklight_shared.events import JobPostingUpdated
from blacklight_shared.models import JobPosting, JobStatus, Visibility

from blacklight_api.audit.service import record
from blacklight_api.jobs import queries
from blacklight_api.jobs.queries import JobFilter, JobRow
from blacklight_api.jobs.schemas import JobDetail, JobPatch, JobSummary, MailOfJob
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import Conflict, Forbidden, NotFound, Unprocessable
from blacklight_api.roles.queries import find_role
from blacklight_api.work import Work


async def find(work: Work, job_id: int) -> JobRow:
    """The posting.

    Raises:
        NotFound: There is none, or it is another tenant's.
    """
    return await _find(work, job_id, lock=False)


async def page(work: Work, wanted: JobFilter, requested: PageRequest) -> Page[JobSummary]:
    """One page of postings, the newest first."""
    rows = await queries.list_jobs(
        work.session, wanted, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(
        rows,
        item=lambda row: JobSummary.model_validate(_shown(row, JobSummary)),
        key=lambda row: IdKey(id=row.job.id),
    )


async def mails_of(work: Work, job_id: int) -> list[MailOfJob]:
    """The mails that a posting came from; none unless it was found in an inbox."""
    return await queries.mails_of_job(work.session, job_id)


async def role_name(work: Work, role_id: int | None) -> str | None:
    """What a role is called; None for none."""
    role = None if role_id is None else await find_role(work.session, role_id)
    return None if role is None else role.name


async def change(work: Work, job_id: int, patch: JobPatch) -> JobRow:
    """Change a posting; what really changed is embedded and scored again.

    What the source said stays remembered, so importing the same posting again keeps the change.

    Raises:
        NotFound: As ``find``.
        Forbidden: The posting is global, and another tenant imported it.
        Unprocessable: A lower bound is above its upper bound.
    """
    row = await _find_editable(work, job_id)
    given = patch.model_dump(exclude_unset=True)
    changed = {name for name, value in given.items() if getattr(row.job, name) != value}
    for name in changed:
        setattr(row.job, name, given[name])
    _check_bounds(row.job)
    if changed:
        await _save(work, row.job, changed)
        await record(work, "job.updated", job_id, fields=changed)
    return row


async def close(work: Work, job_id: int) -> JobRow:
    """Close an open posting; closing it twice does no harm.

    Raises:
        NotFound: As ``find``.
        Forbidden: As ``change``.
        Conflict: The posting has expired.
    """
    row = await _find_editable(work, job_id)
    if row.job.status == JobStatus.EXPIRED:
        raise Conflict("The posting has expired already.")
    await _set_status(work, row.job, JobStatus.CLOSED)
    return row


async def reopen(work: Work, job_id: int) -> JobRow:
    """Open a posting that was closed or has expired; its age counts from now on.

    Raises:
        NotFound: As ``find``.
        Forbidden: As ``change``.
    """
    row = await _find_editable(work, job_id)
    if row.job.status != JobStatus.ACTIVE:
        row.job.reopened_at = datetime.now(UTC)
    await _set_status(work, row.job, JobStatus.ACTIVE)
    return row


def detail(work: Work, row: JobRow) -> JobDetail:
    """The posting as clients see it."""
    return JobDetail.model_validate(
        {**_shown(row, JobDetail), "can_edit": _can_edit(work, row.job)}
    )


async def _find(work: Work, job_id: int, *, lock: bool) -> JobRow:
    row = await queries.find_job(work.session, job_id, lock=lock)
    if row is None:
        raise NotFound("job posting")
    return row


async def _find_editable(work: Work, job_id: int) -> JobRow:
    row = await _find(work, job_id, lock=True)
    if not _can_edit(work, row.job):
        raise Forbidden("A global posting is changed by who imported it, or by the platform.")
    return row


def _can_edit(work: Work, job: JobPosting) -> bool:
    if work.tenant_id is None:
        return True
    return work.tenant_id in {job.source_tenant_id, job.imported_by_tenant_id}


def _check_bounds(job: JobPosting) -> None:
    for lower, upper in (
        ("experience_min_years", "experience_max_years"),
        ("salary_min", "salary_max"),
    ):
        low, high = getattr(job, lower), getattr(job, upper)
        if low is not None and high is not None and low > high:
            raise Unprocessable(lower, f"It must not be greater than {upper} ({high}).")


async def _set_status(work: Work, job: JobPosting, status: JobStatus) -> None:
    if job.status == status:
        return
    previous, job.status = job.status, status
    await _save(work, job, {"status"})
    action = "job.closed" if status is JobStatus.CLOSED else "job.reopened"
    await record(work, action, job.id, details={"from": previous, "to": status})


async def _save(work: Work, job: JobPosting, changed: set[str]) -> None:
    await work.session.flush()
    await work.session.refresh(job)
    await work.emit(JobPostingUpdated(job_id=job.id, changed_fields=sorted(changed)))


def _shown(row: JobRow, model: type[JobSummary]) -> dict[str, Any]:
    columns = JobPosting.__table__.columns.keys()
    wanted = model.model_fields.keys()
    visibility = Visibility.GLOBAL if row.job.source_tenant_id is None else Visibility.TENANT
    return {
        **{name: getattr(row.job, name) for name in columns if name in wanted},
        "role": row.role,
        "visibility": visibility,
    }
