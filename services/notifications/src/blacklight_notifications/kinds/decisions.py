"""Mails about submissions: to HR when one comes in, to the candidate when it is decided."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.events import ApprovalMail, HrNotificationMail, RejectionMail
from blacklight_shared.models import MailTemplate, PortalUser
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.kinds.kind import Kind


@dataclass(frozen=True, slots=True)
class ApprovalContent:
    """What an approval says."""

    candidate_name: str


@dataclass(frozen=True, slots=True)
class RejectionContent:
    """What a rejection says."""

    candidate_name: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class SubmissionContent:
    """What HR reads of a submission."""

    reader_name: str
    candidate_name: str
    candidate_email: str
    url: str


async def _approval(
    _session: AsyncSession,
    event: ApprovalMail,
    _reader: PortalUser | None,
    _deps: NotificationDeps,
) -> ApprovalContent:
    return ApprovalContent(event.candidate_name)


async def _rejection(
    _session: AsyncSession,
    event: RejectionMail,
    _reader: PortalUser | None,
    _deps: NotificationDeps,
) -> RejectionContent:
    return RejectionContent(event.candidate_name, event.reason)


async def _submission(
    _session: AsyncSession,
    event: HrNotificationMail,
    reader: PortalUser | None,
    _deps: NotificationDeps,
) -> SubmissionContent:
    return SubmissionContent(
        reader_name=reader.full_name if reader else "",
        candidate_name=event.candidate_name,
        candidate_email=event.candidate_email,
        url=event.review_url,
    )


APPROVAL = Kind(
    template=MailTemplate.APPROVAL,
    event=ApprovalMail,
    business_key=lambda event, _asked_on: f"invitation:{event.invitation_id}",
    compose=_approval,
)

REJECTION = Kind(
    template=MailTemplate.REJECTION,
    event=RejectionMail,
    business_key=lambda event, _asked_on: f"invitation:{event.invitation_id}",
    compose=_rejection,
)

HR_NOTIFICATION = Kind(
    template=MailTemplate.HR_NOTIFICATION,
    event=HrNotificationMail,
    business_key=lambda event, _asked_on: f"invitation:{event.invitation_id}",
    compose=_submission,
)
