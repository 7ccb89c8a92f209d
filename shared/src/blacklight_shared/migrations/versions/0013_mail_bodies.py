"""Mails by which people choose a password, and what mails have said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEMPLATES = (
    "invitation",
    "invitation_reminder",
    "approval",
    "rejection",
    "hr_notification",
    "integration_alert",
    "daily_stats",
    "mail_server_test",
)


def upgrade() -> None:
    _allow(*TEMPLATES, "password_reset")
    op.add_column("mail_log", sa.Column("body_text", sa.Text(), nullable=True))
    op.add_column("mail_log", sa.Column("body_html", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("mail_log", "body_html")
    op.drop_column("mail_log", "body_text")
    op.execute("DELETE FROM mail_log WHERE template = 'password_reset'")
    _allow(*TEMPLATES)


def _allow(*templates: str) -> None:
    names = ", ".join(f"'{name}'" for name in templates)
    op.drop_constraint(op.f("ck_mail_log_template_allowed"), "mail_log")
    op.create_check_constraint(
        op.f("ck_mail_log_template_allowed"), "mail_log", f"template IN ({names})"
    )
