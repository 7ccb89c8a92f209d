from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from blacklight_notifications.daily.figures import LocalDay, store_day
from blacklight_notifications.deps import NotificationDeps
from blacklight_shared.models import (
    AuditEntry,
    Candidate,
    CandidateJobMatch,
    DailyStats,
    InvitationStatus,
    JobPosting,
    MailLogEntry,
    MailStatus,
)
from sqlalchemy import select

from services.notifications.tests.world import World

DAY = date(2026, 3, 8)
ZONE = "America/New_York"
FIRST = datetime(2026, 3, 8, 5, tzinfo=UTC)
AFTER = datetime(2026, 3, 9, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("America/New_York", date(2026, 7, 1), 24),
        ("Africa/Cairo", date(2026, 4, 24), 23),  # clocks skip midnight itself
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ],
)
def test_days_have_the_hours_that_clocks_give_them(zone: str, day: date, hours: float) -> None:
    interval = LocalDay.of(day, ZoneInfo(zone))
    assert interval.ends_at - interval.starts_at == timedelta(hours=hours)
    assert interval.ends_at == LocalDay.of(day + timedelta(days=1), ZoneInfo(zone)).starts_at


async def test_counts_the_tenants_day_and_nothing_else(deps: NotificationDeps) -> None:
    world, other = await World.make(deps, time_zone=ZONE), await World.make(deps)
    for place in (world, other):
        for at in (FIRST - timedelta(seconds=1), FIRST, AFTER - timedelta(seconds=1), AFTER):
            await add_one_of_each(place, at)
    stats = await counted(world)
    assert (stats.starts_at, stats.ends_at) == (FIRST, AFTER)
    counts = {
        name: getattr(stats, name)
        for name in DailyStats.__table__.columns.keys()  # noqa: SIM118 -- no mapping
        if name not in {"tenant_id", "day", "starts_at", "ends_at", "generated_at"}
    }
    assert counts == {
        "new_candidates": 2,
        "invitations_sent": 2,
        "invitations_opened": 2,
        "invitations_submitted": 4,
        "approvals": 2,
        "rejections": 2,
        "jobs_imported": {"careers-site": 2},
        "inbox_jobs": 2,
        "matches_created": 2,
        "matches_recommended": 2,
        "mails_sent": 2,
        "mails_failed": 2,
    }


async def test_a_second_time_replaces_the_first(deps: NotificationDeps) -> None:
    world = await World.make(deps, time_zone=ZONE)
    assert (await counted(world)).new_candidates == 0
    await add_one_of_each(world, FIRST)
    for _ in range(2):
        assert (await counted(world)).new_candidates == 1


async def add_one_of_each(world: World, at: datetime) -> None:
    """One of everything that is counted, at one moment."""
    candidate = await world.add(Candidate(created_at=at))
    await world.add(
        AuditEntry(
            actor_type="api_key",
            action="invitation.sent",
            entity_type="invitation",
            entity_id="1",
            created_at=at,
        )
    )
    await world.invitation(
        status=InvitationStatus.APPROVED, opened_at=at, submitted_at=at, reviewed_at=at
    )
    await world.invitation(status=InvitationStatus.REJECTED, submitted_at=at, reviewed_at=at)
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        job = JobPosting(
            source_tenant_id=world.tenant_id,
            source="careers-site",
            external_id=at.isoformat(),
            title="Data Scientist",
            content_hash=b"",
            imported_at=at,
        )
        session.add(job)
    await world.add(
        CandidateJobMatch(
            candidate_id=candidate.id,
            job_posting_id=job.id,
            score=80,
            weights=[0.4, 0.25, 0.15, 0.1, 0.1],
            matched_skill_ids=[],
            missing_skill_ids=[],
            is_recommended=True,
            created_at=at,
        )
    )
    for status, moment in ((MailStatus.SENT, {"sent_at": at}), (MailStatus.BOUNCED, {})):
        await world.add(mail(at, status, **moment))


def mail(at: datetime, status: MailStatus, **fields: Any) -> MailLogEntry:
    return MailLogEntry(
        template="approval",
        business_key=f"{status}:{at.isoformat()}",
        recipient="ada@example.com",
        status=status,
        event_name="email/approval",
        event_data={},
        updated_at=at,
        **fields,
    )


async def counted(world: World) -> DailyStats:
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        await store_day(session, world.tenant_id, DAY)
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        return (await session.scalars(select(DailyStats))).one()
