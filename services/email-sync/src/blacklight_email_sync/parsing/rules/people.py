"""Who sends a requirement, for whom, and whom to answer."""

from __future__ import annotations

import re

from blacklight_shared.roles.title_finding import names_work

from blacklight_email_sync.parsing.model import Contact, Mailbox, Passage
from blacklight_email_sync.parsing.rules.label_names import Field
from blacklight_email_sync.parsing.rules.labels import Labelled

_LONGEST_NAME = 80
_LAST_LINES = 15
_SHORTEST_DOMAIN = 5
_MOST_OF_DOMAIN = 0.6
_MAIL_PROVIDERS_LIST = """
    aol comcast email gmail gmx googlemail hotmail icloud live mail msn outlook proton protonmail
    rediffmail web yahoo zoho
"""
_MAIL_PROVIDERS = frozenset(_MAIL_PROVIDERS_LIST.split())
_PROGRAM = re.compile(r"(?:no-?reply|do-?not-?reply|notif\w*|alerts?|system|vms)\b[^@]*@")
"""Addresses of recruitment systems, which write in the name of another firm."""
_CAPITALISED = re.compile(r"[A-Z][\w&'’]{1,30}(?:[ -](?:(?:and|of|&) )?[A-Z0-9][\w&'’]{0,30}){0,5}")
_READ_CHARACTERS = 10_000

EMAIL = re.compile(r"(?<![\w.+-])[\w+-][\w.+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_PHONE = re.compile(
    r"(?<![\w/.,+$#-])(?:\+|00)?[\d(][\d \t().–/-]{7,22}\d(?![\w/-])(?:\s?(?:x|ext\.?)\s?\d{1,6})?",
    re.IGNORECASE,
)
_PHONE_DIGITS = range(9, 16)
_NOT_PHONE = re.compile(r"(?:19|20)\d\d\D{1,6}(?:19|20)\d\d|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$")

_COMPANY_SUFFIX = re.compile(
    r"\b(?:Inc|LLC|L\.L\.C|Ltd|Limited|GmbH|AG|SE|Corp|Corporation|Co|Company|PLC|LLP|Pvt|SARL|SAS"
    r"|BV|B\.V|Technologies|Technology|Solutions|Systems|Consulting|Consultants|Staffing|Services"
    r"|Group|Infotech|Software|Softech|Labs|Partners|Recruitment|Recruiting|Resources|Talent"
    r"|Associates|Global|Consultancy|InfoSystems|Tech|IT|Search|Personnel|Health|Bank|Networks"
    r"|Digital|Analytics|Enterprises|International|Industries)\b\.?(?=\s*(?:$|[|,•(–-]))"
)
_INTRODUCED = re.compile(
    r"(?:\b(?:my name is|this is|i am|i'm|i’m)\s+[A-Z][\w.'’ -]{1,40}?"
    r"(?:,? (?:and i am |and i'm )?(?:an? |the |a senior |sr\.? )?[\w/ -]{0,40}?)?"
    r"\s(?:from|with|at|of|representing)\s+)"
    r"(?P<company>[A-Z][\w&.'’-]*(?:,? (?:[A-Z][\w&.'’-]*|and|of|&)){0,5})"
)
_AT_COMPANY = re.compile(
    r"(?:^|[.!?\n]\s*|\b(?:here at|we at|team at|join|at|with) )(?P<company>[A-Z][\w&'’-]*(?:"
    r" [A-Z][\w&'’-]*){0,3})"
    r",?(?: is| are|,? we(?:'re|’re| are)?) (?:currently |now |actively )?"
    r"(?:hiring|looking|seeking|growing|recruiting|expanding|in need)"
)
_HERE_AT = re.compile(
    r"\b(?:here at|we at|team (?:here )?at|join us at|role at|position at|opportunity at|job at"
    r"|work at|hiring at)\s+(?P<company>[A-Z][\w&'’.-]*(?: [A-Z][\w&'’-]*){0,3})"
)
_FOR_CLIENT = re.compile(
    r"\b(?:(?:our|my|direct|the|end|prime)\s+(?:direct |end |prime |esteemed |banking "
    r"|healthcare |financial )?(?:client|customer)s?"
    r"(?: is|:|,| -)?|client is|client[:,])[ \t]+(?P<client>[A-Z][\w&.'’-]*(?: (?:[A-Z][\w&'’-]*"
    r"|of|&)){0,4})"
    r"(?![\w&'’])(?=\s*(?:[,.(\n–-]|in\b|is\b|has\b|based\b|located\b|for\b|$|who\b|needs\b|at\b|,))"
)
_NOT_COMPANIES_LIST = """
    a an and anyone but client company currently dear for he hello hi i if im it location my
    one our please remote she someone team thanks the there they this us we who you
"""
_NOT_COMPANIES = frozenset(_NOT_COMPANIES_LIST.split())
_HIDDEN_NAMES = re.compile(
    r"^(?:tbd|n/?a|confidential|direct(?: client)?|our client|undisclosed|na|none|not disclosed|"
    r"client|direct|end client|will (?:be )?(?:share|disclose)\w*.*|.*\b(?:later|disclosed)\b.*)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-ZÀ-Þ][\w.'’À-ÿ-]*(?: (?:[A-ZÀ-Þ][\w.'’À-ÿ-]*|de|van|von|der|bin|al)){1,3}")
_NAME_LABELLED = re.compile(r"\((?P<nick>[^)]{1,20})\)")


def labelled_company(labelled: list[Labelled]) -> str:
    """The vendor, or the firm that hires, as a label names it."""
    return _name_labelled(labelled, Field.COMPANY)


def company_of(passage: Passage, subject: str, sender: Mailbox) -> str:
    """The vendor, or the firm that hires: introduced in the text, signed, or like the address."""
    signed = _company_in_signature(passage) or _company_of_domain(passage, subject, sender)
    for pattern in (_INTRODUCED, _AT_COMPANY, _HERE_AT):
        for match in pattern.finditer(passage.text[:_READ_CHARACTERS]):
            name = _company(match["company"])
            if name:
                return signed if signed.casefold().startswith(name.casefold()) else name
    return signed


def client_of(text: str, labelled: list[Labelled]) -> str:
    """For whom the work is done, where the mail tells the name."""
    if value := _name_labelled(labelled, Field.CLIENT):
        return value
    return next((name for m in _FOR_CLIENT.finditer(text) if (name := _company(m["client"]))), "")


def contact_of(passage: Passage, labelled: list[Labelled], sender: Mailbox) -> Contact:
    """Whom to answer: labelled, in the signature, or else the sender."""
    end = "\n".join(passage.text.split("\n")[-_LAST_LINES:])
    below = f"{passage.signature}\n{end}"
    emails = [*_labelled(labelled, Field.EMAIL), passage.signature, sender.address, end]
    phones = [passage.signature, *_labelled(labelled, Field.PHONE), end]
    return Contact(
        name=_full_name(_contact_name(passage, labelled), _person(sender.name)),
        email=next((match[0].lower() for text in emails if (match := EMAIL.search(text))), ""),
        phone=next((phone for text in (*phones, below) if (phone := _phone(text))), ""),
    )


def _labelled(labelled: list[Labelled], field: Field) -> list[str]:
    return [item.value for item in labelled if item.field is field and item.value]


def _name_labelled(labelled: list[Labelled], field: Field) -> str:
    for value in _labelled(labelled, field):
        name = value.split("\t")[0].strip(" .,*")
        if len(name) <= _LONGEST_NAME and not _HIDDEN_NAMES.match(name):
            return name
    return ""


def _company(written: str) -> str:
    name = written.strip(" .,'’-")
    name = re.sub(r"\s+(?:and|of|&)$", "", name)
    first = name.split()[0].casefold().strip(".,'’") if name else ""
    return "" if first in _NOT_COMPANIES or names_work(name.split()[-1]) else name


def _company_in_signature(passage: Passage) -> str:
    for line in passage.signature.split("\n")[:_LAST_LINES]:
        for piece in re.split(r"\s*[|•]\s*|\t|\s[–-]\s|,\s(?=[A-Z][\w&]+ )", line):
            name = piece.strip(" *_,")
            if len(name) > _LONGEST_NAME or EMAIL.search(name) or ":" in name:
                continue
            if _COMPANY_SUFFIX.search(name) and not names_work(name.split()[-1].strip(".")):
                return name
    return ""


def _company_of_domain(passage: Passage, subject: str, sender: Mailbox) -> str:
    """The name in signature or text that the sender's address is made of."""
    domain = sender.address.rpartition("@")[2].split(".")[0].replace("-", "").replace("_", "")
    is_program = _PROGRAM.match(sender.address) is not None
    if len(domain) < _SHORTEST_DOMAIN or domain in _MAIL_PROVIDERS or is_program:
        return ""
    written = "\n".join((passage.signature, sender.name, subject, passage.text[:_READ_CHARACTERS]))
    found = (_part_like(match[0], domain) for match in _CAPITALISED.finditer(written))
    names = sorted(filter(None, found), key=len)
    return names[-1] if names else ""


def _part_like(words: str, domain: str) -> str:
    """The run of words whose letters begin like a domain; "" without one."""
    split = words.split()
    for first in range(len(split)):
        for last in range(len(split), first, -1):
            name = " ".join(split[first:last])
            letters = re.sub(r"[^a-z0-9]", "", name.casefold().replace("&", "and"))
            shared = _shared_start(letters, domain)
            if shared == min(len(letters), len(domain)) and shared >= _SHORTEST_DOMAIN:
                return name.strip(" .,'’&-")
            if shared >= _MOST_OF_DOMAIN * max(len(letters), len(domain)):
                return name.strip(" .,'’-")
    return ""


def _shared_start(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((count for count, (a, b) in pairs if a != b), min(len(one), len(other)))


def _contact_name(passage: Passage, labelled: list[Labelled]) -> str:
    for value in _labelled(labelled, Field.CONTACT):
        if name := _person(EMAIL.split(value)[0].split(",")[0]):
            return name
    lines = [line.strip(" *_,\t") for line in passage.signature.split("\n") if line.strip()]
    return next((name for line in lines[:3] if (name := _person(re.split(r"[|,•]", line)[0]))), "")


def _full_name(signed: str, sender: str) -> str:
    """The name that is signed, or the sender's if it is the same one in full."""
    return sender if not signed or sender.casefold().startswith(f"{signed.casefold()} ") else signed


def _person(written: str) -> str:
    """A name of two to four words, without titles and companies; "" if it is none."""
    name = _NAME_LABELLED.sub(" ", written).strip(" .,-–*\"'<(")
    name = " ".join(name.split())
    if "," in name and len(name.split(",")) == 2:  # "Kumar, Raj"
        last, first = (part.strip() for part in name.split(","))
        name = f"{first} {last}"
    if not _NAME.fullmatch(name) or _COMPANY_SUFFIX.search(name):
        return name if _is_single_name(written, name) else ""
    return "" if any(names_work(word) for word in name.split()) else name


def _is_single_name(written: str, name: str) -> bool:
    """A first name alone is a name where nothing else stands beside it."""
    alone = name.isalpha() and name[:1].isupper() and len(name) > 1
    return alone and written.strip(" .,*") == name and not names_work(name)


def _phone(text: str) -> str:
    for match in _PHONE.finditer(text):
        digits = sum(map(str.isdigit, match[0]))
        if digits in _PHONE_DIGITS and not _NOT_PHONE.search(match[0].strip()):
            return " ".join(match[0].split()).strip(" .-")
    return ""
