"""How close titles are to roles: the one place where letters and meaning are weighed.

What a title becomes, what a candidate's wish becomes and what a reviewer is shown as similar all go
by this number. Whoever changes how it is made keeps it within 0–1 and looks at the thresholds in
``nearest`` again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from blacklight_matching.embeddings.base import Vectors

LEXICAL_SHARE = 0.5
"""On 633 American titles and 3,627 European occupations, anything from .3 to .5 is as good."""

SPECIALISED = 0.85
"""Likeness in letters of a title that ends in a role's name: "customer data analyst" is a data
analyst. Not 1, so that a name nearer to the whole title wins: a "frontend software engineer" is
first of all a frontend engineer."""


@dataclass(frozen=True, eq=False)
class Titles:
    """Titles to be compared.

    Attributes:
        normal_forms: m titles as ``normalise_title`` gives them.
        vectors: Their embeddings, float32[m, d], rows of length 1.
    """

    normal_forms: Sequence[str]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class RoleName:
    """One of the names of a role.

    Attributes:
        role_id: The role.
        normal_form: The name as ``normalise_title`` gives it.
    """

    role_id: int
    normal_form: str


@dataclass(frozen=True, eq=False)
class NamedRoles:
    """Roles that titles are compared with.

    Attributes:
        role_ids: n roles.
        vectors: Embeddings of their names, float32[n, d], rows of length 1.
        names: All names of these roles, at least one for each.
    """

    role_ids: Sequence[int]
    vectors: Vectors
    names: Sequence[RoleName]


def role_similarities(titles: Titles, roles: NamedRoles) -> npt.NDArray[np.float32]:
    """How close each title is to each role.

    The mean of two: the best of the role's names by ``token_sort_ratio`` (shared letters, whatever
    the order of the words; at least ``SPECIALISED`` where the title ends in the name, of two words
    or more), and the cosine of the embeddings.

    Args:
        titles: m titles.
        roles: n roles.

    Returns:
        float32[m, n], 0–1.
    """
    cosine = np.clip(titles.vectors @ roles.vectors.T, 0, 1)
    return np.asarray(LEXICAL_SHARE * _lexical(titles, roles) + (1 - LEXICAL_SHARE) * cosine)


def _lexical(titles: Titles, roles: NamedRoles) -> npt.NDArray[np.float32]:
    by_name = process.cdist(
        titles.normal_forms,
        [name.normal_form for name in roles.names],
        scorer=fuzz.token_sort_ratio,
        dtype=np.float32,
    )
    by_name /= 100
    _raise_specialised(by_name, titles, roles)
    column_of_role = {role_id: column for column, role_id in enumerate(roles.role_ids)}
    columns = np.array([column_of_role[name.role_id] for name in roles.names])
    best = np.zeros((len(titles.normal_forms), len(roles.role_ids)), np.float32)
    np.maximum.at(best.T, columns, by_name.T)
    return best


def _raise_specialised(by_name: npt.NDArray[np.float32], titles: Titles, roles: NamedRoles) -> None:
    """Lift those pairs of a title and a name in which the title ends in the name."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(roles.names):
        places.setdefault(name.normal_form, []).append(place)
    for row, title in enumerate(titles.normal_forms):
        words = title.split()
        for start in range(1, len(words) - 1):
            for place in places.get(" ".join(words[start:]), ()):
                by_name[row, place] = max(by_name[row, place], SPECIALISED)
