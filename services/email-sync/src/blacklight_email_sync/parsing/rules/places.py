"""Where a job is, as mails write it."""

from __future__ import annotations

import re

from blacklight_shared.roles.vocabulary import PLACE_PHRASES, PLACES

from blacklight_email_sync.parsing.rules.cities import is_city, named_cities

_MOST_LOCATIONS = 6
_LONGEST_LOCATION = 80

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ"
    "|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|ON|BC|QC|AB"
)
_AREAS = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii"
    "|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan"
    "|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico"
    "|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island"
    "|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia"
    "|Wisconsin|Wyoming|USA|US|UK|United Kingdom|England|Scotland|Wales|Ireland|Canada|Ontario"
    "|Germany|Deutschland|France|Spain|España|Italy|Italia|Netherlands|Belgium|Switzerland|Schweiz"
    "|Austria|Poland|India|Singapore|Australia|Mexico|Brazil|Portugal|Sweden|Denmark|Norway|UAE|Japan"
)
_WORDS_TOO = frozenset({"OR", "IN", "ME", "HI", "OK", "ON", "LA", "DE", "AL", "PA", "ID", "CO"})
"""Codes of states that, without a comma before them, are words or something else."""
_NAME = r"(?:[A-ZÀ-Þ][\w.'’À-ÿ-]{1,20})(?: (?:[A-ZÀ-Þ][\w.'’À-ÿ-]{1,20}|of|am|de|del|upon|la)){0,3}"
_CITY_STATE = re.compile(rf"(?<![\w@.])({_NAME})(?:,\s?|\s)({_STATES})\b(?![\w'’@.-]\w)")
_CITY_AREA = re.compile(rf"(?<![\w@.])({_NAME}),\s?({_AREAS})\b")
_NOT_CITY_WORD = re.compile(
    r"\b(?:Developer|Engineer|Analyst|Architect|Manager|Administrator|Consultant|Lead|Admin"
    r"|Specialist|Tester|Designer|Scientist|Programmer|Nurse|Remote|Hybrid|Onsite|Contract|Urgent"
    r"|Requirement|Need|Role|Position|Location|Local|Hiring|Opening|Immediate|Client|Direct|Job"
    r"|Java|Python|Data|Hello|Hi|Dear|Team|At|In|The|For|Our|Based)\b"
)
_NEXT_CITY = re.compile(
    r"(?:,? or |,? and | ?/ ?| ?& "
    r"|, )(?P<names>[A-ZÀ-Þ][\w.'’À-ÿ-]{1,20}(?: [A-ZÀ-Þ][\w.'’À-ÿ-]{1,20}){0,2})"
)
_ITEM_BREAK = re.compile(r"\s[-–—|]+\s|\s?\|\s?|\t|, |(?<=[a-z][a-z])\. ")
_CREDENTIALS = frozenset({"MD", "PA", "MA"})
"""Also stand behind people's names in signatures."""
_BASED = re.compile(
    rf"\b(?:based (?:in|out of|at|(?:just )?(?:outside|near|around))|headquartered in|located in"
    rf"|location is|office in|onsite (?:in|at)|on-site in"
    rf"|hybrid in|position in|role in|"
    rf"job in|team in|work(?:ing)? (?:in|from) (?:our|the)|in our|our|in|near|mit Sitz in|à|bei"
    rf"|en)\s+({_NAME})",
)
_OFFICE = re.compile(
    r"\b(?:[Tt]he|[Oo]ur|[Ii]n|[Aa]t) ([A-ZÀ-Þ][\w.'’-]{2,20}(?: [A-ZÀ-Þ][\w.'’-]{2,20})?)"
    r" (?:office|plant|shop|site|store|clinic|branch|warehouse|campus|facility|hub|area|team)\b"
)
_WORKPLACE = re.compile(
    r"\b(?:based|located|office|offices|studio|plant|site|shop|store|clinic|facility|practice"
    r"|school"
    r"|hospital|warehouse|company|firm|factory|hotel|restaurant|headquarters"
    r"|home|client|vestiging|[Ss]tandort|[Nn]iederlassung|filiale"
    r"|\b[Oo]n-?site|[Hh]ere|[Ww]e(?:['’]re| are)) in (?:downtown |central "
    r"|north |south |east |west )?(?P<place>[A-ZÀ-Þ][\w'’À-ÿ-]{2,20}(?: [A-ZÀ-Þ][\w'’À-ÿ-]{2,20})?)"
)
_WORD_OF_PLACE = r"[A-ZÀ-Þ][a-zà-ÿ'’-]{2,20}"
_BETWEEN = r"(?: (?:am|an der|im|ob der|upon|on|de|del|la|le|sur|les))?"
_MENTIONED = re.compile(
    r"\b(?P<before>[\w'’-]{2,20}) (?:in|en|à|em|bei|i) "
    r"(?:downtown |central |north |south |east |west )?"
    rf"(?P<place>{_WORD_OF_PLACE}(?:{_BETWEEN} {_WORD_OF_PLACE})?)"
    r"(?=[,.;:!)\n]|$| (?:for|starting|from|on|ab|sucht|kicking|until|who|with|to|and|area|is"
    r"|needs?|next)\b)"
)
_NO_PLACES_LIST = """
    experience experienced expertise degree bachelor master masters proficient proficiency skills
    skilled skill background certified certification fluent fluency knowledge interested years yrs
    trained training worked written specialising specializing specialised specialized specialist
    qualified qualification diploma course major available exposure believe based-in hands-on exp
    english french german spanish italian dutch excel word java python office microsoft outlook
    january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday spring summer autumn winter christmas easter
    thanksgiving finance accounting engineering science marketing business nursing education
    computer mathematics statistics economics management person google amazon azure tableau
"""
_NO_PLACES = frozenset(_NO_PLACES_LIST.split())
"""What skills, degrees and months stand behind "in" with, and those themselves."""
_KNOWN = {*(place.casefold() for place in PLACES), *PLACE_PHRASES}
_MODE = (
    r"(?:100 ?% |fully |completely |initially |currently |temporarily |mostly |day one |day 1 )?"
    r"(?:on[- ]?site(?: from day (?:1|one))?|remote(?:ly)?|hybrid|wfh|work from home"
    r"|telecommut\w+|in[- ](?:office|person)|f2f|virtual|wfo|work from office|vor ort)"
    r"(?: (?:role|position|work|job|model|only|friendly|ok|option|until covid|initially"
    r"|schedule|mode|to start))*"
)
_MODE_WORDS = re.compile(rf"\b{_MODE}\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_DAYS = re.compile(
    r"\b(?:\d|one|two|three|four|five)(?: ?(?:-|to|/|or) ?\d)?x? ?"
    r"(?:days?|tage?n?|jours?|días|giorni|dagen)\b.*|\blocals?\b.*|\bday"
    r" (?:1|one)\b.*"
    r"|\b\d{1,3} ?%.*|\bonly\b.*|\bpreferred\b.*|\bat least\b.*"
    r"|\brelocation\b.*|\bfrom day\b.*|\bmust be\b.*"
    r"|\bneed(?:s"
    r"|ed)?\b.*|\bcandidates?\b.*",
    re.IGNORECASE,
)
_ALTERNATIVES = re.compile(
    r"\s*(?:;|\||\n|•|(?<!, )\bor\b|\boder\b|\bou\b|\band\b|&|\+|/(?=\s?[A-ZÀ-Þ]))\s*",
    re.IGNORECASE,
)
_EDGES = " \t,-–—:/.()[]+*_"
_AREA_ONLY = re.compile(rf"(?:{_STATES})(?: \d{{5}})?|USA?|{_AREAS}")
_PROSE = re.compile(
    r"^(?:an?|you|we|our|with|for|to|as) |(?-i:[a-z]{3}\. [A-Z])|"
    r"\b(?:you|we|are|is|will|have|minimum)\b",
    re.IGNORECASE,
)
"""Sentences, where the name of a place is expected."""
_OFFICE_WORD = re.compile(r"(?<=\w)(?<!Bay) (?:office|area|metro area|location)$", re.IGNORECASE)
_DENIAL = re.compile(r",?\s*\b(?:no|not|non)$", re.IGNORECASE)
"""What is left of "Lancaster, PA, no remote"."""
_ZIP = re.compile(r"\s\d{5}(?:-\d{4})?$")


def locations_of(value: str) -> tuple[str, ...]:
    """The places in a labelled value; "Remote" is one where there is no other."""
    plain = _MODE_WORDS.sub(" ", _BRACKETS.sub(" ", value))
    pieces = (city for piece in _ALTERNATIVES.split(plain) for city in _cities_of_list(piece))
    found = [place for piece in pieces if (place := _cleaned(piece))]
    # "New York, NY / NJ": an area alone belongs to the place before it only in a list of areas.
    places = tuple(dict.fromkeys(found))[:_MOST_LOCATIONS]
    if places:
        return places
    inside = [place for part in _BRACKETS.findall(value) for place in cities_in(part)]
    if inside:
        return tuple(inside)
    mode = _MODE_WORDS.search(value)
    return (mode[0].strip(_EDGES)[:_LONGEST_LOCATION],) if mode else ()


def _cities_of_list(piece: str) -> list[str]:
    """The cities of "Pune, Mumbai, Chennai"; "Dallas, Texas" is one place."""
    names = [name.strip(_EDGES) for name in piece.split(",")]
    is_list = len(names) > 1 and all(is_city(name) for name in names)
    return names if is_list else [piece]


def cities_in(text: str) -> list[str]:
    """Places that are written with their state or country: "Dallas, TX"."""
    found: dict[str, None] = {}
    matches = [*_CITY_STATE.finditer(text), *_CITY_AREA.finditer(text)]
    for match in sorted(matches, key=re.Match.start):
        city = _without_title_words(match[1])
        has_comma = "," in match[0][len(match[1]) :]
        if found and match[2] in _CREDENTIALS and _is_own_line(text, match):
            continue
        is_place = has_comma or match[2] not in _WORDS_TOO or is_city(city)
        is_shouted = city.isupper() and not (has_comma and _is_piece(text, match.start()))
        if city and not is_shouted and is_place:
            found.setdefault(f"{city}, {match[2]}")
    return list(found)[:_MOST_LOCATIONS]


def _is_piece(text: str, start: int) -> bool:
    """Whether something begins a line or a piece of it, as "RICHMOND, VA" does in capitals."""
    return text[:start].rstrip(" ")[-1:] in ("", "\n", "-", "–", "|", ":", "\t")


def _is_own_line(text: str, match: re.Match[str]) -> bool:
    before, behind = text[: match.start()][-1:], text[match.end() :][:1]
    return before in ("", "\n") and behind in ("", "\n")


def with_alternatives(place: str, text: str) -> tuple[str, ...]:
    """A place with the cities that the text lists behind it: "Boston, Denver or Austin"."""
    found = [place]
    position = text.find(place) + len(place)
    while match := _NEXT_CITY.match(text, position):
        words = match["names"].rstrip(".").split(". ")[0].split()
        name = next(
            (
                " ".join(words[:count])
                for count in range(len(words), 0, -1)
                if is_known(" ".join(words[:count]))
            ),
            "",
        )
        if not name or len(found) == _MOST_LOCATIONS:
            break
        found.append(name)
        position = match.start("names") + len(name)
    return tuple(dict.fromkeys(found))


def place_in_text(text: str) -> str:
    """A place that running text names: "based in Munich"; "" without one."""
    for match in _BASED.finditer(text):
        words = match[1].split()
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count])
            if is_known(name.strip(".,")):
                return name.strip(".,")
    return ""


def place_of_work(text: str) -> str:
    """A place of any name where a workplace is: "a studio in Malmö"; "" without one."""
    match = _WORKPLACE.search(text)
    return match["place"].rstrip(".,") if match else ""


def place_of_office(text: str) -> str:
    """The place that an office is called by: "for the Portland office"; "" without one."""
    match = _OFFICE.search(text)
    return match[1] if match else ""


def place_mentioned(text: str) -> str:
    """A place of any name behind "in", where nothing tells that it is a skill; "" without one."""
    for match in _MENTIONED.finditer(text):
        place = match["place"]
        words = {word.casefold() for word in (match["before"], *place.split())}
        if not words & _NO_PLACES:
            return place
    return ""


def place_named(text: str) -> str:
    """The first well-known city that a text names; "" without one."""
    return next(named_cities(text), "")


def place_in_subject(subject: str) -> str:
    """A known place that is one of the pieces of a subject: "Java Developer | London"."""
    for piece in re.split(r"\s[-–—|]+\s|[|,:;@()\[\]/]+|\sor\s", subject):
        name = piece.strip(_EDGES)
        if is_known(name):
            return name
    return place_in_text(subject)


def place_behind_title(item: str) -> str:
    """The second piece of an item of a list, where that is a name: "Welder - Wrexham - £18ph"."""
    pieces = _ITEM_BREAK.split(item)
    name = pieces[1].strip(_EDGES) if len(pieces) > 2 else ""
    is_name = re.fullmatch(_NAME, name) and not name.isupper()
    return name if is_name and not (_NOT_CITY_WORD.search(name) or mode_of(name)) else ""


def is_known(name: str) -> bool:
    """Whether a name is that of a well-known place."""
    return (name.casefold() in _KNOWN or is_city(name)) and not name.islower()


def mode_of(value: str) -> str:
    """The words of a value that say where the work is done."""
    match = _MODE_WORDS.search(value)
    return match[0] if match else ""


def _cleaned(piece: str) -> str:
    piece = _DAYS.sub(" ", piece.replace("\t", " "))
    piece = piece.strip(_EDGES)
    piece = piece if piece.startswith("Greater ") else _OFFICE_WORD.sub("", piece)
    piece = _ZIP.sub("", " ".join(piece.split()).strip(_EDGES)).strip(_EDGES)
    piece = _DENIAL.sub("", piece).strip(_EDGES)
    # A street or "main campus" stands before the city.
    if not piece[:1].isupper() and (cities := cities_in(piece)):
        return cities[-1]
    if not piece or len(piece) > _LONGEST_LOCATION or not any(map(str.isalpha, piece)):
        return ""
    is_name = piece in _KNOWN or not (piece.islower() or _PROSE.search(piece))
    return piece if is_name else ""


def _without_title_words(name: str) -> str:
    """The city behind words of a title: "Java Developer Dallas" becomes "Dallas"."""
    end = max((match.end() for match in _NOT_CITY_WORD.finditer(name)), default=0)
    return name[end:].strip(_EDGES)
