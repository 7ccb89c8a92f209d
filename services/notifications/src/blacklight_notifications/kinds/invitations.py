"""Mails that carry the link of an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from blacklight_shared.events import InvitationMail, InvitationReminderMail
from blacklight_shared.models import (
    INVITATION_TOKEN_PURPOSE,
    OPEN_INVITATION_STATUSES,
    CandidateInvitation,
    MailTemplate,
    PortalUser,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.kinds.kind import Kind, PointlessMailError


@dataclass(frozen=True, slots=True)
class InvitationContent:
    """What an invitation says."""

    candidate_name: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReminderContent(InvitationContent):
    """What a reminder says."""

    hours_left: int


async def _invitation(
    session: AsyncSession,
    event: InvitationMail,
    _reader: PortalUser | None,
    deps: NotificationDeps,
) -> InvitationContent:
    url = await _link(session, event, deps)
    return InvitationContent(event.candidate_name, url, event.expiry_date)


async def _reminder(
    session: AsyncSession,
    event: InvitationReminderMail,
    _reader: PortalUser | None,
    deps: NotificationDeps,
) -> ReminderContent:
    url = await _link(session, event, deps)
    return ReminderContent(event.candidate_name, url, event.expiry_date, event.hours_left)


async def _link(
    session: AsyncSession, event: InvitationMail | InvitationReminderMail, deps: NotificationDeps
) -> str:
    """The link of the invitation, if it is the one that the event means and still opens."""
    invitation = await session.scalar(
        select(CandidateInvitation).where(CandidateInvitation.id == event.invitation_id)
    )
    if invitation is None or invitation.status not in OPEN_INVITATION_STATUSES:
        raise PointlessMailError("the invitation is not open any more")
    if invitation.expires_at != event.expiry_date:
        raise PointlessMailError("the invitation was sent again with another link")
    if invitation.expires_at <= datetime.now(UTC) or invitation.token_sealed is None:
        raise PointlessMailError("the invitation has expired")
    token = deps.secret_box.decrypt(
        invitation.token_sealed, purpose=INVITATION_TOKEN_PURPOSE, tenant_id=event.tenant_id
    )
    return f"{event.onboarding_url}?{urlencode({'token': token})}"


INVITATION = Kind(
    template=MailTemplate.INVITATION,
    event=InvitationMail,
    business_key=lambda event, _asked_on: (
        f"invitation:{event.invitation_id}:{event.expiry_date.astimezone(UTC).isoformat()}"
    ),
    compose=_invitation,
    can_unsubscribe=True,
)

REMINDER = Kind(
    template=MailTemplate.INVITATION_REMINDER,
    event=InvitationReminderMail,
    business_key=lambda event, _asked_on: (
        f"invitation:{event.invitation_id}:{event.expiry_date.astimezone(UTC).isoformat()}"
        f":{event.hours_left}h"
    ),
    compose=_reminder,
    can_unsubscribe=True,
)
