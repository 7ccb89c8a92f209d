"""What the source files of the sample inbox say."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Half(StrEnum):
    """Which half of the inbox: rules were developed with the first, and never with the second."""

    DEVELOPMENT = "development"
    HELD_OUT = "held_out"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectedPosting(_Strict):
    """A posting that a reader should find; None and "" where the mail does not say.

    Attributes:
        title: Of the job.
        company: The vendor or the firm that hires.
        client: For whom the work is done.
        locations: As written.
        work_mode: ``onsite``, ``hybrid`` or ``remote``.
        employment_types: All that are offered.
        duration: As written.
        pay: Least, most, ISO 4217 code and unit of time.
        experience_years: The least that is asked for.
        skills: Canonical names, of which all must be found; there may be more.
        work_authorization: As written.
        start: As written.
        reference: The sender's number of the requirement.
        contact: Name, address and telephone number.
    """

    title: str
    company: str = ""
    client: str = ""
    locations: tuple[str, ...] = ()
    work_mode: Literal["onsite", "hybrid", "remote"] | None = None
    employment_types: tuple[str, ...] = ()
    duration: str = ""
    pay: tuple[float, float, str, str] | None = None
    experience_years: float | None = None
    skills: tuple[str, ...] = ()
    work_authorization: str = ""
    start: str = ""
    reference: str = ""
    contact: tuple[str, str, str] | None = None


class MailSource(_Strict):
    """One mail of a source file.

    Attributes:
        name: Unique within the inbox.
        sender: The header From.
        subject: Decoded.
        body: Text, or HTML where ``format`` says so.
        format: ``alternative`` has a plain part that points to the HTML one.
        charset: Of the body.
        encoding: Content-Transfer-Encoding of the body.
        headers: More headers.
        attachments: Names of files that come along.
        calendar: Title of a meeting that comes along.
        bulk: It comes from a mailing list.
        reason: What the mail is instead of a job; None where it is one.
        posting: What it offers.
    """

    name: str
    sender: str
    subject: str
    body: str
    format: Literal["plain", "html", "alternative"] = "plain"
    charset: str = "utf-8"
    encoding: Literal["7bit", "8bit", "quoted-printable", "base64"] = "8bit"
    headers: dict[str, str] = {}
    attachments: tuple[str, ...] = ()
    calendar: str | None = None
    bulk: bool = False
    reason: str | None = None
    posting: tuple[ExpectedPosting, ...] = ()


class SampleMail(_Strict):
    """A mail and what it holds.

    Attributes:
        name: Unique within the inbox.
        half: See ``Half``.
        raw: The mail (RFC 5322).
        reason: What the mail is instead of a job; None where it is one.
        postings: What it offers, in its order.
    """

    name: str
    half: Half
    raw: bytes
    reason: str | None
    postings: tuple[ExpectedPosting, ...]

    @property
    def is_job(self) -> bool:
        """Whether the mail offers at least one job."""
        return bool(self.postings)
