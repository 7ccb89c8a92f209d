"""Embeddings in one byte per dimension."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

_LARGEST_CODE = 127
_FLOAT32_EXACT_BELOW = 2**24
"""Whole numbers below it, and their sums, are exact in float32 whatever the order."""

_ROWS_AT_ONCE = 8192
"""Few enough for their floats to take some ten megabytes."""


@dataclass(frozen=True, eq=False)
class QuantizedVectors:
    """Directions of vectors, each scaled to its own largest component and rounded to one byte.

    Dot products of codes are whole numbers, so a cosine comes out the same to the last bit in
    whatever block, order or linear-algebra library it is computed. The rounding moves a cosine by
    about 0.001.

    Attributes:
        codes: int8[n, d]; a row of zeros is a missing vector.

    Raises:
        ValueError: ``codes`` is not a table of int8.
    """

    codes: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        if self.codes.ndim != 2 or self.codes.dtype != np.int8:
            raise ValueError("codes must be a two-dimensional array of int8")

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def dimension(self) -> int:
        """Components per vector; 0 when no row has a vector."""
        return int(self.codes.shape[1])

    @classmethod
    def quantize(cls, vectors: npt.NDArray[np.floating[Any]]) -> "QuantizedVectors":
        """Round vectors of any length to codes.

        Args:
            vectors: Floats [n, d]; a row of zeros is a missing vector.

        Raises:
            ValueError: A component is not finite.
        """
        if vectors.size == 0:
            return cls(np.zeros(vectors.shape, np.int8))
        largest = np.abs(vectors).max(axis=1, keepdims=True)
        if not np.isfinite(largest).all():
            raise ValueError("vectors must have finite components")
        scale = np.divide(_LARGEST_CODE, largest, out=np.zeros_like(largest), where=largest > 0)
        return cls(np.rint(vectors * scale).astype(np.int8))

    @cached_property
    def squared_lengths(self) -> npt.NDArray[np.int32]:
        """Squared length of every code row; 0 where the vector is missing."""
        return np.asarray(np.einsum("ij,ij->i", self.codes, self.codes, dtype=np.int32))

    @cached_property
    def present(self) -> npt.NDArray[np.bool_]:
        """Whether each row has a vector."""
        return self.squared_lengths > 0

    def dots(
        self,
        rows: npt.NDArray[np.integer[Any]],
        others: "QuantizedVectors",
        other_rows: npt.NDArray[np.integer[Any]],
    ) -> npt.NDArray[np.floating[Any]]:
        """Exact dot products of codes, every row with every other row.

        Args:
            rows: Which of these vectors, m of them.
            others: The vectors of the other side, of the same dimension.
            other_rows: Which of the others, n of them.

        Returns:
            Whole numbers as floats [m, n].
        """
        # A partial sum never exceeds the product of the lengths (Cauchy-Schwarz).
        bound = np.sqrt(
            self.squared_lengths[rows].max(initial=0)
            * float(others.squared_lengths[other_rows].max(initial=0))
        )
        exact = np.float32 if bound < _FLOAT32_EXACT_BELOW else np.float64
        left = self.codes[rows].astype(exact)
        products = np.empty((rows.size, other_rows.size), exact)
        for start in range(0, other_rows.size, _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            np.matmul(left, others.codes[other_rows[some]].astype(exact).T, out=products[:, some])
        return products
