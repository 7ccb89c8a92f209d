"""Alembic's entry: runs the migrations in one transaction under an advisory lock."""

from __future__ import annotations

from datetime import timedelta

from alembic import context
from sqlalchemy import create_engine, pool, text

from blacklight_shared import migrations
from blacklight_shared.models import Base

MIGRATION_LOCK_KEY = 7_140_231
"""Advisory lock, so that replicas which start together migrate one after the other."""


def run() -> None:
    """Apply what is missing."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, transaction_per_migration=False
        )
        with context.begin_transaction():
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK_KEY}
            )
            connection.execute(
                text("SELECT set_config('lock_timeout', :milliseconds, true)"),
                {"milliseconds": str(migrations.LOCK_TIMEOUT // timedelta(milliseconds=1))},
            )
            context.run_migrations()
    engine.dispose()


run()
