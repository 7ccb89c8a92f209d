"""One mail of every kind, as tests and people look at them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from blacklight_notifications.kinds.decisions import (
    ApprovalContent,
    RejectionContent,
    SubmissionContent,
)
from blacklight_notifications.kinds.invitations import InvitationContent, ReminderContent
from blacklight_notifications.kinds.office import IntegrationContent, StatsContent
from blacklight_notifications.kinds.passwords import PasswordContent
from blacklight_notifications.mail.smtp import SmtpServer
from blacklight_notifications.mail.stationery import Stationery
from blacklight_shared.events import MailServerTest
from blacklight_shared.models import DailyStats, MailTemplate, SmtpSecurity

STATIONERY = Stationery(
    firm="Northwind Staffing",
    from_address="no-reply@mail.example.com",
    reply_to="hr@northwind.example.com",
    logo_url=None,
    accent_color="#1f5f8b",
    locale=Locale("en", "US"),
    time_zone=ZoneInfo("America/Chicago"),
    server=SmtpServer("smtp.example.com", 587, SmtpSecurity.STARTTLS),
)
ORNATE = replace(
    STATIONERY,
    firm="Weiß & Söhne Personal",
    accent_color="#0b6e4f",
    locale=Locale("de", "DE"),
    time_zone=ZoneInfo("Europe/Berlin"),
)

EXPIRY = datetime(2026, 3, 12, 20, 30, tzinfo=UTC)
LINK = "https://talent.example.com/onboarding?token=6mX0u6J0kW3o1lEwF2J9v2ZpB3q1Qm5oZk7d1cT0r8s"
RESET_LINK = LINK.replace("/onboarding", "/reset-password")
UNSUBSCRIBE = "https://talent.example.com/unsubscribe/7.AbCdEf"


def contents(name: str = "Ada Marsh") -> dict[MailTemplate, object]:
    """What every kind of mail says, about a person of this name."""
    return {
        MailTemplate.INVITATION: InvitationContent(name, LINK, EXPIRY),
        MailTemplate.INVITATION_REMINDER: ReminderContent(name, LINK, EXPIRY, hours_left=24),
        MailTemplate.APPROVAL: ApprovalContent(name),
        MailTemplate.REJECTION: RejectionContent(
            name, "We have no open role in your region.\nPlease try again in autumn."
        ),
        MailTemplate.HR_NOTIFICATION: SubmissionContent(
            "Sam Rivera", name, "ada.marsh@example.com", "https://talent.example.com/invitations/12"
        ),
        MailTemplate.INTEGRATION_ALERT: IntegrationContent(
            name,
            "Gmail",
            "Access was withdrawn in the account's settings.",
            "https://talent.example.com/integrations",
        ),
        MailTemplate.DAILY_STATS: StatsContent(name, stats(), "https://talent.example.com/stats"),
        MailTemplate.PASSWORD_RESET: PasswordContent(name, False, RESET_LINK, EXPIRY),
        MailTemplate.MAIL_SERVER_TEST: MailServerTest(
            tenant_id=7, mail_id=12, to_email="sam@example.com"
        ),
    }


def stats() -> DailyStats:
    return DailyStats(
        day=date(2026, 3, 4),
        new_candidates=12,
        invitations_sent=1_250,
        invitations_opened=830,
        invitations_submitted=41,
        approvals=18,
        rejections=3,
        jobs_imported={"indeed": 12_480, "careers-site": 210},
        inbox_jobs=37,
        matches_created=5_320,
        matches_recommended=911,
        mails_sent=1_312,
        mails_failed=2,
    )


def stored_stats() -> DailyStats:
    """The figures as a row that can be stored."""
    row = stats()
    row.starts_at = datetime(2026, 3, 4, 6, tzinfo=UTC)
    row.ends_at = datetime(2026, 3, 5, 6, tzinfo=UTC)
    return row
