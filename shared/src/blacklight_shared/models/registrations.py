"""Companies that register themselves, and what was found out about them."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK, JsonObject, Timestamps, one_of


class RegistrationStatus(StrEnum):
    """How far the analysis of a registration has come."""

    QUEUED = "queued"
    ANALYZING = "analyzing"
    COMPLETED = "completed"
    FAILED = "failed"


class PageStatus(StrEnum):
    """What became of a page that was to be fetched."""

    CHOSEN = "chosen"
    FETCHED = "fetched"
    FAILED = "failed"


class RegistrationForm(Base):
    """A form on some website; its key says whose registrations it takes."""

    __tablename__ = "registration_forms"
    __table_args__ = (Index(None, "tenant_id", "id"),)

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    public_key: Mapped[str] = mapped_column(unique=True)
    """Stands in the source of a web page, so it is no secret."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]


class Registration(Timestamps, Base):
    """A person who registered for a company, and the state of its analysis."""

    __tablename__ = "registrations"
    __table_args__ = (
        one_of("status", RegistrationStatus),
        UniqueConstraint("tenant_id", "idempotency_key"),
        Index(None, "tenant_id", "id"),
        Index(None, "tenant_id", "content_hash", "created_at"),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    form_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration_forms.id", ondelete="SET NULL")
    )
    request_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    """Random, so that whoever knows it may see the status."""
    idempotency_key: Mapped[str | None]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the normalised content."""
    first_name: Mapped[str]
    last_name: Mapped[str]
    company_website: Mapped[str | None]
    """Normalised URL."""
    linkedin: Mapped[str | None]
    """Normalised URL of a person's or a company's profile."""
    status: Mapped[str] = mapped_column(server_default=RegistrationStatus.QUEUED)
    analysis_number: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    """Counts the analyses that were asked for; the last one is meant."""
    run_id: Mapped[str | None]
    """The engine's run that does the analysis; another one leaves it alone."""
    step: Mapped[str] = mapped_column(server_default="queued")
    percent: Mapped[float] = mapped_column(Float, server_default=text("0"))
    message: Mapped[str] = mapped_column(server_default="Waiting to be analysed.")
    failure: Mapped[str | None]
    warnings: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """What went wrong beside the analysis itself."""
    completed_at: Mapped[datetime | None]


class RegistrationPage(Base):
    """A page of a company's site: chosen, and then fetched once in an analysis."""

    __tablename__ = "registration_pages"
    __table_args__ = (
        one_of("status", PageStatus),
        UniqueConstraint("registration_id", "analysis_number", "url"),
        Index(None, "tenant_id"),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    analysis_number: Mapped[int] = mapped_column(SmallInteger)
    url: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str]
    """Why it was chosen, for people."""
    score: Mapped[float] = mapped_column(Float)
    status: Mapped[str] = mapped_column(server_default=PageStatus.CHOSEN)
    failure: Mapped[str | None]
    """Why it could not be fetched: a ``PageFailure``."""
    final_url: Mapped[str | None]
    """Where the redirects ended."""
    charset: Mapped[str | None]
    """As the server said."""
    content: Mapped[bytes | None] = mapped_column(
        LargeBinary, deferred=True, deferred_raiseload=True
    )
    fetched_at: Mapped[datetime | None]


class RegistrationDossier(Base):
    """What an analysis found; the parts are written by its steps, the document by the last."""

    __tablename__ = "registration_dossiers"
    __table_args__ = (Index(None, "tenant_id"),)

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True
    )
    analysis_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    profile: Mapped[JsonObject | None]
    """``blacklight_shared.registrations.CompanyProfile``."""
    linkedin: Mapped[JsonObject | None]
    """``blacklight_shared.registrations.LinkedInFinding``."""
    summary: Mapped[JsonObject | None]
    """``blacklight_shared.registrations.Summary``."""
    document: Mapped[JsonObject | None]
    """``blacklight_shared.registrations.Dossier``; None until the analysis is complete."""
    completed_at: Mapped[datetime | None]


class OutboundHost(Base):
    """When a host on the internet may be asked next, by whichever worker; of no tenant."""

    __tablename__ = "outbound_hosts"

    host_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the name, which is not for every tenant to read."""
    free_at: Mapped[datetime] = mapped_column(index=True)
