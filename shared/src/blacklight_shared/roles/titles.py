"""Job titles to the words that name the work, by rules.

"Sr. Data Scientist II - Remote (NYC) #1234" and "data scientists" are one role; seniority, place,
working arrangement and requisition numbers do not make another.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence

from blacklight_shared.roles.vocabulary import (
    ABBREVIATIONS,
    ACRONYMS,
    ARRANGEMENT,
    ARRANGEMENT_PHRASES,
    FINAL_ABBREVIATIONS,
    GENERIC_HEADS,
    HEAD_NOUN_SUFFIXES,
    HEAD_NOUNS,
    KEPT_TAILS,
    PLACE_PHRASES,
    PLACES,
    PROTECTED_PHRASES,
    RANK_PHRASES,
    RANKS,
    RANKS_OR_WORK,
    SPELLINGS,
    TAIL_WORDS,
    WEAK_HEAD_NOUNS,
)

MAX_TITLE_CHARACTERS = 300
"""Longer ones are text in the wrong field; only the start is read."""

_MAX_PASSES = 40
"""A pass takes at least one "of" away, and no title has more of them."""

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_GENDER_MARKS = re.compile(r"\b[mfwdx]\s?/\s?[mfwdx](?:\s?/\s?[mfwdx])?\b")
_REQUISITION = re.compile(
    r"""
    \b(?:req(?:uisition)?|ref(?:erence)?|job\s?id|jo|jp|id|no)\s?[#:.]?\s?\d[\w-]*
    | \#\s?[\w-]+
    | \b[a-z]{1,4}-?\d{3,}[\w-]*
    | \b\d{3,}(?:-\d+)*\b
    """,
    re.VERBOSE,
)
_LEVEL = re.compile(r"\b(?:level|lvl|grade|band|tier)\s?-?\s?(?:\d{1,2}|[ivx]{1,3})\b|\bl-?\d\b")
_SEGMENT_BREAK = re.compile(r"\s[-–—]+\s|[-–—]+\s|\s[-–—]+|[–—|@;:,•·~]+|\s*\*+\s*|\.{2,}")
_WORD = re.compile(r"\.net\b|[^\W_]+(?:['’][^\W_]+)?[+#]*(?:\.(?=[^\W_])[^\W_]+)*|&|/")
_ROMAN_NUMERALS = frozenset({"i", "ii", "iii", "iv", "v", "vi"})


@functools.lru_cache(maxsize=65_536)
def normalise_title(title: str) -> str:
    """The words of a title that name the work, lower case, singular, in one spelling.

    Args:
        title: A job title as somebody wrote it.

    Returns:
        The normal form, equal for titles that mean the same role; empty when the title holds
        no letter. Normalising it again changes nothing.
    """
    current = title
    for _ in range(_MAX_PASSES):
        normal = _normalise_once(current)
        if normal == current:
            break
        current = normal
    return current


def display_name(normalised_title: str) -> str:
    """A role's name as people write it: "sql developer" becomes "SQL Developer"."""
    return " ".join(
        word.upper() if word in ACRONYMS else word if word in {"and", "of"} else word.capitalize()
        for word in normalised_title.split()
    )


def is_generic_title(normalised_title: str) -> bool:
    """Whether a title names no field of work: "manager" or "engineer" alone."""
    return normalised_title in GENERIC_HEADS


def _normalise_once(title: str) -> str:
    plain = unicodedata.normalize("NFKC", title[:MAX_TITLE_CHARACTERS]).casefold()
    outside = _BRACKETS.sub(" ; ", plain)
    for text in (outside, plain):
        segments = [words for words in _segments(text) if words]
        if segments:
            return " ".join(_main_words(segments))
    return " ".join(word for word in _words(plain) if word != "/")


def _segments(text: str) -> Iterator[list[str]]:
    """The parts of a title between separators, each without what does not name the work."""
    for pattern in (_GENDER_MARKS, _REQUISITION, _LEVEL):
        text = pattern.sub(" ", text)
    for part in _SEGMENT_BREAK.split(text):
        for alternative in _alternatives(_words(part)):
            yield _without_noise(alternative)


def _words(text: str) -> list[str]:
    words = [
        written_out
        for word in _WORD.findall(text)
        for written_out in ABBREVIATIONS.get(word, word).split()
    ]
    if words and words[-1] in FINAL_ABBREVIATIONS:
        words[-1] = FINAL_ABBREVIATIONS[words[-1]]
    words = ["and" if word == "&" else word for word in words]
    joined = " ".join(_singular(word) for word in words)
    return _SPELLING_PATTERN.sub(lambda match: SPELLINGS[match[0]], joined).split()


def _singular(word: str) -> str:
    """The singular of a word that says what somebody is; other words stay as they are."""
    if _is_head_noun(word) or not word.endswith("s"):
        return word
    candidates = [word[:-3] + "y"] if word.endswith("ies") else []
    candidates += [word[:-2]] if word.endswith("es") else []
    return next((form for form in [*candidates, word[:-1]] if _is_head_noun(form)), word)


def _alternatives(words: list[str]) -> Iterator[list[str]]:
    """Split "analyst / engineer" and "analyst and engineer", but not "ui/ux designer"."""
    part: list[str] = []
    for word in words:
        if word == "/" or word in {"and", "or"}:
            if part and _is_head_noun(part[-1]):
                yield part
                part = []
            elif word != "/":
                part.append(word)
        else:
            part.append(word)
    yield part


def _without_noise(words: list[str]) -> list[str]:
    words = _without_levels(_NOISE_PHRASES.sub(" ", " ".join(words)).split())
    protected = _protected_positions(words)
    kept: list[str] = []
    for position, word in enumerate(words):
        if position in protected or not _is_noise(word, kept, words[position + 1 :]):
            kept.append(word)
    return kept


def _without_levels(words: list[str]) -> list[str]:
    """Drop numbers, Roman ones only behind a head noun or at the end."""
    kept: list[str] = []
    for position, word in enumerate(words):
        ends_here = position + 1 == len(words)
        is_roman = word in _ROMAN_NUMERALS and kept and (ends_here or _is_head_noun(kept[-1]))
        if not (word.isdigit() or is_roman):
            kept.append(word)
    return kept


def _is_noise(word: str, before: Sequence[str], following: Sequence[str]) -> bool:
    if word in ARRANGEMENT or word in PLACES:
        return True
    if word == "chief" and "officer" in following:
        return False
    if word in RANKS:
        return bool(following) and following[0] != "of" and following[0] not in TAIL_WORDS
    if word in RANKS_OR_WORK:
        stands_behind = word in WEAK_HEAD_NOUNS and any(map(_names_work, before))
        return stands_behind or any(map(_names_work, following))
    return False


def _names_work(word: str) -> bool:
    return _is_head_noun(word) and word not in RANKS_OR_WORK


def _protected_positions(words: Sequence[str]) -> frozenset[int]:
    positions: set[int] = set()
    for start in range(len(words)):
        for phrase in PROTECTED_PHRASES:
            parts = phrase.split()
            if list(words[start : start + len(parts)]) == parts:
                positions.update(range(start, start + len(parts)))
    return frozenset(positions)


def _main_words(segments: Sequence[list[str]]) -> list[str]:
    """The segment that names the work, cut behind its head noun."""
    index = next(
        (number for number, words in enumerate(segments) if any(map(_is_head_noun, words))), 0
    )
    head = _reordered(segments[index])
    if _is_generic(head) and index + 1 < len(segments):
        following = segments[index + 1]
        if not any(map(_is_head_noun, following)):
            return [*following, *head]
        return _reordered(following) if len(following) > 1 else head
    return head


def _reordered(words: list[str]) -> list[str]:
    """Put what follows a head noun in front of it, or leave it away."""
    cut = _end_of_head(words)
    head, tail = words[:cut], words[cut:]
    if not tail or not head:
        return words
    if tail[0] == "of" and len(tail) > 1:
        return [*_before_tail_words(tail[1:]), *head]
    if _is_generic(head) and tail[0] not in TAIL_WORDS:
        return [*_before_tail_words(tail), *head]
    return head


def _is_generic(words: Sequence[str]) -> bool:
    return is_generic_title(" ".join(words))


def _end_of_head(words: Sequence[str]) -> int:
    """Where the words behind the head noun begin; 0 when there is none.

    The head noun is the last one in front of a word such as "for" or "of".
    """
    end = 0
    for position, word in enumerate(words):
        if end and (word == "of" or word in TAIL_WORDS):
            kept = " ".join(words[position : position + 2])
            if kept in KEPT_TAILS:
                end = position + 2
            break
        if _is_head_noun(word):
            end = position + 1
    return end


def _before_tail_words(words: Sequence[str]) -> list[str]:
    for position, word in enumerate(words):
        if word in TAIL_WORDS and position > 0:
            return list(words[:position])
    return list(words)


def _is_head_noun(word: str) -> bool:
    return (
        word in HEAD_NOUNS
        or word in WEAK_HEAD_NOUNS
        or (len(word) > 6 and word.endswith(HEAD_NOUN_SUFFIXES))
    )


def _any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")


_SPELLING_PATTERN = _any_of(tuple(SPELLINGS))
_NOISE_PHRASES = _any_of((*RANK_PHRASES, *ARRANGEMENT_PHRASES, *PLACE_PHRASES))
