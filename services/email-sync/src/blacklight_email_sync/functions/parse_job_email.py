"""``parse-job-email``: reads one stored mail and makes postings of the jobs in it."""

from __future__ import annotations

import inngest
from blacklight_shared.events import ParseJobEmail
from blacklight_shared.workflows import CONCURRENCY, RETRY_CONFIG, Failure, workflow

from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.postings.reading import GAVE_UP, read_job_mail, record
from blacklight_email_sync.postings.store import MailResult


@workflow(
    id="parse-job-email",
    trigger=ParseJobEmail,
    retries=RETRY_CONFIG.default,
    concurrency=[CONCURRENCY.document_processing],
)
async def parse_job_email(
    ctx: inngest.Context, event: ParseJobEmail, deps: EmailSyncDeps
) -> MailResult:
    """Read the mail once; a mail that has its result keeps it."""
    return await ctx.step.run("parse", read_job_mail, deps, event, output_type=MailResult)


@parse_job_email.on_failure
async def give_up(
    ctx: inngest.Context, failure: Failure[ParseJobEmail], deps: EmailSyncDeps
) -> None:
    """Record that the mail could not be read, unless it was after all."""
    await ctx.step.run("give-up", record, deps, failure.payload, GAVE_UP, output_type=MailResult)
