"""Where the candidate lives and will work against where the work is."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_shared.matching.geodesy import haversine_km
from blacklight_shared.work_terms import WorkMode

COMMUTE_KM = 30.0
"""Up to here every day is no burden."""
OUT_OF_REACH_KM = 120.0
HYBRID_REACH = 2.0
"""A hybrid posting is commuted to on some days only, so twice as far counts as near."""

SAME_REGION_PERCENT = 50.0
SAME_COUNTRY_PERCENT = 25.0
RELOCATION_PERCENT = 70.0
RELOCATION_ABROAD_PERCENT = 40.0
REMOTE_ABROAD_PERCENT = 20.0
"""A remote posting tied to a country usually needs a permit to work there."""

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]
Index = Any
"""Whatever NumPy takes between brackets."""


@dataclass(frozen=True, eq=False)
class Places:
    """Places as codes and coordinates; a code of -1 and a NaN are unknown.

    Attributes:
        country: int16.
        region: int32.
        city: int32.
        latitude: float32, degrees.
        longitude: float32, degrees.
    """

    country: npt.NDArray[np.int16]
    region: npt.NDArray[np.int32]
    city: npt.NDArray[np.int32]
    latitude: FloatArray
    longitude: FloatArray

    def __getitem__(self, index: Index) -> "Places":
        return Places(*(getattr(self, column.name)[index] for column in fields(self)))

    def astype(self, dtype: npt.DTypeLike) -> "Places":
        """The same places with coordinates of another floating-point type."""
        return Places(
            self.country,
            self.region,
            self.city,
            self.latitude.astype(dtype),
            self.longitude.astype(dtype),
        )


def location_scores(
    home: Places,
    accepted_modes: npt.NDArray[np.uint8],
    relocates: BoolArray,
    site: Places,
    work_mode: npt.NDArray[np.uint8],
) -> FloatArray:
    """Score where candidates live and will work against where the work is.

    - On site, or with no mode stated: what the place scores (see ``_place_scores``). Who would
      relocate scores at least 70 within the country and 40 to another.
    - Hybrid: the same, with twice the distance counting as near.
    - Remote: 100 from anywhere, or, where the posting names a country, 100 within it and 20 from
      another.
    - A mode of work that the candidate does not accept scores 0.

    Args:
        home: Where the candidates live. All arguments broadcast.
        accepted_modes: Bit ``1 << WorkMode`` for each accepted mode; 0 accepts any.
        relocates: Whether the candidates would move for the work.
        site: Where the work is.
        work_mode: ``WorkMode`` of the postings.

    Returns:
        Scores 0–100; NaN where the posting names neither a country nor remote work, and where it
        names a country and the candidate's is unknown.
    """
    same_country = (home.country == site.country) & (site.country >= 0)
    placed = site.country >= 0
    on_site = _on_site_scores(home, relocates, site, work_mode, same_country)
    from_home = np.where(same_country | ~placed, 100.0, REMOTE_ABROAD_PERCENT)
    is_remote = work_mode == WorkMode.REMOTE
    scores = np.where(is_remote, from_home.astype(on_site.dtype), on_site)
    compared = np.where(placed, home.country >= 0, is_remote)
    wanted = np.where(_accepts(accepted_modes, work_mode), scores, 0)
    return np.where(compared, wanted, np.nan).astype(on_site.dtype, copy=False)


def _on_site_scores(
    home: Places,
    relocates: BoolArray,
    site: Places,
    work_mode: npt.NDArray[np.uint8],
    same_country: BoolArray,
) -> FloatArray:
    reach = np.where(work_mode == WorkMode.HYBRID, HYBRID_REACH, 1.0).astype(site.latitude.dtype)
    from_place = _place_scores(home, site, reach, same_country)
    by_moving = np.where(same_country, RELOCATION_PERCENT, RELOCATION_ABROAD_PERCENT)
    return np.maximum(from_place, np.where(relocates, by_moving, 0).astype(from_place.dtype))


def _place_scores(
    home: Places, site: Places, reach: FloatArray, same_country: BoolArray
) -> FloatArray:
    """The best of what the places have in common.

    The same city is 100, the same region 50, the same country 25; but 100 where the posting names
    nothing more exact than the region or country that is shared. Near is 100 up to 30 km and falls
    evenly to 0 at 120 km, across borders too. Knowing more about a place can so only add to it.
    """
    names_city, names_region = site.city >= 0, site.region >= 0
    dtype = site.latitude.dtype
    country = np.where(names_city | names_region, SAME_COUNTRY_PERCENT, 100.0).astype(dtype)
    region = np.where(names_city, SAME_REGION_PERCENT, 100.0).astype(dtype)
    scores = np.where(same_country, country, 0)
    scores = np.maximum(scores, np.where((home.region == site.region) & names_region, region, 0))
    scores = np.where((home.city == site.city) & names_city, 100, scores)
    return np.fmax(scores, _nearness(home, site, reach)).astype(dtype, copy=False)


def _nearness(home: Places, site: Places, reach: FloatArray) -> FloatArray:
    distance_km = haversine_km(home.latitude, home.longitude, site.latitude, site.longitude) / reach
    beyond = (distance_km - COMMUTE_KM) / (OUT_OF_REACH_KM - COMMUTE_KM)
    return np.asarray(100 * np.clip(1 - beyond, 0, 1))


def _accepts(modes: npt.NDArray[np.uint8], work_mode: npt.NDArray[np.uint8]) -> BoolArray:
    states_none = (modes == 0) | (work_mode == WorkMode.UNKNOWN)
    return np.asarray(states_none | ((modes >> work_mode) & 1).astype(np.bool_))
