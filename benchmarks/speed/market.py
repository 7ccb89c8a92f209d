"""A synthetic labour market: who is drawn, with what, from a fixed seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_matching.locations import parse_location
from blacklight_matching.scoring import (
    CandidateFeatures,
    JobFeatures,
    Places,
    QuantizedVectors,
    Ragged,
    SkillDemands,
)
from blacklight_matching.scoring.ragged import offsets
from blacklight_shared.skills import SkillTaxonomy

SEED = 20250630
DIMENSION = 384
SKILLS_PER_ROLE = 200
COMMON_SKILL = 0.02
"""Share of the mentions that go to the most common skill of a role; the next get less and less."""

CITIES = (
    *("New York, NY", "Los Angeles, CA", "Chicago, IL", "Houston, TX", "Phoenix, AZ"),
    *("Philadelphia, PA", "San Antonio, TX", "San Diego, CA", "Dallas, TX", "Austin, TX"),
    *("Columbus, OH", "Charlotte, NC", "Indianapolis, IN", "Seattle, WA", "Denver, CO"),
    *("Boston, MA", "Nashville, TN", "Detroit, MI", "Portland, OR", "Atlanta, GA"),
    *("Miami, FL", "Raleigh, NC", "Minneapolis, MN", "Tampa, FL", "Pittsburgh, PA"),
    *("Cincinnati, OH", "St. Louis, MO", "Orlando, FL", "Salt Lake City, UT", "Richmond, VA"),
)
_NOISE = 1.1
"""Of texts around their topic: two texts of a role have a cosine of about .45."""

_ROWS_AT_ONCE = 50_000

FloatArray = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Market:
    """One role, with the skills that belong to it, the most common first.

    Attributes:
        random: Draws everything.
        skills: int32, canonical ids.
        cities: Places of ``CITIES``.
        topic: float32[DIMENSION], the direction that the role's texts scatter around.
    """

    random: np.random.Generator
    skills: npt.NDArray[np.int32]
    cities: Places
    topic: FloatArray

    @classmethod
    def open(cls) -> Market:
        """The market of the fixed seed."""
        random = np.random.default_rng(SEED)
        ids = np.array(sorted(SkillTaxonomy.builtin().skills), np.int32)
        return cls(
            random=random,
            skills=random.permutation(ids)[:SKILLS_PER_ROLE],
            cities=_places(),
            topic=random.standard_normal(DIMENSION, np.float32),
        )

    def jobs(self, ids: npt.NDArray[np.int64], role_id: int) -> JobFeatures:
        """Draw postings; a third lists pay, a quarter is remote, most ask for years."""
        random, n = self.random, len(ids)
        rows, skills = self._skills(n, average=9)
        importance = random.choice(np.array([1, 2], np.uint8), skills.size, p=(0.4, 0.6))
        order = np.lexsort((skills, -importance.astype(np.int8), rows))
        low = np.where(random.random(n) < 0.8, random.integers(1, 12, n), np.nan)
        top = np.where(random.random(n) < 0.35, random.integers(60, 240, n) * 1000.0, np.nan)
        return JobFeatures(
            ids=ids,
            role_ids=np.full(n, role_id, np.int64),
            skills=SkillDemands(
                offsets(np.bincount(rows, minlength=n)), skills[order], importance[order]
            ),
            min_years=low.astype(np.float32),
            max_years=np.where(random.random(n) < 0.4, low + 4, np.nan).astype(np.float32),
            places=self.cities[random.integers(0, len(CITIES), n)],
            work_mode=random.choice(np.array([0, 1, 2, 3], np.uint8), n, p=(0.2, 0.4, 0.2, 0.2)),
            salary_min_usd_year=(top * 0.75).astype(np.float32),
            salary_max_usd_year=top.astype(np.float32),
            embeddings=self.embeddings(n),
        )

    def candidates(self, ids: npt.NDArray[np.int64], role_id: int) -> CandidateFeatures:
        """Draw candidates; half name an expectation, a tenth would move."""
        random, n = self.random, len(ids)
        rows, skills = self._skills(n, average=14)
        wants = np.where(random.random(n) < 0.5, random.integers(70, 220, n) * 1000.0, np.nan)
        return CandidateFeatures(
            ids=ids,
            roles=Ragged(np.arange(n + 1), np.full(n, role_id, np.int64)),
            skills=Ragged(offsets(np.bincount(rows, minlength=n)), skills),
            years_experience=np.round(random.gamma(2, 2.5, n), 1).astype(np.float32),
            places=self.cities[random.integers(0, len(CITIES), n)],
            accepted_modes=np.zeros(n, np.uint8),
            relocates=random.random(n) < 0.1,
            salary_expected_usd_year=wants.astype(np.float32),
            embeddings=self.embeddings(n),
        )

    def embeddings(self, n: int) -> QuantizedVectors:
        """Texts that scatter around the role's topic."""
        codes = np.empty((n, DIMENSION), np.int8)
        for start in range(0, n, _ROWS_AT_ONCE):
            size = min(_ROWS_AT_ONCE, n - start)
            noise = self.random.standard_normal((size, DIMENSION), np.float32)
            vectors = QuantizedVectors.quantize(self.topic + np.float32(_NOISE) * noise)
            codes[start : start + size] = vectors.codes
        return QuantizedVectors(codes)

    def _skills(self, n: int, average: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """Rows and skills, sorted, each pair once; every row has a skill."""
        counts = np.maximum(self.random.poisson(average, n), 1)
        rows = np.repeat(np.arange(n), counts)
        rank = (self.random.geometric(COMMON_SKILL, rows.size) - 1) % self.skills.size
        pairs = np.unique(rows << 32 | self.skills[rank])
        return pairs >> 32, (pairs & 0xFFFFFFFF).astype(np.int32)


def _places() -> Places:
    parsed = [parse_location(city) for city in CITIES]
    locations = [place.location for place in parsed if place is not None]
    if len(locations) < len(CITIES):
        raise ValueError("every city must be known")
    return Places(
        country=np.array([location.country for location in locations], np.int16),
        region=np.array([location.region for location in locations], np.int32),
        city=np.array([location.city for location in locations], np.int32),
        latitude=np.array([location.latitude for location in locations], np.float32),
        longitude=np.array([location.longitude for location in locations], np.float32),
    )
