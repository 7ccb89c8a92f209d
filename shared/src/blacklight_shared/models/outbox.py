"""Events waiting to be sent: written with the change that they announce."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, JsonObject


class OutboxEvent(Base):
    """An event that is owed to the engine; its id becomes the event id there."""

    __tablename__ = "outbox_events"
    __table_args__ = (
        Index(
            "ix_outbox_events_due",
            "available_at",
            "sequence",
            postgresql_where=text("sent_at IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_outbox_events_subject_unsent",
            "subject",
            "sequence",
            postgresql_where=text("sent_at IS NULL AND dead_at IS NULL"),
        ),
        Index("ix_outbox_events_sent_at", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
        Index("ix_outbox_events_tenant_id", "tenant_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str]
    data: Mapped[JsonObject]
    subject: Mapped[str]
    """What the event is about; events of one subject are sent in the order of writing."""
    trace_context: Mapped[JsonObject] = mapped_column(server_default=text("'{}'::jsonb"))
    """W3C trace context of the request that wrote it."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    available_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    """Set after the last attempt; an operator re-queues it by clearing it."""
