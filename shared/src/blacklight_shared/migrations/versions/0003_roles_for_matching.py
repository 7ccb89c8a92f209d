"""The system role may read roles: finding whom a posting concerns follows merged ones."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT SELECT ON global_roles TO blacklight_system")


def downgrade() -> None:
    op.execute("REVOKE SELECT ON global_roles FROM blacklight_system")
