"""The parser that asks a language model, and the rules where the model fails."""

from __future__ import annotations

from blacklight_shared.llm import LanguageModel, LlmProvider, try_extract
from blacklight_shared.skills import SkillTaxonomy

from blacklight_email_sync.parsing.model import (
    MailParser,
    ParsedMail,
    ParserName,
    Reading,
    SkipReason,
)
from blacklight_email_sync.parsing.model_answer import (
    INSTRUCTIONS,
    OTHER_KINDS,
    MailAnswer,
    believed_postings,
)
from blacklight_email_sync.parsing.rules import RulesParser

MAX_CHARACTERS = 15_000
"""Of a mail that is sent to a model, whatever the model is set to take."""

_NAMES = {
    LlmProvider.ANTHROPIC: ParserName.ANTHROPIC,
    LlmProvider.OPENAI: ParserName.OPENAI,
}


class LanguageModelParser:
    """Reads mails with a language model; it is asked twice before the rules take over."""

    def __init__(self, model: LanguageModel, name: ParserName, rules: RulesParser) -> None:
        """Take the model, what readings by it are called, and the parser for when it fails."""
        self._model = model
        self._name = name
        self._rules = rules

    async def read(self, mail: ParsedMail) -> Reading:
        """Read a mail."""
        extraction = await try_extract(self._model, MailAnswer, INSTRUCTIONS, _shown(mail))
        if extraction.value is None:
            reading = await self._rules.read(mail)
            return Reading(
                reading.confidence,
                reading.postings,
                reading.kind,
                fallback=f"{self._name} failed: {extraction.failure}",
            )
        return _reading(extraction.value, mail, self._rules.taxonomy, self._name)


def create_parser(
    provider: LlmProvider, model: LanguageModel | None, rules: RulesParser
) -> MailParser:
    """Choose the parser: the configured model, or the rules without one.

    Args:
        provider: Whose model it is.
        model: What ``create_language_model`` gives; None where none is configured.
        rules: Reads mails where there is no model, or it fails.
    """
    return rules if model is None else LanguageModelParser(model, _NAMES[provider], rules)


def _shown(mail: ParsedMail) -> str:
    """What the model reads: subject, sender and text, cut."""
    sender = mail.headers.sender
    signatures = "\n\n".join(filter(None, (passage.signature for passage in mail.passages)))
    attachments = ", ".join(item.filename for item in mail.attachments)
    head = f"Subject: {mail.headers.subject}\nFrom: {sender.name} <{sender.address}>\n"
    if attachments:
        head += f"Attachments: {attachments}\n"
    return f"{head}\n{mail.text}\n\n{signatures}"[:MAX_CHARACTERS]


def _reading(
    answer: MailAnswer, mail: ParsedMail, taxonomy: SkillTaxonomy, name: ParserName
) -> Reading:
    postings = believed_postings(answer, mail, taxonomy)
    if answer.is_job and postings:
        return Reading(answer.confidence, postings, parser=name)
    kind = answer.kind if answer.kind in OTHER_KINDS else SkipReason.OTHER
    confidence = 0.0 if answer.is_job else min(answer.confidence, 1 - answer.confidence)
    return Reading(confidence, (), kind, parser=name)
