"""What stands below a text: the signature, legal footers, notes of mail programs."""

from __future__ import annotations

import re

_LONGEST_SIGNATURE = 1_500
_MOST_SIGNATURE_LINES = 30
_LONGEST_LINE = 200

_DELIMITER = re.compile(r"^--\s?$")
"""RFC 3676, section 4.3."""
_CLOSING = re.compile(
    r"^\W{0,4}(?:(?:many |with |kind |best |warm |warmest |thanks?(?: and| &| n|,)? |)regards?"
    r"|(?:many )?thank(?:s| you)(?: (?:again|so much|very much|in advance|and regards|&? ?regards"
    r"|and best regards|with regards|for your (?:time|help|business)))?|thnx|thx|thanks a lot"
    r"|thanks?,? (?:and|&|with) (?:best |kind |warm )?regards|rgds|br|cheers|ta|all the best"
    r"|speak soon|(?:very )?best(?: wishes)?"
    r"|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|cordially|respectfully"
    r"|mit freundlichen grü(?:ß|ss)en|(?:viele|beste|liebe|freundliche|herzliche|schöne|sonnige)"
    r" grü(?:ß|ss)e|mfg|vg|lg"
    r"|cordialement|bien (?:cordialement|à vous)|saludos(?: cordiales)?|un saludo|atentamente"
    r"|atenciosamente|cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?"
    r"|med vänliga hälsningar)\W{0,4}(?:[A-Z][\w.]{1,20})?\W{0,4}$",
    re.IGNORECASE,
)
_PHONE_NOTE = re.compile(
    r"^\W{0,3}(?:sent (?:from|via|with) (?:my |yahoo|mail for|outlook|proton|samsung|the )"
    r"|get outlook for|von meinem .{2,40} gesendet|gesendet von|envoyé (?:de|depuis)"
    r"|enviado desde|inviato da|verzonden vanaf|skickat från).{0,80}$",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"^\W{0,6}(?:(?:legal )?disclaimer\b|confidentiality (?:notice|note|statement)"
    r"|(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|"
    r"transmission)\b.{0,200}(?:confidential|intended|privileged|unsolicited|spam)"
    r"|(?:to|click here to|if you (?:wish|would like|want|prefer|no longer|do not wish|don['’]t)"
    r".{0,60}) ?(?:unsubscribe|be removed|receive)"
    r"|(?:unsubscribe|manage (?:your )?(?:preferences|subscription))\b.{0,60}$"
    r"|you (?:are|have) (?:receiv(?:ing|ed)) this"
    r"|(?:note|disclaimer)?\W{0,3}under bill s\.? ?1618|we respect your (?:on-?line )?privacy"
    r"|diese e-?mail (?:enthält|ist)|ce (?:message|courriel) .{0,80}confidentiel"
    r"|este (?:mensaje|correo) .{0,80}confidencial)",
    re.IGNORECASE,
)
_MOST_BLOCK_LINES, _LONGEST_BLOCK_LINE = 6, 60
_NAME_LINE = re.compile(r"(?:[A-ZÀ-Þ][\w.'’-]{0,20})(?: [A-ZÀ-Þ][\w.'’-]{0,20}){0,3},?")
_LABELLED = re.compile(r"^\W{0,6}[A-Z][\w /&()-]{2,30}:\s*\S")
_MOST_LABELLED_LINES = 8
"""Signatures have "Phone:" and "Email:", but this many labelled lines are a job's fields."""


def without_footer(text: str) -> str:
    """Cut legal notes and unsubscribe lines off the end of a text.

    A footer begins at its first sentence. The part before it must hold something, since some
    senders put their legal note first.
    """
    lines = text.split("\n")
    seen = 0
    for number, line in enumerate(lines):
        if seen and _FOOTER.match(line[:_LONGEST_LINE]) and _is_end(lines, number):
            lines = lines[:number]
            break
        seen += len(line.strip())
    return "\n".join(line for line in lines if not _PHONE_NOTE.match(line[:_LONGEST_LINE])).rstrip()


def without_signature(text: str) -> tuple[str, str]:
    """Split a text into what is said and the signature.

    The signature begins at the delimiter "-- " or behind the closing ("Best regards"), if what
    follows is short and not a job's fields.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        is_delimiter = _DELIMITER.match(line) is not None
        if not is_delimiter and not _CLOSING.match(line[:_LONGEST_LINE].rstrip()):
            continue
        if any(map(str.strip, lines[:number])) and _may_be_signature(lines[number + 1 :]):
            return "\n".join(lines[:number]).rstrip(), "\n".join(lines[number + 1 :]).strip()
    return _without_closing_block(lines)


def _without_closing_block(lines: list[str]) -> tuple[str, str]:
    """Cut off a last paragraph that begins with a name on a line of its own, and is short."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    start = max((number for number, line in enumerate(lines) if not line.strip()), default=-1) + 1
    block = [line.strip() for line in lines[start:]]
    is_block = start > 0 and len(block) <= _MOST_BLOCK_LINES and _NAME_LINE.fullmatch(block[0])
    if is_block and all(len(line) <= _LONGEST_BLOCK_LINE for line in block):
        return "\n".join(lines[:start]).rstrip(), "\n".join(block)
    return "\n".join(lines).rstrip(), ""


def _is_end(lines: list[str], number: int) -> bool:
    """Whether no job's fields follow a line."""
    behind = lines[number + 1 :]
    return sum(1 for line in behind if _LABELLED.match(line[:_LONGEST_LINE])) < _MOST_LABELLED_LINES


def _may_be_signature(lines: list[str]) -> bool:
    written = [line for line in lines if line.strip()]
    if len(written) > _MOST_SIGNATURE_LINES or sum(map(len, written)) > _LONGEST_SIGNATURE:
        return False
    labelled = sum(1 for line in written if _LABELLED.match(line[:_LONGEST_LINE]))
    return labelled < _MOST_LABELLED_LINES
