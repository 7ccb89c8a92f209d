"""The system role may see since when a mailbox is connected: a first sync can be overdue too."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT SELECT (connected_at) ON email_integrations TO blacklight_system")


def downgrade() -> None:
    op.execute("REVOKE SELECT (connected_at) ON email_integrations FROM blacklight_system")
