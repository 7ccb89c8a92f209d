"""Tenants, candidates, roles, postings, matches, outbox and audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import Vector
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "global_roles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("normalized_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="pending_review", nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
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
            "status IN ('pending_review', 'approved', 'rejected', 'merged')",
            name=op.f("ck_global_roles_status_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["global_roles.id"],
            name=op.f("fk_global_roles_merged_into_id_global_roles"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_global_roles")),
        sa.UniqueConstraint("normalized_name", name=op.f("uq_global_roles_normalized_name")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("locale", sa.Text(), server_default="en-US", nullable=False),
        sa.Column(
            "matching_config",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
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
            "status IN ('active', 'suspended')", name=op.f("ck_tenants_status_allowed")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_type", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_audit_log_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(
        op.f("ix_audit_log_tenant_id_entity_type_entity_id"),
        "audit_log",
        ["tenant_id", "entity_type", "entity_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_audit_log_tenant_id_id"), "audit_log", ["tenant_id", "id"], unique=False
    )
    op.create_table(
        "candidates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("first_name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_name", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("headline", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column(
            "titles", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "skills", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("years_experience", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column(
            "education",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "languages", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "certifications",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("salary_expected", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("salary_currency", sa.Text(), nullable=True),
        sa.Column("salary_period", sa.Text(), nullable=True),
        sa.Column(
            "work_modes",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "willing_to_relocate", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column(
            "edited_fields",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
            "status IN ('new', 'in_review', 'approved', 'ready_for_assignment', 'assigned',"
            " 'rejected')",
            name=op.f("ck_candidates_status_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_candidates_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidates")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_candidates_tenant_id_id")),
    )
    op.create_index(
        op.f("ix_candidates_tenant_id_id"), "candidates", ["tenant_id", "id"], unique=False
    )
    op.create_index(
        "uq_candidates_tenant_id_email",
        "candidates",
        ["tenant_id", "email"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "job_import_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("batch_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), server_default="global", nullable=False),
        sa.Column("status", sa.Text(), server_default="receiving", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
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
            "status IN ('receiving', 'matching', 'completed', 'failed')",
            name=op.f("ck_job_import_batches_status_allowed"),
        ),
        sa.CheckConstraint(
            "visibility IN ('global', 'tenant')",
            name=op.f("ck_job_import_batches_visibility_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_job_import_batches_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_import_batches")),
        sa.UniqueConstraint(
            "tenant_id",
            "batch_key",
            name=op.f("uq_job_import_batches_tenant_id_batch_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "outbox_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column(
            "trace_context",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "available_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_outbox_events_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_events")),
        sa.UniqueConstraint("sequence", name=op.f("uq_outbox_events_sequence")),
    )
    op.create_index(
        "ix_outbox_events_due",
        "outbox_events",
        ["available_at", "sequence"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
    )
    op.create_index(
        "ix_outbox_events_sent_at",
        "outbox_events",
        ["sent_at"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_events_subject_unsent",
        "outbox_events",
        ["subject", "sequence"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
    )
    op.create_index("ix_outbox_events_tenant_id", "outbox_events", ["tenant_id"], unique=False)
    op.create_table(
        "portal_users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
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
            "role IN ('admin', 'recruiter', 'hr')", name=op.f("ck_portal_users_role_allowed")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'disabled')", name=op.f("ck_portal_users_status_allowed")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_portal_users_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_users")),
        sa.UniqueConstraint("tenant_id", "email", name=op.f("uq_portal_users_tenant_id_email")),
    )
    op.create_table(
        "role_aliases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("normalized_alias", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="learned", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "source IN ('seed', 'learned', 'person')", name=op.f("ck_role_aliases_source_allowed")
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["global_roles.id"],
            name=op.f("fk_role_aliases_role_id_global_roles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_aliases")),
        sa.UniqueConstraint("normalized_alias", name=op.f("uq_role_aliases_normalized_alias")),
    )
    op.create_index(op.f("ix_role_aliases_role_id"), "role_aliases", ["role_id"], unique=False)
    op.create_table(
        "role_embeddings",
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dimension", sa.SmallInteger(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("embedding", Vector(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["global_roles.id"],
            name=op.f("fk_role_embeddings_role_id_global_roles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_role_embeddings")),
    )
    op.create_table(
        "scrape_targets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("location", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_scraped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
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
            "status IN ('pending', 'in_progress', 'completed', 'failed')",
            name=op.f("ck_scrape_targets_status_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["global_roles.id"],
            name=op.f("fk_scrape_targets_role_id_global_roles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scrape_targets")),
        sa.UniqueConstraint("role_id", "location", name=op.f("uq_scrape_targets_role_id_location")),
    )
    op.create_index(
        "ix_scrape_targets_queue",
        "scrape_targets",
        [
            sa.literal_column("priority DESC"),
            sa.literal_column("last_scraped_at ASC NULLS FIRST"),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "tenant_skills",
        sa.Column("id", sa.Integer(), sa.Identity(always=True, start=1000000), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("normalized_name", sa.Text(), nullable=False),
        sa.Column(
            "aliases", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
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
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_tenant_skills_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant_skills")),
        sa.UniqueConstraint(
            "tenant_id", "normalized_name", name=op.f("uq_tenant_skills_tenant_id_normalized_name")
        ),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_user_id"],
            ["portal_users.id"],
            name=op.f("fk_api_keys_created_by_user_id_portal_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_api_keys_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_keys_public_id")),
    )
    op.create_index(op.f("ix_api_keys_tenant_id"), "api_keys", ["tenant_id"], unique=False)
    op.create_table(
        "candidate_documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="resume", nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("extraction_status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("extraction_error", sa.Text(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "extraction_status IN ('pending', 'extracted', 'scanned', 'failed')",
            name=op.f("ck_candidate_documents_extraction_status_allowed"),
        ),
        sa.CheckConstraint(
            "kind IN ('resume', 'other')", name=op.f("ck_candidate_documents_kind_allowed")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_candidate_documents_candidate_id_candidates"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_candidate_documents_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_documents")),
        sa.UniqueConstraint(
            "candidate_id", "sha256", name=op.f("uq_candidate_documents_candidate_id_sha256")
        ),
    )
    op.create_index(
        op.f("ix_candidate_documents_candidate_id"),
        "candidate_documents",
        ["candidate_id"],
        unique=False,
    )
    op.create_table(
        "candidate_embeddings",
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dimension", sa.SmallInteger(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("embedding", Vector(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_candidate_embeddings_candidate_id_candidates"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_candidate_embeddings_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_candidate_embeddings")),
    )
    op.create_index(
        op.f("ix_candidate_embeddings_tenant_id"),
        "candidate_embeddings",
        ["tenant_id"],
        unique=False,
    )
    op.create_table(
        "candidate_features",
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("years_experience", sa.REAL(), nullable=True),
        sa.Column("work_mode_mask", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("willing_to_relocate", sa.Boolean(), nullable=False),
        sa.Column("salary_expected_year_usd", sa.REAL(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("skill_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("skill_words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("country", sa.SmallInteger(), server_default=sa.text("-1"), nullable=False),
        sa.Column("region", sa.Integer(), server_default=sa.text("-1"), nullable=False),
        sa.Column("city", sa.Integer(), server_default=sa.text("-1"), nullable=False),
        sa.Column("latitude", sa.REAL(), nullable=True),
        sa.Column("longitude", sa.REAL(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_candidate_features_candidate_id_candidates"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_candidate_features_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_candidate_features")),
    )
    op.create_index(
        op.f("ix_candidate_features_tenant_id"), "candidate_features", ["tenant_id"], unique=False
    )
    op.create_table(
        "candidate_preferred_roles",
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("source", sa.Text(), server_default="person", nullable=False),
        sa.CheckConstraint(
            "source IN ('person', 'resume')",
            name=op.f("ck_candidate_preferred_roles_source_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_candidate_preferred_roles_candidate_id_candidates"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["global_roles.id"],
            name=op.f("fk_candidate_preferred_roles_role_id_global_roles"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_candidate_preferred_roles_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "candidate_id", "role_id", name=op.f("pk_candidate_preferred_roles")
        ),
    )
    op.create_index(
        op.f("ix_candidate_preferred_roles_role_id_tenant_id"),
        "candidate_preferred_roles",
        ["role_id", "tenant_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_candidate_preferred_roles_tenant_id"),
        "candidate_preferred_roles",
        ["tenant_id"],
        unique=False,
    )
    op.create_table(
        "job_import_chunks",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("chunk_number", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("rows_received", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("jobs_new", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("jobs_updated", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("jobs_unchanged", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("matches_written", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["job_import_batches.id"],
            name=op.f("fk_job_import_chunks_batch_id_job_import_batches"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_job_import_chunks_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "chunk_number", name=op.f("pk_job_import_chunks")),
    )
    op.create_table(
        "job_import_errors",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "severity IN ('error', 'warning')",
            name=op.f("ck_job_import_errors_severity_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["job_import_batches.id"],
            name=op.f("fk_job_import_errors_batch_id_job_import_batches"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_job_import_errors_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_import_errors")),
    )
    op.create_index(
        op.f("ix_job_import_errors_batch_id_id"),
        "job_import_errors",
        ["batch_id", "id"],
        unique=False,
    )
    op.create_table(
        "job_postings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("imported_by_tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("import_batch_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("employment_type", sa.Text(), nullable=True),
        sa.Column("work_mode", sa.Text(), nullable=True),
        sa.Column(
            "skills", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("experience_min_years", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("experience_max_years", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("salary_min", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("salary_max", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("salary_currency", sa.Text(), nullable=True),
        sa.Column("salary_period", sa.Text(), nullable=True),
        sa.Column("salary_text", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("posted_date", sa.Date(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "imported_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
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
            "status IN ('active', 'expired', 'closed')", name=op.f("ck_job_postings_status_allowed")
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["job_import_batches.id"],
            name=op.f("fk_job_postings_import_batch_id_job_import_batches"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["imported_by_tenant_id"],
            ["tenants.id"],
            name=op.f("fk_job_postings_imported_by_tenant_id_tenants"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["global_roles.id"],
            name=op.f("fk_job_postings_role_id_global_roles"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["source_tenant_id"],
            ["tenants.id"],
            name=op.f("fk_job_postings_source_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_postings")),
        sa.UniqueConstraint(
            "source_tenant_id",
            "source",
            "external_id",
            name=op.f("uq_job_postings_source_tenant_id_source_external_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        op.f("ix_job_postings_import_batch_id"), "job_postings", ["import_batch_id"], unique=False
    )
    op.create_index(
        op.f("ix_job_postings_role_id"),
        "job_postings",
        ["role_id"],
        unique=False,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        op.f("ix_job_postings_status_id"), "job_postings", ["status", "id"], unique=False
    )
    op.create_table(
        "candidate_job_matches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("job_posting_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.REAL(), nullable=False),
        sa.Column("skills_score", sa.REAL(), nullable=True),
        sa.Column("experience_score", sa.REAL(), nullable=True),
        sa.Column("location_score", sa.REAL(), nullable=True),
        sa.Column("salary_score", sa.REAL(), nullable=True),
        sa.Column("semantic_score", sa.REAL(), nullable=True),
        sa.Column("weights", postgresql.ARRAY(sa.REAL()), nullable=False),
        sa.Column("matched_skill_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("missing_skill_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("is_recommended", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_changed_by", sa.Text(), nullable=True),
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
            "status IN ('new', 'viewed', 'shortlisted', 'applied', 'rejected', 'closed')",
            name=op.f("ck_candidate_job_matches_status_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_candidate_job_matches_candidate_id_candidates"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["job_posting_id"],
            ["job_postings.id"],
            name=op.f("fk_candidate_job_matches_job_posting_id_job_postings"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_candidate_job_matches_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_job_matches")),
        sa.UniqueConstraint(
            "candidate_id",
            "job_posting_id",
            name=op.f("uq_candidate_job_matches_candidate_id_job_posting_id"),
        ),
    )
    op.create_index(
        "ix_candidate_job_matches_by_candidate",
        "candidate_job_matches",
        ["candidate_id", sa.literal_column("score DESC"), "id"],
        unique=False,
    )
    op.create_index(
        "ix_candidate_job_matches_by_job",
        "candidate_job_matches",
        ["job_posting_id", "tenant_id", sa.literal_column("score DESC"), "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_candidate_job_matches_tenant_id_id"),
        "candidate_job_matches",
        ["tenant_id", sa.literal_column("score DESC"), "id"],
        unique=False,
    )
    op.create_table(
        "job_embeddings",
        sa.Column("job_posting_id", sa.BigInteger(), nullable=False),
        sa.Column("source_tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dimension", sa.SmallInteger(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("embedding", Vector(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["job_posting_id"],
            ["job_postings.id"],
            name=op.f("fk_job_embeddings_job_posting_id_job_postings"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_tenant_id"],
            ["tenants.id"],
            name=op.f("fk_job_embeddings_source_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_posting_id", name=op.f("pk_job_embeddings")),
    )
    op.create_table(
        "job_features",
        sa.Column("job_posting_id", sa.BigInteger(), nullable=False),
        sa.Column("source_tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("skill_importance", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("min_years", sa.REAL(), nullable=True),
        sa.Column("max_years", sa.REAL(), nullable=True),
        sa.Column("work_mode", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("salary_min_year_usd", sa.REAL(), nullable=True),
        sa.Column("salary_max_year_usd", sa.REAL(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("skill_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("skill_words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("country", sa.SmallInteger(), server_default=sa.text("-1"), nullable=False),
        sa.Column("region", sa.Integer(), server_default=sa.text("-1"), nullable=False),
        sa.Column("city", sa.Integer(), server_default=sa.text("-1"), nullable=False),
        sa.Column("latitude", sa.REAL(), nullable=True),
        sa.Column("longitude", sa.REAL(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["job_posting_id"],
            ["job_postings.id"],
            name=op.f("fk_job_features_job_posting_id_job_postings"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["global_roles.id"],
            name=op.f("fk_job_features_role_id_global_roles"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["source_tenant_id"],
            ["tenants.id"],
            name=op.f("fk_job_features_source_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_posting_id", name=op.f("pk_job_features")),
    )
    op.create_index(op.f("ix_job_features_role_id"), "job_features", ["role_id"], unique=False)
    op.create_index(
        op.f("ix_job_features_updated_at"), "job_features", ["updated_at"], unique=False
    )
    op.create_table(
        "scraper_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("scrape_target_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="in_progress", nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "heartbeat_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('in_progress', 'completed', 'failed', 'timed_out')",
            name=op.f("ck_scraper_sessions_status_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["api_key_id"],
            ["api_keys.id"],
            name=op.f("fk_scraper_sessions_api_key_id_api_keys"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scrape_target_id"],
            ["scrape_targets.id"],
            name=op.f("fk_scraper_sessions_scrape_target_id_scrape_targets"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_scraper_sessions_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scraper_sessions")),
    )
    op.create_index(
        op.f("ix_scraper_sessions_status_heartbeat_at"),
        "scraper_sessions",
        ["status", "heartbeat_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_scraper_sessions_tenant_id"), "scraper_sessions", ["tenant_id"], unique=False
    )
    op.create_index(
        "uq_scraper_sessions_active_key",
        "scraper_sessions",
        ["api_key_id"],
        unique=True,
        postgresql_where=sa.text("status = 'in_progress'"),
    )
    op.create_table(
        "scraper_submissions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("import_batch_id", sa.BigInteger(), nullable=True),
        sa.Column("jobs_received", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["job_import_batches.id"],
            name=op.f("fk_scraper_submissions_import_batch_id_job_import_batches"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["scraper_sessions.id"],
            name=op.f("fk_scraper_submissions_session_id_scraper_sessions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_scraper_submissions_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "platform", name=op.f("pk_scraper_submissions")),
    )


def downgrade() -> None:
    op.drop_table("scraper_submissions")
    op.drop_index(
        "uq_scraper_sessions_active_key",
        table_name="scraper_sessions",
        postgresql_where=sa.text("status = 'in_progress'"),
    )
    op.drop_index(op.f("ix_scraper_sessions_tenant_id"), table_name="scraper_sessions")
    op.drop_index(op.f("ix_scraper_sessions_status_heartbeat_at"), table_name="scraper_sessions")
    op.drop_table("scraper_sessions")
    op.drop_index(op.f("ix_job_features_updated_at"), table_name="job_features")
    op.drop_index(op.f("ix_job_features_role_id"), table_name="job_features")
    op.drop_table("job_features")
    op.drop_table("job_embeddings")
    op.drop_index(op.f("ix_candidate_job_matches_tenant_id_id"), table_name="candidate_job_matches")
    op.drop_index("ix_candidate_job_matches_by_job", table_name="candidate_job_matches")
    op.drop_index("ix_candidate_job_matches_by_candidate", table_name="candidate_job_matches")
    op.drop_table("candidate_job_matches")
    op.drop_index(op.f("ix_job_postings_status_id"), table_name="job_postings")
    op.drop_index(
        op.f("ix_job_postings_role_id"),
        table_name="job_postings",
        postgresql_where=sa.text("status = 'active'"),
    )
    op.drop_index(op.f("ix_job_postings_import_batch_id"), table_name="job_postings")
    op.drop_table("job_postings")
    op.drop_index(op.f("ix_job_import_errors_batch_id_id"), table_name="job_import_errors")
    op.drop_table("job_import_errors")
    op.drop_table("job_import_chunks")
    op.drop_index(
        op.f("ix_candidate_preferred_roles_tenant_id"), table_name="candidate_preferred_roles"
    )
    op.drop_index(
        op.f("ix_candidate_preferred_roles_role_id_tenant_id"),
        table_name="candidate_preferred_roles",
    )
    op.drop_table("candidate_preferred_roles")
    op.drop_index(op.f("ix_candidate_features_tenant_id"), table_name="candidate_features")
    op.drop_table("candidate_features")
    op.drop_index(op.f("ix_candidate_embeddings_tenant_id"), table_name="candidate_embeddings")
    op.drop_table("candidate_embeddings")
    op.drop_index(op.f("ix_candidate_documents_candidate_id"), table_name="candidate_documents")
    op.drop_table("candidate_documents")
    op.drop_index(op.f("ix_api_keys_tenant_id"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_table("tenant_skills")
    op.drop_index(
        "ix_scrape_targets_queue",
        table_name="scrape_targets",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.drop_table("scrape_targets")
    op.drop_table("role_embeddings")
    op.drop_index(op.f("ix_role_aliases_role_id"), table_name="role_aliases")
    op.drop_table("role_aliases")
    op.drop_table("portal_users")
    op.drop_index("ix_outbox_events_tenant_id", table_name="outbox_events")
    op.drop_index(
        "ix_outbox_events_subject_unsent",
        table_name="outbox_events",
        postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
    )
    op.drop_index(
        "ix_outbox_events_sent_at",
        table_name="outbox_events",
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_outbox_events_due",
        table_name="outbox_events",
        postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
    )
    op.drop_table("outbox_events")
    op.drop_table("job_import_batches")
    op.drop_index(
        "uq_candidates_tenant_id_email",
        table_name="candidates",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_candidates_tenant_id_id"), table_name="candidates")
    op.drop_table("candidates")
    op.drop_index(op.f("ix_audit_log_tenant_id_id"), table_name="audit_log")
    op.drop_index(op.f("ix_audit_log_tenant_id_entity_type_entity_id"), table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_table("tenants")
    op.drop_table("global_roles")
