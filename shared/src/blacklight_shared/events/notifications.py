"""Events that ask for mail."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import AwareDatetime

from blacklight_shared.events.base import Event


class _InvitationEvent(Event):
    invitation_id: int
    tenant_id: int

    @property
    def subject(self) -> str:
        """Events of one invitation are sent in order."""
        return f"invitation:{self.invitation_id}"


class _InvitingEvent(_InvitationEvent):
    to_email: str
    candidate_name: str
    onboarding_url: str
    """The page, without the token; the token is added when the mail is written."""
    expiry_date: AwareDatetime
    """Until when the link is good; an invitation that is sent again has a later one."""


class InvitationMail(_InvitingEvent):
    """A candidate was invited, or invited again."""

    name: ClassVar[str] = "email/invitation"
    description: ClassVar[str] = "Invite a candidate to onboard."


class InvitationReminderMail(_InvitingEvent):
    """An invitation expires soon."""

    name: ClassVar[str] = "email/invitation-reminder"
    description: ClassVar[str] = "Remind a candidate of an invitation that expires soon."

    hours_left: int


class ApprovalMail(_InvitationEvent):
    """A submission was approved."""

    name: ClassVar[str] = "email/approval"
    description: ClassVar[str] = "Tell a candidate that they were approved."

    candidate_id: int
    to_email: str
    candidate_name: str


class RejectionMail(_InvitationEvent):
    """A submission was rejected."""

    name: ClassVar[str] = "email/rejection"
    description: ClassVar[str] = "Tell a candidate that they were not approved."

    candidate_id: int | None = None
    """None for somebody who has not become a candidate."""
    to_email: str
    candidate_name: str
    reason: str | None = None


class HrNotificationMail(_InvitationEvent):
    """A candidate has submitted."""

    name: ClassVar[str] = "email/hr-notification"
    description: ClassVar[str] = "Tell the tenant's HR people that a submission wants review."

    candidate_name: str
    candidate_email: str
    review_url: str


class PasswordResetMail(Event):
    """A person wants to choose a password, or was let in and has none yet."""

    name: ClassVar[str] = "email/password-reset"
    description: ClassVar[str] = "Send a person the link by which they choose a password."

    reset_id: int
    tenant_id: int
    user_id: int
    page_url: str
    """The page, without the token; the token is added when the mail is written."""

    @property
    def subject(self) -> str:
        """Events of one person are sent in order."""
        return f"user:{self.user_id}"


class IntegrationDisconnectedMail(Event):
    """An inbox can no longer be read."""

    name: ClassVar[str] = "email/integration-disconnected"
    description: ClassVar[str] = "Tell a person that their inbox was disconnected."

    integration_id: int
    user_id: int
    tenant_id: int
    provider: str
    reason: str

    @property
    def subject(self) -> str:
        """Events of one integration are sent in order."""
        return f"integration:{self.integration_id}"


class DailyStatsMail(Event):
    """The figures of a tenant's day are ready."""

    name: ClassVar[str] = "email/daily-stats"
    description: ClassVar[str] = "Send the figures of a day to the people who want them."

    tenant_id: int
    day: date
    """In the tenant's time zone."""


class MailResend(Event):
    """A person wants a mail sent once more."""

    name: ClassVar[str] = "email/mail.resend"
    description: ClassVar[str] = "Send a mail of the log once more."

    mail_id: int
    """The new entry of the mail log."""
    tenant_id: int

    @property
    def subject(self) -> str:
        """Events of one mail are sent in order."""
        return f"mail:{self.mail_id}"


class MailServerTest(Event):
    """Somebody tries out the tenant's mail settings."""

    name: ClassVar[str] = "email/test"
    description: ClassVar[str] = "Send a test mail by the tenant's own settings."

    tenant_id: int
    mail_id: int
    """The entry of the mail log that tells what became of it."""
    to_email: str
