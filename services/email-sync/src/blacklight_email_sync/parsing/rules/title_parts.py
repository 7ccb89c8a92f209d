"""What belongs to a title around its words: of what, for what field, which level."""

from __future__ import annotations

import re

from blacklight_email_sync.parsing.rules.places import cities_in, is_known, mode_of

ARRANGEMENT = re.compile(
    r"^\W*(?:\d{1,3} ?\+? ?(?:months?|years?|yrs?|weeks?|mos?)\b.*"
    r"|.*\b(?:remote|onsite|on-site|hybrid|w-?2|c2c|contract|long term|urgent|full[- ]?time"
    r"|permanent|visa|usc|gc|h-?1b?|local|rate|\$\d+)\b.*"
    r"|(?:1st|2nd|3rd|first|second|third|days?|nights?|evenings?|weekends?)(?: shifts?)?\W*)$",
    re.IGNORECASE,
)
"""Terms of the work, such as "12 months" and "onsite"."""

_SCOPE = re.compile(
    r" of(?: (?:the|and|&))?(?: [A-Z][\w&]+\b){1,3}"
    r"(?:(?: and| &|,)(?: [A-Z]\w+\b){1,2})?"
    r"(?! (?:[A-Z]|office|plant|site|team|area|region|shop|clinic|branch|warehouse|store)\b)"
)
_LEAD = re.compile(
    r"(?:(?:\d{1,2}x?|one|two|three|four|five|six|seven|eight|nine|ten|its|their|his|her|your|next"
    r"|first|second|temp(?:orary)?|interim|seasonal|additional|freelance|(?:part"
    r"|full)[- ]time)\s+)+(?:shift\s+)?"
    r"|(?:1st|2nd|3rd|day|night|evening|swing|weekend|graveyard)[- ]shift\s+"
    r"|(?:(?!senior\b|junior\b|lead\b|staff\b|principal\b|chief\b)[a-z][a-z-]*\s+)+(?=[A-Z])"
)
"""What stands before a title: whose it is, and what the person should be like."""
_FUNCTION = re.compile(
    r", (?:[A-Z&][\w&/-]* (?:(?:and|&|of) )?){0,3}"
    r"(?:Senior|Junior|Mid|Lead|Analytics?|Analysis|Marketing|Sales|Advertising|Capacity"
    r"|Finance|Accounting|Engineering|Products?|Operations|Data|Growth|Risk|Compliance|Strategy"
    r"|Payments|Success|Cloud|Security|Infrastructure|Platforms?|Mobile|Research|Insights|Learning"
    r"|Science|Systems|Services|Development|Planning|Procurement|HR|IT|Tax|Audit|Treasury|Quality"
    r"|Supply Chain|Logistics|Manufacturing|Support|Delivery|Communications|Design|Technology"
    r"|Intelligence|Management|Safety|Partnerships|Acquisition|Experience|AI|ML|BI|SAP|Oracle)"
    r"(?= *(?:$|\n|[|(–-]|(?:in|at|based|to|who|with)\b))"
)
"""The field of work behind a comma, which might also be a place: "Manager, Data Analysis"."""
_LEVEL = re.compile(
    r"\s?[(\[-]{0,2}\s?(?:(?:level|tier|grade|band|lvl|l)[ -]?(?:\d"
    r"|i{1,3}v?)(?:\s?[/&-]\s?\d)?)(?!\w)[)\]]?",
    re.IGNORECASE,
)
_FIELD = re.compile(r"\s?\((?P<inside>[A-Za-z][^()\[\]\n,]{1,40})\)")
GENDERS = re.compile(
    r"\s?[(\[]?\b(?:[mwfdhxi]\s?[/|*]\s?){1,3}[mwfdhxi]\b[)\]]?|\((?:all genders|gn)\)",
    re.IGNORECASE,
)
"""Advertisements must say that they are for anyone: "(m/w/d)", "(H/F)"."""
_INITIALS = re.compile(r"\s?\((?P<initials>[A-Z]{2,6})s?\)")
_REMARK = re.compile(
    r"\d{3}|^\W*\d|\barea\b|\bconfidential\b|\breplacement\b|\bback-?fill\b|\bimmediate"
    r"|^\W*(?:new|urgent|hot|exclusive|direct|open|priority|asap|multiple|for|the|with|in|at)\b"
    r"|\b[mwfdhx]/[mwfdhx]\b|\bgenders?\b|\b(?:Ft|Fort|St|Mt)\b",
    re.IGNORECASE,
)


def with_parts(text: str, title: str) -> str:
    """A title with what it is of: "Teacher of Physics", "Nurse (ICU)", "Support Agent, Tier 2"."""
    start = text.find(title)
    if not title or start < 0:
        return title
    end = start + len(title)
    for pattern in (_SCOPE, _FUNCTION, _LEVEL):
        if match := pattern.match(text, end):
            end = match.end()
    field = _FIELD.match(text, end)
    end = field.end() if field and is_field(field["inside"]) else end
    lead = _LEAD.match(title)
    return text[start + (lead.end() if lead else 0) : end]


def is_field(inside: str) -> bool:
    """Whether what stands in brackets behind a title is a field of work, not a place or a term."""
    pieces = re.split(r"[,/&]| or ", inside)
    return not (
        ARRANGEMENT.match(inside)
        or _REMARK.search(inside)
        or cities_in(inside)
        or mode_of(inside)
        or any(is_known(piece.strip()) for piece in pieces)
    )


def without_initials(title: str) -> str:
    """A title without its own abbreviation: "Certified Nursing Assistant (CNA)"."""
    match = _INITIALS.search(title)
    if match is None:
        return title
    before = re.findall(r"[^\W\d_]+", title[: match.start()])[-len(match["initials"]) :]
    is_same = "".join(word[0] for word in before).casefold() == match["initials"].casefold()
    return (title[: match.start()] + title[match.end() :]).strip() if is_same else title
