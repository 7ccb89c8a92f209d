from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.migrations import alembic_config
from blacklight_shared.models import Base
from sqlalchemy import create_engine, inspect


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
