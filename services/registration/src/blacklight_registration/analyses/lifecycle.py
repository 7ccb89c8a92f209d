"""An analysis begins once, and ends in one of three ways: complete, unsaved, failed."""

from __future__ import annotations

from uuid import UUID

from blacklight_shared.models import Registration, RegistrationStatus
from blacklight_shared.outbound import Destinations
from blacklight_shared.registrations import normalise_linkedin, normalise_website
from blacklight_shared.workflows import FieldProblem, NotFoundError, ValidationError
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_registration.analyses.analysis import Analysis

UNSAVED = "The dossier could not be saved; run the analysis again."


async def begin_analysis(
    session: AsyncSession,
    request_id: UUID,
    analysis_number: int,
    run_id: str,
    destinations: Destinations,
) -> int | None:
    """Take an analysis on, for one run of the engine.

    Args:
        session: A transaction of the registration's tenant.
        request_id: Of the registration.
        analysis_number: Which analysis was asked for.
        run_id: The run that does it.
        destinations: Where fetches may go.

    Returns:
        ``Registration.id``; None if another run has this analysis, or a newer one was asked for.

    Raises:
        NotFoundError: The registration was deleted.
        ValidationError: What was given cannot be looked at.
    """
    registration = await session.scalar(
        select(Registration).where(Registration.request_id == request_id).with_for_update()
    )
    if registration is None:
        raise NotFoundError("registration", request_id)
    if registration.analysis_number != analysis_number:
        return None
    if registration.run_id not in {None, run_id}:
        return None
    check_addresses(registration.company_website, registration.linkedin, destinations)
    registration.run_id = run_id
    registration.status = RegistrationStatus.ANALYZING
    return registration.id


def check_addresses(website: str | None, linkedin: str | None, destinations: Destinations) -> None:
    """Hold the addresses of a registration against the rules of this worker.

    Raises:
        ValidationError: None is given, or one is not allowed; names the field, not the value.
    """
    problems = []
    if website is None and linkedin is None:
        problems.append(FieldProblem("company_website", "give this or linkedin"))
    try:
        if website is not None:
            normalise_website(website, destinations)
    except ValueError as error:
        problems.append(FieldProblem("company_website", str(error)))
    try:
        if linkedin is not None:
            normalise_linkedin(linkedin)
    except ValueError as error:
        problems.append(FieldProblem("linkedin", str(error)))
    if problems:
        raise ValidationError("the registration cannot be analysed", problems)


async def mark_complete(session: AsyncSession, analysis: Analysis) -> None:
    """Say that the dossier is there."""
    await _end(session, analysis, RegistrationStatus.COMPLETED)


async def mark_unsaved(session: AsyncSession, analysis: Analysis) -> None:
    """Say that the analysis was done and its dossier got lost."""
    await _end(session, analysis, RegistrationStatus.COMPLETED, warnings=[UNSAVED])


async def mark_failed(
    session: AsyncSession, request_id: UUID, analysis_number: int, failure: str
) -> None:
    """Say that the analysis failed for good, and why."""
    await session.execute(
        update(Registration)
        .where(
            Registration.request_id == request_id,
            Registration.analysis_number == analysis_number,
            Registration.status != RegistrationStatus.COMPLETED,
        )
        .values(
            status=RegistrationStatus.FAILED,
            step="failed",
            message="The analysis failed.",
            failure=failure,
            completed_at=func.now(),
        )
    )


async def _end(
    session: AsyncSession,
    analysis: Analysis,
    status: RegistrationStatus,
    warnings: list[str] | None = None,
) -> None:
    await session.execute(
        update(Registration)
        .where(
            Registration.id == analysis.registration_id,
            Registration.analysis_number == analysis.number,
        )
        .values(status=status, warnings=warnings or [], completed_at=func.now())
    )
