"""Who somebody is and how to reach them."""

import re
from collections.abc import Iterable, Iterator, Sequence

from blacklight_shared.roles.title_finding import names_work, title_in
from blacklight_shared.roles.vocabulary import RANKS
from blacklight_shared.skills import SkillTaxonomy

from blacklight_matching.locations import parse_location

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w+-]{1,64}(?:\.[\w+-]{1,64}){0,8}@[A-Za-z\d-]{1,63}(?:\.[A-Za-z\d-]{1,63}){0,5}"
    r"\.[A-Za-z]{2,24}(?![\w@-])"
)
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'|,;)\]]{3,200}"
    r"|\b(?:[a-z]{2,3}\.)?(?:linkedin\.com|github\.com|gitlab\.com|bitbucket\.org|behance\.net"
    r"|dribbble\.com|stackoverflow\.com|kaggle\.com|medium\.com|t\.me)/[^\s<>\"'|,;)\]]{2,150}",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w/.,+-])(?:\+|00)?[\d(][\d \t().\u00a0/–-]{6,24}\d(?![\w/-])")
_PHONE_DIGITS = range(8, 16)
_DATES = re.compile(
    r"(?:19|20)\d\d\D{0,6}(?:19|20)\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    r"|(?:19|20)\d\d[/.]\d{1,2}(?!\d)|(?<!\d)\d{1,2}[/.](?:19|20)\d\d"
)
_MOST_CONTACTS = 10


def find_emails(text: str) -> tuple[str, ...]:
    """E-mail addresses, lower case, in order."""
    return _distinct(match[0].lower() for match in _EMAIL.finditer(text))


def find_links(text: str) -> tuple[str, ...]:
    """Web addresses, in order."""
    return _distinct(match[0].rstrip("./") for match in _LINK.finditer(text))


def find_phones(text: str) -> tuple[str, ...]:
    """Phone numbers as digits, with a leading "+" where the number is international.

    Stretches of years and dates are not phone numbers.
    """
    return _distinct(_phones(text))


def _phones(text: str) -> Iterator[str]:
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) not in _PHONE_DIGITS or _DATES.search(match[0]):
            continue
        if match[0].startswith("+"):
            yield f"+{digits}"
        else:
            yield f"+{digits[2:]}" if digits.startswith("00") else digits


def _distinct(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(list(dict.fromkeys(found))[:_MOST_CONTACTS])


_NAME_WITHIN_LINES = 8
_SPELLED_WITHIN_LINES = 30
_NAME_WORD = re.compile(r"(?:[^\W\d_]['’])?[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?")
_NAME_LABEL = re.compile(r"^\s*(?:full |first and last )?name\s*[:–-]\s*", re.IGNORECASE)
_HONORIFIC = re.compile(r"^\s*(?:(?:dr|prof|mrs?|ms|mx)\b\.?\s*)+", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")
_POST_NOMINALS = re.compile(r"(?:,\s*[A-Z][A-Za-z.-]{0,4}[A-Z.](?=\s*(?:,|\||$)))+")
_NAME_BREAK = re.compile(r"[|•●\t]|\s{3,}|\s[-–—]\s|,\s")
_FEWEST_TITLE_WORDS = 2
_FEWEST_NAME_WORDS, _MOST_NAME_WORDS = 2, 4
_LONGEST_NAME_LINE = 120
_PARTICLES_LIST = """
    van von de der den del della di da dos la le el al bin ben ibn ter
"""
_PARTICLES = frozenset(_PARTICLES_LIST.split())
_NOT_NAMES_LIST = """
    curriculum vitae resume résumé cv profile contact contacts phone email mail address
    mobile linkedin github telegram whatsapp skype summary objective about personal
    information details date birth page of the and languages english hebrew russian german
    french spanish skills experience education work professional technical senior junior
    lead full stack front back end web software data portfolio website residence location
    city country citizenship nationality status single married ltd inc llc gmbh corp company
    bank group center centre university institute college school academy faculty
    international global solutions systems technologies services
"""
_NOT_NAMES = frozenset(_NOT_NAMES_LIST.split())


def find_name(
    lines: Sequence[str], contacts: Sequence[str], taxonomy: SkillTaxonomy
) -> tuple[str, str]:
    """The person's first and last name, ("", "") when not recognised.

    Two to four capitalised words at the start of one of the first lines that are neither skills
    nor a place nor a job title; further down only a name that an address spells.

    Args:
        lines: The beginning of the CV.
        contacts: E-mail addresses and links found in it.
        taxonomy: Where skills are looked up.
    """
    found = [
        (number, name)
        for number, line in enumerate(lines[:_SPELLED_WITHIN_LINES])
        for piece in _name_pieces(line)
        if (name := _name_words(piece, taxonomy))
    ]
    spelled = [name for _, name in found if _spelled_in(name, contacts)]
    at_top = [name for number, name in found if number < _NAME_WITHIN_LINES]
    best = next(iter([*spelled, *at_top]), [])
    return (best[0], " ".join(best[1:])) if best else ("", "")


def _name_pieces(line: str) -> Iterator[str]:
    name = line[:_LONGEST_NAME_LINE]
    for noise in (_NAME_LABEL, _HONORIFIC, _IN_BRACKETS):
        name = noise.sub("", name)
    name = without_post_nominals(name)
    if name.count(",") <= 1 and ":" not in name.split("|")[0]:
        yield _NAME_BREAK.split(name.strip())[0]


def without_post_nominals(line: str) -> str:
    """A line without the letters behind a name: "Jane Roe, RN, BSN" becomes "Jane Roe"."""
    return _POST_NOMINALS.sub("", line)


def _name_words(piece: str, taxonomy: SkillTaxonomy) -> list[str]:
    """The words of a name at the start of ``piece``; a job title may follow."""
    words = piece.split()
    name: list[str] = []
    for word in words:
        folded = word.strip(".,").casefold()
        is_name = _NAME_WORD.fullmatch(word) and not _is_other_word(folded)
        if not is_name or not (word[0].isupper() or folded in _PARTICLES):
            break
        name.append(word)
    title = title_in(" ".join(words[len(name) :]).title()) or ""
    # "Jane Roe Data Engineer", but not "Dependable Game Developer".
    if len(words) > len(name) and len(title.split()) < _FEWEST_TITLE_WORDS:
        return []
    if not _FEWEST_NAME_WORDS <= len(name) <= _MOST_NAME_WORDS:
        return []
    if min(len(name[0]), len(name[-1])) == 1 or _is_known_as_other(" ".join(name), taxonomy):
        return []
    return [word.title() if word.isupper() and len(word) > len("II") else word for word in name]


def _is_other_word(word: str) -> bool:
    return word in _NOT_NAMES or word in RANKS or names_work(word)


def _is_known_as_other(name: str, taxonomy: SkillTaxonomy) -> bool:
    if parse_location(name) is not None or taxonomy.find(name):
        return True
    # An initial is no skill: "Jane R. Roe".
    words = (word for word in name.split() if len(word.rstrip(".")) > 1)
    return any(taxonomy.resolve(word) is not None for word in words)


def _spelled_in(name: Sequence[str], contacts: Sequence[str]) -> bool:
    """Tell whether an address holds the name's first or last word, as far as it is telling."""
    telling = [word.casefold() for word in (name[0], name[-1]) if len(word) > len("Jo")]
    return any(word in contact.casefold() for word in telling for contact in contacts)


_LOCATION_WITHIN_LINES = 25
_LOCATION_LABEL = re.compile(
    r"\b(?:(?:city|place|country) of )?(?:residence|residency|location|address|city|lives? in"
    r"|based in|home ?town|wohnort|adresse|ville|ciudad)\b\s*[:–-]?\s*",
    re.IGNORECASE,
)
_LOCATION_BREAK = re.compile(
    r"[|•●;\t]|\s{2,}|\s[-–—]\s|\S+@\S+|(?:e-?mail|phone|tel|mobile|linkedin|birth)\b.*",
    re.IGNORECASE,
)
_MOST_LOCATIONS = 3
_LONGEST_LOCATION = 60
_MOST_PLACE_WORDS = 6


def find_locations(
    lines: Sequence[str], top: Sequence[str], taxonomy: SkillTaxonomy
) -> tuple[str, ...]:
    """Where the person lives: labelled places first, then "City, Country" at the top.

    Args:
        lines: The CV; labels are looked for in the first ones.
        top: What stands before the first heading, and the contact details.
        taxonomy: Where skills are looked up; lists of skills are not places.
    """
    labelled = (
        piece
        for line in lines[:_LOCATION_WITHIN_LINES]
        if (match := _LOCATION_LABEL.search(line[:300])) is not None
        for piece in _place_pieces(line[match.end() : 300])[:1]
    )
    plain = (piece for line in top[:_LOCATION_WITHIN_LINES] for piece in _place_pieces(line[:300]))
    places = (piece for piece in (*labelled, *plain) if _is_place(piece, taxonomy))
    return _distinct(places)[:_MOST_LOCATIONS]


def _place_pieces(text: str) -> list[str]:
    pieces = (
        piece.strip(" \t,.⌂").partition("(")[0].strip() for piece in _LOCATION_BREAK.split(text)
    )
    return [piece for piece in pieces if piece and len(piece) <= _LONGEST_LOCATION]


def _is_place(text: str, taxonomy: SkillTaxonomy) -> bool:
    """Tell whether a text is a place from its first part on: "Rehovot, Israel"."""
    if not text[0].isupper() or ":" in text or len(text.split()) > _MOST_PLACE_WORDS:
        return False
    first = text.partition(",")[0].strip()
    if not first or any(map(str.isdigit, first)):
        return False
    if title_in(text) is not None or taxonomy.resolve(first) is not None:
        return False
    place = parse_location(first)
    return place is not None and place.country_code is not None
