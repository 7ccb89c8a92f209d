"""Reading one stored mail: decrypt, parse, record."""

from __future__ import annotations

import structlog
from blacklight_shared.crypto import DecryptionError
from blacklight_shared.events import ParseJobEmail
from blacklight_shared.models import EmailMessageStatus
from blacklight_shared.workflows import translating_errors

from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.metrics import MAILS, POSTINGS
from blacklight_email_sync.parsing import ParseResult
from blacklight_email_sync.parsing.extraction import extract_postings
from blacklight_email_sync.postings.store import (
    FailedParse,
    MailResult,
    lock_mail,
    record_result,
    recorded_result,
)
from blacklight_email_sync.sync.mails import open_mail

PARSE_TRIES = 2

_PARSING_FAILED = FailedParse("parsing_failed", "It could not be read.")
_UNREADABLE = FailedParse("unreadable", "Its stored text can no longer be opened.")
GAVE_UP = FailedParse("unexpected", "Something went wrong while it was read.")

_log = structlog.stdlib.get_logger(__name__)


@translating_errors("parse mail")
async def read_job_mail(deps: EmailSyncDeps, event: ParseJobEmail) -> MailResult:
    """Read a mail unless that is done, and store what it holds.

    Raises:
        NotFoundError: The mail is gone, or another tenant's.
        RetriableError: The database is not there.
    """
    async with deps.database.tenant_session(event.tenant_id) as session:
        mail = await lock_mail(session, event)
        if mail.status != EmailMessageStatus.QUEUED:
            return await recorded_result(session, mail)
        sealed = mail.raw_sealed
    return await record(deps, event, await _parse(deps, event, sealed))


@translating_errors("record result")
async def record(
    deps: EmailSyncDeps, event: ParseJobEmail, result: ParseResult | FailedParse
) -> MailResult:
    """Record what became of a mail, and count it."""
    async with deps.database.tenant_session(event.tenant_id) as session:
        recorded = await record_result(session, event, result)
    MAILS.labels(recorded.status, recorded.reason_code or "").inc()
    POSTINGS.labels("new").inc(recorded.jobs_created)
    POSTINGS.labels("known").inc(len(recorded.job_ids) - recorded.jobs_created)
    return recorded


async def _parse(
    deps: EmailSyncDeps, event: ParseJobEmail, sealed: bytes | None
) -> ParseResult | FailedParse:
    if sealed is None:
        return _UNREADABLE
    try:
        raw = open_mail(deps.secret_box, event.tenant_id, sealed)
    except DecryptionError:
        return _UNREADABLE
    for _ in range(PARSE_TRIES):
        try:
            return await extract_postings(raw, parser=deps.parser, thresholds=deps.thresholds)
        except Exception as error:
            # Whatever a mail holds, it must not keep the others waiting. The message of the error
            # may repeat the mail, so that only its kind is logged.
            _log.warning("mail not parsed", message_id=event.message_id, error=type(error).__name__)
    return _PARSING_FAILED
