"""A worker's copy of the open global postings, brought up to date before each use.

Only global postings: those of a tenant stay in the database, where row-level security keeps them.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.features.loading import VectorSpace, fetch_postings
from blacklight_matching.features.packed import PACKED_COLUMNS
from blacklight_matching.scoring import JobFeatures
from blacklight_matching.snapshot.blocks import Ids, OpeningBlocks
from blacklight_matching.snapshot.changes import Look, changed_since, forget_old_changes, look

ROWS_PER_PAGE = 16_384
"""Some tens of megabytes on the way from the database, with vectors of 384 dimensions."""

RECENTLY = timedelta(seconds=10)
"""What even a large import changes in this time is read in about a second."""


class PostingSnapshot:
    """The open global postings with their features; empty until it is first brought up to date."""

    def __init__(self) -> None:
        self._state: _State | None = None
        self._updated_at = -math.inf
        self._updating = asyncio.Lock()

    @property
    def is_loaded(self) -> bool:
        """Whether there is anything to bring up to date, or everything is still to be loaded."""
        return self._state is not None

    @property
    def is_recent(self) -> bool:
        """Whether it was brought up to date a moment ago, so that there is little to read."""
        return time.monotonic() - self._updated_at < RECENTLY.total_seconds()

    async def up_to_date(self, session: AsyncSession, space: VectorSpace) -> OpeningBlocks:
        """The open global postings, as of now or later.

        The first time, and after a day without use, this reads all of them, which takes some twenty
        seconds for a million; else it reads what has changed.

        Args:
            session: A transaction that has written no postings itself.
            space: Which vectors to take.
        """
        async with self._updating:
            self._state = await self._next_state(session, space)
            self._updated_at = time.monotonic()
            return self._state.blocks

    async def _next_state(self, session: AsyncSession, space: VectorSpace) -> _State:
        state = self._state
        if state is None or state.space != space:
            state = await _load(session, space)
        now, changed = await changed_since(session, state.look)
        if state.look.is_too_old(now):
            state = await _load(session, space)
            now, changed = await changed_since(session, state.look)
        if self._state is None or now.at.date() > self._state.look.at.date():
            await forget_old_changes(session)
        blocks = state.blocks
        for start in range(0, changed.size, ROWS_PER_PAGE):
            some = changed[start : start + ROWS_PER_PAGE]
            jobs = await fetch_postings(session, _BY_ID, {"job_ids": some.tolist()}, space)
            blocks = await asyncio.to_thread(blocks.replaced, some, jobs)
        return _State(space, now, blocks)


@dataclass(frozen=True, slots=True)
class _State:
    space: VectorSpace
    look: Look
    blocks: OpeningBlocks


async def _load(session: AsyncSession, space: VectorSpace) -> _State:
    """Read everything; what changes meanwhile is found by the look after it."""
    first_look = await look(session)
    blocks = OpeningBlocks()
    async for page in _pages(session, space):
        blocks = await asyncio.to_thread(blocks.replaced, _NO_IDS, page)
    return _State(space, first_look, blocks)


async def _pages(session: AsyncSession, space: VectorSpace) -> AsyncIterator[JobFeatures]:
    """Role by role, so that the postings of a role come together."""
    counts = (await session.execute(_COUNTS)).all()
    for role_ids in _groups([(role_id, count) for role_id, count in counts]):
        after = 0
        while True:
            page = await fetch_postings(
                session,
                _OF_ROLES,
                {"role_ids": role_ids, "after": after, "limit": ROWS_PER_PAGE},
                space,
            )
            if len(page):
                after = int(page.ids[-1])
                yield page
            if len(page) < ROWS_PER_PAGE:
                break


def _groups(counts: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Roles that together fill about a page."""
    group: list[int] = []
    size = 0
    for role_id, count in counts:
        if group and size + count > ROWS_PER_PAGE:
            yield group
            group, size = [], 0
        group.append(role_id)
        size += count
    if group:
        yield group


_NO_IDS: Ids = np.zeros(0, np.int64)

_COUNTS = text(
    """
    SELECT role_id, count(*) FROM job_postings
    WHERE status = 'active' AND source_tenant_id IS NULL AND role_id IS NOT NULL
    GROUP BY role_id ORDER BY role_id
    """
)

_ROWS = """
SELECT posting.id, posting.role_id,
       features.skill_ids, features.skill_importance, features.min_years, features.max_years,
       features.country, features.region, features.city, features.latitude, features.longitude,
       features.work_mode, features.salary_min_year_usd, features.salary_max_year_usd,
       vectors.embedding
FROM posting
JOIN job_features AS features ON features.job_posting_id = posting.id
LEFT JOIN job_embeddings AS vectors ON vectors.job_posting_id = posting.id
  AND vectors.model = %(model)s AND vectors.dimension = %(dimension)s
"""

# The postings first, and only then what belongs to them: else the planner may join all there is,
# for each page again.
_BY_ID = f"""
WITH posting AS MATERIALIZED (
  SELECT id, role_id FROM job_postings
  WHERE id = ANY(%(job_ids)s) AND role_id IS NOT NULL
    AND status = 'active' AND source_tenant_id IS NULL
)
SELECT {PACKED_COLUMNS} FROM ({_ROWS}) AS page
"""  # noqa: S608 -- constants only

_OF_ROLES = f"""
WITH posting AS MATERIALIZED (
  SELECT id, role_id FROM job_postings
  WHERE role_id = ANY(%(role_ids)s) AND id > %(after)s
    AND status = 'active' AND source_tenant_id IS NULL
    AND EXISTS (SELECT FROM job_features WHERE job_posting_id = job_postings.id)
  ORDER BY id LIMIT %(limit)s
)
SELECT {PACKED_COLUMNS} FROM ({_ROWS}) AS page
"""  # noqa: S608 -- constants only
