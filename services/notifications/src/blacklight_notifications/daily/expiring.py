"""Invitations that expire: candidates are reminded, what has run out is marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from blacklight_shared.events import InvitationReminderMail
from blacklight_shared.models import (
    DEFAULT_REMINDER_HOURS,
    OPEN_INVITATION_STATUSES,
    AuditEntry,
    CandidateInvitation,
    DailyJob,
    InvitationReminder,
    InvitationStatus,
    TenantMailSettings,
)
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession


async def check_invitations(
    session: AsyncSession, tenant_id: int, now: datetime, onboarding_url: str
) -> None:
    """Mark what has run out, and ask for the reminders that are due.

    The events go through the outbox, so that a reminder is noted and asked for together.

    Args:
        session: A session of the tenant.
        tenant_id: Which.
        now: Aware.
        onboarding_url: The page that links lead to.
    """
    await expire_invitations(session, tenant_id, now)
    reminders = await due_reminders(session, now, onboarding_url)
    await add_events(session, reminders, tenant_id=tenant_id, trace_context=current_trace())


async def expire_invitations(session: AsyncSession, tenant_id: int, now: datetime) -> int:
    """Mark the open invitations whose time is over; gives how many there were."""
    over = await session.scalars(
        select(CandidateInvitation)
        .where(
            CandidateInvitation.status.in_(OPEN_INVITATION_STATUSES),
            CandidateInvitation.expires_at <= now,
        )
        .with_for_update()
    )
    expired = over.all()
    for invitation in expired:
        session.add(_expiry_entry(tenant_id, invitation))
        invitation.status = InvitationStatus.EXPIRED
        invitation.token_sealed = None
    await session.flush()
    return len(expired)


async def due_reminders(
    session: AsyncSession, now: datetime, onboarding_url: str
) -> list[InvitationReminderMail]:
    """The reminders to ask for now, noted so that they are not asked for again.

    An invitation is reminded of once in each window. Who is in a later window already is reminded
    of that one only.
    """
    settings = await session.scalar(select(TenantMailSettings))
    windows = settings.reminder_hours if settings else list(DEFAULT_REMINDER_HOURS)
    if not windows:
        return []
    rows = await session.scalars(
        select(CandidateInvitation)
        .where(
            CandidateInvitation.status.in_(OPEN_INVITATION_STATUSES),
            CandidateInvitation.expires_at > now,
            CandidateInvitation.expires_at <= now + timedelta(hours=max(windows)),
        )
        .order_by(CandidateInvitation.id)
    )
    return [
        _reminder(invitation, now, onboarding_url)
        for invitation in rows.all()
        if await _note(session, invitation, _reached(windows, invitation.expires_at - now))
    ]


def _reached(windows: Sequence[int], left: timedelta) -> list[int]:
    """The windows that an invitation with this much time is in, the latest first."""
    return sorted(hours for hours in windows if left <= timedelta(hours=hours))


async def _note(
    session: AsyncSession, invitation: CandidateInvitation, windows: Sequence[int]
) -> bool:
    """Note the windows; gives whether the latest of them is new."""
    noted = await session.scalars(
        insert(InvitationReminder)
        .values(
            [
                {
                    "invitation_id": invitation.id,
                    "expires_at": invitation.expires_at,
                    "window_hours": hours,
                    "tenant_id": invitation.tenant_id,
                }
                for hours in windows
            ]
        )
        .on_conflict_do_nothing()
        .returning(InvitationReminder.window_hours)
    )
    return windows[0] in noted.all()


def _reminder(
    invitation: CandidateInvitation, now: datetime, onboarding_url: str
) -> InvitationReminderMail:
    return InvitationReminderMail(
        invitation_id=invitation.id,
        tenant_id=invitation.tenant_id,
        to_email=invitation.email,
        candidate_name=invitation.full_name,
        onboarding_url=onboarding_url,
        expiry_date=invitation.expires_at,
        hours_left=math.ceil((invitation.expires_at - now) / timedelta(hours=1)),
    )


def _expiry_entry(tenant_id: int, invitation: CandidateInvitation) -> AuditEntry:
    return AuditEntry(
        tenant_id=tenant_id,
        actor_type="workflow",
        actor_id=DailyJob.CHECK_EXPIRING_INVITATIONS,
        action="invitation.expired",
        entity_type="invitation",
        entity_id=str(invitation.id),
        changes={"from": invitation.status, "to": InvitationStatus.EXPIRED},
    )
