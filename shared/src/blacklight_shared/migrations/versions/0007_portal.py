"""Sessions of people at the portal, the brake on guessing passwords, and resets of passwords."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TENANT_TABLES = ("password_resets", "portal_sessions")

SYSTEM_GRANTS = {
    "password_resets": "SELECT (id, tenant_id, user_id, token_hash)",
    "portal_sessions": "SELECT (id, tenant_id, user_id, token_hash, expires_at)",
}
"""A cookie and a link name no tenant; the system role finds whose they are."""


def upgrade() -> None:
    op.add_column("portal_users", sa.Column("time_zone", sa.Text(), nullable=True))
    op.create_table(
        "portal_sessions",
        *_owned_by_a_person(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        _moment("created_at"),
        _moment("last_seen_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portal_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_portal_sessions_token_hash"),
        *_foreign_keys("portal_sessions"),
    )
    op.create_index("ix_portal_sessions_user_id", "portal_sessions", ["user_id"])
    op.create_index("ix_portal_sessions_expires_at", "portal_sessions", ["expires_at"])
    op.create_table(
        "sign_in_failures",
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        _moment("last_failed_at"),
        _moment("locked_until"),
        sa.PrimaryKeyConstraint("address_hash", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_last_failed_at", "sign_in_failures", ["last_failed_at"])
    op.create_table(
        "password_resets",
        *_owned_by_a_person(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_welcome", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_password_resets"),
        sa.UniqueConstraint("token_hash", name="uq_password_resets_token_hash"),
        *_foreign_keys("password_resets"),
    )
    op.create_index("ix_password_resets_user_id", "password_resets", ["user_id"])
    op.create_index("ix_password_resets_tenant_id_id", "password_resets", ["tenant_id", "id"])

    for table in TENANT_TABLES:
        _isolate(table)
    for table, grant in SYSTEM_GRANTS.items():
        op.execute(f"GRANT {grant} ON {table} TO blacklight_system")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failures TO blacklight_app")


def downgrade() -> None:
    op.drop_table("password_resets")
    op.drop_table("sign_in_failures")
    op.drop_table("portal_sessions")
    op.drop_column("portal_users", "time_zone")


def _owned_by_a_person() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
    )


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _foreign_keys(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint(
            [column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", ondelete="CASCADE"
        )
        for column, target in (("tenant_id", "tenants"), ("user_id", "portal_users"))
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
