"""Imports from several sources, the files they come in, and an index over the postings' vectors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TENANT_OR_PLATFORM_TABLES = ("job_import_files", "job_import_file_parts")

BATCH_COLUMNS = ("parent_batch_id", "feed_url", "file_id", "file_format", "column_mapping")


def upgrade() -> None:
    op.create_table(
        "job_import_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("column_mapping", postgresql.JSONB(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "format IN ('csv', 'json', 'jsonl')", name=op.f("ck_job_import_files_format_allowed")
        ),
        _of_tenant("job_import_files"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_import_files")),
    )
    op.create_index(
        op.f("ix_job_import_files_tenant_id_created_at"),
        "job_import_files",
        ["tenant_id", "created_at"],
    )
    op.create_table(
        "job_import_file_parts",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("part_number", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["job_import_files.id"],
            name=op.f("fk_job_import_file_parts_file_id_job_import_files"),
            ondelete="CASCADE",
        ),
        _of_tenant("job_import_file_parts"),
        sa.PrimaryKeyConstraint("file_id", "part_number", name=op.f("pk_job_import_file_parts")),
    )
    _extend_batches()
    for table in TENANT_OR_PLATFORM_TABLES:
        _isolate(table)
    _add_vector_index_function()


def downgrade() -> None:
    op.execute("DROP FUNCTION keep_job_vector_index(text, integer, bigint)")
    for column in BATCH_COLUMNS:
        op.drop_column("job_import_batches", column)
    op.drop_table("job_import_file_parts")
    op.drop_table("job_import_files")


def _extend_batches() -> None:
    op.add_column("job_import_batches", sa.Column("parent_batch_id", sa.BigInteger()))
    op.add_column("job_import_batches", sa.Column("feed_url", sa.Text()))
    op.add_column("job_import_batches", sa.Column("file_id", sa.BigInteger()))
    op.add_column("job_import_batches", sa.Column("file_format", sa.Text()))
    op.add_column(
        "job_import_batches",
        sa.Column(
            "column_mapping", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.create_foreign_key(
        op.f("fk_job_import_batches_parent_batch_id_job_import_batches"),
        "job_import_batches",
        "job_import_batches",
        ["parent_batch_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_foreign_key(
        op.f("fk_job_import_batches_file_id_job_import_files"),
        "job_import_batches",
        "job_import_files",
        ["file_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(
        op.f("ix_job_import_batches_parent_batch_id_id"),
        "job_import_batches",
        ["parent_batch_id", "id"],
    )


def _add_vector_index_function() -> None:
    """The application may not make indexes; it may ask for this one, which follows the model."""
    op.execute(
        """
        CREATE FUNCTION keep_job_vector_index(
          wanted_model text, wanted_dimension integer, minimum bigint
        ) RETURNS text
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
          wanted_name constant text :=
            'ix_job_embeddings_hnsw_' || left(md5(wanted_model || '/' || wanted_dimension), 16);
          stored bigint;
          outdated text;
        BEGIN
          PERFORM pg_advisory_xact_lock(hashtext('keep_job_vector_index'));
          -- pgvector indexes up to 2,000 components of full precision.
          IF wanted_dimension NOT BETWEEN 1 AND 2000 THEN
            RETURN 'unsupported';
          END IF;
          FOR outdated IN
            SELECT indexname FROM pg_indexes
            WHERE schemaname = 'public' AND tablename = 'job_embeddings'
              AND indexname LIKE 'ix\\_job\\_embeddings\\_hnsw\\_%' AND indexname <> wanted_name
          LOOP
            EXECUTE format('DROP INDEX %I', outdated);
          END LOOP;
          IF to_regclass(wanted_name) IS NOT NULL THEN
            RETURN 'current';
          END IF;
          SELECT count(*) INTO stored FROM job_embeddings
          WHERE model = wanted_model AND dimension = wanted_dimension;
          IF stored < minimum THEN
            RETURN 'not_needed';
          END IF;
          EXECUTE format(
            'CREATE INDEX %I ON job_embeddings'
            ' USING hnsw ((embedding::vector(%s)) vector_cosine_ops)'
            ' WHERE model = %L AND dimension = %s',
            wanted_name, wanted_dimension, wanted_model, wanted_dimension
          );
          RETURN 'built';
        END $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION keep_job_vector_index FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION keep_job_vector_index TO blacklight_app")


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"], ["tenants.id"], name=f"fk_{table}_tenant_id_tenants", ondelete="CASCADE"
    )


def _isolate(table: str) -> None:
    condition = (
        "tenant_id = (SELECT current_tenant_id())"
        " OR (tenant_id IS NULL AND (SELECT current_tenant_id()) IS NULL)"
    )
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
