"""Reads a location as it stands in a posting or a CV."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from blacklight_shared.work_terms import WorkMode

from blacklight_matching.locations.gazetteer import City, Meanings, fold, gazetteer
from blacklight_matching.locations.place import Place

_LONGEST_TEXT = 300
_MOST_PARTS = 12
_MOST_WORDS = 8
_METROPOLIS_POPULATION = 500_000
"""From here on "New York" alone is the city, below it "California" alone is the state."""

_NOT_REMOTE = re.compile(
    r"\b(?:no|not|non)[\s-]+remote\b|\bon[\s-]?site\b|\bin[\s-]office\b", re.IGNORECASE
)
_HYBRID = re.compile(r"\bhybrid\b|\bpart(?:ly|ially)?[\s-]remote\b", re.IGNORECASE)
_REMOTE = re.compile(
    r"\b(?:fully |100 ?% )?(?:remote(?:ly)?|wfh|work(?:ing)? from home|home[\s-]?(?:based|office)"
    r"|telecommut(?:e|ing)|anywhere|worldwide)\b",
    re.IGNORECASE,
)
_ALTERNATIVES = re.compile(r"[;|/\n•·]| or (?!\d)| and | & | \+ ")
_PARTS = re.compile(r"[,():\[\]]|\s[-–—]+\s|[–—]|^\s*-|-\s*$")
_COUNTRY_DASH_REGION = re.compile(r"\b([A-Z]{2})-([A-Z]{2,3})\b")
_HAS_DIGIT = re.compile(r"\d")
_AREA_WORDS = frozenset(
    {
        *("across", "area", "based", "bay", "borough", "central", "city", "county", "district"),
        *("downtown", "east", "greater", "in", "metro", "metropolitan", "near", "north", "of"),
        *("region", "south", "surrounding", "the", "valley", "west", "within"),
    }
)


def parse_location(text: str) -> Place | None:
    """Read a location text.

    Of several places the first counts. Postcodes and streets are passed over; a place too small
    for the tables becomes its region or country.

    Args:
        text: Such as "San Francisco, CA 94103", "Greater Boston Area", "Remote - US".

    Returns:
        The place, with a work mode where the text hints at one; None when it says neither.
    """
    return _parse(text[:_LONGEST_TEXT])


@lru_cache(maxsize=65_536)
def _parse(text: str) -> Place | None:
    work_mode = _work_mode(text)
    for pattern in (_NOT_REMOTE, _HYBRID, _REMOTE):
        text = pattern.sub(" - ", text)
    places = (_place(alternative) for alternative in _ALTERNATIVES.split(text))
    first = next((place for place in places if place), None)
    if first is None and work_mode is WorkMode.UNKNOWN:
        return None
    return replace(first or Place(), work_mode_hint=work_mode)


def _work_mode(text: str) -> WorkMode:
    if _HYBRID.search(text):
        return WorkMode.HYBRID
    if _NOT_REMOTE.search(text):
        return WorkMode.ONSITE
    return WorkMode.REMOTE if _REMOTE.search(text) else WorkMode.UNKNOWN


def _place(text: str) -> Place | None:
    names = [fold(part) for part in _PARTS.split(_COUNTRY_DASH_REGION.sub(r"\2, \1", text))]
    parts = [part for name in names[:_MOST_PARTS] for part in _recognised(name)]
    city = _city(parts)
    if city is not None:
        return Place(
            country_code=city.country,
            region_code=city.region,
            city_id=city.id,
            latitude=city.latitude,
            longitude=city.longitude,
        )
    return _area(parts)


def _recognised(name: str) -> list[Meanings]:
    """The meanings of a name, or of the names it is made of, as in "Austin TX 78701"."""
    words = [word for word in name.split() if not _HAS_DIGIT.search(word)]
    if not words or len(words) > _MOST_WORDS:
        return []
    whole = _meanings(words)
    return [whole] if whole else _city_and_areas(words) or _without_area_words(words)


def _meanings(words: Sequence[str]) -> Meanings:
    return gazetteer().meanings(" ".join(words))


def _city_and_areas(words: list[str]) -> list[Meanings]:
    for end in range(len(words) - 1, 0, -1):
        city, areas = _meanings(words[:end]), _areas(words[end:])
        if city.cities and areas:
            return [city, *areas]
    return []


def _areas(words: list[str]) -> list[Meanings]:
    whole = _meanings(words)
    if whole.is_area:
        return [whole]
    for end in range(len(words) - 1, 0, -1):
        first, second = _meanings(words[:end]), _meanings(words[end:])
        if first.is_area and second.is_area:
            return [first, second]
    return []


def _without_area_words(words: list[str]) -> list[Meanings]:
    kept = [word for word in words if word not in _AREA_WORDS]
    if not kept or kept == words:
        return []
    for name in _trimmed(words):
        if found := _meanings(name):
            return [found]
    return []


def _trimmed(words: list[str]) -> Iterator[list[str]]:
    """The words with ever more area words taken off the ends."""
    rest = words
    while rest and rest[-1] in _AREA_WORDS:
        rest = rest[:-1]
        yield rest
    while rest and rest[0] in _AREA_WORDS:
        rest = rest[1:]
        yield rest


def _city(parts: list[Meanings]) -> City | None:
    """The first city that lies in every region and country named beside it."""
    for index, part in enumerate(parts):
        others = [other for other in parts[index + 1 :] if other.is_area]
        consistent = [city for city in part.cities if all(o.contain(city) for o in others)]
        if consistent and (others or not part.is_area or _is_metropolis(consistent[0])):
            return consistent[0]
    return None


def _is_metropolis(city: City) -> bool:
    return city.population >= _METROPOLIS_POPULATION


def _area(parts: list[Meanings]) -> Place | None:
    """The first region that lies in a country named with it, else the first country."""
    areas = [part for part in parts if part.is_area]
    for index, part in enumerate(areas):
        others = [country for o in areas[:index] + areas[index + 1 :] for country in o.countries]
        for region in sorted(part.regions):
            country = region.partition("-")[0]
            if not others or country in others:
                return Place(country_code=country, region_code=region)
    countries = sorted(areas[-1].countries) if areas else []
    return Place(country_code=countries[0]) if countries else None
