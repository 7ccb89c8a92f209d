"""Scored pairs on their way into the database."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt
from blacklight_shared.matching import CATEGORIES, MatchingConfig
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.bulk import driver_connection
from blacklight_matching.matches.binary_copy import HEADER, TRAILER, encode_rows
from blacklight_matching.scoring import CandidateFeatures, JobFeatures, ScoredPairs

_COLUMNS = f"""
  candidate_id bigint NOT NULL,
  job_posting_id bigint NOT NULL,
  score real NOT NULL,
  {", ".join(f"{category}_score real NOT NULL" for category in CATEGORIES)},
  {", ".join(f"{category}_weight real NOT NULL" for category in CATEGORIES)},
  is_recommended smallint NOT NULL,
  matched_skill_ids integer[] NOT NULL,
  missing_skill_ids integer[] NOT NULL
"""

TABLE = f"staged_matches_{crc32(_COLUMNS.encode()):08x}"
"""Temporary; made once by a connection, and left empty by each of its transactions. Named after its
columns, since a connection may live longer than the release that made it."""


async def create_staging_table(session: AsyncSession) -> None:
    """Make sure of the empty table that ``stage`` fills.

    Made and dropped by each transaction it would leave some fifty dead rows in the catalogue.
    """
    connection = await driver_connection(session)
    await connection.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {TABLE} ({_COLUMNS}) ON COMMIT DELETE ROWS"
    )


@dataclass(frozen=True, slots=True)
class EncodedPairs:
    """Scored pairs as they are copied.

    Attributes:
        count: How many there are.
        blocks: Their rows in the format of COPY, without header and trailer.
    """

    count: int
    blocks: list[bytes]

    def __add__(self, other: EncodedPairs) -> EncodedPairs:
        return EncodedPairs(self.count + other.count, self.blocks + other.blocks)


def encode_pairs(
    pairs: ScoredPairs, candidates: CandidateFeatures, jobs: JobFeatures, config: MatchingConfig
) -> EncodedPairs:
    """Make rows of scored pairs; takes its time, so not for the event loop.

    The rows come best first. Two of the indexes of matches are in that order, and rows then meet
    them leaf by leaf, instead of each row somewhere else.

    Args:
        pairs: What was scored.
        candidates: What ``pairs.candidate_index`` points into.
        jobs: What ``pairs.job_index`` points into.
        config: Says what is recommended.
    """
    rows = encode_rows(
        _scalars(pairs, candidates, jobs, config),
        {"matched_skill_ids": pairs.matched_skills, "missing_skill_ids": pairs.missing_skills},
        order=_best_first(pairs),
    )
    return EncodedPairs(len(pairs), list(rows))


async def stage(session: AsyncSession, pairs: EncodedPairs) -> int:
    """Copy scored pairs into the staging table.

    Args:
        session: A transaction that has made sure of the table.
        pairs: What was scored.

    Returns:
        How many pairs were copied.
    """
    if not pairs.count:
        return 0
    connection = await driver_connection(session)
    async with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {TABLE} FROM STDIN (FORMAT BINARY)") as copy,
    ):
        await copy.write(HEADER)
        for block in pairs.blocks:
            await copy.write(block)
        await copy.write(TRAILER)
    return pairs.count


def _best_first(pairs: ScoredPairs) -> npt.NDArray[np.int64]:
    # Totals have two decimals; numbers of 16 bits are sorted in a tenth of the time of floats.
    hundredths = np.rint(pairs.total * 100).astype(np.int16)
    return np.argsort(-hundredths, kind="stable")


def _scalars(
    pairs: ScoredPairs, candidates: CandidateFeatures, jobs: JobFeatures, config: MatchingConfig
) -> dict[str, np.ndarray]:
    # Totals have two decimals; as float32 they can lie just below a threshold that they meet.
    total = np.round(pairs.total.astype(np.float64), 2)
    columns: dict[str, np.ndarray] = {
        "candidate_id": candidates.ids[pairs.candidate_index],
        "job_posting_id": jobs.ids[pairs.job_index],
        "score": pairs.total.astype(np.float32),
    }
    for number, category in enumerate(CATEGORIES):
        columns[f"{category}_score"] = pairs.sub_scores[:, number].astype(np.float32)
    for number, category in enumerate(CATEGORIES):
        columns[f"{category}_weight"] = pairs.weights[:, number].astype(np.float32)
    columns["is_recommended"] = (total >= config.recommend_threshold).astype(np.int16)
    return columns
