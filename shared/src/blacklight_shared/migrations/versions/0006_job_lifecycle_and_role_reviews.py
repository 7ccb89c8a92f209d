"""Expiry of postings by age, and what reviewers of roles are shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "job_postings", sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_job_postings_age",
        "job_postings",
        [
            sa.literal_column(
                "(GREATEST((reopened_at AT TIME ZONE 'UTC')::date,"
                " LEAST(posted_date, (imported_at AT TIME ZONE 'UTC')::date)))"
            )
        ],
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        op.f("ix_job_postings_expires_at"),
        "job_postings",
        ["expires_at"],
        postgresql_where=sa.text("status = 'active' AND expires_at IS NOT NULL"),
    )
    op.create_index(
        "ix_global_roles_pending_review",
        "global_roles",
        ["id"],
        postgresql_where=sa.text("status = 'pending_review'"),
    )
    op.create_index(
        op.f("ix_global_roles_merged_into_id"),
        "global_roles",
        ["merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_table(
        "role_suggestions",
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("suggested_role_id", sa.BigInteger(), nullable=False),
        sa.Column("similarity", sa.REAL(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["global_roles.id"],
            name=op.f("fk_role_suggestions_role_id_global_roles"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["suggested_role_id"],
            ["global_roles.id"],
            name=op.f("fk_role_suggestions_suggested_role_id_global_roles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("role_id", "suggested_role_id", name=op.f("pk_role_suggestions")),
    )
    op.create_index(
        op.f("ix_role_suggestions_suggested_role_id"), "role_suggestions", ["suggested_role_id"]
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON role_suggestions TO blacklight_app")
    op.execute("GRANT SELECT (reopened_at) ON job_postings TO blacklight_system")


def downgrade() -> None:
    op.drop_table("role_suggestions")
    op.drop_index(op.f("ix_global_roles_merged_into_id"), table_name="global_roles")
    op.drop_index("ix_global_roles_pending_review", table_name="global_roles")
    op.drop_index(op.f("ix_job_postings_expires_at"), table_name="job_postings")
    op.drop_index("ix_job_postings_age", table_name="job_postings")
    op.drop_column("job_postings", "reopened_at")
