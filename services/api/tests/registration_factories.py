"""Rows about registrations that tests need to be there."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from typing import Any

from blacklight_shared.models import (
    Registration,
    RegistrationDossier,
    RegistrationForm,
    RegistrationStatus,
)
from blacklight_shared.registrations import (
    CompanyProfile,
    Completeness,
    Dossier,
    Fact,
    LinkedInFinding,
    LinkedInStatus,
    OpenPosition,
    Summary,
)
from sqlalchemy.ext.asyncio import AsyncSession

SITE = "https://northwind.example.com/"


async def add_form(session: AsyncSession, tenant_id: int, **fields: Any) -> RegistrationForm:
    values = {"name": "A form", "public_key": f"rf_{secrets.token_urlsafe(15)}", **fields}
    form = RegistrationForm(tenant_id=tenant_id, **values)
    session.add(form)
    await session.flush()
    await session.refresh(form)
    return form


async def add_registration(session: AsyncSession, tenant_id: int, **fields: Any) -> Registration:
    """A registration whose analysis is complete, without a dossier."""
    values = {
        "content_hash": uuid.uuid4().bytes,
        "first_name": "Ada",
        "last_name": "Marsh",
        "company_website": SITE,
        "status": RegistrationStatus.COMPLETED,
        "percent": 100.0,
        "completed_at": datetime.now(UTC),
        **fields,
    }
    registration = Registration(tenant_id=tenant_id, **values)
    session.add(registration)
    await session.flush()
    await session.refresh(registration)
    return registration


async def add_dossier(
    session: AsyncSession, registration: Registration, *positions: OpenPosition
) -> Dossier:
    """The dossier of a registration's last analysis."""
    profile = CompanyProfile(
        name=Fact(value="Northwind", source_url=SITE), open_positions=list(positions)
    )
    dossier = Dossier(
        completeness=Completeness.FULL,
        profile=profile,
        linkedin=LinkedInFinding(status=LinkedInStatus.NOT_GIVEN),
        summary=Summary(),
        pages=[],
        missing=[],
    )
    session.add(
        RegistrationDossier(
            registration_id=registration.id,
            analysis_number=registration.analysis_number,
            tenant_id=registration.tenant_id,
            document=dossier.model_dump(mode="json"),
            completed_at=datetime.now(UTC),
        )
    )
    await session.flush()
    return dossier


async def add_registration_objects(
    session: AsyncSession, tenant_id: int, marker: str
) -> dict[str, object]:
    """One of each kind, by the name of the path parameter that takes it."""
    form = await add_form(session, tenant_id, name=marker)
    registration = await add_registration(session, tenant_id, last_name=marker)
    await add_dossier(session, registration, OpenPosition(title=marker, source_url=SITE))
    return {"form_id": form.id, "request_id": registration.request_id}
