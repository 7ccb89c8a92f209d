"""Tenants, the people and programs that act for them, and the record of what they did."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK, JsonObject, Timestamps, one_of

LOGOS_PATH = "/logos"


class TenantStatus(StrEnum):
    """Whether a firm may use the installation."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class PortalRole(StrEnum):
    """What a person of a firm may do."""

    ADMIN = "admin"
    RECRUITER = "recruiter"
    HR = "hr"


class PortalUserStatus(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


class Tenant(Timestamps, Base):
    """A recruiting firm."""

    __tablename__ = "tenants"
    __table_args__ = (one_of("status", TenantStatus),)

    id: Mapped[BigIntPK]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=TenantStatus.ACTIVE)
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    locale: Mapped[str] = mapped_column(server_default="en-US")
    matching_config: Mapped[JsonObject] = mapped_column(server_default=text("'{}'::jsonb"))
    """Overrides of ``blacklight_shared.matching.MatchingConfig``; empty means the defaults."""


class TenantLogo(Base):
    """A firm's logo, as its mails and public pages show it; no row means none."""

    __tablename__ = "tenant_logos"

    tenant_id: Mapped[int] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True
    )
    token: Mapped[str] = mapped_column(unique=True)
    """Random, another one for each picture; part of the address."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """PNG, made by us."""
    width_px: Mapped[int]
    height_px: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def path(self) -> str:
        """Where the gateway serves it, to everyone."""
        return f"{LOGOS_PATH}/{self.token}.png"


class PortalUser(Timestamps, Base):
    """A recruiter, HR person or admin of one tenant."""

    __tablename__ = "portal_users"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        UniqueConstraint(
            "microsoft_object_id",
            "microsoft_directory_id",
            "tenant_id",
            name="uq_portal_users_microsoft_account",
        ),
        one_of("role", PortalRole),
        one_of("status", PortalUserStatus),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    email: Mapped[str]
    """Normalised: trimmed, lower case."""
    full_name: Mapped[str]
    role: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=PortalUserStatus.ACTIVE)
    password_hash: Mapped[str | None]
    """Argon2id, PHC string; None for people who have not chosen a password."""
    microsoft_directory_id: Mapped[uuid.UUID | None]
    """With the object id, the Microsoft account that they sign in with; None: none so far."""
    microsoft_object_id: Mapped[uuid.UUID | None]
    last_login_at: Mapped[datetime | None]
    wants_daily_stats: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the figures of each day come by mail."""
    time_zone: Mapped[str | None]
    """IANA name in which the portal shows times; None: the tenant's."""


class ApiKey(Base):
    """A program's key; a key without tenant belongs to the platform (scrapers, operators)."""

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "tenant_id"),)

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    public_id: Mapped[str] = mapped_column(unique=True)
    """The part of the key that may be shown and that finds the row."""
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]]
    created_by_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("portal_users.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who did what to which object; never changed, never holds secrets."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index(None, "tenant_id", "id"),
        Index(None, "tenant_id", "entity_type", "entity_id"),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    actor_type: Mapped[str]
    """``user``, ``api_key``, ``candidate``, ``workflow`` or ``operator``."""
    actor_id: Mapped[str | None]
    action: Mapped[str]
    """``entity.verb``, such as ``candidate.approved``."""
    entity_type: Mapped[str]
    entity_id: Mapped[str]
    changes: Mapped[JsonObject] = mapped_column(server_default=text("'{}'::jsonb"))
    """Names of changed fields, with values only where they are not personal data."""
    request_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
