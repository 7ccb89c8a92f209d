"""How sure it is that a mail describes a job."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files

from blacklight_shared.work_terms import WorkMode

from blacklight_email_sync.parsing.model import ExtractedPosting, ParsedMail
from blacklight_email_sync.parsing.rules.kinds import DECISIVE, Alternative
from blacklight_email_sync.parsing.rules.label_names import Field
from blacklight_email_sync.parsing.rules.labels import Labelled
from blacklight_email_sync.parsing.rules.titles import asked_title

_BIAS = -2.5
_TITLE_LABELLED, _TITLE_FOUND = 1.8, 1.0
_PER_FIELD, _MOST_FIELDS = 0.6, 6
_PER_ASKING, _MOST_ASKING = 1.3, 4
_PER_MENTION, _MOST_MENTIONS = 0.6, 5
_NOBODY_SOUGHT, _FORM_FIELDS, _SPECIFIED = -1.5, 4, 3
"""Pay and place without a request may be those of somebody who has the job; years are asked for
only of somebody who does not."""
_SEVERAL_JOBS, _LIST_FOR_MANY = 1.2, -2.0
"""Lists of jobs that go to a mailing list are mostly those of boards."""
_PER_TERM = 0.6
_SECTIONS = 0.8
_ENOUGH_SKILLS = 3
_NOTHING_ELSE, _FEW_FIELDS = -1.5, 2
"""A title and phrases alone: people are also sought as speakers, for clubs and for surveys."""
_SHORT_TEXT, _TOO_SHORT = 60, -1.0
_READ_CHARACTERS = 20_000

JOB_FIELDS = frozenset(
    {
        *(Field.TITLE, Field.CLIENT, Field.LOCATION, Field.WORK_MODE, Field.EMPLOYMENT),
        *(Field.DURATION, Field.PAY, Field.EXPERIENCE, Field.SKILLS, Field.AUTHORIZATION),
        *(Field.START, Field.REFERENCE, Field.DESCRIPTION),
    }
)


def _read_signs(kind: str) -> list[re.Pattern[str]]:
    """The signs of ``job_signs.toml`` of a kind, one pattern for each table."""
    tables = tomllib.loads((files(__package__) / "job_signs.toml").read_text("utf-8"))
    return [re.compile("|".join(table["phrases"]), re.IGNORECASE) for table in tables[kind]]


_ASKS, _MENTIONS = _read_signs("asks"), _read_signs("mentions")
_YEARS = re.compile(r"years?\b|\byrs?\b|jahre|années|\bans\b|años|anni\b|jaar", re.IGNORECASE)
_ASKS_FOR_PEOPLE = re.compile(
    r"\b(?:resumes?|cvs?|candidates?|profiles|vacanc\w+|hire|hiring|recruit\w*)\b",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?mi)^\W{0,6}(?:(?:job |key |role |primary |main |your )?(?:responsibilities|duties"
    r"|description|summary|qualifications|requirements)"
    r"|(?:required|mandatory|must[- ]have|technical|preferred|key|top) (?:skills|qualifications"
    r"|experience)"
    r"|what (?:you|we)(?:'ll|'re|’ll|’re| will| are)? .{2,30}|about the (?:role|job|position)"
    r"|nice to haves?|must haves?|skills|requirements|aufgaben|(?:ihr )?profil"
    r"|missions?)\W{0,6}$"
)


def confidence_of(
    mail: ParsedMail,
    postings: Sequence[ExtractedPosting],
    labelled: Sequence[Labelled],
    alternative: Alternative,
) -> float:
    """The probability that the mail describes a job, 0 to 1.

    A logistic of weighed evidence: for a job labels, phrases and terms; against it what else the
    mail looks like. The weights are judgements, measured on the sample inbox.
    """
    if alternative.strength >= DECISIVE:
        return _logistic(-alternative.strength)
    for_job = _job_evidence(mail, postings, labelled)
    return _logistic(_BIAS + for_job - alternative.strength)


def _job_evidence(
    mail: ParsedMail, postings: Sequence[ExtractedPosting], labelled: Sequence[Labelled]
) -> float:
    if not postings:
        return 0.0
    best = max(postings, key=lambda posting: len(posting.description))
    text = mail.text[:_READ_CHARACTERS]
    fields = {item.field for item in labelled if item.field in JOB_FIELDS}
    read = f"{mail.headers.subject}\n{text}"
    asking = _count(_ASKS, read) + bool(asked_title(read))
    has_several = len(postings) > 1
    terms = (
        bool(best.employment_types),
        best.pay is not None,
        best.experience is not None and bool(_YEARS.search(text)),
        bool(best.duration),
        bool(best.work_authorization),
    )
    breadth = (
        bool(best.locations),
        best.work_mode is not WorkMode.UNKNOWN,
        len(best.skills) >= _ENOUGH_SKILLS,
        len(best.skills) >= 2 * _ENOUGH_SKILLS,
    )
    stated = (*terms, bool(best.locations), best.work_mode is not WorkMode.UNKNOWN)
    is_specified = best.experience is not None and sum(stated) >= _SPECIFIED
    is_form = has_several or is_specified or len(fields) >= _FORM_FIELDS
    nobody_sought = not asking and not is_form
    is_bare = len(fields) < _FEW_FIELDS and not any(terms) and not _ASKS_FOR_PEOPLE.search(read)
    return (
        (_NOTHING_ELSE if is_bare else 0.0)
        + (_TITLE_LABELLED if Field.TITLE in fields else _TITLE_FOUND)
        + _PER_FIELD * min(len(fields), _MOST_FIELDS)
        + _PER_ASKING * min(asking, _MOST_ASKING)
        + _PER_MENTION * min(_count(_MENTIONS, read), _MOST_MENTIONS)
        + (_NOBODY_SOUGHT if nobody_sought else 0.0)
        + (_SEVERAL_JOBS if has_several else 0.0)
        + (_LIST_FOR_MANY if has_several and mail.headers.is_bulk else 0.0)
        + _PER_TERM * sum((*terms, *breadth))
        + (_SECTIONS if _SECTION.search(text) else 0.0)
        + (_TOO_SHORT if len(text.strip()) < _SHORT_TEXT else 0.0)
    )


def _count(patterns: Sequence[re.Pattern[str]], text: str) -> int:
    return sum(1 for pattern in patterns if pattern.search(text))


def _logistic(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
