"""What a mail may be instead of a job, and how strongly it looks like that."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from blacklight_email_sync.parsing.model import MailHeaders, ParsedMail, SkipReason
from blacklight_email_sync.parsing.rules.label_names import Field
from blacklight_email_sync.parsing.rules.labels import Labelled
from blacklight_email_sync.parsing.rules.titles import subject_title

DECISIVE = 10.0
"""Strength from which a mail cannot be a job, whatever else it says."""

_READ_CHARACTERS = 6_000
_FROM_A_PERSON = 0.3
_IN_DESCRIPTION = 0.3
"""What a sign counts in the description of a job, which may tell of products, awards and events."""
_NAMED_IN_TITLES = frozenset(
    {
        *(SkipReason.BILLING, SkipReason.OTHER, SkipReason.INTERVIEW, SkipReason.CALENDAR),
        *(SkipReason.ADVERTISING, SkipReason.NEWSLETTER),
    }
)
"""Kinds of mails whose words titles have, too: "Delivery Manager", "Survey Analyst"."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a mail may be, and how strongly it looks like that, in log odds."""

    kind: SkipReason
    strength: float


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: SkipReason
    strength: float
    pattern: re.Pattern[str]


def strongest_alternative(mail: ParsedMail, labelled: list[Labelled]) -> Alternative:
    """What else than a job the mail looks most like; strength 0 for none."""
    strengths = dict.fromkeys(SkipReason, 0.0)
    _weigh_form(mail, strengths)
    _weigh_words(mail, strengths)
    _weigh_labels(labelled, strengths)
    kind = max(strengths, key=lambda kind: strengths[kind])
    return Alternative(kind, strengths[kind])


def _weigh_form(mail: ParsedMail, strengths: dict[SkipReason, float]) -> None:
    headers = mail.headers
    if headers.is_automatic or mail.is_report:
        strengths[SkipReason.AUTOMATIC_REPLY] += DECISIVE
    if mail.calendar is not None and mail.calendar.method in (
        "REQUEST",
        "CANCEL",
        "REPLY",
        "COUNTER",
    ):
        strengths[SkipReason.CALENDAR] += 4.0
    if _MAILER.match(headers.sender.address):
        strengths[SkipReason.AUTOMATIC_REPLY] += DECISIVE
    if _JOB_BOARD.search(headers.sender.address) and not _BOARD_MESSAGE.search(
        headers.sender.address
    ):
        strengths[SkipReason.JOB_ALERT] += 5.0
    if _ALERTS.search(headers.sender.address):
        strengths[SkipReason.JOB_ALERT] += 3.0
    if headers.is_reply:
        strengths[SkipReason.REPLY] += 1.0
    if headers.is_bulk:
        strengths[SkipReason.NEWSLETTER] += 0.7
    if any(_CV_FILE.search(item.filename) for item in mail.attachments):
        strengths[SkipReason.APPLICATION] += 1.8


def _weigh_words(mail: ParsedMail, strengths: dict[SkipReason, float]) -> None:
    written = [mail.headers.subject, *(part.subject for part in mail.forwarded)]
    subjects = " \n ".join(written)
    untitled = " \n ".join(map(_without_title, written))
    text = mail.text[:_READ_CHARACTERS]
    for sign in _IN_SUBJECT:
        if sign.pattern.search(untitled if sign.kind in _NAMED_IN_TITLES else subjects):
            strengths[sign.kind] += sign.strength
    head = text[: _start_of_description(text)]
    for sign in _IN_TEXT:
        if sign.pattern.search(head):
            strengths[sign.kind] += sign.strength
        elif len(head) < len(text) and sign.pattern.search(text):
            strengths[sign.kind] += sign.strength * _IN_DESCRIPTION
    if _is_personal(mail.headers):
        strengths[SkipReason.JOB_ALERT] *= _FROM_A_PERSON


def _start_of_description(text: str) -> int:
    """Where the description of a job begins: from there on a text is about the job and the firm."""
    match = _DESCRIPTION_HEAD.search(text)
    return match.start() if match else len(text)


def _is_personal(headers: MailHeaders) -> bool:
    """Whether the sender's address carries a person's name: job boards write as programs."""
    local = headers.sender.address.partition("@")[0]
    names = [name.casefold() for name in re.findall(r"[^\W\d_]{3,}", headers.sender.name)]
    is_program = headers.is_bulk or _PROGRAM.search(local) is not None
    return not is_program and any(name in local for name in names)


def _without_title(subject: str) -> str:
    """A subject without its job title: "Payroll Specialist" is not about the payroll."""
    title = subject_title(subject)
    return subject.replace(title, " ") if len(title.split()) > 1 else subject


def _weigh_labels(labelled: list[Labelled], strengths: dict[SkipReason, float]) -> None:
    """Filled-in forms tell of a person or an invoice; an empty form is part of a requirement."""
    applicant = {
        item.label for item in labelled if item.field is Field.APPLICANT and _is_filled(item)
    }
    billing = {item.label for item in labelled if item.field is Field.BILLING and _is_filled(item)}
    strengths[SkipReason.APPLICATION] += min(len(applicant), 5) * 1.1
    strengths[SkipReason.BILLING] += min(len(billing), 4) * 1.2


def _is_filled(item: Labelled) -> bool:
    return (
        bool(item.value)
        and "\n" not in item.value
        and not item.value.startswith(("(", "?", "_", "…", "..."))
    )


_DESCRIPTION_HEAD = re.compile(
    r"(?mi)^\W{0,6}(?:(?:job|position|role) (?:description|summary|purpose|overview|requirements)"
    r"|(?:(?:minimum|preferred|basic|required|key) )?qualifications|(?:key |job )?requirements"
    r"|essential (?:duties|functions)\b.{0,40}|must[- ]haves?|nice to haves?|who you are"
    r"|about the (?:role|job|position|opportunity)"
    r"|what (?:you[^\w ]ll|you will|we[^\w ]re|we are) .{2,30}"
    r")\W{0,6}$"
)
"""Headings of job descriptions that CVs do not have."""
_ALERTS = re.compile(r"^[\w.+-]*(?:job|career)?-?(?:alerts?|digest|matches)\b[\w.+-]*@")
_PROGRAM = re.compile(r"jobs?|alert|career|news|talent|team|reply|digest|mail")
_MAILER = re.compile(r"^(?:mailer-daemon|postmaster|bounces?[+-]?)")
_JOB_BOARD = re.compile(
    r"@(?:[\w-]+\.)*(?:linkedin|indeed|indeedemail|glassdoor|ziprecruiter|monster|careerbuilder"
    r"|dice"
    r"|simplyhired|jobcase|talent|naukri|xing|stepstone|jooble|adzuna|neuvoo|lensa|seek|reed"
    r"|totaljobs"
    r"|infojobs|jobrapido|wellfound|angel|hired|builtin|theladders|snagajob|jobstreet|cv-library"
    r"|flexjobs|upwork|otta|welcometothejungle|apec|hellowork|jobleads|joblist)\.(?:com|co|de|fr"
    r"|es|it|net|in|org)(?:\.\w\w)?$"
)
_BOARD_MESSAGE = re.compile(r"hit-reply|inmail|messages?-noreply@|reply@")
_CV_FILE = re.compile(
    r"(?:^|[^a-z])(?:cv|resume|résumé|lebenslauf|curriculum)(?:[^a-z]|$)", re.IGNORECASE
)


def _read_signs(place: str) -> list[_Sign]:
    """The signs of ``signs.toml`` that count in the subject or in the text."""
    tables = tomllib.loads((files(__package__) / "signs.toml").read_text("utf-8"))
    return [
        _Sign(
            SkipReason(table["kind"]),
            table["strength"],
            re.compile("|".join(table["phrases"]), re.IGNORECASE),
        )
        for table in tables[place]
    ]


_IN_SUBJECT = _read_signs("subject")
_IN_TEXT = _read_signs("text")
