"""What people choose from in forms: time zones and languages, as (value, label) pairs."""

from __future__ import annotations

import zoneinfo
from functools import cache

from babel import Locale

_AREAS = frozenset(
    {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
_LOCALES = (
    "en-US", "en-GB", "en-CA", "en-AU", "en-IE", "en-IN", "cs-CZ", "da-DK", "de-AT", "de-CH",
    "de-DE", "el-GR", "es-ES", "es-MX", "fi-FI", "fr-BE", "fr-CA", "fr-CH", "fr-FR", "hu-HU",
    "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-BE", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO",
    "sv-SE", "tr-TR", "uk-UA", "zh-CN",
)  # fmt: skip


@cache
def time_zones() -> list[tuple[str, str]]:
    """The zones that are named by a place, and UTC."""
    places = sorted(
        name for name in zoneinfo.available_timezones() if name.partition("/")[0] in _AREAS
    )
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


def with_current(options: list[tuple[str, str]], current: str) -> list[tuple[str, str]]:
    """The options, and what is chosen now where it is none of them."""
    return (
        options if any(value == current for value, _ in options) else [(current, current), *options]
    )


@cache
def locales() -> list[tuple[str, str]]:
    """Languages with their region, which decide how numbers and dates are written."""
    named = [(tag, Locale.parse(tag, sep="-").get_display_name("en") or tag) for tag in _LOCALES]
    return sorted(named, key=lambda option: option[1])
