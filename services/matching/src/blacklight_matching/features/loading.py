"""Stored features to columns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.bulk import fetch_binary
from blacklight_matching.embeddings.base import EmbeddingProvider, Vectors
from blacklight_matching.features.packed import PACKED_COLUMNS, missing_vector, unpack_postings
from blacklight_matching.matches.eligibility import LIVING_ROLES, MATCHABLE
from blacklight_matching.scoring import (
    CandidateFeatures,
    JobFeatures,
    Places,
    QuantizedVectors,
    Ragged,
)


@dataclass(frozen=True, slots=True)
class VectorSpace:
    """The embedding model in use; vectors of others are not comparable and count as missing."""

    model: str
    dimension: int

    @classmethod
    def of(cls, provider: EmbeddingProvider) -> VectorSpace:
        """The space of a provider's vectors."""
        return cls(model=provider.model, dimension=provider.dimension)


async def load_postings(
    session: AsyncSession, job_ids: Sequence[int], space: VectorSpace
) -> JobFeatures:
    """Load the active ones of some postings, and keep their features from changing.

    Args:
        session: The tenant's transaction; the features stay as they are until it ends.
        job_ids: The postings.
        space: Which vectors to take.

    Returns:
        Columns by id, rising.
    """
    return await fetch_postings(session, _POSTINGS, {"job_ids": list(job_ids)}, space)


async def load_openings(
    session: AsyncSession,
    tenant_id: int,
    role_ids: Sequence[int],
    space: VectorSpace,
    *,
    with_global: bool,
    after_job_id: int,
    limit: int,
) -> JobFeatures:
    """Load active postings of some roles that a tenant may see, a page of them.

    Args:
        session: The tenant's transaction.
        tenant_id: The tenant.
        role_ids: Canonical roles, see ``candidate_roles``.
        space: Which vectors to take.
        with_global: Whether global postings are among them, or only the tenant's own.
        after_job_id: Where the page before ended, 0 for the first.
        limit: Postings on a page.

    Returns:
        Columns by id, rising.
    """
    return await fetch_postings(
        session,
        _OPENINGS,
        {
            "after": after_job_id,
            "role_ids": list(role_ids),
            "tenant_id": tenant_id,
            "with_global": with_global,
            "limit": limit,
        },
        space,
    )


async def load_candidates(
    session: AsyncSession,
    tenant_id: int,
    space: VectorSpace,
    *,
    after_candidate_id: int,
    upto_candidate_id: int,
    role_ids: Sequence[int] | None = None,
    only: Sequence[int] | None = None,
) -> CandidateFeatures:
    """Load the eligible candidates of a range of ids, with the roles they may be matched in.

    Args:
        session: The tenant's transaction.
        tenant_id: The tenant.
        space: Which vectors to take.
        after_candidate_id: Candidates with a greater id …
        upto_candidate_id: … up to this one.
        role_ids: Canonical roles; leaves other roles out, and candidates who prefer none of these.
            None takes all.
        only: Leaves all other candidates out; None takes the whole range.

    Returns:
        Columns by id, rising.
    """
    rows = await fetch_binary(
        session,
        _CANDIDATES,
        {
            "tenant_id": tenant_id,
            "after": after_candidate_id,
            "upto": upto_candidate_id,
            "role_ids": None if role_ids is None else list(role_ids),
            "only": None if only is None else list(only),
            **_parameters(space),
        },
    )
    return _candidate_features(rows, space)


def read_vectors(sent: Sequence[bytes | None], dimension: int) -> Vectors:
    """Read pgvector's binary format: two 16-bit numbers, then the components as big-endian floats.

    Args:
        sent: What ``vector_send`` gave; None is a missing vector.
        dimension: Components of each.

    Returns:
        float32[n, dimension]; zeros where a vector is missing.
    """
    missing = bytes(_VECTOR_HEADER_BYTES + _COMPONENT_BYTES * dimension)
    table: npt.NDArray[np.uint8] = np.frombuffer(
        b"".join(missing if vector is None else vector for vector in sent), np.uint8
    ).reshape(len(sent), len(missing))
    components = np.ascontiguousarray(table[:, _VECTOR_HEADER_BYTES:]).view(">f4")
    return components.astype(np.float32)


_VECTOR_HEADER_BYTES = 4
_COMPONENT_BYTES = 4

_JOB_ROWS = f"""
SELECT posting.id, living.canonical_id AS role_id,
       features.skill_ids, features.skill_importance, features.min_years, features.max_years,
       features.country, features.region, features.city, features.latitude, features.longitude,
       features.work_mode, features.salary_min_year_usd, features.salary_max_year_usd,
       vectors.embedding
FROM job_postings AS posting
JOIN job_features AS features ON features.job_posting_id = posting.id
JOIN ({LIVING_ROLES}) AS living ON living.id = posting.role_id
LEFT JOIN job_embeddings AS vectors ON vectors.job_posting_id = posting.id
  AND vectors.model = %(model)s AND vectors.dimension = %(dimension)s
"""  # noqa: S608 -- constants only

_POSTINGS = f"""
SELECT {PACKED_COLUMNS} FROM ({_JOB_ROWS}
  WHERE posting.id = ANY(%(job_ids)s) AND posting.status = 'active'
  ORDER BY posting.id FOR SHARE OF features
) AS page
"""  # noqa: S608 -- constants only

# The roles are an array for the sake of the index on them, which a join would not use.
_OPENINGS = f"""
SELECT {PACKED_COLUMNS} FROM ({_JOB_ROWS}
  WHERE posting.status = 'active' AND posting.id > %(after)s
    AND posting.role_id = ANY(ARRAY(
      SELECT id FROM ({LIVING_ROLES}) AS wanted WHERE canonical_id = ANY(%(role_ids)s)
    ))
    AND (
      posting.source_tenant_id = %(tenant_id)s
      OR (%(with_global)s AND posting.source_tenant_id IS NULL)
    )
  ORDER BY posting.id LIMIT %(limit)s
) AS page
"""  # noqa: S608 -- constants only

_CANDIDATES = f"""
SELECT candidates.id, roles.ids,
       features.skill_ids,
       COALESCE(features.years_experience, 'NaN'),
       features.country, features.region, features.city,
       COALESCE(features.latitude, 'NaN'), COALESCE(features.longitude, 'NaN'),
       features.work_mode_mask, features.willing_to_relocate,
       COALESCE(features.salary_expected_year_usd, 'NaN'),
       vector_send(vectors.embedding)
FROM candidates
JOIN (
  SELECT preferred.candidate_id,
         array_agg(DISTINCT living.canonical_id ORDER BY living.canonical_id)
  FROM candidate_preferred_roles AS preferred
  JOIN ({LIVING_ROLES}) AS living ON living.id = preferred.role_id
  WHERE preferred.tenant_id = %(tenant_id)s
    AND preferred.candidate_id > %(after)s AND preferred.candidate_id <= %(upto)s
    AND (%(role_ids)s::bigint[] IS NULL OR living.canonical_id = ANY(%(role_ids)s::bigint[]))
  GROUP BY preferred.candidate_id
) AS roles (candidate_id, ids) ON roles.candidate_id = candidates.id
JOIN candidate_features AS features ON features.candidate_id = candidates.id
LEFT JOIN candidate_embeddings AS vectors ON vectors.candidate_id = candidates.id
  AND vectors.model = %(model)s AND vectors.dimension = %(dimension)s
WHERE candidates.tenant_id = %(tenant_id)s
  AND candidates.id > %(after)s AND candidates.id <= %(upto)s
  AND (%(only)s::bigint[] IS NULL OR candidates.id = ANY(%(only)s::bigint[]))
  AND candidates.deleted_at IS NULL AND candidates.status IN ({MATCHABLE})
ORDER BY candidates.id
"""  # noqa: S608 -- constants only

Rows = Sequence[tuple[Any, ...]]


def _parameters(space: VectorSpace) -> dict[str, object]:
    return {"model": space.model, "dimension": space.dimension}


async def fetch_postings(
    session: AsyncSession, query: str, parameters: Mapping[str, object], space: VectorSpace
) -> JobFeatures:
    """Run a query that selects ``PACKED_COLUMNS``, and read what it gives off the event loop.

    Args:
        session: The transaction.
        query: A constant, with ``%(name)s`` parameters.
        parameters: Their values, those of the vector space left out.
        space: Which vectors to take.
    """
    no_vector = missing_vector(space.dimension)
    (row,) = await fetch_binary(
        session, query, {**parameters, **_parameters(space), "no_vector": no_vector}
    )
    return await asyncio.to_thread(unpack_postings, row, space.dimension)


def _candidate_features(rows: Rows, space: VectorSpace) -> CandidateFeatures:
    columns = _columns(rows, 13)
    return CandidateFeatures(
        ids=np.array(columns[0], np.int64),
        roles=Ragged.from_lists(columns[1], np.int64),
        skills=Ragged.from_lists(columns[2]),
        years_experience=np.array(columns[3], np.float32),
        places=_places(columns[4:9]),
        accepted_modes=np.array(columns[9], np.uint8),
        relocates=np.array(columns[10], np.bool_),
        salary_expected_usd_year=np.array(columns[11], np.float32),
        embeddings=_vectors(columns[12], space.dimension),
    )


def _columns(rows: Rows, count: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * count


def _places(columns: Sequence[Sequence[Any]]) -> Places:
    country, region, city, latitude, longitude = columns
    return Places(
        country=np.array(country, np.int16),
        region=np.array(region, np.int32),
        city=np.array(city, np.int32),
        latitude=np.array(latitude, np.float32),
        longitude=np.array(longitude, np.float32),
    )


def _vectors(sent: Sequence[bytes | None], dimension: int) -> QuantizedVectors:
    return QuantizedVectors.quantize(read_vectors(sent, dimension))
