"""Where a posting tells requirements, wishes, and what has nothing to do with skills."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from functools import cached_property


class Part(Enum):
    """What a stretch of a posting is about."""

    REQUIRED = auto()
    PREFERRED = auto()
    OFFER = auto()
    COMPANY = auto()


class Outline:
    """Sections and sentences of one posting.

    Sections are told by their headings, on lines of their own or run into the text, as happens
    when a web page is flattened. Text before any heading counts as required.
    """

    def __init__(self, text: str) -> None:
        """Outline ``text``."""
        self._text = text
        self._headings = list(_headings(text))
        self._heading_starts = [start for start, _ in self._headings]

    def part_at(self, offset: int) -> Part:
        """The part that the character at ``offset`` belongs to."""
        index = bisect_right(self._heading_starts, offset) - 1
        if index < 0:
            return Part.REQUIRED
        part = self._headings[index][1]
        # Without a heading behind it, nobody knows where the talk about the company ends.
        is_last = index + 1 == len(self._headings)
        return Part.REQUIRED if part is Part.COMPANY and is_last else part

    def sentence_at(self, offset: int) -> tuple[int, int]:
        """The start and end of the sentence or bullet that holds the character at ``offset``.

        Of a text without any break, at most ``_REACH`` characters to either side.
        """
        index = bisect_right(self._sentence_starts, offset)
        start = self._sentence_starts[index - 1] if index else 0
        ends = self._sentence_starts
        end = ends[index] if index < len(ends) else len(self._text)
        return max(start, offset - _REACH), min(end, offset + _REACH)

    @cached_property
    def _sentence_starts(self) -> Sequence[int]:
        return [
            match.end() if match["glued"] is None else match.start()
            for match in _SENTENCE_BREAK.finditer(self._text)
        ]


_REACH = 800

# One class of characters comes first, so that the engine passes quickly over all others.
_SENTENCE_BREAK = re.compile(
    r"""
    [\n.!?•●▪◦■►;*\-A-Z\ ](?:
        (?<=[\n•●▪◦■►])
      | (?<=[.!?])['")]?\s+(?=[A-Z•*-])
      | (?<=\.)(?=[A-Z][a-z])
      | (?<=;)\s
      | (?<=\s[*-])\s(?=[A-Z])
      | (?<=\ \ \ )(?=[A-Z])
      | (?P<glued>(?<=[a-z)][A-Z])(?=[a-z]+\ [a-z]))   # "is a plusExperience with"
    )
    """,
    re.VERBOSE,
)

_PREFERRED = r"""
    nice[ -]to[ -]haves?|nice[ ]if[ ]you[ ]have|good[ -]to[ -]haves?
    |(?:preferred|desired|desirable|additional|bonus|optional)
        (?:[ ](?:job|technical|professional))?[ ](?:qualifications?|skills?|experience|requirements?
        |knowledge|attributes|competencies|education|points)(?:[ ](?:and|&|/)[ ]\w+)?
    |(?:preferred|desired|desirable|bonus|pluses|preferences)(?=[ ]?:)
    |(?:bonus|extra)[ ]points|extra[ ]credit|what[ ]would[ ]be[ ]nice|you['’]?ll[ ]stand[ ]out[ ]if
    |what[ ]will[ ]make[ ]you[ ]stand[ ]out
"""
_REQUIRED = r"""
    (?:(?:minimum|basic|required|key|core|job|essential|position|technical|professional|general)
        [ ])*
        (?:qualifications?|requirements?|responsibilities|duties|skills|competencies|functions)
        (?:[ ](?:and|&|/)[ ]\w+)?(?:[ ]required)?
    |must[ -]haves?|(?:about|who)[ ]you(?:[ ]are)?|your[ ](?:profile|skills|experience|background)
    |what[ ](?:you['’]?ll|you[ ]will|we['’]?re|we[ ]are)[ ]
        (?:do|bring|need|looking[ ]for|be[ ]doing)
    |what[ ]you[ ](?:bring|need|do)|(?:about[ ])?the[ ](?:role|job|position|opportunity)
    |(?:job|role|position)[ ](?:description|summary|overview|purpose)
    |education(?:[ ]and[ ]experience)?
    |experience|day[ ]to[ ]day
"""
_OFFER = r"""
    (?:(?:our|the|employee|company|key)[ ])?(?:benefits|perks)(?:[ ](?:and|&|/)[ ]\w+)?
    |what[ ]we(?:['’]re[ ]offering|[ ]offer|['’]ll[ ]offer)|what['’]?s[ ]in[ ]it[ ]for[ ]you
    |why[ ](?:join[ ]us|work[ ](?:here|with[ ]us|for[ ]us)|us)|we[ ]offer
    |compensation[ ]and[ ]benefits
    |equal[ ](?:employment[ ])?opportunity(?:[ ](?:employer|statement))?|eeo(?:[ ]statement)?
    |how[ ]to[ ]apply|privacy[ ](?:notice|statement|policy)|disclaimer
"""
_COMPANY = r"""
    about[ ](?:us|the[ ]company|our[ ]company|the[ ]team)|who[ ]we[ ]are
    |(?:company|our)[ ](?:description|overview|story|mission|values|background|profile|culture)
"""
# A heading begins with a capital, at the start of a line, behind a sentence or a wide gap;
# flattened pages glue it to the words around. It ends at a colon or line end, or is in title case.
_HEADING = re.compile(
    rf"""
    (?=[A-Z])
    (?i:(?P<preferred>{_PREFERRED})|(?P<required>{_REQUIRED})
       |(?P<offer>{_OFFER})|(?P<company>{_COMPANY}))
    (?P<end>[ \t*_#]{{0,4}}(?::|\n|$|[–—-]\s)|[ ]{{2,}}|(?=[A-Z•*])|[ ](?=[A-Z•*]))
    """,
    re.VERBOSE,
)
_BEFORE_HEADING = re.compile(r"(?:(?:^|[\n.!?)]|[.!?:;)•*]\s|\s\s)[ \t#*_>-]*|[a-z])$")
_BEFORE_REACH = 8
_PARTS = {
    "preferred": Part.PREFERRED,
    "required": Part.REQUIRED,
    "offer": Part.OFFER,
    "company": Part.COMPANY,
}


def _headings(text: str) -> Iterator[tuple[int, Part]]:
    for match in _HEADING.finditer(text):
        name = next(name for name in _PARTS if match[name])
        before = text[max(0, match.start() - _BEFORE_REACH) : match.start()]
        if _BEFORE_HEADING.search(before) and _ends_as_heading(match, name):
            yield match.start(), _PARTS[name]


def _ends_as_heading(match: re.Match[str], name: str) -> bool:
    phrase, end = match[name], match["end"]
    if ":" in end or "\n" in end or match.end() == len(match.string):
        return True
    words = [word for word in re.findall(r"[A-Za-z]+", phrase) if len(word) > len("the")]
    return bool(words) and all(word[0].isupper() for word in words)
