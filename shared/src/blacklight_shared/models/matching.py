"""Matches, and the features and embeddings that they are computed from."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, REAL
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK, Timestamps, one_of


class MatchStatus(StrEnum):
    """What people made of a match."""

    NEW = "new"
    VIEWED = "viewed"
    SHORTLISTED = "shortlisted"
    APPLIED = "applied"
    REJECTED = "rejected"
    CLOSED = "closed"


class CandidateJobMatch(Base):
    """A candidate and a posting that fit, with the scores that say how well.

    Rows are narrow on purpose: skills as ids, no prose. The words are made when a person reads.
    The foreign keys are declared but not enforced row by row: triggers keep them, a statement at a
    time.
    """

    __tablename__ = "candidate_job_matches"
    __table_args__ = (
        one_of("status", MatchStatus),
        # Also finds a posting's matches: a tenant has as many as it has candidates for it.
        UniqueConstraint("job_posting_id", "tenant_id", "candidate_id"),
        Index("ix_candidate_job_matches_by_candidate", "candidate_id", text("score DESC"), "id"),
        Index(None, "tenant_id", text("score DESC"), "id"),
    )

    # Each connection takes ids a hundred at a time.
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True, cache=100), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidates.id", ondelete="CASCADE"))
    job_posting_id: Mapped[int] = mapped_column(ForeignKey("job_postings.id", ondelete="CASCADE"))
    score: Mapped[float] = mapped_column(REAL)
    """0-100."""
    skills_score: Mapped[float | None] = mapped_column(REAL)
    experience_score: Mapped[float | None] = mapped_column(REAL)
    location_score: Mapped[float | None] = mapped_column(REAL)
    salary_score: Mapped[float | None] = mapped_column(REAL)
    semantic_score: Mapped[float | None] = mapped_column(REAL)
    weights: Mapped[list[float]] = mapped_column(ARRAY(REAL))
    """Applied weights in the order skills, experience, location, salary, semantic; sum 1."""
    matched_skill_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    missing_skill_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    is_recommended: Mapped[bool]
    status: Mapped[str] = mapped_column(server_default=MatchStatus.NEW)
    status_changed_at: Mapped[datetime | None]
    status_changed_by: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Features:
    """What scoring reads of either side; unknown numbers are null, unknown codes -1.

    ``skill_ids`` and ``skill_words`` run in parallel: the canonical skill and the word that
    the text used for it.
    """

    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the source fields and the extractor's version; a different one is stale."""
    skill_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    skill_words: Mapped[list[str]]
    country: Mapped[int] = mapped_column(SmallInteger, server_default=text("-1"))
    region: Mapped[int] = mapped_column(Integer, server_default=text("-1"))
    city: Mapped[int] = mapped_column(Integer, server_default=text("-1"))
    latitude: Mapped[float | None] = mapped_column(REAL)
    longitude: Mapped[float | None] = mapped_column(REAL)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class JobFeatures(Features, Base):
    """A posting as scoring sees it."""

    __tablename__ = "job_features"
    __table_args__ = (Index(None, "role_id"), Index(None, "updated_at"))

    job_posting_id: Mapped[int] = mapped_column(
        ForeignKey("job_postings.id", ondelete="CASCADE"), primary_key=True
    )
    source_tenant_id: Mapped[int | None] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE")
    )
    role_id: Mapped[int | None] = mapped_column(ForeignKey("global_roles.id", ondelete="SET NULL"))
    skill_importance: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    """Parallel to ``skill_ids``: 2 required, 1 nice to have."""
    min_years: Mapped[float | None] = mapped_column(REAL)
    max_years: Mapped[float | None] = mapped_column(REAL)
    work_mode: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    salary_min_year_usd: Mapped[float | None] = mapped_column(REAL)
    salary_max_year_usd: Mapped[float | None] = mapped_column(REAL)


class CandidateFeatures(Features, Base):
    """A candidate as scoring sees it."""

    __tablename__ = "candidate_features"
    __table_args__ = (Index(None, "tenant_id"),)

    candidate_id: Mapped[int] = mapped_column(
        ForeignKey("candidates.id", ondelete="CASCADE"), primary_key=True
    )
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    years_experience: Mapped[float | None] = mapped_column(REAL)
    work_mode_mask: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """Bit ``1 << WorkMode`` per accepted mode; 0 means any."""
    willing_to_relocate: Mapped[bool]
    salary_expected_year_usd: Mapped[float | None] = mapped_column(REAL)


class StoredEmbedding:
    """A vector with what is needed to know that it is stale: model, dimension, content hash."""

    model: Mapped[str]
    dimension: Mapped[int] = mapped_column(SmallInteger)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    embedding: Mapped[Any] = mapped_column(Vector())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class JobEmbedding(StoredEmbedding, Base):
    """The embedding of a posting."""

    __tablename__ = "job_embeddings"

    job_posting_id: Mapped[int] = mapped_column(
        ForeignKey("job_postings.id", ondelete="CASCADE"), primary_key=True
    )
    source_tenant_id: Mapped[int | None] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE")
    )


class CandidateEmbedding(StoredEmbedding, Base):
    """The embedding of a candidate's profile."""

    __tablename__ = "candidate_embeddings"
    __table_args__ = (Index(None, "tenant_id"),)

    candidate_id: Mapped[int] = mapped_column(
        ForeignKey("candidates.id", ondelete="CASCADE"), primary_key=True
    )
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))


class RoleEmbedding(StoredEmbedding, Base):
    """The embedding of a role's name."""

    __tablename__ = "role_embeddings"

    role_id: Mapped[int] = mapped_column(
        ForeignKey("global_roles.id", ondelete="CASCADE"), primary_key=True
    )


class PostingChange(Base):
    """Global postings whose features, vector, status or role one statement changed.

    Written by triggers, read by workers that keep postings in memory, deleted after some days.
    """

    __tablename__ = "posting_changes"
    __table_args__ = (Index(None, "transaction_id"),)

    id: Mapped[BigIntPK]
    transaction_id: Mapped[int]
    """Postgres' number of the transaction: whether a reader has seen it, only that can tell."""
    job_ids: Mapped[list[int]]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TenantSkill(Timestamps, Base):
    """A skill that one tenant added to the taxonomy; ids start where the built-in ones end."""

    __tablename__ = "tenant_skills"
    __table_args__ = (UniqueConstraint("tenant_id", "normalized_name"),)

    id: Mapped[int] = mapped_column(
        Integer, Identity(always=True, start=1_000_000), primary_key=True
    )
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    normalized_name: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
