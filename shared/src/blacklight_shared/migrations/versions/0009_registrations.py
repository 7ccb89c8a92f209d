"""Registrations of companies, their pages and dossiers; when hosts may be asked next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "registration_dossiers",
    "registration_forms",
    "registration_pages",
    "registrations",
)

SYSTEM_GRANTS = {
    "registration_forms": "SELECT (id, tenant_id, public_key, revoked_at)",
    "registrations": "SELECT (id, tenant_id, request_id)",
}
"""A form and a request name no tenant; the system role finds whose they are."""


def upgrade() -> None:
    op.create_table(
        "registration_forms",
        _id(),
        _tenant_id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        _written("created_at"),
        _moment("revoked_at"),
        sa.PrimaryKeyConstraint("id", name="pk_registration_forms"),
        sa.UniqueConstraint("public_key", name="uq_registration_forms_public_key"),
        _of_tenant("registration_forms"),
    )
    op.create_index("ix_registration_forms_tenant_id_id", "registration_forms", ["tenant_id", "id"])
    op.create_table(
        "registrations",
        _id(),
        _tenant_id(),
        sa.Column("form_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("company_website", sa.Text(), nullable=True),
        sa.Column("linkedin", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column(
            "analysis_number", sa.SmallInteger(), server_default=sa.text("1"), nullable=False
        ),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("step", sa.Text(), server_default="queued", nullable=False),
        sa.Column("percent", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("message", sa.Text(), server_default="Waiting to be analysed.", nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("warnings", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        _moment("completed_at"),
        _written("created_at"),
        _written("updated_at"),
        sa.CheckConstraint(
            "status IN ('queued', 'analyzing', 'completed', 'failed')",
            name=op.f("ck_registrations_status_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["registration_forms.id"],
            name="fk_registrations_form_id_registration_forms",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registrations"),
        sa.UniqueConstraint("request_id", name="uq_registrations_request_id"),
        sa.UniqueConstraint(
            "tenant_id", "idempotency_key", name="uq_registrations_tenant_id_idempotency_key"
        ),
        _of_tenant("registrations"),
    )
    op.create_index("ix_registrations_tenant_id_id", "registrations", ["tenant_id", "id"])
    op.create_index(
        "ix_registrations_tenant_id_content_hash_created_at",
        "registrations",
        ["tenant_id", "content_hash", "created_at"],
    )
    op.create_table(
        "registration_pages",
        _id(),
        _tenant_id(),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("analysis_number", sa.SmallInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("status", sa.Text(), server_default="chosen", nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("final_url", sa.Text(), nullable=True),
        sa.Column("charset", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        _moment("fetched_at"),
        sa.CheckConstraint(
            "status IN ('chosen', 'fetched', 'failed')",
            name=op.f("ck_registration_pages_status_allowed"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registration_pages"),
        sa.UniqueConstraint(
            "registration_id",
            "analysis_number",
            "url",
            name="uq_registration_pages_registration_id_analysis_number_url",
        ),
        _of_registration("registration_pages"),
        _of_tenant("registration_pages"),
    )
    op.create_index("ix_registration_pages_tenant_id", "registration_pages", ["tenant_id"])
    op.create_table(
        "registration_dossiers",
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("analysis_number", sa.SmallInteger(), nullable=False),
        _tenant_id(),
        sa.Column("profile", JSONB(), nullable=True),
        sa.Column("linkedin", JSONB(), nullable=True),
        sa.Column("summary", JSONB(), nullable=True),
        sa.Column("document", JSONB(), nullable=True),
        _moment("completed_at"),
        sa.PrimaryKeyConstraint(
            "registration_id", "analysis_number", name="pk_registration_dossiers"
        ),
        _of_registration("registration_dossiers"),
        _of_tenant("registration_dossiers"),
    )
    op.create_index("ix_registration_dossiers_tenant_id", "registration_dossiers", ["tenant_id"])
    op.create_table(
        "outbound_hosts",
        sa.Column("host_hash", sa.LargeBinary(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host_hash", name="pk_outbound_hosts"),
    )
    op.create_index("ix_outbound_hosts_free_at", "outbound_hosts", ["free_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON outbound_hosts TO blacklight_app")

    for table in TENANT_TABLES:
        _isolate(table)
    for table, grant in SYSTEM_GRANTS.items():
        op.execute(f"GRANT {grant} ON {table} TO blacklight_system")


def downgrade() -> None:
    op.drop_table("outbound_hosts")
    op.drop_table("registration_dossiers")
    op.drop_table("registration_pages")
    op.drop_table("registrations")
    op.drop_table("registration_forms")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _tenant_id() -> sa.Column[int]:
    return sa.Column("tenant_id", sa.BigInteger(), nullable=False)


def _written(name: str) -> sa.Column[object]:
    now = sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"], ["tenants.id"], name=f"fk_{table}_tenant_id_tenants", ondelete="CASCADE"
    )


def _of_registration(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["registration_id"],
        ["registrations.id"],
        name=f"fk_{table}_registration_id_registrations",
        ondelete="CASCADE",
    )


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
