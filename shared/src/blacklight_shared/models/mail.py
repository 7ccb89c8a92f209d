"""Mail: how a tenant sends it, what was sent, and who wants none."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK, JsonObject, Timestamps, one_of

SMTP_PASSWORD_PURPOSE = "smtp-password"  # noqa: S105 -- a name, not a secret
"""Under which ``SecretBox`` keeps ``TenantMailSettings.smtp_password_sealed``."""
DEFAULT_INVITATION_VALID_DAYS = 7
DEFAULT_REMINDER_HOURS = (72, 24)
DEFAULT_ACCENT_COLOR = "#1f5f8b"


class MailTemplate(StrEnum):
    """What a mail is about; also the name of its folder of templates."""

    INVITATION = "invitation"
    INVITATION_REMINDER = "invitation_reminder"
    APPROVAL = "approval"
    REJECTION = "rejection"
    HR_NOTIFICATION = "hr_notification"
    INTEGRATION_ALERT = "integration_alert"
    DAILY_STATS = "daily_stats"
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- a name, not a secret
    MAIL_SERVER_TEST = "mail_server_test"


class MailStatus(StrEnum):
    """What has become of a mail."""

    QUEUED = "queued"
    """Asked for again by a person; a worker will send it."""
    SENDING = "sending"
    """Claimed by a worker, which is handing it to the mail server."""
    RETRYING = "retrying"
    """The server did not take it for now; it will be tried again."""
    SENT = "sent"
    """The server has taken it."""
    BOUNCED = "bounced"
    """The server has refused it for good."""
    FAILED = "failed"
    """The server has not taken it in any attempt."""
    SUPPRESSED = "suppressed"
    """The address wants no mail; none was sent."""
    SKIPPED = "skipped"
    """It had become pointless; none was sent."""


UNFINISHED_MAIL_STATUSES = (MailStatus.QUEUED, MailStatus.SENDING, MailStatus.RETRYING)


class SmtpSecurity(StrEnum):
    """How the connection to a mail server is encrypted."""

    TLS = "tls"
    """From the first byte (port 465)."""
    STARTTLS = "starttls"
    """After the greeting; refused when the server does not offer it (port 587)."""
    NONE = "none"


class SuppressionReason(StrEnum):
    """Why an address gets no mail."""

    UNSUBSCRIBED = "unsubscribed"
    MANUAL = "manual"


class TenantMailSettings(Timestamps, Base):
    """How a tenant's mail looks and by which server it goes; no row means the defaults."""

    __tablename__ = "tenant_mail_settings"
    __table_args__ = (one_of("smtp_security", SmtpSecurity),)

    tenant_id: Mapped[int] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True
    )
    sender_name: Mapped[str | None]
    """None: the tenant's name."""
    reply_to: Mapped[str | None]
    logo_url: Mapped[str | None]
    accent_color: Mapped[str | None]
    """``#rrggbb``; None takes the default."""
    invitation_valid_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("7"))
    reminder_hours: Mapped[list[int]] = mapped_column(server_default=text("'{72,24}'"))
    """Windows before the expiry, in hours; each is reminded of once."""
    from_address: Mapped[str | None]
    """Set together with ``smtp_host``: whose server, whose address."""
    smtp_host: Mapped[str | None]
    """None: the platform's server."""
    smtp_port: Mapped[int | None] = mapped_column(Integer)
    smtp_security: Mapped[str | None]
    smtp_username: Mapped[str | None]
    smtp_password_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class MailLogEntry(Timestamps, Base):
    """One mail to one recipient: the claim to send it, and what has become of it.

    A logical mail is (template, business key, recipient); a person who has it sent again adds a
    row with the next ``send_number``.
    """

    __tablename__ = "mail_log"
    __table_args__ = (
        one_of("template", MailTemplate),
        one_of("status", MailStatus),
        UniqueConstraint(
            "tenant_id",
            "template",
            "business_key",
            "recipient",
            "send_number",
            name="uq_mail_log_logical_mail",
        ),
        Index(None, "tenant_id", "id"),
        Index(None, "tenant_id", "recipient"),
        Index(None, "tenant_id", "updated_at"),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    template: Mapped[str]
    business_key: Mapped[str]
    """What the mail is about, such as ``invitation:12``."""
    recipient: Mapped[str]
    """Normalised: trimmed, lower case."""
    send_number: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    status: Mapped[str]
    message_id: Mapped[str | None]
    """The header, without angle brackets; the same in every attempt. None before the first."""
    subject: Mapped[str | None]
    body_text: Mapped[str | None]
    """What was last written to the recipient; the secrets in its links are left out."""
    body_html: Mapped[str | None]
    event_name: Mapped[str]
    event_data: Mapped[JsonObject]
    """The event that asked for it, so that it can be asked for again."""
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    unanswered_attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """Attempts that ended without an answer of the server that we know of: the worker or the
    connection broke off. More than none: the mail may have arrived more than once."""
    server_reply: Mapped[str | None]
    """The mail server's last words about it."""
    sent_at: Mapped[datetime | None]


class MailSuppression(Base):
    """An address that gets no more of a tenant's mail."""

    __tablename__ = "mail_suppressions"
    __table_args__ = (one_of("reason", SuppressionReason), UniqueConstraint("tenant_id", "email"))

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    email: Mapped[str]
    """Normalised: trimmed, lower case."""
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
