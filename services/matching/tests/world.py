"""A database with tenants, roles, candidates and postings, made in one line each."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from blacklight_matching.embeddings.base import TextKind, Vectors, unit_rows
from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.models import (
    Candidate,
    CandidateFeatures,
    CandidateJobMatch,
    CandidatePreferredRole,
    CandidateStatus,
    GlobalRole,
    JobFeatures,
    JobPosting,
    JobStatus,
    MatchStatus,
    RoleStatus,
    Tenant,
)
from blacklight_shared.roles import normalise_title
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

HASHED_DIMENSION = 256
SECRET_BOX = SecretBox([SecretStr("k" * 32)])


class HashedEmbeddings:
    """An embedding provider without a model: a bag of hashed words; counts what it embeds."""

    model = "hashed-words"
    dimension = HASHED_DIMENSION

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        self.texts += texts
        table = np.full((len(texts), self.dimension), 0.001, np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                digest = hashlib.sha256(word.encode()).digest()
                table[row, digest[0]] += 1
        return unit_rows(table)

    async def aclose(self) -> None:
        self.texts.clear()


@dataclass(frozen=True)
class StoredMatch:
    """What a match row says."""

    score: float
    sub_scores: tuple[float | None, ...]
    weights: tuple[float, ...]
    matched: tuple[int, ...]
    missing: tuple[int, ...]
    is_recommended: bool
    status: MatchStatus


@dataclass
class World:
    """Makes rows; every method commits and returns the new row's id."""

    db: Database
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def tenant(self, **values: Any) -> int:
        slug = f"tenant-{next(self.numbers)}"
        async with self.db.global_session() as session:
            tenant = Tenant(slug=slug, name=slug, **values)
            session.add(tenant)
            await session.flush()
            return tenant.id

    async def role(
        self,
        name: str,
        *,
        status: RoleStatus = RoleStatus.APPROVED,
        merged_into: int | None = None,
    ) -> int:
        async with self.db.global_session() as session:
            role = GlobalRole(
                name=name,
                normalized_name=normalise_title(name),
                status=status,
                merged_into_id=merged_into,
            )
            session.add(role)
            await session.flush()
            return role.id

    async def candidate(
        self,
        tenant_id: int,
        *,
        roles: Sequence[int] = (),
        status: CandidateStatus = CandidateStatus.APPROVED,
        **values: Any,
    ) -> int:
        async with self.db.tenant_session(tenant_id) as session:
            candidate = Candidate(tenant_id=tenant_id, status=status, **values)
            session.add(candidate)
            await session.flush()
            session.add_all(
                CandidatePreferredRole(
                    candidate_id=candidate.id, role_id=role_id, tenant_id=tenant_id, rank=rank
                )
                for rank, role_id in enumerate(roles)
            )
            return candidate.id

    async def posting(
        self, title: str, *, source_tenant_id: int | None = None, **values: Any
    ) -> int:
        number = next(self.numbers)
        async with self.session(source_tenant_id) as session:
            posting = JobPosting(
                source="test",
                external_id=f"posting-{number}",
                title=title,
                source_tenant_id=source_tenant_id,
                content_hash=hashlib.sha256(str(number).encode()).digest(),
                **values,
            )
            session.add(posting)
            await session.flush()
            return posting.id

    async def scored_posting(
        self,
        *,
        role: int | None,
        source_tenant_id: int | None = None,
        required: Sequence[int] = (),
        nice: Sequence[int] = (),
        min_years: float | None = None,
        status: JobStatus = JobStatus.ACTIVE,
    ) -> int:
        """A posting whose features are given, not derived from its text."""
        posting_id = await self.posting(
            "Posting", source_tenant_id=source_tenant_id, role_id=role, status=status
        )
        async with self.session(source_tenant_id) as session:
            session.add(
                JobFeatures(
                    job_posting_id=posting_id,
                    source_tenant_id=source_tenant_id,
                    role_id=role,
                    content_hash=b"given",
                    skill_ids=[*sorted(required), *sorted(nice)],
                    skill_words=["word"] * (len(required) + len(nice)),
                    skill_importance=[2] * len(required) + [1] * len(nice),
                    min_years=min_years,
                )
            )
        return posting_id

    async def scored_candidate(
        self,
        tenant_id: int,
        *,
        roles: Sequence[int],
        skills: Sequence[int] = (),
        years: float | None = None,
        status: CandidateStatus = CandidateStatus.APPROVED,
        **values: Any,
    ) -> int:
        """A candidate whose features are given, not derived from the profile."""
        candidate_id = await self.candidate(tenant_id, roles=roles, status=status, **values)
        async with self.db.tenant_session(tenant_id) as session:
            session.add(
                CandidateFeatures(
                    candidate_id=candidate_id,
                    tenant_id=tenant_id,
                    content_hash=b"given",
                    skill_ids=sorted(skills),
                    skill_words=["word"] * len(skills),
                    years_experience=years,
                    willing_to_relocate=False,
                )
            )
        return candidate_id

    async def match(
        self, tenant_id: int, candidate_id: int, job_id: int, status: MatchStatus
    ) -> None:
        """A match that was made before."""
        async with self.db.tenant_session(tenant_id) as session:
            session.add(
                CandidateJobMatch(
                    tenant_id=tenant_id,
                    candidate_id=candidate_id,
                    job_posting_id=job_id,
                    score=80.0,
                    weights=[0.4, 0.25, 0.15, 0.1, 0.1],
                    matched_skill_ids=[],
                    missing_skill_ids=[],
                    is_recommended=True,
                    status=status,
                )
            )

    async def matches(self, tenant_id: int) -> dict[tuple[int, int], StoredMatch]:
        """The tenant's matches by candidate and posting."""
        async with self.db.tenant_session(tenant_id) as session:
            rows = await session.scalars(select(CandidateJobMatch))
            return {
                (row.candidate_id, row.job_posting_id): StoredMatch(
                    score=row.score,
                    sub_scores=(
                        row.skills_score,
                        row.experience_score,
                        row.location_score,
                        row.salary_score,
                        row.semantic_score,
                    ),
                    weights=tuple(row.weights),
                    matched=tuple(row.matched_skill_ids),
                    missing=tuple(row.missing_skill_ids),
                    is_recommended=row.is_recommended,
                    status=MatchStatus(row.status),
                )
                for row in rows
            }

    async def act_on(
        self, tenant_id: int, candidate_id: int, job_id: int, status: MatchStatus
    ) -> None:
        """A person sets the status of a match."""
        async with self.db.tenant_session(tenant_id) as session:
            await session.execute(
                update(CandidateJobMatch)
                .where(
                    CandidateJobMatch.candidate_id == candidate_id,
                    CandidateJobMatch.job_posting_id == job_id,
                )
                .values(status=status)
            )

    def session(self, tenant_id: int | None) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction of a tenant, or of none."""
        if tenant_id is None:
            return self.db.global_session()
        return self.db.tenant_session(tenant_id)
