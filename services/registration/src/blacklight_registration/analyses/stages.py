"""How far an analysis has come: kept in its row, and published once for each stage."""

from __future__ import annotations

from enum import Enum

from blacklight_shared.events import RegistrationProgress
from blacklight_shared.models import Registration
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_registration.analyses.analysis import Analysis


class Stage(Enum):
    """A stage: its name, how much is done when it begins, and words for people."""

    READING_SITE = ("reading_site", 5.0, "Opening the company's site.")
    CHOOSING_PAGES = ("choosing_pages", 20.0, "Choosing the pages worth reading.")
    READING_PAGES = ("reading_pages", 30.0, "Reading the company's pages.")
    MAKING_PROFILE = ("making_profile", 65.0, "Making the company's profile.")
    ASKING_LINKEDIN = ("asking_linkedin", 80.0, "Looking at LinkedIn.")
    SUMMARISING = ("summarising", 85.0, "Writing the summary.")
    SAVING = ("saving", 95.0, "Saving the dossier.")
    DONE = ("done", 100.0, "The dossier is ready.")

    def __init__(self, step: str, percent: float, message: str) -> None:
        self.step = step
        self.percent = percent
        self.message = message


async def enter_stage(session: AsyncSession, analysis: Analysis, stage: Stage) -> None:
    """Say that a stage has begun; a step that is repeated says it once."""
    values = {"step": stage.step, "percent": stage.percent, "message": stage.message}
    request_id = await session.scalar(
        update(Registration)
        .where(
            Registration.id == analysis.registration_id,
            Registration.analysis_number == analysis.number,
            Registration.percent < stage.percent,
        )
        .values(values)
        .returning(Registration.request_id)
    )
    if request_id is None:
        return
    await add_events(
        session,
        [RegistrationProgress(request_id=request_id, tenant_id=analysis.tenant_id, **values)],
        tenant_id=analysis.tenant_id,
        trace_context=current_trace(),
    )
