"""What recruiters do with registrations."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from blacklight_shared.models import Registration, RegistrationForm, RegistrationStatus

from blacklight_api.audit.service import record
from blacklight_api.problems import Conflict, NotFound
from blacklight_api.registrations import queries
from blacklight_api.registrations.schemas import RegistrationDetail, RegistrationShown
from blacklight_api.registrations.submitting import ask_for_analysis
from blacklight_api.work import TenantWork

ABANDONED_AFTER = timedelta(minutes=30)
"""An analysis that has not moved for so long may be asked for again."""

_UNDER_WAY = frozenset({RegistrationStatus.QUEUED, RegistrationStatus.ANALYZING})
_KEY_BYTES = 15


async def show(work: TenantWork, request_id: UUID) -> RegistrationDetail:
    """A registration with its newest finished dossier.

    Raises:
        NotFound: There is none.
    """
    registration = await queries.get_registration(work.session, request_id)
    found = await queries.last_dossier(work.session, registration)
    shown = RegistrationShown.model_validate(registration)
    return RegistrationDetail(**shown.model_dump(), dossier=found[1] if found else None)


async def analyse_again(work: TenantWork, request_id: UUID) -> Registration:
    """Ask for another analysis; the dossier at hand stays until it is finished.

    Raises:
        NotFound: There is no such registration.
        Conflict: An analysis is under way.
    """
    registration = await queries.get_registration(work.session, request_id, lock=True)
    is_moving = registration.updated_at > datetime.now(UTC) - ABANDONED_AFTER
    if registration.status in _UNDER_WAY and is_moving:
        raise Conflict("The registration is being analysed; wait until that is done.")
    registration.analysis_number += 1
    registration.status = RegistrationStatus.QUEUED
    registration.run_id = None
    registration.step = "queued"
    registration.percent = 0.0
    registration.message = "Waiting to be analysed."
    registration.failure = None
    registration.warnings = []
    registration.completed_at = None
    await work.session.flush()
    await work.session.refresh(registration)
    await ask_for_analysis(work.session, registration)
    details = {"analysis_number": registration.analysis_number}
    await record(work, "registration.rerun", str(request_id), details=details)
    return registration


async def delete(work: TenantWork, request_id: UUID) -> None:
    """Delete a registration with all that was found; imported postings stay.

    Raises:
        NotFound: There is none.
    """
    registration = await queries.get_registration(work.session, request_id, lock=True)
    await work.session.delete(registration)
    await record(work, "registration.deleted", str(request_id))


async def add_form(work: TenantWork, name: str) -> RegistrationForm:
    """Make a form."""
    form = RegistrationForm(
        tenant_id=work.tenant_id, name=name, public_key=f"rf_{secrets.token_urlsafe(_KEY_BYTES)}"
    )
    work.session.add(form)
    await work.session.flush()
    await work.session.refresh(form)
    await record(work, "registration_form.created", form.id)
    return form


async def revoke_form(work: TenantWork, form_id: int) -> None:
    """Let a form take no more registrations; a second time changes nothing.

    Raises:
        NotFound: There is none.
    """
    form = await queries.find_form(work.session, form_id)
    if form is None:
        raise NotFound("registration form")
    if form.revoked_at is None:
        form.revoked_at = datetime.now(UTC)
        await record(work, "registration_form.revoked", form.id)
