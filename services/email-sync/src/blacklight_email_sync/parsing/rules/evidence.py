"""How sure it is that a mail describes a job."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from blacklight_email_sync.parsing.model import ExtractedPosting, ParsedMail
from blacklight_email_sync.parsing.rules.kinds import DECISIVE, Alternative
from blacklight_email_sync.parsing.rules.label_names import Field
from blacklight_email_sync.parsing.rules.labels import Labelled
from blacklight_email_sync.parsing.rules.titles import asked_title

_BIAS = -2.6
_TITLE_LABELLED, _TITLE_FOUND = 1.8, 1.0
_PER_FIELD, _MOST_FIELDS = 0.6, 6
_PER_PHRASE, _MOST_PHRASES = 1.0, 4
_PER_TERM = 0.6
_SECTIONS = 0.8
_ENOUGH_SKILLS = 3
_NOTHING_ELSE, _FEW_FIELDS = -1.5, 2
"""A title and phrases alone: people are also sought as speakers, for clubs and for surveys."""
_SHORT_TEXT, _TOO_SHORT = 60, -1.0
_READ_CHARACTERS = 20_000

_JOB_FIELDS = frozenset(
    {
        *(Field.TITLE, Field.CLIENT, Field.LOCATION, Field.WORK_MODE, Field.EMPLOYMENT),
        *(Field.DURATION, Field.PAY, Field.EXPERIENCE, Field.SKILLS, Field.AUTHORIZATION),
        *(Field.START, Field.REFERENCE, Field.DESCRIPTION),
    }
)

_PHRASES = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"\b(?:we|i|our (?:client|team|company|customer)|my (?:client|team)|client|they|who)(?:"
        r" is| are|'re|’re|'m|’m| am)?"
        r" (?:\w+ ){0,2}?(?:looking (?:for|to (?:hire|add|bring|fill))|hiring|seeking"
        r"|recruiting|in need of|searching for)",
        r"\b(?:urgent|immediate|direct client|new|hot|open|job|below|following|current"
        r"|exclusive|my) (?:\w+ )?(?:requirements?|openings?|positions?|needs?|vacanc\w+"
        r"|reqs?)\b",
        r"\b(?:send|share|forward|submit|email|reply with)\b.{0,40}\b(?:resumes?|cvs?|profiles?"
        r"|candidates?|consultants?|lebenslauf)\b",
        r"\b(?:if (?:you(?:'re| are)|interested|anyone)|let me know if|are you|would you be|in"
        r" case you(?:'re| are))\b.{0,40}\b(?:interested|available|open to|comfortable)\b",
        r"\b(?:opportunity|position|role|job|opening) (?:with|for|at|in|is|as|available|that)\b",
        r"\b(?:need|want|hire|backfill|add|find|fill|looking for|send me"
        r"|recommend)\b.{0,30}\b(?:someone|persons?|people|candidates?|positions?|roles?|headcount|cvs)\b",
        r"\b(?:(?:retained|engaged|asked|appointed|instructed) to (?:find|fill|recruit|hire|appoint"
        r"|search)|(?:wish|looking|seeking|hope)(?:es|ing)? to (?:appoint|recruit|employ)"
        r"|(?:we|i|they)(?:'re|’re| are|'m| am) after (?:an?|some|two|\d)"
        r"|requires? (?:an?|one|two|three|\d|\(\d\)|the services)\b"
        r"|help (?:us|me) (?:find|fill|hire|recruit|source)|start (?:sourcing|recruiting)"
        r"|(?:gave|given|giving|handed in|put in) (?:\w+ ){0,2}?notice|is (?:leaving|retiring)"
        r"|need to replace|replacement for|(?:role|position|seat|spot) (?:to fill|is open)"
        r"|wanted\b|post (?:this|it|to) (?:\w+ ){0,3}(?:board|site)s?)",
        r"\b(?:closing date|application (?:form|deadline)s?|applications? (?:close|by|to)|apply"
        r" (?:by|at|via|online|here|with)|to be submitted|submittals?|intake call|hiring manager"
        r"|candidate (?:profile|must|should|will)|(?:text|call|ring|ping) me|give me a (?:bell|call"
        r"|ring|shout)|drop me a (?:line|note|message)|shoot .{0,20}(?:resume|cv)|nominations)\b",
        r"\b(?:401\(?k|health insurance|paid time off|benefits package|pension\b|\d+ days?['’]?"
        r" (?:holiday|annual leave|vacation|leave|pto)|superannuation|\+ super\b|per diem"
        r"|sign[- ]on bonus|relocation (?:assistance|package)|equity|bonus|overtime|stipend|shifts?)\b",
        r"\b(?:bachelor['’]?s?|degree|certifi(?:ed|cation)s?|licen[cs]ed?|clearance|dbs check|drug"
        r" (?:test|screen)|background check|driver['’]?s licen[cs]e|qualified|proficien\w+"
        r"|strong (?:knowledge|experience|background|skills)|fluent)\b",
        r"\b(?:apply|to apply|how to apply|interested candidates|ideal candidate|the candidate"
        r"|successful candidate|right candidate)\b",
        r"\b(?:responsibilities|you will|you'll|must have|must be|qualifications|requirements"
        r"|nice to have|minimum of \d|hands[- ]on)\b",
        r"\b(?:you know (?:of )?(?:an? |any|some)|any(?:one|body) (?:who|for|that|in your)|can"
        r" start|start (?:asap|immediately|date))\b",
        r"\b(?:wir suchen|gesucht|projektstart|nous recherchons|recherchons|buscamos|se busca"
        r"|cerchiamo|we zoeken|ihr profil|profil recherché|auslastung)\b",
    )
)
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
    fields = {item.field for item in labelled if item.field in _JOB_FIELDS}
    read = f"{mail.headers.subject}\n{text}"
    phrases = sum(1 for pattern in _PHRASES if pattern.search(read)) + bool(asked_title(read))
    terms = (
        bool(best.employment_types),
        best.pay is not None,
        best.experience is not None and "year" in text.casefold(),
        bool(best.duration),
        bool(best.work_authorization),
    )
    breadth = (
        bool(best.locations),
        len(best.skills) >= _ENOUGH_SKILLS,
        len(best.skills) >= 2 * _ENOUGH_SKILLS,
    )
    is_bare = len(fields) < _FEW_FIELDS and not any(terms) and not _ASKS_FOR_PEOPLE.search(read)
    return (
        (_NOTHING_ELSE if is_bare else 0.0)
        + (_TITLE_LABELLED if Field.TITLE in fields else _TITLE_FOUND)
        + _PER_FIELD * min(len(fields), _MOST_FIELDS)
        + _PER_PHRASE * min(phrases, _MOST_PHRASES)
        + _PER_TERM * sum((*terms, *breadth))
        + (_SECTIONS if _SECTION.search(text) else 0.0)
        + (_TOO_SHORT if len(text.strip()) < _SHORT_TEXT else 0.0)
    )


def _logistic(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
