"""Rows of different lengths in two flat arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Ragged:
    """Lists of integers, one per row, in compressed sparse row form.

    Attributes:
        indptr: int64[n + 1]; row i is ``values[indptr[i]:indptr[i + 1]]``.
        values: Integers of all rows, one after the other.

    Raises:
        ValueError: ``indptr`` does not rise from 0 to the number of values.
    """

    indptr: npt.NDArray[np.int64]
    values: npt.NDArray[Any]

    def __post_init__(self) -> None:
        starts_at_zero = self.indptr.ndim == 1 and self.indptr.size > 0 and self.indptr[0] == 0
        if not starts_at_zero or self.indptr[-1] != self.values.size:
            raise ValueError("indptr must start at 0 and end at the number of values")
        if np.any(np.diff(self.indptr) < 0):
            raise ValueError("indptr must never fall")

    def __len__(self) -> int:
        return self.indptr.size - 1

    @classmethod
    def from_lists(cls, rows: Iterable[Sequence[int]], dtype: npt.DTypeLike = np.int32) -> "Ragged":
        """Build from one sequence of integers per row."""
        lists = list(rows)
        lengths = np.fromiter((len(row) for row in lists), np.int64, count=len(lists))
        flat = np.fromiter((value for row in lists for value in row), np.dtype(dtype))
        return cls(offsets(lengths), flat)

    def row(self, index: int) -> npt.NDArray[Any]:
        """The integers of one row."""
        return self.values[self.indptr[index] : self.indptr[index + 1]]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Number of integers in each row."""
        return np.diff(self.indptr)

    @property
    def row_numbers(self) -> npt.NDArray[np.int64]:
        """The row each value stands in."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def positions(self, rows: npt.NDArray[np.integer[Any]]) -> "Ragged":
        """Where in ``values`` the given rows stand, as rows of positions."""
        lengths = self.indptr[rows + 1] - self.indptr[rows]
        indptr = offsets(lengths)
        shift = np.repeat(self.indptr[rows] - indptr[:-1], lengths)
        return Ragged(indptr, np.arange(indptr[-1]) + shift)

    def take(self, rows: npt.NDArray[np.integer[Any]]) -> "Ragged":
        """Some of the rows."""
        positions = self.positions(rows)
        return Ragged(positions.indptr, self.values[positions.values])

    def where(self, keep: npt.NDArray[np.bool_]) -> "Ragged":
        """The same rows with only the values marked in ``keep``."""
        kept_before = np.concatenate(([0], np.cumsum(keep)))
        return Ragged(kept_before[self.indptr], self.values[keep])


def offsets(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where rows of these lengths start, and where the last one ends."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))
