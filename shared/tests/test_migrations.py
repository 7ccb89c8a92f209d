from __future__ import annotations

from datetime import timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared import migrations
from blacklight_shared.migrations import alembic_config
from blacklight_shared.models import Base
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import OperationalError


def test_the_migrations_make_what_the_models_say(database: DatabaseUrls) -> None:
    engine = create_engine(database.owner)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_every_migration_can_be_taken_back(blank_database: DatabaseUrls) -> None:
    config = alembic_config(blank_database.owner)
    command.upgrade(config, "head")
    command.downgrade(config, "base")

    engine = create_engine(blank_database.owner)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()

    command.upgrade(config, "head")


def test_a_migration_that_waits_for_a_table_gives_up_and_changes_nothing(
    database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", timedelta(milliseconds=50))
    engine = create_engine(database.owner)
    with engine.begin() as busy:
        busy.execute(text("LOCK TABLE alembic_version IN SHARE MODE"))
        with pytest.raises(OperationalError, match="lock timeout"):
            command.downgrade(alembic_config(database.owner), "-1")
        revision = busy.scalar(text("SELECT version_num FROM alembic_version"))
    assert revision == migrations.head_revision()
    engine.dispose()
