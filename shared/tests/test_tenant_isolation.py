"""A tenant's rows are out of reach of other tenants: the database sees to it, table by table.

Tables come from the models, so a new table is covered by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from blacklight_devstack.postgres_roles import APP_ROLE, SYSTEM_ROLE, DatabaseUrls
from blacklight_shared.database import TENANT_SETTING, Database
from blacklight_shared.models import Candidate, Tenant
from blacklight_shared.settings import Environment, Settings
from pydantic import SecretStr
from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Table,
    create_engine,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.sql.base import Executable

from shared.tests.any_row import RowMaker, tables, tenant_column

TENANT_TABLES = [table for table in tables() if tenant_column(table) is not None]
APPEND_ONLY = frozenset({"audit_log", "outbox_events"})
"""The application may write them once, and never change them."""
KEPT_FOR_GOOD = frozenset({"audit_log"})
"""What was written stays, whoever asks to be forgotten."""
DENIED = r"permission denied|must be owner"
READABLE_BY_SYSTEM = {
    "audit_log": frozenset[str](),
    "candidate_documents": frozenset(
        {
            "id",
            "tenant_id",
            "candidate_id",
            "kind",
            "extraction_status",
            "created_at",
            "resumptions",
            "resumed_at",
        }
    ),
    "candidate_embeddings": frozenset[str](),
    "candidate_features": frozenset[str](),
    "candidates": frozenset(
        {
            "id",
            "tenant_id",
            "status",
            "deleted_at",
            "updated_at",
            "matched_at",
            "resumptions",
            "resumed_at",
        }
    ),
    "invitation_documents": frozenset(
        {
            "id",
            "tenant_id",
            "invitation_id",
            "kind",
            "extraction_status",
            "created_at",
            "resumptions",
            "resumed_at",
        }
    ),
    "portal_users": frozenset(
        {
            "id",
            "tenant_id",
            "email",
            "status",
            "microsoft_directory_id",
            "microsoft_object_id",
        }
    ),
    "registration_dossiers": frozenset[str](),
    "registration_pages": frozenset[str](),
    "registrations": frozenset({"id", "tenant_id", "request_id"}),
}
"""All that the system role may read where tables hold personal data."""


@dataclass(frozen=True)
class World:
    """A database in which two tenants have a row in every table."""

    app: Engine
    system: Engine
    ours: int
    theirs: int
    their_values: dict[str, dict[str, Any]]
    """Values for one more row of theirs, by table."""


@pytest.fixture(scope="module")
def world(module_database: DatabaseUrls) -> Iterator[World]:
    owner = create_engine(module_database.owner)
    with owner.begin() as connection:
        ours, theirs = (_make_tenant(connection, slug) for slug in ("ours", "theirs"))
        makers = [RowMaker(connection, tenant_id) for tenant_id in (ours, theirs)]
        for maker in makers:
            for table in TENANT_TABLES:
                maker.row(table)
        their_values = {table.name: makers[1].values(table) for table in TENANT_TABLES}
    app, system = create_engine(module_database.app), create_engine(module_database.system)
    yield World(app, system, ours, theirs, their_values)
    for engine in (owner, app, system):
        engine.dispose()


def _make_tenant(connection: Connection, slug: str) -> int:
    made = connection.execute(insert(Tenant).values(slug=slug, name=slug).returning(Tenant.id))
    return made.scalar_one()


@contextmanager
def acting_for(world: World, tenant_id: int | None) -> Iterator[Connection]:
    """A transaction of the application for one tenant, or none; rolled back at the end."""
    with world.app.connect() as connection:
        if tenant_id is not None:
            connection.execute(select(func.set_config(TENANT_SETTING, str(tenant_id), True)))
        yield connection
        connection.rollback()


def _touched(connection: Connection, statement: Executable) -> int:
    result = connection.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def _column(table: Table) -> Any:
    column = tenant_column(table)
    assert column is not None
    return column


@pytest.mark.parametrize("table", [*TENANT_TABLES, Tenant.__table__], ids=lambda table: table.name)
class TestEveryTenantTable:
    def test_has_row_level_security(self, world: World, table: Table) -> None:
        with world.app.connect() as connection:
            enabled = connection.scalar(
                text("SELECT relrowsecurity FROM pg_class WHERE oid = CAST(:name AS regclass)"),
                {"name": table.name},
            )
            roles = connection.scalars(
                text("SELECT unnest(roles) FROM pg_policies WHERE tablename = :name"),
                {"name": table.name},
            ).all()
        assert enabled is True
        assert set(roles) <= {APP_ROLE, SYSTEM_ROLE}
        assert APP_ROLE in roles


@pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: table.name)
class TestRowsOfOthers:
    def test_are_seen_by_their_tenant(self, world: World, table: Table) -> None:
        with acting_for(world, world.theirs) as connection:
            query = select(func.count()).where(_column(table) == world.theirs)
            assert connection.scalar(query) == 1

    def test_are_not_seen(self, world: World, table: Table) -> None:
        with acting_for(world, world.ours) as connection:
            query = select(func.count()).where(_column(table) == world.theirs)
            assert connection.scalar(query) == 0

    def test_are_not_seen_without_a_tenant(self, world: World, table: Table) -> None:
        with acting_for(world, None) as connection:
            query = select(func.count()).where(_column(table).is_not(None))
            assert connection.scalar(query) == 0

    def test_are_not_updated(self, world: World, table: Table) -> None:
        column = _column(table)
        statement = update(table).where(column == world.theirs).values({column: world.ours})
        with acting_for(world, world.ours) as connection:
            if table.name in APPEND_ONLY:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    connection.execute(statement)
            else:
                assert _touched(connection, statement) == 0

    def test_are_not_deleted(self, world: World, table: Table) -> None:
        statement = delete(table).where(_column(table) == world.theirs)
        with acting_for(world, world.ours) as connection:
            if table.name in KEPT_FOR_GOOD:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    connection.execute(statement)
            else:
                assert _touched(connection, statement) == 0

    def test_are_not_inserted(self, world: World, table: Table) -> None:
        statement = insert(table).values(world.their_values[table.name])
        with (
            acting_for(world, world.ours) as connection,
            pytest.raises(ProgrammingError, match="row-level security"),
        ):
            connection.execute(statement)

    def test_are_not_made_of_ours(self, world: World, table: Table) -> None:
        column = _column(table)
        statement = update(table).where(column == world.ours).values({column: world.theirs})
        reason = "permission denied" if table.name in APPEND_ONLY else "row-level security"
        with (
            acting_for(world, world.ours) as connection,
            pytest.raises(ProgrammingError, match=reason),
        ):
            connection.execute(statement)


class TestTenants:
    def test_see_only_themselves(self, world: World) -> None:
        with acting_for(world, world.ours) as connection:
            assert connection.scalars(select(Tenant.id)).all() == [world.ours]

    def test_cannot_change_others(self, world: World) -> None:
        statement = update(Tenant).where(Tenant.id == world.theirs).values(name="ours")
        with acting_for(world, world.ours) as connection:
            assert _touched(connection, statement) == 0


class TestRoles:
    @pytest.mark.parametrize("role", [APP_ROLE, SYSTEM_ROLE])
    def test_have_no_way_around(self, world: World, role: str) -> None:
        with world.app.connect() as connection:
            rights = connection.execute(
                text(
                    "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
                    " FROM pg_roles WHERE rolname = :role"
                ),
                {"role": role},
            ).one()
        assert tuple(rights) == (False, False, False, False)

    @pytest.mark.parametrize("role", [APP_ROLE, SYSTEM_ROLE])
    @pytest.mark.parametrize(
        "statement",
        [
            "SET ROLE blacklight_owner",
            "ALTER TABLE candidates DISABLE ROW LEVEL SECURITY",
            "DROP POLICY tenant_isolation ON candidates",
            "CREATE POLICY everything ON candidates USING (true)",
            "TRUNCATE candidates CASCADE",
        ],
    )
    def test_cannot_take_more(self, world: World, role: str, statement: str) -> None:
        engine = world.app if role == APP_ROLE else world.system
        with engine.connect() as connection, pytest.raises(ProgrammingError, match=DENIED):
            connection.execute(text(statement))

    @pytest.mark.parametrize(("role", "other"), [(APP_ROLE, SYSTEM_ROLE), (SYSTEM_ROLE, APP_ROLE)])
    def test_cannot_become_each_other(self, world: World, role: str, other: str) -> None:
        engine = world.app if role == APP_ROLE else world.system
        with engine.connect() as connection, pytest.raises(ProgrammingError, match=DENIED):
            connection.execute(text(f"SET ROLE {other}"))

    @pytest.mark.parametrize("table", READABLE_BY_SYSTEM)
    def test_the_system_reads_no_personal_data(self, world: World, table: str) -> None:
        with world.system.connect() as connection:
            readable = connection.scalars(
                text(
                    "SELECT attname FROM pg_attribute"
                    " WHERE attrelid = CAST(:name AS regclass) AND attnum > 0"
                    " AND NOT attisdropped"
                    " AND has_column_privilege(CAST(:name AS regclass), attnum, 'SELECT')"
                ),
                {"name": table},
            ).all()
        assert set(readable) <= READABLE_BY_SYSTEM[table]

    @pytest.mark.parametrize("column", ["first_name", "email", "phone", "summary"])
    def test_the_system_is_refused(self, world: World, column: str) -> None:
        with (
            world.system.connect() as connection,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            connection.execute(select(Candidate.__table__.c[column]))


class TestSessions:
    async def test_a_pooled_connection_forgets_its_tenant(
        self, module_database: DatabaseUrls, world: World
    ) -> None:
        settings = Settings(
            env=Environment.TEST,
            database_url=SecretStr(module_database.app),
            system_database_url=SecretStr(module_database.system),
            database_pool_size=1,
        )
        database = Database.from_settings(settings)
        everyone = select(func.count()).select_from(Candidate)
        async with database.tenant_session(world.ours) as session:
            assert await session.scalar(everyone) == 1
        async with database.global_session() as session:
            assert await session.scalar(everyone) == 0
        with pytest.raises(RuntimeError):
            await _fail_inside(database, world.ours)
        async with database.global_session() as session:
            assert await session.scalar(everyone) == 0
        await database.close()


async def _fail_inside(database: Database, tenant_id: int) -> None:
    async with database.tenant_session(tenant_id):
        raise RuntimeError
