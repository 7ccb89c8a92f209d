"""When work has last moved and how often it was resumed, to find what has stalled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

RESUMED_TABLES = ("job_import_batches", "candidate_documents", "candidates")

CHUNK_COLUMNS = ("received_at", "posting_ids")

SYSTEM_GRANTS = {
    "job_import_batches": "parent_batch_id, completed_at, resumptions",
    "candidate_documents": "id, tenant_id, candidate_id, kind, extraction_status, created_at,"
    " resumptions, resumed_at",
    "candidates": "updated_at, matched_at, resumptions, resumed_at",
}


def upgrade() -> None:
    op.add_column(
        "job_import_chunks",
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("job_import_chunks", sa.Column("posting_ids", postgresql.ARRAY(sa.BigInteger())))
    for table in RESUMED_TABLES:
        op.add_column(
            table,
            sa.Column(
                "resumptions", sa.SmallInteger(), server_default=sa.text("0"), nullable=False
            ),
        )
    for table in ("candidate_documents", "candidates"):
        op.add_column(table, sa.Column("resumed_at", sa.DateTime(timezone=True)))
    _name_postings_of_unmatched_chunks()
    op.create_index(
        "ix_job_import_batches_open",
        "job_import_batches",
        ["id"],
        postgresql_where=sa.text("completed_at IS NULL"),
    )
    op.create_index(
        "ix_candidate_documents_unread",
        "candidate_documents",
        ["created_at"],
        postgresql_where=sa.text("kind = 'resume' AND extraction_status = 'pending'"),
    )
    op.create_index(
        "ix_candidates_unmatched",
        "candidates",
        ["updated_at"],
        postgresql_where=sa.text(
            "deleted_at IS NULL AND (status = 'approved' OR matched_at < updated_at"
            " OR (matched_at IS NULL AND status = 'ready_for_assignment'))"
        ),
    )
    for table, columns in SYSTEM_GRANTS.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO blacklight_system")


def downgrade() -> None:
    for table, columns in SYSTEM_GRANTS.items():
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM blacklight_system")  # noqa: S608
    op.drop_index("ix_candidates_unmatched", table_name="candidates")
    op.drop_index("ix_candidate_documents_unread", table_name="candidate_documents")
    op.drop_index("ix_job_import_batches_open", table_name="job_import_batches")
    for table in ("candidate_documents", "candidates"):
        op.drop_column(table, "resumed_at")
    for table in RESUMED_TABLES:
        op.drop_column(table, "resumptions")
    for column in CHUNK_COLUMNS:
        op.drop_column("job_import_chunks", column)


def _name_postings_of_unmatched_chunks() -> None:
    """Their events name them; those are kept for a week."""
    op.execute(
        """
        UPDATE job_import_chunks AS chunk
        SET posting_ids = ARRAY(SELECT jsonb_array_elements_text(event.data->'job_ids')::bigint)
        FROM outbox_events AS event
        WHERE chunk.completed_at IS NULL AND event.name = 'jobs/imported'
          AND event.data->>'batch_id' = chunk.batch_id::text
          AND event.data->>'chunk_number' = chunk.chunk_number::text
        """
    )
