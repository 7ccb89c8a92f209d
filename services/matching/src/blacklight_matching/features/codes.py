"""Places as the columns of the feature tables have them."""

from __future__ import annotations

from blacklight_matching.locations import Place

UNKNOWN_CODE = -1


def place_codes(place: Place | None) -> tuple[int, int, int, float | None, float | None]:
    """Country, region, city, latitude and longitude; unknown codes are -1."""
    location = (place or Place()).location
    country, region, city = (
        UNKNOWN_CODE if code is None else code
        for code in (location.country, location.region, location.city)
    )
    return country, region, city, location.latitude, location.longitude
