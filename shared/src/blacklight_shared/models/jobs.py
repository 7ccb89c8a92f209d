"""Job postings and the batches they arrive in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK, JsonObject, Timestamps, one_of


class JobStatus(StrEnum):
    """Whether a posting is still open."""

    ACTIVE = "active"
    EXPIRED = "expired"
    CLOSED = "closed"


class BatchStatus(StrEnum):
    """How far an import has come."""

    RECEIVING = "receiving"
    MATCHING = "matching"
    COMPLETED = "completed"
    FAILED = "failed"


class Visibility(StrEnum):
    """Who may see and match the postings of a batch."""

    GLOBAL = "global"
    TENANT = "tenant"


AGES_FROM = (
    "GREATEST((reopened_at AT TIME ZONE 'UTC')::date,"
    " LEAST(posted_date, (imported_at AT TIME ZONE 'UTC')::date))"
)
"""The day (UTC) from which a posting's age counts: posted or imported, whichever is earlier, unless
a person opened it again later. Queries spell it as the index does."""


FEED_URL_PURPOSE = "job-feed-url"
"""Under which ``SecretBox`` keeps ``JobImportBatch.feed_url_sealed``."""


class FileFormat(StrEnum):
    """How the rows of a file of postings are written."""

    CSV = "csv"
    JSON = "json"
    JSON_LINES = "jsonl"


class JobPosting(Timestamps, Base):
    """A requisition as its source published it; global unless ``source_tenant_id`` is set."""

    __tablename__ = "job_postings"
    __table_args__ = (
        one_of("status", JobStatus),
        UniqueConstraint(
            "source_tenant_id", "source", "external_id", postgresql_nulls_not_distinct=True
        ),
        Index(None, "role_id", postgresql_where=text("status = 'active'")),
        Index(None, "status", "id"),
        Index(None, "import_batch_id"),
        Index("ix_job_postings_by_source", "source", "id"),
        Index(
            "ix_job_postings_of_tenant",
            "source_tenant_id",
            "id",
            postgresql_where=text("source_tenant_id IS NOT NULL"),
        ),
        Index(
            "ix_job_postings_words",
            text("to_tsvector('simple'::regconfig, (title || ' ') || COALESCE(company, ''))"),
            postgresql_using="gin",
        ),
        Index(
            "ix_job_postings_age",
            text(f"({AGES_FROM})"),
            postgresql_where=text("status = 'active'"),
        ),
        Index(
            None,
            "expires_at",
            postgresql_where=text("status = 'active' AND expires_at IS NOT NULL"),
        ),
    )

    id: Mapped[BigIntPK]
    source_tenant_id: Mapped[int | None] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE")
    )
    """The only tenant that may see it; None for global postings."""
    imported_by_tenant_id: Mapped[int | None] = mapped_column(
        ForeignKey("tenants.id", ondelete="SET NULL")
    )
    """Who may edit a global posting besides the platform."""
    import_batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("job_import_batches.id", ondelete="SET NULL")
    )
    source: Mapped[str]
    external_id: Mapped[str]
    title: Mapped[str]
    company: Mapped[str | None]
    location: Mapped[str | None]
    description: Mapped[str] = mapped_column(server_default="")
    employment_type: Mapped[str | None]
    work_mode: Mapped[str | None]
    """``onsite``, ``hybrid`` or ``remote`` when the source says so."""
    skills: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    experience_min_years: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    experience_max_years: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    salary_min: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    salary_max: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    salary_currency: Mapped[str | None]
    salary_period: Mapped[str | None]
    salary_text: Mapped[str | None]
    """As the source wrote it, where it gave no numbers."""
    url: Mapped[str | None]
    posted_date: Mapped[date | None]
    expires_at: Mapped[datetime | None]
    imported_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reopened_at: Mapped[datetime | None]
    """When a person last opened it again."""
    status: Mapped[str] = mapped_column(server_default=JobStatus.ACTIVE)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of what the source said; equal hash means nothing to do."""
    role_id: Mapped[int | None] = mapped_column(ForeignKey("global_roles.id", ondelete="SET NULL"))


class JobImportBatch(Timestamps, Base):
    """One import: what came in, what it changed, and how far matching has come."""

    __tablename__ = "job_import_batches"
    __table_args__ = (
        one_of("status", BatchStatus),
        one_of("visibility", Visibility),
        UniqueConstraint("tenant_id", "batch_key", postgresql_nulls_not_distinct=True),
        Index(None, "parent_batch_id", "id"),
        Index("ix_job_import_batches_open", "id", postgresql_where=text("completed_at IS NULL")),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    """Who imported; None for the platform."""
    batch_key: Mapped[str]
    """Idempotency key of the import, chosen by the client or generated."""
    request_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the request, so that one key cannot mean two imports."""
    source: Mapped[str]
    visibility: Mapped[str] = mapped_column(server_default=Visibility.GLOBAL)
    status: Mapped[str] = mapped_column(server_default=BatchStatus.RECEIVING)
    error: Mapped[str | None]
    received_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    parent_batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("job_import_batches.id", ondelete="CASCADE")
    )
    """The import that this is one source of; such a batch has a feed or a file."""
    feed_url_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Where a worker fetches the postings, until it has; many such addresses carry a token."""
    file_id: Mapped[int | None] = mapped_column(
        ForeignKey("job_import_files.id", ondelete="SET NULL")
    )
    """What was uploaded or fetched, until it is received."""
    file_format: Mapped[str | None]
    """How the feed is written, where its address and its media type do not say."""
    column_mapping: Mapped[JsonObject] = mapped_column(server_default=text("'{}'"))
    """Field of a posting → column of the feed."""
    resumptions: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """How often it was set going again after it had stalled."""


class JobImportFile(Base):
    """A file of postings that waits to be received by a worker; deleted then."""

    __tablename__ = "job_import_files"
    __table_args__ = (one_of("format", FileFormat), Index(None, "tenant_id", "created_at"))

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    format: Mapped[str]
    encoding: Mapped[str]
    column_mapping: Mapped[JsonObject]
    size_bytes: Mapped[int]
    row_count: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class JobImportFilePart(Base):
    """A piece of a file, so that none has to be in memory whole."""

    __tablename__ = "job_import_file_parts"

    file_id: Mapped[int] = mapped_column(
        ForeignKey("job_import_files.id", ondelete="CASCADE"), primary_key=True
    )
    part_number: Mapped[int] = mapped_column(Integer, primary_key=True)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class JobImportChunk(Base):
    """A part of a batch: received in one transaction, matched on its own, each exactly once."""

    __tablename__ = "job_import_chunks"

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("job_import_batches.id", ondelete="CASCADE"), primary_key=True
    )
    chunk_number: Mapped[int] = mapped_column(Integer, primary_key=True)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    rows_received: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    jobs_new: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    jobs_updated: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    jobs_unchanged: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    rows_failed: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    matches_written: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    posting_ids: Mapped[list[int] | None]
    """Its new and updated postings, until they are matched."""
    completed_at: Mapped[datetime | None]
    """When its new and updated postings were matched; at once if there are none."""


class ImportErrorSeverity(StrEnum):
    """Whether a row was left out, or imported without a value."""

    ERROR = "error"
    WARNING = "warning"


class JobImportError(Base):
    """What was wrong with a row, by its line."""

    __tablename__ = "job_import_errors"
    __table_args__ = (one_of("severity", ImportErrorSeverity), Index(None, "batch_id", "id"))

    id: Mapped[BigIntPK]
    batch_id: Mapped[int] = mapped_column(ForeignKey("job_import_batches.id", ondelete="CASCADE"))
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    line: Mapped[int] = mapped_column(Integer)
    severity: Mapped[str]
    field: Mapped[str | None]
    message: Mapped[str]
