"""Embeddings in the database: which are missing or stale, and storing new ones.

A stored vector is current while the model, its dimension and the hash of the embedded text are what
they would be today. Texts are made here from the rows, and leave this module only for the provider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from blacklight_shared.skills import SkillTaxonomy
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.bulk import upsert
from blacklight_matching.embeddings.base import Vectors
from blacklight_matching.embeddings.text import content_hash, posting_text, profile_text, role_text
from blacklight_matching.features.loading import VectorSpace
from blacklight_matching.features.taxonomy import visible_taxonomy


class Subject(StrEnum):
    """What is embedded."""

    POSTING = "posting"
    CANDIDATE = "candidate"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class StaleText:
    """A text without a current vector.

    Attributes:
        subject_id: The posting, candidate or role.
        tenant_id: Whose the vector will be: the tenant that a posting is for (None: everyone's) or
            that a candidate belongs to; None for a role.
        text: What is to be embedded.
    """

    subject_id: int
    tenant_id: int | None
    text: str

    @property
    def content_hash(self) -> bytes:
        """Tells this text from what the subject was before."""
        return content_hash(self.text)


async def stale_texts(
    session: AsyncSession, subject: Subject, ids: Sequence[int], space: VectorSpace
) -> list[StaleText]:
    """Find what has to be embedded.

    Args:
        session: A transaction that sees the subjects. Features must be up to date: the texts of
            postings and candidates name their skills.
        subject: What the ids mean.
        ids: The subjects.
        space: The embedding model in use.

    Returns:
        Texts by id, rising; subjects without any text (an empty profile) are left out.
    """
    rows = (
        await session.execute(
            _SUBJECTS[subject],
            {"ids": sorted(ids), "model": space.model, "dimension": space.dimension},
        )
    ).all()
    taxonomy = await visible_taxonomy(session)
    texts = [StaleText(row.id, row.tenant_id, _text(subject, row, taxonomy)) for row in rows]
    return [
        embedded
        for embedded, row in zip(texts, rows, strict=True)
        if embedded.text and embedded.content_hash != row.embedded_hash
    ]


async def store_vectors(
    session: AsyncSession,
    subject: Subject,
    texts: Sequence[StaleText],
    vectors: Vectors,
    space: VectorSpace,
) -> int:
    """Store the vectors of texts.

    Args:
        session: A transaction that sees the subjects.
        subject: What was embedded.
        texts: n texts.
        vectors: float32[n, dimension].
        space: The model that made them.

    Returns:
        How many were stored.
    """
    key, owner = _KEYS[subject]
    columns = [key, *([owner] if owner else []), "model", "dimension", "content_hash", "embedding"]
    rows = (
        [
            stale.subject_id,
            *([stale.tenant_id] if owner else []),
            space.model,
            space.dimension,
            stale.content_hash,
            f"[{','.join(map(str, vector))}]",
        ]
        for stale, vector in zip(texts, vectors.tolist(), strict=True)
    )
    return await upsert(session, f"{_TABLES[subject]}", columns, rows)


_TABLES = {
    Subject.POSTING: "job_embeddings",
    Subject.CANDIDATE: "candidate_embeddings",
    Subject.ROLE: "role_embeddings",
}

_KEYS = {
    Subject.POSTING: ("job_posting_id", "source_tenant_id"),
    Subject.CANDIDATE: ("candidate_id", "tenant_id"),
    Subject.ROLE: ("role_id", None),
}

_SUBJECTS = {
    Subject.POSTING: text(
        """
        SELECT posting.id, posting.source_tenant_id AS tenant_id, posting.title,
               posting.description, features.skill_ids, vectors.content_hash AS embedded_hash
        FROM job_postings AS posting
        JOIN job_features AS features ON features.job_posting_id = posting.id
        LEFT JOIN job_embeddings AS vectors ON vectors.job_posting_id = posting.id
          AND vectors.model = :model AND vectors.dimension = :dimension
        WHERE posting.id = ANY(:ids) AND posting.status = 'active' ORDER BY posting.id
        """
    ),
    Subject.CANDIDATE: text(
        """
        SELECT candidates.id, candidates.tenant_id, candidates.titles, candidates.headline,
               candidates.summary, features.skill_ids, vectors.content_hash AS embedded_hash,
               ARRAY(
                 SELECT role.name FROM candidate_preferred_roles AS preferred
                 JOIN global_roles AS named ON named.id = preferred.role_id
                 JOIN global_roles AS role ON role.id = COALESCE(named.merged_into_id, named.id)
                 WHERE preferred.candidate_id = candidates.id
                 ORDER BY preferred.rank, role.name
               ) AS preferred_roles
        FROM candidates
        JOIN candidate_features AS features ON features.candidate_id = candidates.id
        LEFT JOIN candidate_embeddings AS vectors ON vectors.candidate_id = candidates.id
          AND vectors.model = :model AND vectors.dimension = :dimension
        WHERE candidates.id = ANY(:ids) AND candidates.deleted_at IS NULL ORDER BY candidates.id
        """
    ),
    Subject.ROLE: text(
        """
        SELECT role.id, NULL::bigint AS tenant_id, role.name, vectors.content_hash AS embedded_hash
        FROM global_roles AS role
        LEFT JOIN role_embeddings AS vectors ON vectors.role_id = role.id
          AND vectors.model = :model AND vectors.dimension = :dimension
        WHERE role.id = ANY(:ids) ORDER BY role.id
        """
    ),
}


def _text(subject: Subject, row: Any, taxonomy: SkillTaxonomy) -> str:
    if subject is Subject.ROLE:
        return role_text(row.name)
    known = taxonomy.skills
    skills = [known[skill_id].name for skill_id in row.skill_ids if skill_id in known]
    if subject is Subject.POSTING:
        return posting_text(row.title, row.description, skills=skills)
    return profile_text(
        titles=row.titles,
        preferred_roles=row.preferred_roles,
        skills=skills,
        summary=row.summary or row.headline or "",
    )
