"""From the bytes of a mail to the postings that are accepted."""

from __future__ import annotations

import asyncio

from blacklight_email_sync.parsing.mime import read_mail
from blacklight_email_sync.parsing.model import (
    ExtractedPosting,
    MailParser,
    ParseResult,
    Reading,
    SkipReason,
    Thresholds,
)
from blacklight_email_sync.parsing.rules import RulesParser

DEFAULT_THRESHOLDS = Thresholds()


async def extract_postings(
    raw: bytes,
    *,
    parser: MailParser | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> ParseResult:
    """Read a mail and keep the postings that meet the thresholds.

    Args:
        raw: The mail as it was sent (RFC 5322); anything may be in it.
        parser: Reads the decoded mail; None takes the rules.
        thresholds: What a posting needs to be accepted.

    Returns:
        The result, for every input: a mail that cannot be made sense of is skipped with a reason.
    """
    mail = await asyncio.to_thread(read_mail, raw)
    if not mail.text.strip() and not mail.headers.subject:
        return _skipped(Reading(confidence=0.0), SkipReason.EMPTY)
    reading = await (parser or RulesParser()).read(mail)
    return judge(reading, thresholds)


def judge(reading: Reading, thresholds: Thresholds) -> ParseResult:
    """Hold what a parser found against the thresholds."""
    if not reading.is_job:
        return _skipped(reading, reading.kind or SkipReason.OTHER)
    if reading.confidence < thresholds.confidence:
        return _skipped(reading, SkipReason.LOW_CONFIDENCE)
    problems = [_problem(posting, thresholds) for posting in reading.postings]
    accepted = tuple(
        posting
        for posting, problem in zip(reading.postings, problems, strict=True)
        if problem is None
    )
    return ParseResult(
        is_job=True,
        confidence=reading.confidence,
        postings=accepted,
        skip_reason=None if accepted else problems[0],
        parser=reading.parser,
        fallback=reading.fallback,
    )


def _problem(posting: ExtractedPosting, thresholds: Thresholds) -> SkipReason | None:
    if len(posting.title.strip()) < thresholds.title_characters:
        return SkipReason.NO_TITLE
    if len(posting.description.strip()) < thresholds.description_characters:
        return SkipReason.TOO_SHORT
    return None


def _skipped(reading: Reading, reason: SkipReason) -> ParseResult:
    return ParseResult(
        is_job=reading.is_job,
        confidence=reading.confidence,
        postings=(),
        skip_reason=reason,
        parser=reading.parser,
        fallback=reading.fallback,
    )
