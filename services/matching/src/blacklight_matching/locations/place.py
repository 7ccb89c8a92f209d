"""A place that was recognised, and its codes for scoring."""

from dataclasses import dataclass
from zlib import crc32

from blacklight_shared.work_terms import WorkMode

from blacklight_matching.scoring.rows import Location

_LETTERS = 26
_REGION_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REGION_BASE = len(_REGION_DIGITS) + 1
_LONGEST_SPELLED_REGION = 4
_SPELLED_REGIONS = int(_REGION_BASE**_LONGEST_SPELLED_REGION)
_REGIONS_PER_COUNTRY = 3_000_000
"""Room for every region of 676 possible countries in an int32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a location text says.

    Attributes:
        country_code: ISO 3166-1 alpha-2, upper case.
        region_code: Country code and GeoNames first-level division, like ``US-CA``.
        city_id: GeoNames id of the city.
        latitude: Degrees; of the city, so None without one.
        longitude: Degrees; of the city, so None without one.
        work_mode_hint: How the work is done, where the text says so, else ``UNKNOWN``.
    """

    country_code: str | None = None
    region_code: str | None = None
    city_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    work_mode_hint: WorkMode = WorkMode.UNKNOWN

    @property
    def location(self) -> Location:
        """The place as numbers for scoring; the same place has the same numbers for ever."""
        return Location(
            country=None if self.country_code is None else _country_number(self.country_code),
            region=None if self.region_code is None else _region_number(self.region_code),
            city=self.city_id,
            latitude=self.latitude,
            longitude=self.longitude,
        )


def _country_number(code: str) -> int:
    """Two letters as a number below 676."""
    first, second = (ord(letter) - ord("A") for letter in code)
    return first * _LETTERS + second


def _region_number(code: str) -> int:
    """Country and division as a number; divisions of up to four characters are spelled out."""
    country, _, division = code.partition("-")
    return _country_number(country) * _REGIONS_PER_COUNTRY + _division_number(division)


def _division_number(division: str) -> int:
    is_short = len(division) <= _LONGEST_SPELLED_REGION
    if not is_short or not set(division) <= set(_REGION_DIGITS):
        spare = _REGIONS_PER_COUNTRY - _SPELLED_REGIONS
        return _SPELLED_REGIONS + crc32(division.encode()) % spare
    number = 0
    for digit in division:
        number = number * _REGION_BASE + _REGION_DIGITS.index(digit) + 1
    return number
