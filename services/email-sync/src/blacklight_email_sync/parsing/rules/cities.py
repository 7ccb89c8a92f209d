"""Cities that mails name without a state or country, and what is paid with there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files


def _read() -> dict[str, str]:
    tables = tomllib.loads((files(__package__) / "cities.toml").read_text("utf-8"))
    return {
        " ".join(name.split()): currency
        for currency, listed in tables.items()
        for name in listed.replace("\n", ",").split(",")
        if name.strip()
    }


_CURRENCIES = _read()
_NAMES = {name.casefold() for name in _CURRENCIES}
_ANY = re.compile(
    rf"(?<![\w@.'’-])(?:{'|'.join(map(re.escape, sorted(_CURRENCIES, key=len, reverse=True)))})"
    r"(?![\w@'’]|-\w|\.\w)"
)
# "University of Leeds", "Boston Consulting Group": names of something else.
_NAME_BEFORE = re.compile(
    r"(?:\b(?:University|College|Bank|City|State|Port|School|Institute|Mr|Ms|Mrs|Dr)\.?"
    r"(?: of)? |[A-Z][a-z]+['’]s )$"
)
_NAME_BEHIND = re.compile(
    r" (?:University|College|Consulting|Group|Bank|Times|Partners|Recruitment|Staffing|Inc|LLC|Ltd"
    r"|Limited|Solutions|Technologies|Health|Hospital|Scientific|School|Institute|[Tt]ime\b|GmbH"
    r"|Street|Road|Avenue|Ave\b|St\b|Rd\b|Blvd)"
)
_REACH = 24


def is_city(name: str) -> bool:
    """Whether a name is that of a city of the list."""
    return name.casefold() in _NAMES


def named_cities(text: str) -> Iterator[str]:
    """The cities that a text names, in its order, except within names of firms and streets."""
    for match in _ANY.finditer(text):
        before = text[max(0, match.start() - _REACH) : match.start()]
        if not _NAME_BEFORE.search(before) and not _NAME_BEHIND.match(text, match.end()):
            yield match[0]


def currency_of_cities(text: str) -> str:
    """The currency of the first city that a text names, "" where it names none."""
    return next((_CURRENCIES[name] for name in named_cities(text)), "")
