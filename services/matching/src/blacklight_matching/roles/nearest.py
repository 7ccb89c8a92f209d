"""Roles near to titles: the nearest one, and those that a reviewer may mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blacklight_matching.roles.similarity import NamedRoles, Titles, role_similarities

TITLE_THRESHOLD = 0.75
"""From here on a posting's title is another name of the role."""
PREFERRED_ROLE_THRESHOLD = 0.85
"""The same for what a candidate asks for: a wrong guess there hides postings from a person."""


SUGGESTION_THRESHOLD = 0.4
"""Below, two roles have so little in common that nobody would merge them."""


@dataclass(frozen=True, slots=True)
class NearRole:
    """A role close to a title.

    Attributes:
        role_id: The role.
        similarity: 0–1.
    """

    role_id: int
    similarity: float


def nearest_role(titles: Titles, roles: NamedRoles) -> list[NearRole]:
    """Find the closest role of each title.

    Args:
        titles: m titles.
        roles: Roles to search in.

    Returns:
        m roles; none when there are no roles. Of equally close ones the one that stands first.
    """
    return [near[0] for near in near_roles(titles, roles, limit=1) if near]


def near_roles(titles: Titles, roles: NamedRoles, *, limit: int) -> list[list[NearRole]]:
    """Find the closest roles of each title.

    Args:
        titles: m titles.
        roles: Roles to search in.
        limit: How many for each title.

    Returns:
        For each title, roles by falling similarity; equally close ones in the order of ``roles``.
    """
    if not roles.role_ids or not titles.normal_forms:
        return [[] for _ in titles.normal_forms]
    similarity = role_similarities(titles, roles)
    columns = np.argsort(-similarity, axis=1, kind="stable")[:, :limit]
    return [
        [NearRole(roles.role_ids[column], float(similarity[row, column])) for column in best]
        for row, best in enumerate(columns.tolist())
    ]
