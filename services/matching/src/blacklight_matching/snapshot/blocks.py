"""Postings by role, in blocks that never change: whoever scores keeps what it began with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from blacklight_matching.scoring import JobFeatures, Places, QuantizedVectors, SkillDemands
from blacklight_matching.scoring.ragged import offsets

MAX_BLOCK_ROWS = 65_536
"""About thirty megabytes, which a merge copies."""

Ids = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Block:
    """Postings of one role.

    Attributes:
        role_id: The role as the postings have it, which may since have been merged into another.
        jobs: n postings by id, rising.
        is_current: bool[n]; False where a posting was closed, deleted, or stands in a later block.
    """

    role_id: int
    jobs: JobFeatures
    is_current: BoolArray

    def __len__(self) -> int:
        return len(self.jobs)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that postings consist of."""
        return _array_bytes(self.jobs)

    def without(self, ids: Ids) -> Block:
        """The block with some postings gone.

        Args:
            ids: Of postings that may or may not be here.
        """
        rows = np.searchsorted(self.jobs.ids, ids)
        rows[rows == len(self)] = 0
        hit = rows[self.jobs.ids[rows] == ids]
        if not hit.size:
            return self
        is_current = self.is_current.copy()
        is_current[hit] = False
        return Block(self.role_id, self.jobs, is_current)


@dataclass(frozen=True, eq=False)
class OpeningBlocks:
    """All open postings, by role.

    Attributes:
        by_role: The blocks of each role; every posting is current in one of them at most.
    """

    by_role: Mapping[int, tuple[Block, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(int(block.is_current.sum()) for block in self)

    def __iter__(self) -> Iterator[Block]:
        for blocks in self.by_role.values():
            yield from blocks

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that postings consist of, those that are gone included."""
        return sum(block.nbytes for block in self)

    def joined(self) -> JobFeatures:
        """The current postings of all blocks as one, block by block; a copy.

        Raises:
            ValueError: There is no block.
        """
        if not self.by_role:
            raise ValueError("there must be a block")
        return _concatenated([_current(block) for block in self])

    def of_roles(self, role_ids: Iterable[int]) -> list[Block]:
        """The blocks of some roles."""
        return [block for role_id in role_ids for block in self.by_role.get(role_id, ())]

    def replaced(self, ids: Ids, now: JobFeatures) -> OpeningBlocks:
        """What is known after postings have changed.

        Args:
            ids: The postings that changed.
            now: Those of them that are open, as they are now; each has a role.
        """
        by_role = {
            role_id: tuple(block.without(ids) for block in blocks)
            for role_id, blocks in self.by_role.items()
        }
        for number, role_id in enumerate(now.rows_by_role.roles.tolist()):
            jobs = _take(now, now.rows_by_role.rows.row(number))
            added = Block(role_id, jobs, np.ones(len(jobs), np.bool_))
            by_role[role_id] = (*by_role.get(role_id, ()), added)
        tidied = {role_id: _tidied(blocks) for role_id, blocks in by_role.items()}
        return OpeningBlocks({role_id: blocks for role_id, blocks in tidied.items() if blocks})


def _tidied(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Few blocks, most of whose postings are current.

    A block takes in the next one unless that is less than half its size: so a posting is copied a
    few times at most, and a role has few blocks.
    """
    kept: list[Block] = []
    for block in blocks:
        current = int(block.is_current.sum())
        if current == 0:
            continue
        kept.append(block if 2 * current >= len(block) else _merged([block]))
        while len(kept) > 1 and _belong_together(kept[-2], kept[-1]):
            last, before = kept.pop(), kept.pop()
            kept.append(_merged([before, last]))
    return tuple(kept)


def _belong_together(first: Block, second: Block) -> bool:
    return 2 * len(second) >= len(first) and len(first) + len(second) <= MAX_BLOCK_ROWS


def _merged(blocks: Sequence[Block]) -> Block:
    jobs = _concatenated(
        [
            block.jobs
            if block.is_current.all()
            else _take(block.jobs, block.is_current.nonzero()[0])
            for block in blocks
        ]
    )
    order = np.argsort(jobs.ids, kind="stable")
    if np.any(np.diff(order) < 0):
        jobs = _take(jobs, order)
    return Block(blocks[0].role_id, jobs, np.ones(len(jobs), np.bool_))


def _current(block: Block) -> JobFeatures:
    return _take(block.jobs, np.flatnonzero(block.is_current))


def _take(jobs: JobFeatures, rows: npt.NDArray[np.integer[Any]]) -> JobFeatures:
    positions = jobs.skills.lists.positions(rows)
    return JobFeatures(
        ids=jobs.ids[rows],
        role_ids=jobs.role_ids[rows],
        skills=SkillDemands(
            positions.indptr,
            jobs.skills.skill_ids[positions.values],
            jobs.skills.importance[positions.values],
        ),
        min_years=jobs.min_years[rows],
        max_years=jobs.max_years[rows],
        places=jobs.places[rows],
        work_mode=jobs.work_mode[rows],
        salary_min_usd_year=jobs.salary_min_usd_year[rows],
        salary_max_usd_year=jobs.salary_max_usd_year[rows],
        embeddings=QuantizedVectors(jobs.embeddings.codes[rows]),
    )


def _concatenated(parts: Sequence[JobFeatures]) -> JobFeatures:
    def joined(columns: Iterable[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        return np.concatenate(list(columns))

    places = [part.places for part in parts]
    return JobFeatures(
        ids=joined(part.ids for part in parts),
        role_ids=joined(part.role_ids for part in parts),
        skills=SkillDemands(
            offsets(joined(part.skills.lists.lengths for part in parts)),
            joined(part.skills.skill_ids for part in parts),
            joined(part.skills.importance for part in parts),
        ),
        min_years=joined(part.min_years for part in parts),
        max_years=joined(part.max_years for part in parts),
        places=Places(
            country=joined(place.country for place in places),
            region=joined(place.region for place in places),
            city=joined(place.city for place in places),
            latitude=joined(place.latitude for place in places),
            longitude=joined(place.longitude for place in places),
        ),
        work_mode=joined(part.work_mode for part in parts),
        salary_min_usd_year=joined(part.salary_min_usd_year for part in parts),
        salary_max_usd_year=joined(part.salary_max_usd_year for part in parts),
        embeddings=QuantizedVectors(joined(part.embeddings.codes for part in parts)),
    )


def _array_bytes(jobs: JobFeatures) -> int:
    places = jobs.places
    arrays = (
        *(jobs.ids, jobs.role_ids, jobs.min_years, jobs.max_years, jobs.work_mode),
        *(jobs.salary_min_usd_year, jobs.salary_max_usd_year, jobs.embeddings.codes),
        *(jobs.skills.indptr, jobs.skills.skill_ids, jobs.skills.importance),
        *(places.country, places.region, places.city, places.latitude, places.longitude),
    )
    return sum(array.nbytes for array in arrays)
