"""From the bytes of a mail to job postings; knows neither database nor workflows."""

from blacklight_email_sync.parsing.model import (
    Contact,
    EmploymentType,
    ExtractedPosting,
    MailParser,
    ParsedMail,
    ParseResult,
    ParserName,
    Reading,
    SkipReason,
    Thresholds,
)

__all__ = [
    "Contact",
    "EmploymentType",
    "ExtractedPosting",
    "MailParser",
    "ParseResult",
    "ParsedMail",
    "ParserName",
    "Reading",
    "SkipReason",
    "Thresholds",
]
