"""Terms of employment: its type, its duration, who may work, when it begins."""

from __future__ import annotations

import re

from blacklight_email_sync.parsing.model import EmploymentType

_TYPES = (
    (
        EmploymentType.CONTRACT_TO_HIRE,
        r"contract[- ]?(?:to|2)[- ]?(?:hire|perm\w*)|\bc2h\b|\bcth\b"
        r"|temp[- ](?:to|2)[- ](?:hire|perm)|contract with (?:the )?(?:possibility|option) of"
        r" (?:hire|conversion)",
    ),
    (
        EmploymentType.C2C,
        r"\bc2c\b|\bc-2-c\b|corp(?:oration)?[- ]?(?:to|2)[- ]?corp(?:oration)?\b|\bctc\b(?= ?/"
        r" ?w-?2)",
    ),
    (EmploymentType.W2, r"\bw-?2\b(?![- ]?form)|\bw2's\b"),
    (EmploymentType.FORM_1099, r"\b1099\b"),
    (
        EmploymentType.PERMANENT,
        r"\bpermanent\b|\bdirect[- ]hire\b|\bfte\b|\bfull[- ]?time\b|\bfulltime\b|\bperm\b"
        r"|\bfesteinstellung\b|\bfestanstellung\b|\bunbefristet\w*|\bcdi\b|\bindefinido\b"
        r"|\btempo indeterminato\b|\bvast(?:e)? (?:contract|dienst)",
    ),
    (EmploymentType.PART_TIME, r"\bpart[- ]?time\b|\bteilzeit\b|\btemps partiel\b"),
    (EmploymentType.INTERNSHIP, r"\binterns?(?:hips?)?\b|\bpraktikum\b|\bworking student\b"),
)
_CONTRACT_STATED = (
    r"\bcontract(?:or|ing)?\b|\bfreelanc\w*|\btemporary\b|\bbefristet\w*|\bcdd\b|\bfreiberuf\w*"
    r"|\btemp\b|\bmission\b|\binterim\b|\b(?:inside|outside)(?: of)? ir35\b|\bftc\b|\blocum\b"
)
_CONTRACT_IN_TEXT = (
    r"\bcontract (?:role|position|job|opportunity|assignment|opening|basis|requirement|duration"
    r"|length|gig)"
    r"|(?:months?|weeks?|years?|term|week)\+?[ -](?:\w+[ -])?contract\b|\bon (?:a )?contract\b"
    r"|\bcontract only\b"
    r"|\bcontract (?:through|until|for \d|with)|\b(?:it'?s|is) a contract\b|\bindependent"
    r" contractors?\b"
    r"|\ban? (?:freelance|temporary|interim|locum|contract) (?!for|with|of|to|that|is|and|or|in"
    r"|on|at)\w|\bfreelance (?:role|position|project|basis)|\bfreiberuflich|\b(?:inside"
    r"|outside)(?: of)? ir35\b"
    r"|\bfixed[- ]term\b|\btravel (?:contract|assignment)\b|\binterim (?:role|position)\b"
)
_FULL_TIME_IN_TEXT = (
    r"\b(?:permanent|direct[- ]hire|fte|perm) (?:role|position|job|opportunity|opening|employee"
    r"|basis|hire)?"
    r"|\bfull[- ]?time (?:role|position|job|opportunity|opening|employee|employment|basis|hire"
    r"|permanent|perm|w2|salaried|only)"
    r"|\b(?:role|position|job|this) is (?:a )?full[- ]?time\b|\bdirect[- ]hire\b"
    r"|\bfestanstellung\b|\bunbefristet\w*|\bcontrato indefinido\b|\bcdi\b"
    r"|\btempo indeterminato\b|\bvast dienstverband\b"
)
_DENIED = re.compile(
    r"\b(?:no|not|non|without|except|cannot|can't|don't|won't|never|isn't)\b[\w ,/'-]{0,25}$",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"^\W{0,3}(?:is |are )?(?:not (?:accepted|allowed|possible|considered|an option)"
    r"|candidates? (?:not|please excuse))",
    re.IGNORECASE,
)

_STATED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _TYPES)
_CONTRACT = re.compile(_CONTRACT_STATED, re.IGNORECASE)
_FREE_CONTRACT = re.compile(_CONTRACT_IN_TEXT, re.IGNORECASE)
_FREE_FULL_TIME = re.compile(_FULL_TIME_IN_TEXT, re.IGNORECASE)
_FREE_TYPES = tuple(
    (kind, pattern)
    for kind, pattern in _STATED
    if kind
    in (
        EmploymentType.CONTRACT_TO_HIRE,
        EmploymentType.C2C,
        EmploymentType.W2,
        EmploymentType.FORM_1099,
    )
)
_CONTRACTS = frozenset(
    {
        EmploymentType.W2,
        EmploymentType.C2C,
        EmploymentType.FORM_1099,
        EmploymentType.CONTRACT_TO_HIRE,
    }
)
_BARE = (
    (
        EmploymentType.PERMANENT,
        re.compile(
            r"\bpermanent\b(?! residen| makeup| staff)|\bperm\b|\bfull[- ]time\b(?! student)",
            re.IGNORECASE,
        ),
    ),
    (EmploymentType.PART_TIME, re.compile(r"\bpart[- ]time\b(?! student)", re.IGNORECASE)),
)
_FREE_PART_TIME = re.compile(
    r"\bpart[- ]time (?:role|position|job|opportunity|basis|contract)", re.IGNORECASE
)
_FREE_INTERN = re.compile(r"\binternship\b", re.IGNORECASE)


def stated_types(value: str) -> tuple[EmploymentType, ...]:
    """The types a labelled value or a subject names."""
    return _in_order(value, (*_STATED, (EmploymentType.CONTRACT, _CONTRACT)))


def most_telling(stated: tuple[EmploymentType, ...], text: str) -> tuple[EmploymentType, ...]:
    """The types that labels and subject name, then those of the text.

    "Contract" is left away beside what says how the contract is made; bare words such as
    "permanent" count where nothing else is said.
    """
    found = tuple(dict.fromkeys((*stated, *types_in_text(text))))
    found = found or _in_order(text, _BARE)
    if _CONTRACTS.intersection(found):
        return tuple(kind for kind in found if kind is not EmploymentType.CONTRACT)
    return found


def types_in_text(text: str) -> tuple[EmploymentType, ...]:
    """The types that running text names beyond doubt: not every "contract" is one of work."""
    return _in_order(
        text,
        (
            *_FREE_TYPES,
            (EmploymentType.CONTRACT, _FREE_CONTRACT),
            (EmploymentType.PERMANENT, _FREE_FULL_TIME),
            (EmploymentType.PART_TIME, _FREE_PART_TIME),
            (EmploymentType.INTERNSHIP, _FREE_INTERN),
        ),
    )


def _in_order(
    text: str, patterns: tuple[tuple[EmploymentType, re.Pattern[str]], ...]
) -> tuple[EmploymentType, ...]:
    found: dict[EmploymentType, int] = {}
    covered: list[range] = []
    for kind, pattern in patterns:
        for match in pattern.finditer(text):
            if any(match.start() in span for span in covered) or _is_denied(text, match):
                continue
            covered.append(range(match.start(), match.end()))
            found.setdefault(kind, match.start())
            break
    return tuple(sorted(found, key=lambda kind: found[kind]))


def _is_denied(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - _DENIAL_REACH) : match.start()].rpartition("\n")[2]
    clause = re.split(r"[.;!(]|\bonly\b|\bbut\b", before)[-1]
    behind = text[match.end() : match.end() + _DENIAL_REACH]
    return bool(_DENIED.search(clause) or _DENIED_BEHIND.match(behind))


_DENIAL_REACH = 40

_UNIT = (
    r"(?:months?|mos?\b|mths?|weeks?|wks?|years?|yrs?|monate?n?|mois|meses|mesi|maanden|wochen"
    r"|days?)"
)
_LENGTH = rf"\d{{1,3}} ?\+? ?(?:(?:-|–|to|/) ?\d{{1,3}} ?)?\+? ?-?{_UNIT} ?\+?"
_SHORT_UNIT = r"(?:months?|mos|mths?|weeks?|wks?|monate?n?|wochen)"
_DURATION_IN_SUBJECT = re.compile(rf"(?<![\w$]){_LENGTH}(?![\w])", re.IGNORECASE)
_DURATION_IN_TEXT = re.compile(
    rf"(?<![\w$])(?P<a>{_LENGTH})(?:[ ,(/-]{{1,3}}(?:initial |rolling |long[- ]term |w2 |c2c "
    rf"|extendable |fixed[- ]term )*"
    rf"(?:contract|project|assignment|engagement|duration|gig|term\b|with (?:possible|likely"
    rf"|high|extensions?\b|a )|plus extensions?|extension|extendable"
    rf"|to (?:start|begin)(?: with)?|initially|freelance"
    rf"|mission|projekt))"
    rf"|(?:duration|contract|project|assignment|engagement|term|extend\w*|runs?|length|lasts?"
    rf"|initial\w*|mission)(?: of| is| for| (?:it )?through| till| until|:)?(?: about| around|"
    rf" approx\w*| at least| an initial)? (?P<b>{_LENGTH})(?![\w])"
    rf"|\b(?:for|lasting)(?: about| around|"
    rf" approx\w*\.?| an initial| at least| roughly| up to)? (?P<d>\d{{1,2}}[+]?"
    rf"(?: ?(?:-|–|to) ?\d{{1,2}})?[ -]{_SHORT_UNIT})\b(?! (?:ago|of experience))"
    rf"|\b(?:approx\w*\.?|roughly|probably) (?P<f>\d{{1,2}}[+]?(?: ?(?:-|–|to) ?\d{{1,2}})?[ -]"
    rf"{_SHORT_UNIT})\b(?! (?:ago|of experience))"
    rf"|(?<![\w$])(?P<e>\d{{1,2}}[+]?(?: ?(?:-|–"
    rf"|to) ?\d{{1,2}})?[ -]{_SHORT_UNIT}[+]?)(?= (?:(?:of )?work\b|w2|c2c|c2h|cth"
    rf"|ftc|cover|maternity|outside|inside|rolling)|\s*(?:[-–|,;/)]\s|$))(?<!\bnotice)"
    r"|\b(?P<c>(?:long|short)[- ]term)(?= (?:contract|project|assignment|engagement|role"
    r"|position|opportunity))",
    re.IGNORECASE | re.MULTILINE,
)
_BEFORE_OTHER_MONTHS = re.compile(
    r"(?:\b(?:last|past|previous|next|every|within|after|first|under|notice(?: period)?:?|than|ago"
    r"|for (?:the )?(?:last|past)|experience:?|probation\w*:?|least)|\+)\s*$",
    re.IGNORECASE,
)


def duration_in_subject(subject: str) -> str:
    """A length of time in a subject, where nothing else lasts months."""
    match = _DURATION_IN_SUBJECT.search(subject)
    return (
        ""
        if match is None or "exp" in subject[match.end() : match.end() + 8].lower()
        else match[0].strip()
    )


def duration_in_text(text: str) -> str:
    """How long a contract lasts, as running text says it."""
    for match in _DURATION_IN_TEXT.finditer(text):
        if not _BEFORE_OTHER_MONTHS.search(text[max(0, match.start() - 30) : match.start()]):
            return next(part.strip() for part in match.groups() if part)
    return ""


_STATUS = (
    r"(?:us ?c(?:itizens?)?\b|u\.?s\.? citizens?(?:hip)?|gc(?:[- ]?ead)?\b|green ?card(?:"
    r" holders?)?|h-?1-?b?\b(?: transfers?)?|h-?4(?: ?-?ead)?"
    r"|opt(?: ?-?ead)?|cpt|tn(?:[- ]visas?)?|l-?2(?: ?-?ead)?|ead|e-?3|visa independent|stem"
    r" opt|pr holders?|permanent residents?|l-?1)"
)
_STATUS_LIST = re.compile(
    rf"(?<![\w/@.-])(?:(?:only|no|must be|need|looking for|any|accepting|open to"
    rf"|all)\s+)?{_STATUS}(?:\s?(?:,|/|&|\||\bor\b|\band\b|\+)\s?(?:no\s+"
    rf"|only\s+)?{_STATUS}){{0,10}}(?:\s+(?:only|preferred|holders?|ok|okay|accepted|visas?"
    rf"|candidates only|please))?",
    re.IGNORECASE,
)
_STRONG_STATUS = re.compile(
    r"usc\b|citizen|gc\b|green|h-?1|ead\b|\bopt\b|\bcpt\b|visa|resident|h-?4|\btn\b", re.IGNORECASE
)
_AUTHORIZATION_WORDS = re.compile(
    r"\b(?:visa sponsorship|sponsor(?:ship|ing)?|authori[sz]ed to work|work authori[sz]ation"
    r"|right to work|work permit|eligible to work|eu citizens?|(?:secret|ts/sci|public trust"
    r"|security"
    r"|sc|dv) clearance|citizenship required|must be (?:a )?u\.?s\.? citizens?|arbeitserlaubnis)\b",
    re.IGNORECASE,
)
_CLAUSE_EDGE = re.compile(r"[.\n;•!?]")
_CLAUSE_REACH = 80
_NOT_ABOUT_VISA = re.compile(
    r"executive sponsor|project sponsor|sponsors? of|sponsored by|business sponsor", re.IGNORECASE
)


def authorization_in_text(text: str) -> str:
    """Which citizenship, visa or permit is asked for, as running text says it."""
    for match in _STATUS_LIST.finditer(text):
        if (
            _STRONG_STATUS.search(match[0])
            and match[0].upper() != match[0].lower()
            and _is_term(match[0])
            and match[0].strip() != "TN"  # Tennessee
        ):
            return match[0].strip()
    for match in _AUTHORIZATION_WORDS.finditer(text):
        clause = _clause_around(text, match)
        if not _NOT_ABOUT_VISA.search(clause):
            return clause
    return ""


def _clause_around(text: str, match: re.Match[str]) -> str:
    before = _CLAUSE_EDGE.split(text[max(0, match.start() - _CLAUSE_REACH) : match.start()])[-1]
    behind = _CLAUSE_EDGE.split(text[match.end() : match.end() + _CLAUSE_REACH])[0]
    return f"{before}{match[0]}{behind}".strip(" \t-*•:,")


def _is_term(written: str) -> bool:
    """Abbreviations count in capitals only: "opt" and "tn" are words as well."""
    return bool(
        re.search(
            r"USC|GC|H-?[14]|OPT|CPT|EAD|TN|[Cc]itizen|[Gg]reen|[Rr]esident|h-?1-?b|[Vv]isa|gc\b",
            written,
        )
    )


_START = re.compile(
    r"\b(?:start(?:s|ing|ed)?(?: date)?(?: is|:| on| by| from| in)?|available from|begin(?:s"
    r"|ning)?(?: on| in)?|can start|required (?:for|from)|commenc(?:es?|ing)(?: on| in)?"
    r"|mobili[sz](?:ing|ation)|kick(?:s|ing) off"
    r"|from|ab"
    r"|beginn:?)\s+"
    r"(?P<start>asap|immediate(?:ly)?|as soon as possible|(?:(?:early|mid|late|end of|beginning"
    r" of|first week of)\s+)?"
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?: \d{1,2}(?:st|nd|rd"
    r"|th)?(?!\w))?(?:,? 20\d\d)?"
    r"|\d{1,2}[./]\d{1,2}[./](?:20)?\d\d|next (?:week|month)|sofort"
    r"|(?:next |this |the week of )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b)",
    re.IGNORECASE,
)


def start_in_text(text: str) -> str:
    """When the work begins, as running text says it."""
    match = _START.search(text)
    return match["start"] if match else ""
