"""Firms may upload the logo that their mails and public pages show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenant_logos",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width_px", sa.BigInteger(), nullable=False),
        sa.Column("height_px", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_tenant_logos"),
        sa.UniqueConstraint("token", name="uq_tenant_logos_token"),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name="fk_tenant_logos_tenant_id_tenants",
            ondelete="CASCADE",
        ),
    )
    condition = "tenant_id = (SELECT current_tenant_id())"
    op.execute("ALTER TABLE tenant_logos ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_isolation ON tenant_logos TO blacklight_app"
        f" USING ({condition}) WITH CHECK ({condition})"
    )
    op.execute(
        "CREATE POLICY system_access ON tenant_logos TO blacklight_system"
        " USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_logos TO blacklight_app")
    op.execute("GRANT SELECT (tenant_id, token) ON tenant_logos TO blacklight_system")


def downgrade() -> None:
    op.drop_table("tenant_logos")
