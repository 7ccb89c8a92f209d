"""Invitations, mail and daily figures, each isolated by tenant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "candidate_invitations",
    "daily_stats",
    "invitation_documents",
    "invitation_reminders",
    "mail_log",
    "mail_suppressions",
    "tenant_daily_runs",
    "tenant_mail_settings",
)

SYSTEM_GRANTS = {
    "candidate_invitations": "SELECT (id, tenant_id, token_hash)",
    "tenant_daily_runs": "SELECT",
}
"""A link names no tenant, and a schedule names none; both are found by these."""


def upgrade() -> None:
    op.create_table(
        "daily_stats",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_candidates", sa.Integer(), nullable=False),
        sa.Column("invitations_sent", sa.Integer(), nullable=False),
        sa.Column("invitations_opened", sa.Integer(), nullable=False),
        sa.Column("invitations_submitted", sa.Integer(), nullable=False),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.Column("rejections", sa.Integer(), nullable=False),
        sa.Column(
            "jobs_imported",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("inbox_jobs", sa.Integer(), nullable=False),
        sa.Column("matches_created", sa.Integer(), nullable=False),
        sa.Column("matches_recommended", sa.Integer(), nullable=False),
        sa.Column("mails_sent", sa.Integer(), nullable=False),
        sa.Column("mails_failed", sa.Integer(), nullable=False),
        sa.Column(
            "generated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_daily_stats_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("pk_daily_stats")),
    )
    op.create_table(
        "mail_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("business_key", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("send_number", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("event_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "unanswered_attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("server_reply", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'sending', 'retrying', 'sent', 'bounced', 'failed', "
            "'suppressed', 'skipped')",
            name=op.f("ck_mail_log_status_allowed"),
        ),
        sa.CheckConstraint(
            "template IN ('invitation', 'invitation_reminder', 'approval', 'rejection', "
            "'hr_notification', 'integration_alert', 'daily_stats', 'mail_server_test')",
            name=op.f("ck_mail_log_template_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_mail_log_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_log")),
        sa.UniqueConstraint(
            "tenant_id",
            "template",
            "business_key",
            "recipient",
            "send_number",
            name="uq_mail_log_logical_mail",
        ),
    )
    op.create_index(op.f("ix_mail_log_tenant_id_id"), "mail_log", ["tenant_id", "id"], unique=False)
    op.create_index(
        op.f("ix_mail_log_tenant_id_recipient"),
        "mail_log",
        ["tenant_id", "recipient"],
        unique=False,
    )
    op.create_index(
        op.f("ix_mail_log_tenant_id_updated_at"),
        "mail_log",
        ["tenant_id", "updated_at"],
        unique=False,
    )
    op.create_table(
        "mail_suppressions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "reason IN ('unsubscribed', 'manual')", name=op.f("ck_mail_suppressions_reason_allowed")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_mail_suppressions_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_suppressions")),
        sa.UniqueConstraint(
            "tenant_id", "email", name=op.f("uq_mail_suppressions_tenant_id_email")
        ),
    )
    op.create_table(
        "tenant_daily_runs",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "job IN ('check-expiring-invitations', 'generate-daily-stats')",
            name=op.f("ck_tenant_daily_runs_job_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_tenant_daily_runs_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "job", "day", name=op.f("pk_tenant_daily_runs")),
    )
    op.create_table(
        "tenant_mail_settings",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("logo_url", sa.Text(), nullable=True),
        sa.Column("accent_color", sa.Text(), nullable=True),
        sa.Column(
            "invitation_valid_days", sa.SmallInteger(), server_default=sa.text("7"), nullable=False
        ),
        sa.Column(
            "reminder_hours",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{72,24}'"),
            nullable=False,
        ),
        sa.Column("from_address", sa.Text(), nullable=True),
        sa.Column("smtp_host", sa.Text(), nullable=True),
        sa.Column("smtp_port", sa.Integer(), nullable=True),
        sa.Column("smtp_security", sa.Text(), nullable=True),
        sa.Column("smtp_username", sa.Text(), nullable=True),
        sa.Column("smtp_password_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "smtp_security IN ('tls', 'starttls', 'none')",
            name=op.f("ck_tenant_mail_settings_smtp_security_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_tenant_mail_settings_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant_mail_settings")),
    )
    op.create_table(
        "candidate_invitations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_name", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="sent", nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejection_reason", sa.Text(), nullable=True),
        sa.Column(
            "profile",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("candidate_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('sent', 'opened', 'in_progress', 'submitted', 'approved', "
            "'rejected', 'expired', 'cancelled')",
            name=op.f("ck_candidate_invitations_status_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_candidate_invitations_candidate_id_candidates"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_candidate_invitations_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_candidate_invitations_token_hash")),
    )
    op.create_index(
        "ix_candidate_invitations_open",
        "candidate_invitations",
        ["tenant_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('sent', 'opened', 'in_progress')"),
    )
    op.create_index(
        op.f("ix_candidate_invitations_tenant_id_id"),
        "candidate_invitations",
        ["tenant_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_candidate_invitations_pending",
        "candidate_invitations",
        ["tenant_id", "email"],
        unique=True,
        postgresql_where=sa.text("status IN ('sent', 'opened', 'in_progress', 'submitted')"),
    )
    op.create_table(
        "invitation_documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="resume", nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('resume', 'other')", name=op.f("ck_invitation_documents_kind_allowed")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["candidate_invitations.id"],
            name=op.f("fk_invitation_documents_invitation_id_candidate_invitations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_invitation_documents_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_documents")),
        sa.UniqueConstraint(
            "invitation_id", "sha256", name=op.f("uq_invitation_documents_invitation_id_sha256")
        ),
    )
    op.create_table(
        "invitation_reminders",
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_hours", sa.SmallInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["candidate_invitations.id"],
            name=op.f("fk_invitation_reminders_invitation_id_candidate_invitations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_invitation_reminders_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "invitation_id", "expires_at", "window_hours", name=op.f("pk_invitation_reminders")
        ),
    )
    op.add_column(
        "portal_users",
        sa.Column(
            "wants_daily_stats", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )

    for table in TENANT_TABLES:
        _isolate(table)
    for table, grant in SYSTEM_GRANTS.items():
        op.execute(f"GRANT {grant} ON {table} TO blacklight_system")


def downgrade() -> None:
    op.drop_column("portal_users", "wants_daily_stats")
    op.drop_table("invitation_reminders")
    op.drop_table("invitation_documents")
    op.drop_table("candidate_invitations")
    op.drop_table("tenant_mail_settings")
    op.drop_table("tenant_daily_runs")
    op.drop_table("mail_suppressions")
    op.drop_table("mail_log")
    op.drop_table("daily_stats")


def _isolate(table: str) -> None:
    condition = "tenant_id = (SELECT current_tenant_id())"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant_isolation ON {table} TO blacklight_app"
        f" USING ({condition}) WITH CHECK ({condition})"
    )
    op.execute(
        f"CREATE POLICY system_access ON {table} TO blacklight_system"
        " USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO blacklight_app")
