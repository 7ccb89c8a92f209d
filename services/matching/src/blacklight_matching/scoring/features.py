"""Postings and candidates as columns: what the kernel computes on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_shared.work_terms import WorkMode

from blacklight_matching.scoring.location import Places
from blacklight_matching.scoring.ragged import Ragged, offsets
from blacklight_matching.scoring.rows import CandidateRow, JobRow, Location
from blacklight_matching.scoring.skills import SkillDemands
from blacklight_matching.scoring.vectors import QuantizedVectors

NO_ROLE = -1

FloatArray = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False, kw_only=True)
class JobFeatures:
    """Postings in columns of n; a NaN and a code of -1 are unknown.

    Attributes:
        ids: int64[n].
        role_ids: int64[n]; ``NO_ROLE`` where the title has no role yet.
        skills: The skills each posting asks for.
        min_years: float32[n].
        max_years: float32[n].
        places: Where the work is.
        work_mode: uint8[n], values of ``WorkMode``.
        salary_min_usd_year: float32[n].
        salary_max_usd_year: float32[n].
        embeddings: Vectors of the texts.

    Raises:
        ValueError: A column has another length, or holds what its meaning rules out; the message
            names the column.
    """

    ids: npt.NDArray[np.int64]
    role_ids: npt.NDArray[np.int64]
    skills: SkillDemands
    min_years: FloatArray
    max_years: FloatArray
    places: Places
    work_mode: npt.NDArray[np.uint8]
    salary_min_usd_year: FloatArray
    salary_max_usd_year: FloatArray
    embeddings: QuantizedVectors

    def __post_init__(self) -> None:
        n = len(self.ids)
        _require_length("role_ids", self.role_ids, n)
        _require_length("skills", self.skills, n)
        _require_length("embeddings", self.embeddings, n)
        _require_places(self.places, n)
        _require_range("min_years", self.min_years, n, lowest=0)
        _require_range("max_years", self.max_years, n, lowest=0)
        _require_range("salary_min_usd_year", self.salary_min_usd_year, n, above=0)
        _require_range("salary_max_usd_year", self.salary_max_usd_year, n, above=0)
        _require_order("years", self.min_years, self.max_years)
        _require_order("salary_usd_year", self.salary_min_usd_year, self.salary_max_usd_year)
        _require_length("work_mode", self.work_mode, n)
        if np.any(self.work_mode > max(WorkMode)):
            raise ValueError(f"work_mode must be from 0 to {max(WorkMode)}")

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def from_rows(cls, rows: Sequence[JobRow]) -> "JobFeatures":
        """Build columns from postings.

        Args:
            rows: The postings.

        Raises:
            ValueError: As for the class.
        """
        return cls(
            ids=np.array([row.id for row in rows], np.int64),
            role_ids=np.array(
                [NO_ROLE if row.role_id is None else row.role_id for row in rows], np.int64
            ),
            skills=SkillDemands.from_lists(
                [row.required_skill_ids for row in rows], [row.nice_skill_ids for row in rows]
            ),
            min_years=_floats(row.min_years for row in rows),
            max_years=_floats(row.max_years for row in rows),
            places=_places([row.location for row in rows]),
            work_mode=np.array([row.work_mode for row in rows], np.uint8),
            salary_min_usd_year=_floats(row.salary_min_usd_year for row in rows),
            salary_max_usd_year=_floats(row.salary_max_usd_year for row in rows),
            embeddings=_vectors([row.embedding for row in rows]),
        )

    @cached_property
    def asks_experience(self) -> npt.NDArray[np.bool_]:
        """Whether the posting asks for years of experience."""
        return ~(np.isnan(self.min_years) & np.isnan(self.max_years))

    @cached_property
    def asks_location(self) -> npt.NDArray[np.bool_]:
        """Whether the posting says where the work is, or that it is remote."""
        return np.asarray((self.places.country >= 0) | (self.work_mode == WorkMode.REMOTE))

    @cached_property
    def offers_salary(self) -> npt.NDArray[np.bool_]:
        """Whether the posting says what it pays."""
        return ~(np.isnan(self.salary_min_usd_year) & np.isnan(self.salary_max_usd_year))

    @cached_property
    def rows_by_role(self) -> "RowsByRole":
        """The rows of each role."""
        return RowsByRole.build(self.role_ids, np.arange(len(self)))


@dataclass(frozen=True, eq=False, kw_only=True)
class CandidateFeatures:
    """Candidates in columns of n; a NaN and a code of -1 are unknown.

    Attributes:
        ids: int64[n].
        roles: Preferred roles of each candidate, each once.
        skills: Skills of each candidate, each once.
        years_experience: float32[n].
        places: Where the candidates live.
        accepted_modes: uint8[n], bit ``1 << WorkMode`` for each accepted mode; 0 accepts any.
        relocates: bool[n], whether the candidate would move for the work.
        salary_expected_usd_year: float32[n], the least the candidate wants.
        embeddings: Vectors of the profiles' texts.

    Raises:
        ValueError: A column has another length, or holds what its meaning rules out; the message
            names the column.
    """

    ids: npt.NDArray[np.int64]
    roles: Ragged
    skills: Ragged
    years_experience: FloatArray
    places: Places
    accepted_modes: npt.NDArray[np.uint8]
    relocates: npt.NDArray[np.bool_]
    salary_expected_usd_year: FloatArray
    embeddings: QuantizedVectors

    def __post_init__(self) -> None:
        n = len(self.ids)
        _require_length("roles", self.roles, n)
        _require_length("skills", self.skills, n)
        _require_length("embeddings", self.embeddings, n)
        _require_places(self.places, n)
        _require_range("years_experience", self.years_experience, n, lowest=0)
        _require_range("salary_expected_usd_year", self.salary_expected_usd_year, n, lowest=0)
        _require_length("accepted_modes", self.accepted_modes, n)
        _require_length("relocates", self.relocates, n)
        _require_distinct("roles", self.roles)
        _require_distinct("skills", self.skills)

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def from_rows(cls, rows: Sequence[CandidateRow]) -> "CandidateFeatures":
        """Build columns from candidates.

        Args:
            rows: The candidates.

        Raises:
            ValueError: As for the class.
        """
        return cls(
            ids=np.array([row.id for row in rows], np.int64),
            roles=Ragged.from_lists((sorted(set(row.role_ids)) for row in rows), np.int64),
            skills=Ragged.from_lists(sorted(set(row.skill_ids)) for row in rows),
            years_experience=_floats(row.years_experience for row in rows),
            places=_places([row.location for row in rows]),
            accepted_modes=np.array(
                [sum(1 << mode for mode in row.accepted_work_modes) for row in rows], np.uint8
            ),
            relocates=np.array([row.willing_to_relocate for row in rows], np.bool_),
            salary_expected_usd_year=_floats(row.salary_expected_usd_year for row in rows),
            embeddings=_vectors([row.embedding for row in rows]),
        )

    @cached_property
    def states_skills(self) -> npt.NDArray[np.bool_]:
        """Whether the profile names any skill."""
        return self.skills.lengths > 0

    @cached_property
    def expects_salary(self) -> npt.NDArray[np.bool_]:
        """Whether the profile names a salary expectation."""
        return ~np.isnan(self.salary_expected_usd_year)

    @cached_property
    def facts_stated(self) -> npt.NDArray[np.int64]:
        """How many of skills, years, country and salary expectation each profile states."""
        states_years, states_country = ~np.isnan(self.years_experience), self.places.country >= 0
        facts = (self.states_skills, states_years, states_country, self.expects_salary)
        return np.asarray(np.sum(facts, axis=0))

    @cached_property
    def rows_by_role(self) -> "RowsByRole":
        """The rows of each role."""
        return RowsByRole.build(self.roles.values, self.roles.row_numbers)


@dataclass(frozen=True, eq=False)
class RowsByRole:
    """Row numbers grouped by role.

    Attributes:
        roles: int64[k], distinct and rising.
        rows: The rows of each role, rising.
    """

    roles: npt.NDArray[np.int64]
    rows: Ragged

    @classmethod
    def build(
        cls, roles: npt.NDArray[np.integer[Any]], rows: npt.NDArray[np.integer[Any]]
    ) -> "RowsByRole":
        """Group rows by the role that stands beside each, leaving out ``NO_ROLE``."""
        order = np.argsort(roles, kind="stable")
        order = order[np.searchsorted(roles[order], NO_ROLE, side="right") :]
        distinct, counts = np.unique(roles[order], return_counts=True)
        return cls(distinct.astype(np.int64), Ragged(offsets(counts), rows[order]))


def _floats(values: Iterable[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], np.float32)


def _places(locations: Sequence[Location]) -> Places:
    def codes(name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        known = (getattr(location, name) for location in locations)
        return np.array([-1 if code is None else code for code in known], dtype)

    return Places(
        country=codes("country", np.int16),
        region=codes("region", np.int32),
        city=codes("city", np.int32),
        latitude=_floats(location.latitude for location in locations),
        longitude=_floats(location.longitude for location in locations),
    )


def _vectors(embeddings: Sequence[Sequence[float] | None]) -> QuantizedVectors:
    dimension = max((len(vector) for vector in embeddings if vector is not None), default=0)
    table = np.zeros((len(embeddings), dimension), np.float32)
    for row, vector in enumerate(embeddings):
        if vector is None:
            continue
        if len(vector) != dimension:
            raise ValueError(f"embeddings must all have {dimension} components, one has other")
        table[row] = vector
    return QuantizedVectors.quantize(table)


def _require_length(name: str, column: Any, n: int) -> None:
    if len(column) != n:
        raise ValueError(f"{name} must have {n} rows, it has {len(column)}")


def _require_range(
    name: str,
    column: FloatArray,
    n: int,
    *,
    lowest: float = -np.inf,
    above: float = -np.inf,
    highest: float = np.inf,
) -> None:
    _require_length(name, column, n)
    known = column[~np.isnan(column)]
    if not np.isfinite(known).all():
        raise ValueError(f"{name} must be finite or NaN")
    if np.any((known < lowest) | (known <= above) | (known > highest)):
        limits = f"above {above:g}" if np.isfinite(above) else f"from {lowest:g} to {highest:g}"
        raise ValueError(f"{name} must be {limits} or NaN")


def _require_order(name: str, low: FloatArray, high: FloatArray) -> None:
    if np.any(low > high):
        raise ValueError(f"min and max of {name}: the minimum must not exceed the maximum")


def _require_places(places: Places, n: int) -> None:
    _require_range("latitude", places.latitude, n, lowest=-90, highest=90)
    _require_range("longitude", places.longitude, n, lowest=-180, highest=180)
    for name in ("country", "region", "city"):
        _require_length(name, getattr(places, name), n)
    exact = (places.region >= 0) | (places.city >= 0) | ~np.isnan(places.latitude)
    if np.any(exact & (places.country < 0)):
        raise ValueError("country must be known where region, city or coordinates are")


def _require_distinct(name: str, lists: Ragged) -> None:
    within_row = np.diff(lists.row_numbers) == 0
    if np.any(np.diff(lists.values)[within_row] <= 0):
        raise ValueError(f"{name} must rise strictly within each row")
