"""What each mail says of a posting, and how to find postings of the same title."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "job_posting_sources",
        sa.Column("title_key", sa.Text(), server_default="", nullable=False),
    )
    op.alter_column("job_posting_sources", "title_key", server_default=None)
    op.add_column(
        "job_posting_sources",
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.create_index(
        op.f("ix_job_posting_sources_tenant_id_title_key_created_at"),
        "job_posting_sources",
        ["tenant_id", "title_key", "created_at"],
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_job_posting_sources_tenant_id_title_key_created_at"),
        table_name="job_posting_sources",
    )
    op.drop_column("job_posting_sources", "details")
    op.drop_column("job_posting_sources", "title_key")
