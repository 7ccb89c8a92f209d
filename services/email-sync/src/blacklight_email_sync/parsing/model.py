"""What a mail holds once it is read, and the postings found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from blacklight_shared.work_terms import SalaryRange, WorkMode, YearsRange


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Who a mail is from.

    Attributes:
        name: As the sender wrote it, "" without one.
        address: In lower case, "" without one.
    """

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class MailHeaders:
    """The headers that say something about a mail.

    Attributes:
        message_id: RFC 5322 Message-ID with its angle brackets, "" without one.
        subject: Decoded, on one line.
        sender: From the header From.
        reply_to: Where answers go, if elsewhere.
        sent_at: With a time zone; None when the header Date is missing or wrong.
        is_automatic: A program sent it: vacation notices, delivery failures.
        is_bulk: It went to a mailing list or to many people.
        is_reply: It answers another mail.
    """

    message_id: str = ""
    subject: str = ""
    sender: Mailbox = Mailbox()
    reply_to: Mailbox | None = None
    sent_at: datetime | None = None
    is_automatic: bool = False
    is_bulk: bool = False
    is_reply: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """Text that one person wrote.

    Attributes:
        text: Without signature, legal footer and quoted history.
        signature: What stands under the text: name, company, telephone.
        subject: Of a forwarded mail; "" where it is the mail's own.
        sender: Who wrote a forwarded mail, as far as the forwarding names it.
    """

    text: str = ""
    signature: str = ""
    subject: str = ""
    sender: Mailbox = Mailbox()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along; its content is not read.

    Attributes:
        filename: "" without one.
        content_type: Such as ``application/pdf``.
        size_bytes: Decoded.
    """

    filename: str
    content_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A meeting that the mail carries.

    Attributes:
        method: Of iTIP (RFC 5546), upper case: REQUEST, CANCEL, REPLY, PUBLISH; "" without one.
        summary: The meeting's title.
    """

    method: str
    summary: str


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail, decoded.

    Attributes:
        headers: What the headers say.
        own: What the sender wrote.
        forwarded: The mails within the mail, outermost first.
        attachments: Files, noted only.
        calendar: A meeting, if there is one.
        is_report: It is a delivery report or read receipt (multipart/report, RFC 6522).
        is_truncated: It was longer than is read.
    """

    headers: MailHeaders = MailHeaders()
    own: Passage = Passage()
    forwarded: tuple[Passage, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    calendar: CalendarPart | None = None
    is_report: bool = False
    is_truncated: bool = False

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The sender's words, then the forwarded mails from the outermost on."""
        return (self.own, *self.forwarded)

    @property
    def text(self) -> str:
        """All that people wrote, with the forwarded subjects."""
        pieces = [piece for passage in self.passages for piece in (passage.subject, passage.text)]
        return "\n\n".join(filter(None, pieces))


class EmploymentType(StrEnum):
    """How somebody is employed; the first three are the American ways to hire a contractor."""

    W2 = "w2"
    C2C = "c2c"
    FORM_1099 = "1099"
    CONTRACT = "contract"
    CONTRACT_TO_HIRE = "contract_to_hire"
    PERMANENT = "permanent"
    PART_TIME = "part_time"
    INTERNSHIP = "internship"


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to answer; "" where the mail does not say."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedPosting:
    """A posting as a mail states it; empty or None where it says nothing.

    Attributes:
        title: Of the job.
        description: What the mail says about this job, labels included.
        company: Who sends the requirement or employs: the vendor or the firm itself.
        client: For whom the work is done, where a vendor recruits for another.
        locations: In the order of the mail, as written.
        work_mode: Where the work is done.
        employment_types: All that are offered.
        duration: Such as "12 months+", as written.
        pay: In numbers, with currency and unit of time.
        pay_text: As written, also where it is no number ("Market", "DOE").
        experience: Years asked for.
        skills: Canonical names of the shared taxonomy, in the order of the mail.
        work_authorization: Visa and citizenship terms as written, such as "USC, GC, H1B".
        start: When the work begins, as written.
        reference: The sender's number of the requirement.
        contact: Whom to answer.
    """

    title: str
    description: str
    company: str = ""
    client: str = ""
    locations: tuple[str, ...] = ()
    work_mode: WorkMode = WorkMode.UNKNOWN
    employment_types: tuple[EmploymentType, ...] = ()
    duration: str = ""
    pay: SalaryRange | None = None
    pay_text: str = ""
    experience: YearsRange | None = None
    skills: tuple[str, ...] = ()
    work_authorization: str = ""
    start: str = ""
    reference: str = ""
    contact: Contact = Contact()


class SkipReason(StrEnum):
    """Why a mail gives no posting. The first group is what the mail is instead."""

    JOB_ALERT = "job_alert"
    NEWSLETTER = "newsletter"
    CONSULTANT_LIST = "consultant_list"
    APPLICATION = "application"
    REPLY = "reply"
    BILLING = "billing"
    CALENDAR = "calendar"
    AUTOMATIC_REPLY = "automatic_reply"
    INTERVIEW = "interview"
    RATE_CONFIRMATION = "rate_confirmation"
    ADVERTISING = "advertising"
    OTHER = "other"

    EMPTY = "empty"
    LOW_CONFIDENCE = "low_confidence"
    NO_TITLE = "no_title"
    TOO_SHORT = "too_short"

    @property
    def words(self) -> str:
        """The reason in a sentence for a recruiter."""
        return _REASON_WORDS[self]


_REASON_WORDS = {
    SkipReason.JOB_ALERT: "A job board's alert: its postings belong to others.",
    SkipReason.NEWSLETTER: "A newsletter.",
    SkipReason.CONSULTANT_LIST: "It offers consultants, not a job.",
    SkipReason.APPLICATION: "Somebody applies or is put forward for a job.",
    SkipReason.REPLY: "An answer within a conversation.",
    SkipReason.BILLING: "It is about invoices, payments or timesheets.",
    SkipReason.CALENDAR: "A meeting invitation.",
    SkipReason.AUTOMATIC_REPLY: "An automatic answer or delivery notice.",
    SkipReason.INTERVIEW: "It is about an interview.",
    SkipReason.RATE_CONFIRMATION: "It asks to confirm a rate or the right to represent.",
    SkipReason.ADVERTISING: "It advertises something else than a job.",
    SkipReason.OTHER: "It does not describe a job.",
    SkipReason.EMPTY: "It holds no text.",
    SkipReason.LOW_CONFIDENCE: "It may describe a job, but not clearly enough.",
    SkipReason.NO_TITLE: "It describes a job, but no title was found.",
    SkipReason.TOO_SHORT: "It describes a job in too few words.",
}


class ParserName(StrEnum):
    """What read a mail."""

    RULES = "rules"
    ANTHROPIC = "anthropic"
    OPENAI = "openai"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a parser makes of a mail, before any threshold.

    Attributes:
        confidence: That the mail describes at least one job, 0 to 1.
        postings: Found in the mail, in its order.
        kind: What the mail is instead of a job, as far as that is known.
        parser: What read it.
        fallback: Why another parser than the configured one read it, "" where none had to.
    """

    confidence: float
    postings: tuple[ExtractedPosting, ...] = ()
    kind: SkipReason | None = None
    parser: ParserName = ParserName.RULES
    fallback: str = ""

    @property
    def is_job(self) -> bool:
        """Whether the mail describes at least one job."""
        return self.kind is None and bool(self.postings)


class MailParser(Protocol):
    """Reads postings out of a mail, whose text is data and never an instruction."""

    async def read(self, mail: ParsedMail) -> Reading:
        """Read a mail. It never raises: where its provider fails, the rules read the mail."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a posting needs to be accepted.

    Attributes:
        confidence: The least, 0 to 1.
        title_characters: The fewest.
        description_characters: The fewest.
    """

    confidence: float = 0.5
    title_characters: int = 3
    description_characters: int = 50


@dataclass(frozen=True, slots=True)
class ParseResult:
    """What became of a mail.

    Attributes:
        is_job: Whether the mail describes at least one job, accepted or not.
        confidence: Of that, 0 to 1.
        postings: The accepted ones.
        skip_reason: Why there is none; None if there is one.
        parser: What read the mail.
        fallback: Why another parser than the configured one read it, "" where none had to.
    """

    is_job: bool
    confidence: float
    postings: Sequence[ExtractedPosting]
    skip_reason: SkipReason | None
    parser: ParserName
    fallback: str = ""

    @property
    def skip_words(self) -> str:
        """The reason in a sentence for a recruiter, "" if there is a posting."""
        return self.skip_reason.words if self.skip_reason else ""
