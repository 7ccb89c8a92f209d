"""What a worker leaves behind when it has read the CV of an invited person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from blacklight_shared.database import Database
from blacklight_shared.models import CandidateInvitation, ExtractionStatus, InvitationDocument
from blacklight_shared.resumes import ResumeReading
from sqlalchemy import select, update

READING = ResumeReading(
    emails=["ada.private@example.com"],
    first_name="Ada",
    last_name="Marsh",
    phone="+1 512 555 0100",
    headline="Data Scientist",
    skills=["Python", "SQL", "Kafka"],
    years_experience=6.5,
)


class TenantData(Protocol):
    """Whose rows are written."""

    @property
    def database(self) -> Database: ...

    @property
    def tenant_id(self) -> int: ...


async def have_read(
    tenant: TenantData,
    invitation_id: int,
    reading: ResumeReading = READING,
    *,
    fills: Sequence[str] = (),
) -> None:
    """The newest file of an invitation is read, and has filled fields of the form."""
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        newest = (
            select(InvitationDocument.id)
            .where(InvitationDocument.invitation_id == invitation_id)
            .order_by(InvitationDocument.id.desc())
            .limit(1)
        )
        await session.execute(
            update(InvitationDocument)
            .where(InvitationDocument.id == newest.scalar_subquery())
            .values(
                text="Ada Marsh",
                page_count=2,
                reading=reading.model_dump(mode="json"),
                extraction_status=ExtractionStatus.EXTRACTED,
                filled_fields=list(fills),
            )
        )
        invitation = await session.get_one(CandidateInvitation, invitation_id)
        said = reading.profile_values()
        invitation.profile = {**invitation.profile, **{field: said[field] for field in fills}}


async def could_not_read(
    tenant: TenantData, invitation_id: int, status: ExtractionStatus, error: str = "no text"
) -> None:
    """None of the files of an invitation has text."""
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        await session.execute(
            update(InvitationDocument)
            .where(InvitationDocument.invitation_id == invitation_id)
            .values(extraction_status=status, extraction_error=error)
        )
