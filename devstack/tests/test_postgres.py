import logging
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from blacklight_devstack import postgres_account
from blacklight_devstack.ports import LOOPBACK
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_account import PostgresError, ServerAccount, reachable_home
from blacklight_devstack.postgres_roles import (
    APP_ROLE,
    SYSTEM_ROLE,
    connect,
    ensure_logins,
    urls_of_own_server,
)
from sqlalchemy.engine import make_url

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


pytestmark = pytest.mark.xdist_group("postgres")


@contextmanager
def new_home() -> Iterator[Path]:
    # Not tmp_path: its parents have mode 0700, so a server started by root would go elsewhere.
    folder = Path(tempfile.mkdtemp(prefix="blacklight-postgres-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        EmbeddedPostgres(folder).stop(immediate=True)
        shutil.rmtree(folder)


@pytest.fixture
def home() -> Iterator[Path]:
    with new_home() as folder:
        yield folder


@pytest.fixture
def server(home: Path) -> EmbeddedPostgres:
    server = EmbeddedPostgres(home, fast=True)
    server.start()
    return server


@pytest.fixture(scope="module")
def shared_server() -> Iterator[EmbeddedPostgres]:
    """For tests that leave it as it is."""
    with new_home() as folder, EmbeddedPostgres(folder, fast=True) as server:
        server.ensure_database("blacklight")
        yield server


def ask(server: EmbeddedPostgres, query: str, database: str = "postgres") -> object:
    with connect(server.url(database)) as connection:
        row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def server_pid(server: EmbeddedPostgres) -> int:
    assert server.pid is not None
    return server.pid


class TestStart:
    def test_is_postgres_18_with_pgvector(self, shared_server: EmbeddedPostgres) -> None:
        urls = shared_server.urls("blacklight")
        assert str(ask(shared_server, "SHOW server_version")).startswith("18.")
        with connect(urls.app) as connection:
            distance = connection.execute("SELECT '[0,3]'::vector <-> '[4,0]'").fetchone()
        assert distance == (5.0,)

    def test_again_finds_the_data_and_the_port(self, home: Path, server: EmbeddedPostgres) -> None:
        server.ensure_database("blacklight")
        port = server.port
        server.stop()
        assert server.pid is None
        with EmbeddedPostgres(home) as again:
            assert ask(again, "SELECT current_database()", "blacklight") == "blacklight"
            assert again.port == port

    def test_with_the_port_taken_chooses_another(
        self, home: Path, server: EmbeddedPostgres
    ) -> None:
        server.stop()
        port = server.port
        with socket.create_server((LOOPBACK, port)):
            server.start()
        assert server.port != port
        assert ask(server, "SELECT 1") == 1

    def test_of_data_by_another_version_is_refused(
        self, home: Path, server: EmbeddedPostgres
    ) -> None:
        server.stop()
        (server.data / "PG_VERSION").write_text("16\n")
        with pytest.raises(PostgresError, match="made by Postgres 16, this is 18"):
            server.start()

    def test_without_the_kept_passwords_says_so(self, home: Path, server: EmbeddedPostgres) -> None:
        server.stop()
        (home / "postgres.json").unlink()
        with pytest.raises(PostgresError, match=r"postgres\.json with the passwords .* is gone"):
            server.start()

    def test_that_fails_shows_the_log(
        self, server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.stop()
        monkeypatch.setitem(server._settings, "shared_buffers", "plenty")
        with pytest.raises(PostgresError, match='invalid value for parameter "shared_buffers"'):
            server.start()

    def test_fast_only_where_asked(self, home: Path, server: EmbeddedPostgres) -> None:
        assert ask(server, "SHOW fsync") == "off"
        server.stop()
        with EmbeddedPostgres(home) as durable:
            assert ask(durable, "SHOW fsync") == "on"
            assert ask(durable, "SHOW synchronous_commit") == "on"


class TestAccess:
    @pytest.mark.parametrize("user", ["postgres", "blacklight_app", "blacklight_owner"])
    def test_a_wrong_password_is_refused(self, shared_server: EmbeddedPostgres, user: str) -> None:
        url = make_url(shared_server.url("blacklight", user)).set(password="guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(url.render_as_string(hide_password=False))

    def test_passwords_are_stored_and_checked_with_scram_only(
        self, shared_server: EmbeddedPostgres
    ) -> None:
        with shared_server.connection() as connection:
            stored = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolcanlogin")
            assert {password[:13] for (password,) in stored} == {"SCRAM-SHA-256"}
            methods = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
            assert {method for (method,) in methods} == {"reject", "scram-sha-256"}

    def test_listens_on_loopback_only(self, shared_server: EmbeddedPostgres) -> None:
        listening = psutil.Process(server_pid(shared_server)).net_connections("all")
        assert {
            (c.laddr.ip, c.laddr.port) for c in listening if c.status == psutil.CONN_LISTEN
        } == {(LOOPBACK, shared_server.port)}
        assert [c for c in listening if c.family == socket.AF_UNIX and c.laddr] == []

    def test_only_this_user_can_read_the_passwords(self, shared_server: EmbeddedPostgres) -> None:
        assert stat.S_IMODE((shared_server.home / "postgres.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(shared_server.data.stat().st_mode) == 0o700
        assert stat.S_IMODE(shared_server.log_file.stat().st_mode) == 0o600

    def test_roles_have_no_powers_of_their_own(self, shared_server: EmbeddedPostgres) -> None:
        query = (
            "SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles WHERE rolname LIKE "
            "'blacklight%' AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls)"
        )
        assert ask(shared_server, query) == [
            "blacklight_app",
            "blacklight_owner",
            "blacklight_system",
        ]

    def test_the_owner_may_make_tables_and_the_app_may_not(
        self, shared_server: EmbeddedPostgres
    ) -> None:
        urls = shared_server.urls("blacklight")
        with connect(urls.owner) as connection:
            connection.execute("CREATE TABLE note (body text)")
        with (
            connect(urls.app) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("CREATE TABLE other (body text)")

    def test_urls_do_not_show_in_representations(self, shared_server: EmbeddedPostgres) -> None:
        urls = shared_server.urls("blacklight")
        password = make_url(urls.app).password
        assert password is not None
        assert password not in repr(urls)


class TestAfterACrash:
    def test_of_the_runner_the_server_is_taken_over(self, home: Path) -> None:
        code = f"""if True:
            import os, signal
            from pathlib import Path
            from blacklight_devstack.postgres import EmbeddedPostgres
            server = EmbeddedPostgres(Path({str(home)!r}), fast=True)
            server.start()
            server.ensure_database("blacklight")
            os.kill(os.getpid(), signal.SIGKILL)
        """
        runner = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603
        assert runner.returncode == -signal.SIGKILL
        server = EmbeddedPostgres(home, fast=True)
        left_behind = server_pid(server)
        server.start()
        assert server.pid == left_behind
        assert ask(server, "SELECT current_database()", "blacklight") == "blacklight"
        server.stop()
        assert is_gone(left_behind)

    def test_of_the_server_committed_rows_are_there(self, server: EmbeddedPostgres) -> None:
        with server.connection() as connection:
            connection.execute("CREATE TABLE note (body text)")
            connection.execute("INSERT INTO note VALUES ('kept')")
        port = server.port
        server.kill()
        server.start()
        assert ask(server, "SELECT body FROM note") == "kept"
        assert server.port == port

    def test_a_stale_pid_file_naming_a_living_stranger_is_cleared(
        self, server: EmbeddedPostgres
    ) -> None:
        pid_file = server.data / "postmaster.pid"
        lines = pid_file.read_text().split("\n")
        server.stop()
        account = ServerAccount.choose(server.data)
        with subprocess.Popen(
            ["/bin/sleep", "60"], user=account.uid, group=account.gid, cwd="/"
        ) as stranger:
            pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
            os.chown(pid_file, account.uid or -1, account.gid or -1)
            server.start()
            assert server.pid != stranger.pid
            assert stranger.poll() is None
            stranger.kill()

    def test_of_initdb_the_half_made_folder_is_replaced(self, home: Path) -> None:
        (home / "postgres.new").mkdir()
        (home / "postgres.new" / "PG_VERSION").write_text("18\n")
        with EmbeddedPostgres(home, fast=True) as server:
            assert ask(server, "SELECT 1") == 1

    def test_stop_of_a_dead_server_does_nothing(self, server: EmbeddedPostgres) -> None:
        server.kill()
        server.stop()
        assert server.pid is None


@as_root
class TestStartedByRoot:
    def test_the_server_has_no_privileges(self, shared_server: EmbeddedPostgres) -> None:
        process = psutil.Process(server_pid(shared_server))
        assert 0 not in process.uids()
        assert 0 not in process.gids()
        groups = Path(f"/proc/{process.pid}/status").read_text().split("Groups:")[1].split("\n")[0]
        assert groups.split() == []
        assert shared_server.data.stat().st_uid == process.uids().real

    def test_a_private_project_keeps_its_permissions(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(postgres_account, "_FALLBACK_HOMES", home / "fallback")
        # What ran before in this process may have configured logging, or switched loggers off.
        caplog.set_level(logging.WARNING)
        monkeypatch.setattr(postgres_account._log, "disabled", False)
        private = home / "root" / "project" / ".blacklight"
        private.parent.mkdir(parents=True)
        (home / "root").chmod(0o700)
        with EmbeddedPostgres(private, fast=True) as server:
            assert server.home.parent == home / "fallback"
            assert ask(server, "SELECT 1") == 1
            assert f"its data is kept in {server.home}" in caplog.text
            assert (private / "postgres.location").read_text().strip() == str(server.home)
            assert EmbeddedPostgres(private).home == server.home
            server.remove()
            assert not server.home.exists()
            assert not (private / "postgres.location").exists()
        assert stat.S_IMODE((home / "root").stat().st_mode) == 0o700
        for folder in (home / "root", private.parent, private):
            assert folder.stat().st_uid == 0

    def test_an_unreachable_installation_is_copied(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        package = postgres_account._package_folder()
        private = home / "private"
        private.mkdir(mode=0o700)
        other_versions = shutil.ignore_patterns("pginstall")
        shutil.copytree(package, private / package.name, ignore=other_versions, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, private / libraries.name)
        for path in private.rglob("*"):
            path.chmod(path.stat().st_mode & 0o700)
        monkeypatch.setattr(postgres_account, "_package_folder", lambda: private / package.name)
        with EmbeddedPostgres(home, fast=True) as server:
            assert ask(server, "SELECT 1") == 1
            program = psutil.Process(server_pid(server)).exe()
        assert Path(program).is_relative_to(home)
        assert not Path(program).is_relative_to(private)
        assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private.rglob("*")} == {0}

    def test_data_of_an_ordinary_user_stays_theirs(self, home: Path) -> None:
        (home / "postgres").mkdir()
        os.chown(home / "postgres", 1, 1)
        assert ServerAccount.choose(home / "postgres").uid == 1


class TestServerOfTheUser:
    def test_whose_login_may_not_make_roles(self, server: EmbeddedPostgres) -> None:
        with server.connection() as connection:
            connection.execute("CREATE EXTENSION vector")
            ensure_logins(connection, {"weak": "weak"})
        url = make_url(server.url()).set(username="weak", password="weak")
        environment = {"DATABASE_URL": url.render_as_string(hide_password=False)}
        with pytest.raises(PostgresError, match="give it CREATEROLE"):
            urls_of_own_server(environment, {APP_ROLE: "a", SYSTEM_ROLE: "s"})


class TestRemove:
    def test_leaves_nothing_of_the_server(self, home: Path, server: EmbeddedPostgres) -> None:
        pid = server_pid(server)
        server.remove()
        assert is_gone(pid)
        assert not server.data.exists()
        assert not (home / "postgres.json").exists()


def test_a_reachable_home_is_used_as_it_is(home: Path) -> None:
    assert reachable_home(home / "below") == home / "below"
