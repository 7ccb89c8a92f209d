"""Rows of invitations, mails and figures that tests need to be there."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from blacklight_shared.events import RejectionMail
from blacklight_shared.models import (
    CandidateInvitation,
    DailyStats,
    ExtractionStatus,
    InvitationDocument,
    InvitationStatus,
    MailLogEntry,
    MailStatus,
    MailSuppression,
    MailTemplate,
    SuppressionReason,
    TenantMailSettings,
)
from sqlalchemy.ext.asyncio import AsyncSession

DAY = date(2026, 3, 4)


async def add_invitation(
    session: AsyncSession, tenant_id: int, **fields: Any
) -> CandidateInvitation:
    values = {
        "email": f"{uuid.uuid4().hex[:10]}@example.com",
        "first_name": "Ada",
        "last_name": "Marsh",
        "status": InvitationStatus.SUBMITTED,
        "token_hash": uuid.uuid4().bytes,
        "expires_at": datetime.now(UTC) + timedelta(days=7),
        **fields,
    }
    invitation = CandidateInvitation(tenant_id=tenant_id, **values)
    session.add(invitation)
    await session.flush()
    return invitation


async def add_mail(session: AsyncSession, tenant_id: int, **fields: Any) -> MailLogEntry:
    recipient = f"{uuid.uuid4().hex[:10]}@example.com"
    event = RejectionMail(
        invitation_id=1, tenant_id=tenant_id, to_email=recipient, candidate_name="Ada Marsh"
    )
    values = {
        "template": MailTemplate.REJECTION,
        "business_key": "invitation:1",
        "recipient": recipient,
        "status": MailStatus.SENT,
        "event_name": event.name,
        "event_data": event.model_dump(mode="json"),
        **fields,
    }
    mail = MailLogEntry(tenant_id=tenant_id, **values)
    session.add(mail)
    await session.flush()
    return mail


async def add_daily_stats(
    session: AsyncSession, tenant_id: int, day: date = DAY, **fields: Any
) -> DailyStats:
    starts_at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    counts = dict.fromkeys(
        [
            "new_candidates",
            "invitations_sent",
            "invitations_opened",
            "invitations_submitted",
            "approvals",
            "rejections",
            "inbox_jobs",
            "matches_created",
            "matches_recommended",
            "mails_sent",
            "mails_failed",
        ],
        0,
    )
    stats = DailyStats(
        tenant_id=tenant_id,
        day=day,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=1),
        **(counts | fields),
    )
    session.add(stats)
    await session.flush()
    return stats


async def add_notification_objects(
    session: AsyncSession, tenant_id: int, marker: str
) -> dict[str, object]:
    """One object of each kind; their ids by the name of the path parameter that takes them."""
    invitation = await add_invitation(session, tenant_id, last_name=marker)
    document = InvitationDocument(
        tenant_id=tenant_id,
        invitation_id=invitation.id,
        filename=marker,
        content_type="text/plain",
        size_bytes=len(marker),
        sha256=hashlib.sha256(marker.encode()).digest(),
        content=marker.encode(),
        text=marker,
        reading={"phone": marker, "skills": [marker]},
        extraction_status=ExtractionStatus.EXTRACTED,
    )
    suppression = MailSuppression(
        tenant_id=tenant_id, email=f"{marker}@example.com", reason=SuppressionReason.MANUAL
    )
    session.add_all(
        [document, suppression, TenantMailSettings(tenant_id=tenant_id, sender_name=marker)]
    )
    mail = await add_mail(session, tenant_id, subject=marker)
    stats = await add_daily_stats(session, tenant_id, jobs_imported={marker: 1})
    return {
        "day": stats.day.isoformat(),
        "invitation_document_id": document.id,
        "invitation_id": invitation.id,
        "mail_id": mail.id,
        "suppression_id": suppression.id,
    }
