"""A posting of a mail as the database keeps it: its columns, and the details of the mail."""

from __future__ import annotations

from datetime import date
from typing import Any

from blacklight_shared.job_imports.postings import PostingRow, read_posting
from blacklight_shared.work_terms import WorkMode
from pydantic import BaseModel

from blacklight_email_sync.parsing import Contact, ExtractedPosting
from blacklight_email_sync.parsing.fingerprint import Fingerprint

_MAX_TITLE_CHARACTERS = 500
_MAX_DESCRIPTION_CHARACTERS = 100_000


class SourceDetails(BaseModel):
    """What one mail says of a requirement and a posting has no column for.

    Attributes:
        company: Who sent it.
        client: For whom the work is done.
        locations: All of them.
        duration: As written.
        work_authorization: Visa terms as written.
        start: As written.
        reference: The sender's number of the requirement.
        contact: Whom to answer.
        folded_client: Of the fingerprint.
        places: Of the fingerprint.
        signature_hex: Of the fingerprint.
        digest_hex: Of the fingerprint.
    """

    company: str = ""
    client: str = ""
    locations: tuple[str, ...] = ()
    duration: str = ""
    work_authorization: str = ""
    start: str = ""
    reference: str = ""
    contact: Contact = Contact()
    folded_client: str
    places: tuple[str, ...]
    signature_hex: str
    digest_hex: str

    @classmethod
    def of(cls, posting: ExtractedPosting, fingerprint: Fingerprint) -> SourceDetails:
        """The details of a posting."""
        return cls(
            company=posting.company,
            client=posting.client,
            locations=posting.locations,
            duration=posting.duration,
            work_authorization=posting.work_authorization,
            start=posting.start,
            reference=posting.reference,
            contact=posting.contact,
            folded_client=fingerprint.client,
            places=tuple(sorted(fingerprint.places)),
            signature_hex=fingerprint.signature.hex(),
            digest_hex=fingerprint.digest.hex(),
        )

    def fingerprint(self, title_key: str) -> Fingerprint:
        """The fingerprint of the posting, whose title is kept beside."""
        return Fingerprint(
            title=title_key,
            places=frozenset(self.places),
            client=self.folded_client,
            signature=bytes.fromhex(self.signature_hex),
            digest=bytes.fromhex(self.digest_hex),
        )


def posting_row(posting: ExtractedPosting, posted_date: date | None) -> PostingRow | None:
    """The posting under the rules of every import; None if there is nothing left of its title.

    Args:
        posting: As it was found in a mail.
        posted_date: When the mail came.
    """
    values: dict[str, Any] = {
        "title": posting.title[:_MAX_TITLE_CHARACTERS],
        "company": posting.client or posting.company,
        "location": next(iter(posting.locations), None),
        "description": posting.description[:_MAX_DESCRIPTION_CHARACTERS],
        "employment_type": ", ".join(kind.value for kind in posting.employment_types),
        "work_mode": None
        if posting.work_mode is WorkMode.UNKNOWN
        else posting.work_mode.name.lower(),
        "skills": list(posting.skills),
        "salary_text": posting.pay_text,
        "posted_date": posted_date,
    }
    if posting.experience is not None:
        values["experience_min_years"] = posting.experience.minimum
        values["experience_max_years"] = posting.experience.maximum
    if posting.pay is not None:
        values["salary_min"] = posting.pay.minimum
        values["salary_max"] = posting.pay.maximum
        values["salary_currency"] = posting.pay.currency
        values["salary_period"] = posting.pay.period.value
    return read_posting(1, values).posting
