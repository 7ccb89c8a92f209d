"""What a language model is asked to fill in, and how much of its answer is believed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from blacklight_shared.skills import SkillTaxonomy
from blacklight_shared.work_terms import SalaryPeriod, SalaryRange, WorkMode, YearsRange
from pydantic import BaseModel, Field

from blacklight_email_sync.parsing.model import (
    Contact,
    EmploymentType,
    ExtractedPosting,
    ParsedMail,
    SkipReason,
)

_LARGEST_AMOUNT = 100_000_000.0
_MOST_YEARS = 50.0
_WORD = re.compile(r"[\w+#]+")
_LEAST_QUOTED = 0.9
"""Of the words of a description; models mend spelling and white space."""

OTHER_KINDS = frozenset(
    {
        *(SkipReason.JOB_ALERT, SkipReason.NEWSLETTER, SkipReason.CONSULTANT_LIST),
        *(SkipReason.APPLICATION, SkipReason.REPLY, SkipReason.BILLING, SkipReason.CALENDAR),
        *(SkipReason.AUTOMATIC_REPLY, SkipReason.INTERVIEW, SkipReason.RATE_CONFIRMATION),
        *(SkipReason.ADVERTISING, SkipReason.OTHER),
    }
)
"""What a mail may be instead of a job."""


class PayAnswer(BaseModel):
    """Pay in numbers."""

    minimum: float | None = Field(ge=0, le=_LARGEST_AMOUNT, description="null if only a maximum.")
    maximum: float | None = Field(ge=0, le=_LARGEST_AMOUNT, description="null if only a minimum.")
    currency: str = Field(max_length=3, description="ISO 4217, empty if it is not clear.")
    period: SalaryPeriod


class PostingAnswer(BaseModel):
    """One job; what the mail does not say is null or empty."""

    title: str = Field(max_length=200, description="The job's title, as written.")
    description: str = Field(max_length=20_000, description="The text about this job, verbatim.")
    company: str = Field(max_length=200, description="The sender's firm, or the one that hires.")
    client: str = Field(max_length=200, description="For whom a vendor recruits.")
    locations: list[str] = Field(max_length=20, description="As written.")
    work_mode: str | None = Field(description="onsite, hybrid or remote.")
    employment_types: list[EmploymentType] = Field(max_length=8)
    duration: str = Field(max_length=200, description="As written.")
    pay: PayAnswer | None
    pay_text: str = Field(max_length=200, description="As written.")
    minimum_years: float | None = Field(ge=0, le=_MOST_YEARS, description="Of experience.")
    maximum_years: float | None = Field(ge=0, le=_MOST_YEARS, description="Of experience.")
    skills: list[str] = Field(max_length=60)
    work_authorization: str = Field(max_length=300, description="Visa terms, as written.")
    start: str = Field(max_length=100, description="As written.")
    reference: str = Field(max_length=100, description="The sender's number of the requirement.")
    contact_name: str = Field(max_length=200)
    contact_email: str = Field(max_length=254)
    contact_phone: str = Field(max_length=40)


class MailAnswer(BaseModel):
    """What a mail is."""

    is_job: bool = Field(description="It describes at least one job that can be filled.")
    confidence: float = Field(ge=0, le=1, description="Of that.")
    kind: SkipReason | None = Field(description="What it is instead of a job; null for jobs.")
    postings: list[PostingAnswer] = Field(max_length=40)


INSTRUCTIONS = """\
The text is an e-mail from a recruiter's inbox. Decide whether it describes at least one open job \
that candidates can be found for, and fill in every such job.

Not jobs: a job board's alert with other firms' jobs (job_alert), newsletters, lists of available \
consultants (consultant_list), applications and candidates put forward (application), answers \
within a conversation (reply), invoices and timesheets (billing), meetings (calendar), automatic \
replies, interviews, requests to confirm a rate or a right to represent (rate_confirmation), \
advertising, anything else (other).

Copy values as they are written in the e-mail; leave empty what it does not say. Never guess.\
"""


def believed_postings(
    answer: MailAnswer, mail: ParsedMail, taxonomy: SkillTaxonomy
) -> tuple[ExtractedPosting, ...]:
    """Keep what the mail bears out.

    A model may err, and a mail may talk it into things. So words that the mail does not have are
    dropped; a posting whose title is not in the mail is dropped as a whole.
    """
    source = _Source(mail)
    is_only = len(answer.postings) == 1
    return tuple(
        _believed(posting, source, taxonomy, is_only=is_only)
        for posting in answer.postings
        if posting.title.strip() and source.has(posting.title)
    )


class _Source:
    """The words of a mail."""

    def __init__(self, mail: ParsedMail) -> None:
        people = (mail.headers.sender, mail.headers.reply_to, *(p.sender for p in mail.forwarded))
        pieces = [
            mail.headers.subject,
            mail.text,
            *(passage.signature for passage in mail.passages),
            *(f"{person.name} {person.address}" for person in people if person),
        ]
        self.text = mail.text
        self._words = frozenset(_words("\n".join(pieces)))

    def has(self, written: str) -> bool:
        """Whether every word occurs in the mail."""
        return self._words.issuperset(_words(written))

    def kept(self, written: str) -> str:
        """The value, or "" where the mail does not have its words."""
        return written.strip() if self.has(written) else ""

    def quotes(self, written: str) -> bool:
        """Whether nearly every word occurs in the mail."""
        words = _words(written)
        known = sum(word in self._words for word in words)
        return bool(words) and known >= _LEAST_QUOTED * len(words)


def _words(text: str) -> Sequence[str]:
    return _WORD.findall(text.casefold())


def _believed(
    posting: PostingAnswer, source: _Source, taxonomy: SkillTaxonomy, *, is_only: bool
) -> ExtractedPosting:
    quoted = not is_only and source.quotes(posting.description)
    return ExtractedPosting(
        title=posting.title.strip(),
        description=posting.description.strip() if quoted else source.text,
        company=source.kept(posting.company),
        client=source.kept(posting.client),
        locations=tuple(filter(None, map(source.kept, posting.locations))),
        work_mode=WorkMode.__members__.get((posting.work_mode or "").upper(), WorkMode.UNKNOWN),
        employment_types=tuple(dict.fromkeys(posting.employment_types)),
        duration=source.kept(posting.duration),
        pay=_pay(posting.pay, source),
        pay_text=source.kept(posting.pay_text),
        experience=_years(posting),
        skills=_skills(posting.skills, source, taxonomy),
        work_authorization=source.kept(posting.work_authorization),
        start=source.kept(posting.start),
        reference=source.kept(posting.reference),
        contact=Contact(
            name=source.kept(posting.contact_name),
            email=source.kept(posting.contact_email).lower(),
            phone=source.kept(posting.contact_phone),
        ),
    )


def _pay(pay: PayAnswer | None, source: _Source) -> SalaryRange | None:
    """The pay, where its amounts stand in the mail in some notation."""
    if pay is None or (pay.minimum is None and pay.maximum is None):
        return None
    amounts = [amount for amount in (pay.minimum, pay.maximum) if amount is not None]
    if not all(_is_written(amount, source) for amount in amounts):
        return None
    return SalaryRange(pay.minimum, pay.maximum, pay.currency.upper(), pay.period)


def _is_written(amount: float, source: _Source) -> bool:
    digits = re.sub(r"\D", "", source.text)
    scaled = (amount, amount / 1_000, amount / 100_000)
    return any(f"{value:g}".replace(".", "") in digits for value in scaled if value >= 1)


def _years(posting: PostingAnswer) -> YearsRange | None:
    if posting.minimum_years is None and posting.maximum_years is None:
        return None
    return YearsRange(posting.minimum_years, posting.maximum_years)


def _skills(names: Sequence[str], source: _Source, taxonomy: SkillTaxonomy) -> tuple[str, ...]:
    """Canonical names of those skills that are known and stand in the mail."""
    found = (taxonomy.resolve(name) for name in names if source.has(name))
    return tuple(
        dict.fromkeys(taxonomy.name(skill_id) for skill_id in found if skill_id is not None)
    )
