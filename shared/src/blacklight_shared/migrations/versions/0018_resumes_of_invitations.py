"""CVs of invited people are read before they are approved, and what a CV says is kept with it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NO_WORDS = sa.text("'{}'")
SYSTEM_GRANTS = {
    "invitation_documents": "id, tenant_id, invitation_id, kind, extraction_status, created_at,"
    " resumptions, resumed_at",
    "candidate_invitations": "status",
}


def upgrade() -> None:
    for column in _read_columns():
        op.add_column("invitation_documents", column)
    op.create_check_constraint(
        op.f("ck_invitation_documents_extraction_status_allowed"),
        "invitation_documents",
        "extraction_status IN ('pending', 'extracted', 'scanned', 'failed')",
    )
    op.create_index(
        "ix_invitation_documents_unread",
        "invitation_documents",
        ["created_at"],
        postgresql_where=sa.text("kind = 'resume' AND extraction_status = 'pending'"),
    )
    op.add_column("candidate_documents", sa.Column("reading", postgresql.JSONB()))
    op.add_column(
        "candidate_invitations",
        sa.Column(
            "taken_from_resume",
            postgresql.ARRAY(sa.Text()),
            server_default=NO_WORDS,
            nullable=False,
        ),
    )
    for table, columns in SYSTEM_GRANTS.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO blacklight_system")


def downgrade() -> None:
    for table, columns in SYSTEM_GRANTS.items():
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM blacklight_system")  # noqa: S608
    op.drop_column("candidate_invitations", "taken_from_resume")
    op.drop_column("candidate_documents", "reading")
    op.drop_index("ix_invitation_documents_unread", table_name="invitation_documents")
    op.drop_constraint(
        op.f("ck_invitation_documents_extraction_status_allowed"), "invitation_documents"
    )
    for column in _read_columns():
        op.drop_column("invitation_documents", column.name)


def _read_columns() -> tuple[sa.Column[Any], ...]:
    """New columns each time: one belongs to one table for good."""
    return (
        sa.Column("text", sa.Text()),
        sa.Column("extraction_status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("extraction_error", sa.Text()),
        sa.Column("page_count", sa.Integer()),
        sa.Column("reading", postgresql.JSONB()),
        sa.Column(
            "filled_fields", postgresql.ARRAY(sa.Text()), server_default=NO_WORDS, nullable=False
        ),
        sa.Column("resumptions", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True)),
    )
