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
_LEVEL = re.compile(
    r"\b(?:native(?: speaker)?|mother[ -]?tongue|bilingual|fluent|proficient|proficiency|advanced"
    r"|upper[ -]?intermediate|pre[ -]?intermediate|intermediate|elementary|beginner|basic|basics"
    r"|conversational|limited working|full professional|professional working|business|working"
    r"|good|excellent|learning|muttersprache|verhandlungssicher|fließend|grundkenntnisse|courant"
    r"|langue maternelle|[ABC][12]\+?)\b",
    re.IGNORECASE,
)
_LEVEL_REACH = 40
_STATED = re.compile(
    r"(?:fluent|native|bilingual|proficient|conversational)\s+(?:in\s+)?(?=[A-Z])|\bspeak\w*\s",
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
    """The level behind a language, before the next language; else the one right before it."""
    behind = text[match.end() : match.end() + _LEVEL_REACH]
    following = _NAME.search(behind)
    level = _LEVEL.search(behind, 0, following.start() if following else len(behind))
    if level is None:
        before = text[max(0, match.start() - _LEVEL_REACH) : match.start()]
        levels = list(_LEVEL.finditer(before.rpartition(",")[2].rpartition("\n")[2]))
        level = levels[-1] if levels else None
    return level[0].casefold() if level else None


def _is_stated(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - _LEVEL_REACH) : match.start()]
    behind = text[match.end() : match.end() + _LEVEL_REACH]
    bracketed = re.match(r"\s*[(:–-]\s*", behind)
    if bracketed is not None and _LEVEL.match(behind, bracketed.end()):
        return True
    last = list(_STATED.finditer(before))
    return bool(last) and last[-1].end() == len(before)
