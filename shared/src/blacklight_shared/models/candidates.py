"""Candidates, their documents and the roles they look for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK, JsonObject, Timestamps, one_of
from blacklight_shared.models.documents import (
    IS_UNREAD,
    DocumentKind,
    ExtractionStatus,
    StoredDocument,
)


class CandidateStatus(StrEnum):
    """Where a candidate stands; only ``MATCHABLE_STATUSES`` are matched."""

    NEW = "new"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    READY_FOR_ASSIGNMENT = "ready_for_assignment"
    ASSIGNED = "assigned"
    REJECTED = "rejected"


MATCHABLE_STATUSES = (CandidateStatus.APPROVED, CandidateStatus.READY_FOR_ASSIGNMENT)


IS_UNMATCHED = (
    "deleted_at IS NULL AND (status = 'approved' OR matched_at < updated_at"
    " OR (matched_at IS NULL AND status = 'ready_for_assignment'))"
)
"""A candidate whose matches are older than the profile, or who was approved and is not ready for
assignment yet. Queries spell it as the index does."""


class PreferredRoleSource(StrEnum):
    """Who said that the candidate wants the role."""

    PERSON = "person"
    RESUME = "resume"


class Candidate(Timestamps, Base):
    """A person looking for work, known to one tenant."""

    __tablename__ = "candidates"
    __table_args__ = (
        one_of("status", CandidateStatus),
        Index(
            "uq_candidates_tenant_id_email",
            "tenant_id",
            "email",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_candidates_by_name",
            "tenant_id",
            "last_name",
            "first_name",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_candidates_words",
            text(
                # With the parentheses that Postgres gives back, so that they can be compared.
                "to_tsvector('simple'::regconfig, (((((((first_name || ' ') || last_name) || ' ')"
                " || COALESCE(email, '')) || ' ') || translate(COALESCE(email, ''), '@.', '  '))"
                " || ' ') || COALESCE(headline, ''))"
            ),
            postgresql_using="gin",
        ),
        UniqueConstraint("tenant_id", "id"),
        Index("ix_candidates_unmatched", "updated_at", postgresql_where=text(IS_UNMATCHED)),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(server_default=CandidateStatus.NEW)
    first_name: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str | None]
    """Normalised: trimmed, lower case; unique among the tenant's candidates."""
    phone: Mapped[str | None]
    location: Mapped[str | None]
    headline: Mapped[str | None]
    summary: Mapped[str | None]
    titles: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Job titles held, newest first."""
    skills: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """In the candidate's own words; canonical ids are in ``CandidateFeatures``."""
    years_experience: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    education: Mapped[list[JsonObject]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    languages: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    certifications: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    salary_expected: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    salary_currency: Mapped[str | None]
    """ISO 4217."""
    salary_period: Mapped[str | None]
    """``hour``, ``day``, ``week``, ``month`` or ``year``."""
    work_modes: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Accepted modes (``onsite``, ``hybrid``, ``remote``); empty means any."""
    willing_to_relocate: Mapped[bool] = mapped_column(server_default=text("false"))
    edited_fields: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Fields a person has set; reading a CV never overwrites them."""
    matched_at: Mapped[datetime | None]
    """When the candidate's matches were last made; None until the first time."""
    resumptions: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """How often they were matched again, because nobody had, since they were last matched."""
    resumed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class CandidateDocument(StoredDocument, Base):
    """A file of a candidate, with its text once that has been read."""

    __tablename__ = "candidate_documents"
    __table_args__ = (
        one_of("kind", DocumentKind),
        one_of("extraction_status", ExtractionStatus),
        Index(None, "candidate_id"),
        UniqueConstraint("candidate_id", "sha256"),
        Index("ix_candidate_documents_unread", "created_at", postgresql_where=text(IS_UNREAD)),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidates.id", ondelete="CASCADE"))


class CandidatePreferredRole(Base):
    """A role that the candidate wants; without one a candidate matches nothing."""

    __tablename__ = "candidate_preferred_roles"
    __table_args__ = (
        one_of("source", PreferredRoleSource),
        Index(None, "role_id", "tenant_id"),
        Index(None, "tenant_id"),
    )

    candidate_id: Mapped[int] = mapped_column(
        ForeignKey("candidates.id", ondelete="CASCADE"), primary_key=True
    )
    role_id: Mapped[int] = mapped_column(
        ForeignKey("global_roles.id", ondelete="CASCADE"), primary_key=True
    )
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    rank: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    source: Mapped[str] = mapped_column(server_default=PreferredRoleSource.PERSON)
