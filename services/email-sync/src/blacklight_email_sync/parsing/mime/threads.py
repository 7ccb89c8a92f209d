"""A mail's text cut into what the sender wrote, what was passed on, and history.

Outlook, Gmail, Apple Mail and Thunderbird mark quoted mails each in their way and in the language
of their user; the names of headers and phrases below are those of their English, German, French,
Spanish, Portuguese, Italian, Dutch and Swedish versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from blacklight_email_sync.parsing.mime.headers import FORWARD_SUBJECT, REPLY_SUBJECT, mailbox
from blacklight_email_sync.parsing.mime.signatures import without_footer, without_signature
from blacklight_email_sync.parsing.model import Mailbox, Passage

_MOST_PASSAGES = 12
_LONGEST_LINE = 400
_MOST_HEADER_LINES = 12
_SHORT_NOTE = 60
"""A sender who writes less than this above another mail passes it on rather than answers it."""

_FORWARDED = re.compile(
    r"^\W{0,20}(?:(?:begin )?forwarded (?:message|mail|by\b.{0,80})|original message follows"
    r"|weitergeleitete nachricht|anfang der weitergeleiteten (?:nachricht|e-?mail)"
    r"|message transféré|début du message (?:réexpédié|transféré)"
    r"|mensaje reenviado|inicio del mensaje reenviado|mensagem (?:encaminhada|reencaminhada)"
    r"|messaggio inoltrato|inizio messaggio inoltrato|doorgestuurd bericht"
    r"|begin doorgestuurd bericht|vidarebefordrat (?:brev|meddelande))\W{0,20}$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\W{0,20}(?:original (?:message|appointment)|reply message|ursprüngliche nachricht"
    r"|message d['’]origine|mensaje original|mensagem original|messaggio originale"
    r"|oorspronkelijk bericht|ursprungligt meddelande)\W{0,20}$",
    re.IGNORECASE,
)
_NAMES = {
    "from": "from|von|de|da|van|från|expéditeur|remitente",
    "sent": "sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|data|inviato|verzonden|skickat"
    "|envoyé le|sent on",
    "to": "to|an|à|a|para|aan|till|pour|cc|kopie|kopia|bcc|reply-to|antwort an|importance|priority",
    "subject": "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne",
}
_HEADER = re.compile(
    r"^[\s>*_]{0,12}(?:"
    + "|".join(f"(?P<{key}>{names})" for key, names in _NAMES.items())
    + r")[*_]{0,3}\s?:[*_]{0,3}[ \t]*(?P<value>.*)$",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"^[\s>]{0,12}(?:"
    r"(?:on|at)\s.{4,250}\bwrote|.{4,250}\bwrote on\s.{4,80}"
    r"|am\s.{4,250}\bschrieb(?:\s.{1,120})?|le\s.{4,250}\ba écrit|el\s.{4,250}\bescribió"
    r"|em\s.{4,250}\bescreveu|il\s.{4,250}\bha scritto|op\s.{4,250}\bschreef(?:\s.{1,120})?"
    r"|den\s.{4,250}\bskrev(?:\s.{1,120})?"
    r")\s?:\s*$",
    re.IGNORECASE,
)
_ATTRIBUTION_START = re.compile(r"^[\s>]{0,12}(?:on|am|le|el|em|il|op|den)\s\S", re.IGNORECASE)
_RULE = re.compile(r"^[\s_=*-]*$")
"""Outlook draws a line above a forwarded mail."""
_QUOTE = re.compile(r"^\s{0,3}>")
_QUOTE_MARKS = re.compile(r"^(?:\s{0,3}> ?){1,12}")


def split_thread(text: str, subject: str, *, is_reply: bool) -> tuple[Passage, ...]:
    """Cut a text into passages.

    Args:
        text: Of the whole mail.
        subject: Of the mail; "Fwd:" says that what is quoted was passed on on purpose.
        is_reply: The mail answers another.

    Returns:
        The sender's own words first, then the forwarded mails, outermost first. The history below
        an answer is left out.
    """
    own, *quoted = _blocks(text.split("\n"))
    if not quoted:
        own_lines = own.lines if not is_reply else _without_quotes(own.lines)
        return (_passage(_Block(_Kind.OWN, own_lines or own.lines)),)
    if not _passes_on(own, quoted[0], subject, is_reply=is_reply):
        answered_below = _unquoted_behind(quoted)
        return (_passage(_Block(_Kind.OWN, [*_without_quotes(own.lines), *answered_below])),)
    return (_passage(own), *(_passage(block) for block in quoted[:_MOST_PASSAGES]))


class _Kind(Enum):
    OWN = auto()
    FORWARDED = auto()
    ORIGINAL = auto()
    ATTRIBUTED = auto()


@dataclass(slots=True)
class _Block:
    """Lines of one author, and the header lines above them."""

    kind: _Kind
    lines: list[str]
    sender: str = ""
    subject: str = ""


def _blocks(lines: Sequence[str]) -> list[_Block]:
    blocks = [_Block(_Kind.OWN, [])]
    position = 0
    while position < len(lines):
        start = _start_of_block(lines, position)
        if start is None:
            blocks[-1].lines.append(lines[position])
            position += 1
        else:
            block, position = start
            blocks.append(block)
    return blocks


def _start_of_block(lines: Sequence[str], position: int) -> tuple[_Block, int] | None:
    """A block that begins at a line and the number of its first line of text, if one does."""
    line = lines[position][:_LONGEST_LINE]
    if not line.strip():
        return None
    for kind, marker in ((_Kind.FORWARDED, _FORWARDED), (_Kind.ORIGINAL, _ORIGINAL)):
        if marker.match(line):
            block = _Block(kind, [])
            return block, _read_headers(lines, position + 1, block)
    block = _Block(_Kind.ORIGINAL, [])
    if (match := _HEADER.match(line)) and match["from"] and _is_address_line(match["value"]):
        behind = _read_headers(lines, position, block)
        if behind - position > 1 and block.subject:
            return block, behind
    attribution_end = _end_of_attribution(lines, position)
    if attribution_end is not None:
        return _Block(_Kind.ATTRIBUTED, []), attribution_end
    return None


def _is_address_line(value: str) -> bool:
    """A sender has a name or an address; "From: 9 am" is no header of a mail."""
    return bool(value.strip()) and not value.strip()[0].isdigit()


def _read_headers(lines: Sequence[str], position: int, block: _Block) -> int:
    """Read the header lines at a position into a block; return where its text begins."""
    end = position
    while end < min(len(lines), position + _MOST_HEADER_LINES):
        line = lines[end][:_LONGEST_LINE]
        match = _HEADER.match(line)
        if match is None and _QUOTE_MARKS.sub("", line).strip():
            break
        if match is not None:
            if match["from"] and not block.sender:
                block.sender = match["value"].strip()
            if match["subject"] and not block.subject:
                block.subject = match["value"].strip()
        elif block.subject:
            break
        end += 1
    return end


def _end_of_attribution(lines: Sequence[str], position: int) -> int | None:
    """Where the text behind "On … wrote:" begins; mailers break the phrase over two lines."""
    line = lines[position][:_LONGEST_LINE]
    if not _ATTRIBUTION_START.match(line) and "wrote" not in line:
        return None
    joined = line
    for end in range(position + 1, min(len(lines), position + 3) + 1):
        if _ATTRIBUTION.match(joined):
            return end
        if end < len(lines):
            joined = f"{joined.rstrip()} {_QUOTE_MARKS.sub('', lines[end][:_LONGEST_LINE]).strip()}"
    return None


def _passes_on(own: _Block, first: _Block, subject: str, *, is_reply: bool) -> bool:
    if first.kind is _Kind.FORWARDED or FORWARD_SUBJECT.match(subject):
        return True
    if is_reply or REPLY_SUBJECT.match(subject):
        return False
    note = "".join(own.lines).strip()
    return first.kind is _Kind.ORIGINAL and len(note) < _SHORT_NOTE


def _without_quotes(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not _QUOTE.match(line)]


def _unquoted_behind(quoted: Sequence[_Block]) -> Iterator[str]:
    """What an answer says below a quotation whose lines are marked with ">"."""
    last = quoted[-1].lines
    if quoted[-1].kind is _Kind.ATTRIBUTED and any(map(_QUOTE.match, last)):
        yield from _without_quotes(last)


def _passage(block: _Block) -> Passage:
    lines = block.lines
    if block.kind is not _Kind.OWN or _is_quoted_throughout(lines):
        lines = [_QUOTE_MARKS.sub("", line) for line in lines]
    while lines and _RULE.match(lines[-1]):
        lines = lines[:-1]
    text, signature = without_signature(without_footer("\n".join(lines).strip("\n")))
    return Passage(
        text=text,
        signature=signature,
        subject=block.subject,
        sender=mailbox(block.sender) if block.sender else Mailbox(),
    )


def _is_quoted_throughout(lines: Sequence[str]) -> bool:
    """Some mailers indent a whole mail as if it were a quotation."""
    written = [line for line in lines if line.strip()]
    quoted = sum(1 for line in written if _QUOTE.match(line))
    return quoted > len(written) // 2
