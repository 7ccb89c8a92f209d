"""The role whose names are closest to a title, by letters and by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from blacklight_matching.embeddings.base import Vectors

TITLE_THRESHOLD = 0.75
"""From here on a posting's title is another name of the role."""
PREFERRED_ROLE_THRESHOLD = 0.85
"""The same for what a candidate asks for: a wrong guess there hides postings from a person."""

LEXICAL_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class RoleName:
    """One of the names of a role.

    Attributes:
        role_id: The role.
        normal_form: The name as ``normalise_title`` gives it.
    """

    role_id: int
    normal_form: str


@dataclass(frozen=True, slots=True)
class NearestRole:
    """The role closest to a title.

    Attributes:
        role_id: The role.
        similarity: 0–1.
    """

    role_id: int
    similarity: float


@dataclass(frozen=True, eq=False)
class RoleIndex:
    """Roles to search in.

    Attributes:
        role_ids: n roles.
        vectors: Embeddings of their names, float32[n, d], rows of length 1.
        names: All names of these roles, any number for each.
    """

    role_ids: Sequence[int]
    vectors: Vectors
    names: Sequence[RoleName]

    def nearest(self, normal_forms: Sequence[str], vectors: Vectors) -> list[NearestRole]:
        """Find the closest role of each title.

        The similarity is the mean of two: the best of the names by ``token_sort_ratio`` (shared
        letters, whatever the order of the words), and the cosine of the embeddings.

        Args:
            normal_forms: m titles in their normal form.
            vectors: Their embeddings, float32[m, d], rows of length 1.

        Returns:
            m roles; none when there are no roles. Of equally close ones the one that stands first.
        """
        if not self.role_ids or not normal_forms:
            return []
        similarity = (
            LEXICAL_SHARE * self._lexical(normal_forms)
            + (1 - LEXICAL_SHARE) * vectors @ self.vectors.T
        )
        best = similarity.argmax(axis=1)
        return [
            NearestRole(self.role_ids[column], float(similarity[row, column]))
            for row, column in enumerate(best.tolist())
        ]

    def _lexical(self, normal_forms: Sequence[str]) -> npt.NDArray[np.float32]:
        by_name = process.cdist(
            normal_forms,
            [name.normal_form for name in self.names],
            scorer=fuzz.token_sort_ratio,
            dtype=np.float32,
        )
        column_of_role = {role_id: column for column, role_id in enumerate(self.role_ids)}
        columns = np.array([column_of_role[name.role_id] for name in self.names])
        best = np.zeros((len(normal_forms), len(self.role_ids)), np.float32)
        np.maximum.at(best.T, columns, by_name.T)
        return np.asarray(best / 100)
