from __future__ import annotations

import psycopg
import pytest
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_roles import connect
from blacklight_devstack.spare_databases import SpareDatabases
from sqlalchemy import make_url

ADD_TENANT = "INSERT INTO tenants (name, slug) VALUES ('One', 'one') RETURNING id"
ADD_KEY = """
    INSERT INTO api_keys (tenant_id, name, public_id, secret_hash, scopes)
    SELECT id, 'key', 'key', '', '{}' FROM tenants
"""


@pytest.fixture
def lender(postgres_server: EmbeddedPostgres, migrated_template: str) -> SpareDatabases:
    """One that has lent nothing yet."""
    return SpareDatabases(postgres_server, migrated_template)


def used(lender: SpareDatabases, server: EmbeddedPostgres, *statements: str) -> tuple[str, object]:
    """The database that is lent, after some statements, and what the last one returned."""
    with lender.lent() as urls:
        name = str(make_url(urls.app).database)
        with server.connection(name) as connection:
            for statement in statements:
                done = connection.execute(statement)
            return name, done.fetchone() if done.description else None


class TestLent:
    def test_the_next_one_gets_it_empty(
        self, lender: SpareDatabases, postgres_server: EmbeddedPostgres
    ) -> None:
        first = used(lender, postgres_server, ADD_TENANT, ADD_KEY, "SELECT max(id) FROM tenants")
        assert used(lender, postgres_server, ADD_TENANT) == first
        count = "SELECT (SELECT count(*) FROM tenants) + (SELECT count(*) FROM api_keys)"
        assert used(lender, postgres_server, count) == (first[0], (0,))

    def test_two_at_a_time_are_two(self, lender: SpareDatabases) -> None:
        with lender.lent() as one, lender.lent() as other:
            assert one.app != other.app

    @pytest.mark.parametrize(
        "change",
        [
            "CREATE TABLE note (body text)",
            "ALTER TABLE tenants ADD COLUMN note text",
            "CREATE INDEX note ON tenants (name)",
            "GRANT DELETE ON audit_log TO blacklight_app",
            "ALTER TABLE candidates DISABLE ROW LEVEL SECURITY",
            "UPDATE alembic_version SET version_num = 'another'",
            "CREATE FUNCTION note() RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
        ],
    )
    def test_one_that_was_changed_is_lent_no_more(
        self, lender: SpareDatabases, postgres_server: EmbeddedPostgres, change: str
    ) -> None:
        changed, _ = used(lender, postgres_server, change)
        assert used(lender, postgres_server, "SELECT 1")[0] != changed
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            connect(postgres_server.url(changed))

    def test_one_with_very_many_rows_is_lent_no_more(
        self, lender: SpareDatabases, postgres_server: EmbeddedPostgres
    ) -> None:
        add_many = "INSERT INTO tenants (name, slug) SELECT n, n FROM generate_series(1, 20001) n"
        full, _ = used(lender, postgres_server, add_many)
        assert used(lender, postgres_server, "SELECT 1")[0] != full

    def test_nobody_stays_connected(
        self, lender: SpareDatabases, postgres_server: EmbeddedPostgres
    ) -> None:
        with lender.lent() as urls:
            left_open = connect(urls.app)
            left_open.execute("CREATE TEMPORARY TABLE note (body text)")
            left_open.execute("BEGIN")
            left_open.execute("LOCK TABLE pg_temp.note")
        with left_open, pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")
        with lender.lent() as again:
            assert again.app == urls.app
