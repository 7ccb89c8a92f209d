"""A log of what changed about global postings, for workers that keep their features in memory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
"""What happens to rows, and which version of them says whose they are."""

WATCHED_TABLES = ("job_features", "job_embeddings")


def upgrade() -> None:
    op.create_table(
        "posting_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("job_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_posting_changes"),
    )
    op.create_index("ix_posting_changes_transaction_id", "posting_changes", ["transaction_id"])
    op.execute("GRANT SELECT, INSERT, DELETE ON posting_changes TO blacklight_app")
    # Statement by statement: an import of thousands is one row here.
    op.execute(
        """
        CREATE FUNCTION note_changed_features() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO posting_changes (transaction_id, job_ids)
          SELECT pg_current_xact_id()::text::bigint, array_agg(job_posting_id)
          FROM changed WHERE source_tenant_id IS NULL HAVING count(*) > 0;
          RETURN NULL;
        END $$
        """
    )
    for table in WATCHED_TABLES:
        for event, version in EVENTS.items():
            op.execute(
                f"CREATE TRIGGER {table}_note_{event} AFTER {event} ON {table}"
                f" REFERENCING {version} TABLE AS changed"
                " FOR EACH STATEMENT EXECUTE FUNCTION note_changed_features()"
            )
    # Postings without features are in no memory, so neither their insertion nor their deletion
    # matters here; and features go with their posting.
    op.execute(
        """
        CREATE FUNCTION note_changed_postings() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO posting_changes (transaction_id, job_ids)
          SELECT pg_current_xact_id()::text::bigint, array_agg(id)
          FROM previous JOIN changed USING (id)
          WHERE (previous.source_tenant_id IS NULL OR changed.source_tenant_id IS NULL)
            AND (previous.status, previous.role_id, previous.source_tenant_id)
                IS DISTINCT FROM (changed.status, changed.role_id, changed.source_tenant_id)
          HAVING count(*) > 0;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER job_postings_note_update AFTER UPDATE ON job_postings
        REFERENCING OLD TABLE AS previous NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION note_changed_postings()
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER job_postings_note_update ON job_postings")
    op.execute("DROP FUNCTION note_changed_postings()")
    for table in WATCHED_TABLES:
        for event in EVENTS:
            op.execute(f"DROP TRIGGER {table}_note_{event} ON {table}")
    op.execute("DROP FUNCTION note_changed_features()")
    op.drop_table("posting_changes")
