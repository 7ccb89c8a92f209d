"""How a spelling of a skill becomes the words it is looked up by.

A spelling is cut into words at everything that is neither letter nor digit, and between letters
and digits; words are compared in lower case. So "Node.js", "node js" and "Node JS" are one, and
"HTML5" contains "HTML". The few signs that carry meaning stay: "C++", "C#", "F#" and a leading
".NET".
"""

import re
from collections.abc import Iterator

# Of text in lower case. Letters and digits apart: a version number glued to a name ("python3") is
# a word of its own.
WORD = re.compile(
    r"""
      [^\W\d_]+ (?: (?<![^\W_]c)(?<=c)(?:\+\+|\#) | (?<![^\W_]f)(?<=f)\# )?  # c++, c#, f#
    | \d+
    | (?<![^\W_])\.net(?![^\W_])            # ".NET", but not the end of "ASP.NET"
    """,
    re.VERBOSE,
)


def fold(text: str) -> str:
    """Lower-case a text without moving a character: offsets stay those of ``text``."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(lower if len(lower := char.lower()) == 1 else char for char in text)


def words_of(spelling: str) -> list[str]:
    """Cut a spelling into lower-case words."""
    words: list[str] = WORD.findall(fold(spelling))
    return words


def key_of(spelling: str) -> str:
    """Return the key under which a spelling is stored and looked up; "" if it has no word."""
    return " ".join(words_of(spelling))


def variant_keys(spelling: str) -> Iterator[str]:
    """Yield the keys of spellings that safely mean the same as ``spelling``.

    - written together: "Power BI" → "powerbi", "Node.js" → "nodejs";
    - the other number, when the last word is a common noun, which the data files write in lower
      case ("data structures" → "data structure"), or an abbreviation ("REST API" → "REST APIs").
      Proper names have no plural: "Windows" is not "window". Nor have people: "data scientists"
      are mostly colleagues, not a skill.
    """
    words = words_of(spelling)
    if len(words) > 1 and sum(map(len, words)) >= _SHORTEST_JOINED:
        yield key_of("".join(words))
    last = spelling.split()[-1] if spelling.split() else ""
    for number in _other_number(last):
        yield " ".join([*words[:-1], fold(number)])


_SHORTEST_JOINED = 4
_SHORTEST_NOUN = 4
_PEOPLE = ("ist", "yst", "er", "or", "ian", "ant", "ect", "ive", "man", "nurse")
_NO_PLURAL_S = ("s", "x", "z", "ch", "sh", "ing")
_NO_SINGULAR = ("ss", "us", "is", "ics")


def _other_number(word: str) -> Iterator[str]:
    if not word.isalpha() or not word.isascii():
        return
    if word.isupper():
        if len(word) > 1 and not word.endswith("S"):
            yield word + "s"
    elif word.islower() and len(word) >= _SHORTEST_NOUN and not word.endswith(_PEOPLE):
        yield from _other_number_of_noun(word)


def _other_number_of_noun(word: str) -> Iterator[str]:
    if word.endswith(_NO_SINGULAR):
        return
    if word.endswith("ies"):
        yield word[:-3] + "y"
    elif word.endswith("s"):
        yield word[:-1]
    elif word.endswith("y") and word[-2] not in "aeiou":
        yield word[:-1] + "ies"
    elif not word.endswith(_NO_PLURAL_S):
        yield word + "s"
