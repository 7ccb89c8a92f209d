"""The database roles of Blacklight, their logins, and the URLs that services connect with.

Three roles, so that tenant isolation is the database's work: `blacklight_owner` owns the schema and
runs migrations; `blacklight_app` is what services connect as, and row-level security binds it;
`blacklight_system` looks up ids across tenants. What each may do is granted by the migrations; here
they only get a login.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from blacklight_devstack.postgres_account import PostgresError

OWNER_ROLE = "blacklight_owner"
APP_ROLE = "blacklight_app"
SYSTEM_ROLE = "blacklight_system"
ROLES = (OWNER_ROLE, APP_ROLE, SYSTEM_ROLE)

DRIVER = "postgresql+psycopg"
_CONNECT_TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class DatabaseUrls:
    """SQLAlchemy URLs of one database, one for each role, passwords included."""

    app: str = field(repr=False)
    system: str = field(repr=False)
    owner: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """The settings by which services and migrations find the database."""
        return {
            "DATABASE_URL": self.app,
            "SYSTEM_DATABASE_URL": self.system,
            "MIGRATIONS_DATABASE_URL": self.owner,
        }


def connect(url: str) -> psycopg.Connection:
    """Open an autocommit connection.

    Args:
        url: A SQLAlchemy or libpq URL.

    Raises:
        psycopg.OperationalError: The server does not answer within ten seconds, or refuses.
    """
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(conninfo, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_SECONDS)


def ensure_logins(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Make the roles that do not exist yet, with a login and the given password.

    Args:
        connection: A connection that may create roles.
        passwords: Password by role name.
    """
    for role in passwords.keys() - _existing_roles(connection):
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(passwords[role])
            )
        )


def ensure_database(connection: psycopg.Connection, name: str) -> None:
    """Make a database owned by `blacklight_owner` exist; safe to repeat."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if found.fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(OWNER_ROLE)
            )
        )


def ensure_vector_extension(connection: psycopg.Connection) -> None:
    """Make pgvector's types exist in the connection's database; safe to repeat."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS vector")


def urls_of_own_server(
    environment: Mapping[str, str], passwords: Mapping[str, str]
) -> DatabaseUrls:
    """Complete the URLs of a server that the user brings.

    With only `DATABASE_URL` set, its role runs the migrations, and the two roles that services use
    are made on that server.

    Args:
        environment: Holds `DATABASE_URL`, perhaps `SYSTEM_DATABASE_URL` and
            `MIGRATIONS_DATABASE_URL`.
        passwords: The passwords to give (or, on a repeat, that were given) to `blacklight_app` and
            `blacklight_system`.

    Raises:
        PostgresError: The server cannot be reached, only some of the three are set, or the roles
            cannot be made; the message names the setting.
    """
    given = {
        name: environment[name]
        for name in ("DATABASE_URL", "SYSTEM_DATABASE_URL", "MIGRATIONS_DATABASE_URL")
        if environment.get(name)
    }
    if len(given) == 3:
        return DatabaseUrls(
            app=_sqlalchemy_url(given["DATABASE_URL"]),
            system=_sqlalchemy_url(given["SYSTEM_DATABASE_URL"]),
            owner=_sqlalchemy_url(given["MIGRATIONS_DATABASE_URL"]),
        )
    if list(given) != ["DATABASE_URL"]:
        raise PostgresError(
            "set DATABASE_URL alone, or all of DATABASE_URL, SYSTEM_DATABASE_URL and "
            f"MIGRATIONS_DATABASE_URL; now set: {', '.join(given) or 'none'}"
        )
    owner = _sqlalchemy_url(given["DATABASE_URL"])
    logins = {role: passwords[role] for role in (APP_ROLE, SYSTEM_ROLE)}
    _prepare_own_server(owner, logins)
    base = make_url(owner)
    return DatabaseUrls(
        app=_with_login(base, APP_ROLE, logins[APP_ROLE]),
        system=_with_login(base, SYSTEM_ROLE, logins[SYSTEM_ROLE]),
        owner=owner,
    )


def _prepare_own_server(owner: str, logins: Mapping[str, str]) -> None:
    try:
        connection = connect(owner)
    except psycopg.OperationalError as error:
        raise PostgresError(f"DATABASE_URL: cannot connect: {str(error).strip()}") from error
    with connection:
        try:
            ensure_vector_extension(connection)
        except psycopg.Error as error:
            raise PostgresError(
                "DATABASE_URL: the database lacks the extension pgvector and its role may not "
                "create it; run CREATE EXTENSION vector there as a superuser "
                f"({_first_line(error)})"
            ) from error
        foreign = [
            role
            for role in logins
            if role in _existing_roles(connection) and not _can_log_in(owner, role, logins[role])
        ]
        if foreign:
            raise PostgresError(
                f"DATABASE_URL: the roles {', '.join(foreign)} exist on that server with passwords "
                "that are not known here; set SYSTEM_DATABASE_URL and MIGRATIONS_DATABASE_URL too"
            )
        try:
            ensure_logins(connection, logins)
        except psycopg.errors.InsufficientPrivilege as error:
            raise PostgresError(
                "DATABASE_URL: its role may not create the roles that services use; give it "
                "CREATEROLE, or set DATABASE_URL, SYSTEM_DATABASE_URL and "
                "MIGRATIONS_DATABASE_URL to "
                f"logins of {APP_ROLE}, {SYSTEM_ROLE} and the schema's owner"
            ) from error


def _existing_roles(connection: psycopg.Connection) -> set[str]:
    return {str(row[0]) for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}


def _can_log_in(owner: str, role: str, password: str) -> bool:
    try:
        connect(_with_login(make_url(owner), role, password)).close()
    except psycopg.OperationalError:
        return False
    return True


def _with_login(base: URL, role: str, password: str) -> str:
    return base.set(username=role, password=password).render_as_string(hide_password=False)


def _sqlalchemy_url(url: str) -> str:
    return make_url(url).set(drivername=DRIVER).render_as_string(hide_password=False)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
