"""Queries about registrations; sessions see one tenant's data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from blacklight_shared.models import (
    Registration,
    RegistrationDossier,
    RegistrationForm,
    RegistrationStatus,
)
from blacklight_shared.registrations import Dossier
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.pagination import IdKey
from blacklight_api.problems import NotFound


async def get_registration(
    session: AsyncSession, request_id: UUID, *, lock: bool = False
) -> Registration:
    """One registration; with ``lock``, kept from being changed by others.

    Raises:
        NotFound: There is none, or row-level security hides it.
    """
    query = select(Registration).where(Registration.request_id == request_id)
    found = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("registration")
    return found


async def find_by_idempotency_key(session: AsyncSession, key: str) -> Registration | None:
    """The registration that was sent under a key."""
    return await session.scalar(select(Registration).where(Registration.idempotency_key == key))


async def find_recent(
    session: AsyncSession, content_hash: bytes, window: timedelta
) -> Registration | None:
    """The newest registration with this content, if it is not older than the window."""
    query = (
        select(Registration)
        .where(
            Registration.content_hash == content_hash,
            Registration.created_at > func.now() - window,
        )
        .order_by(Registration.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def list_registrations(
    session: AsyncSession, *, status: RegistrationStatus | None, after: IdKey | None, limit: int
) -> Sequence[Registration]:
    """Registrations, the newest first."""
    query = select(Registration).order_by(Registration.id.desc()).limit(limit)
    if status is not None:
        query = query.where(Registration.status == status)
    if after is not None:
        query = query.where(Registration.id < after.id)
    return (await session.scalars(query)).all()


async def last_dossier(
    session: AsyncSession, registration: Registration
) -> tuple[int, Dossier] | None:
    """The number of the newest finished analysis, and its dossier."""
    query = (
        select(RegistrationDossier.analysis_number, RegistrationDossier.document)
        .where(
            RegistrationDossier.registration_id == registration.id,
            RegistrationDossier.completed_at.is_not(None),
        )
        .order_by(RegistrationDossier.analysis_number.desc())
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row.analysis_number, Dossier.model_validate(row.document))


async def list_forms(
    session: AsyncSession, *, after: IdKey | None, limit: int
) -> Sequence[RegistrationForm]:
    """Forms, the newest first."""
    query = select(RegistrationForm).order_by(RegistrationForm.id.desc()).limit(limit)
    if after is not None:
        query = query.where(RegistrationForm.id < after.id)
    return (await session.scalars(query)).all()


async def find_form(session: AsyncSession, form_id: int) -> RegistrationForm | None:
    """One form."""
    return await session.get(RegistrationForm, form_id)
