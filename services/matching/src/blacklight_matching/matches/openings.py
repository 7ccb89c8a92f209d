"""The open postings that a candidate is scored against, in parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.features.loading import VectorSpace, load_openings
from blacklight_matching.matches.eligibility import roles_counted_as
from blacklight_matching.matches.tenants import ScoringTenant
from blacklight_matching.scoring import CandidateFeatures, JobFeatures, Ragged
from blacklight_matching.snapshot import PostingSnapshot

HEAD_OF_OPENINGS = 16_384
"""Postings that are scored first for one candidate, so that storing begins early."""

OPENINGS_PER_PAGE = 50_000
"""Postings loaded at a time for one candidate: some hundred megabytes with their vectors."""


@dataclass(frozen=True, eq=False)
class Openings:
    """Postings and who is scored against them.

    Attributes:
        candidates: The candidates, with roles as these postings have them.
        jobs: n postings.
        visible: bool[n], those that count.
    """

    candidates: CandidateFeatures
    jobs: JobFeatures
    visible: npt.NDArray[np.bool_]

    @classmethod
    def of_all(cls, candidates: CandidateFeatures, jobs: JobFeatures) -> Openings:
        """Postings that all count."""
        return cls(candidates, jobs, np.ones(len(jobs), np.bool_))

    def cut(self, rows: int) -> tuple[Openings, Openings]:
        """The same with only the first rows counting, and with only the others."""
        is_head = np.arange(len(self.jobs)) < rows
        return (
            replace(self, visible=self.visible & is_head),
            replace(self, visible=self.visible & ~is_head),
        )


async def openings_of_candidate(
    session: AsyncSession,
    tenant: ScoringTenant,
    candidate: CandidateFeatures,
    space: VectorSpace,
    snapshot: PostingSnapshot,
) -> AsyncIterator[list[Openings]]:
    """Find the open postings in a candidate's roles, as many at a time as are in memory.

    Args:
        session: The tenant's transaction.
        tenant: The candidate's tenant.
        candidate: One candidate, or nobody: who is not eligible has no openings.
        space: The embedding model in use.
        snapshot: Where global postings are taken from; if it is not loaded, from the database.
    """
    role_ids = sorted({int(role_id) for role_id in candidate.roles.values})
    if not role_ids:
        return
    is_loaded = snapshot.is_loaded
    if is_loaded:
        blocks = await snapshot.up_to_date(session, space)
        merged = await roles_counted_as(session, role_ids)
        seeker = replace(candidate, roles=Ragged.from_lists([merged], np.int64))
        of_roles = [
            Openings(seeker, block.jobs, block.is_current) for block in blocks.of_roles(merged)
        ]
        yield _small_ones_first(of_roles)
    after = 0
    while tenant.has_own_postings or not is_loaded:
        jobs = await load_openings(
            session,
            tenant.id,
            role_ids,
            space,
            with_global=not is_loaded,
            after_job_id=after,
            limit=OPENINGS_PER_PAGE,
        )
        if not len(jobs):
            return
        yield [Openings.of_all(candidate, jobs)]
        after = int(jobs.ids[-1])


def _small_ones_first(openings: Sequence[Openings]) -> list[Openings]:
    """The order in which Postgres has something to store early, and no small part alone."""
    small = [some for some in openings if len(some.jobs) <= HEAD_OF_OPENINGS]
    large = [some for some in openings if len(some.jobs) > HEAD_OF_OPENINGS]
    return [*small, *(large[0].cut(HEAD_OF_OPENINGS) if large else ()), *large[1:]]
