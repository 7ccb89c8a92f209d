import uuid
from collections.abc import Iterator

import pytest
from blacklight_devstack.ports import LOOPBACK, free_port
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_account import PostgresError
from blacklight_devstack.postgres_roles import (
    APP_ROLE,
    SYSTEM_ROLE,
    connect,
    ensure_logins,
    urls_of_own_server,
)
from psycopg import sql
from sqlalchemy.engine import make_url

THREE = {
    "DATABASE_URL": "postgresql://app:a@db.example/jobs",
    "SYSTEM_DATABASE_URL": "postgres://system:s@db.example/jobs",
    "MIGRATIONS_DATABASE_URL": "postgresql+psycopg://owner:o@db.example/jobs?sslmode=require",
}


@pytest.fixture
def passwords(postgres_server: EmbeddedPostgres) -> dict[str, str]:
    """The server is shared by the whole run, so the roles keep the passwords that others use."""
    postgres_server.ensure_database("postgres")
    return {
        role: make_url(postgres_server.url("postgres", role)).password or ""
        for role in (APP_ROLE, SYSTEM_ROLE)
    }


@pytest.fixture
def own_database(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """A database without pgvector on a server that a user brings; its URL has superuser rights."""
    name = f"test_own_{uuid.uuid4().hex[:12]}"
    with postgres_server.connection() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield postgres_server.url(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def weak_login(postgres_server: EmbeddedPostgres, own_database: str) -> Iterator[str]:
    """The URL of the same database for a login that may not make roles or extensions."""
    role = f"test_weak_{uuid.uuid4().hex[:12]}"
    with postgres_server.connection() as connection:
        ensure_logins(connection, {role: "weak"})
        url = make_url(own_database).set(username=role, password="weak")
        yield url.render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


class TestThreeUrls:
    def test_are_taken_as_they_are(self) -> None:
        urls = urls_of_own_server(THREE, {})
        assert urls.environment() == {
            "DATABASE_URL": "postgresql+psycopg://app:a@db.example/jobs",
            "SYSTEM_DATABASE_URL": "postgresql+psycopg://system:s@db.example/jobs",
            "MIGRATIONS_DATABASE_URL": (
                "postgresql+psycopg://owner:o@db.example/jobs?sslmode=require"
            ),
        }

    @pytest.mark.parametrize("missing", ["SYSTEM_DATABASE_URL", "MIGRATIONS_DATABASE_URL"])
    def test_must_be_complete(self, missing: str) -> None:
        some = {name: url for name, url in THREE.items() if name != missing}
        with pytest.raises(PostgresError, match=f"now set: {', '.join(some)}"):
            urls_of_own_server(some, {})


class TestOneUrl:
    def test_gets_the_two_roles_and_pgvector(
        self, own_database: str, passwords: dict[str, str]
    ) -> None:
        urls = urls_of_own_server({"DATABASE_URL": own_database}, passwords)
        assert urls.owner == own_database
        for url, role in ((urls.app, APP_ROLE), (urls.system, SYSTEM_ROLE)):
            with connect(url) as connection:
                found = connection.execute("SELECT current_user, '[1]'::vector::text").fetchone()
            assert found == (role, "[1]")

    def test_may_be_used_again(self, own_database: str, passwords: dict[str, str]) -> None:
        first = urls_of_own_server({"DATABASE_URL": own_database}, passwords)
        assert urls_of_own_server({"DATABASE_URL": own_database}, passwords) == first

    def test_never_changes_the_passwords_of_roles_it_did_not_make(
        self, own_database: str, passwords: dict[str, str]
    ) -> None:
        guesses = {APP_ROLE: "x", SYSTEM_ROLE: "y"}
        with pytest.raises(PostgresError, match="exist on that server with passwords"):
            urls_of_own_server({"DATABASE_URL": own_database}, guesses)
        urls_of_own_server({"DATABASE_URL": own_database}, passwords)

    def test_without_the_right_to_make_extensions(
        self, weak_login: str, passwords: dict[str, str]
    ) -> None:
        with pytest.raises(PostgresError, match="run CREATE EXTENSION vector there"):
            urls_of_own_server({"DATABASE_URL": weak_login}, passwords)

    def test_that_cannot_be_reached_is_named_without_its_password(self) -> None:
        url = f"postgresql://postgres:hidden@{LOOPBACK}:{free_port()}/postgres"
        with pytest.raises(PostgresError, match="DATABASE_URL: cannot connect") as caught:
            urls_of_own_server({"DATABASE_URL": url}, {APP_ROLE: "x", SYSTEM_ROLE: "y"})
        assert "hidden" not in str(caught.value)
