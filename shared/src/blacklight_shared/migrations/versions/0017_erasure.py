"""Tenants may delete their events, so that people can be forgotten who are named in them."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT DELETE ON outbox_events TO blacklight_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON outbox_events FROM blacklight_app")
