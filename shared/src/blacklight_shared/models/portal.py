"""People at the portal: sessions, the brake on guessing passwords, resets of passwords."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK

PASSWORD_RESET_PURPOSE = "password-reset"  # noqa: S105 -- names what is encrypted


class PortalSession(Base):
    """A browser in which a person is signed in; the row goes when they sign out."""

    __tablename__ = "portal_sessions"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_users.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_agent: Mapped[str]
    """What the browser calls itself, cut to 200 characters; shown to its owner."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class SignInFailures(Base):
    """Wrong passwords for one address, whether or not it has an account: the wait grows with them.

    It belongs to no tenant, because the person has not said yet which one is theirs.
    """

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "last_failed_at"),)

    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the normalised mail address."""
    failures: Mapped[int]
    """In a row, since the last success."""
    last_failed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    locked_until: Mapped[datetime] = mapped_column(server_default=func.now())


class PasswordReset(Base):
    """A link by which a person chooses a password; good once."""

    __tablename__ = "password_resets"
    __table_args__ = (
        Index(None, "user_id"),
        Index(None, "tenant_id", "id"),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_users.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted for ``PASSWORD_RESET_PURPOSE``, so that the mail can repeat it; None once used."""
    is_welcome: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the person chooses their first password."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
