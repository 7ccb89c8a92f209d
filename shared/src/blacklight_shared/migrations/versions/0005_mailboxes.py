"""Mailboxes of recruiters, their tokens, their mails and what came of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "email_integrations",
    "email_messages",
    "integration_tokens",
    "job_posting_sources",
    "oauth_states",
    "sync_runs",
)

SYSTEM_GRANTS = {
    "email_integrations": "SELECT (id, tenant_id, user_id, provider, status,"
    " sync_frequency_minutes, last_synced_at)",
    "email_messages": "SELECT (id, tenant_id, integration_id, status, purge_after)",
    "oauth_states": "SELECT (id, tenant_id, state_hash)",
    "sync_runs": "SELECT (id, tenant_id, integration_id, status, started_at)",
}
"""A schedule names no tenant, and neither does a browser that comes back from a provider."""


def upgrade() -> None:
    op.create_table(
        "email_integrations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column(
            "sync_frequency_minutes", sa.Integer(), server_default=sa.text("15"), nullable=False
        ),
        sa.Column("sync_cursor", sa.Text(), nullable=True),
        sa.Column("messages_found", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("messages_queued", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("jobs_created", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "consecutive_failures", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("last_synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error_code", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column(
            "connected_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
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
            "provider IN ('gmail', 'outlook')", name=op.f("ck_email_integrations_provider_allowed")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'paused', 'disabled', 'disconnected')",
            name=op.f("ck_email_integrations_status_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_email_integrations_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["portal_users.id"],
            name=op.f("fk_email_integrations_user_id_portal_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_integrations")),
        sa.UniqueConstraint(
            "user_id",
            "provider",
            "address",
            name=op.f("uq_email_integrations_user_id_provider_address"),
        ),
    )
    op.create_index(
        op.f("ix_email_integrations_last_synced_at"),
        "email_integrations",
        ["last_synced_at"],
        unique=False,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        op.f("ix_email_integrations_tenant_id_id"),
        "email_integrations",
        ["tenant_id", "id"],
        unique=False,
    )
    op.create_table(
        "oauth_states",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_hash", sa.LargeBinary(), nullable=False),
        sa.Column("flow_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "provider IN ('gmail', 'outlook')", name=op.f("ck_oauth_states_provider_allowed")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_oauth_states_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["portal_users.id"],
            name=op.f("fk_oauth_states_user_id_portal_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_states")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_oauth_states_state_hash")),
    )
    op.create_index(
        op.f("ix_oauth_states_tenant_id_expires_at"),
        "oauth_states",
        ["tenant_id", "expires_at"],
        unique=False,
    )
    op.create_table(
        "integration_tokens",
        sa.Column("integration_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("tokens_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["integration_id"],
            ["email_integrations.id"],
            name=op.f("fk_integration_tokens_integration_id_email_integrations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_integration_tokens_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("integration_id", name=op.f("pk_integration_tokens")),
    )
    op.create_table(
        "sync_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("integration_id", sa.BigInteger(), nullable=False),
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="running", nullable=False),
        sa.Column("messages_found", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("messages_queued", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("jobs_created", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("provider_calls", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'completed', 'failed')", name=op.f("ck_sync_runs_status_allowed")
        ),
        sa.CheckConstraint(
            "trigger IN ('schedule', 'manual')", name=op.f("ck_sync_runs_trigger_allowed")
        ),
        sa.ForeignKeyConstraint(
            ["integration_id"],
            ["email_integrations.id"],
            name=op.f("fk_sync_runs_integration_id_email_integrations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_sync_runs_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_runs")),
        sa.UniqueConstraint(
            "integration_id", "run_key", name=op.f("uq_sync_runs_integration_id_run_key")
        ),
    )
    op.create_index(
        op.f("ix_sync_runs_integration_id_id"), "sync_runs", ["integration_id", "id"], unique=False
    )
    op.create_table(
        "email_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("integration_id", sa.BigInteger(), nullable=False),
        sa.Column("sync_run_id", sa.BigInteger(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raw_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("raw_bytes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("purge_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Numeric(precision=4, scale=3), nullable=True),
        sa.Column("parser", sa.Text(), nullable=True),
        sa.Column("parser_note", sa.Text(), nullable=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
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
            "status IN ('queued', 'job_created', 'skipped', 'failed')",
            name=op.f("ck_email_messages_status_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["integration_id"],
            ["email_integrations.id"],
            name=op.f("fk_email_messages_integration_id_email_integrations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sync_run_id"],
            ["sync_runs.id"],
            name=op.f("fk_email_messages_sync_run_id_sync_runs"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_email_messages_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_messages")),
        sa.UniqueConstraint(
            "integration_id", "message_id", name=op.f("uq_email_messages_integration_id_message_id")
        ),
    )
    op.create_index(
        op.f("ix_email_messages_integration_id_id"),
        "email_messages",
        ["integration_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_email_messages_integration_id_provider_message_id"),
        "email_messages",
        ["integration_id", "provider_message_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_email_messages_purge_after"),
        "email_messages",
        ["purge_after"],
        unique=False,
        postgresql_where=sa.text("raw_sealed IS NOT NULL"),
    )
    op.create_table(
        "job_posting_sources",
        sa.Column("job_posting_id", sa.BigInteger(), nullable=False),
        sa.Column("email_message_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["email_message_id"],
            ["email_messages.id"],
            name=op.f("fk_job_posting_sources_email_message_id_email_messages"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["job_posting_id"],
            ["job_postings.id"],
            name=op.f("fk_job_posting_sources_job_posting_id_job_postings"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_job_posting_sources_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "job_posting_id", "email_message_id", "position", name=op.f("pk_job_posting_sources")
        ),
    )
    op.create_index(
        op.f("ix_job_posting_sources_email_message_id"),
        "job_posting_sources",
        ["email_message_id"],
        unique=False,
    )

    for table in TENANT_TABLES:
        _isolate(table)
    for table, grant in SYSTEM_GRANTS.items():
        op.execute(f"GRANT {grant} ON {table} TO blacklight_system")


def downgrade() -> None:
    op.drop_table("job_posting_sources")
    op.drop_table("email_messages")
    op.drop_table("sync_runs")
    op.drop_table("integration_tokens")
    op.drop_table("oauth_states")
    op.drop_table("email_integrations")


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
