"""People may sign in with the Microsoft account that they signed in with first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = ("microsoft_directory_id", "microsoft_object_id")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("portal_users", sa.Column(name, sa.Uuid(), nullable=True))
    op.create_unique_constraint(
        "uq_portal_users_microsoft_account",
        "portal_users",
        ["microsoft_object_id", "microsoft_directory_id", "tenant_id"],
    )
    op.execute(f"GRANT SELECT ({', '.join(COLUMNS)}) ON portal_users TO blacklight_system")


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("portal_users", name)
