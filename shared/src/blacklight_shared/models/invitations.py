"""Invitations: how a person whom the tenant asks becomes a candidate."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK, JsonObject, Timestamps, one_of
from blacklight_shared.models.documents import (
    IS_UNREAD,
    DocumentKind,
    ExtractionStatus,
    StoredDocument,
)

INVITATION_TOKEN_PURPOSE = "invitation-token"  # noqa: S105 -- a name, not a secret
"""Under which ``SecretBox`` keeps ``CandidateInvitation.token_sealed``."""


class InvitationStatus(StrEnum):
    """How far an invitation has come."""

    SENT = "sent"
    OPENED = "opened"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


OPEN_INVITATION_STATUSES = (
    InvitationStatus.SENT,
    InvitationStatus.OPENED,
    InvitationStatus.IN_PROGRESS,
)
"""The candidate can still use the link."""
PENDING_INVITATION_STATUSES = (*OPEN_INVITATION_STATUSES, InvitationStatus.SUBMITTED)
"""Not decided; an address has at most one of these in a tenant."""


class CandidateInvitation(Timestamps, Base):
    """A person asked to onboard, and what they have told so far."""

    __tablename__ = "candidate_invitations"
    __table_args__ = (
        one_of("status", InvitationStatus),
        Index(
            "uq_candidate_invitations_pending",
            "tenant_id",
            "email",
            unique=True,
            postgresql_where=text("status IN ('sent', 'opened', 'in_progress', 'submitted')"),
        ),
        Index(None, "tenant_id", "id"),
        Index(
            "ix_candidate_invitations_open",
            "tenant_id",
            "expires_at",
            postgresql_where=text("status IN ('sent', 'opened', 'in_progress')"),
        ),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    email: Mapped[str]
    """Normalised: trimmed, lower case."""
    first_name: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default=InvitationStatus.SENT)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the link's token; finds the row of a link."""
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The token, encrypted, for the mails that repeat the link; None once the link is dead."""
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When it was last asked to be sent; ``mail_log`` tells what became of the mail."""
    opened_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    rejection_reason: Mapped[str | None]
    profile: Mapped[JsonObject] = mapped_column(server_default=text("'{}'::jsonb"))
    """What the candidate has filled in, by the names of the candidate's columns."""
    taken_from_resume: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Fields for which HR prefers what the CV says; the profile keeps what the candidate said."""
    candidate_id: Mapped[int | None] = mapped_column(
        ForeignKey("candidates.id", ondelete="SET NULL")
    )
    """The candidate that the approval made or found."""

    @property
    def full_name(self) -> str:
        """First and last name, as far as known."""
        return f"{self.first_name} {self.last_name}".strip()


class InvitationDocument(StoredDocument, Base):
    """A file that came with a submission; an approval moves it to the candidate."""

    __tablename__ = "invitation_documents"
    __table_args__ = (
        one_of("kind", DocumentKind),
        one_of("extraction_status", ExtractionStatus),
        UniqueConstraint("invitation_id", "sha256"),
        Index("ix_invitation_documents_unread", "created_at", postgresql_where=text(IS_UNREAD)),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    invitation_id: Mapped[int] = mapped_column(
        ForeignKey("candidate_invitations.id", ondelete="CASCADE")
    )
    filled_fields: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Fields of the invitation's profile that were empty and hold what the CV says."""


class InvitationReminder(Base):
    """A reminder that was asked for: one for each link and window."""

    __tablename__ = "invitation_reminders"

    invitation_id: Mapped[int] = mapped_column(
        ForeignKey("candidate_invitations.id", ondelete="CASCADE"), primary_key=True
    )
    expires_at: Mapped[datetime] = mapped_column(primary_key=True)
    """The expiry that was reminded of; a resent invitation has another."""
    window_hours: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
