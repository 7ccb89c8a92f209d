"""A database with tenants, roles, candidates and postings, made in one line each."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_matching.embeddings.base import TextKind, Vectors, unit_rows
from blacklight_shared.database import Database
from blacklight_shared.models import (
    Candidate,
    CandidatePreferredRole,
    CandidateStatus,
    GlobalRole,
    JobPosting,
    RoleStatus,
    Tenant,
)
from blacklight_shared.roles import normalise_title
from blacklight_shared.settings import Settings

HASHED_DIMENSION = 16


class HashedEmbeddings:
    """An embedding provider without a model: a bag of hashed words; counts what it embeds."""

    model = "hashed-words"
    dimension = HASHED_DIMENSION

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        self.texts += texts
        table = np.full((len(texts), self.dimension), 0.01, np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                digest = hashlib.sha256(word.encode()).digest()
                table[row, digest[0] % self.dimension] += 1
        return unit_rows(table)

    async def aclose(self) -> None:
        self.texts.clear()


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
        opened = (
            self.db.global_session()
            if source_tenant_id is None
            else self.db.tenant_session(source_tenant_id)
        )
        async with opened as session:
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


@pytest.fixture
async def db(database: DatabaseUrls) -> AsyncIterator[Database]:
    connected = Database.from_settings(
        Settings.model_validate(
            {"database_url": database.app, "system_database_url": database.system}
        )
    )
    yield connected
    await connected.close()


@pytest.fixture
def world(db: Database) -> World:
    return World(db)


@pytest.fixture
def embeddings() -> HashedEmbeddings:
    return HashedEmbeddings()
