"""The parser that needs no account: labels, phrases and the shared vocabularies."""

from __future__ import annotations

import asyncio
import itertools

from blacklight_shared.skills import SkillTaxonomy

from blacklight_email_sync.parsing.model import (
    ExtractedPosting,
    Mailbox,
    ParsedMail,
    Passage,
    Reading,
    SkipReason,
)
from blacklight_email_sync.parsing.rules import people
from blacklight_email_sync.parsing.rules.evidence import JOB_FIELDS, confidence_of
from blacklight_email_sync.parsing.rules.facts import Facts, with_note
from blacklight_email_sync.parsing.rules.kinds import strongest_alternative
from blacklight_email_sync.parsing.rules.label_names import Field
from blacklight_email_sync.parsing.rules.labels import find_labelled
from blacklight_email_sync.parsing.rules.segments import segments_of

LEAST_CONFIDENCE = 0.5
"""Below, the parser itself says that the mail is no job."""

_DOUBTFUL = 0.3
_MAX_CHARACTERS = 40_000
_LONGEST_NOTE = 1_000
_CHARACTERS_PER_LABEL, _MOST_COUNTED = 300, 1_500


class RulesParser:
    """Reads mails by rules.

    Attributes:
        taxonomy: Where skills are looked up.
    """

    def __init__(self, taxonomy: SkillTaxonomy | None = None) -> None:
        """Take a taxonomy to find skills with; None takes the built-in one."""
        self.taxonomy = taxonomy or SkillTaxonomy.builtin()

    async def read(self, mail: ParsedMail) -> Reading:
        """Read a mail, in a thread of its own: long mails take a tenth of a second."""
        return await asyncio.to_thread(self.read_now, mail)

    def read_now(self, mail: ParsedMail) -> Reading:
        """Read a mail."""
        passage = _telling_passage(mail)
        labelled = find_labelled(mail.text[:_MAX_CHARACTERS])
        alternative = strongest_alternative(mail, labelled)
        postings = self._postings(mail, passage)
        confidence = confidence_of(mail, postings, labelled, alternative)
        if confidence >= LEAST_CONFIDENCE:
            return Reading(confidence, postings)
        kind = alternative.kind if alternative.strength > 1 else SkipReason.OTHER
        if kind is SkipReason.OTHER and postings and confidence >= _DOUBTFUL:
            kind = SkipReason.LOW_CONFIDENCE
        return Reading(confidence, postings, kind)

    def _postings(self, mail: ParsedMail, passage: Passage) -> tuple[ExtractedPosting, ...]:
        segments = segments_of(passage.text[:_MAX_CHARACTERS])
        subject = _subject(mail, passage) if len(segments) == 1 else None
        sender = _sender(mail, passage)
        company = people.company_of(passage, _subject(mail, passage), sender)
        note = _note_above(mail, passage)
        facts = (
            Facts(
                with_note(segment, note),
                segment.heading if subject is None else subject,
                f"{sender.address}\n{passage.signature}",
            )
            for segment in segments
        )
        postings = (self._posting(mail, passage, company, each) for each in facts)
        return tuple(posting for posting in postings if posting.title)

    def _posting(
        self, mail: ParsedMail, passage: Passage, company: str, facts: Facts
    ) -> ExtractedPosting:
        title = facts.title()
        return ExtractedPosting(
            title=title,
            description=facts.description(),
            company=people.labelled_company(facts.labelled) or company,
            client=people.client_of(facts.text, facts.labelled),
            locations=facts.locations(),
            work_mode=facts.work_mode(),
            employment_types=facts.employment_types(title),
            duration=facts.duration(),
            pay=facts.pay(),
            pay_text=facts.labelled_value(Field.PAY),
            experience=facts.experience(title),
            skills=facts.skills(title, self.taxonomy),
            work_authorization=facts.work_authorization(),
            start=facts.start(),
            reference=facts.labelled_value(Field.REFERENCE),
            contact=people.contact_of(passage, facts.labelled, _sender(mail, passage)),
        )


def _telling_passage(mail: ParsedMail) -> Passage:
    """The passage that says most about a job."""
    return max(mail.passages, key=_tells)


def _tells(passage: Passage) -> int:
    labelled = find_labelled(passage.text[:_MAX_CHARACTERS])
    fields = {item.field for item in labelled if item.value and item.field in JOB_FIELDS}
    return _CHARACTERS_PER_LABEL * len(fields) + min(len(passage.text), _MOST_COUNTED)


def _note_above(mail: ParsedMail, passage: Passage) -> str:
    """What those wrote who passed a requirement on: rate, deadline, what they think of it."""
    outer = itertools.takewhile(lambda other: other is not passage, mail.passages)
    return "\n".join(other.text for other in outer if len(other.text) < _LONGEST_NOTE)


def _subject(mail: ParsedMail, passage: Passage) -> str:
    return passage.subject or mail.headers.subject


def _sender(mail: ParsedMail, passage: Passage) -> Mailbox:
    if passage is not mail.own and passage.sender != Mailbox():
        return passage.sender
    reply_to = mail.headers.reply_to
    if reply_to is not None and reply_to.address:
        return Mailbox(mail.headers.sender.name or reply_to.name, reply_to.address)
    return mail.headers.sender
