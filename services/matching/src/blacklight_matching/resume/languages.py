"""Spoken languages."""

import re
from collections.abc import Sequence

from blacklight_matching.resume.models import Language

_NAMES = """
    Afrikaans Albanian Amharic Arabic Armenian Azerbaijani Basque Belarusian Bengali Bosnian
    Bulgarian Burmese Cantonese Catalan Chinese Croatian Czech Danish Dari Dutch English Estonian
    Farsi Filipino Finnish Flemish French Georgian German Greek Gujarati Hausa Hebrew Hindi
    Hungarian Icelandic Igbo Indonesian Irish Italian Japanese Kannada Kazakh Khmer Korean Kurdish
    Kyrgyz Lao Latvian Lithuanian Macedonian Malay Malayalam Maltese Mandarin Marathi Mongolian
    Nepali Norwegian Pashto Persian Polish Portuguese Punjabi Romanian Russian Serbian Sinhala
    Slovak Slovene Slovenian Somali Spanish Swahili Swedish Tagalog Tajik Tamil Telugu Thai Tigrinya
    Turkish Turkmen Ukrainian Urdu Uzbek Vietnamese Welsh Xhosa Yiddish Yoruba Zulu
"""
_OTHER_NAMES = {
    "deutsch": "German",
    "englisch": "English",
    "französisch": "French",
    "spanisch": "Spanish",
    "italienisch": "Italian",
    "anglais": "English",
    "allemand": "German",
    "français": "French",
    "espagnol": "Spanish",
    "inglés": "English",
    "español": "Spanish",
    "alemán": "German",
    "francés": "French",
}
_CANONICAL = {name.casefold(): name for name in _NAMES.split()} | _OTHER_NAMES
_NAME = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _CANONICAL))})(?!\w)", re.IGNORECASE)
_LEVELS = (
    r"\b(?P<level>native(?: speaker)?"
    r"|mother[ -]?tongue|bilingual|fluent|proficient|proficiency|advanced"
    r"|upper[ -]?intermediate|pre[ -]?intermediate|intermediate|elementary|beginner|basic|basics"
    r"|conversational|limited working|full professional|professional working|business|working"
    r"|good|excellent|learning|muttersprache|verhandlungssicher|fließend|grundkenntnisse|courant"
    r"|langue maternelle|[ABC][12]\+?)\b"
)
_LEVEL = re.compile(_LEVELS, re.IGNORECASE)
_LEVEL_BEFORE = re.compile(rf"(?:^|[,;:|(\n]|\band\b)\s*{_LEVELS}\s+(?:in\s+)?$", re.IGNORECASE)
_LEVEL_END = re.compile(r"[,;|]")
_OPENING = re.compile(r"\s*[(:–-]\s*")
_LEVEL_REACH = 40
_STATED = re.compile(
    r"\b(?:fluent|native|bilingual|proficient|conversational)\s+(?:in\s+)?$|\bspeak\w*\s+$",
    re.IGNORECASE,
)


def find_languages(section: Sequence[str], text: str) -> tuple[Language, ...]:
    """Find spoken languages with their levels.

    Args:
        section: Lines of the languages sections; every language named there counts.
        text: The whole CV; elsewhere a language counts with a level before it ("fluent in
            German") or in brackets or behind a dash ("German (B2)").
    """
    found: dict[str, Language] = {}
    listed = "\n".join(section)
    for match in _NAME.finditer(listed):
        name = _CANONICAL[match[0].casefold()]
        level = _level_beside(listed, match)
        if name not in found or found[name].level is None:
            found[name] = Language(name=name, level=level)
    for match in _NAME.finditer(text):
        name = _CANONICAL[match[0].casefold()]
        if name not in found and match[0][0].isupper() and _is_stated(text, match):
            found[name] = Language(name=name, level=_level_beside(text, match))
    return tuple(found.values())


def _level_beside(text: str, match: re.Match[str]) -> str | None:
    """The level right before a language ("fluent English"), else the one behind it.

    What stands behind a comma or another language belongs to something else.
    """
    before = text[max(0, match.start() - _LEVEL_REACH) : match.start()]
    if (level := _LEVEL_BEFORE.search(before)) is None:
        behind = _LEVEL_END.split(text[match.end() : match.end() + _LEVEL_REACH], maxsplit=1)[0]
        following = _NAME.search(behind)
        level = _LEVEL.search(behind, 0, following.start() if following else len(behind))
    return level["level"].casefold() if level else None


def _is_stated(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - _LEVEL_REACH) : match.start()]
    bracket = _OPENING.match(text, match.end(), match.end() + _LEVEL_REACH)
    if bracket is not None and _LEVEL.match(text, bracket.end()):
        return True
    return _STATED.search(before) is not None
