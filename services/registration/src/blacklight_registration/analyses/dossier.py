"""From pages to the dossier: each step writes its part, the last one the whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime

from blacklight_shared.models import (
    PageStatus,
    Registration,
    RegistrationDossier,
    RegistrationPage,
)
from blacklight_shared.registrations import (
    CompanyProfile,
    Dossier,
    LinkedInFinding,
    LinkedInStatus,
    PageFailure,
    PageKind,
    PageReport,
    Summary,
)
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_registration.analyses.analysis import Analysis
from blacklight_registration.analyses.lifecycle import mark_complete
from blacklight_registration.analyses.missing import completeness_of, missing_parts
from blacklight_registration.analyses.stages import Stage, enter_stage
from blacklight_registration.deps import RegistrationDeps
from blacklight_registration.linkedin.provider import not_available
from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.pages.store import list_pages, load_pages, note_shells
from blacklight_registration.profile.company import build_profile
from blacklight_registration.summary.language_model import summarise


async def make_profile(deps: RegistrationDeps, analysis: Analysis) -> None:
    """Make the company's profile of the pages that came, and keep it."""
    async with deps.database.tenant_session(analysis.tenant_id) as session:
        await enter_stage(session, analysis, Stage.MAKING_PROFILE)
        pages = await load_pages(session, analysis)
    today = datetime.now(UTC).date()
    shells, profile = await asyncio.to_thread(_read, deps, pages, today)
    async with deps.database.tenant_session(analysis.tenant_id) as session:
        await note_shells(session, analysis, shells)
        await _keep_part(session, analysis, "profile", profile)


async def ask_linkedin(deps: RegistrationDeps, analysis: Analysis) -> None:
    """Ask what stands in the given LinkedIn profile, and keep the answer.

    Raises:
        ApiError: The service failed.
    """
    async with deps.database.tenant_session(analysis.tenant_id) as session:
        await enter_stage(session, analysis, Stage.ASKING_LINKEDIN)
        query = select(Registration.linkedin).where(Registration.id == analysis.registration_id)
        linkedin = await session.scalar(query)
    if linkedin is None:
        finding = LinkedInFinding(status=LinkedInStatus.NOT_GIVEN)
    else:
        finding = await deps.linkedin.look_up(linkedin)
    async with deps.database.tenant_session(analysis.tenant_id) as session:
        await _keep_part(session, analysis, "linkedin", finding)


async def write_summary(deps: RegistrationDeps, analysis: Analysis) -> None:
    """Write the summary and keep it."""
    async with deps.database.tenant_session(analysis.tenant_id) as session:
        await enter_stage(session, analysis, Stage.SUMMARISING)
        pages = await load_pages(session, analysis)
        parts = await _parts(session, analysis)
    profile = _profile_of(parts)
    readable = await asyncio.to_thread(_readable, pages)
    summary = await summarise(deps.language_model, readable, profile)
    async with deps.database.tenant_session(analysis.tenant_id) as session:
        await _keep_part(session, analysis, "summary", summary)


async def save_dossier(session: AsyncSession, analysis: Analysis) -> str:
    """Put the parts together, and say that the analysis is complete.

    Returns:
        How complete the dossier is.
    """
    await enter_stage(session, analysis, Stage.SAVING)
    parts = await _parts(session, analysis)
    pages = await list_pages(session, analysis)
    dossier = _assembled(parts, pages)
    await _keep(
        session,
        analysis,
        document=dossier.model_dump(mode="json"),
        completed_at=func.now(),
    )
    await mark_complete(session, analysis)
    await enter_stage(session, analysis, Stage.DONE)
    return dossier.completeness


def _assembled(parts: RegistrationDossier | None, pages: Sequence[RegistrationPage]) -> Dossier:
    profile = _profile_of(parts)
    linkedin = (
        LinkedInFinding.model_validate(parts.linkedin)
        if parts and parts.linkedin
        else not_available("The configured service failed.")
    )
    summary = Summary.model_validate(parts.summary if parts and parts.summary else {})
    reports = [_report(page) for page in pages]
    return Dossier(
        completeness=completeness_of(reports),
        profile=profile,
        linkedin=linkedin,
        summary=summary,
        pages=reports,
        missing=missing_parts(profile, reports),
    )


def _read(
    deps: RegistrationDeps, pages: Sequence[tuple[PageKind, ParsedPage]], today: date
) -> tuple[list[str], CompanyProfile]:
    shells = [page.url for _, page in pages if page.needs_javascript]
    return shells, build_profile(pages, deps.taxonomy, today)


def _readable(
    pages: Sequence[tuple[PageKind, ParsedPage]],
) -> list[tuple[PageKind, ParsedPage]]:
    """The pages that have a text, which is read here since that takes time."""
    return [(kind, page) for kind, page in pages if page.main_text and not page.needs_javascript]


def _report(page: RegistrationPage) -> PageReport:
    failure = PageFailure(page.failure) if page.failure else None
    if failure is None and page.status != PageStatus.FETCHED:
        failure = PageFailure.TOO_SLOW
    return PageReport(
        url=page.url,
        kind=PageKind(page.kind),
        reason=page.reason,
        score=page.score,
        failure=failure,
        final_url=page.final_url,
    )


def _profile_of(parts: RegistrationDossier | None) -> CompanyProfile:
    return CompanyProfile.model_validate(parts.profile if parts and parts.profile else {})


async def _parts(session: AsyncSession, analysis: Analysis) -> RegistrationDossier | None:
    key = (analysis.registration_id, analysis.number)
    return await session.get(RegistrationDossier, key)


async def _keep_part(session: AsyncSession, analysis: Analysis, name: str, part: BaseModel) -> None:
    await _keep(session, analysis, **{name: part.model_dump(mode="json")})


async def _keep(session: AsyncSession, analysis: Analysis, **values: object) -> None:
    await session.execute(
        insert(RegistrationDossier)
        .values(
            registration_id=analysis.registration_id,
            analysis_number=analysis.number,
            tenant_id=analysis.tenant_id,
            **values,
        )
        .on_conflict_do_update(
            index_elements=[
                RegistrationDossier.registration_id,
                RegistrationDossier.analysis_number,
            ],
            set_=values,
        )
    )
