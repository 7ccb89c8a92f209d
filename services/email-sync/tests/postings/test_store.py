"""Storing what mails say: one result a mail, one posting a requirement, all of it the tenant's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from blacklight_email_sync.parsing import (
    Contact,
    ExtractedPosting,
    ParseResult,
    ParserName,
    SkipReason,
)
from blacklight_email_sync.parsing.mime import read_mail
from blacklight_email_sync.postings import reading
from blacklight_email_sync.postings.reading import read_job_mail
from blacklight_email_sync.postings.store import FailedParse, MailResult, record_result
from blacklight_email_sync.sync.mails import FetchedMail, Owner, store_mails
from blacklight_email_sync.sync.runs import InboxKey, find_integration, open_run
from blacklight_shared.events import ParseJobEmail
from blacklight_shared.models import (
    EmailMessage,
    JobPosting,
    JobStatus,
    SyncTrigger,
)
from blacklight_shared.work_terms import SalaryPeriod, SalaryRange, WorkMode, YearsRange
from inbox_world import Inbox, World, mail, requirement
from sqlalchemy import select, update

TEXT = (
    "You build the streaming platform of a bank that settles four million payments a day. "
    "Python, Kafka and SQL are what the team works with, beside Airflow and Terraform. "
    "You own the pipelines from the source to the warehouse and are on call every sixth week."
)


async def test_everything_a_mail_says_is_kept(world: World) -> None:
    inbox = await world.inbox()
    result = await record(world, inbox, posting())
    [stored] = await world.postings()
    assert result.job_ids == [stored.id]
    assert result.jobs_created == 1
    assert (stored.title, stored.company, stored.location) == (
        "Data Engineer",
        "Contoso Bank",
        "Dallas, TX",
    )
    assert (stored.work_mode, stored.employment_type) == ("hybrid", None)
    assert (stored.salary_min, stored.salary_max, stored.salary_currency, stored.salary_period) == (
        Decimal(60),
        Decimal(75),
        "USD",
        "hour",
    )
    assert (stored.experience_min_years, stored.experience_max_years) == (Decimal(5), None)
    assert stored.skills == ["Python", "Apache Kafka"]
    assert stored.source_tenant_id == world.tenant_id
    assert stored.import_batch_id is None
    [source] = await world.sources()
    assert source.details["contact"]["email"] == "rita@vendor.example.com"
    assert source.details["client"] == "Contoso Bank"
    assert source.details["work_authorization"] == "USC, GC"
    [(name, data)] = await world.events()
    assert (name, data["job_ids"]) == ("jobs/imported", [stored.id])


async def test_a_requirement_of_two_recruiters_is_one_posting(world: World) -> None:
    first, second = await world.inbox(), await world.inbox()
    await record(world, first, posting())
    other = posting(
        company="Brightpath Staffing",
        description=f"Please find our urgent need below.\n{TEXT}\nSend profiles today.",
        pay=None,
        contact=Contact(name="Omar", email="omar@brightpath.example.com"),
    )
    again = await record(world, second, other)
    [stored] = await world.postings()
    assert (again.status, again.job_ids, again.jobs_created) == ("job_created", [stored.id], 0)
    contacts = [source.details["contact"]["email"] for source in await world.sources()]
    assert contacts == ["rita@vendor.example.com", "omar@brightpath.example.com"]
    assert len(await world.events()) == 1
    assert (await world.integration(first)).jobs_created == 1
    assert (await world.integration(second)).jobs_created == 0


async def test_the_same_requirement_of_another_tenant_is_another_posting(world: World) -> None:
    other = await World.make(world.deps, world.far_side)
    await record(world, await world.inbox(), posting())
    await record(other, await other.inbox(), posting())
    assert len(await world.postings()) == len(await other.postings()) == 1


async def test_several_postings_of_one_mail(world: World) -> None:
    nurse = posting(title="Registered Nurse", description="Night shifts on a ward. " * 5)
    result = await record(world, await world.inbox(), posting(), nurse)
    assert result.jobs_created == 2
    assert [source.position for source in await world.sources()] == [0, 1]
    [(_, data)] = await world.events()
    assert data["job_ids"] == sorted(result.job_ids)


async def test_an_expired_posting_is_opened_again(world: World) -> None:
    first = await record(world, await world.inbox(), posting())
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        await session.execute(
            update(JobPosting)
            .where(JobPosting.source_tenant_id == world.tenant_id)
            .values(status=JobStatus.EXPIRED)
        )
    second = await record(world, await world.inbox(), posting())
    assert second.job_ids == first.job_ids
    [stored] = await world.postings()
    assert stored.status == JobStatus.ACTIVE
    assert [data["job_ids"] for _, data in await world.events()] == [first.job_ids] * 2


async def test_the_first_result_stays(world: World) -> None:
    inbox = await world.inbox()
    event = await queue(world, inbox, requirement(1))
    first = await record_for(world, event, result_with(posting()))
    second = await record_for(world, event, FailedParse("unexpected", "It failed."))
    assert (second.status, second.job_ids) == (first.status, first.job_ids)
    [stored] = await world.mails()
    assert (stored.status, stored.reason, stored.parser) == ("job_created", None, "rules")
    assert len(await world.events()) == 1


async def test_a_skipped_mail_says_why(world: World) -> None:
    event = await queue(world, await world.inbox(), mail("Invoice", "Data engineer invoice"))
    skipped = ParseResult(
        is_job=False,
        confidence=0.1,
        postings=(),
        skip_reason=SkipReason.BILLING,
        parser=ParserName.RULES,
        fallback="anthropic failed: 529",
    )
    await record_for(world, event, skipped)
    [stored] = await world.mails()
    assert (stored.status, stored.reason_code) == ("skipped", "billing")
    assert stored.reason == SkipReason.BILLING.words
    assert stored.parser_note == "anthropic failed: 529"
    assert stored.processed_at is not None


async def test_a_title_of_which_nothing_is_left(world: World) -> None:
    result = await record(world, await world.inbox(), posting(title="\x00 \x00"))
    assert (result.status, result.reason_code) == ("skipped", "no_title")


async def test_reading_fails_twice_and_the_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await queue(world, await world.inbox(), requirement(1))
    tries = 0

    async def fail(*_args: object, **_options: object) -> ParseResult:
        nonlocal tries
        tries += 1
        raise ValueError("rita@vendor.example.com broke it")

    monkeypatch.setattr(reading, "extract_postings", fail)
    result = await read_job_mail(world.deps, event)
    assert (result.status, result.reason_code, tries) == ("failed", "parsing_failed", 2)
    [stored] = await world.mails()
    assert stored.reason == "It could not be read."


@pytest.mark.parametrize("sealed", [None, b"\x01not what we have sealed"])
async def test_a_text_that_cannot_be_opened(world: World, sealed: bytes | None) -> None:
    event = await queue(world, await world.inbox(), requirement(1))
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        await session.execute(
            update(EmailMessage)
            .where(EmailMessage.id == event.message_id)
            .values(raw_sealed=sealed)
        )
    result = await read_job_mail(world.deps, event)
    assert (result.status, result.reason_code) == ("failed", "unreadable")


def posting(**fields: object) -> ExtractedPosting:
    values: dict[str, object] = {
        "title": "Data Engineer",
        "description": TEXT,
        "company": "Vendor Systems",
        "client": "Contoso Bank",
        "locations": ("Dallas, TX", "Plano, TX"),
        "work_mode": WorkMode.HYBRID,
        "pay": SalaryRange(60, 75, "USD", SalaryPeriod.HOUR),
        "experience": YearsRange(5, None),
        "skills": ("Python", "Apache Kafka"),
        "work_authorization": "USC, GC",
        "contact": Contact(name="Rita", email="rita@vendor.example.com"),
        **fields,
    }
    return ExtractedPosting(**values)  # type: ignore[arg-type]  # the fields of that class


def result_with(*postings: ExtractedPosting) -> ParseResult:
    return ParseResult(
        is_job=True,
        confidence=0.9,
        postings=postings,
        skip_reason=None,
        parser=ParserName.RULES,
    )


async def record(world: World, inbox: Inbox, *postings: ExtractedPosting) -> MailResult:
    """Let a mail have these postings."""
    event = await queue(world, inbox, mail("Requirement", TEXT))
    return await record_for(world, event, result_with(*postings))


async def record_for(
    world: World, event: ParseJobEmail, result: ParseResult | FailedParse
) -> MailResult:
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        return await record_result(session, event, result)


async def queue(world: World, inbox: Inbox, raw: bytes) -> ParseJobEmail:
    """Store a mail as a sync does."""
    key = InboxKey.model_validate(inbox.sync_event(), from_attributes=True)
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        integration = await find_integration(session, key)
        run_id = await open_run(session, integration, "run", SyncTrigger.MANUAL)
        fetched = FetchedMail("provider-id", datetime.now(UTC), raw, read_mail(raw))
        owner = Owner(world.tenant_id, inbox.id, run_id)
        await store_mails(session, world.deps.secret_box, owner, [fetched], timedelta(days=90))
        message_id = await session.scalar(
            select(EmailMessage.id)
            .where(EmailMessage.integration_id == inbox.id)
            .order_by(EmailMessage.id.desc())
        )
    assert message_id is not None
    return ParseJobEmail(
        integration_id=inbox.id,
        tenant_id=world.tenant_id,
        user_id=inbox.integration.user_id,
        message_id=message_id,
    )
