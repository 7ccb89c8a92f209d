"""Mails to the people of the tenant about the system itself: inboxes, figures, mail settings."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.events import (
    DailyStatsMail,
    IntegrationDisconnectedMail,
    MailServerTest,
)
from blacklight_shared.models import DailyStats, MailTemplate, PortalUser
from blacklight_shared.workflows import NotFoundError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.kinds.kind import Kind, PointlessMailError

_PROVIDER_NAMES = {
    "gmail": "Gmail",
    "google": "Gmail",
    "microsoft": "Outlook",
    "outlook": "Outlook",
}


@dataclass(frozen=True, slots=True)
class IntegrationContent:
    """What a person reads about their inbox."""

    reader_name: str
    provider: str
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class StatsContent:
    """What a person reads about a day."""

    reader_name: str
    stats: DailyStats
    url: str

    @property
    def rows(self) -> list[tuple[str, int]]:
        """The figures with their labels, in the order in which people look for them."""
        return [
            ("Invitations sent", self.stats.invitations_sent),
            ("Invitations opened", self.stats.invitations_opened),
            ("Profiles submitted", self.stats.invitations_submitted),
            ("Approved", self.stats.approvals),
            ("Rejected", self.stats.rejections),
            ("New candidates", self.stats.new_candidates),
            ("Matches made", self.stats.matches_created),
            ("Matches recommended", self.stats.matches_recommended),
            ("Postings found in inboxes", self.stats.inbox_jobs),
            ("Mails sent", self.stats.mails_sent),
            ("Mails failed", self.stats.mails_failed),
        ]

    @property
    def jobs_by_source(self) -> list[tuple[str, int]]:
        """Sources with their number of postings, the largest first."""
        counts: dict[str, int] = self.stats.jobs_imported
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


async def _integration(
    _session: AsyncSession,
    event: IntegrationDisconnectedMail,
    reader: PortalUser | None,
    deps: NotificationDeps,
) -> IntegrationContent:
    return IntegrationContent(
        reader_name=reader.full_name if reader else "",
        provider=_PROVIDER_NAMES.get(event.provider, event.provider),
        reason=event.reason,
        url=f"{deps.settings.public_url}/integrations",
    )


async def _stats(
    session: AsyncSession,
    event: DailyStatsMail,
    reader: PortalUser | None,
    deps: NotificationDeps,
) -> StatsContent:
    if reader is None or not reader.wants_daily_stats:
        raise PointlessMailError("the person does not want the figures any more")
    stats = await session.scalar(select(DailyStats).where(DailyStats.day == event.day))
    if stats is None:
        raise NotFoundError("daily stats", event.day)
    return StatsContent(reader.full_name, stats, f"{deps.settings.public_url}/stats")


async def _server_test(
    _session: AsyncSession,
    event: MailServerTest,
    _reader: PortalUser | None,
    _deps: NotificationDeps,
) -> MailServerTest:
    return event


INTEGRATION_ALERT = Kind(
    template=MailTemplate.INTEGRATION_ALERT,
    event=IntegrationDisconnectedMail,
    business_key=lambda event, asked_on: f"integration:{event.integration_id}:{asked_on}",
    compose=_integration,
)

DAILY_STATS = Kind(
    template=MailTemplate.DAILY_STATS,
    event=DailyStatsMail,
    business_key=lambda event, _asked_on: f"stats:{event.day.isoformat()}",
    compose=_stats,
    can_unsubscribe=True,
)

MAIL_SERVER_TEST = Kind(
    template=MailTemplate.MAIL_SERVER_TEST,
    event=MailServerTest,
    business_key=lambda event, _asked_on: f"test:{event.mail_id}",
    compose=_server_test,
)
