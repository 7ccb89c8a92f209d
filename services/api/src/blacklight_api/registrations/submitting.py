"""What the public form does: it adds a registration to the tenant whose key it carries."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import orjson
from blacklight_shared.database import Database
from blacklight_shared.events import RegistrationData, RegistrationReceived
from blacklight_shared.models import (
    Registration,
    RegistrationForm,
    TenantStatus,
)
from blacklight_shared.outbound import Destinations
from blacklight_shared.outbox import add_events
from blacklight_shared.registrations import normalise_linkedin, normalise_website, site_of
from blacklight_shared.telemetry import current_trace
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.problems import Conflict, Forbidden, NotFound, Unprocessable
from blacklight_api.registrations import queries
from blacklight_api.registrations.schemas import RegistrationCreate
from blacklight_api.tenants.letterhead import Letterhead, letterhead_of
from blacklight_api.tenants.queries import find_tenant

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


@dataclass(frozen=True, slots=True)
class Submission:
    """What a person gave, in one form for every spelling."""

    first_name: str
    last_name: str
    company_website: str | None
    linkedin: str | None

    @property
    def content_hash(self) -> bytes:
        """SHA-256 that is equal for equal submissions."""
        content = [
            self.first_name.casefold(),
            self.last_name.casefold(),
            self.company_website,
            self.linkedin,
        ]
        return hashlib.sha256(orjson.dumps(content)).digest()


async def find_owner(database: Database, form_key: str) -> Letterhead:
    """How the firm that a form belongs to presents itself.

    Raises:
        NotFound: No form has the key, it was revoked, or the firm is suspended.
    """
    try:
        _form_id, tenant_id = await _find_form(database, form_key)
    except Unprocessable:
        raise NotFound("form") from None
    async with database.tenant_session(tenant_id) as session:
        tenant = await find_tenant(session, tenant_id)
        if tenant is None or tenant.status == TenantStatus.SUSPENDED:
            raise NotFound("form")
        return await letterhead_of(session, tenant)


def read_submission(wanted: RegistrationCreate, destinations: Destinations) -> Submission:
    """Normalise and check what was filled in.

    Raises:
        Unprocessable: An address is not allowed, or none is given.
    """
    if wanted.company_website is None and wanted.linkedin is None:
        raise Unprocessable("company_website", "Give company_website or linkedin, or both.")
    return Submission(
        first_name=wanted.first_name,
        last_name=wanted.last_name,
        company_website=_normalised(
            "company_website",
            wanted.company_website,
            lambda written: normalise_website(written, destinations),
        ),
        linkedin=_normalised("linkedin", wanted.linkedin, normalise_linkedin),
    )


async def submit(
    database: Database,
    form_key: str,
    submission: Submission,
    *,
    idempotency_key: str | None,
    repeat_window: timedelta,
) -> Registration:
    """Add a registration, and ask for its analysis; or find the one that this repeats.

    Args:
        database: The form decides as which tenant it is used.
        form_key: Public key of the form.
        submission: What was filled in.
        idempotency_key: The client's, if it sent one.
        repeat_window: How long equal content is taken for a repetition.

    Raises:
        Unprocessable: No form has the key, or it was revoked.
        Forbidden: The tenant is suspended.
        Conflict: The idempotency key was used for another content.
    """
    form_id, tenant_id = await _find_form(database, form_key)
    async with database.tenant_session(tenant_id) as session:
        tenant = await find_tenant(session, tenant_id)
        if tenant is None or tenant.status == TenantStatus.SUSPENDED:
            raise Forbidden("The firm that the form belongs to takes no registrations.")
        # Two clicks at once must not make two registrations.
        lock_key = f"registration:{tenant_id}:{submission.content_hash.hex()}"
        await session.execute(_ONE_AT_A_TIME, {"key": lock_key})
        repeated = await _repeated(session, submission, idempotency_key, repeat_window)
        if repeated is not None:
            return repeated
        registration = Registration(
            tenant_id=tenant_id,
            form_id=form_id,
            idempotency_key=idempotency_key,
            content_hash=submission.content_hash,
            first_name=submission.first_name,
            last_name=submission.last_name,
            company_website=submission.company_website,
            linkedin=submission.linkedin,
        )
        session.add(registration)
        await session.flush()
        await session.refresh(registration)
        await ask_for_analysis(session, registration)
        return registration


async def ask_for_analysis(session: AsyncSession, registration: Registration) -> None:
    """Owe the event that has a registration analysed; it names no person."""
    website = registration.company_website
    event = RegistrationReceived(
        request_id=registration.request_id,
        tenant_id=registration.tenant_id,
        analysis_number=registration.analysis_number,
        site=site_of(website) if website else str(registration.request_id),
        registration_data=RegistrationData(company_website=website),
    )
    await add_events(
        session, [event], tenant_id=registration.tenant_id, trace_context=current_trace()
    )


async def find_status(database: Database, request_id: UUID) -> Registration:
    """The registration that a submitter asks about.

    Raises:
        NotFound: There is none.
    """
    async with database.system_session() as session:
        query = select(Registration.tenant_id).where(Registration.request_id == request_id)
        tenant_id = await session.scalar(query)
    if tenant_id is None:
        raise NotFound("registration")
    async with database.tenant_session(tenant_id) as session:
        return await queries.get_registration(session, request_id)


def _normalised(field: str, written: str | None, normalise: Callable[[str], str]) -> str | None:
    if written is None:
        return None
    try:
        return normalise(written)
    except ValueError as error:
        raise Unprocessable(field, str(error)) from None


async def _find_form(database: Database, form_key: str) -> tuple[int, int]:
    """Ids of the form and of its tenant."""
    async with database.system_session() as session:
        found = await session.execute(
            select(RegistrationForm.id, RegistrationForm.tenant_id).where(
                RegistrationForm.public_key == form_key, RegistrationForm.revoked_at.is_(None)
            )
        )
        row = found.one_or_none()
    if row is None:
        raise Unprocessable("form_key", "Give the key of a form that takes registrations.")
    return row.id, row.tenant_id


async def _repeated(
    session: AsyncSession,
    submission: Submission,
    idempotency_key: str | None,
    repeat_window: timedelta,
) -> Registration | None:
    if idempotency_key is not None:
        await session.execute(_ONE_AT_A_TIME, {"key": f"registration-key:{idempotency_key}"})
        known = await queries.find_by_idempotency_key(session, idempotency_key)
        if known is not None and known.content_hash != submission.content_hash:
            raise Conflict("This Idempotency-Key was used for another registration.")
        if known is not None:
            return known
    return await queries.find_recent(session, submission.content_hash, repeat_window)
