"""Skills a posting requires, and those it would like to see."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blacklight_shared.postings.outline import Outline, Part
from blacklight_shared.roles.titles import normalise_title
from blacklight_shared.roles.vocabulary import HEAD_NOUNS
from blacklight_shared.skills import SkillMention, SkillTaxonomy, fold


@dataclass(frozen=True, slots=True)
class PostingSkills:
    """Skills of a posting, each once, in the order of first mention.

    Offsets count in the title, a line feed and the description.

    Attributes:
        required: Asked for somewhere without reservation.
        preferred: Only ever mentioned as nice to have.
    """

    required: tuple[SkillMention, ...]
    preferred: tuple[SkillMention, ...]


def find_posting_skills(title: str, description: str, taxonomy: SkillTaxonomy) -> PostingSkills:
    """Find the skills in a posting.

    A skill is preferred when its section ("Nice to have") or its clause ("Tableau is a plus")
    says so. Talk about benefits, the company and equal opportunity, and the fields a degree may
    be in, count for nothing; nor does the role that the title names: that a data scientist is to be
    one asks for no skill, and roles are compared on their own.
    """
    text = f"{title}\n{description}"
    required: dict[int, SkillMention] = {}
    preferred: dict[int, SkillMention] = {}
    for mention, part in _judged(text, len(title), taxonomy.find(text)):
        if part is Part.REQUIRED:
            required.setdefault(mention.skill_id, mention)
        elif part is Part.PREFERRED:
            preferred.setdefault(mention.skill_id, mention)
    only_preferred = (m for skill_id, m in preferred.items() if skill_id not in required)
    return PostingSkills(tuple(required.values()), tuple(only_preferred))


def _judged(
    text: str, title_end: int, mentions: Sequence[SkillMention]
) -> Iterator[tuple[SkillMention, Part]]:
    """Mentions with the part they belong to; those that count for nothing are left out."""
    outline, folded = Outline(text), fold(text)
    role = _head_noun(text[:title_end])
    sentence: _Sentence | None = None
    for mention in mentions:
        if mention.end <= title_end:
            if not role or _head_noun(mention.word) != role:
                yield mention, Part.REQUIRED
            continue
        part = outline.part_at(mention.start)
        if part in _WITHOUT_SKILLS:
            continue
        if sentence is None or mention.start >= sentence.end:
            sentence = _Sentence(folded, *outline.sentence_at(mention.start))
        if not sentence.is_boilerplate and not sentence.names_degree_field(mention):
            yield mention, Part.PREFERRED if sentence.is_wish(mention) else part


def _head_noun(title: str) -> str:
    """The word that says what somebody is, "scientist"; "" when there is none."""
    last = normalise_title(title).rpartition(" ")[2]
    return last if last in HEAD_NOUNS else ""


_WITHOUT_SKILLS = frozenset({Part.OFFER, Part.COMPANY})

_BOILERPLATE = (
    *(
        "equal opportunit",
        "equal employment",
        "equal-opportunit",
        "without regard to",
        "race, colo",
    ),
    *("protected veteran", "gender identity", "sexual orientation", "reasonable accommodation"),
    *("affirmative action", "e-verify", "401(k", "401k", "paid time off", "health insurance"),
    *("dental insurance", "life insurance", "vision insurance", "medical insurance"),
    *("medical, dental", "dental, vision", "parental leave", "tuition", "stock options"),
    *("gym membership", "free lunch", "free snacks"),
)
_WISH_HINTS = (
    *("prefer", "plus", "bonus", "nice to", "good to have", "desir", "ideal", "advantag"),
    *("optional", "benefic", "helpful", "would be", "asset", "extra credit", "not required"),
)
_DEGREE_HINTS = (
    *(
        "degree",
        "bachelor",
        "master",
        "phd",
        "ph.d",
        "ph d",
        "ph. d",
        "doctorate",
        "mba",
        "diploma",
    ),
    *("major", "graduate", "bs", "b.s", "ba ", "b.a", "ms ", "m.s", "msc", "field", "disciplin"),
)
"""A sentence without any of these needs no closer look, which is most of the time saved."""

# All below are for text in lower case.
_WISH_BEFORE = re.compile(
    r"\b(?:bonus(?: points)?(?: if| for)?|nice to have|good to have|prefer(?:red|ably|s)?|ideally"
    r"|desired|desirable|a plus|plus(?=:)|extra credit|not required(?: but)?|optionally"
    r"|would be (?:a plus|great|nice)|advantageous|preference (?:for|given to))\b[:,]?"
)
_WISH_BEHIND = re.compile(
    r"\b(?:preferred|(?:is |are |would be |as )?(?:a |an )?(?:big |huge |strong |definite |added )?"
    r"(?:plus|bonus|asset|advantage)|nice to have|desired|desirable|advantageous|not required"
    r"|not mandatory|not necessary|(?<!not )optional|ideally|beneficial|helpful"
    r"|would be (?:great|nice|ideal))\b"
)
_CLAUSE_START = re.compile(
    r"[;:(]|[,.]\s+(?:and\s+)?(?=(?:experience|familiarity|knowledge|exposure|understanding|skills?"
    r"|proficiency|background|ability|working|prior|some|any|fluency|expertise|certification)\b)"
    r"|\bbut\b(?! not (?:required|mandatory|necessary))"
)
_CLAUSE_STOP = re.compile(r"[;)]|\bbut\b|(?<!not )\brequired\b")
_LEADING = ("preferably", "ideally", "bonus", "preference", "nice to have:")
_DEGREE = re.compile(
    r"\b(?:degrees?|bachelor['’]?s?|master['’]?s?|ph\.?\s?d|doctorate|b\.?s\.?c?\b|m\.?s\.?c?\b"
    r"|b\.?a\.?\b|mba|diploma|majors?|majoring|graduate of|undergraduate|graduated"
    r"|(?:fields?|disciplines?) (?:such as|like|including))\b"
)
_DEGREE_BEHIND = re.compile(r"\s(?:degree|major)\b")
_SKILLS_AGAIN = re.compile(
    r"\b(?:experienced?|knowledge|proficien\w+|familiar\w*|skills?|skilled|expertise|fluen\w+"
    r"|using|ability|abilities|coursework|understanding)\b|\bwith\s+\d"
)


class _Sentence:
    """A sentence or bullet with what decides about the skills in it; offsets are the text's."""

    def __init__(self, folded: str, start: int, end: int) -> None:
        self._folded = folded
        self.end = end
        sentence = folded[start:end]
        self.is_boilerplate = any(words in sentence for words in _BOILERPLATE)
        has_wish = any(hint in sentence for hint in _WISH_HINTS)
        self._wishes = list(_wishes(folded, start, end)) if has_wish else []
        self._has_degree = any(hint in sentence for hint in _DEGREE_HINTS)
        self._degrees = list(_degree_fields(folded, start, end)) if self._has_degree else []

    def is_wish(self, mention: SkillMention) -> bool:
        return any(first <= mention.start < last for first, last in self._wishes)

    def names_degree_field(self, mention: SkillMention) -> bool:
        """Tell whether the mention is what a degree is in: "BS in Statistics"."""
        if not self._has_degree:
            return False
        if any(first <= mention.start < last for first, last in self._degrees):
            return True
        return _DEGREE_BEHIND.match(self._folded, mention.end) is not None


def _wishes(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches of a sentence that its words of wish cover.

    "Bonus: Go, Rust" covers what follows, "Tableau is a plus" the clause before it.
    """
    for match in _WISH_BEHIND.finditer(folded, start, end):
        # "Tableau (ideally)": the bracket opens no clause of its own.
        before = start + len(folded[start : match.start()].rstrip(" ("))
        clauses = [clause.end() for clause in _CLAUSE_START.finditer(folded, start, end)]
        clauses = [opening for opening in clauses if opening <= before]
        yield (clauses[-1] if clauses else start), match.start()
    for match in _WISH_BEFORE.finditer(folded, start, end):
        opens = not folded[start : match.start()].strip(" \t-*•(") or match[0][-1] in ":,"
        if opens or match[0].startswith(_LEADING):
            stop = _CLAUSE_STOP.search(folded, match.end(), end)
            yield match.end(), stop.start() if stop else end


def _degree_fields(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _DEGREE.finditer(folded, start, end):
        again = _SKILLS_AGAIN.search(folded, match.end(), end)
        yield match.end(), again.start() if again else end
