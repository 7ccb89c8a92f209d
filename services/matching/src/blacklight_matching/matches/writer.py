"""From the staging table into ``candidate_job_matches``, as few row changes as possible.

What people decided is kept: a match in any status but ``new`` is updated, never removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from blacklight_shared.models import MatchStatus
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.bulk import driver_connection
from blacklight_matching.matches.staging import TABLE as STAGED

WORKFLOW_ACTOR = "workflow"
"""Who changed a status when no person did."""

MAX_ID = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class MatchScope:
    """The pairs that were scored, so that those which were not staged do not match.

    Attributes:
        tenant_id: The tenant of the candidates.
        job_ids: The postings; None for all of them.
        after_candidate_id: Candidates with a greater id …
        upto_candidate_id: … up to this one.
    """

    tenant_id: int
    job_ids: list[int] | None = None
    after_candidate_id: int = 0
    upto_candidate_id: int = MAX_ID

    @classmethod
    def of_candidate(cls, tenant_id: int, candidate_id: int) -> MatchScope:
        """One candidate and all postings."""
        return cls(
            tenant_id=tenant_id,
            after_candidate_id=candidate_id - 1,
            upto_candidate_id=candidate_id,
        )

    def parameters(self) -> dict[str, object]:
        """The scope as parameters of the statements here."""
        return {
            "tenant_id": self.tenant_id,
            "job_ids": self.job_ids,
            "after": self.after_candidate_id,
            "upto": self.upto_candidate_id,
        }


@dataclass(frozen=True, slots=True)
class WriteCounts:
    """What writing changed.

    Attributes:
        written: Rows that are new or different.
        removed: Rows that no longer match and that nobody had acted on.
        closed: Rows that somebody had acted on, marked closed with their posting.
    """

    written: int
    removed: int
    closed: int


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A candidate and a posting."""

    candidate_id: int
    job_id: int


async def has_matches(session: AsyncSession, scope: MatchScope) -> bool:
    """Whether any pair of a scope is stored.

    Args:
        session: A transaction of the tenant.
        scope: The pairs.
    """
    cursor = await _execute(session, _ANY if scope.job_ids is None else _ANY_OF_POSTINGS, scope)
    return await cursor.fetchone() is not None


async def add_staged(session: AsyncSession) -> None:
    """Store what was staged as new matches and empty the staging table, for the next part.

    With nothing to compare with, a row costs half of what ``write_staged`` needs for it.

    Args:
        session: The tenant's transaction that staged the pairs.

    Raises:
        psycopg.errors.UniqueViolation: One of the pairs is stored already, by a transaction that
            may have been committed a moment ago.
    """
    connection = await driver_connection(session)
    # Two statements in one message, which cannot be prepared.
    await connection.execute(f"{_ADD}; TRUNCATE {STAGED}", prepare=False)


async def write_staged(session: AsyncSession, scope: MatchScope) -> WriteCounts:
    """Make the matches of a scope equal to what was staged.

    Args:
        session: The tenant's transaction that staged the pairs.
        scope: All pairs that were scored.
    """
    connection = await driver_connection(session)
    # What the plans need to know; statistics of the arrays would take longer than the writing.
    await connection.execute(f"ANALYZE {STAGED} (candidate_id, job_posting_id)")
    removed = (await _execute(session, _REMOVE, scope)).rowcount
    closed = (await _execute(session, _CLOSE, scope)).rowcount
    written = (await _execute(session, _WRITE, scope)).rowcount
    return WriteCounts(written=written, removed=removed, closed=closed)


async def kept_pairs(session: AsyncSession, scope: MatchScope) -> list[Pair]:
    """The pairs of a scope that are not staged but stay, because somebody has acted on them.

    Args:
        session: The tenant's transaction that staged the pairs.
        scope: All pairs that were scored.
    """
    cursor = await _execute(session, _KEPT, scope)
    return [Pair(candidate_id, job_id) for candidate_id, job_id in await cursor.fetchall()]


async def _execute(
    session: AsyncSession, statement: str, scope: MatchScope
) -> psycopg.AsyncCursor[tuple[Any, ...]]:
    """Run a statement on the matches of a scope, by a plan for as many as there are now.

    It is never prepared: a plan kept from when there were few matches may read all of them,
    thousands of times.
    """
    connection = await driver_connection(session)
    return await connection.execute(statement.encode(), scope.parameters(), prepare=False)


_IN_SCOPE = """
    existing.tenant_id = %(tenant_id)s
    AND (%(job_ids)s::bigint[] IS NULL OR existing.job_posting_id = ANY(%(job_ids)s::bigint[]))
    AND existing.candidate_id > %(after)s AND existing.candidate_id <= %(upto)s
"""

_ANY = f"""
SELECT FROM candidate_job_matches AS existing WHERE {_IN_SCOPE} LIMIT 1
"""

# A look for each posting: asked for all of them at once, the planner may read the whole table.
_ANY_OF_POSTINGS = """
SELECT FROM unnest(%(job_ids)s::bigint[]) AS posting (id), LATERAL (
  SELECT FROM candidate_job_matches AS existing
  WHERE existing.job_posting_id = posting.id AND existing.tenant_id = %(tenant_id)s
    AND existing.candidate_id > %(after)s AND existing.candidate_id <= %(upto)s
  LIMIT 1
) AS found
LIMIT 1
"""

# Staged NaN is "nothing to compare".
_SCORED = f"""
SELECT candidate_id, job_posting_id, score,
       NULLIF(skills_score, 'NaN') AS skills_score,
       NULLIF(experience_score, 'NaN') AS experience_score,
       NULLIF(location_score, 'NaN') AS location_score,
       NULLIF(salary_score, 'NaN') AS salary_score,
       NULLIF(semantic_score, 'NaN') AS semantic_score,
       ARRAY[skills_weight, experience_weight, location_weight, salary_weight, semantic_weight]
         AS weights,
       matched_skill_ids, missing_skill_ids, is_recommended <> 0 AS is_recommended
FROM {STAGED}
"""  # noqa: S608 -- constants only

_COLUMNS = """
  tenant_id, candidate_id, job_posting_id, score, skills_score, experience_score, location_score,
  salary_score, semantic_score, weights, matched_skill_ids, missing_skill_ids, is_recommended
"""

_ADD = f"""
INSERT INTO candidate_job_matches ({_COLUMNS})
SELECT (SELECT current_tenant_id()), scored.* FROM ({_SCORED}) AS scored
"""  # noqa: S608 -- constants only

_NOT_STAGED = f"""
    NOT EXISTS (
      SELECT FROM {STAGED} AS staged
      WHERE staged.candidate_id = existing.candidate_id
        AND staged.job_posting_id = existing.job_posting_id
    )
"""

_REMOVE = f"""
DELETE FROM candidate_job_matches AS existing
WHERE {_IN_SCOPE} AND existing.status = '{MatchStatus.NEW}' AND {_NOT_STAGED}
"""  # noqa: S608 -- constants only

_KEPT = f"""
SELECT existing.candidate_id, existing.job_posting_id
FROM candidate_job_matches AS existing
JOIN job_postings AS posting ON posting.id = existing.job_posting_id
WHERE {_IN_SCOPE} AND existing.status <> '{MatchStatus.NEW}' AND posting.status = 'active'
  AND {_NOT_STAGED}
ORDER BY existing.candidate_id, existing.job_posting_id
"""  # noqa: S608 -- constants only

_CLOSE = f"""
UPDATE candidate_job_matches AS existing
SET status = '{MatchStatus.CLOSED}', status_changed_at = now(),
    status_changed_by = '{WORKFLOW_ACTOR}', updated_at = now()
FROM job_postings AS posting
WHERE posting.id = existing.job_posting_id AND posting.status <> 'active' AND {_IN_SCOPE}
  AND existing.status NOT IN ('{MatchStatus.NEW}', '{MatchStatus.CLOSED}')
"""  # noqa: S608 -- constants only

# A match that was closed with its posting opens with it: as viewed, since somebody had acted on it.
# The scope keeps the planner from reading all matches of the tenant. Rows that would not change are
# left out before the insert, because a conflict locks and rewrites the row even when its WHERE is
# false. The order is that of the locks, so that two writers of the same pairs wait for each other.
_WRITE = f"""
WITH scored AS ({_SCORED})
INSERT INTO candidate_job_matches AS target ({_COLUMNS})
SELECT %(tenant_id)s, scored.*
FROM scored
LEFT JOIN (
  SELECT * FROM candidate_job_matches AS existing WHERE {_IN_SCOPE}
) AS existing USING (candidate_id, job_posting_id)
WHERE existing.id IS NULL
   OR existing.status = '{MatchStatus.CLOSED}'
   OR (existing.score, existing.skills_score, existing.experience_score, existing.location_score,
       existing.salary_score, existing.semantic_score, existing.weights,
       existing.matched_skill_ids, existing.missing_skill_ids, existing.is_recommended)
      IS DISTINCT FROM
      (scored.score, scored.skills_score, scored.experience_score, scored.location_score,
       scored.salary_score, scored.semantic_score, scored.weights,
       scored.matched_skill_ids, scored.missing_skill_ids, scored.is_recommended)
ORDER BY candidate_id, job_posting_id
ON CONFLICT (job_posting_id, tenant_id, candidate_id) DO UPDATE SET
  score = EXCLUDED.score,
  skills_score = EXCLUDED.skills_score,
  experience_score = EXCLUDED.experience_score,
  location_score = EXCLUDED.location_score,
  salary_score = EXCLUDED.salary_score,
  semantic_score = EXCLUDED.semantic_score,
  weights = EXCLUDED.weights,
  matched_skill_ids = EXCLUDED.matched_skill_ids,
  missing_skill_ids = EXCLUDED.missing_skill_ids,
  is_recommended = EXCLUDED.is_recommended,
  status = CASE target.status
             WHEN '{MatchStatus.CLOSED}' THEN '{MatchStatus.VIEWED}' ELSE target.status END,
  updated_at = now()
"""  # noqa: S608 -- constants only
