"""Job titles within lines of text: of a CV, of a mail."""

import re
from collections.abc import Sequence

from blacklight_shared.roles.titles import normalise_title
from blacklight_shared.roles.vocabulary import (
    ABBREVIATIONS,
    FINAL_ABBREVIATIONS,
    HEAD_NOUN_SUFFIXES,
    HEAD_NOUNS,
    RANKS,
    RANKS_OR_WORK,
    WEAK_HEAD_NOUNS,
)

_LONGEST_TEXT = 200
_MOST_WORDS = 9


def title_in(text: str) -> str | None:
    """Return the job title that ``text`` begins with, or None.

    A title is a few words that end in one that says what somebody is ("Senior Data Engineer",
    "Nurse Practitioner", "Head of Engineering"). What follows it is left away ("… with 5 years
    of experience", "… at Acme", ", Berlin"); a sentence is no title. Where layout left a gap, the
    title may stand behind it ("Acme Ltd   Engineer").
    """
    pieces = _GAP.split(_GAP_WITHIN.sub(r"\1 ", text[:_LONGEST_TEXT]))
    titles = (_title_at_start(_LEADING_NOISE.sub("", piece)) for piece in pieces[:3])
    return next(filter(None, titles), None)


def names_work(word: str) -> bool:
    """Tell whether a word says what somebody is: "engineer", "nurse", "dev"."""
    word = word.casefold()
    word = ABBREVIATIONS.get(word, FINAL_ABBREVIATIONS.get(word, word)).split()[-1]
    return (
        word in HEAD_NOUNS
        or word in WEAK_HEAD_NOUNS
        or (len(word) >= _SHORTEST_WITH_SUFFIX and word.endswith(HEAD_NOUN_SUFFIXES))
    )


def title_key(title: str) -> str:
    """A key that is equal for titles of one role, whatever the seniority."""
    return normalise_title(title)


_SHORTEST_WITH_SUFFIX = 7
_GAP = re.compile(r"\s[-–—]{1,2}\s|\||\s@\s|\t|\s{2,}|[;•●]")
_GAP_WITHIN = re.compile(
    r"\b(full[- ]?stack|front[- ]?end|back[- ]?end|senior|junior|lead|web|software)[ ]{2}(?! )",
    re.IGNORECASE,
)
_LEADING_NOISE = re.compile(
    r"^(?:[^\w.]|_|\.(?!\w))*(?:(?:position|role|title|job title|as)[ \t]*[:–—-][ \t]*)?",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,:(\[]|\.(?=\s|$)")
_WORD = re.compile(r"(?:(?<!\w)\.(?=net\b))?[^\W_]+(?:['’+#.][^\W_]+)*[+#]*", re.IGNORECASE)
_SCOPE = re.compile(r",?\s+of\s+(?:the\s+)?(?=[A-Z])|,\s+(?=[A-Z])")
_CAPITALISED = re.compile(r"[A-Z]\w*(?: (?:(?:and|&) )?[A-Z]\w*){0,3}")
_WITH_SCOPE = frozenset({"president", "director", "head", "vp"})
_NUMERALS = frozenset({"i", "ii", "iii", "iv", "v", "1", "2", "3", "4"})
_SENTENCE_WORDS_LIST = """
    i am is are was were been have has had having my me we our you your he she who which that
    this these will would can could should did do does done make made making worked work
    working looking seeking responsible using used including provided managed developed created
    led built designed implemented participated the a an as at by for from to when while where
    with
"""
_SENTENCE_WORDS = frozenset(_SENTENCE_WORDS_LIST.split())
_NOT_TITLES_LIST = """
    master masters bachelor bachelors doctor university college school academy institute
    bootcamp course courses faculty degree references
"""
_NOT_TITLES = frozenset(_NOT_TITLES_LIST.split())
_MAY_FOLLOW_LIST = """
    of in at for with on from who having and or to as by working since
"""
_MAY_FOLLOW = frozenset(_MAY_FOLLOW_LIST.split())


def _title_at_start(text: str) -> str | None:
    stop = _CLAUSE_END.search(text)
    clause = text[: stop.start()] if stop else text
    words = list(_WORD.finditer(clause))[: _MOST_WORDS + 1]
    if not words or words[0][0].islower():
        return None
    end = _end_of_title([word[0] for word in words])
    if end == 0:
        return None
    title = clause[: words[end - 1].end()].strip()
    return title + _scope_behind(text[len(title) :] if text.startswith(title) else "", title)


def _end_of_title(words: Sequence[str]) -> int:
    """How many words the title has; 0 when there is none."""
    folded = [word.casefold() for word in words]
    if not _NOT_TITLES.isdisjoint(folded):
        return 0
    sentence = (number for number, word in enumerate(folded) if word in _SENTENCE_WORDS)
    reach = min(next(sentence, len(words)), _MOST_WORDS)
    heads = [number for number in range(reach) if _is_head(folded, number)]
    if not heads:
        return 0
    end = heads[-1] + 1
    if end < len(words) and folded[end] in _NUMERALS:
        end += 1
    return end if end == len(words) or _may_be_cut(words, end) else 0


def _may_be_cut(words: Sequence[str], end: int) -> bool:
    """Tell whether a title may end before a word: not "Developer tools", "Executive Summary"."""
    if words[end].casefold() in _MAY_FOLLOW:
        return True
    return end > 1 and not words[end].islower()


def _is_head(words: Sequence[str], number: int) -> bool:
    """Ranks say what somebody is only behind another word: "Team Lead", not "Lead"."""
    last_part = re.split(r"[.+#]", words[number])[-1]
    word = last_part or words[number]
    if not names_work(word):
        return False
    return number > 0 or (word not in RANKS and word not in RANKS_OR_WORK)


def _scope_behind(rest: str, title: str) -> str:
    """What a leader leads: " of Engineering", ", Sales"; "" for other titles."""
    match = _SCOPE.match(rest)
    if match is None or title.split()[-1].casefold() not in _WITH_SCOPE:
        return ""
    scope = _CAPITALISED.match(rest, match.end())
    return rest[: scope.end()] if scope else ""
