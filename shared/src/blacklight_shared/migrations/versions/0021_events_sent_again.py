"""Tenants may have events sent again that the engine did not take."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = "attempts, available_at, dead_at"


def upgrade() -> None:
    op.execute(f"GRANT UPDATE ({COLUMNS}) ON outbox_events TO blacklight_app")


def downgrade() -> None:
    op.execute(f"REVOKE UPDATE ({COLUMNS}) ON outbox_events FROM blacklight_app")
