"""Skills a candidate has against the skills a posting asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from blacklight_matching.scoring.ragged import Ragged, offsets

REQUIRED = 2
NICE_TO_HAVE = 1
"""A required skill counts twice as much as a welcome one."""

LEAST_DEMAND = 3 * REQUIRED
"""Importance a posting is taken to ask for at least: no work takes fewer than three skills, however
few of them its text names. So a posting that says little is not the easiest to satisfy."""

FEW_CANDIDATES = 6
"""Up to here adding up the lists beats a matrix product (measured, see ``benchmarks/``)."""

FloatArray = npt.NDArray[np.floating[Any]]


def skill_scores(
    matched_importance: FloatArray,
    total_importance: npt.NDArray[np.uint16],
    states_skills: npt.NDArray[np.bool_],
) -> FloatArray:
    """Score how much of what is asked for the candidate has.

    ``100 · Σ importance of the skills matched / max(Σ importance of the skills asked for, 6)``, a
    required skill having importance 2 and a nice-to-have 1. Skills nobody asked for change nothing.

    Args:
        matched_importance: Sum over the skills matched. The arguments broadcast.
        total_importance: Sum over the skills asked for; 0 when none are.
        states_skills: Whether the profile names any skill.

    Returns:
        Scores 0–100; NaN where the posting asks for no skills or the profile names none.
    """
    total = np.maximum(total_importance, LEAST_DEMAND).astype(matched_importance.dtype)
    compared = (total_importance > 0) & states_skills
    return np.asarray(100 * matched_importance / np.where(compared, total, np.nan))


@dataclass(frozen=True, eq=False)
class SkillDemands:
    """The skills each posting asks for.

    Attributes:
        indptr: int64[n + 1]; posting i asks for ``skill_ids[indptr[i]:indptr[i + 1]]``.
        skill_ids: int32, canonical ids of 0 or more; required ones first in each row, then rising.
        importance: uint8, ``REQUIRED`` or ``NICE_TO_HAVE``, parallel to ``skill_ids``.

    Raises:
        ValueError: An id or importance is out of its range, or a row is not in order.
    """

    indptr: npt.NDArray[np.int64]
    skill_ids: npt.NDArray[np.int32]
    importance: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.importance.size != self.skill_ids.size:
            raise ValueError("importance must have one value per skill id")
        if np.any(self.skill_ids < 0):
            raise ValueError("skill_ids must not be negative")
        if not np.isin(self.importance, (NICE_TO_HAVE, REQUIRED)).all():
            raise ValueError(f"importance must be {NICE_TO_HAVE} or {REQUIRED}")
        place = (REQUIRED - self.importance.astype(np.int64)) << 32 | self.skill_ids
        within_row = np.diff(self.lists.row_numbers) == 0
        if np.any(np.diff(place)[within_row] <= 0):
            raise ValueError("skill_ids must be required ones first, then rising, in each row")

    def __len__(self) -> int:
        return self.indptr.size - 1

    @classmethod
    def from_lists(
        cls, required: Sequence[Sequence[int]], nice_to_have: Sequence[Sequence[int]]
    ) -> "SkillDemands":
        """Build from the skill ids of each posting; one that stands in both lists is required."""
        firsts = [sorted(set(ids)) for ids in required]
        rests = [
            sorted(set(ids).difference(first))
            for first, ids in zip(firsts, nice_to_have, strict=True)
        ]
        lengths = np.array([len(a) + len(b) for a, b in zip(firsts, rests, strict=True)], np.int64)
        pairs = [
            (skill_id, importance)
            for first, rest in zip(firsts, rests, strict=True)
            for ids, importance in ((first, REQUIRED), (rest, NICE_TO_HAVE))
            for skill_id in ids
        ]
        return cls(
            offsets(lengths),
            np.array([skill_id for skill_id, _ in pairs], np.int32),
            np.array([importance for _, importance in pairs], np.uint8),
        )

    @cached_property
    def lists(self) -> Ragged:
        """The skill ids as rows."""
        return Ragged(self.indptr, self.skill_ids)

    @cached_property
    def vocabulary(self) -> npt.NDArray[np.int32]:
        """Every skill id any posting asks for, rising."""
        seen = np.zeros(int(self.skill_ids.max(initial=-1)) + 1, np.bool_)
        seen[self.skill_ids] = True
        return np.flatnonzero(seen).astype(np.int32)

    @cached_property
    def columns(self) -> npt.NDArray[np.integer[Any]]:
        """Position of every skill id in the vocabulary, parallel to ``skill_ids``."""
        small = self.vocabulary.size <= np.iinfo(np.uint16).max
        position = np.zeros(int(self.skill_ids.max(initial=-1)) + 1, np.int32)
        position[self.vocabulary] = np.arange(self.vocabulary.size)
        position = position.astype(np.uint16 if small else np.int32)
        return position[self.skill_ids]

    @cached_property
    def total_importance(self) -> npt.NDArray[np.uint16]:
        """Sum of importance per posting."""
        return row_sums(self.importance.astype(np.uint16), self.indptr)

    def select(
        self, rows: npt.NDArray[np.integer[Any]]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Columns, importance and row ends of some postings; without copying when they adjoin."""
        if rows.size and rows[-1] - rows[0] + 1 == rows.size:
            ends = self.indptr[rows[0] : rows[-1] + 2]
            span = slice(ends[0], ends[-1])
            return self.columns[span], self.importance[span], ends - ends[0]
        positions = self.lists.positions(rows)
        return self.columns[positions.values], self.importance[positions.values], positions.indptr

    def membership(self, skills: Ragged) -> npt.NDArray[np.uint8]:
        """Which skills of the vocabulary candidates have.

        Args:
            skills: Skill ids of c candidates.

        Returns:
            uint8[c, v] of 0 and 1.
        """
        has = np.zeros((len(skills), self.vocabulary.size), np.uint8)
        column = np.searchsorted(self.vocabulary, skills.values)
        column[column == self.vocabulary.size] = 0
        known = self.vocabulary[column] == skills.values if self.vocabulary.size else column < 0
        has[skills.row_numbers[known], column[known]] = 1
        return has


def matched_importance(
    has: npt.NDArray[np.uint8], demands: SkillDemands, rows: npt.NDArray[np.integer[Any]]
) -> FloatArray:
    """Add up the importance of the skills each candidate shares with each posting.

    Args:
        has: uint8[c, v], membership of c candidates (``SkillDemands.membership``).
        demands: What the postings ask for.
        rows: Which postings, m of them, rising.

    Returns:
        float32[c, m] of whole numbers.
    """
    columns, importance, indptr = demands.select(rows)
    if len(has) <= FEW_CANDIDATES:
        return _by_adding_up(has, columns, importance, indptr)
    return _by_matrix_product(has, columns, importance, indptr)


def _by_adding_up(
    has: npt.NDArray[np.uint8],
    columns: npt.NDArray[Any],
    importance: npt.NDArray[np.uint8],
    indptr: npt.NDArray[np.int64],
) -> FloatArray:
    sums = np.empty((len(has), indptr.size - 1), np.float32)
    for candidate, skills in enumerate(has.astype(np.uint16)):
        sums[candidate] = row_sums(skills[columns] * importance, indptr)
    return sums


def _by_matrix_product(
    has: npt.NDArray[np.uint8],
    columns: npt.NDArray[Any],
    importance: npt.NDArray[np.uint8],
    indptr: npt.NDArray[np.int64],
) -> FloatArray:
    used = np.flatnonzero(np.bincount(columns, minlength=has.shape[1]))
    narrow = np.zeros(has.shape[1], np.int64)
    narrow[used] = np.arange(used.size)
    asked = np.zeros((indptr.size - 1, used.size), np.float32)
    asked[np.repeat(np.arange(indptr.size - 1), np.diff(indptr)), narrow[columns]] = importance
    return np.asarray(has[:, used].astype(np.float32) @ asked.T)


def row_sums(
    values: npt.NDArray[np.uint16], indptr: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint16]:
    """Sum the values of every row, 0 for an empty one."""
    sums = np.zeros(indptr.size - 1, np.uint16)
    filled = indptr[1:] > indptr[:-1]
    if values.size:
        sums[filled] = np.add.reduceat(values, indptr[:-1][filled])
    return sums
